"""Flags by what the sun allows.

night          power above 0.5 % of the nameplate with the sun more than 3° below the horizon
out of range   above 1.1 x nameplate, below -2 % of it
outage         at least an hour of nothing while a clear sky would give 20 % of the nameplate
curtailed      at least two hours within 2 % while the clear sky power moves by 10 % of the nameplate, below full
time shift     phase of the first daily harmonic against that of the clear sky, median of eleven days
unit slip      days above what a clear sky gives, or clear ones far below those before, by a known factor
"""

from __future__ import annotations

from math import log

import numpy as np
import pandas as pd

from forecasting.history.days import Days, Flags, Floats, Matrix, lasting, runs
from forecasting.history.record import mark_days
from forecasting.history.slips import FACTORS, LARGE, stretches

NIGHT_DEG, NIGHT_SHARE, NIGHT_HOURS = -3.0, 0.005, 1.0
HIGHEST, LOWEST = 1.1, -0.02  # of the nameplate
DARK, LIT, OUTAGE_HOURS = 0.002, 0.20, 1.0
FLAT, MOVES, LEAST_CURTAILED, FULL, CURTAILED_HOURS = 0.02, 0.10, 0.10, 0.95, 2.0
CLEAR_SPREAD, CLEAR_LIT, USABLE_SHARE = 0.08, 0.25, 0.8
SHIFT_DAYS, SHIFT_H = 11, 0.67
REFERENCE, LEAST_REFERENCE = 10, 3  # clear days
TOO_MUCH, TWICE, NEAR, BRIGHTEST = 1.5, 2.0, 0.15, 0.35  # of a clear day; of the nameplate; log; of a clear day


def night_power(y: Floats, elevation_deg: Floats, capacity: float, days: Days) -> Flags:
    """Power without sun; with an hour of it the whole day is not believed."""
    wrong = (elevation_deg < NIGHT_DEG) & (y > NIGHT_SHARE * capacity)
    often = np.bincount(days.row, weights=wrong, minlength=len(days.dates)) >= NIGHT_HOURS * days.per_hour
    return wrong | mark_days(days, often)


def out_of_range(y: Floats, capacity: float) -> Flags:
    """More or less than a plant can."""
    return np.asarray((y > HIGHEST * capacity) | (y < LOWEST * capacity), bool)


def outage(y: Floats, clear: Floats, capacity: float, days: Days) -> Flags:
    """Nothing made though the sun is up: an outage, or snow."""
    dark = (y <= DARK * capacity) & (clear >= LIT * capacity)
    return lasting(dark, max(1, round(OUTAGE_HOURS * days.per_hour)))


def curtailed(y: Floats, clear: Floats, capacity: float, days: Days) -> Flags:
    """A plateau below full power under a moving sun."""
    n = round(CURTAILED_HOURS * days.per_hour)
    if n < 3:
        return np.zeros(len(y), bool)  # two values do not make a plateau
    power, sun = pd.Series(y).rolling(n), pd.Series(clear).rolling(n)
    high, low = power.max(), power.min()
    flat = (high - low <= FLAT * high) & (low >= LEAST_CURTAILED * capacity) & (high < FULL * capacity)
    ends = (flat & (sun.max() - sun.min() >= MOVES * capacity)).to_numpy()
    out = np.zeros(len(y), bool)
    for k in np.flatnonzero(ends):
        out[k - n + 1 : k + 1] = True
    for a, b in runs(out):  # what lies on the plateau beside it
        level = float(np.median(y[a:b]))
        on = np.abs(y - level) <= FLAT * level
        while a > 0 and on[a - 1]:
            a -= 1
        while b < len(y) and on[b]:
            b += 1
        out[a:b] = True
    return out


