"""Typical days: real days, sums kept, peaks kept, stores that carry over, errors told."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ems.build import build
from ems.objective import Objective
from ems.problem import Limits
from ems.sizing.typical import resolution_error, typical
from ems.sizing.year import columns_used, year_of
from forecasting import InputError
from models import Window
from tests.sizing.year.studied import demo, study, week
from tests.toys import mains, park, part, solver, table, wants

COST = Objective.of("cost", 0)
ASKED = {"import_cny_per_kwh", "export_cny_per_kwh", "grid_kgco2e_per_kwh", "sun_kw_per_kwp", "wanted_electricity_kw"}


@pytest.fixture(scope="module")
def year():
    return year_of(demo(), study())


@pytest.fixture(scope="module")
def twelve():
    return year_of(demo(), study(), "typical:12")


def solved(parts, w):
    built = build(park(*parts), w, COST)
    answer = solver().solve(built.problem, Limits(120))
    assert answer.x is not None, answer.message
    return built, answer, built.tables(answer.x, w)


def test_every_day_of_the_year_has_a_period_and_its_month(twelve):
    w, order = twelve.window, twelve.window.chronology
    assert len(order.period) == len(order.month) == 365
    assert set(order.period) == set(range(len(w.period_weights)))
    assert np.bincount(order.period).tolist() == list(w.period_weights)
    assert sum(w.period_weights) == 365
    assert w.weights.sum() == 8760
    assert {m: round(h.sum()) for m, h in w.months.items()} == {
        m: 24 * pd.Period(year=2026, month=m, freq="M").days_in_month for m in range(1, 13)
    }


def test_sums_of_the_year_are_kept_within_what_the_year_has_seen(year, twelve):
    full, days = year.inputs.table, twelve.window.inputs
    for name in full:
        assert twelve.window.weights @ days[name].to_numpy() == pytest.approx(full[name].sum(), rel=1e-9), name
    assert days["roof.yield_kw_per_kwp"].max() <= full["roof.yield_kw_per_kwp"].max()
    assert (days["roof.yield_kw_per_kwp"] >= 0).all()
    assert twelve.inputs.table.equals(full)


def test_typical_days_are_days_of_the_year(year, twelve):
    """Whatever factor keeps the sums, the course over the day is that of one real day in all columns."""
    full, days = year.inputs.table, twelve.window.inputs
    for name in ("workshop.electricity_kw", "forklifts.hydrogen_kg_per_h"):
        a, b = full.loc[days.index, name].to_numpy(), days[name].to_numpy()
        assert np.corrcoef(a, b)[0, 1] == pytest.approx(1, abs=1e-4)
    shift = days["import_cny_per_kwh"] - full.loc[days.index, "import_cny_per_kwh"]
    assert np.ptp(shift) == pytest.approx(0, abs=1e-12)


def test_peak_days_stand_as_they_are(year, twelve):
    full, days = year.inputs.table, twelve.window.inputs
    for name in ("workshop.electricity_kw", "forklifts.hydrogen_kg_per_h"):
        assert days[name].max() == full[name].max()
    sun = [t["roof.yield_kw_per_kwp"].to_numpy().reshape(-1, 24).sum(axis=1) for t in (full, days)]
    assert sun[1].min() == sun[0].min()


def test_more_days_come_closer(year, twelve):
    more = year_of(demo(), study(), "typical:60").resolution_error["columns"]
    few = twelve.resolution_error["columns"]
    for name in ("roof.yield_kw_per_kwp", "import_cny_per_kwh"):
        assert 0 < more[name]["share_of_range"] < few[name]["share_of_range"] < 0.1
    assert twelve.resolution_error["against_full_year"] is None
    assert any("days are stood for by" in n.en for n in twelve.inputs.notes)


def test_the_same_days_are_chosen_again(twelve):
    again = year_of(demo(), study(), "typical:12").window
    assert again.inputs.equals(twelve.window.inputs)
    assert again.chronology == twelve.window.chronology


def toy(*, loss: float = 0.0) -> list:
    battery = part(
        kind="battery", capacity_kwh={"max": 50_000, "annual_cost_cny": 1.0},
        power_kw={"max": 500, "annual_cost_cny": 1.0}, charge_efficiency=0.95, discharge_efficiency=0.95,
        standing_loss_per_h=loss, end_short_cny_per_unit=1, end_surplus_cny_per_unit=0,
    )  # fmt: skip
    roof = part(kind="pv", name="roof", column="sun_kw_per_kwp", capacity_kwp={"max": 1000, "annual_cost_cny": 40.0})
    return [mains(demand_charge_cny_per_kw_month=10), roof, battery, wants("electricity")]


def random_days(days: int) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    sun = np.clip(np.sin((np.arange(24) - 6) / 12 * np.pi), 0, None)
    return table(
        {
            "sun_kw_per_kwp": (rng.uniform(0.1, 1, (days, 1)) * sun).ravel(),
            "wanted_electricity_kw": rng.uniform(20, 100, days * 24),
            "import_cny_per_kwh": rng.uniform(0.3, 1.2, days * 24),
        },
        start="2026-01-25",
    )


def test_as_many_typical_days_as_there_are_is_the_full_window():
    inputs = random_days(14)
    full = solved(toy(), Window(inputs, period_weights=(1.0,), design=True))[1]
    days = typical(inputs, 14, ASKED).window
    assert len(days.period_weights) == 14
    assert solved(toy(), days)[1].objective == pytest.approx(full.objective, rel=1e-6)
    apart = replace(days, chronology=None)
    assert solved(toy(), apart)[1].objective > full.objective * (1 + 1e-4)  # the store cannot bridge days


def half_year_store(days: pd.DataFrame, **chronology):
    parts = [
        mains(),
        part(kind="pv", name="roof", column="sun_kw_per_kwp", capacity_kwp=3),
        part(
            kind="battery", capacity_kwh={"max": 1e5, "annual_cost_cny": 0.01}, power_kw=100,
            end_short_cny_per_unit=1, end_surplus_cny_per_unit=0,
        ),
        wants("electricity"),
    ]  # fmt: skip
    return solved(parts, replace(typical(days, 2, ASKED).window, **chronology))


def test_a_store_bridges_summer_and_winter():
    """Sun of 3 kW from April to September, none in the other 183 days, a load of 1 kW: the store holds 183 x 24 kWh."""
    index = pd.date_range("2026-01-01", periods=8760, freq="h", tz="Asia/Shanghai")
    sun = ((index.month >= 4) & (index.month <= 9)).astype(float)
    days = table({"sun_kw_per_kwp": sun, "wanted_electricity_kw": 1.0}, start="2026-01-01")
    winter = int((sun == 0).sum())
    built, answer, (_, sizes) = half_year_store(days)
    throughput = 1e-3 * winter
    assert sizes["battery.capacity"] == pytest.approx(winter, rel=1e-6)
    assert answer.objective == pytest.approx(0.01 * winter + throughput, rel=1e-6)
    opening = [built.model.part["battery"].opening[d].value for d in range(365)]
    assert max(opening) == pytest.approx(winter, rel=1e-6)
    assert 180 < int(np.argmax(opening)) <= 273  # full between July and the end of September
    assert opening[90] == pytest.approx(0, abs=1e-4)  # empty on 1 April
    alone = half_year_store(days, chronology=None)[1]
    assert alone.objective == pytest.approx(1.0 * winter, rel=1e-3)  # bought, at 1 CNY/kWh


def test_days_begin_with_the_first_hour_where_clocks_change():
    hours = random_days(365)
    hours.index = pd.date_range("2026-01-01", periods=8760, freq="h", tz="Europe/Berlin")
    w = typical(hours, 6, ASKED).window
    assert len(w.inputs) % 24 == 0
    assert w.weights.sum() == 8760


def test_what_cannot_be_clustered_is_told(monkeypatch):
    with pytest.raises(InputError, match=r"typical:15.*at most 14 days"):
        typical(random_days(14), 15, ASKED)
    with pytest.raises(InputError, match=r"335 hours.*whole days of 24 hours"):
        typical(random_days(14).iloc[1:], 3, ASKED)
    with pytest.raises(InputError, match=r"per_year is 52.*full resolution"):
        year_of(demo(), study(horizon={"start": "2026-03-02", "days": 7, "per_year": 52}), "typical:3")
    monkeypatch.setitem(sys.modules, "tsam", None)
    with pytest.raises(InputError, match=r"the package tsam.*park-ems\[sizing\]"):
        typical(random_days(14), 3, ASKED)


def test_days_that_are_all_alike_are_one():
    inputs = table({"sun_kw_per_kwp": np.full(240, 0.5), "wanted_electricity_kw": 3.0})
    w = typical(inputs, 4, ASKED).window
    assert w.period_weights == (10.0,)
    assert len(w.inputs) == 24


def test_a_demand_that_only_peak_days_have_is_told():
    """Heat on one hour of one day: that day is kept and no sum is off; on two days the second is lost, and told."""
    one = random_days(30)
    heat = np.zeros(720)
    heat[100] = 80
    kept = typical(one.assign(wanted_heat_kw=heat), 5, {*ASKED, "wanted_heat_kw"})
    assert kept.error["wanted_heat_kw"]["sum_share"] == pytest.approx(0, abs=1e-9)
    heat[400] = 60
    lost = typical(one.assign(wanted_heat_kw=heat), 2, {*ASKED, "wanted_heat_kw"})
    assert lost.error["wanted_heat_kw"]["sum_share"] == pytest.approx(-60 / 140)
    assert "wanted_heat_kw -42.9%" in lost.notes[0].en


def test_only_what_the_park_asks_for_is_compared():
    used = columns_used(demo().site)
    assert "temperature_c" not in used
    assert {"roof.yield_kw_per_kwp", "workshop.electricity_kw", "forklifts.hydrogen_kg_per_h"} < used
    noisy = random_days(20).assign(temperature_c=np.random.default_rng(1).uniform(-20, 40, 480))
    order = typical(noisy, 4, ASKED).window.chronology
    assert order == typical(noisy.assign(temperature_c=0.0), 4, ASKED).window.chronology


def told(annual: float, roof: float, tank: float, emissions: float) -> dict:
    sizes = {"roof.capacity_kwp": {"value": roof, "unit": "kWp"}, "tank.capacity_kg": {"value": tank, "unit": "kg"}}
    kpis = {"emissions_t": emissions, "renewable_share": None}
    return {"money": {"annual_cost_cny": annual, "by_cause": []}, "sizes": sizes, "kpis": kpis}


def test_error_against_the_full_year_is_told_number_by_number():
    found = resolution_error(told(200.0, 50.0, 0.0, 10.0), told(190.0, 55.0, 3.0, 10.5))
    assert found["money"] == {"annual_cost_cny": {"full": 200.0, "typical": 190.0, "relative": pytest.approx(-0.05)}}
    assert found["sizes"]["roof.capacity_kwp"]["relative"] == pytest.approx(0.1)
    assert found["sizes"]["tank.capacity_kg"] == {"full": 0.0, "typical": 3.0, "relative": None}
    assert found["kpis"] == {"emissions_t": {"full": 10.0, "typical": 10.5, "relative": pytest.approx(0.05)}}


def test_a_short_study_of_typical_days_solves():
    w = year_of(demo(), week(), "typical:4").window
    built = build(demo().site, w, COST)
    assert solver().solve(built.problem, Limits(60)).x is not None
