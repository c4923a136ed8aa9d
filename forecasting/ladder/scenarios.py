"""Courses that may come: each interval by its quantiles, intervals together as errors hang together.

    copula     x_t = F_t^-1(Phi(z_t)),  z ~ N(0, R)                        R: `forecasting.ladder.dependence`
    shuffle    a draw from every interval's quantiles, ordered as past days were ordered
               Schaake shuffle: Clark et al. (2004), Journal of Hydrometeorology 5, 243

Independent draws keep every interval's quantiles too, but their sums over a day hardly differ: a store planned
against them is too small.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.errors import InputError
from forecasting.ladder.dependence import Dependence
from forecasting.ladder.quantiles import LEVELS, levels_of

Floats = npt.NDArray[np.float64]
TAIL = 2.3  # how far 0 and 100 % lie beyond 5 and 95 %, in steps from 10 to 5 %: the mean is then a normal tail's


def scenarios(
    quantiles: pd.DataFrame, dependence: Dependence, count: int, seed: int, highest: float | None = None
) -> Floats:
    """Equally likely courses, shape (count, steps), in the unit of the table; the same seed gives the same.

    Args:
        quantiles: table of `forecasting.ladder.quantiles` without gaps.
        dependence: how its intervals hang together.
        count: of courses.
        seed: of the draw.
        highest: what nothing exceeds [unit]; nothing is below zero.
    """
    from scipy.special import ndtr

    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(dependence.matrix(pd.DatetimeIndex(quantiles.index)))
    half = rng.standard_normal(((count + 1) // 2, len(quantiles)))
    z = np.concatenate([half, -half])[:count] @ root.T  # each with its opposite: means settle with fewer
    return from_shares(quantiles, np.asarray(ndtr(z)), highest)


def shuffled(quantiles: pd.DataFrame, past: Floats, seed: int, highest: float | None = None) -> Floats:
    """As many courses as ``past`` has days (n, steps), each interval's values in the order of the past values.

    Equal past values (nights) are put in a random order.
    """
    n, steps = past.shape
    if steps != len(quantiles):
        raise InputError("scenarios", "past", f"{steps} intervals a day", f"{len(quantiles)}, as the forecast")
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random((n, steps)), past), axis=0)
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(n)[:, None].repeat(steps, axis=1), axis=0)
    return from_shares(quantiles, (rank + 0.5) / n, highest)


def independent(quantiles: pd.DataFrame, count: int, seed: int, highest: float | None = None) -> Floats:
    """Courses whose intervals know nothing of each other: only to show what that costs."""
    return from_shares(quantiles, np.random.default_rng(seed).random((count, len(quantiles))), highest)


def from_shares(quantiles: pd.DataFrame, shares: Floats, highest: float | None = None) -> Floats:
    """Values at shares of each interval's distribution, both of shape (count, steps); straight between quantiles."""
    levels = levels_of(quantiles)
    if not np.isfinite(levels).all():
        raise InputError("scenarios", "quantiles", "gaps", "quantiles of every interval")
    low = levels[:, 0] - TAIL * (levels[:, 1] - levels[:, 0])
    high = levels[:, -1] + TAIL * (levels[:, -1] - levels[:, -2])
    whole = np.column_stack([low, levels, high])
    at = np.array([0.0, *LEVELS, 1.0])
    values = np.column_stack([np.interp(shares[:, t], at, whole[t]) for t in range(len(levels))])
    return np.asarray(np.clip(values, 0.0, highest))
