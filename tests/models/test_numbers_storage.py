"""Stores by hand."""

import numpy as np
import pytest

from tests.toys import clean, mains, outlet, part, wants

FREE = {"end_short_cny_per_unit": 0, "end_surplus_cny_per_unit": 0, "start_share": 0.0}


def battery(**more):
    return part(**{"kind": "battery", "capacity_kwh": 1000, "power_kw": 100, **FREE, **more})


def test_round_trip():
    """0.948 each way (rectifier 0.96, half of the cell's 0.975): 100 kWh bought give 94.8 in the cells, 89.87 back."""
    b = battery(charge_efficiency=0.948, discharge_efficiency=0.948)
    s = clean(mains(), b, wants("electricity"), import_cny_per_kwh=[0.1, 1.0], wanted_electricity_kw=200.0)
    assert s["battery.charge_kw"] == [100, 0]
    assert s["battery.level_kwh"] == pytest.approx([94.8, 0])
    assert s["battery.discharge_kw"][1] == pytest.approx(100 * 0.948**2)
    assert s.answer.objective == pytest.approx(300 * 0.1 + 200 - 89.8704 * (1 - 1e-3))


def test_no_trade_below_the_loss():
    """A spread of 10 % does not pay for a round trip that loses 10.1 %."""
    b = battery(charge_efficiency=0.948, discharge_efficiency=0.948)
    s = clean(mains(), b, wants("electricity"), import_cny_per_kwh=[0.9, 1.0], wanted_electricity_kw=200.0)
    assert s["battery.charge_kw"] == [0, 0]


def test_wear_stops_trade():
    """A spread of 0.2 does not pay for 0.25 CNY/kWh of wear (1000 CNY/kWh over 5000 cycles of 80 %)."""
    prices = {"import_cny_per_kwh": [0.5, 0.7], "wanted_electricity_kw": 200.0}
    assert clean(mains(), battery(throughput_cny_per_unit=0.25), wants("electricity"), **prices)[
        "battery.charge_kw"
    ] == [0, 0]
    assert clean(mains(), battery(throughput_cny_per_unit=0.15), wants("electricity"), **prices)[
        "battery.charge_kw"
    ] == [100, 0]


def test_never_charges_and_discharges_at_once_to_waste():
    """Paid 2 CNY/kWh for consumption with an efficiency of a half: burning would pay, but is not a battery's way."""
    b = battery(charge_efficiency=0.5, discharge_efficiency=0.5, capacity_kwh=100)
    s = clean(mains(), b, wants("electricity"), import_cny_per_kwh=[-2.0] * 4, wanted_electricity_kw=200.0)
    charge, discharge = np.array(s["battery.charge_kw"]), np.array(s["battery.discharge_kw"])
    assert np.minimum(charge, discharge).max() == 0
    assert s.built.problem.integer.any(), "the binary that forbids it is there"
    calm = clean(mains(), b, wants("electricity"), import_cny_per_kwh=[0.2] * 4, wanted_electricity_kw=200.0)
    assert not calm.built.problem.integer.any(), "where consumption costs, no binary is needed"


def test_tank_balance_in_quarter_hours():
    """10 kg and 8 kg/h out for an hour of quarter hours: 8, 6, 4, 2 kg."""
    tank = part(kind="hydrogen_tank", name="tank", capacity_kg=20, rate_kg_per_h=30, **{**FREE, "start_share": 0.5})
    s = clean(tank, wants("hydrogen"), minutes=15, wanted_hydrogen_kg_per_h=[8.0] * 4)
    assert s["tank.level_kg"] == [8, 6, 4, 2]


