"""Flags of demands: nothing read where there is always something, spikes, another unit."""

from __future__ import annotations

from math import log

import numpy as np

from forecasting.history.days import Days, Flags, Floats, lasting
from forecasting.history.slips import FACTORS, LARGE, slipped_days, stretches

ALWAYS = 0.98  # share of like days on which a slot is above zero, for zero to be odd
ZERO_HOURS = 2.0
BEYOND, BEYOND_WEATHER, QUANTILE = 3.0, 30.0, 0.9  # times the highest of all but the tenth of days that read highest


def out_of_range(y: Floats, days: Days, limit: float | None, weatherly: bool) -> Flags:
    """Below zero, above ``limit`` [unit], or far above all else."""
    highest = np.zeros(len(days.dates))
    np.maximum.at(highest, days.row, np.nan_to_num(y))
    used = highest[highest > 0]
    times = BEYOND_WEATHER if weatherly else BEYOND  # the first cold days come after a summer of none
    usual = times * float(np.quantile(used, QUANTILE)) if len(used) else np.inf
    return np.asarray((y < 0) | (y > min(usual, np.inf if limit is None else limit)), bool)


def outage(y: Floats, days: Days) -> Flags:
    """Zero for hours in which there is always something."""
    grid = days.grid(np.where(np.isnan(y), np.nan, (y > 0).astype(float)))
    share = np.zeros(grid.shape)
    for rows in days.classes():
        known = np.isfinite(grid[rows]).sum(axis=0)
        share[rows] = np.nansum(grid[rows], axis=0) / np.maximum(known, 1)
    odd = (y == 0) & (days.along(share) >= ALWAYS)
    return lasting(odd, max(2, round(ZERO_HOURS * days.per_hour)))


def slipped(y: Floats, days: Days, weatherly: bool) -> list[float | None]:
    """Factor of each day in another unit; a demand that follows the weather is judged by large factors alone."""
    factors = [f for f in FACTORS if abs(log(f)) > LARGE or not weatherly]
    found = slipped_days(days.grid(y), days, factors)
    out: list[float | None] = [None] * len(found)
    for first, last, factor in stretches([d.factor for d in found], [d.ratio for d in found]):
        out[first : last + 1] = [factor] * (last - first + 1)
    return out
