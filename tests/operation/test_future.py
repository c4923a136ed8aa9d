"""The future cost of a month: that of one program of the whole month where nothing is uncertain, by hand elsewhere."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ems.build import build
from ems.objective import Objective
from ems.operation.aims import month_aims
from ems.operation.future import Future
from ems.operation.future_fit import fit_future
from ems.operation.stage import Stage
from ems.problem import Limits
from models import Window
from tests import toys
from tests.toys import mains, park, part, wants

GOAL = Objective.of("cost", 0.0)
HOURS = np.arange(96)
CHARGE = {"demand_charge_cny_per_kw_month": 30.0}


def battery(capacity_kwh: float = 1500.0):
    return part(
        kind="battery",
        capacity_kwh=capacity_kwh,
        power_kw=200,
        start_share=0.4,
        min_share=0.0,
        end_short_cny_per_unit=1.5,
        end_surplus_cny_per_unit=0.1,
        throughput_cny_per_unit=1e-5,
    )


def store_park():
    return park(mains(**CHARGE), battery(), wants("electricity"))


def bare_park():
    return park(mains(**CHARGE), wants("electricity"))


def month(load: np.ndarray | float, price: np.ndarray | float = 0.5, steps: int = 96) -> pd.DataFrame:
    return toys.table({"wanted_electricity_kw": load, "import_cny_per_kwh": price}, steps=steps, start="2026-03-28")


def test_of_a_certain_month_the_days_in_a_row_cost_what_the_month_costs_as_one() -> None:
    load = np.where(HOURS < 72, 50.0, 90.0) + 30.0 * (HOURS % 24 == 18)
    price = np.where(HOURS % 24 < 8, 0.3, 0.9)
    inputs = month(load, price)
    whole = month_aims(store_park(), inputs, {}, GOAL, toys.solver())
    found = fit_future(store_park(), [inputs], {}, GOAL, rounds=30)
    assert found.expected_cny == pytest.approx(whole.bound_cny, rel=1e-4)
    few = fit_future(store_park(), [inputs], {}, GOAL, rounds=2)
    assert few.expected_cny <= found.expected_cny + 1e-6  # a lower bound that rises


def test_a_peak_is_worth_the_chance_that_it_will_be_needed() -> None:
    """Two years, equally likely: the second day asks for 50 or for 90 kW; energy is 0.5 CNY/kWh."""
    low, high = month(50.0, steps=48), month(np.where(HOURS[:48] < 24, 50.0, 90.0), steps=48)
    found = fit_future(bare_park(), [low, high], {}, GOAL, rounds=20)
    midnight = low.index[24]
    energy = 24 * 0.5 * (50 + 90) / 2
    assert found.peaks == (("mains", "peak_kw"),)
    assert found.value(midnight, [], [50.0]) == pytest.approx(energy + 0.5 * 30 * 40, rel=1e-6)
    assert found.value(midnight, [], [90.0]) == pytest.approx(energy, rel=1e-6)
    assert found.expected_cny == pytest.approx(24 * 0.5 * 50 + 30 * 50 + energy + 0.5 * 30 * 40, rel=1e-6)


def test_stock_is_worth_what_it_will_replace() -> None:
    """The second day's energy costs 0.5 CNY/kWh and the stock must end as it began: a kWh in store saves that."""
    inputs = month(50.0, steps=48)
    site = park(mains(), battery(), wants("electricity"))
    found = fit_future(site, [inputs], {}, GOAL, rounds=20)
    midnight = inputs.index[24]
    some, more = found.value(midnight, [600.0], []), found.value(midnight, [700.0], [])
    assert some == pytest.approx(24 * 0.5 * 50, rel=1e-3)
    efficiency = site.component("battery").discharge_efficiency
    assert some - more == pytest.approx(100 * 0.5 * efficiency, rel=2e-2)


def test_slopes_are_what_a_little_more_changes() -> None:
    inputs = month(np.where(HOURS[:24] == 18, 140.0, 50.0), steps=24)
    site = store_park()
    stage = Stage(site, inputs, GOAL, settled=True)
    at = np.array([300.0, 60.0])
    found = stage.solve(at)
    for k, step in ((0, 1.0), (1, 1.0)):
        moved = at.copy()
        moved[k] += step
        assert stage.solve(moved).cost_cny - found.cost_cny == pytest.approx(found.slopes[k] * step, abs=1e-4)
    assert found.end[1] >= 60.0


def test_a_plan_weighs_its_day_against_what_follows() -> None:
    """Power costs 0.4 today; V says a kWh in store saves 0.6 up to 1000 kWh: charge, but not for a new peak."""
    inputs = month(50.0, 0.4, steps=24)
    site, midnight = store_park(), inputs.index[-1] + pd.Timedelta(hours=1)
    cuts = np.array([[600.0, -0.6, 0.0], [0.0, 0.0, 0.0]])
    future = Future(("battery",), (("mains", "peak_kw"),), pd.DatetimeIndex([midnight]), (cuts,), 0.0)
    w = Window(inputs, {"mains": {"peak_kw": 60.0}, "battery": {"level_kwh": 100.0}})
    seen, laws = future.seen(site, {}, w)
    built = build(seen, w, GOAL, laws)
    answer = toys.solver().solve(built.problem, Limits())
    tables, _ = built.tables(answer.x, w)
    bought = tables["mains"]["import_kw"]
    assert bought.max() == pytest.approx(60.0)  # 10 kW more all day, and not one for which a peak is paid
    level = tables["battery"]["level_kwh"].iloc[-1]
    eff = site.component("battery").charge_efficiency
    assert level == pytest.approx(100 + 240 * eff, rel=1e-2)
    after = future.value(midnight, [level], [60.0])
    assert answer.objective == pytest.approx(0.4 * float(bought.sum()) + after, rel=1e-3)


