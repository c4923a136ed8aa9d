"""A re-plan from now within a planning process: measurements into what `ems.operation.live` knows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from api.measured_now import Readings
from ems.forecasts.targets import history_series
from ems.inputs import make_inputs
from ems.operation.live import Known, Peak, import_series, revise, state_series
from ems.plan import Plan
from ems.problem import Limits
from ems.site_file import SiteFile
from ems.solve import Solver
from ems.stored_plan import stored_plan
from forecasting.notes import Note
from models import unit_of

FRESH = timedelta(minutes=30)  # older readings, or those older than two of their intervals, tell nothing of now
WHOLE_SHARE = 0.95  # of a month that is taken to be measured


def replanned(task: dict[str, Any], file: SiteFile, solver: Solver, say: Any) -> Plan:
    """The plan of the rest of the day; raises `InputError` where none passes the audit."""
    at = pd.Timestamp(task["at"]).tz_convert(file.site.place.timezone)
    say("inputs", None)
    inputs = make_inputs(
        file, at.date(), step_minutes=task["step_minutes"], weather=task["weather"], given=task["given"]
    )
    held = None
    if task["standing"] is not None:
        content = json.loads(gzip.decompress(task["standing"]["content"]))
        held = stored_plan(content, f"plan {task['standing']['id']}")
    known, told = known_of(file, task["readings"], datetime.fromisoformat(task["now"]), task["step_minutes"])
    made = revise(
        file, inputs, known, held, at, solver,
        objective=task["objective"], limits=Limits(task["time_limit_s"], task["gap"]), say=say,
    )  # fmt: skip
    return replace(made, notes=(*told, *made.notes))


def known_of(
    file: SiteFile, readings: Sequence[Readings], now: datetime, step_minutes: int
) -> tuple[Known, list[Note]]:
    """Fresh readings of the state, means of the last hours, peaks of the month; what was left out is told."""
    states, meters, grids = state_series(file.site), history_series(file), import_series(file.site)
    latest: dict[str, float] = {}
    recent: dict[str, pd.Series[float]] = {}
    peaks: dict[str, Peak] = {}
    left: list[Note] = []
    for r in readings:
        if r.name in states:
            if r.unit != unit_of(r.name):
                left.append(_wrong_unit(r))
            elif _fresh(r, now):
                latest[r.name] = r.points[-1][1]
        elif r.name in meters:
            if r.unit != ("kg/h" if r.name.endswith("_kg_per_h") else "kW"):
                left.append(_wrong_unit(r))
            else:
                recent[meters[r.name]] = _means(r, step_minutes, file.site.place.timezone)
        elif r.name in grids:
            if r.unit != "kW":
                left.append(_wrong_unit(r))
            else:
                peaks[grids[r.name]] = _peak(r, now, file.site.place.timezone)
    return Known(latest, recent, peaks), left


def _fresh(r: Readings, now: datetime) -> bool:
    end = r.points[-1][0] + timedelta(seconds=r.resolution_s)
    return now - end <= max(FRESH, timedelta(seconds=2 * r.resolution_s))


def _means(r: Readings, step_minutes: int, timezone: str) -> pd.Series[float]:
    """Means of whole steps; a coarser series holds over the steps of its interval."""
    step = pd.Timedelta(minutes=step_minutes)
    values = pd.Series([v for _, v in r.points], pd.DatetimeIndex([t for t, _ in r.points]).tz_convert(timezone))
    own = pd.Timedelta(seconds=r.resolution_s)
    if own > step:
        parts = [values.set_axis(values.index + k * step) for k in range(int(own / step))]
        return pd.concat(parts).sort_index()
    grouped = values.groupby(pd.DatetimeIndex(values.index).floor(step))
    return grouped.mean()[grouped.count() == round(step / own)]


def _peak(r: Readings, now: datetime, timezone: str) -> Peak:
    """Of values as they were sent: finer ones than the meter that is billed tell a higher peak, never a lower one."""
    local = pd.Timestamp(now).tz_convert(timezone)
    month = local.normalize().replace(day=1)
    most = (local - month) / pd.Timedelta(seconds=r.resolution_s)
    return Peak(max(v for _, v in r.points), len(r.points) >= WHOLE_SHARE * max(int(most), 1))


def _wrong_unit(r: Readings) -> Note:
    return Note(
        f"测量序列 {r.name} 单位为 {r.unit}, 未采用。", f"The measured series {r.name} is in {r.unit}: not used."
    )
