"""All tests over all meters of an activity, in an order in which no fault hides another.

What cannot be right (gaps, signs, stuck readings, repeated days, units, spikes) is found first and left out of what
follows, so that drift, base load and efficiency are judged by readings that can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ems.analysis.finding import Finding
from ems.analysis.machines import compression_meters, efficiency, machines, summary
from ems.analysis.record_faults import LEAST_OFTEN_ZERO, LEAST_ZEROS, OFTEN, gaps, negative, repeated_days, stuck
from ems.analysis.shifts import LEAST_WEEKS, drift, first_weeks, night_base, weeks_of_use, without_echoes
from ems.analysis.spikes import spikes
from ems.analysis.unit_slips import unit_slips
from ems.emissions.activity import Activity, Meter
from forecasting.calendar import WorkCalendar
from forecasting.history.days import Days, Flags
from forecasting.notes import Note
from models.window import Floats

THERMAL = ("heat", "cooling")
NO_PATTERN = Note(
    "随调度运行, 没有可比的用量规律: 只检查缺测, 符号, 卡滞与重复日。",
    "Follows the dispatch and has no pattern of its own: gaps, signs, stuck readings and repeated days only.",
)
NO_MODEL = Note(
    "冷热随天气变化, 而没有负荷模型或实测天气(--weather 文件): 不判断漂移, 长时间为零与 3.6, 4 倍单位错误。",
    "Heat and cold follow the weather, and there is no model or no measured weather (--weather FILE): drift, long "
    "zeros and slips by 3.6 or 4 are not judged.",
)
TOO_SHORT = Note("有用量的周数不足 16 周: 不判断漂移。", "Fewer than 16 weeks of use: drift is not judged.")
NO_TEMPERATURE = Note(
    "没有实测气温(--weather 文件): 不判断 COP。", "No measured air temperature (--weather FILE): the COP is not judged."
)


@dataclass(frozen=True)
class Expected:
    """What is known beside the readings: per meter what a model expects [unit of the meter], and the air [°C]."""

    amounts: Mapping[str, Floats]
    temperature_c: Floats | None = None


@dataclass(frozen=True)
class Judged:
    """Findings by time, what was held against what, and what could not be judged."""

    findings: tuple[Finding, ...]
    reference: Mapping[str, str]  # meter -> model, first weeks or none
    not_judged: tuple[tuple[str, Note], ...]
    machines: Mapping[str, dict[str, float | str | None]]


def find_anomalies(activity: Activity, calendar: WorkCalendar, expected: Expected) -> Judged:
    """Every finding in the readings of an activity."""
    days = Days.of(pd.DatetimeIndex(activity.table.index), calendar)
    found: list[Finding] = []
    reference: dict[str, str] = {}
    unjudged: list[tuple[str, Note]] = []
    cleaned: dict[str, Floats] = {}
    demands = {c.name for c in activity.site.components if c.kind in ("demand", "deferrable_demand")}
    for name, meter in activity.meters.items():
        y: Floats = np.array(activity.amount(name), float)
        model = expected.amounts.get(name)
        patterned = meter.component in demands and ".served_" in name
        faults = _record(name, meter, y, days, model, patterned=patterned)
        y = without(y, days, faults)
        if patterned:
            faults += _patterns(name, meter, y, days, model)
            y = without(y, days, faults)
            faults += _lasting(name, meter, y, days, model)
            if model is None and meter.carrier in THERMAL:
                unjudged.append((name, NO_MODEL))
            elif weeks_of_use(y, days, model) < LEAST_WEEKS:
                unjudged.append((name, TOO_SHORT))
        else:
            unjudged.append((name, NO_PATTERN))
        reference[name] = "model" if model is not None else "first_weeks" if _flat(meter, patterned) else "none"
        cleaned[name] = y
        found += faults
    about: dict[str, dict[str, float | str | None]] = {}
    for machine in machines(activity.site, activity, expected.temperature_c):
        found += efficiency(machine, cleaned.__getitem__, days)
        about[machine.component] = {"unit": machine.unit, **summary(machine, cleaned.__getitem__, days)}
    if expected.temperature_c is None:
        unjudged += [(name, NO_TEMPERATURE) for name in compression_meters(activity)]
    return Judged(tuple(sorted(found, key=lambda f: (f.start, f.meter))), reference, tuple(unjudged), about)


def without(y: Floats, days: Days, found: list[Finding]) -> Floats:
    """The readings with NaN where something was found."""
    bad = np.zeros(len(y), bool)
    for f in found:
        bad |= (days.index >= f.start) & (days.index < f.end)
    return np.where(bad, np.nan, y)


def _record(name: str, meter: Meter, y: Floats, days: Days, model: Floats | None, *, patterned: bool) -> list[Finding]:
    found = [*gaps(name, y, days), *negative(name, y, days)]
    y = without(y, days, found)
    thermal = meter.carrier in THERMAL
    zeros = _never_zero(y, days, model, thermal=thermal) if patterned else np.zeros(len(y), bool)
    often = thermal or np.mean(y == 0) > OFTEN
    found += stuck(name, y, days, zeros, LEAST_OFTEN_ZERO if often else LEAST_ZEROS, dispatched=not patterned)
    return [*found, *repeated_days(name, without(y, days, found), days)]


def _never_zero(y: Floats, days: Days, model: Floats | None, *, thermal: bool) -> Flags:
    """Hours in which there is always something to read: by the model of heat and cold, else by the record itself."""
    if thermal:
        if model is None:
            return np.zeros(len(y), bool)
        return np.asarray(model > 0.3 * np.nanpercentile(model, 95), bool)
    grid = days.grid(np.where(np.isnan(y), np.nan, (y > 0).astype(float)))
    out = np.zeros(grid.shape)
    for rows in days.classes():
        known = np.isfinite(grid[rows]).sum(axis=0)
        out[rows] = np.where(known > 0, np.nansum(grid[rows], axis=0) / np.maximum(known, 1), 0.0)
    return np.asarray(days.along(out) >= 0.75, bool)


def _patterns(name: str, meter: Meter, y: Floats, days: Days, model: Floats | None) -> list[Finding]:
    slips = [*unit_slips(name, y, days, model, thermal=meter.carrier in THERMAL)]
    return [*slips, *spikes(name, without(y, days, slips), days)]


def _lasting(name: str, meter: Meter, y: Floats, days: Days, model: Floats | None) -> list[Finding]:
    usual = model if model is not None else first_weeks(y, days) if _flat(meter, True) else None
    if usual is None:
        return []
    found = [*drift(name, y, days, usual, thermal=meter.carrier in THERMAL)]
    if meter.carrier == "electricity":
        found += night_base(name, y, days, usual)
    return without_echoes(found)


def _flat(meter: Meter, patterned: bool) -> bool:
    """Whether a meter has a level of its own that does not follow the weather."""
    return patterned and meter.carrier not in THERMAL
