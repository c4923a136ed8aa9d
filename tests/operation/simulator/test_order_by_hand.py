"""Who takes a difference, in parks small enough to reckon by hand; one hour is one step, so kW are kWh."""

from __future__ import annotations

from typing import Any

import pytest

from ems.operation.simulator import Park
from models import Component
from tests import toys
from tests.toys import mains, outlet, part, wants

BATTERY = part(
    kind="battery",
    capacity_kwh=200,
    power_kw=100,
    min_share=0.0,
    end_short_cny_per_unit=1,
    end_surplus_cny_per_unit=0,
)
HOT_STORE = part(
    kind="hot_store", capacity_kwh=100, power_kw=50, end_short_cny_per_unit=1, end_surplus_cny_per_unit=0, min_share=0.0
)
TANK = part(
    kind="hydrogen_tank",
    name="tank",
    capacity_kg=100,
    rate_kg_per_h=10,
    min_share=0.0,
    end_short_cny_per_unit=60,
    end_surplus_cny_per_unit=0,
)
STACK = part(
    kind="electrolyser", name="stack", capacity_kw=500, specific_kwh_per_kg=[[0.1, 50.0], [1.0, 50.0]], min_load=0.1
)
ROOF = part(kind="pv", name="roof", capacity_kwp=100, column="sun")
PAID = {"demand_charge_cny_per_kw_month": 40.0}


def park(*parts: Component, state: Any = None, steps: int = 2, **columns: Any) -> Park:
    return Park(toys.park(*parts), toys.table(columns, steps=steps), state)


def settled(p: Park, setpoints: Any) -> dict[str, dict[str, float]]:
    """The next interval's answer, rounded to what a meter shows; whatever happened obeys the laws."""
    found = p.step(setpoints)
    assert p.audit() == []
    return {name: {q: round(x, 4) + 0.0 for q, x in values.items()} for name, values in found.items()}


def test_grid_to_the_paid_peak_then_battery_then_a_new_peak():
    p = park(
        mains(**PAID),
        BATTERY,
        wants("electricity"),
        state={"mains": {"peak_kw": 300.0}, "battery": {"level_kwh": 150.0}},
        wanted_electricity_kw=450,
    )
    found = settled(p, {"mains": {"import_kw": 200.0}, "battery": {"charge_kw": 0.0, "discharge_kw": 0.0}})
    assert found["battery"]["discharge_kw"] == 100  # 300 from the grid, all that the battery gives, 50 on a new peak
    assert found["mains"] == {"import_kw": 350, "peak_kw": 350}
    assert found["users_electricity"]["unserved_kw"] == 0


def test_without_a_demand_charge_the_grid_takes_all():
    p = park(mains(), BATTERY, wants("electricity"), state={"battery": {"level_kwh": 150.0}}, wanted_electricity_kw=450)
    found = settled(p, {"mains": {"import_kw": 200.0}, "battery": {"discharge_kw": 20.0}})
    assert (found["mains"]["import_kw"], found["battery"]["discharge_kw"]) == (430, 20)


def test_a_planned_peak_counts_as_paid():
    p = park(
        mains(**PAID), BATTERY, wants("electricity"), state={"battery": {"level_kwh": 150.0}}, wanted_electricity_kw=450
    )
    found = settled(p, {"mains": {"import_kw": 400.0}, "battery": {"discharge_kw": 0.0}})
    assert (found["mains"]["import_kw"], found["battery"]["discharge_kw"]) == (400, 50)


def test_the_contract_is_kept_while_the_battery_lasts():
    p = park(
        mains(contract_kw=300.0),
        BATTERY,
        wants("electricity"),
        state={"battery": {"level_kwh": 60.0}},
        wanted_electricity_kw=330,
    )
    told = {"mains": {"import_kw": 200.0}, "battery": {"discharge_kw": 0.0}}
    first, second = settled(p, told), settled(p, told)
    assert (first["mains"]["import_kw"], first["battery"]["discharge_kw"]) == (300, 30)
    assert (second["mains"]["import_kw"], second["battery"]["level_kwh"]) == (300, 0)


def test_an_electrolyser_is_turned_down_before_a_new_peak():
    p = park(
        mains(**PAID),
        STACK,
        TANK,
        wants("electricity"),
        wants("hydrogen"),
        state={"mains": {"peak_kw": 600.0}, "tank": {"level_kg": 50.0}, "stack": {"hot_modules": 1.0}},
        wanted_electricity_kw=300,
        wanted_hydrogen_kg_per_h=8,
    )
    found = settled(p, {"stack": {"power_kw": 400.0, "on_modules": 1.0}, "mains": {"import_kw": 600.0}})
    assert (found["mains"]["import_kw"], found["stack"]["power_kw"]) == (600, 300)
    assert (found["stack"]["hydrogen_kg_per_h"], found["tank"]["discharge_kg_per_h"]) == (6, 2)  # 50 kWh/kg
    assert found["users_hydrogen"]["unserved_kg_per_h"] == 0


