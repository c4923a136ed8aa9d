"""Within an interval a plan follows what meters say; what takes time to start and paid peaks stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.objective import Objective
from ems.operation.in_time import first_row, in_time
from ems.operation.outlook import Readings, Setpoints
from ems.operation.outlooks import Erring, Perfect
from ems.operation.policies import Rolling
from ems.operation.rolling import Replanned, replan
from ems.site import Site
from ems.solve import Solver
from ems.state import States
from forecasting.intraday import Weights
from tests.toys import TZ, park, part

NOW = pd.Timestamp("2026-06-01 08:00", tz=TZ)
GOAL = Objective.of("cost", 0.0)


def battery(start_share: float = 0.5, peak_cny_per_kw: float = 38.4) -> Site:
    """200 kWh, 100 kW, no losses but those of the power electronics."""
    return park(
        part(kind="grid", connection_kw=500, demand_charge_cny_per_kw_month=peak_cny_per_kw),
        part(kind="demand", name="load", carrier="electricity", column="load_kw"),
        part(kind="battery", capacity_kwh=200, power_kw=100, start_share=start_share, min_share=0.0,
             throughput_cny_per_unit=1e-5, end_short_cny_per_unit=1.0, end_surplus_cny_per_unit=0.0),
    )  # fmt: skip


def ahead(dear: tuple[int, ...], load_kw: float = 80.0) -> pd.DataFrame:
    """16 hours from `NOW` on: 0.5 CNY/kWh, 2 CNY/kWh in the ``dear`` ones, counted from now."""
    index = pd.date_range(NOW, periods=16, freq="h")
    price = np.where(np.isin(np.arange(16), dear), 2.0, 0.5)
    return pd.DataFrame(
        {"load_kw": load_kw, "import_cny_per_kwh": price, "export_cny_per_kwh": 0.0, "grid_kgco2e_per_kwh": 0.6,
         "temperature_c": 20.0},
        index=index,
    )  # fmt: skip


def answered(
    site: Site, table: pd.DataFrame, measured: dict[str, float], peak_kw: float = 400.0, state: States | None = None
) -> tuple[Setpoints, Setpoints | None]:
    """What the plan says of its first hour, and what becomes of it where all that follows comes as forecast."""
    known = table.copy()
    known.loc[NOW, list(measured)] = list(measured.values())
    return answered_for(site, table, known, peak_kw, state)


def answered_for(
    site: Site, table: pd.DataFrame, known: pd.DataFrame, peak_kw: float = 400.0, state: States | None = None
) -> tuple[Setpoints, Setpoints | None]:
    """The same for inputs as they are known during the first hour."""
    with Solver() as solver:
        made = replan(
            site, {"grid": {"peak_kw": peak_kw}, **(state or {})}, Perfect(table), None, NOW, solver=solver, goal=GOAL
        )
        assert made.program is not None
        assert made.schedule is not None
        return first_row(made.schedule), in_time(made.program, made.schedule, known, solver)


def test_where_all_comes_as_forecast_the_plan_is_followed() -> None:
    planned, found = answered(battery(), ahead((0,)), {"load_kw": 80.0})
    assert found is not None
    for name, row in planned.items():
        assert found[name] == pytest.approx(row, abs=1e-4)


def test_in_a_dear_hour_the_battery_covers_what_comes_beyond_the_forecast() -> None:
    planned, found = answered(battery(), ahead((0,)), {"load_kw": 95.0})
    assert found is not None
    assert planned["battery"]["discharge_kw"] == pytest.approx(80.0, abs=1e-4)
    assert found["battery"]["discharge_kw"] == pytest.approx(95.0, abs=1e-4)
    assert found["grid"]["import_kw"] == pytest.approx(0.0, abs=1e-4)


def test_in_a_cheap_hour_before_a_dear_one_the_grid_covers_it() -> None:
    planned, found = answered(battery(), ahead((3, 4)), {"load_kw": 95.0})
    assert found is not None
    assert found["battery"] == pytest.approx(planned["battery"], abs=1e-4)
    assert found["grid"]["import_kw"] == pytest.approx(planned["grid"]["import_kw"] + 15.0, abs=1e-4)


def test_no_import_goes_above_the_peak_that_is_paid_for_or_planned() -> None:
    """Though a kW of peak costs less here than to have the battery empty in a dear hour: peaks are for plans."""
    full = battery(start_share=1.0, peak_cny_per_kw=0.1)
    planned, found = answered(full, ahead((3, 4), load_kw=100.0), {"load_kw": 170.0}, peak_kw=120.0)
    assert found is not None
    assert planned["grid"]["import_kw"] == pytest.approx(100.0, abs=1e-4)
    assert found["grid"]["import_kw"] == pytest.approx(120.0, abs=1e-4)
    assert found["battery"]["discharge_kw"] == pytest.approx(50.0, abs=1e-4)


def test_where_a_demand_would_go_short_for_the_sake_of_a_peak_there_is_no_answer() -> None:
    _, found = answered(battery(start_share=0.0), ahead((), load_kw=100.0), {"load_kw": 300.0}, peak_kw=120.0)
    assert found is None


def cold_park(**chiller: Any) -> Site:
    """Three chillers of 100 kW beside a store that bridges an hour."""
    return park(
        part(kind="grid", connection_kw=500),
        part(kind="demand", name="cold", carrier="cooling", column="cold_kw"),
        part(**{"kind": "electric_chiller", "capacity_kw": 300, "modules": 3, "cop": [[15, 4.0], [35, 4.0]],
                "min_load": 0.2, "start_cny": 1.0} | chiller),
        part(kind="cold_store", capacity_kwh=400, power_kw=200, start_share=0.5, end_short_cny_per_unit=1.0,
             end_surplus_cny_per_unit=0.0),
    )  # fmt: skip


@pytest.mark.parametrize("slow", [{"min_up_h": 2.0}, {"min_down_h": 1.5}, {"cold_start_min": 20.0}])
def test_what_warms_up_or_must_stay_on_keeps_its_commitment(slow: dict[str, float]) -> None:
    table = ahead(()).drop(columns="load_kw").assign(cold_kw=60.0)
    planned, found = answered(cold_park(**slow), table, {"cold_kw": 150.0})
    assert found is not None
    assert found["electric_chiller"]["on_modules"] == planned["electric_chiller"]["on_modules"]
    assert found["electric_chiller"]["started_modules"] == planned["electric_chiller"]["started_modules"]
    assert given(planned) == pytest.approx(60.0, abs=1e-3)
    assert given(found) == pytest.approx(150.0, abs=1e-3)


def test_what_starts_at_once_starts_where_meters_ask_for_it_in_whole_modules() -> None:
    """One chiller and the store give 300 kW at most: for 330 kW a second one starts, and not a part of it."""
    table = ahead(()).drop(columns="load_kw").assign(cold_kw=60.0)
    planned, found = answered(cold_park(), table, {"cold_kw": 330.0})
    assert found is not None
    assert planned["electric_chiller"]["on_modules"] == 1
    assert found["electric_chiller"]["on_modules"] == 2
    assert found["electric_chiller"]["started_modules"] == found["electric_chiller"]["on_modules"]
    assert given(found) == pytest.approx(330.0, abs=1e-3)


def given(row: Setpoints) -> float:
    """What reaches those who want cold [kW]."""
    store = row["cold_store"]
    return row["electric_chiller"]["cooling_kw"] + store["discharge_kw"] - store["charge_kw"]


@pytest.mark.parametrize(("warm_start_min", "works"), [(0.0, 1.0), (10.0, 0.0)])
def test_what_stands_by_goes_to_work_where_that_takes_no_time(warm_start_min: float, works: float) -> None:
    """Hot for the sun of the next hours; this one was forecast dark and is bright."""
    site = park(
        part(kind="grid", connection_kw=500),
        part(kind="demand", name="load", carrier="electricity", column="load_kw"),
        part(kind="pv", capacity_kwp=100, column="sun"),
        part(kind="electrolyser", capacity_kw=100, min_load=0.1, specific_kwh_per_kg=[[0.1, 50], [1.0, 50]],
             standby_share=0.01, cold_start_min=30.0, start_cny=500.0, warm_start_min=warm_start_min),
        part(kind="hydrogen_tank", capacity_kg=1000, rate_kg_per_h=100, start_share=0.5, end_short_cny_per_unit=40.0,
             end_surplus_cny_per_unit=20.0),
    )  # fmt: skip
    sun = np.where((np.arange(16) > 1) & (np.arange(16) < 6), 0.8, 0.0)
    table = ahead((), load_kw=0.0).assign(sun=sun)
    state: States = {"electrolyser": {"hot_modules": 1.0, "on_modules": 0.0}}
    planned, found = answered(site, table, {"sun": 0.8}, state=state)
    assert found is not None
    assert planned["electrolyser"]["on_modules"] == 0
    assert found["electrolyser"]["on_modules"] == works


def test_what_the_hour_tells_of_the_next_ones_counts() -> None:
    """The dear hour after this one was to need 30 kW; what is measured now raises that to 90: 50 kWh more in store."""
    price = np.where(np.arange(16) == 0, 0.5, np.where(np.arange(16) == 1, 2.0, 0.4))
    load = np.where(np.arange(16) == 1, 30.0, 80.0)
    table = ahead(()).assign(import_cny_per_kwh=price, load_kw=load)
    known = table.assign(load_kw=np.where(np.arange(16) == 1, 90.0, load))
    site = battery(start_share=0.2)
    planned, found = answered_for(site, table, known)
    assert found is not None
    assert planned["battery"]["charge_kw"] == pytest.approx(0.0, abs=1e-4)
    assert found["battery"]["charge_kw"] == pytest.approx(50.0, abs=0.5)


def test_inputs_of_another_window_are_refused() -> None:
    table = ahead(())
    for known in (table.iloc[1:], table.assign(wind_kw=1.0)):
        with pytest.raises(ValueError, match="intervals and columns of the plan's own"):
            answered_for(battery(), table, known)


def test_the_outlook_within_an_interval_knows_it_and_what_it_tells_of_the_next_ones() -> None:
    table = ahead(())
    outlook = Erring(table, table.assign(load_kw=60.0), table[[]], ("load_kw",), load=Weights.fading(1.0, window_h=1.0))
    known = outlook.within(pd.DatetimeIndex(table.index))
    assert known.index.equals(table.index)
    assert known["load_kw"].iloc[:3].tolist() == pytest.approx([80.0, 80.0, 70.0])


def test_rolling_follows_meters_in_the_hour_that_a_plan_begins_with_and_counts_where_it_could_not() -> None:
    table, told = ahead((0,)), {"battery": {"charge_kw": 7.0}}
    answers: list[Setpoints | None] = [told, None]
    with Solver() as solver:

        def plan(state: States, previous: Replanned | None, now: pd.Timestamp) -> Replanned:
            return replan(battery(), state, Perfect(table), previous, now, solver=solver, goal=GOAL)

        policy = Rolling(plan, every_h=2.0, in_time=lambda made: answers.pop(0))
        hours = [NOW + pd.Timedelta(hours=k) for k in range(3)]
        state: States = {"battery": {"level_kwh": 100.0}}
        followed = [policy.setpoints(Readings(at, state)) for at in hours]
    assert followed[0] is told
    assert followed[1] == policy.plans[0].setpoints(hours[1])
    assert followed[2] == policy.plans[1].setpoints(hours[2])
    assert policy.kept == 1
