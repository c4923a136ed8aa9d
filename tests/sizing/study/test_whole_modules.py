"""Whole numbers of modules: the same answer as trying all of them, and as the solver's own search."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from ems.problem import Limits as SolverLimits
from ems.problem import Problem
from ems.site import Site
from ems.sizing.design import Designed
from ems.sizing.free import build_free, size_columns
from ems.sizing.laws import laws_of
from ems.sizing.modules import whole_columns, whole_modules
from ems.sizing.study import Study
from ems.sizing.worth import carriers_bought, worth_of
from forecasting.errors import InputError
from models import Window
from tests.sizing.study.studied import VERTEX, a_day, designed, hall, study
from tests.toys import solver

KG = np.r_[np.full(12, 1.0), np.full(12, 3.0)]
MODULES = {  # size -> capacity of one, most of them: all numbers are 5 x 5 x 3 = 75
    "battery.capacity_kwh": (200.0, 4),
    "electrolyser.capacity_kw": (120.0, 4),
    "fuel_cell.capacity_kw": (50.0, 2),
}
LIMITS = {"carbon_t_per_year": 500, "autonomy": {"hours": 6, "demand_share": 0.8}}


def whole(**more: Any) -> Study:
    sizes: dict[str, Any] = {
        name: {"max": module * many, "module": module, "whole": True} for name, (module, many) in MODULES.items()
    }
    capex = {"pv": 6000.0, "cells": 1500.0} | more.pop("capex", {})
    return study(
        {"pv.capacity_kwp": 600, "battery.power_kw": 400, "tank.capacity_kg": 100} | sizes, capex=capex, **more
    )


def day() -> Window:
    return a_day(wanted_hydrogen_kg_per_h=KG)


def exact(site: Site, s: Study, w: Window) -> tuple[Problem, dict[int, float]]:
    worth = worth_of(s.economics, carriers_bought(site))
    built = build_free(site, s, w, worth, [law.rule for law in laws_of(site, s, w)])
    return built.problem, whole_columns(s, size_columns(built, site, s))


def counts(d: Designed) -> dict[str, float]:
    return {name: d.sizes[name] / module for name, (module, _) in MODULES.items()}


def test_it_finds_what_trying_all_numbers_finds() -> None:
    site, s, w = hall(x=1), whole(limits=LIMITS), day()
    d = designed(site, s, w)
    assert all(abs(n - round(n)) < 1e-9 for n in counts(d).values())
    problem, modules = exact(site, s, w)
    best = np.inf
    for numbers in product(*(range(many + 1) for _, many in MODULES.values())):
        lower, upper = problem.lower.copy(), problem.upper.copy()
        for (k, one), n in zip(modules.items(), numbers, strict=True):
            lower[k] = upper[k] = one * n
        answer = solver().solve(replace(problem, lower=lower, upper=upper), VERTEX)
        best = min(best, answer.objective)
    assert d.annual_cny == pytest.approx(best, rel=1e-4)
    assert best >= d.annual_cny * (1 - d.gap) - 1e-6
    assert d.gap <= 1e-4


@pytest.mark.parametrize("seed", range(25))
def test_random_programs_are_solved_as_by_trying_all_numbers(seed: int) -> None:
    """Three sizes of 0 to 4 modules must reach three demands, and what they do not reach is bought dearly."""
    rng = np.random.default_rng(seed)
    one = rng.uniform(0.5, 3, 3)
    reach, cost, need = rng.uniform(0, 2, (3, 3)), rng.uniform(1, 4, 3), rng.uniform(3, 9, 3)
    matrix = np.hstack([reach, np.eye(3)])
    problem = Problem(
        cost=np.r_[cost, 5.0, 6.0, 7.0],
        offset=10.0,
        lower=np.zeros(6),
        upper=np.r_[4 * one, 2.0, 2.0, 2.0],
        integer=np.zeros(6, bool),
        row_lower=need,
        row_upper=np.full(3, np.inf),
        start=np.arange(0, 19, 3, dtype=np.int32),
        index=np.tile(np.arange(3, dtype=np.int32), 6),
        value=matrix.T.ravel(),
    )
    best = np.inf
    for numbers in product(range(5), repeat=3):
        short = np.clip(need - reach @ (one * numbers), 0, None)
        if short.max() <= 2:
            best = min(best, 10 + cost @ (one * numbers) + short @ [5.0, 6.0, 7.0])
    root = solver().solve(problem, VERTEX)
    if root.x is None:
        assert np.isinf(best)
        return
    found = whole_modules(problem, dict(enumerate(one.tolist())), root, solver(), VERTEX, gap=1e-9)
    assert found.objective == pytest.approx(best, rel=1e-7)
    assert (found.status == "infeasible") == np.isinf(best)


def test_it_finds_what_the_solver_finds_as_a_mixed_integer_program() -> None:
    site, s, w = hall(x=1), whole(limits=LIMITS), day()
    problem, modules = exact(site, s, w)
    cost, value = problem.cost.copy(), problem.value.copy()
    lower, upper, integer = problem.lower.copy(), problem.upper.copy(), problem.integer.copy()
    for k, one in modules.items():  # the column counts modules
        cost[k] *= one
        value[problem.start[k] : problem.start[k + 1]] *= one
        lower[k], upper[k], integer[k] = lower[k] / one, upper[k] / one, True
    mixed = replace(problem, cost=cost, value=value, lower=lower, upper=upper, integer=integer)
    found = solver().solve(mixed, SolverLimits(60, 1e-7))
    relaxed = solver().solve(problem, VERTEX)
    mine = whole_modules(problem, modules, relaxed, solver(), VERTEX, gap=1e-7)
    assert found.objective > relaxed.objective * (1 + 1e-4), "nothing is rounded here"
    assert mine.objective == pytest.approx(found.objective, rel=1e-6)
    assert mine.bound == pytest.approx(found.objective, rel=1e-6)
    assert mine.nodes < 60


def test_a_search_cut_short_says_how_far_it_may_be_off() -> None:
    site, s, w = hall(x=1), whole(limits=LIMITS), day()
    problem, modules = exact(site, s, w)
    root = solver().solve(problem, VERTEX)
    cut = whole_modules(problem, modules, root, solver(), VERTEX, gap=1e-9, nodes=3)
    full = whole_modules(problem, modules, root, solver(), VERTEX, gap=1e-9)
    assert cut.status == "time_limit"
    assert cut.gap > 1e-6
    assert cut.bound <= full.objective <= cut.objective


def test_a_size_between_its_bounds_has_no_worth_and_one_at_its_bound_has() -> None:
    d = designed(hall(x=1), whole(capex={"cells": 200.0}), day())
    assert counts(d)["battery.capacity_kwh"] == 4
    assert d.bounds["battery.capacity_kwh"].worth_cny > 0
    assert 0 < counts(d)["electrolyser.capacity_kw"] < 4
    assert d.bounds["electrolyser.capacity_kw"].worth_cny == 0


def test_where_no_whole_number_fits_the_sizes_are_named() -> None:
    s = study({"pv.capacity_kwp": {"max": 100}, "electrolyser.capacity_kw": {"max": 170, "module": 100, "whole": True}})
    with pytest.raises(InputError, match=r"electrolyser.capacity_kw.*whole modules"):
        designed(hall(x=1), s, a_day(wanted_hydrogen_kg_per_h=np.full(24, 2.5)))