def test_an_electrolyser_whose_heat_is_used_is_turned_down_too_and_the_store_gives_the_heat():
    stack = STACK.model_copy(update={"heat_recoverable": 0.7, "heat_bus": "heat"})
    p = park(
        mains(**PAID),
        stack,
        TANK,
        HOT_STORE,
        wants("electricity"),
        wants("hydrogen"),
        wants("heat"),
        state={
            "mains": {"peak_kw": 600.0},
            "tank": {"level_kg": 50.0},
            "stack": {"hot_modules": 1.0},
            "hot_store": {"level_kwh": 80.0},
        },
        wanted_electricity_kw=300,
        wanted_hydrogen_kg_per_h=8,
        wanted_heat_kw=62,  # 400 kW make 59 kW of heat: 0.7 x (400 - 8 kg x 39.4 kWh)
    )
    found = settled(p, {"stack": {"power_kw": 400.0, "on_modules": 1.0}, "mains": {"import_kw": 600.0}})
    assert (found["mains"]["import_kw"], found["stack"]["power_kw"]) == (600, 300)
    assert found["hot_store"]["discharge_kw"] == pytest.approx(62 - 0.7 * (300 - 6 * 39.4), abs=0.2)
    assert found["users_heat"]["unserved_kw"] == found["users_hydrogen"]["unserved_kg_per_h"] == 0


def heated_by_stack_and_boiler(electricity_kw: float, heat_kw: float) -> Park:
    """600 kW are paid; a warm stack of 500 kW whose heat is used, a tank that stands in for it, an electric boiler."""
    stack = STACK.model_copy(update={"heat_recoverable": 0.7, "heat_bus": "heat"})
    boiler = part(kind="electric_boiler", name="boiler", capacity_kw=200, efficiency=1.0)
    return park(
        mains(**PAID),
        stack,
        TANK,
        boiler,
        wants("electricity"),
        wants("hydrogen"),
        wants("heat"),
        state={"mains": {"peak_kw": 600.0}, "tank": {"level_kg": 50.0}, "stack": {"hot_modules": 1.0}},
        wanted_electricity_kw=electricity_kw,
        wanted_hydrogen_kg_per_h=8,
        wanted_heat_kw=heat_kw,
    )


def test_an_electrolyser_is_turned_down_though_a_boiler_must_make_its_heat():
    """300 kW of others, 400 kW of stack, 600 kW paid: 100 kW less, of which the boiler takes what heat is missing."""
    p = heated_by_stack_and_boiler(electricity_kw=300, heat_kw=59)
    found = settled(p, {"stack": {"power_kw": 400.0, "on_modules": 1.0}, "mains": {"import_kw": 600.0}})
    heat = 0.7 * (1 - 39.4 / 50)  # of a kW of stack
    power = (300 - 59) / (1 - heat)  # 300 = stack + boiler, boiler = 59 - heat x stack
    assert found["stack"]["power_kw"] == pytest.approx(power, abs=1.0)
    assert found["boiler"]["heat_kw"] == pytest.approx(59 - heat * power, abs=0.5)
    assert found["mains"]["import_kw"] <= 600 + 1
    assert found["users_heat"]["unserved_kw"] == found["users_hydrogen"]["unserved_kg_per_h"] == 0


def test_a_new_peak_reached_while_heat_was_made_is_taken_back():
    """200 kW of others, 400 kW of stack, 600 kW paid; the boiler makes what heat is missing, the stack makes room."""
    p = heated_by_stack_and_boiler(electricity_kw=200, heat_kw=150)
    found = settled(p, {"stack": {"power_kw": 400.0, "on_modules": 1.0}, "mains": {"import_kw": 600.0}})
    heat = 0.7 * (1 - 39.4 / 50)
    power = (400 - 150) / (1 - heat)  # 400 = stack + boiler, boiler = 150 - heat x stack
    assert found["mains"]["import_kw"] == pytest.approx(600, abs=0.5)
    assert found["stack"]["power_kw"] == pytest.approx(power, abs=1.0)
    assert found["users_heat"]["unserved_kw"] == found["users_hydrogen"]["unserved_kg_per_h"] == 0