@pytest.mark.parametrize("minutes", [15, 60])
def test_standing_loss_compounds(minutes):
    """0.4 % an hour: 250 kWh hold 250 x 0.996^24 = 227.1 kWh after a day, whatever the step."""
    store = part(
        kind="hot_store",
        name="store",
        capacity_kwh=500,
        power_kw=100,
        standing_loss_per_h=0.004,
        **{**FREE, "start_share": 0.5},
    )
    s = clean(store, minutes=minutes, temperature_c=[20.0] * (24 * 60 // minutes))
    assert s["store.level_kwh"][-1] == pytest.approx(250 * 0.996**24)


def test_limits_of_level_and_rate():
    """1000 kWh, 20 % minimum, 100 kW: of 500 kWh at the start 300 can be had, 100 an hour."""
    b = battery(min_share=0.2, start_share=0.5)
    s = clean(mains(connection_kw=1), b, wants("electricity"), wanted_electricity_kw=[400.0] * 4)
    assert sorted(s["battery.discharge_kw"]) == [0, 100, 100, 100]
    assert s["battery.level_kwh"][-1] == 200


# A tank half full, its target; hydrogen made at 52 kWh/kg; missing stock costs 60 CNY/kg, more earns 8 CNY/kg
@pytest.mark.parametrize(
    ("price", "start_kg", "end_kg"),
    [
        (0.1, 30, 40),  # 5.2 CNY/kg is below 8: it fills as far as 520 kW go
        (0.2, 30, 30),  # 10.4 CNY/kg is above 8: no more than the target
        (1.0, 25, 30),  # 52 CNY/kg is below 60: back to the target
        (1.2, 25, 25),  # 62.4 CNY/kg is above 60: what is missing stays missing
        (1.2, 35, 35),  # and above the target 8 CNY/kg are worth more than nothing
    ],
)
def test_value_of_stock_at_the_end(price, start_kg, end_kg):
    tank = part(
        kind="hydrogen_tank",
        name="tank",
        capacity_kg=60,
        rate_kg_per_h=30,
        end_target_share=0.5,
        end_short_cny_per_unit=60,
        end_surplus_cny_per_unit=8,
    )
    ely = part(kind="electrolyser", capacity_kw=520, specific_kwh_per_kg=[[0.1, 52.0], [1.0, 52.0]])
    state = {"tank": {"level_kg": float(start_kg)}}
    s = clean(mains(), ely, tank, state=state, import_cny_per_kwh=[price])
    assert s["tank.level_kg"] == [end_kg]
    stock = 60 * max(30 - end_kg, 0) - 8 * max(end_kg - 30, 0)
    assert s.answer.objective == pytest.approx(price * 52 * (end_kg - start_kg) + stock)


def test_without_a_target_the_level_at_the_start_is_wanted_back():
    tank = part(
        kind="water_tank",
        name="tank",
        capacity_kg=100,
        rate_kg_per_h=50,
        end_short_cny_per_unit=1,
        end_surplus_cny_per_unit=0,
    )
    well = part(kind="water_supply", capacity_kg_per_h=10, price_cny_per_kg=0.01)
    s = clean(well, tank, wants("water"), state={"tank": {"level_kg": 70.0}}, wanted_water_kg_per_h=[30.0, 0, 0, 0])
    assert s["tank.level_kg"][0] == 50
    assert s["tank.level_kg"][-1] == 70


def test_missing_stock_counts_as_emissions():
    """1 kWh short of the target adds 0.7 kg: under `carbon` grid power at 0.6 is the better of the two."""
    b = battery(end_target_share=0.1, end_short_kgco2e_per_unit=0.7)
    s = clean(mains(), b, import_cny_per_kwh=[3.0], objective="carbon")
    assert s["battery.level_kwh"] == [100]
    s = clean(mains(), b, import_cny_per_kwh=[3.0], objective="cost")
    assert s["battery.level_kwh"] == [0]


def test_impossible_stores_are_refused():
    with pytest.raises(ValueError, match="must not exceed"):
        battery(end_short_cny_per_unit=1, end_surplus_cny_per_unit=2)
    with pytest.raises(ValueError, match="min_share"):
        battery(min_share=0.3, start_share=0.2)


def test_full_store_leaves_an_outlet():
    """A full tank takes nothing: what must be made is released under its name."""
    tank = part(kind="hydrogen_tank", name="tank", capacity_kg=10, rate_kg_per_h=30, **{**FREE, "start_share": 1.0})
    ely = part(
        kind="electrolyser", name="ely", capacity_kw=500, specific_kwh_per_kg=[[0.1, 50.0], [1.0, 50.0]], min_up_h=2
    )
    state = {"ely": {"hot_modules": 1.0, "starts": [[1.0, 1.0]]}}
    s = clean(mains(), ely, tank, outlet("hydrogen"), state=state, temperature_c=[20.0, 20.0])
    assert s["ely.hydrogen_kg_per_h"] == [1, 0]
    assert s["outlet_hydrogen.lost_kg_per_h"] == [1, 0]
