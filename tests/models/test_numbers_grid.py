"""Grid connection by hand: peaks, contract, export, prices that invite to buy and sell at once."""

import numpy as np
import pandas as pd
import pytest

from models import Window
from tests.toys import clean, mains, part, wants


def causes(s, name="mains"):
    return {k: float(x.sum()) for k, x in s.site.component(name).bill(s.schedule.tables[name], s.w).items()}


def test_demand_charge_on_a_higher_peak_only():
    """150 kW after a month's 100 kW so far: 50 kW x 38.4 CNY/kW. Nothing below the peak that is paid for."""
    loads = {"wanted_electricity_kw": [80.0, 150.0, 120.0]}
    grid = mains(demand_charge_cny_per_kw_month=38.4)
    s = clean(grid, wants("electricity"), state={"mains": {"peak_kw": 100.0}}, **loads)
    assert s["mains.peak_kw"] == [100, 150, 150]
    assert causes(s)["demand_charge"] == pytest.approx(50 * 38.4)
    assert s.answer.objective == pytest.approx(350 + 1920)
    s = clean(grid, wants("electricity"), state={"mains": {"peak_kw": 200.0}}, **loads)
    assert causes(s)["demand_charge"] == 0


def test_expected_peak_is_free_but_not_reported_as_reached():
    s = clean(
        mains(demand_charge_cny_per_kw_month=38.4, expected_peak_kw=140),
        wants("electricity"),
        wanted_electricity_kw=[80.0, 150.0],
    )
    assert causes(s)["demand_charge"] == pytest.approx(10 * 38.4)
    assert s["mains.peak_kw"] == [80, 150]


def test_a_battery_shaves_the_peak_for_the_charge():
    """Flat price, one hour of 200 kW, full battery of 60 kW for an hour: the new peak is 140 kW."""
    b = part(
        kind="battery",
        capacity_kwh=60,
        power_kw=60,
        start_share=1.0,
        end_short_cny_per_unit=0,
        end_surplus_cny_per_unit=0,
    )
    s = clean(
        mains(demand_charge_cny_per_kw_month=40), b, wants("electricity"), wanted_electricity_kw=[100.0, 200.0, 100.0]
    )
    assert s["mains.peak_kw"][-1] == 140


def test_quarter_hours_cost_a_quarter():
    """100 kW for a quarter of an hour at 0.8 CNY/kWh: 20 CNY and 15 kgCO2e at 0.6; the charge is no less."""
    grid = mains(demand_charge_cny_per_kw_month=10)
    s = clean(grid, wants("electricity"), minutes=15, import_cny_per_kwh=0.8, wanted_electricity_kw=[100.0, 0.0])
    assert causes(s) == pytest.approx({"energy": 20.0, "demand_charge": 1000.0})
    assert s.site.component("mains").emitted(s.schedule.tables["mains"], s.w)["import"].sum() == pytest.approx(15.0)


def test_above_the_contract():
    """120 kW against 100 kW for a quarter of an hour at 2 CNY/kWh: 10 CNY."""
    grid = mains(contract_kw=100, over_contract_cny_per_kwh=2.0)
    s = clean(grid, wants("electricity"), minutes=15, wanted_electricity_kw=[120.0, 90.0])
    assert s["mains.over_contract_kw"] == [20, 0]
    assert causes(s)["over_contract"] == pytest.approx(10.0)


def test_connection_limit_leaves_demand_unserved():
    """130 kW through 100 kW: 30 kWh at 50 CNY, the default price of electricity not served."""
    s = clean(mains(connection_kw=100), wants("electricity"), wanted_electricity_kw=[130.0])
    assert s["users_electricity.unserved_kw"] == [30]
    assert s.answer.objective == pytest.approx(100 + 30 * 50)


@pytest.mark.parametrize(("buy", "sell"), [(-0.5, 0.1), (0.3, 0.5), (0.4, 0.4)])
def test_never_buys_and_sells_at_once(buy, sell):
    """Prices that pay for a circle through the meter bring the binary, and it holds."""
    s = clean(
        mains(export_limit_kw=500, connection_kw=1000),
        wants("electricity"),
        import_cny_per_kwh=[buy] * 3,
        export_cny_per_kwh=sell,
        wanted_electricity_kw=100.0,
    )
    assert s.built.problem.integer.sum() == 3
    assert np.minimum(s["mains.import_kw"], s["mains.export_kw"]).max() == 0
    assert s["mains.import_kw"] == [100] * 3


def test_no_binary_where_prices_forbid_the_circle():
    s = clean(
        mains(export_limit_kw=500),
        wants("electricity"),
        import_cny_per_kwh=[0.6, 0.2, 0.6],
        export_cny_per_kwh=0.3,
        wanted_electricity_kw=100.0,
    )
    assert s.built.problem.integer.sum() == 1, "only the step in which buying is cheaper than selling"


# A roof of 100 kW in full sun over a demand of 30 kW
@pytest.mark.parametrize(
    ("limit_kw", "price", "sold", "curtailed"),
    [
        (0, 0.0, None, 70),  # export forbidden: the rest is curtailed
        (500, 0.1, 70, 0),  # sold while it earns anything
        (50, 0.1, 50, 20),  # as far as the limit
        (500, -0.1, 0, 70),  # not where feeding in costs
    ],
)
def test_sun_is_curtailed_only_where_no_one_wants_it(limit_kw, price, sold, curtailed):
    roof = part(kind="pv", name="roof", capacity_kwp=100, column="sun_share")
    s = clean(
        mains(export_limit_kw=limit_kw),
        roof,
        wants("electricity"),
        export_cny_per_kwh=price,
        wanted_electricity_kw=30.0,
        sun_share=[1.0, 0.0],
    )
    assert s["roof.curtailed_kw"] == [curtailed, 0]
    assert s["mains.import_kw"] == [0, 30]
    if sold is not None:
        assert s["mains.export_kw"] == [sold, 0]


def test_contract_above_the_connection_is_refused():
    with pytest.raises(ValueError, match="above connection_kw"):
        mains(connection_kw=100, contract_kw=200)


def test_a_new_month_opens_with_no_peak():
    """The last hour of 31 March hands on a peak of zero; the hour before hands on what was drawn."""
    grid = part(kind="grid", connection_kw=1000)
    for start, handed_on in (("2026-03-31 23:00", 0.0), ("2026-03-31 22:00", 400.0)):
        index = pd.date_range(start, periods=1, freq="1h", tz="Asia/Shanghai")
        w = Window(pd.DataFrame(index=index), step_minutes=60)
        s = pd.DataFrame({"import_kw": [400.0], "peak_kw": [400.0]}, index=index)
        assert grid.state_end(s, w) == {"peak_kw": handed_on}