def test_a_fuel_cell_starts_before_a_new_peak_is_paid_and_not_below_it():
    cell = part(
        kind="fuel_cell", name="cell", capacity_kw=100, electric_efficiency=[[0.1, 0.5], [1.0, 0.5]], min_load=0.1
    )
    parts = mains(**PAID), cell, TANK, wants("electricity"), outlet("heat")
    told = {"cell": {"power_kw": 0.0, "on_modules": 0.0}, "mains": {"import_kw": 150.0}}
    state = {"mains": {"peak_kw": 200.0}, "tank": {"level_kg": 50.0}}
    below = settled(park(*parts, state=state, wanted_electricity_kw=195), told)
    assert (below["cell"]["power_kw"], below["mains"]["import_kw"]) == (0, 195)
    p = park(*parts, state=state, wanted_electricity_kw=260)
    found = settled(p, told)
    assert (found["cell"]["power_kw"], found["mains"]["import_kw"]) == (60, 200)
    on = p.deviations().set_index("quantity").loc["on_modules"]
    assert (on.asked, on.did, on.why) == (0, 1, "peak")
    little = settled(park(*parts, state=state, wanted_electricity_kw=204), told)
    assert (little["cell"]["power_kw"], little["mains"]["import_kw"]) == (0, 204)  # not worth a start
    empty = settled(park(*parts, state={**state, "tank": {"level_kg": 0.0}}, wanted_electricity_kw=260), told)
    assert (empty["cell"]["power_kw"], empty["mains"]["import_kw"]) == (0, 260)


def test_a_heat_pump_whose_least_is_too_much_stops_and_the_rest_keeps_to_its_setpoints():
    pump = part(
        kind="heat_pump", name="pump", capacity_kw=200, min_load=0.25, cop=[[0, 3.0], [40, 3.0]],
        capacity_factor=[[0, 1.0], [40, 1.0]],
    )  # fmt: skip
    boiler = part(kind="electric_boiler", name="boiler", capacity_kw=200, efficiency=1.0)
    p = park(
        mains(),
        pump,
        boiler,
        STACK,
        TANK,
        wants("heat"),
        state={"pump": {"hot_modules": 1.0}, "tank": {"level_kg": 50.0}, "stack": {"hot_modules": 1.0}},
        wanted_heat_kw=30,  # below the 50 kW that the pump makes at least
    )
    told = {
        "pump": {"heat_kw": 60.0, "power_kw": 20.0, "on_modules": 1.0},
        "stack": {"power_kw": 100.0, "on_modules": 1.0},
        "tank": {"charge_kg_per_h": 2.0, "discharge_kg_per_h": 0.0},
    }
    found = settled(p, told)
    assert (found["pump"]["on_modules"], found["boiler"]["heat_kw"]) == (0, 30)
    assert (found["stack"]["power_kw"], found["mains"]["import_kw"]) == (100, 130)


def test_what_was_to_be_made_of_spare_sun_is_not_made_of_bought_power():
    parts = mains(), ROOF, BATTERY, STACK, TANK, wants("electricity"), wants("hydrogen")
    p = park(
        *parts,
        state={"battery": {"level_kwh": 50.0}, "tank": {"level_kg": 50.0}, "stack": {"hot_modules": 1.0}},
        wanted_electricity_kw=10,
        wanted_hydrogen_kg_per_h=1,
        sun=0.7,  # 70 kW where the plan had 100: 10 for users, 60 for the stack, 30 for the battery
    )
    told = {
        "mains": {"import_kw": 0.0},
        "battery": {"charge_kw": 30.0, "discharge_kw": 0.0},
        "stack": {"power_kw": 60.0, "on_modules": 1.0},
    }
    found = settled(p, told)
    assert (found["mains"]["import_kw"], found["battery"]["charge_kw"], found["stack"]["power_kw"]) == (0, 0, 60)
    more = settled(
        p, {**told, "battery": {"charge_kw": 25.0, "discharge_kw": 0.0}, "stack": {"power_kw": 65.0, "on_modules": 1.0}}
    )
    assert (more["mains"]["import_kw"], more["battery"]["charge_kw"], more["stack"]["power_kw"]) == (0, 0, 60)


def test_heat_comes_from_the_store_then_from_the_boiler():
    boiler = part(kind="electric_boiler", name="boiler", capacity_kw=200, efficiency=1.0)
    p = park(mains(), boiler, HOT_STORE, wants("heat"), state={"hot_store": {"level_kwh": 80.0}}, wanted_heat_kw=180)
    told = {"boiler": {"power_kw": 100.0, "heat_kw": 100.0}, "hot_store": {"charge_kw": 0.0, "discharge_kw": 0.0}}
    first, second = settled(p, told), settled(p, told)
    assert (first["hot_store"]["discharge_kw"], first["boiler"]["heat_kw"]) == (50, 130)
    assert (second["hot_store"]["discharge_kw"], second["boiler"]["heat_kw"]) == (30, 150)