def clear_days(y: Matrix, clear: Matrix, capacity: float) -> tuple[Flags, Floats]:
    """Days that follow the clear sky's curve, and the median of measured / clear of every day [1]; NaN of no light."""
    light = clear >= CLEAR_LIT * capacity
    lit = light & np.isfinite(y)
    ratio = pd.DataFrame(np.where(lit, y / np.where(lit, clear, 1.0), np.nan).T)
    mean, spread = ratio.mean().to_numpy(float), ratio.std(ddof=0).to_numpy(float)
    enough = lit.any(axis=1) & (lit.sum(axis=1) >= USABLE_SHARE * light.sum(axis=1))
    smooth = enough & np.greater(mean, 0) & np.less_equal(spread, CLEAR_SPREAD * mean)
    return np.asarray(smooth, bool), ratio.median().to_numpy(float)


def shift_hours(y: Matrix, clear: Matrix) -> Floats:
    """Hours by which each day runs late against the sun, median of eleven days; NaN where it cannot be told."""
    turn = np.exp(2j * np.pi * (np.arange(y.shape[1]) + 0.5) / y.shape[1])
    there = np.isfinite(y) & np.isfinite(clear)
    whole = there.mean(axis=1) >= 0.8
    made, could = (np.where(there, np.clip(v, 0.0, None), 0.0) @ turn for v in (y, clear))
    told = whole & (np.abs(made) > 0) & (np.abs(could) > 0)
    late = np.where(told, np.angle(made * np.conj(could)) * 12.0 / np.pi, np.nan)
    return pd.Series(late).rolling(SHIFT_DAYS, center=True, min_periods=5).median().to_numpy(float)


def slipped(y: Matrix, clear: Matrix, capacity: float) -> list[float | None]:
    """Factor of each day that reads in another unit."""
    smooth, ratio = clear_days(y, clear, capacity)
    smooth &= np.isfinite(ratio) & (ratio > 0)
    seen: list[float] = []
    factors: list[float | None] = []
    over: list[float] = []
    for row in range(len(y)):
        known = len(seen) >= LEAST_REFERENCE
        usual = float(np.median(seen[-REFERENCE:])) if known else 1.0  # the nameplate
        rel = ratio[row] / usual if ratio[row] > 0 else float("nan")
        factor = _factor(rel, bool(smooth[row]), known=known)
        if factor is None and smooth[row]:
            seen.append(float(ratio[row]))
        factors.append(factor)
        over.append(rel)
    return _joined(factors, over)


def _joined(factors: list[float | None], over: list[float]) -> list[float | None]:
    """Stretches of days that slip the same way.

    A third or a quarter may be weather: it takes two clear days, and a stretch without a brighter day around them.
    """
    low = np.array([f is not None and 1e-2 < f < 1 for f in factors], bool)
    out: list[float | None] = [None] * len(factors)
    for first, last, factor in stretches([None if k else f for f, k in zip(factors, low, strict=True)], over):
        out[first : last + 1] = [factor] * (last - first + 1)
    ratios = np.array(over)
    for a, b in runs(~(ratios > BRIGHTEST)):
        clear = np.flatnonzero(low[a:b])
        if len(clear) >= 2:
            middle = float(np.median(ratios[a + clear]))
            out[a:b] = [min((f for f in FACTORS if f < 1), key=lambda f: abs(log(middle / f)))] * (b - a)
    return out


def _factor(rel: float, smooth: bool, known: bool) -> float | None:
    """The factor that a day's ratio to the usual clear day tells, or None."""
    if not np.isfinite(rel):
        return None
    if smooth and known:
        near = min(FACTORS, key=lambda f: abs(log(rel / f)))
        if rel > TOO_MUCH or abs(log(rel / near)) < (2 * NEAR if abs(log(near)) > LARGE else NEAR):
            return near
        return None
    if rel > 20.0:
        return 1000.0
    if rel < 0.004:
        return 1e-3
    if rel > (TOO_MUCH if known else TWICE):
        return min((f for f in FACTORS if 1 < f < 20), key=lambda f: abs(log(rel / f)))
    return None
