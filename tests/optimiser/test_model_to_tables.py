"""From a park to matrices and back: bounds, duals, names, and the size of numbers."""

from datetime import date

import numpy as np
import pytest

from ems.build import build
from ems.inputs import make_inputs
from ems.objective import Objective
from ems.problem import Limits
from ems.site_file import read_site, site_names
from models import Window
from tests import surroundings, toys
from tests.surroundings import KINDS, example
from tests.toys import clean, mains, part, wants


@pytest.mark.parametrize("kind", KINDS)
def test_relaxation_bounds_the_objective(kind):
    """Whole numbers given up, the objective cannot rise; the bound that is reported lies between the two."""
    s = surroundings.solved(example(kind), gap=1e-3)
    p = s.built.problem
    relaxed = toys.solver().solve(type(p)(**{**p.__dict__, "integer": np.zeros_like(p.integer)}), Limits(20, 0.0))
    slack = 1e-6 * abs(s.answer.objective) + 1e-6
    assert relaxed.objective <= s.answer.bound + slack
    assert s.answer.bound <= s.answer.objective + slack


def test_electricity_is_worth_its_price_where_only_the_grid_supplies():
    s = clean(mains(), wants("electricity"), import_cny_per_kwh=[0.3, 0.9, 0.5], wanted_electricity_kw=100.0)
    values = s.built.marginal_values(s.answer, s.w)
    assert values["electricity"] == pytest.approx([0.3, 0.9, 0.5])


@pytest.mark.parametrize("minutes", [15, 60])
def test_marginal_values_are_per_unit_whatever_the_step(minutes):
    """Curtailed sun is worth nothing, heat of a boiler of 0.5 twice its electricity, hydrogen 50 kWh of it."""
    roof = part(kind="pv", name="roof", capacity_kwp=1000, column="sun_share")
    boiler = part(kind="electric_boiler", name="boiler", capacity_kw=1000, efficiency=0.5)
    ely = part(kind="electrolyser", name="ely", capacity_kw=500, specific_kwh_per_kg=[[0.1, 50.0], [1.0, 50.0]])
    wanted = {"wanted_heat_kw": 100.0, "wanted_hydrogen_kg_per_h": 5.0}
    parts = mains(), roof, boiler, ely, wants("heat"), wants("hydrogen")
    s = clean(*parts, minutes=minutes, import_cny_per_kwh=0.6, sun_share=[1.0, 0.0], **wanted)
    values = s.built.marginal_values(s.answer, s.w)
    assert values["electricity"] == pytest.approx([0.0, 0.6], abs=1e-9)
    assert values["heat"] == pytest.approx([0.0, 1.2], abs=1e-9)
    assert values["hydrogen"] == pytest.approx([0.0, 30.0], abs=1e-9)


def test_unserved_demand_sets_the_value():
    s = clean(mains(connection_kw=50), wants("electricity"), wanted_electricity_kw=[100.0])
    assert s.built.marginal_values(s.answer, s.w)["electricity"] == pytest.approx([50.0])


def test_rows_bear_the_names_of_their_components():
    built = surroundings.solved(example("battery")).built
    assert len(built.row_names) == len(built.problem.row_lower)
    assert any(name.startswith("part[battery].balance[") for name in built.row_names)
    assert any(name.startswith("balance[") for name in built.row_names)


@pytest.mark.parametrize("name", site_names())
def test_numbers_stay_within_what_solvers_bear(name):
    """Coefficients within 1e-4 … 1e5, bounds and right-hand sides below 1e6: what default tolerances are made for."""
    file = read_site(name)
    inputs = make_inputs(file, date(2026, 1, 15), step_minutes=15, weather="climatology")
    p = build(file.site, Window(inputs.table), Objective.of("cost", 0.0)).problem
    size = np.abs(p.value[np.abs(p.value) > 1e-9])  # the solver drops what is smaller: dust of differences
    assert size.min() >= 1e-4
    assert size.max() <= 1e5
    for x in (p.lower, p.upper, p.row_lower, p.row_upper):
        assert np.abs(x[np.isfinite(x)]).max() < 1e6


@pytest.mark.parametrize("kind", ["electrolyser", "fuel_cell", "battery", "grid"])
def test_same_question_same_answer(kind):
    one, other = (surroundings.solved(example(kind), minutes=15, gap=1e-3) for _ in range(2))
    assert one.answer.objective == other.answer.objective
    assert one.schedule.frame().equals(other.schedule.frame())
