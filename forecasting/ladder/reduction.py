"""A few weighted courses in place of many: what a plan can be solved against.

Fast forward selection: of all courses, the one is taken next that brings the mean distance of all to their nearest
one taken down most; each of the others then gives its weight to its nearest. Heitsch and Roemisch (2003),
Computational Optimization and Applications 24, 187. What is lost is told: fewer courses spread less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.errors import InputError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reduced:
    """A few of many courses.

    Attributes:
        chosen: rows of the many, in the order they were taken.
        weights: of the chosen, adding up to 1.
        mean: of the sums over all steps, before and after.
        std: standard deviation of these sums, before and after.
        distance: mean distance of all to their nearest one chosen, over that with one course alone [1].
    """

    chosen: tuple[int, ...]
    weights: Floats
    mean: tuple[float, float]
    std: tuple[float, float]
    distance: float


def reduced(courses: Floats, count: int) -> Reduced:
    """``count`` of the equally likely ``courses``, shape (n, steps); steps of several series may stand side by side.

    Raises:
        InputError: more are asked for than there are.
    """
    n = len(courses)
    if not 1 <= count <= n:
        raise InputError("scenarios", "count", count, f"1 to {n}")
    squares = (courses**2).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2.0 * courses @ courses.T, 0.0))
    np.fill_diagonal(apart, 0.0)
    nearest = np.full(n, np.inf)
    chosen: list[int] = []
    alone = 0.0
    for _ in range(count):
        left = np.minimum(nearest[:, None], apart).mean(axis=0)
        left[chosen] = np.inf
        best = int(np.argmin(left))
        chosen.append(best)
        nearest = np.minimum(nearest, apart[:, best])
        alone = alone or float(nearest.mean())
    owner = np.argmin(apart[:, chosen], axis=1)
    weights = np.bincount(owner, minlength=count) / n
    sums = courses.sum(axis=1)
    mean = float(weights @ sums[chosen])
    std = float(np.sqrt(weights @ (sums[chosen] - mean) ** 2))
    distance = float(nearest.mean()) / alone if alone > 0 else 0.0
    return Reduced(tuple(chosen), weights, (float(sums.mean()), mean), (float(sums.std()), std), distance)
