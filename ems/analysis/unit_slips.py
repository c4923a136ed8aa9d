"""Days on which a meter counts in another unit: every hour is off by the same known factor.

    l[h] = log(y[h] / (e[h] * r[h]))         r median of y/e in the last good days of the same kind, e expected or 1

A day slips by f where the median of l lies near log f and most of its hours agree. Slipped days do not become
reference, so that a slip is seen to its end, or until the last good day is `OLDEST` days away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log

import numpy as np
import pandas as pd

from ems.analysis.days import Days, Matrix
from ems.analysis.finding import Finding
from forecasting.notes import Note
from models.window import Floats

HOUR = pd.Timedelta(hours=1)
FACTORS = {  # factor: (Chinese, English)
    1000.0: ("读数为应有值的 1000 倍: W 当作 kW, 或 Wh 当作 kWh", "1000 times too high: Wh taken for kWh"),
    1e-3: ("读数为应有值的 1/1000: MWh 当作 kWh", "a thousandth: MWh taken for kWh"),
    3.6: ("读数为应有值的 3.6 倍: MJ 当作 kWh", "3.6 times too high: MJ taken for kWh"),
    1 / 3.6: ("读数为应有值的 1/3.6: kWh 当作 MJ 又作换算", "3.6 times too low: kWh taken for MJ and converted"),
    4.0: ("读数为应有值的 4 倍: 15 分钟 kW 当作 kWh 相加", "4 times too high: kW of 15 min added up as kWh"),
    0.25: ("读数为应有值的 1/4: 15 分钟 kWh 当作 kW 平均", "a quarter: kWh of 15 min averaged as kW"),
}
REFERENCE, LEAST_REFERENCE, OLDEST = 10, 3, 75  # days
NEAR_MEDIAN, NEAR_HOUR, AGREE = 0.25, 0.45, 0.6  # log, log, share of hours
LEAST_HOURS = 8
NOTICEABLE = 0.05  # of the high level: hours below it tell no ratio


@dataclass(frozen=True)
class _Day:
    factor: float | None  # of the slip
    ratio: float  # median over the hours
    away: Floats  # logarithm of each hour's ratio, shape (24,)


def unit_slips(meter: str, y: Floats, days: Days, expected: Floats | None, *, thermal: bool) -> Iterator[Finding]:
    """Stretches of days in another unit; heat and cold without a model change too much for factors below 1000."""
    per = days.grid(y if expected is None else _over(y, expected))
    factors = [f for f in FACTORS if abs(log(f)) > 2 or expected is not None or not thermal]
    found = _days(per, days, factors)
    for first, last, factor in _stretches(found):
        ratio = float(np.median([d.ratio for d in found[first : last + 1] if d.factor]))
        zh, en = FACTORS[factor]
        start, end = _edges(found, days, first, last, log(ratio))
        alarm = days.end(first if abs(log(factor)) > 2 else min(first + 1, last))
        text = Note(f"{zh}(实测为参照的 {ratio:.3g} 倍)", f"{en} (measured is {ratio:.3g} of the reference)")
        yield Finding("unit_slip", meter, start, end, alarm, ratio, text)


def _over(y: Floats, expected: Floats) -> Floats:
    least = NOTICEABLE * float(np.nanpercentile(expected, 95))
    return np.where(expected > max(least, 1e-9), y / np.where(expected > 0, expected, 1.0), np.nan)


def _days(per: Matrix, days: Days, factors: list[float]) -> list[_Day]:
    good: dict[bool, list[int]] = {False: [], True: []}
    found = []
    for row in range(len(per)):
        past = good[bool(days.free[row])]
        recent = [k for k in past[-REFERENCE:] if (days.dates[row] - days.dates[k]).days <= OLDEST]
        day = _slip(per[row], per[recent], factors)
        if day.factor is None and np.isfinite(per[row]).sum() >= LEAST_HOURS:
            past.append(row)
        found.append(day)
    return found


def _slip(today: Floats, reference: Matrix, factors: list[float]) -> _Day:
    known = np.isfinite(reference).sum(axis=0) >= LEAST_REFERENCE
    usual = np.full(len(today), np.nan)
    usual[known] = np.nanmedian(reference[:, known], axis=0)
    away = np.full(len(today), np.nan)
    told = np.greater(today, 0) & np.greater(usual, 0)
    away[told] = np.log(today[told] / usual[told])
    if told.sum() < LEAST_HOURS:
        return _Day(None, 1.0, away)
    middle = float(np.median(away[told]))
    factor = min(factors, key=lambda f: abs(middle - log(f)))
    agree = np.mean(np.abs(away[told] - log(factor)) < NEAR_HOUR) >= AGREE
    return _Day(factor if agree and abs(middle - log(factor)) < NEAR_MEDIAN else None, float(np.exp(middle)), away)


def _edges(found: list[_Day], days: Days, first: int, last: int, middle: float) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Begin and end of a slip, with the hours of the days before and after that slip as well."""
    before = found[first - 1].away[::-1] if first else np.array([])
    after = found[last + 1].away if last + 1 < len(found) else np.array([])
    lead, tail = (int(np.argmin([*(np.abs(a - middle) < NEAR_HOUR), False])) for a in (before, after))
    return days.start(first) - lead * HOUR, days.end(last) + tail * HOUR


def _stretches(found: list[_Day]) -> Iterator[tuple[int, int, float]]:
    """(first day, last day, factor) of days that slip the same way; two days without reference may lie between."""
    k = 0
    while k < len(found):
        if found[k].factor is None:
            k += 1
            continue
        rows, j = [k], k + 1
        way = found[k].ratio > 1
        while j < len(found) and j - rows[-1] <= 3:
            if found[j].factor is not None and (found[j].ratio > 1) == way:
                rows.append(j)
            j += 1
        ratio = float(np.median([found[r].ratio for r in rows]))
        factor = min(FACTORS, key=lambda f: abs(log(ratio / f)))
        if abs(log(factor)) > 2 or len(rows) >= 2:
            yield rows[0], rows[-1], factor
        k = rows[-1] + 1
