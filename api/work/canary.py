"""Small models with known answers: who gets them wrong must not plan. HiGHS 1.14 did, on small big-M models."""

from __future__ import annotations

import math

import numpy as np

from api.work.reasons import Failure, wrong_canary
from ems.problem import Limits, Problem
from ems.solve import Solver

LIMITS = Limits(seconds=10.0, gap=0.0)


def fault(solver: Solver) -> Failure | None:
    """What the solver gets wrong, None where it is fit."""
    for name, (problem, expected) in CANARIES.items():
        answer = solver.solve(problem, LIMITS)
        right = answer.status == "optimal" and math.isclose(answer.objective, expected, rel_tol=1e-6)
        if not right:
            said = f"{answer.objective:g}" if answer.status == "optimal" else answer.message or answer.status
            return wrong_canary(name, expected, said)
    return None


def _problem(
    cost: list[float], rows: list[list[float]], high: list[float], upper: list[float], whole: list[bool]
) -> Problem:
    """min cost x with rows x <= high, 0 <= x <= upper."""
    a = np.array(rows, float)
    n = len(cost)
    return Problem(
        cost=np.array(cost, float),
        offset=0.0,
        lower=np.zeros(n),
        upper=np.array(upper, float),
        integer=np.array(whole, bool),
        row_lower=np.full(len(rows), -math.inf),
        row_upper=np.array(high, float),
        start=np.arange(n + 1, dtype=np.int32) * len(rows),
        index=np.tile(np.arange(len(rows), dtype=np.int32), n),
        value=a.T.ravel(),
    )


INF = math.inf
CANARIES: dict[str, tuple[Problem, float]] = {
    # two products, three machines: 2 of the first and 6 of the second earn 36
    "linear program": (_problem([-3, -5], [[1, 0], [0, 2], [3, 2]], [4, 12, 18], [INF, INF], [False, False]), -36.0),
    # values 10, 13, 7 of weights 5, 7, 4 with room for 9: the first and the third
    "knapsack": (_problem([-10, -13, -7], [[5, 7, 4]], [9], [1, 1, 1], [True, True, True]), -17.0),
    # 5 are wanted; for 10 a machine is switched on that makes up to 100 at 1 each; bought they cost 4 each
    "big M": (
        _problem([1, 10, 4], [[-1, 0, -1], [1, -100, 0]], [-5, 0], [INF, 1, INF], [False, True, False]),
        15.0,
    ),
}
