"""A year of measurements for the dates of another calendar year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.climatology import day_of_year
from forecasting.horizon import nanoseconds, step_of
from forecasting.notes import Note

DAY_MINUTES = 1440
MINUTE_NS = 60_000_000_000


def in_year_of(frame: pd.DataFrame, index: pd.DatetimeIndex, source: str) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The frame, or where it holds a whole year but not the dates of ``index``, its values of the same dates.

    Dates go by month, day and hour in the offset from UTC that the frame begins with; 29 February takes the 28th.
    A frame that covers the index, and one that holds less than a year, come back as they are.
    """
    assert isinstance(frame.index, pd.DatetimeIndex)
    step = step_of(frame.index, source)
    own, width = nanoseconds(frame.index), step * MINUTE_NS
    first, last = nanoseconds(index)[0], nanoseconds(index)[-1] + step_of(index) * MINUTE_NS
    if own[0] <= first and last <= own[-1] + width:
        return frame, ()
    first_there = frame.index[0]
    offset = first_there.tz_localize(None) - first_there.tz_convert("UTC").tz_localize(None)
    row = np.full(365 * DAY_MINUTES // step, -1)
    row[_position(frame.index, offset, step)] = np.arange(len(frame))
    begin = own[0] + (first - own[0]) // width * width
    wanted = pd.DatetimeIndex(np.arange(begin, last, width), tz="UTC").as_unit("us").tz_convert(frame.index.tz)
    rows = row[_position(wanted, offset, step)]
    if len(frame) * step < 365 * DAY_MINUTES or (rows < 0).any():
        return frame, ()
    years = [f"{t.year}" for t in (frame.index[rows.min()], index[0])]
    note = Note(
        f"{source} 为 {years[0]} 年数据, 按相同月日用于 {years[1]} 年(星期不对齐)。",
        f"{source} is of {years[0]}; {years[1]} takes the values of the same dates, whatever the day of the week.",
    )
    return frame.iloc[rows].set_axis(wanted.rename("time")), (note,)


def _position(index: pd.DatetimeIndex, offset: pd.Timedelta, step: int) -> npt.NDArray[np.int64]:
    """Place of each time in a year of 365 days."""
    local = index.tz_convert("UTC").tz_localize(None) + offset
    minute = local.hour.to_numpy() * 60 + local.minute.to_numpy()
    return np.asarray((day_of_year(local) * DAY_MINUTES + minute) // step, dtype=np.int64)
