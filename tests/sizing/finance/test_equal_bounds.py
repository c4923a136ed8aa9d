"""Sizing is dispatch where nothing is left to be chosen: Designs with equal bounds against the park of these sizes."""

import pytest

from ems.audit import objective_cny
from ems.build import build
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site import Site
from ems.sizing.alternative import alternative
from ems.sizing.design import design
from ems.sizing.parks import built_park, without
from ems.sizing.study import Study
from ems.sizing.worth import annual_cost_cny, carriers_bought, worth_of
from models import Window
from tests.sizing.finance.studies import hours, hydrogen_park, study, year
from tests.toys import solver

SIZES = {
    "roof.capacity_kwp": 800.0,
    "battery.capacity_kwh": 900.0,
    "battery.power_kw": 300.0,
    "electrolyser.capacity_kw": 350.0,
    "tank.capacity_kg": 60.0,
}


def with_equal_bounds() -> Study:
    given = study(economics__tax={"rate": 0.25})
    sizes = {n: r.model_copy(update={"min": SIZES[n], "max": SIZES[n]}) for n, r in given.sizes.items()}
    return given.model_copy(update={"sizes": sizes})


def operated(site: Site, given: Study, w: Window) -> tuple[float, Schedule]:
    """The least cost of a park without any Design, in money of the study, and its schedule."""
    worth = worth_of(given.economics, carriers_bought(site))
    built = build(site, w, worth)
    answer = solver().solve(built.problem, Limits(60, gap=1e-7))
    assert answer.x is not None
    return answer.objective, Schedule(*built.tables(answer.x, w))


def test_a_design_with_equal_bounds_costs_what_the_fixed_park_costs():
    given, w = with_equal_bounds(), year()
    free = hydrogen_park(export_limit_kw=500)
    found = design(free, given, w, solver(), Limits(60))
    told = alternative(found.site, w, found.schedule, given, found.sizes)
    fixed = built_park(free, SIZES)
    least, schedule = operated(fixed, given, w)
    assert found.sizes == pytest.approx(SIZES)
    assert objective_cny(fixed, w, schedule, worth_of(given.economics, carriers_bought(fixed))) == pytest.approx(least)
    again = alternative(fixed, w, schedule, given, SIZES)
    assert again["money"]["annual_cost_cny"] == pytest.approx(told["money"]["annual_cost_cny"], rel=1e-6)
    assert again["money"]["capex_cny"] == pytest.approx(told["money"]["capex_cny"])
    e, name = given.economics, given.sizes
    capital = sum(size * annual_cost_cny(given.costs[name[n].cost], e) for n, size in SIZES.items())
    assert found.annual_cny == pytest.approx(least + capital, rel=1e-6)


def test_without_machines_a_design_is_the_plan_of_the_closed_days():
    """Sun, battery and grid have no commitment: the mixed-integer program of the same closed days costs the same."""
    park = hydrogen_park()
    given = with_equal_bounds()
    gone = {"electrolyser", "tank", "users_hydrogen", "outlet_hydrogen"}
    sizes = {n: v for n, v in SIZES.items() if n.partition(".")[0] not in gone}
    fixed = built_park(without(park, gone), sizes)
    grid = {
        "mains": {"demand_charge_cny_per_kw_month": 0.0}
    }  # a plan of days knows the month's peak so far, a year not
    fixed = fixed.with_components(**grid)
    designed, _ = operated(fixed, given, year())
    planned, _ = operated(fixed, given, Window(hours(), period_weights=(182.5,)))
    assert designed == pytest.approx(planned, rel=1e-7)
