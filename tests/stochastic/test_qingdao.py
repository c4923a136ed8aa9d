"""The park as shipped: one scenario is the usual plan; several share what is decided ahead and nothing else."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from ems.build import build
from ems.inputs import make_inputs
from ems.objective import Objective
from ems.operation.outlook import Scenario
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site_file import SiteFile, read_site
from ems.stochastic.plan import Change, StochasticPlan, one_scenario, plan_under
from ems.stochastic.risk import Risk
from ems.stochastic.sources import drawn_ways
from models import Window
from tests.toys import solver

COST, LIMITS = Objective.of("cost", 0.0), Limits(60, 2e-3)


@cache
def park() -> tuple[SiteFile, Window]:
    file = read_site("qingdao")
    return file, Window(make_inputs(file, date(2026, 4, 14), step_minutes=60, weather="synthetic").table)


def scenario(sun: float, load: float, hydrogen: float = 1.0) -> Scenario:
    table = park()[1].inputs.copy()
    for c in map(str, table):
        table[c] *= sun if c.endswith("yield_kw_per_kwp") else load if c.endswith("_kw") else 1.0
        table[c] *= hydrogen if c.endswith("hydrogen_kg_per_h") else 1.0
    return Scenario(0.5, table)


@cache
def two(hydrogen: float = 1.0) -> StochasticPlan:
    file, w = park()
    days = (scenario(0.6, 1.1), scenario(1.2, 0.9, hydrogen))
    return plan_under(file.site, w, days, COST, solver(), LIMITS, worth=False)


def same(plan: StochasticPlan, name: str) -> set[str]:
    """Series that are the same in all scenarios."""
    one, other = (o.schedule.tables[name] for o in plan.outcomes)
    return {str(c) for c in one if np.allclose(one[c], other[c], atol=1e-6)}


@pytest.mark.parametrize("risk", [Risk(), Risk(2.0)])
def test_one_scenario_is_the_usual_plan(risk):
    file, w = park()
    built = build(file.site, w, COST)
    usual = solver().solve(built.problem, LIMITS)
    plan = plan_under(file.site, w, one_scenario(w.inputs), COST, solver(), LIMITS, risk)
    assert plan.expected_cny == pytest.approx(usual.objective, rel=2 * LIMITS.gap)
    assert plan.cvar_cny == pytest.approx(plan.expected_cny)
    assert plan.bound_cny / (1 + risk.weight) <= usual.objective * (1 + 1e-6)
    assert plan.audited
    if not risk.weight:
        tables = built.tables(usual.x, w)[0]
        for name, series in (("alkaline", "power_kw"), ("battery", "level_kwh"), ("grid", "import_kw")):
            np.testing.assert_allclose(plan.schedule.tables[name][series], tables[name][series], atol=1e-3)


def test_what_is_decided_ahead_is_the_same_in_all_scenarios():
    plan, site = two(), park()[0].site
    for name in ("alkaline", "pem"):
        assert {"power_kw", "hydrogen_kg_per_h", "on_modules", "started_modules"} <= same(plan, name)
    assert same(plan, "tank") >= {"level_kg", "charge_kg_per_h"}
    assert same(plan, "battery") >= {"level_kwh", "charge_kw", "discharge_kw"}
    for c in site.components:
        table = plan.outcomes[0].schedule.tables[c.name]
        assert {q for q in map(str, table) if q.endswith("_modules")} <= same(plan, c.name)
    assert "import_kw" not in same(plan, "grid")


def test_every_schedule_passes_the_audit_with_its_own_inputs():
    plan = two()
    assert plan.audited
    assert [o.violations for o in plan.outcomes] == [(), ()]
    assert plan.expected_cny == pytest.approx(np.mean([o.total_cny for o in plan.outcomes]))
    hours = plan.grids["grid"].beyond_kwh
    for o, kwh in zip(plan.outcomes, hours, strict=True):
        assert o.total_cny == pytest.approx(o.objective_cny + plan.band.beyond_cny_per_kwh * kwh, abs=0.01)


def test_what_stands_once_makes_each_further_course_smaller_than_the_first():
    w, one = park()[1], build(park()[0].site, park()[1], COST).problem
    extra = 5 * len(w.inputs)  # planned exchange, and beyond the band both ways for both
    courses = 1 + 0.6 * 2  # two scenarios and the expected course
    assert two().columns - extra < courses * len(one.cost)
    assert two().rows - 4 * len(w.inputs) < courses * len(one.row_lower)


def test_what_is_decided_ahead_is_possible_for_the_expected_course_though_it_is_no_scenario():
    file = read_site("demo")
    inputs = make_inputs(file, date(2026, 7, 15), step_minutes=60, weather="synthetic")
    ways = drawn_ways(file, inputs, 3)  # alone they let the battery give more at 19:00 than is wanted
    assert plan_under(file.site, Window(inputs.table, {}), ways.scenarios, COST, solver(), worth=False).audited


def test_where_the_demand_for_hydrogen_differs_its_tank_follows_the_day():
    plan = two(0.8)
    assert plan.audited
    assert "power_kw" in same(plan, "alkaline")
    assert "level_kg" not in same(plan, "tank")


def test_a_plan_that_stands_is_kept_under_scenarios_as_well():
    file, w = park()
    before = two().schedule
    days = (scenario(0.6, 1.1), scenario(1.2, 0.9))
    free, held = (
        plan_under(file.site, w, days, COST, solver(), LIMITS, change=change, worth=False)
        for change in (None, Change(before))
    )
    assert held.audited
    assert held.objective_cny == pytest.approx(free.objective_cny, rel=2 * LIMITS.gap)
    assert isinstance(held.schedule, Schedule)
    np.testing.assert_allclose(
        held.schedule.tables["alkaline"]["power_kw"], before.tables["alkaline"]["power_kw"], atol=1e-3
    )
