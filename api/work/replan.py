"""A re-plan from now within a planning process: stored series into what `ems.operation.live` knows."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from api.measured_now import Readings
from api.work.kept_beyond import beyond_of
from ems.forecasts.targets import history_series
from ems.inputs import Inputs, make_inputs
from ems.operation.beyond_words import today_alone_note
from ems.operation.live import revise
from ems.operation.measured import Known, Peak, import_series, state_series
from ems.operation.rolling import horizon
from ems.plan import Plan
from ems.problem import Limits
from ems.site_file import SiteFile
from ems.solve import Solver
from ems.stored_plan import stored_plan
from forecasting.errors import InputError
from forecasting.notes import Note
from models import unit_of

FRESH = timedelta(minutes=30)  # older readings, or those older than two of their intervals, tell nothing of now
WHOLE_SHARE = 0.95  # of a month that is taken to be measured


def replanned(task: dict[str, Any], file: SiteFile, solver: Solver, say: Any) -> Plan:
    """The plan of the rest of the day; raises `InputError` where none passes the audit."""
    began = time.perf_counter()
    at = pd.Timestamp(task["at"]).tz_convert(file.site.place.timezone)
    step, objective = task["step_minutes"], task["objective"]
    say("inputs", None)
    inputs = make_inputs(file, at.date(), step_minutes=step, weather=task["weather"], given=task["given"])
    tomorrow, alone = _tomorrow(task, file, at)
    held = None
    if task["standing"] is not None:
        content = json.loads(gzip.decompress(task["standing"]["content"]))
        held = stored_plan(content, f"plan {task['standing']['id']}")
    known, told = known_of(file, task["readings"], datetime.fromisoformat(task["now"]), step)
    asked = time.perf_counter()
    beyond = beyond_of(file, task["bundle"].digest, at.date(), objective, step, say)
    seconds = {"look_ahead": time.perf_counter() - asked}
    at = not_before(pd.Timestamp(task["now"]) + pd.Timedelta(seconds=time.perf_counter() - began), at, step)
    made = revise(
        file, inputs, known, held, at, solver, objective=objective, limits=Limits(task["time_limit_s"], task["gap"]),
        say=say, beyond=beyond, tomorrow=tomorrow,
    )  # fmt: skip
    return replace(made, notes=(*told, *made.notes, *alone), timings={**seconds, **made.timings})


def not_before(now: pd.Timestamp, at: pd.Timestamp, step_minutes: int) -> pd.Timestamp:
    """The step at which a plan begins that was to begin ``at``: a later one where preparing it took until ``now``."""
    step = pd.Timedelta(minutes=step_minutes)
    return at + max(0, -((at - now) // step)) * step


def _tomorrow(task: dict[str, Any], file: SiteFile, at: pd.Timestamp) -> tuple[Inputs | None, list[Note]]:
    """Inputs of the next day where the window reaches it; where there are none, why."""
    last = horizon(at, task["step_minutes"])[-1].date()
    if last == at.date():
        return None, []
    try:
        found = make_inputs(
            file, last, step_minutes=task["step_minutes"], weather=task["weather"], given=task["given_tomorrow"]
        )
    except InputError as error:
        return None, [today_alone_note(f"{Path(error.source).name}: {error.said}")]
    return found, []


def known_of(
    file: SiteFile, readings: Sequence[Readings], now: datetime, step_minutes: int
) -> tuple[Known, list[Note]]:
    """Fresh readings of the state, what the last hours were, peaks of the month; what was left out is told."""
    states, meters, grids = state_series(file.site), history_series(file), import_series(file.site)
    latest: dict[str, float] = {}
    recent: dict[str, pd.Series[float]] = {}
    peaks: dict[str, Peak] = {}
    modules: dict[str, pd.Series[float]] = {}
    left: list[Note] = []
    for r in readings:
        if r.name in states:
            if r.unit != unit_of(r.name):
                left.append(_wrong_unit(r))
            elif _fresh(r, now):
                latest[r.name] = r.points[-1][1]
                machine, _, key = r.name.rpartition(".")
                if key == "hot_modules":
                    modules[machine] = _last_of_steps(r, step_minutes, file.site.place.timezone)
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
    return Known(latest, recent, peaks, modules), left


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


def _last_of_steps(r: Readings, step_minutes: int, timezone: str) -> pd.Series[float]:
    """The last whole number of modules in each step; a mean over a change tells none."""
    values = pd.Series([v for _, v in r.points], pd.DatetimeIndex([t for t, _ in r.points]).tz_convert(timezone))
    whole = values[values == values.round()]
    return whole.groupby(pd.DatetimeIndex(whole.index).floor(f"{step_minutes}min")).last()


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
