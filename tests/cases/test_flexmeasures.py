"""Coupled outputs, merit order and power bands, known answers of FlexMeasures.

Numbers: FlexMeasures v1.0.0.dev (18f43b5c1), planning tests test_commitments.py and test_operation_modes.py, licence
Apache-2.0; the merit order reproduced as a linear program.

How it maps: a CHP is a gas engine with an electric efficiency of 0.3 that gives 5/7 of the rest as heat; it starts at a
thousandth of its load where the original starts at nothing. Steam is heat. Electricity is bought and sold at one price.
A device with power bands is a chiller with a COP of 1 that fills a store: {0} U {0.5} is a minimum load of 1,
{0} U [0.4, 0.5] one of 0.8; the wanted final stock is the store's end target at a high price. The continuous band is a
deferrable demand.
"""

import pytest

from tests.toys import Solved, clean, mains, part, wants


def gas(price: float):
    return part(kind="gas_supply", name="gas", capacity_kw=1e3, price_cny_per_kwh=price, intensity_kgco2e_per_kwh=0)


CHP = part(
    kind="gas_engine",
    name="chp",
    capacity_kw=6,
    electric_efficiency=[[0.001, 0.3], [1.0, 0.3]],
    heat_recoverable=0.5 / 0.7,
    min_load=0.001,
)


def test_coupled_outputs():
    """10 kW of heat need 20 kW of gas and make 6 kW of power, sold at a price that makes it wanted."""
    users = wants("heat", unserved_cny_per_unit=1e4)
    prices = {"import_cny_per_kwh": 60.0, "export_cny_per_kwh": 60.0}
    s = clean(mains(export_limit_kw=100), gas(20), CHP, users, wanted_heat_kw=[10.0], **prices)
    assert (s["chp.gas_kw"], s["chp.heat_kw"], s["chp.power_kw"]) == ([20], [10], [6])


@pytest.mark.parametrize(
    ("gas_price", "power_price", "chp_gas", "boiler", "heater", "cost"),
    [(20, 50, 20, 5, 0, 200), (100, 10, 0, 0, 15, 150), (50, 55, 0, 10, 5, 775)],
)
def test_merit_order_of_a_factory(gas_price, power_price, chp_gas, boiler, heater, cost):
    s = clean(
        mains(export_limit_kw=100),
        gas(gas_price),
        CHP,
        part(kind="gas_boiler", name="boiler", capacity_kw=10, efficiency=1.0),
        part(kind="electric_boiler", name="heater", capacity_kw=100, efficiency=1.0),
        wants("heat", unserved_cny_per_unit=1e4),
        import_cny_per_kwh=power_price,
        export_cny_per_kwh=power_price,
        wanted_heat_kw=[15.0],
    )
    assert s["chp.gas_kw"] == [chp_gas]
    assert s["chp.power_kw"] == [0.3 * chp_gas]
    assert s["boiler.heat_kw"] == [boiler]
    assert s["heater.heat_kw"] == [heater]
    assert s.answer.objective == pytest.approx(cost)


PRICES = [10.0, 1.0, 10.0, 1.0]


def test_continuous_band():
    """0.5 in each cheap hour, 0.2 in the dear ones."""
    slots = [{"start": "00:00", "end": "04:00", "amount": 1.2}]
    device = part(kind="deferrable_demand", name="device", carrier="electricity", rate_limit=0.5, slots=slots)
    s = clean(mains(), device, import_cny_per_kwh=PRICES)
    assert s["device.served_kw"][1::2] == [0.5, 0.5]
    assert sum(s["device.served_kw"][::2]) == pytest.approx(0.2)
    assert s.answer.objective == pytest.approx(3.0)


def banded(lowest: float, target: float) -> Solved:
    device = part(kind="electric_chiller", name="device", capacity_kw=0.5, cop=[[20, 1.0]], min_load=lowest / 0.5)
    stock = part(
        kind="cold_store",
        name="stock",
        capacity_kwh=10,
        power_kw=10,
        start_share=0.0,
        end_target_share=target / 10,
        end_short_cny_per_unit=1e4,
        end_surplus_cny_per_unit=0,
        throughput_cny_per_unit=1e-5,
    )
    return clean(mains(), device, stock, import_cny_per_kwh=PRICES)


def test_all_or_nothing():
    s = banded(lowest=0.5, target=1.0)
    assert s["device.power_kw"] == [0, 0.5, 0, 0.5]
    assert s.answer.objective == pytest.approx(1.0, abs=1e-4)


def test_gap_between_nothing_and_the_band():
    s = banded(lowest=0.4, target=1.2)
    assert sorted(s["device.power_kw"]) == pytest.approx([0, 0.4, 0.4, 0.4])
    assert s.answer.objective == pytest.approx(4.8, abs=1e-4)
