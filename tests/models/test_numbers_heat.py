"""Heat and cold by hand."""

import pytest

from tests.toys import clean, mains, outlet, part, wants

# REopt.jl defaults, air-source heat pump: (outdoor temperature [°C], COP) and (…, share of rated capacity)
COP = [[-20.6, 1.5], [-8.3, 2.3], [8.3, 3.3], [26.7, 4.5]]
FACTOR = [[-20.6, 0.38], [-8.3, 0.64], [8.3, 1.0], [26.7, 1.4]]
GAS = part(kind="gas_supply", capacity_kw=1000, price_cny_per_kwh=0.3, intensity_kgco2e_per_kwh=0.2)


@pytest.mark.parametrize(
    ("outdoor_c", "cop", "factor"),
    [
        (8.3, 3.3, 1.0),
        (-8.3, 2.3, 0.64),
        (0.0, 2.8, 0.82),  # halfway between -8.3 and 8.3
        (17.5, 3.9, 1.2),  # halfway between 8.3 and 26.7
        (-30.0, 1.5, 0.38),  # beyond the last point the last point holds
        (40.0, 4.5, 1.4),
    ],
)
def test_heat_pump(outdoor_c, cop, factor):
    """60 kW of heat take 60 / COP; at most the rated 100 kW times the factor is made."""
    pump = part(kind="heat_pump", name="pump", capacity_kw=100, cop=COP, capacity_factor=FACTOR)
    s = clean(mains(), pump, wants("heat"), temperature_c=outdoor_c, wanted_heat_kw=[30.0, 200.0])
    assert s["pump.power_kw"][0] == pytest.approx(30 / cop)
    assert s["pump.heat_kw"] == pytest.approx([30.0, 100 * factor])


def test_heat_pump_at_minimum_load():
    """DEA, 1 MW: 25 %. In the cold the minimum shrinks with the capacity: 0.25 x 64 = 16 kW at -8.3 °C."""
    pump = part(kind="heat_pump", name="pump", capacity_kw=100, cop=COP, capacity_factor=FACTOR, min_load=0.25)
    s = clean(mains(), pump, wants("heat"), outlet("heat"), temperature_c=[8.3, -8.3], wanted_heat_kw=5.0)
    assert s["pump.heat_kw"] == [25, 16]


def test_electric_chiller():
    """4.4 at 35 °C, 0.06 per K better below: 5.0 at 25 °C, 100 kW of cold from 20 kW."""
    chiller = part(kind="electric_chiller", name="chiller", capacity_kw=100, cop=[[15, 5.6], [25, 5.0], [35, 4.4]])
    s = clean(mains(), chiller, wants("cooling"), temperature_c=[25.0, 30.0, 35.0], wanted_cooling_kw=100.0)
    assert s["chiller.power_kw"] == pytest.approx([20.0, 100 / 4.7, 100 / 4.4])


def adsorption(**more):
    """Silica gel at 65 °C: COP 0.40 (Huangfu 2007); pumps and tower 14.1 (REopt.jl)."""
    fields = {
        "capacity_kw": 200,
        "drive_temperature_c": 65,
        "thermal_cop": [[65, 0.4], [85, 0.6]],
        "electric_cop": 14.1,
    }
    return part(**{"kind": "absorption_chiller", "name": "ads", **fields, **more})


def test_adsorption_chiller():
    """100 kW of cold from 250 kW of heat and 7.09 kW of electricity."""
    boiler = part(kind="electric_boiler", name="boiler", capacity_kw=1000, efficiency=1.0)
    s = clean(mains(), boiler, adsorption(), wants("cooling"), wanted_cooling_kw=[100.0])
    assert s["ads.heat_kw"] == [250.0]
    assert s["ads.power_kw"][0] == pytest.approx(7.0922, rel=1e-4)


def test_adsorption_between_its_points():
    """At 75 °C halfway between 0.40 and 0.60."""
    assert adsorption(drive_temperature_c=75).cop == pytest.approx(0.5)


def test_heat_below_the_coldest_point_does_not_drive_it():
    with pytest.raises(ValueError, match=r"60\.0 is below 65\.0"):
        adsorption(drive_temperature_c=60)


