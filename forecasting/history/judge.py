"""A series judged: flags of every sample, and the report.

What cannot be right is found in an order in which no fault hides another; what is found is left out of what follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log

import numpy as np
import pandas as pd

from forecasting.calendar import WorkCalendar
from forecasting.errors import InputError
from forecasting.history import demand_flags, pv_flags
from forecasting.history.days import Days, Flags, Floats
from forecasting.history.flags import checked_status, duplicate_days, stuck, told
from forecasting.history.measured import Measured
from forecasting.history.quality import (
    CURTAILED,
    DUPLICATE_DAY,
    FLAGS,
    MISSING,
    NIGHT_POWER,
    OUT_OF_RANGE,
    OUTAGE,
    STUCK,
    TIME_SHIFT,
    TOLD,
    UNIT_SLIP,
    WRONG,
    QualityReport,
)
from forecasting.history.record import mark_days
from forecasting.history.sky import Sky
from forecasting.history.slips import FACTORS
from forecasting.horizon import nanoseconds
from forecasting.notes import Note

USABLE_SHARE = 0.8  # of a day's samples, for the day to count


def full_axis(index: pd.DatetimeIndex, name: str) -> pd.DatetimeIndex:
    """The equidistant axis on which all of ``index`` lies, whole local days; its commonest distance is the step."""
    if len(index) < 2 or index.tz is None:
        raise InputError(name, "samples", len(index), "two or more, with time zone")
    step = pd.Timedelta(int(pd.Series(np.diff(nanoseconds(index))).mode()[0]), unit="ns")
    first, last = index[0].normalize(), index[-1].normalize() + pd.DateOffset(days=1)
    return pd.date_range(first, last, freq=step, inclusive="left")


def judge_pv(
    name: str, values: pd.Series[float], sky: Sky, capacity: float, unit: str, status: pd.Series[str] | None = None
) -> Measured:
    """A PV plant's power.

    Args:
        name: of the series.
        values: power [unit]; starts of intervals with time zone, ascending, gaps allowed.
        sky: of the plant, on `full_axis` of the values.
        capacity: nameplate AC [unit].
        unit: of power.
        status: words of `forecasting.history.flags.STATUS`, where somebody wrote them.
    """
    full = pd.DatetimeIndex(sky.clear.index)
    series, said = values.reindex(full), _status(name, status, full)
    y, clear = np.asarray(series, float), np.asarray(sky.clear, float)
    elevation = np.asarray(sky.elevation_deg, float)
    days = Days.of(full, None)
    found = {flag: np.zeros(len(y), bool) for flag in FLAGS}
    found[MISSING] = np.isnan(y)
    _say(found, said)
    y = _without(y, found, MISSING, TOLD, OUTAGE, CURTAILED)

    factors = pv_flags.slipped(days.grid(y), days.grid(clear), capacity)
    found[UNIT_SLIP] = mark_days(days, _rows(factors)) & ~np.isnan(y)
    y = _without(y, found, UNIT_SLIP)
    smooth, ratio = pv_flags.clear_days(days.grid(y), days.grid(clear), capacity)
    found[OUT_OF_RANGE] = pv_flags.out_of_range(y, capacity)
    found[DUPLICATE_DAY] = duplicate_days(y, days)
    found[STUCK] = stuck(y, days, pv_flags.FULL * capacity)
    y = _without(y, found, OUT_OF_RANGE, DUPLICATE_DAY, STUCK)

    late = pv_flags.shift_hours(days.grid(y), days.grid(clear))
    shifted = np.abs(late) > pv_flags.SHIFT_H
    found[TIME_SHIFT] = mark_days(days, shifted) & ~np.isnan(y)
    found[NIGHT_POWER] = pv_flags.night_power(y, elevation, capacity, days) & ~found[TIME_SHIFT]
    y = _without(y, found, TIME_SHIFT, NIGHT_POWER)
    found[OUTAGE] |= pv_flags.outage(y, clear, capacity, days)
    found[CURTAILED] |= pv_flags.curtailed(y, clear, capacity, days)
    notes = [*_slip_notes(factors, days), *_shift_notes(late, shifted, days)]
    counted = (elevation > 0) | np.any([found[flag] for flag in WRONG], axis=0)
    return _measured(
        name, series, found, days, counted, unit=unit, capacity=capacity, kind_pv=True, factors=factors, notes=notes,
        level=float(np.median(ratio[smooth])) if smooth.any() else None,
        shift_h=float(np.nanmedian(late)) if np.isfinite(late).any() else None, shifted=int(shifted.sum()),
    )  # fmt: skip


def judge_demand(
    name: str,
    values: pd.Series[float],
    unit: str,
    *,
    calendar: WorkCalendar | None = None,
    limit: float | None = None,
    weatherly: bool = False,
    status: pd.Series[str] | None = None,
) -> Measured:
    """A demand.

    Args:
        name: of the series.
        values: [unit]; starts of intervals with time zone, ascending, gaps allowed.
        unit: of the series.
        calendar: working days, which tell days of one kind from the other.
        limit: the most that the connection carries [unit], where known.
        weatherly: heat and cold, whose days are told from one another by the weather.
        status: words of `forecasting.history.flags.STATUS`, where somebody wrote them.
    """
    full = full_axis(pd.DatetimeIndex(values.index), name)
    series, said = values.reindex(full), _status(name, status, full)
    y = np.asarray(series, float)
    days = Days.of(full, calendar)
    found = {flag: np.zeros(len(y), bool) for flag in FLAGS}
    found[MISSING] = np.isnan(y)
    _say(found, said)
    y = _without(y, found, MISSING, TOLD, OUTAGE, CURTAILED)

    factors = demand_flags.slipped(y, days, weatherly)
    found[UNIT_SLIP] = mark_days(days, _rows(factors)) & ~np.isnan(y)
    y = _without(y, found, UNIT_SLIP)
    found[OUT_OF_RANGE] = demand_flags.out_of_range(y, days, limit, weatherly)
    y = _without(y, found, OUT_OF_RANGE)
    found[DUPLICATE_DAY] = duplicate_days(y, days)
    found[STUCK] = stuck(y, days, np.inf)
    found[OUTAGE] |= demand_flags.outage(y, days)
    y = _without(y, found, DUPLICATE_DAY, STUCK, OUTAGE)
    highest = float(np.nanmax(y)) if np.isfinite(y).any() else 0.0
    return _measured(
        name, series, found, days, np.ones(len(y), bool), unit=unit, capacity=highest, kind_pv=False, factors=factors,
        notes=_slip_notes(factors, days), level=None, shift_h=None, shifted=0,
    )  # fmt: skip


def _status(name: str, status: pd.Series[str] | None, full: pd.DatetimeIndex) -> pd.Series[str] | None:
    return None if status is None else checked_status(name, status).reindex(full, fill_value="")


def _say(found: dict[str, Flags], said: pd.Series[str] | None) -> None:
    if said is not None:
        for flag in (TOLD, OUTAGE, CURTAILED):
            found[flag] = told(said, flag) & ~found[MISSING]


def _without(y: Floats, found: Mapping[str, Flags], *flags: str) -> Floats:
    return np.where(np.any([found[flag] for flag in flags], axis=0), np.nan, y)


def _rows(factors: list[float | None]) -> Flags:
    return np.array([f is not None for f in factors], bool)


def _measured(
    name: str,
    series: pd.Series[float],
    found: dict[str, Flags],
    days: Days,
    counted: Flags,
    *,
    unit: str,
    capacity: float,
    kind_pv: bool,
    factors: list[float | None],
    notes: list[Note],
    level: float | None,
    shift_h: float | None,
    shifted: int,
) -> Measured:
    flags = pd.DataFrame(found, index=series.index)[list(FLAGS)]
    usable = ~flags.any(axis=1).to_numpy()
    per_day = np.bincount(days.row, weights=counted, minlength=len(days.dates))
    good = np.bincount(days.row, weights=counted & usable, minlength=len(days.dates))
    wrong = flags[list(WRONG)].any(axis=1).to_numpy() & counted
    there = counted & ~found[MISSING]
    values = series.to_numpy(float)[usable & counted]
    report = QualityReport(
        name=name,
        first=days.dates[0],
        last=days.dates[-1],
        step_minutes=int(days.step / pd.Timedelta(minutes=1)),
        samples=int(counted.sum()),
        shares={flag: float(found[flag][counted].mean()) if counted.any() else 0.0 for flag in FLAGS},
        wrong_share=float(wrong.sum() / max(there.sum(), 1)),
        days=len(days.dates),
        usable_days=int(((good >= USABLE_SHARE * per_day) & (per_day > 0)).sum()),
        above_zero=float((values > 0).mean()) if len(values) else 0.0,
        level=level,
        shift_h=shift_h,
        shifted_days=shifted,
        slipped_days=sum(f is not None for f in factors),
        notes=tuple(notes),
    )
    return Measured(name, series.rename(name), flags, unit, capacity, "pv" if kind_pv else "demand", report)


def _slip_notes(factors: list[float | None], days: Days) -> list[Note]:
    """One sentence for each stretch in another unit."""
    out = []
    for first, last, factor in _stretches(factors):
        zh, en = FACTORS[factor]
        out.append(
            Note(
                f"{days.dates[first]} 至 {days.dates[last]}: {zh}。",
                f"{days.dates[first]} to {days.dates[last]}: {en}.",
            )
        )
    return out


def _stretches(factors: list[float | None]) -> list[tuple[int, int, float]]:
    out: list[tuple[int, int, float]] = []
    for row, factor in enumerate(factors):
        if factor is None:
            continue
        if out and out[-1][1] == row - 1 and abs(log(out[-1][2] / factor)) < 0.01:
            out[-1] = (out[-1][0], row, factor)
        else:
            out.append((row, row, factor))
    return out


def _shift_notes(late: Floats, shifted: Flags, days: Days) -> list[Note]:
    """One sentence for all days that are shifted."""
    rows = np.flatnonzero(shifted)
    if not len(rows):
        return []
    hours = float(np.median(late[rows]))
    first, last = days.dates[rows[0]], days.dates[rows[-1]]
    way = ("晚", "late") if hours > 0 else ("早", "early")
    return [
        Note(
            f"{first} 至 {last} 间 {len(rows)} 天比太阳{way[0]} {abs(hours):.1f} 小时。",
            f"{len(rows)} days from {first} to {last} run {abs(hours):.1f} h {way[1]} against the sun.",
        )
    ]
