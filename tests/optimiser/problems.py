"""Small mixed-integer programs as plain arrays, for the solver's own tests."""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import csc_matrix

from ems.problem import Problem


def problem(
    cost: list[float],
    rows: list[list[float]],
    low: list[float],
    high: list[float],
    *,
    whole: bool | list[bool] = False,
    lower: float | list[float] = 0.0,
    upper: float | list[float] = math.inf,
    offset: float = 0.0,
) -> Problem:
    """min cost x + offset with low <= rows x <= high."""
    n = len(cost)
    a = csc_matrix(np.array(rows, float).reshape(-1, n))
    return Problem(
        cost=np.array(cost, float),
        offset=offset,
        lower=np.broadcast_to(np.array(lower, float), n).copy(),
        upper=np.broadcast_to(np.array(upper, float), n).copy(),
        integer=np.broadcast_to(np.array(whole, bool), n).copy(),
        row_lower=np.array(low, float),
        row_upper=np.array(high, float),
        start=a.indptr.astype(np.int32),
        index=a.indices.astype(np.int32),
        value=a.data.astype(float),
    )


def knapsack() -> Problem:
    """The best of 10 a + 13 b + 7 c with weights 5, 7, 4 and room for 9: a and c, worth 17."""
    return problem([-10, -13, -7], [[5, 7, 4]], [-math.inf], [9], whole=True, upper=1.0)


def market_split(rows: int = 6, seed: int = 1, *, slack: bool = True) -> Problem:
    """Cornuéjols and Dawande (1998): halve several random sums at once. No solver proves these in minutes.

    With slack every choice is feasible and the misfit is minimised; without it the halves must be exact.
    """
    n = 10 * (rows - 1)
    d = np.random.default_rng(seed).integers(0, 100, (rows, n)).astype(float)
    half = np.floor(d.sum(axis=1) / 2)
    if not slack:
        return problem([0.0] * n, d.tolist(), half.tolist(), half.tolist(), whole=True, upper=1.0)
    a = np.hstack([d, np.eye(rows), -np.eye(rows)])
    return problem(
        [0.0] * n + [1.0] * (2 * rows),
        a.tolist(),
        half.tolist(),
        half.tolist(),
        whole=[True] * n + [False] * (2 * rows),
        upper=[1.0] * n + [math.inf] * (2 * rows),
    )