def test_too_much_heat_fills_the_store_before_the_boiler_comes_down():
    boiler = part(kind="electric_boiler", name="boiler", capacity_kw=200, efficiency=1.0)
    p = park(mains(), boiler, HOT_STORE, wants("heat"), state={"hot_store": {"level_kwh": 80.0}}, wanted_heat_kw=60)
    told = {"boiler": {"power_kw": 100.0, "heat_kw": 100.0}, "hot_store": {"charge_kw": 0.0, "discharge_kw": 0.0}}
    found = settled(p, told)
    assert (found["hot_store"]["level_kwh"], found["boiler"]["heat_kw"], found["mains"]["import_kw"]) == (100, 80, 80)


def test_more_sun_lowers_the_import_then_fills_the_battery_then_is_curtailed():
    told = {"battery": {"charge_kw": 0.0, "discharge_kw": 0.0}, "roof": {"power_kw": 20.0, "curtailed_kw": 0.0}}
    parts = mains(), BATTERY, ROOF, wants("electricity")
    p = park(*parts, state={"battery": {"level_kwh": 150.0}}, wanted_electricity_kw=30, sun=0.95)
    first, second = settled(p, told), settled(p, told)
    assert (first["mains"]["import_kw"], first["battery"]["charge_kw"], first["roof"]["curtailed_kw"]) == (0, 50, 15)
    assert (second["battery"]["charge_kw"], second["roof"]["curtailed_kw"]) == (0, 65)


def test_more_sun_is_sold_where_that_pays_and_makes_hydrogen_where_a_stack_runs():
    prices = {"export_cny_per_kwh": 0.3}
    sold = park(mains(export_limit_kw=40.0), ROOF, wants("electricity"), wanted_electricity_kw=30, sun=0.9, **prices)
    found = settled(sold, {"mains": {"import_kw": 10.0, "export_kw": 0.0}})
    assert (found["mains"]["export_kw"], found["roof"]["curtailed_kw"]) == (40, 20)

    stack = STACK.model_copy(update={"capacity_kw": 100.0})
    made = park(mains(), ROOF, stack, TANK, state={"tank": {"level_kg": 50.0}, "stack": {"hot_modules": 1.0}}, sun=0.8)
    found = settled(made, {"stack": {"power_kw": 40.0, "on_modules": 1.0}, "tank": {"charge_kg_per_h": 0.8}})
    assert found["stack"]["power_kw"] == 40 + 0.95 * 40
    assert found["tank"]["charge_kg_per_h"] == pytest.approx(78 / 50)


def test_a_curtailment_that_is_told_is_kept_until_the_sun_is_needed():
    told = {"roof": {"power_kw": 50.0, "curtailed_kw": 30.0}}
    kept = settled(park(mains(), ROOF, wants("electricity"), wanted_electricity_kw=50, sun=0.8), told)
    assert (kept["roof"]["power_kw"], kept["mains"]["import_kw"]) == (50, 0)
    needed = settled(park(mains(), ROOF, wants("electricity"), wanted_electricity_kw=90, sun=0.8), told)
    assert (needed["roof"]["power_kw"], needed["mains"]["import_kw"]) == (80, 10)


def test_what_costs_least_goes_unserved():
    cheap = wants("electricity", name="process", column="process_kw", unserved_cny_per_unit=10)
    p = park(mains(connection_kw=300.0), wants("electricity"), cheap, wanted_electricity_kw=250, process_kw=150)
    found = settled(p, {})
    assert (found["process"]["unserved_kw"], found["users_electricity"]["unserved_kw"]) == (100, 0)


@pytest.mark.parametrize(("cop", "cut"), [(2.0, "heat"), (3.0, "electricity")])
def test_heat_is_cut_only_where_a_kwh_of_power_makes_less_of_it_than_it_is_worth(cop: float, cut: str):
    """A kWh of power is worth 50 CNY to its users and 20 CNY x COP to those of heat."""
    pump = part(kind="heat_pump", name="pump", capacity_kw=300, cop=[[20.0, cop]])
    p = park(
        mains(connection_kw=100.0),
        pump,
        wants("electricity"),
        wants("heat"),
        state={"pump": {"hot_modules": 1.0}},
        wanted_electricity_kw=60,
        wanted_heat_kw=60 * cop,
    )
    found = settled(p, {"pump": {"heat_kw": 60 * cop, "on_modules": 1.0}, "mains": {"import_kw": 100.0}})
    unserved = {c: found[f"users_{c}"]["unserved_kw"] for c in ("electricity", "heat")}
    assert unserved == pytest.approx(
        {"electricity": 20 if cut == "electricity" else 0, "heat": 40 if cut == "heat" else 0}, abs=0.1
    )


