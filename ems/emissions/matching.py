"""Temporal matching: own PV of another hour counts for hydrogen only within the matching period.

    matched[P] = min(sum of grid power for hydrogen in P, sum of claimable PV in P)         P: an hour, a month, a year

Claimable is PV that no one else on the site has claimed. Every kWh of PV is claimed once: by hydrogen, by the other
uses, by whoever bought its certificates, or by no one.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from ems.emissions.mixture import AMOUNT, AT, KGCO2E, Array, over

Period = Literal["hour", "month", "year"]
PERIODS: tuple[Period, ...] = ("hour", "month", "year")
PERIOD_TEXT = {"hour": ("小时", "hour"), "month": ("月", "month"), "year": ("年", "year")}


def labels(index: pd.DatetimeIndex, period: Period) -> Array:
    """Number of the period of each hour, by the park's own calendar, shape (hours,)."""
    if period == "hour":
        return np.arange(len(index), dtype=float)
    months = index.year.to_numpy(float) * 12 + (index.month.to_numpy(float) - 1)
    return np.asarray(months if period == "month" else np.floor(months / 12))


def by_period(values: Array, label: Array) -> Array:
    """Sum of a period at each of its hours, shape of ``values``."""
    _, which = np.unique(label, return_inverse=True)
    sums = np.zeros((int(which.max(initial=-1)) + 1, *values.shape[1:]))
    np.add.at(sums, which, values)
    return np.asarray(sums[which])


def matched(power: Array, claimable: Array, label: Array) -> Array:
    """Power for hydrogen in which PV of the same period takes the place of grid power, shape (hours, 2, sources).

    Args:
        power: mixture of the power for hydrogen, shape (hours, 2, sources).
        claimable: PV that may be claimed [kWh], shape (hours,).
        label: number of the matching period of each hour.
    """
    grid = AT["grid"]
    bought = by_period(power[:, AMOUNT, grid], label)
    share = np.minimum(over(by_period(claimable, label), bought), 1.0)
    found = power.copy()
    found[:, AMOUNT, AT["matched_pv"]] += share * power[:, AMOUNT, grid]
    found[:, AMOUNT, grid] -= share * power[:, AMOUNT, grid]
    found[:, KGCO2E, grid] -= share * power[:, KGCO2E, grid]
    return found
