"""A series as local days of equal slots, and stretches within it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.calendar import WorkCalendar
from forecasting.horizon import step_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Days:
    """Where each interval lies: its day and its slot of the local clock.

    On a day on which the clocks go back the second of two like slots stands for both; the slots that are skipped in
    spring are NaN in a grid.
    """

    index: pd.DatetimeIndex
    step: pd.Timedelta
    dates: tuple[date, ...]
    free: Flags  # of each day; all false without a calendar
    row: npt.NDArray[np.intp]  # of each interval
    slot: npt.NDArray[np.intp]

    @classmethod
    def of(cls, index: pd.DatetimeIndex, calendar: WorkCalendar | None) -> Days:
        """The days of an equidistant axis with time zone."""
        minutes = step_of(index)
        midnights = index.tz_localize(None).normalize()
        first = np.concatenate([[True], np.diff(midnights.asi8) != 0])
        dates = tuple(midnights[first].date)
        free = np.array([calendar is not None and not calendar.is_working(day) for day in dates], bool)
        slot = (60 * index.hour + index.minute).to_numpy(np.intp) // minutes
        return cls(index, pd.Timedelta(minutes=minutes), dates, free, np.cumsum(first) - 1, slot)

    @property
    def slots(self) -> int:
        """Slots of a day of 24 hours."""
        return int(pd.Timedelta(days=1) / self.step)

    @property
    def per_hour(self) -> int:
        """Slots of an hour."""
        return int(pd.Timedelta(hours=1) / self.step)

    def grid(self, values: Floats) -> Matrix:
        """Values by day and slot, shape (days, slots)."""
        out = np.full((len(self.dates), self.slots), np.nan)
        out[self.row, self.slot] = values
        return out

    def along(self, grid: Matrix) -> Floats:
        """Values of a grid, interval by interval."""
        return np.asarray(grid[self.row, self.slot], float)

    def classes(self) -> Iterator[npt.NDArray[np.intp]]:
        """Days that are alike: the working days, the free days."""
        for kind in (False, True):
            if len(rows := np.flatnonzero(self.free == kind)):
                yield rows

    def start(self, row: int) -> pd.Timestamp:
        """The first interval of a day."""
        return self.index[int(np.argmax(self.row == row))]

    def end(self, row: int) -> pd.Timestamp:
        """The end of the last interval of a day."""
        last = len(self.row) - 1 - int(np.argmax(self.row[::-1] == row))
        return self.index[last] + self.step


def runs(flags: Flags) -> Iterator[tuple[int, int]]:
    """Stretches ``[first, end)`` in which all flags are set."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def lasting(flags: Flags, least: int) -> Flags:
    """Flags of stretches of at least ``least`` intervals."""
    out = np.zeros(len(flags), bool)
    for a, b in runs(flags):
        out[a:b] = b - a >= least
    return out
