"""What a start of the next days is expected to cost, by hand, and what a plan does for it."""

from __future__ import annotations

import json
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from ems.build import build
from ems.objective import Objective
from ems.operation.future import Future
from ems.operation.future_fit import fit_future
from ems.operation.restarts import expected_restarts
from ems.operation.stage import Stage, Use
from ems.problem import Limits
from models import Window
from tests import toys
from tests.toys import bottles, mains, park, part, wants

GOAL = Objective.of("cost", 0.0)


def stack(**more: Any) -> Any:
    """100 kW, 2 kg/h, 5 kW in standby for each of its modules together."""
    return part(**{
        "kind": "electrolyser", "name": "stack", "capacity_kw": 100.0, "min_load": 0.1, "standby_share": 0.05,
        "specific_kwh_per_kg": [[0.1, 50.0], [1.0, 50.0]], "start_cny": 100.0, "cold_start_kwh_per_kw": 0.2,
        "electricity_bus": "electricity", "hydrogen_bus": "hydrogen",
    } | more)  # fmt: skip


def hydrogen_park(**more: Any) -> Any:
    return park(mains(), stack(**more), bottles(), wants("hydrogen"))


class Day:
    """A day as it is known to be used, in place of a program."""

    step_h = 1.0

    def __init__(self, on: np.ndarray, kwh_cny: float | np.ndarray) -> None:
        self.use = Use(on, np.broadcast_to(kwh_cny, (24,)))

    def uses(self, opening: np.ndarray) -> dict[str, Use]:
        return {"stack": self.use}


def from_hour(hour: int, modules: float = 1.0) -> np.ndarray:
    return np.where(np.arange(24) >= hour, modules, 0.0)


def off_cny(days: list[list[Day]], **more: Any) -> list[list[float]]:
    """V by midnight and module, rounded."""
    stages = cast(list[list[Stage]], days)
    found = expected_restarts(hydrogen_park(**more), stages, [np.zeros(0)] * len(days), GOAL)
    return [[round(x, 6) for x in midnight] for midnight in found["stack"]]


def test_a_start_costs_its_wear_and_its_warm_up_less_the_standby_until_then() -> None:
    """20 kWh of warm-up at 0.5 CNY, standby of 5 kW from midnight to 06:00: 100 + 10 - 15 CNY."""
    used = [[Day(from_hour(6), 0.5)]]
    assert off_cny([used[0], used[0], used[0]]) == [[95.0], [95.0]]


def test_a_start_that_costs_less_than_the_standby_until_then_counts_nothing() -> None:
    """At 1 CNY/kWh from midnight to 23:00: 115 CNY of standby for a start of 100; 20 kWh of warm-up come beside."""
    late, later = [Day(from_hour(23), 1.0)], [Day(from_hour(23), 2.0)]
    assert off_cny([late, late]) == [[5.0]]
    assert off_cny([later, later]) == [[0.0]]


def test_years_weigh_alike_and_a_day_without_use_is_waited_through_where_that_pays() -> None:
    """The last day is used in one year of two; the day before in none: 24 hours of standby cost 12 or 60 CNY."""
    for price, last, before in ((0.1, 0.5 * (100 + 2 - 3), 49.5 - 12.0), (0.5, 0.5 * 95.0, 0.0)):
        idle, busy = Day(from_hour(24), price), Day(from_hour(6), price)
        assert off_cny([[idle, idle], [idle, idle], [busy, idle]]) == [[before], [pytest.approx(last)]]


def test_a_second_module_is_worth_no_more_than_the_first() -> None:
    """Two modules of 50 kW: both run from 06:00 in one year, in the other one alone."""
    both, one = Day(from_hour(6, 2.0), 0.5), Day(from_hour(6, 1.05), 0.5)
    assert off_cny([[both], [both, one]], modules=2) == [[100 + 5 - 7.5, pytest.approx(0.5 * 97.5)]]


def test_nor_where_its_warm_up_would_fall_into_a_dear_hour() -> None:
    price = np.where(np.arange(24) == 18, 20.0, 0.5)
    day = [Day(np.where(np.arange(24) >= 18, 2.0, from_hour(6)), price)]
    assert off_cny([day, day], modules=2) == [[97.5, 97.5]]


def test_where_nothing_waits_in_standby_or_waiting_is_free_there_is_none() -> None:
    assert expected_restarts(hydrogen_park(standby_share=None), [], [], GOAL) == {}
    free = cast(list[list[Stage]], [[Day(from_hour(6), 0.5)]])
    assert expected_restarts(hydrogen_park(standby_share=0.0), free, [np.zeros(0)], GOAL) == {}


def test_from_a_months_programs_the_days_use_is_read() -> None:
    """Hydrogen is wanted from 06:00 on and nothing is in store: each day's start comes at 06:00."""
    wanted = np.where(np.arange(72) % 24 >= 6, 1.0, 0.0)
    lit = {"wanted_electricity_kw": 10.0, "import_cny_per_kwh": 0.5}  # a bus without any use has no price at night
    inputs = toys.table({"wanted_hydrogen_kg_per_h": wanted, **lit}, steps=72)
    site = park(mains(), stack(), wants("hydrogen"), wants("electricity"))
    found = fit_future(site, [inputs], {}, GOAL, rounds=3)
    assert [list(v) for v in found.restarts["stack"]] == [[pytest.approx(95.0, abs=1e-6)]] * 2
    back = Future.from_dict(json.loads(json.dumps(found.to_dict())), toys.TZ)
    assert [list(v) for v in back.restarts["stack"]] == [[pytest.approx(95.0, abs=1e-3)]] * 2


@pytest.mark.parametrize(("off", "waits"), [(0.0, 0.0), (25.0, 0.0), (35.0, 1.0), (60.0, 1.0)])
def test_a_plan_waits_in_standby_where_the_next_start_costs_more(off: float, waits: float) -> None:
    """Needed until noon; then twelve hours of standby cost 12 x 5 kW x 0.5 = 30 CNY."""
    wanted = np.where(np.arange(24) < 12, 1.0, 0.0)
    inputs = toys.table({"wanted_hydrogen_kg_per_h": wanted, "import_cny_per_kwh": 0.5}, steps=24)
    site = park(mains(), stack(), wants("hydrogen"))
    midnight = inputs.index[-1] + pd.Timedelta(hours=1)
    future = Future((), (), pd.DatetimeIndex([midnight]), (np.zeros((1, 1)),), 0.0, {"stack": [[off]]})
    w = Window(inputs, {"stack": {"hot_modules": 1.0, "on_modules": 1.0}})
    seen, laws = future.seen(site, {}, w)
    built = build(seen, w, GOAL, laws)
    answer = toys.solver().solve(built.problem, Limits(gap=1e-6))
    assert answer.x is not None
    table = built.tables(answer.x, w)[0]["stack"]
    assert table["standby_modules"].iloc[-1] == pytest.approx(waits)
    paid = 0.5 * (12 * 50.0 + waits * 60.0) + (1 - waits) * off
    assert answer.objective == pytest.approx(paid, abs=1e-3)
