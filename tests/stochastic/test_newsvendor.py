"""A day that can be solved by hand: how much to store in the valley for a peak demand of 0, 6 or 12 kWh.

A stored kWh costs 0.3 in the valley and 0.001 of wear, one that is short costs 1.0 in the peak, one too many 0.01.
With probabilities 0.5, 0.3, 0.2 the cost of storing x is  0.301 x + E max(D - x, 0) + 0.01 E max(x - D, 0):

    x = 6, cost 0.301*6 + 0.2*6 + 0.01*0.5*6 = 3.036
    the expected day, D = 4.2, stores 4.2:  0.301*4.2 + 0.3*1.8 + 0.2*7.8 + 0.01*0.5*4.2 = 3.3852
    who knows the day stores D:             0.301*4.2 = 1.2642
"""

import numpy as np
import pytest

from ems.objective import Objective
from ems.operation.outlook import Scenario
from ems.problem import Answer, Limits
from ems.solve import Solver
from ems.stochastic.extensive import Band
from ems.stochastic.first_stage import Ahead
from ems.stochastic.plan import StochasticPlan, plan_under
from ems.stochastic.risk import Risk
from models import Window
from tests.toys import mains, park, part, solver, table, wants

DAYS = ((0.5, 0.0), (0.3, 6.0), (0.2, 12.0))
FREE = Band(1e6, 0.1)
COST = Objective.of("cost", 0.0)
SITE = park(
    mains(),
    wants("electricity"),
    part(
        kind="battery",
        capacity_kwh=100,
        power_kw=100,
        start_share=0.0,
        end_short_cny_per_unit=2,
        end_surplus_cny_per_unit=0,
        throughput_cny_per_unit=0.001,
    ),
    part(kind="spill", name="load_bank", carrier="electricity", bus="electricity", limit=1e3, price_cny_per_unit=0.01),
)


def day(demand: float):
    return table({"import_cny_per_kwh": [0.3, 1.0], "wanted_electricity_kw": [0.0, demand]})


def planned(
    risk: Risk | None = None, band: Band = FREE, ahead: Ahead | None = None, by: Solver | None = None
) -> StochasticPlan:
    mean = sum(p * d for p, d in DAYS)
    scenarios = [Scenario(p, day(d)) for p, d in DAYS]
    expected = Window(day(mean))
    return plan_under(SITE, expected, scenarios, COST, by or solver(), Limits(20, 1e-6), risk, band=band, ahead=ahead)


def stored(plan: StochasticPlan) -> list[float]:
    return [float(o.schedule.tables["battery"]["charge_kw"].iloc[0]) for o in plan.outcomes]


def test_the_amount_stored_is_the_one_that_costs_least_over_all_days():
    plan = planned()
    assert stored(plan) == pytest.approx([6.0] * 3)
    assert plan.expected_cny == pytest.approx(3.036)
    assert plan.audited
    assert plan.schedule is not None
    assert plan.schedule.tables["battery"]["charge_kw"].iloc[0] == pytest.approx(6.0)


def test_what_the_plan_and_what_knowing_the_day_is_worth():
    worth = planned().value
    assert worth is not None
    assert worth.expected_day_cny == pytest.approx(3.3852)
    assert worth.stochastic_cny == pytest.approx(3.3852 - 3.036)
    assert worth.perfect_cny == pytest.approx(1.2642)
    assert worth.information_cny == pytest.approx(3.036 - 1.2642)
    assert worth.information_least_cny <= worth.information_cny <= worth.information_most_cny


def test_who_fears_the_dear_days_stores_for_them():
    """Until a day without demand, 0.311 x, costs as much as the one with most, 0.301 x + 12 - x."""
    plan = planned(Risk(weight=10.0, alpha=0.8))
    assert stored(plan) == pytest.approx([12.0 / 1.01] * 3)
    assert plan.cvar_cny == pytest.approx(0.311 * 12 / 1.01)
    assert plan.objective_cny == pytest.approx(plan.expected_cny + 10 * plan.cvar_cny)


def test_what_is_not_decided_ahead_follows_the_day():
    plan = planned(ahead=Ahead(setpoints_h=0.0))
    assert stored(plan) == pytest.approx([0.0, 6.0, 12.0])
    assert plan.expected_cny == pytest.approx(1.2642)


def test_what_leaves_the_band_is_paid_for_and_told():
    """With 6 stored nothing is bought in the peak, on the day of 12 it is 6: of a band from 0 to 4 that leaves 2."""
    assert planned().grids["mains"].beyond_kwh == pytest.approx(np.zeros(3))
    mild = planned(band=Band(2.0, 0.1))
    assert stored(mild) == pytest.approx([6.0] * 3)
    assert mild.grids["mains"].beyond_kwh == pytest.approx([0.0, 0.0, 2.0])
    assert mild.grids["mains"].planned_kw == pytest.approx([6.0, 2.0])
    assert mild.expected_cny == pytest.approx(3.036 + 0.2 * 0.1 * 2)
    dear = planned(band=Band(0.0, 5.0))  # then no day may differ from another
    assert stored(dear) == pytest.approx([12.0] * 3)
    assert dear.grids["mains"].beyond_kwh == pytest.approx(np.zeros(3))


def test_weights_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up to 1"):
        plan_under(SITE, Window(day(1.0)), [Scenario(0.7, day(1.0))], COST, solver())
    with pytest.raises(ValueError, match="steps and the columns"):
        plan_under(SITE, Window(day(1.0)), [Scenario(1.0, day(1.0).iloc[:1])], COST, solver())


class Hurried(Solver):
    """A solver that runs out of time on the first program, that of all scenarios, with nothing but a bound."""

    asked = 0

    def solve(self, problem, limits, progress=None):
        self.asked += 1
        if self.asked > 1:
            return solver().solve(problem, limits, progress)
        return Answer("time_limit", None, np.inf, 3.0, 1.0, message="Time limit reached")


def test_out_of_time_the_plan_for_the_expected_day_is_kept_and_its_gap_told():
    plan = planned(by=Hurried())
    assert stored(plan) == pytest.approx([4.2] * 3)
    assert plan.audited
    assert plan.answer.status == "time_limit"
    assert plan.bound_cny == 3.0
    assert plan.gap == pytest.approx((3.3852 - 3.0) / 3.3852)
