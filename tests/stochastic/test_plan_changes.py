"""Changes of a plan that stands have a small price."""

import numpy as np
import pytest

from ems.build import build
from ems.objective import Objective
from ems.plan_changes import ChangePrices, change_cny, changes_priced, setpoints
from ems.problem import Limits
from ems.schedule import Schedule
from models import Window
from tests.toys import mains, park, part, solve, solver, table, wants

COST = Objective.of("cost", 0.0)
BATTERY = part(
    kind="battery",
    capacity_kwh=10,
    power_kw=5,
    start_share=0.0,
    end_short_cny_per_unit=2,
    end_surplus_cny_per_unit=0,
    throughput_cny_per_unit=0.001,
)
BOILER = part(kind="gas_boiler", name="boiler", capacity_kw=100, efficiency=0.9, modules=2, start_cny=3, min_load=0.2)
SITE = park(mains(), wants("electricity"), BATTERY)


def priced(inputs, previous: Schedule, prices: ChangePrices | None = None) -> tuple[Schedule, float]:
    """The next plan, and its objective with the price of changes in it."""
    w = Window(inputs)
    built = build(SITE, w, COST, [changes_priced(SITE, w, previous, prices)])
    answer = solver().solve(built.problem, Limits(20, 1e-9))
    assert answer.x is not None
    return Schedule(*built.tables(answer.x, w)), answer.objective


def prices_of(*cny: float):
    return table({"import_cny_per_kwh": list(cny), "wanted_electricity_kw": 10.0})


def test_the_best_plan_stays_as_it_is():
    inputs = prices_of(0.3, 0.3, 1.0, 1.0)  # which of the two hours charges more is all the same without a price
    first = solve(SITE, inputs)
    again, objective = priced(inputs, first.schedule)
    assert objective == pytest.approx(first.answer.objective)
    assert change_cny(SITE, Window(inputs), again, first.schedule) == pytest.approx(0.0, abs=1e-9)


def test_a_gain_below_the_price_changes_nothing_and_one_above_it_does():
    first = solve(SITE, prices_of(0.30, 0.40, 1.0, 0.2))
    assert first["battery.charge_kw"] == [5.0, 0.0, 0.0, 0.0]
    dearer = prices_of(0.306, 0.302, 1.0, 0.2)  # 0.004 a kWh to gain, two changes of 0.005 each
    stays, _ = priced(dearer, first.schedule)
    assert stays.tables["battery"]["charge_kw"].tolist() == pytest.approx([5.0, 0.0, 0.0, 0.0])
    much = prices_of(0.33, 0.30, 1.0, 0.2)
    moves, objective = priced(much, first.schedule)
    assert moves.tables["battery"]["charge_kw"].tolist() == pytest.approx([0.0, 5.0, 0.0, 0.0])
    paid = change_cny(SITE, Window(much), moves, first.schedule)
    assert paid == pytest.approx(0.005 * 10)
    assert objective - paid == pytest.approx(10 * (0.33 + 0.3 + 0.2) + 5 * (0.3 + 1.0) + 5 * 0.001)


def test_steps_that_the_plan_before_does_not_reach_are_free():
    first = solve(SITE, prices_of(0.3, 1.0))
    longer = prices_of(0.3, 1.0, 0.3, 1.0)
    plan, objective = priced(longer, first.schedule)
    assert plan.tables["battery"]["charge_kw"].tolist() == pytest.approx([5.0, 0.0, 5.0, 0.0])
    assert objective == pytest.approx(solve(SITE, longer).answer.objective)


def test_the_sum_of_the_objective_is_the_sum_of_the_tables():
    """Both sides of a set point, at zero, at the top and between them."""
    inputs = prices_of(0.30, 0.40, 1.0, 0.2)
    first = solve(SITE, inputs)
    for charge in ([2.0, 3.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [5.0, 5.0, 5.0, 5.0]):
        tables = {name: t.copy() for name, t in first.schedule.tables.items()}
        tables["battery"]["charge_kw"] = charge
        tables["battery"]["discharge_kw"] = 0.0
        before = Schedule(tables)
        plan, objective = priced(inputs, before, ChangePrices(cny_per_kwh=1e-4))
        paid = change_cny(SITE, Window(inputs), plan, before, ChangePrices(cny_per_kwh=1e-4))
        assert objective - paid == pytest.approx(first.answer.objective)
        assert paid == pytest.approx(1e-4 * np.abs(np.array([5.0, 0, -5.0, 0]) - charge).sum(), abs=1e-6)


def test_modules_count_as_well():
    names = [(p.component, p.quantity) for p in setpoints(park(mains(), BATTERY, BOILER))]
    assert names == [("battery", "discharge_kw"), ("boiler", BOILER.LOAD), ("boiler", "on_modules")]


def test_a_module_that_is_stopped_for_good_reason_counts_its_hours():
    pump = part(
        kind="heat_pump", name="pump", capacity_kw=10, cop=[[0, 3], [30, 3]], capacity_factor=[[0, 1], [30, 1]],
        modules=2, min_load=0.2, wear_cny_per_h=5,
    )  # fmt: skip
    site = park(mains(), wants("heat"), pump)
    inputs = table({"wanted_heat_kw": [4.0, 4.0]})
    first = solve(site, inputs, {"pump": {"hot_modules": 2.0}})
    assert first["pump.on_modules"] == [1.0, 1.0]
    tables = {name: t.copy() for name, t in first.schedule.tables.items()}
    tables["pump"]["on_modules"] = 2.0  # the plan before ran both
    before, w = Schedule(tables), first.w
    built = build(site, w, COST, [changes_priced(site, w, before)])
    answer = solver().solve(built.problem, Limits(20, 1e-9))
    again = Schedule(*built.tables(answer.x, w))
    assert again.tables["pump"]["on_modules"].tolist() == [1.0, 1.0]  # 5 CNY an hour saved, 1 paid for the change
    assert change_cny(site, w, again, before) == pytest.approx(2.0)
    assert answer.objective == pytest.approx(first.answer.objective + 2.0)
