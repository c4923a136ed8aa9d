"""Days on which a meter counts in another unit: every slot is off by the same known factor.

    l[h] = log(y[h] / (e[h] r[h]))         r median of y/e in the last good days of the same kind, e expected or 1

A day slips by f where the median of l lies near log f and most of its slots agree. Slipped days do not become
reference, so that a slip is seen to its end, or until the last good day is `OLDEST` days away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import log

import numpy as np

from forecasting.history.days import Days, Floats, Matrix

FACTORS = {  # factor: (Chinese, English)
    1000.0: ("读数为应有值的 1000 倍: W 当作 kW, 或 Wh 当作 kWh", "1000 times too high: Wh taken for kWh"),
    1e-3: ("读数为应有值的 1/1000: MWh 当作 kWh", "a thousandth: MWh taken for kWh"),
    3.6: ("读数为应有值的 3.6 倍: MJ 当作 kWh", "3.6 times too high: MJ taken for kWh"),
    1 / 3.6: ("读数为应有值的 1/3.6: kWh 当作 MJ 又作换算", "3.6 times too low: kWh taken for MJ and converted"),
    4.0: ("读数为应有值的 4 倍: 15 分钟 kW 当作 kWh 相加", "4 times too high: kW of 15 min added up as kWh"),
    0.25: ("读数为应有值的 1/4: 15 分钟 kWh 当作 kW 平均", "a quarter: kWh of 15 min averaged as kW"),
}
LARGE = 2.0  # log: factors beyond it are no matter of use or weather
REFERENCE, LEAST_REFERENCE, OLDEST = 10, 3, 75  # days
NEAR_MEDIAN, NEAR_SLOT, AGREE = 0.25, 0.45, 0.6  # log, log, share of slots
NEAR_UP = 2.3  # log: a shutdown at a tenth, read in W, is still a slip; a hundredth of the use is a shutdown
LEAST_HOURS = 8


@dataclass(frozen=True)
class Day:
    """One day: ``factor`` of its slip or None, median ``ratio``, logarithm of each slot's ratio, shape (slots,)."""

    factor: float | None
    ratio: float
    away: Floats


def slipped_days(per: Matrix, days: Days, factors: Collection[float]) -> list[Day]:
    """Every day of a grid (of readings, or of readings over what is expected) held against the good days before."""
    least = LEAST_HOURS * days.per_hour
    good: dict[bool, list[int]] = {False: [], True: []}
    found = []
    for row in range(len(per)):
        past = good[bool(days.free[row])]
        recent = [k for k in past[-REFERENCE:] if (days.dates[row] - days.dates[k]).days <= OLDEST]
        day = _slip(per[row], per[recent], factors, least)
        if day.factor is None and np.isfinite(per[row]).sum() >= least:
            past.append(row)
        found.append(day)
    return found


def _slip(today: Floats, reference: Matrix, factors: Collection[float], least: int) -> Day:
    known = np.isfinite(reference).sum(axis=0) >= LEAST_REFERENCE
    usual = np.full(len(today), np.nan)
    usual[known] = np.nanmedian(reference[:, known], axis=0)
    away = np.full(len(today), np.nan)
    told = np.greater(today, 0) & np.greater(usual, 0)
    away[told] = np.log(today[told] / usual[told])
    if told.sum() < least:
        return Day(None, 1.0, away)
    middle = float(np.median(away[told]))
    factor = min(factors, key=lambda f: abs(middle - log(f)))
    near, near_slot = (NEAR_UP, NEAR_UP) if log(factor) > LARGE else (NEAR_MEDIAN, NEAR_SLOT)
    agree = np.mean(np.abs(away[told] - log(factor)) < near_slot) >= AGREE
    return Day(factor if agree and abs(middle - log(factor)) < near else None, float(np.exp(middle)), away)


def stretches(factors: list[float | None], ratios: list[float]) -> Iterator[tuple[int, int, float]]:
    """(first day, last day, factor) of days that slip the same way; two days without reference may lie between."""
    k = 0
    while k < len(factors):
        if factors[k] is None:
            k += 1
            continue
        rows, j, way = [k], k + 1, ratios[k] > 1
        while j < len(factors) and j - rows[-1] <= 3:
            if factors[j] is not None and (ratios[j] > 1) == way:
                rows.append(j)
            j += 1
        middle = float(np.median([ratios[r] for r in rows]))
        factor = min(FACTORS, key=lambda f: abs(log(middle / f)))
        if abs(log(factor)) > LARGE or len(rows) >= 2:
            yield rows[0], rows[-1], factor
        k = rows[-1] + 1
