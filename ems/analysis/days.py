"""A meter's hours as days of 24 local hours, told apart by working and free days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.calendar import WorkCalendar
from models.window import Floats

Flags = npt.NDArray[np.bool_]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Days:
    """Where each hour lies: its day and its hour of the local clock.

    On a day on which the clocks go back the second of the two like hours stands for both; the hour that is skipped in
    spring is NaN in a grid.
    """

    index: pd.DatetimeIndex
    dates: tuple[date, ...]
    free: Flags  # of each day
    row: npt.NDArray[np.intp]  # of each hour
    hour: npt.NDArray[np.intp]

    @classmethod
    def of(cls, index: pd.DatetimeIndex, calendar: WorkCalendar) -> Days:
        dates = tuple(dict.fromkeys(index.date))
        place = {day: k for k, day in enumerate(dates)}
        free = np.array([not calendar.is_working(day) for day in dates], bool)
        row = np.array([place[day] for day in index.date], np.intp)
        return cls(index, dates, free, row, np.asarray(index.hour, np.intp))

    def grid(self, values: Floats) -> Matrix:
        """Values by day and hour, shape (days, 24)."""
        out = np.full((len(self.dates), 24), np.nan)
        out[self.row, self.hour] = values
        return out

    def hours(self, grid: Matrix) -> Floats:
        """Values of a grid, hour by hour."""
        return np.asarray(grid[self.row, self.hour], float)

    def classes(self) -> Iterator[npt.NDArray[np.intp]]:
        """Days that are alike: the working days, the free days."""
        for kind in (False, True):
            if len(rows := np.flatnonzero(self.free == kind)):
                yield rows

    def start(self, row: int) -> pd.Timestamp:
        """The first hour of a day."""
        return self.index[int(np.argmax(self.row == row))]

    def end(self, row: int) -> pd.Timestamp:
        """The end of the last hour of a day."""
        last = len(self.row) - 1 - int(np.argmax(self.row[::-1] == row))
        return self.index[last] + pd.Timedelta(hours=1)


def runs(flags: Flags) -> Iterator[tuple[int, int]]:
    """Stretches ``[first, end)`` in which all flags are set."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
