"""The solver on problems whose answers are known by hand or by trying all."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linprog

from ems.problem import Limits, Problem
from tests.optimiser.problems import knapsack, market_split, problem
from tests.toys import solver

EXACT = Limits(seconds=20, gap=0.0)


def test_linear_program_with_offset_and_duals():
    """min 2 x + 3 y + 100, x + y >= 4, x <= 3: x = 3, y = 1; one more unit costs 3."""
    answer = solver().solve(problem([2, 3], [[1, 1]], [4], [math.inf], upper=[3, math.inf], offset=100), EXACT)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(109)
    assert answer.x == pytest.approx([3, 1])
    assert answer.row_dual == pytest.approx([3])
    assert answer.gap == 0


def test_knapsack():
    answer = solver().solve(knapsack(), EXACT)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(-17)
    assert answer.x == pytest.approx([1, 0, 1])


def by_trying_all(p: Problem) -> float:
    """The best of all choices of the whole columns, each a linear program."""
    a = np.zeros((len(p.row_lower), len(p.cost)))
    for j in range(len(p.cost)):
        for k in range(p.start[j], p.start[j + 1]):
            a[p.index[k], j] = p.value[k]
    best = math.inf
    columns = np.flatnonzero(p.integer)
    for choice in itertools.product(*(range(int(p.lower[j]), int(p.upper[j]) + 1) for j in columns)):
        low, high = p.lower.copy(), p.upper.copy()
        low[columns] = high[columns] = choice
        both = np.vstack([a, -a])[np.r_[np.isfinite(p.row_upper), np.isfinite(p.row_lower)]]
        rhs = np.r_[p.row_upper, -p.row_lower]
        found = linprog(p.cost, both, rhs[np.isfinite(rhs)], bounds=np.c_[low, high], method="highs")
        best = min(best, found.fun if found.status == 0 else math.inf)
    return best + p.offset


@pytest.mark.parametrize("seed", range(12))
def test_big_m_canary(seed):
    """Machines with fixed charge, load <= M on and load >= m on, against trying all: HiGHS 1.14 got such wrong."""
    r = np.random.default_rng(seed)
    n, big = 5, float(10 ** r.integers(2, 5))
    full, least = r.uniform(5, 20, n), r.uniform(0.1, 0.6, n)
    cost = [*r.uniform(1, 5, n), *r.uniform(5, 60, n)]  # loads, then switches
    eye = np.eye(n)
    rows = np.vstack(
        [
            np.r_[np.ones(n), np.zeros(n)],
            np.c_[eye, -big * eye],
            np.c_[eye, -np.diag(full)],
            np.c_[eye, -np.diag(full * least)],
        ]
    )
    low = [r.uniform(0.3, 0.9) * full.sum(), *[-math.inf] * (2 * n), *[0.0] * n]
    high = [math.inf, *[0.0] * (2 * n), *[math.inf] * n]
    p = problem(cost, rows.tolist(), low, high, whole=[False] * n + [True] * n, upper=[math.inf] * n + [1.0] * n)
    answer = solver().solve(p, EXACT)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(by_trying_all(p), rel=1e-6)


def test_contradicting_rows_are_named():
    """x + y >= 5 against x + y <= 4; the third row has no part in it."""
    answer = solver().solve(problem([1, 1], [[1, 1], [1, 1], [1, 0]], [5, -math.inf, 0], [math.inf, 4, 9]), EXACT)
    assert answer.status == "infeasible"
    assert answer.x is None
    assert set(answer.conflict) == {0, 1}


def test_contradiction_among_whole_numbers_alone():
    """2 x = 1 has a half for an answer but no whole number: infeasible, and no rows to blame."""
    answer = solver().solve(problem([1], [[2]], [1], [1], whole=True, upper=5.0), EXACT)
    assert answer.status == "infeasible"
    assert answer.x is None


def test_contradicting_bounds_are_named():
    """One row against the bounds of its columns is found as it is."""
    answer = solver().solve(problem([1, 1], [[1, 1], [1, 0]], [5, 0], [math.inf, 9], upper=2.0), EXACT)
    assert answer.status == "infeasible"
    assert answer.conflict == (0,)


def test_unbounded_is_no_answer():
    answer = solver().solve(problem([-1], [[1]], [0], [math.inf]), EXACT)
    assert answer.status != "optimal"
    assert answer.x is None


def test_time_limit_returns_what_there_is():
    p = market_split()
    answer = solver().solve(p, Limits(seconds=2, gap=1e-4))
    assert answer.status == "time_limit"
    assert answer.x is not None
    assert answer.seconds < 2 * 1.5 + 5
    assert answer.bound < answer.objective
    assert answer.gap > 1e-4
    whole = answer.x[p.integer]
    assert np.abs(whole - np.round(whole)).max() < 1e-9
    assert answer.objective == pytest.approx(p.cost @ answer.x, abs=1e-6)


def test_time_limit_without_anything_is_said_so():
    answer = solver().solve(market_split(slack=False), Limits(seconds=1))
    assert answer.x is None
    assert answer.status == "time_limit"
    assert answer.objective == math.inf


@pytest.mark.parametrize("gap", [0.0, 1e-3, 0.05])
def test_gap_is_kept(gap):
    """Cover problems of 30 columns: the answer lies within the gap of the exact one, the bound below it."""
    r = np.random.default_rng(7)
    rows = (r.random((25, 30)) < 0.2).astype(float)
    rows[:, 0] = 1
    p = problem(r.uniform(1, 3, 30).tolist(), rows.tolist(), [2.0] * 25, [math.inf] * 25, whole=True, upper=1.0)
    exact, answer = solver().solve(p, EXACT), solver().solve(p, Limits(20, gap))
    assert answer.status == "optimal"
    assert answer.bound <= exact.objective + 1e-6 <= answer.objective + 2e-6
    assert answer.gap <= gap + 1e-9
