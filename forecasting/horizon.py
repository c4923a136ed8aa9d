"""The time axis: left-labelled intervals [start, start + step) of equal length."""

from __future__ import annotations

from datetime import date, timedelta
from math import gcd

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.errors import InputError
from forecasting.place import zone

STEPS_MINUTES = (5, 6, 10, 12, 15, 20, 30, 60)


def checked_step(step_minutes: float) -> int:
    """Return the step [min] if an hour can be divided by it, else refuse it."""
    if step_minutes not in STEPS_MINUTES:
        raise InputError("time axis", "step_minutes", step_minutes, f"one of {', '.join(map(str, STEPS_MINUTES))}")
    return int(step_minutes)


def day_index(day: date, timezone: str, step_minutes: int) -> pd.DatetimeIndex:
    """Starts of all intervals of one local day, midnight to next midnight.

    A day on which the clocks change has 92 or 100 quarter hours.
    """
    return days_index(day, day, timezone, step_minutes)


def days_index(first: date, last: date, timezone: str, step_minutes: int) -> pd.DatetimeIndex:
    """Starts of all intervals from local midnight of ``first`` to the midnight that ends ``last``."""
    step = checked_step(step_minutes)
    if last < first:
        raise InputError("time axis", "last day", last.isoformat(), f"not before {first.isoformat()}")
    tz = zone(timezone)
    start, end = (
        pd.Timestamp(d).tz_localize(tz, ambiguous=True, nonexistent="shift_forward")
        for d in (first, last + timedelta(1))
    )
    count = (end - start) / pd.Timedelta(minutes=step)
    if count != int(count):
        raise InputError("time axis", "step_minutes", step, f"a step that divides the day {first} in {timezone}")
    index = pd.date_range(start.tz_convert("UTC"), periods=int(count), freq=pd.Timedelta(minutes=step))
    return index.tz_convert(tz).rename("time")


def step_of(index: pd.Index, source: str = "time axis") -> int:
    """Step [min] of a time axis that is aware of its zone, equidistant and aligned to the hour.

    An axis of one interval has no step and is refused.
    """
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
        raise InputError(source, "index", type(index).__name__, "times with a time zone")
    if len(index) < 2:
        raise InputError(source, "index", f"{len(index)} intervals", "two or more")
    steps = np.unique(np.diff(nanoseconds(index)))
    if len(steps) != 1 or steps[0] <= 0:
        raise InputError(source, "index", None, "equidistant, rising times without gaps")
    minutes = checked_step(steps[0] / 60e9)
    if nanoseconds(index)[0] % (gcd(minutes, 15) * 60_000_000_000):
        raise InputError(
            source, "index", index[0].isoformat(), f"intervals that start on full {gcd(minutes, 15)} minutes"
        )
    return minutes


def nanoseconds(index: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Time since 1970-01-01T00:00Z [ns], whatever resolution the index is stored in."""
    return index.tz_convert("UTC").as_unit("ns").asi8