def test_a_peak_that_will_be_needed_anyway_costs_a_plan_little() -> None:
    """The same with 29 of the 30 CNY spared later: each kW more wins 4 CNY a day, so the store fills to 1000 kWh."""
    inputs = month(50.0, 0.4, steps=24)
    midnight = inputs.index[-1] + pd.Timedelta(hours=1)
    cuts = np.array([[4000.0, -0.6, -29.0], [3400.0, 0.0, -29.0]])  # worth nothing above 1000 kWh
    future = Future(("battery",), (("mains", "peak_kw"),), pd.DatetimeIndex([midnight]), (cuts,), 0.0)
    w = Window(inputs, {"mains": {"peak_kw": 60.0}, "battery": {"level_kwh": 100.0}})
    seen, laws = future.seen(store_park(), {}, w)
    built = build(seen, w, GOAL, laws)
    tables, _ = built.tables(toys.solver().solve(built.problem, Limits(gap=1e-5)).x, w)
    assert tables["battery"]["level_kwh"].iloc[-1] == pytest.approx(1000.0, abs=1.0)
    eff = store_park().component("battery").charge_efficiency
    assert tables["mains"]["import_kw"].max() == pytest.approx(50 + 900 / eff / 24, abs=0.2)


def test_from_the_months_end_on_stocks_are_settled_by_the_site() -> None:
    future = Future(("battery",), (), pd.DatetimeIndex([month(50.0).index[24]]), (np.zeros((1, 2)),), 0.0)
    site, w = store_park(), Window(month(50.0))
    seen, laws = future.seen(site, {"battery": {"level_kwh": 900.0}}, w)
    assert laws == []
    assert seen.component("battery").end_target_share == pytest.approx(0.6)
    assert seen.component("battery").end_short_cny_per_unit == 1.5
    with pytest.raises(ValueError, match="end of the month"):
        future.value(w.inputs.index[-1] + pd.Timedelta(hours=1), [1.0], [])


def test_counted_from_the_opening_the_objective_is_that_of_the_window_and_the_plan_the_same() -> None:
    inputs = month(50.0, 0.4, steps=24)
    site, midnight = store_park(), inputs.index[-1] + pd.Timedelta(hours=1)
    cuts = np.array([[90_600.0, -0.6, -29.0], [90_000.0, 0.0, -29.0]])
    future = Future(("battery",), (("mains", "peak_kw"),), pd.DatetimeIndex([midnight]), (cuts,), 0.0)
    w = Window(inputs, {"mains": {"peak_kw": 60.0}, "battery": {"level_kwh": 100.0}})
    found = []
    for each in (future, future.from_opening(site, w)):
        seen, laws = each.seen(site, {}, w)
        built = build(seen, w, GOAL, laws)
        answer = toys.solver().solve(built.problem, Limits(gap=1e-7))
        found.append((answer.objective, built.tables(answer.x, w)[0]["battery"]["level_kwh"].iloc[-1]))
    (month_cny, level), (window_cny, same) = found
    assert level == pytest.approx(same, abs=0.1)
    assert month_cny - window_cny == pytest.approx(90_600 - 0.6 * 100 - 29.0 * 60)
    assert future.cuts[0] is cuts, "the future itself stays as it was"
    at_the_end = replace(future, midnights=pd.DatetimeIndex([midnight - pd.Timedelta(hours=1)]))
    assert at_the_end.from_opening(site, w) is at_the_end


def test_a_fitting_that_takes_too_long_ends_with_the_cuts_it_has_or_with_none() -> None:
    inputs = month(50.0, steps=48)
    with pytest.raises(ValueError, match="only 1 of 40 rounds"):
        fit_future(store_park(), [inputs], {}, GOAL, seconds=0.0)
    assert len(fit_future(store_park(), [inputs], {}, GOAL, rounds=1, seconds=0.0).cuts[0]) == 1
    began, done = time.monotonic(), []

    def slowly(k: int) -> None:
        done.append(k)
        if k == 10:
            time.sleep(max(0.0, began + 6 - time.monotonic()))

    assert len(fit_future(store_park(), [inputs], {}, GOAL, progress=slowly, seconds=5.0).cuts[0]) == done[-1] == 10


def test_a_future_survives_the_journal() -> None:
    found = fit_future(store_park(), [month(50.0, steps=48), month(90.0, steps=48)], {}, GOAL, rounds=3)
    back = Future.from_dict(json.loads(json.dumps(found.to_dict())), toys.TZ)
    assert (back.stores, back.peaks, back.expected_cny) == (found.stores, found.peaks, found.expected_cny)
    assert back.midnights.equals(found.midnights)
    for mine, theirs in zip(found.cuts, back.cuts, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
