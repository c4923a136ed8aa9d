"""Hydrogen beyond the electrolyser by hand: compression, release, and that none of it is hidden."""

import numpy as np
import pytest

from tests.bending import replaced
from tests.toys import bottles, clean, mains, outlet, park, part, solve, table, wants

ALKALINE = [[0.25, 51.2], [0.5, 50.0], [0.75, 50.7], [1.0, 51.8]]  # kWh/kg over load share
MUST_RUN = {"capacity_kw": 1000, "specific_kwh_per_kg": ALKALINE, "min_load": 0.25, "min_up_h": 24}
RUNNING = {"ely": {"hot_modules": 1.0, "starts": [[1.0, 1.0]]}}  # an hour ago


@pytest.mark.parametrize(
    ("inlet_bar", "outlet_bar", "ideal"),
    [
        (20, 450, 1.71),  # HDSAM's equations, isentropic 0.88, 500 kg/d
        (30, 200, 0.99),
        (20, 400, 1.635),  # ln(400/350) / ln(450/350) = 0.5313 of the way from 1.55 to 1.71
        (15, 450, 1.8594),  # ln(1.5) / ln(2) = 0.5850 of the way from 2.07 to 1.71
    ],
)
def test_compressor(inlet_bar, outlet_bar, ideal):
    """Small diaphragm machines take 1.5 times the ideal work: 10 kg/h from 20 to 450 bar take 25.65 kW."""
    machine = part(
        kind="compressor", capacity_kg_per_h=20, inlet_bar=inlet_bar, outlet_bar=outlet_bar, field_multiplier=1.5
    )
    users = wants("hydrogen", bus="hydrogen_stored")
    s = clean(mains(), bottles(), machine, users, wanted_hydrogen_kg_per_h=[10.0])
    assert s["compressor.power_kw"][0] == pytest.approx(10 * 1.5 * ideal, rel=1e-4)
    assert s["compressor.out_kg_per_h"] == [10.0]


def test_compressor_does_not_join_a_bus_to_itself():
    with pytest.raises(ValueError, match="are both 'hydrogen'"):
        part(kind="compressor", capacity_kg_per_h=20, inlet_bar=20, outlet_bar=450, to_bus="hydrogen")


def test_water_costs_by_the_kilogram():
    well = part(kind="water_supply", name="well", capacity_kg_per_h=100, price_cny_per_kg=0.012)
    s = clean(well, wants("water"), minutes=30, wanted_water_kg_per_h=[120.0, 50.0])
    assert s["well.water_kg_per_h"] == [100, 50]
    assert s.answer.objective == pytest.approx(0.5 * (150 * 0.012 + 20 * 1.0))


def test_gas_by_what_is_offered():
    """Drained mine gas: half of 100 kW in the second hour."""
    mine = part(
        kind="gas_supply",
        name="mine",
        capacity_kw=100,
        column="offered_share",
        price_cny_per_kwh=0,
        intensity_kgco2e_per_kwh=0,
    )
    boiler = part(kind="gas_boiler", capacity_kw=200, efficiency=1.0)
    s = clean(mine, boiler, wants("heat"), offered_share=[1.0, 0.5], wanted_heat_kw=80.0)
    assert s["mine.gas_kw"] == [80, 50]


def test_release_is_the_last_resort_and_priced():
    """3 kg/h too much for half an hour at 0.01 CNY/kg, twice."""
    forced = part(
        kind="electrolyser",
        name="ely",
        capacity_kw=500,
        specific_kwh_per_kg=[[0.2, 50.0], [1.0, 50.0]],
        min_load=0.5,
        min_up_h=24,
    )
    vent = outlet("hydrogen")
    state = {"ely": {"hot_modules": 1.0, "starts": [[1.0, 1.0]]}}
    s = clean(mains(), forced, vent, wants("hydrogen"), state=state, minutes=30, wanted_hydrogen_kg_per_h=[2.0, 2.0])
    assert s["outlet_hydrogen.lost_kg_per_h"] == [3.0, 3.0]
    assert s.answer.objective == pytest.approx(2 * 0.5 * (250 + 3 * 0.01))


def test_hydrogen_hidden_below_the_curve_is_noticed():
    """At 500 of 1000 kW the curve gives 10.0 kg/h, the chord from a quarter to full load 9.69: that is a lie."""
    ely = part(kind="electrolyser", name="ely", capacity_kw=1000, specific_kwh_per_kg=ALKALINE, min_load=0.25)
    s = clean(mains(), ely, wants("hydrogen"), outlet("hydrogen"), wanted_hydrogen_kg_per_h=[10.0])
    assert s["ely.power_kw"] == [500.0]
    told = replaced(s.schedule, "ely", "hydrogen_kg_per_h", np.array([9.69]))
    told = replaced(told, "users_hydrogen", "served_kg_per_h", np.array([9.69]))
    told = replaced(told, "users_hydrogen", "unserved_kg_per_h", np.array([0.31]))
    laws = [v.law for c in s.site.components for v in c.check(told.tables[c.name], s.w)]
    assert laws == ["part-load curve"]


def test_hydrogen_at_minimum_load_is_released_not_hidden():
    """A full tank and a machine that must run: 250 kW make 4.883 kg/h, all of it released under its name."""
    ely = part(kind="electrolyser", name="ely", **MUST_RUN)
    s = solve(park(mains(), ely, outlet("hydrogen")), table({}, steps=2), RUNNING)
    assert s.violations() == []
    assert s["outlet_hydrogen.lost_kg_per_h"] == pytest.approx([250 / 51.2] * 2)


def test_nor_is_it_hidden_to_save_water():
    """10 kg of water at 0.012 CNY for each kg of hydrogen let go."""
    ely = part(kind="electrolyser", name="ely", **MUST_RUN, water_bus="water")
    well = part(kind="water_supply", name="well", capacity_kg_per_h=1000, price_cny_per_kg=0.012)
    s = solve(park(mains(), well, ely, outlet("hydrogen")), table({}, steps=2), RUNNING)
    assert s.violations() == []
    assert s["outlet_hydrogen.lost_kg_per_h"] == pytest.approx([250 / 51.2] * 2)


def test_nor_is_it_hidden_to_gain_heat():
    """A kg not made would be 0.7 x 39.41 kWh of heat, each worth 1 CNY at the boiler beside it."""
    ely = part(kind="electrolyser", name="ely", **MUST_RUN, heat_bus="heat", heat_recoverable=0.7)
    boiler = part(kind="electric_boiler", capacity_kw=1000)
    parts = mains(), boiler, ely, outlet("hydrogen"), wants("heat")
    s = solve(park(*parts), table({"wanted_heat_kw": [500.0] * 2}), RUNNING)
    assert s.violations() == []
    assert s["outlet_hydrogen.lost_kg_per_h"] == pytest.approx([250 / 51.2] * 2)
    assert 0 < max(s["ely.heat_kw"]) <= 0.7 * (250 - 39.41 * 250 / 51.2)
