"""What a month's linear program tells its plans, and how a month is settled: numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ems.accounts import accounts
from ems.baseline import rule_based
from ems.objective import Objective
from ems.operation.aims import Aims, month_aims, paying_above, settling
from ems.solve import Solver
from models import Window
from tests.toys import TZ, park, part

GOAL = Objective.of("cost", 0.0)


def site(**battery: float):
    return park(
        part(
            kind="grid",
            connection_kw=500,
            demand_charge_cny_per_kw_month=30,
            expected_peak_kw=400,
        ),
        part(kind="demand", name="load", carrier="electricity", column="load_kw"),
        part(
            kind="battery",
            capacity_kwh=400,
            power_kw=200,
            charge_efficiency=0.8,
            discharge_efficiency=1.0,
            start_share=0.5,
            end_short_cny_per_unit=1.5,
            end_surplus_cny_per_unit=0.1,
            throughput_cny_per_unit=1e-5,
            **battery,
        ),
    )


def inputs(load: np.ndarray, price: np.ndarray | float) -> pd.DataFrame:
    index = pd.date_range("2026-03-02", periods=len(load), freq="h", tz=TZ)
    return pd.DataFrame(
        {
            "load_kw": load,
            "import_cny_per_kwh": price,
            "export_cny_per_kwh": 0.0,
            "grid_kgco2e_per_kwh": 0.6,
            "temperature_c": 20.0,
        },
        index=index,
    )


@pytest.fixture(scope="module")
def solver():
    with Solver() as one:
        yield one


def test_the_peak_to_plan_with_is_that_of_the_whole_month(solver: Solver) -> None:
    load = np.full(96, 100.0)
    aims = month_aims(site(), inputs(load, 1.0), {}, GOAL, solver)
    assert aims.peaks_kw["grid"]["peak_kw"] == pytest.approx(100.0, abs=0.5)


def test_stock_at_midnight_is_worth_what_refilling_it_at_night_costs(solver: Solver) -> None:
    hours = np.tile(np.arange(24), 4)
    price = np.where((hours < 6) | (hours >= 22), 0.2, 1.0)
    load = np.where(hours == 12, 150.0, 50.0)
    cheap_peak = site().with_components(grid={"demand_charge_cny_per_kw_month": 0.01})
    aims = month_aims(cheap_peak, inputs(load, price), {}, GOAL, solver)
    assert aims.stock_cny["battery"] == pytest.approx(0.2 / 0.8, rel=0.05)


def test_a_peak_is_paid_for_up_to_the_aim_and_stock_keeps_its_prices() -> None:
    told = paying_above(site(), Aims({"grid": {"peak_kw": 120.0}}, {"battery": 0.4}, 0.0))
    assert told.component("grid").expected_peak_kw == 120.0
    assert told.component("battery").end_short_cny_per_unit == 1.5


def test_a_month_is_billed_its_whole_peak_and_its_stock_at_one_price() -> None:
    w = Window(inputs(np.full(24, 100.0), 1.0))
    schedule = rule_based(site(), w)
    level = float(schedule.tables["battery"]["level_kwh"].iloc[-1])
    billed = accounts(settling(site(), {}, Aims({}, {"battery": 0.4}, 0.0)), w, schedule)
    peak = float(schedule.tables["grid"]["import_kw"].max())
    assert billed.loc[("grid", "demand_charge"), "cny"] == pytest.approx(30 * peak)
    assert billed.loc[("battery", "end_stock"), "cny"] == pytest.approx(0.4 * (200.0 - level), abs=1e-6)
    usual = accounts(site(), w, schedule)
    assert usual.loc[("grid", "demand_charge"), "cny"] == 0.0
