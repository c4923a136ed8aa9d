"""What the rest of the month asks of a day: worked out by hand on a park with one store."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ems.objective import Objective
from ems.operation.guide import ALL_EVERY_DAYS, Guides, guide, joined
from ems.operation.outlooks import Perfect
from ems.solve import Solver
from tests.toys import TZ, park, part

INDEX = pd.date_range("2026-03-28", periods=96, freq="h", tz=TZ)
GOAL = Objective.of("cost", 0.0)


def site():
    return park(
        part(kind="grid", connection_kw=500, demand_charge_cny_per_kw_month=30, expected_peak_kw=400),
        part(kind="demand", name="load", carrier="electricity", column="load_kw"),
        part(
            kind="battery",
            capacity_kwh=1500,
            power_kw=200,
            start_share=0.4,
            end_short_cny_per_unit=1.5,
            end_surplus_cny_per_unit=0.1,
            throughput_cny_per_unit=1e-5,
        ),
    )


def inputs(load: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "load_kw": load,
            "import_cny_per_kwh": 0.5,
            "export_cny_per_kwh": 0.0,
            "grid_kgco2e_per_kwh": 0.6,
            "temperature_c": 20.0,
        },
        index=INDEX,
    )


def test_a_store_is_filled_before_the_day_that_needs_it() -> None:
    load = np.where(np.arange(96) < 72, 50.0, 90.0)  # the last day asks for 960 kWh more, 40 kW of it all day
    with Solver() as solver:
        found = guide(site(), {}, {}, inputs(load), GOAL, solver)
    assert found.peaks_kw["grid"]["peak_kw"] == pytest.approx(60.0, abs=0.5)  # 50 x 72 + 90 x 24 over 96 hours
    midnight = INDEX[72]
    assert found.levels.loc[midnight, "battery"] == pytest.approx(600 + 72 * 10, abs=15)


def test_a_peak_that_is_paid_already_is_not_shaved_again() -> None:
    load = np.where(np.arange(96) % 24 == 12, 140.0, 50.0)
    with Solver() as solver:
        found = guide(site(), {}, {"grid": {"peak_kw": 120.0}}, inputs(load), GOAL, solver)
    assert found.peaks_kw["grid"]["peak_kw"] == pytest.approx(120.0)


def test_a_plan_sees_level_and_value_of_its_own_midnight() -> None:
    load = np.where(np.arange(96) < 72, 50.0, 90.0)
    with Solver() as solver:
        found = guide(site(), {}, {}, inputs(load), GOAL, solver)
    seen = found.site(site(), INDEX[72])
    battery = seen.component("battery")
    assert seen.component("grid").expected_peak_kw == pytest.approx(60.0, abs=0.5)
    assert battery.end_target_share * 1500 == pytest.approx(found.levels.loc[INDEX[72], "battery"])
    assert battery.end_short_cny_per_unit == pytest.approx(1.5 * battery.end_surplus_cny_per_unit)


def test_what_lies_beyond_the_forecast_is_likely() -> None:
    forecast, likely = inputs(np.full(96, 70.0)), inputs(np.full(96, 50.0))
    found = joined(forecast.iloc[:24], likely)
    assert found.index.equals(INDEX)
    assert (found["load_kw"].iloc[:24] == 70.0).all()
    assert (found["load_kw"].iloc[24:] == 50.0).all()


def test_the_peak_is_the_mean_of_all_likely_courses_and_stands_for_a_week() -> None:
    flat, high = inputs(np.full(96, 50.0)), inputs(np.full(96, 90.0))
    bare = site().with_components(battery={"capacity_kwh": 1.0, "power_kw": 1.0})
    near = inputs(np.full(96, 40.0))
    guides = Guides((flat, high), {}, Perfect(near), GOAL, 60, 9.0)
    with Solver() as solver:
        first = guides.seen(bare, {}, INDEX[0], solver)
        later = guides.seen(bare, {"grid": {"peak_kw": 40.0}}, INDEX[24], solver)
    assert first.component("grid").expected_peak_kw == pytest.approx(70.0, abs=1.0)
    assert later.component("grid").expected_peak_kw == pytest.approx(70.0, abs=1.0)
    assert ALL_EVERY_DAYS == 7
    assert len(guides.days) == 2