def test_a_fuel_cell_starts_only_lest_a_demand_goes_unserved():
    cell = part(
        kind="fuel_cell", name="cell", capacity_kw=100, electric_efficiency=[[0.1, 0.5], [1.0, 0.5]], min_load=0.1
    )
    state = {"tank": {"level_kg": 50.0}}
    parts = cell, TANK, wants("electricity"), outlet("heat")
    told = {"cell": {"power_kw": 0.0, "on_modules": 0.0}}
    idle = settled(park(mains(connection_kw=200.0), *parts, state=state, wanted_electricity_kw=200), told)
    assert (idle["cell"]["power_kw"], idle["mains"]["import_kw"]) == (0, 200)
    p = park(mains(connection_kw=200.0), *parts, state=state, wanted_electricity_kw=260)
    found = settled(p, told)
    assert (found["cell"]["power_kw"], found["users_electricity"]["unserved_kw"]) == (60, 0)
    assert found["tank"]["discharge_kg_per_h"] == pytest.approx(120 / 33.33, abs=1e-4)
    on = p.deviations().set_index("quantity").loc["on_modules"]
    assert (on.asked, on.did, on.why) == (0, 1, "recommitted")


def test_heat_that_is_not_wanted_goes_back_through_the_exchanger_into_the_store():
    """45 °C net: 100 kW told of an exchanger and 50 kW of a heat pump, 90 kW wanted; 60 kW go back to the 65 °C net."""
    hot = {"heat_bus": "heat_65c"}
    boiler = part(kind="electric_boiler", name="boiler", capacity_kw=200, efficiency=1.0, **hot)
    exchanger = part(kind="transfer", name="exchanger", carrier="heat", limit=200, from_bus="heat_65c", to_bus="heat")
    pump = part(kind="heat_pump", name="pump", capacity_kw=100, cop=[[20.0, 4.0]])
    site = toys.park(
        mains(), boiler, exchanger, pump, HOT_STORE.model_copy(update={**hot, "power_kw": 40.0}), wants("heat")
    )
    told = {
        "boiler": {"power_kw": 100.0, "heat_kw": 100.0},
        "exchanger": {"in_kw": 100.0, "out_kw": 100.0},
        "pump": {"heat_kw": 50.0, "on_modules": 1.0},
        "hot_store": {"charge_kw": 0.0, "discharge_kw": 0.0},
    }
    state = {"hot_store": {"level_kwh": 10.0}, "pump": {"hot_modules": 1.0}}
    found = settled(Park(site, toys.table({"wanted_heat_kw": 90.0}, steps=2), state), told)
    assert found["hot_store"]["charge_kw"] == 40  # its rate
    assert (found["exchanger"]["out_kw"], found["pump"]["heat_kw"], found["boiler"]["heat_kw"]) == (60, 30, 100)


def test_less_is_compressed_before_anything_is_let_back_through_the_valve():
    """10 kg/h made, 5 wanted and 5 compressed by plan; 7 are wanted."""
    high = "hydrogen_450bar"
    compressor = part(
        kind="compressor", name="compressor", capacity_kg_per_h=20, inlet_bar=20, outlet_bar=450, to_bus=high
    )
    valve = part(kind="transfer", name="valve", carrier="hydrogen", limit=20, from_bus=high, to_bus="hydrogen")
    tank = TANK.model_copy(update={"hydrogen_bus": high})
    site = toys.park(mains(), STACK, compressor, valve, tank, wants("hydrogen"))
    told = {
        "stack": {"power_kw": 500.0, "on_modules": 1.0},
        "compressor": {"in_kg_per_h": 5.0, "out_kg_per_h": 5.0},
        "valve": {"in_kg_per_h": 0.0, "out_kg_per_h": 0.0},
        "tank": {"charge_kg_per_h": 5.0, "discharge_kg_per_h": 0.0},
    }
    state = {"tank": {"level_kg": 50.0}, "stack": {"hot_modules": 1.0}}
    found = settled(Park(site, toys.table({"wanted_hydrogen_kg_per_h": 7.0}, steps=2), state), told)
    assert (found["compressor"]["out_kg_per_h"], found["valve"]["out_kg_per_h"]) == (3, 0)
    assert (found["tank"]["charge_kg_per_h"], found["stack"]["power_kw"]) == (3, 500)