def test_boilers():
    """98 kW of heat: 100 kW of electricity at 0.98, or 98 / 0.92 = 106.5 kW of gas."""
    s = clean(
        mains(), part(kind="electric_boiler", capacity_kw=1000, efficiency=0.98), wants("heat"), wanted_heat_kw=[98.0]
    )
    assert s["electric_boiler.power_kw"] == [100.0]
    s = clean(GAS, part(kind="gas_boiler", capacity_kw=1000, efficiency=0.92), wants("heat"), wanted_heat_kw=[98.0])
    assert s["gas_supply.gas_kw"][0] == pytest.approx(98 / 0.92)


@pytest.mark.parametrize(("objective", "gas_kwh"), [("cost", 100), ("balanced", 100), ("carbon", 0)])
def test_what_is_minimised_decides_between_gas_and_electricity(objective, gas_kwh):
    """100 kWh of heat from gas: 30 CNY, 20 kg; from the grid: 50 CNY, 15 kg. At 1 CNY/kg 50 against 65, gas still."""
    boilers = (
        part(kind="gas_boiler", capacity_kw=500, efficiency=1.0),
        part(kind="electric_boiler", capacity_kw=500, efficiency=1.0),
    )
    s = clean(
        GAS,
        mains(),
        *boilers,
        wants("heat"),
        objective=objective,
        import_cny_per_kwh=0.5,
        grid_kgco2e_per_kwh=0.15,
        wanted_heat_kw=[100.0],
    )
    assert s["gas_supply.gas_kw"] == [gas_kwh]


def test_a_carbon_price_turns_the_balance():
    """With 0.0 kg/kWh from the grid at 0.45 CNY: 45 CNY against 30 + 20 kg x 1 CNY/kg."""
    boilers = (
        part(kind="gas_boiler", capacity_kw=500, efficiency=1.0),
        part(kind="electric_boiler", capacity_kw=500, efficiency=1.0),
    )
    park = (GAS, mains(), *boilers, wants("heat"))
    clean_grid = {"import_cny_per_kwh": 0.45, "grid_kgco2e_per_kwh": 0.0, "wanted_heat_kw": [100.0]}
    assert clean(*park, objective="cost", **clean_grid)["gas_supply.gas_kw"] == [100]
    assert clean(*park, objective="balanced", **clean_grid)["gas_supply.gas_kw"] == [0]


def test_waste_heat():
    """60 kW offered at a COP of 4 take 15 kW; half of it in the second hour."""
    process = part(kind="waste_heat", name="fans", capacity_kw=60, cop=4.0, column="offered_share")
    s = clean(mains(), process, wants("heat"), offered_share=[1.0, 0.5], wanted_heat_kw=100.0)
    assert s["fans.heat_kw"] == [60, 30]
    assert s["fans.power_kw"] == [15, 7.5]


def test_heat_exchanger_goes_one_way():
    """98 kW at the colder net take 100 kW from the hotter; nothing comes back."""
    hot = part(kind="electric_boiler", name="hot", capacity_kw=500, heat_bus="heat_65c")
    exchanger = part(
        kind="transfer", name="plates", carrier="heat", limit=500, efficiency=0.98, from_bus="heat_65c", to_bus="heat"
    )
    s = clean(mains(), hot, exchanger, wants("heat"), wanted_heat_kw=[98.0])
    assert (s["plates.in_kw"], s["plates.out_kw"]) == ([100.0], [98.0])
    users = wants("heat", bus="heat_65c")
    cold = part(kind="electric_boiler", name="cold", capacity_kw=500)
    s = clean(mains(), cold, exchanger, users, wanted_heat_kw=[98.0])
    assert s["users_heat.unserved_kw"] == [98.0]


def test_two_ends_of_a_transfer_differ():
    with pytest.raises(ValueError, match="are both 'heat'"):
        part(kind="transfer", carrier="heat", limit=1, from_bus="heat", to_bus="heat")


def test_dry_cooler_takes_what_a_machine_must_make():
    """A boiler paid to run: 980 kW of heat through fans of 2 % = 19.6 kW."""
    boiler = part(kind="electric_boiler", name="boiler", capacity_kw=1000)
    cooler = part(kind="heat_rejection", name="cooler", capacity_kw=2000)
    s = clean(mains(), boiler, cooler, import_cny_per_kwh=[-0.1])
    assert s["cooler.heat_kw"] == [980]
    assert s["cooler.power_kw"][0] == pytest.approx(19.6)
