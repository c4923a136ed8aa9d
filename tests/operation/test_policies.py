"""When policies plan, what they follow, and what stands in where there is no plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.objective import Objective
from ems.operation.churn import changed_share, churn
from ems.operation.meters import Silence, bridged
from ems.operation.outlook import Readings
from ems.operation.outlooks import Perfect
from ems.operation.policies import DayAhead, Rolling, RuleBased
from ems.operation.rolling import Manner, Replanned, horizon, replan
from ems.schedule import Schedule
from ems.solve import Solver
from models import Window
from tests.toys import TZ, park, part

DAY = pd.Timestamp("2026-06-01", tz=TZ)
GOAL = Objective.of("cost", 0.0)


def at(hour: int, day: int = 0) -> pd.Timestamp:
    return DAY + pd.Timedelta(days=day, hours=hour)


def site():
    return park(
        part(kind="grid", connection_kw=500),
        part(kind="demand", name="load", carrier="electricity", column="load_kw"),
        part(
            kind="battery",
            capacity_kwh=200,
            power_kw=100,
            start_share=0.5,
            end_short_cny_per_unit=1.0,
            end_surplus_cny_per_unit=0.1,
        ),
    )


def actual(days: int = 3) -> pd.DataFrame:
    index = pd.date_range(DAY, periods=24 * days, freq="h")
    price = np.where((index.hour >= 16) & (index.hour < 20), 2.0, 0.5)
    return pd.DataFrame(
        {
            "load_kw": 80.0,
            "import_cny_per_kwh": price,
            "export_cny_per_kwh": 0.0,
            "grid_kgco2e_per_kwh": 0.6,
            "temperature_c": 20.0,
        },
        index=index,
    )


def empty_plan(now: pd.Timestamp, hours: int = 48, value: float = 0.0) -> Replanned:
    index = pd.date_range(now, periods=hours, freq="h")
    schedule = Schedule({"battery": pd.DataFrame({"charge_kw": value, "discharge_kw": 0.0}, index=index)})
    return Replanned(now, "planned", schedule, None, 0.0, {"all": 0.1})


@pytest.mark.parametrize(
    ("hour", "ends"), [(0, at(0, 1)), (14, at(0, 1)), (15, at(0, 2)), (16, at(0, 2)), (23, at(0, 2))]
)
def test_a_window_ends_at_the_first_midnight_that_is_far_enough_away(hour: int, ends: pd.Timestamp) -> None:
    index = horizon(at(hour), 60, least_h=9)
    assert index[0] == at(hour)
    assert index[-1] + pd.Timedelta(hours=1) == ends


def test_windows_end_at_midnight_where_clocks_change() -> None:
    now = pd.Timestamp("2026-10-24 18:00", tz="Europe/Berlin")
    index = horizon(now, 60)
    assert index[-1] == pd.Timestamp("2026-10-25 23:00", tz="Europe/Berlin")
    assert len(index) == 6 + 25


def test_rules_are_told_nothing() -> None:
    assert RuleBased().setpoints(Readings(DAY, {})) is None


def test_day_ahead_plans_at_three_in_the_afternoon_and_follows_it_from_midnight() -> None:
    asked: list[pd.Timestamp] = []

    def plan(state: Any, previous: Any, now: pd.Timestamp) -> Replanned:
        asked.append(now)
        return empty_plan(now, hours=len(horizon(now, 60)), value=float(len(asked)))

    policy = DayAhead(plan)
    followed = [policy.setpoints(Readings(at(h), {}))["battery"]["charge_kw"] for h in range(48)]  # type: ignore[index]
    assert asked == [at(0), at(15), at(15, 1)]
    assert followed == [1.0] * 24 + [2.0] * 24


def test_rolling_plans_as_often_as_it_is_told_on_top_of_the_plan_before() -> None:
    asked: list[tuple[pd.Timestamp, Replanned | None]] = []

    def plan(state: Any, previous: Replanned | None, now: pd.Timestamp) -> Replanned:
        asked.append((now, previous))
        return empty_plan(now)

    policy = Rolling(plan, every_h=3.0)
    for h in range(7):
        policy.setpoints(Readings(at(h), {}))
    assert [now for now, _ in asked] == [at(0), at(3), at(6)]
    assert asked[0][1] is None
    assert asked[2][1] is policy.plans[1]


def test_a_replan_uses_the_battery_in_the_dear_hours_and_tells_where_it_leaves_the_park() -> None:
    with Solver() as solver:
        made = replan(site(), {}, Perfect(actual()), None, at(8), solver=solver, goal=GOAL)
    assert made.outcome == "planned"
    assert sum(made.setpoints(at(h))["battery"]["discharge_kw"] for h in range(16, 20)) > 50  # type: ignore[index]
    state = made.state(site(), at(20))
    level = made.schedule.tables["battery"]["level_kwh"].loc[at(19)]  # type: ignore[union-attr]
    assert state["battery"]["level_kwh"] == pytest.approx(level)  # type: ignore[index]
    assert made.setpoints(at(7)) is None
    assert made.state(site(), at(5)) is None


def test_without_a_new_plan_the_one_before_is_followed_and_then_the_rules() -> None:
    too_full = {"battery": {"level_kwh": 1000.0}}  # no plan can open there
    with Solver() as solver:
        before = replan(site(), {}, Perfect(actual()), None, at(8), solver=solver, goal=GOAL)
        bridged_over = replan(site(), too_full, Perfect(actual()), before, at(10), solver=solver, goal=GOAL)
        alone = replan(site(), too_full, Perfect(actual()), None, at(10), solver=solver, goal=GOAL)
    assert (bridged_over.outcome, alone.outcome) == ("bridged", "rules")
    assert bridged_over.setpoints(at(10)) == before.setpoints(at(10))
    assert alone.setpoints(at(10)) is None
    assert bridged_over.reason
    assert alone.reason


def test_changes_of_a_plan_have_a_price() -> None:
    flat = actual().assign(import_cny_per_kwh=0.5)
    with Solver() as solver:
        first = replan(site(), {}, Perfect(flat), None, at(0), solver=solver, goal=GOAL)
        state = first.state(site(), at(3))
        assert state is not None
        again = replan(site(), state, Perfect(flat), first, at(3), solver=solver, goal=GOAL, manner=Manner(priced=True))
    assert first.schedule is not None
    assert again.schedule is not None
    assert changed_share(site(), first.schedule, again.schedule) == 0.0


def test_churn_counts_setpoints_that_move_by_more_than_a_twentieth() -> None:
    one, other = empty_plan(at(0), 4), empty_plan(at(2), 4, value=6.0)
    small = empty_plan(at(2), 4, value=4.0)
    assert churn(site(), [one, other]) == 1.0
    assert churn(site(), [one, small]) == 0.0
    assert churn(site(), [one, empty_plan(at(10))]) is None


def test_silent_meters_are_bridged_by_the_plan_with_a_flag() -> None:
    planned = {"battery": {"level_kwh": 200.0000001}, "grid": {"peak_kw": 80.0}}
    found = bridged(site(), at(5), {"grid": {"peak_kw": 90.0}}, planned, ("battery", "grid"))
    assert found.missing == ("battery",)
    assert found.state == {"grid": {"peak_kw": 90.0}, "battery": {"level_kwh": 200.0}}
    assert bridged(site(), at(5), planned, None, ("battery", "grid")).missing == ()


def test_meters_fall_silent_by_chance_alike_for_all_who_ask() -> None:
    state = {"battery": {"level_kwh": 1.0}, "grid": {"peak_kw": 2.0}}
    silence = Silence(0.5, seed=3)
    told = [len(silence.told(state, at(h))) for h in range(24)]
    assert told == [len(Silence(0.5, seed=3).told(state, at(h))) for h in range(24)]
    assert 0 < sum(told) < 48
    assert Silence(0.0, seed=3).told(state, at(0)) == state


def test_state_of_a_plan_continues_into_the_next_window() -> None:
    with Solver() as solver:
        made = replan(site(), {}, Perfect(actual()), None, at(0), solver=solver, goal=GOAL)
    assert made.schedule is not None
    whole = made.schedule.state_end(site(), Window(actual(1), {}))
    assert made.state(site(), at(0, 1)) == whole
