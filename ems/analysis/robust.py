"""Statistics that a few wrong readings cannot bend, and the sums that see a small lasting change early.

spread       1.4826 x median |x - median(x)|, the standard deviation of a normal law.
             Rousseeuw and Croux (1993), J. Am. Stat. Assoc. 88, 1273: alternatives to the median absolute deviation.
step_spread  1.4826 x median |x[t+1] - x[t]| / sqrt(2): successive differences, which a slow drift hardly touches.
             Von Neumann et al. (1941), Ann. Math. Stat. 12, 153, with the median in place of the mean.
slope        median of (x[j] - x[i]) / (t[j] - t[i]): Theil (1950); Sen (1968), J. Am. Stat. Assoc. 63, 1379.
cusum        S+ = max(0, S+ + z - slack), alarm above the limit, S- likewise: Page (1954), Biometrika 41, 100;
             NIST/SEMATECH e-Handbook of Statistical Methods 6.3.2.3. With slack 0.5 and limit 5 independent normal z
             alarm every 465 values on average.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from models.window import Floats

NORMAL = 1.4826  # 1 / 0.6745, the third quartile of the normal law
CLIP = 3.5  # standard deviations: the most that a single value adds to a sum, so that none alarms alone
SLACK, LIMIT = 0.5, 5.0
BACK = 3  # values in a row within the slack that end an episode


def spread(x: Floats) -> float:
    """Robust standard deviation; NaN where there is no value."""
    known = x[np.isfinite(x)]
    return float(NORMAL * np.median(np.abs(known - np.median(known)))) if len(known) else float("nan")


def step_spread(x: Floats) -> float:
    """Robust standard deviation from one value to the next; NaN where there are fewer than two."""
    known = x[np.isfinite(x)]
    return float(NORMAL * np.median(np.abs(np.diff(known))) / np.sqrt(2)) if len(known) > 1 else float("nan")


def slope(t: Floats, x: Floats) -> float:
    """Theil-Sen slope [unit of x per unit of t]; NaN where there are fewer than two values."""
    known = np.isfinite(x)
    t, x = t[known], x[known]
    i, j = np.triu_indices(len(x), 1)
    return float(np.median((x[j] - x[i]) / (t[j] - t[i]))) if len(i) else float("nan")


class Episode(NamedTuple):
    """A lasting change: where it began, where the sum crossed its limit, where it ended (``end`` is outside)."""

    begin: int
    alarm: int
    end: int
    side: Literal[1, -1]


def cusum(z: Floats, slack: float = SLACK, limit: float = LIMIT) -> list[Episode]:
    """Lasting changes of standardised values, upwards and downwards; NaN is passed over."""
    return sorted([*_one_side(z, 1, slack, limit), *_one_side(z, -1, slack, limit)])


def _one_side(z: Floats, side: Literal[1, -1], slack: float, limit: float) -> Iterator[Episode]:
    total, begin, alarm, calm, last = 0.0, 0, -1, 0, 0
    for k, value in enumerate(z.tolist()):
        if not np.isfinite(value):
            continue
        excess = min(max(side * value - slack, -CLIP), CLIP)
        if alarm >= 0:
            calm = calm + 1 if excess <= 0 else 0
            last = k if calm == 0 else last
            if calm == BACK:
                yield Episode(begin, alarm, last + 1, side)
                total, alarm, calm = 0.0, -1, 0
            continue
        begin = k if total <= 0 else begin
        total = max(0.0, total + excess)
        if total > limit:
            alarm, calm, last = k, 0, k
    if alarm >= 0:
        yield Episode(begin, alarm, len(z), side)
