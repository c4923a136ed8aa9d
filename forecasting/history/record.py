"""What a record betrays whatever it measures: readings that stand still, days that came twice."""

from __future__ import annotations

from math import log

import numpy as np

from forecasting.history.days import Days, Flags, Floats, Matrix, runs

CHANCE = 0.05  # runs of equal readings that chance may make in a record
LEAST_RUN = 4  # readings
LEAST_P, MOST_P = 0.05, 0.9
DISTINCT = 12  # different readings above zero that make a day one of a kind


def longest_by_chance(y: Floats, per_week: int) -> int:
    """Length of a run of equal readings that chance makes fewer than `CHANCE` times in the record."""
    same, above = np.diff(y) == 0, (y[1:] > 0) & np.isfinite(y[:-1])
    week = np.arange(len(same)) // per_week
    count = np.bincount(week[above])
    equal = np.bincount(week[above], weights=same[above])
    shares = equal[count > 0] / count[count > 0]
    p = min(max(float(np.median(shares)) if len(shares) else 0.0, LEAST_P), MOST_P)
    n = max(int(above.sum()), 1)
    return max(LEAST_RUN, 1 + int(np.ceil(log(CHANCE / (n * (1 - p))) / log(p))))


def standing(y: Floats) -> list[tuple[int, int]]:
    """Runs ``[first, end)`` of equal readings above zero, two or more."""
    same = np.concatenate([[False], (np.diff(y) == 0) & (y[1:] > 0)])
    return [(a - 1, b) for a, b in runs(same)]


def repeated(grid: Matrix) -> dict[int, int]:
    """Rows of a grid of days that hold the readings of an earlier one: row -> the first of its kind."""
    seen: dict[bytes, int] = {}
    out = {}
    for row, values in enumerate(grid):
        if np.isnan(values).any() or len(np.unique(values[values > 0])) < DISTINCT:
            continue
        first = seen.setdefault(values.tobytes(), row)
        if first != row:
            out[row] = first
    return out


def mark_days(days: Days, rows: Flags) -> Flags:
    """Every interval of the days marked."""
    return np.asarray(rows[days.row], bool)
