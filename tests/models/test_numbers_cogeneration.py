"""Fuel cell and gas engine by hand, each alone on its island."""

import pytest

from tests.toys import bottles, clean, outlet, park, part, solve, table, wants

# DEA Technology Data v0016, LT-PEM CHP: 0.50 at full load, 0.35 at 10 %; points between are estimates
EFFICIENCY = [[0.1, 0.35], [0.2, 0.47], [0.3, 0.53], [0.5, 0.55], [0.75, 0.525], [1.0, 0.5]]


def fuel_cell(**more):
    return part(
        **{
            "kind": "fuel_cell",
            "name": "fc",
            "capacity_kw": 250,
            "electric_efficiency": EFFICIENCY,
            "min_load": 0.1,
            **more,
        }
    )


def engine(**more):
    curve = [[0.5, 0.36], [0.75, 0.385], [1.0, 0.4]]
    return part(
        **{
            "kind": "gas_engine",
            "name": "engine",
            "capacity_kw": 500,
            "electric_efficiency": curve,
            "heat_recoverable": 0.75,
            "min_load": 0.5,
            **more,
        }
    )


def run(machine, power, heat=0.0):
    return clean(
        bottles(), machine, wants("electricity"), wants("heat"), wanted_electricity_kw=[power], wanted_heat_kw=[heat]
    )


def test_fuel_cell_at_full_load():
    """250 kW at 0.50 on LHV (33.33 kWh/kg) take 500 kW or 15.0 kg/h; 0.8 of the other half is 200 kW of heat."""
    s = run(fuel_cell(), 250.0, 300.0)
    assert s["fc.hydrogen_kg_per_h"][0] == pytest.approx(500 / 33.33)
    assert s["fc.hydrogen_kg_per_h"][0] == pytest.approx(15.0, rel=2e-4)
    assert s["fc.heat_kw"] == [200.0]


@pytest.mark.parametrize(("load", "efficiency"), EFFICIENCY)
def test_fuel_cell_at_the_points_of_its_curve(load, efficiency):
    """Within 0.1 %, what the hull may spare."""
    s = run(fuel_cell(), 250 * load)
    assert s["fc.hydrogen_kg_per_h"][0] == pytest.approx(250 * load / efficiency / 33.33, rel=2e-3)


def test_heat_not_wanted_leaves_by_the_cooler():
    assert run(fuel_cell(), 250.0, 30.0)["fc.heat_kw"] == [30.0]


def test_recovered_water():
    """5 kg of the 8.94 kg formed per kg of hydrogen: 15.0 kg/h give 75 kg/h."""
    cell = fuel_cell(recovered_water_kg_per_kg=5, water_bus="water", heat_bus=None)
    s = clean(
        bottles(),
        cell,
        wants("electricity"),
        wants("water"),
        wanted_electricity_kw=[250.0],
        wanted_water_kg_per_h=[100.0],
    )
    assert s["fc.water_kg_per_h"][0] == pytest.approx(5 * 500 / 33.33)


def test_gas_engine_at_full_load():
    """500 kW at 0.40 take 1250 kW of gas; 0.75 of the rest is 562.5 kW; 1250 x 0.35 CNY and 1250 x 0.2 kgCO2e."""
    gas = part(kind="gas_supply", capacity_kw=5000, price_cny_per_kwh=0.35, intensity_kgco2e_per_kwh=0.2)
    s = clean(gas, engine(), wants("electricity"), wants("heat"), wanted_electricity_kw=[500.0], wanted_heat_kw=[562.5])
    assert s["engine.gas_kw"] == [1250.0]
    assert s["engine.heat_kw"] == [562.5]
    assert s.answer.objective == pytest.approx(437.5, abs=0.1)
    assert s.site.component("gas_supply").emitted(s.schedule.tables["gas_supply"], s.w)["fuel"].sum() == pytest.approx(
        250.0
    )


def test_gas_engine_between_points():
    """At 0.75: 375 / 0.385 = 974.0 kW, of which the hull spares 0.2 %; below half load, at 200 kW, it does not go."""
    gas = part(kind="gas_supply", capacity_kw=5000, price_cny_per_kwh=0.35, intensity_kgco2e_per_kwh=0.2)
    s = clean(gas, engine(heat_bus=None), wants("electricity"), wanted_electricity_kw=[375.0, 200.0])
    assert s["engine.gas_kw"][0] == pytest.approx(375 / 0.385, rel=2e-3)
    assert s["users_electricity.unserved_kw"] == [0.0, 200.0]


def test_power_no_one_wants_is_not_hidden_to_gain_heat():
    """Heat-led at full load: 562.5 kW of heat come with 500 kW of power, which is let go under its name."""
    gas = part(kind="gas_supply", capacity_kw=5000, price_cny_per_kwh=0.35, intensity_kgco2e_per_kwh=0.2)
    parts = park(gas, engine(), outlet("electricity", price_cny_per_unit=0.0005), wants("heat"))
    s = solve(parts, table({"wanted_heat_kw": [562.5]}))
    assert s.violations() == []
    assert s["outlet_electricity.lost_kw"] == [500.0]


def test_two_fuel_cells_share_the_load():
    """Of 2 x 125 kW both at half load (0.55) beat one at full load (0.50): 125 kW from 227.3 kW of hydrogen."""
    s = run(fuel_cell(modules=2), 125.0)
    assert s["fc.on_modules"] == [2]
    assert s["fc.hydrogen_kg_per_h"][0] == pytest.approx(125 / 0.55 / 33.33, rel=2e-3)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"electric_efficiency": [[0.5, 0.3], [1.0, 0.8]]}, "between 0.05 and 0.75"),
        ({"electric_efficiency": [[0.1, 0.5], [0.5, 0.3], [1.0, 0.5]]}, "not concave"),
    ],
)
def test_impossible_machines_are_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        fuel_cell(**wrong)
