"""Meter readings in a CSV file as activity.

Wide, one column a meter, its unit at the end of its name; or long, one line a reading:

    time,grid.import_kwh,electrolyser.hydrogen_kg        time,meter,value,unit
    2026-01-01T00:00:00+08:00,812.5,6.1                  2026-01-01T00:00:00+08:00,grid.import_kwh,812.5,kWh
    2026-01-01T01:00:00+08:00,798,                       2026-01-01T00:00:00+08:00,electrolyser.hydrogen_kg,6.1,kg

UTF-8, comma separated. A value is what flowed in the interval that begins at its time, not the state of a counter.
Intervals are 5 to 60 minutes, all of one length (in long files: of one meter), on the grid of the hour; lines may come
in any order. What is finer than an hour is added up. Lines outside the period are checked and left out.

- Meters: those of the site, ``component.quantity`` as in plans (``ems.emissions.meters``), and those that the caller
  knows beside them (the km of a fleet). An unknown meter is refused, with the name that was probably meant.
- Units: kWh, MWh, MJ, GJ, kW, MW for energy; kg, t, kg/h for masses; m3, L, km as they are. A power or mass flow is the
  mean of its interval. In names: _kwh _mwh _mj _gj _kw _mw _kg _t _kg_per_h _m3 _l _km. A unit of another kind than the
  meter's is refused; none is guessed.
- Times carry their offset from UTC, so that the hour that comes twice when the clocks change is two hours, and the one
  that is left out is none; local clock times alone are refused.
- The same time twice for one meter is refused, also with the same value.
- Negative amounts are refused: every meter counts one direction. Text and "NaN" are refused; a cell may be empty.
- An hour with no reading or with part of its readings is a gap of that meter, and is never filled. A calendar month in
  the period without a single reading of a meter of the file is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity, Gap, Meter
from ems.emissions.gaps import empty_months, runs
from ems.emissions.meters import rate_meters
from ems.emissions.readings import HOUR_NS, Readings, read_readings
from ems.site import Site
from forecasting.errors import InputError
from forecasting.horizon import days_index, nanoseconds
from forecasting.notes import Note
from models.window import Floats, Ints

NO_READING, PART = 1, 2
WHY = {
    NO_READING: Note("没有读数", "no reading"),
    PART: Note("该小时读数不全", "readings of a part of the hour only"),
}


def from_measured(file: Path, site: Site, start: date, end: date, further: Sequence[Meter] = ()) -> Activity:
    """Readings of a file as hourly amounts of the local days ``start`` … ``end``, both inclusive.

    ``further`` are meters that may be in the file beside those of the site's components. The activity has the meters
    of the file and no others. Raises `InputError` with row and column for readings that cannot be used.
    """
    known = {m.name: m for m in (*rate_meters(site, "measured").values(), *further)}
    hours = days_index(start, end, site.place.timezone, 60)
    readings = read_readings(file, known, hours[0])
    cells = [_hourly(r, hours) for r in readings]
    codes = np.column_stack([why for _, why in cells]) if cells else np.empty((len(hours), 0), int)
    if (codes == NO_READING).all():
        raise InputError(file.name, "column time", _span(readings, hours), f"readings of {start} to {end}")
    _no_empty_month(file.name, hours, readings, codes)
    names = [r.meter.name for r in readings]
    table = pd.DataFrame(np.column_stack([amounts for amounts, _ in cells]), index=hours, columns=names)
    return Activity(site, {r.meter.name: r.meter for r in readings}, table, _gaps(hours, names, codes))


def _hourly(r: Readings, hours: pd.DatetimeIndex) -> tuple[Floats, Ints]:
    """Amounts of the hours, and why they have none (a key of ``WHY``, else 0), both of shape (hours,)."""
    at = (r.times_ns - nanoseconds(hours)[0]) // HOUR_NS
    inside = (at >= 0) & (at < len(hours))
    count = np.bincount(at[inside], minlength=len(hours))
    sums = np.bincount(at[inside], weights=r.amounts[inside], minlength=len(hours))
    whole = count * r.step_ns == HOUR_NS
    codes = np.where(whole, 0, np.where(count == 0, NO_READING, PART))
    return np.asarray(np.where(whole, sums, np.nan), float), codes


def _span(readings: Sequence[Readings], hours: pd.DatetimeIndex) -> str:
    """From the first to the last reading of the file, in words."""
    times = np.concatenate([r.times_ns for r in readings]) if readings else np.empty(0, np.int64)
    if not len(times):
        return "without a reading"
    first, last = (pd.Timestamp(int(t), tz="UTC").tz_convert(hours.tz).isoformat() for t in (times.min(), times.max()))
    return f"{first} to {last}"


def _no_empty_month(source: str, hours: pd.DatetimeIndex, readings: Sequence[Readings], codes: Ints) -> None:
    for r, why in zip(readings, codes.T, strict=True):
        if months := empty_months(hours, why != 0):
            remedy = "add them (0 where nothing flowed), or report the months that are there"
            raise InputError(source, f"{r.title} in {', '.join(months)}", None, "readings of every month", remedy)


def _gaps(hours: pd.DatetimeIndex, names: Sequence[str], codes: Ints) -> tuple[Gap, ...]:
    """Hours without any reading, then those of single meters."""
    dark = (codes == NO_READING).all(axis=1)
    found = [Gap("", first, after, WHY[NO_READING]) for first, after, _ in runs(hours, dark.astype(int))]
    for name, column in zip(names, codes.T, strict=True):
        own = np.where(dark, 0, column)
        found += [Gap(name, first, after, WHY[code]) for first, after, code in runs(hours, own)]
    return tuple(found)
