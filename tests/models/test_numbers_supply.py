"""Delivered hydrogen by hand, and capacities of supplies and outlets as large as they pay."""

import pytest

from ems.baseline import rule_based
from models import Window
from tests.closed import closed
from tests.toys import clean, mains, park, part, table, wants

TRAILER = {"price_cny_per_kg": 30, "intensity_kgco2e_per_kg": 12}


def trailer(capacity: object):
    return part(kind="hydrogen_supply", name="trailer", capacity_kg_per_h=capacity, **TRAILER)


def test_delivered_hydrogen_has_its_price_and_its_emissions():
    """5 + 3 kg at 30 CNY/kg and 12 kgCO2e/kg; the 2 kg above what a trailer gives in an hour are not served."""
    s = clean(trailer(5), wants("hydrogen"), wanted_hydrogen_kg_per_h=[7.0, 3.0])
    assert s["trailer.hydrogen_kg_per_h"] == [5, 3]
    assert s["users_hydrogen.unserved_kg_per_h"] == [2, 0]
    table = s.schedule.tables["trailer"]
    assert s.site.component("trailer").bill(table, s.w)["energy"].sum() == pytest.approx(240)
    assert s.site.component("trailer").emitted(table, s.w)["delivered"].sum() == pytest.approx(96)


def test_rules_take_delivered_hydrogen_last():
    """An electrolyser of 2 kg/h serves first, the trailer what it lacks."""
    ely = part(kind="electrolyser", name="ely", capacity_kw=100, specific_kwh_per_kg=[[0.1, 50.0], [1.0, 50.0]])
    site = park(mains(), ely, trailer(5), wants("hydrogen"))
    inputs = table({"wanted_hydrogen_kg_per_h": [3.0, 3.0, 1.0]})
    schedule = rule_based(site, Window(inputs))
    assert list(schedule.tables["trailer"]["hydrogen_kg_per_h"]) == pytest.approx([1, 1, 0])
    assert list(schedule.tables["users_hydrogen"]["unserved_kg_per_h"]) == pytest.approx([0, 0, 0])


ANY = {"min": 0.0, "max": 1000.0, "annual_cost_cny": 10.0}
GAS = {"kind": "gas_supply", "name": "main", "price_cny_per_kwh": 0.1, "intensity_kgco2e_per_kwh": 0.2}
BOILER = part(kind="gas_boiler", name="boiler", capacity_kw=500, efficiency=1.0)


@pytest.mark.parametrize(
    ("sized", "others", "wanted", "capacity"),
    [
        (trailer(ANY), (), "hydrogen", 8.0),
        (part(kind="water_supply", name="tap", capacity_kg_per_h=ANY, price_cny_per_kg=0.01), (), "water", 8.0),
        (part(**GAS, capacity_kw=ANY), (BOILER,), "heat", 8.0),
        (part(**GAS, capacity_kw=ANY, column="share"), (BOILER,), "heat", 16.0),  # half of it offered at the peak
        (part(kind="waste_heat", name="air", capacity_kw=ANY, cop=4, column="share"), (mains(),), "heat", 16.0),
        (
            part(kind="transfer", carrier="heat", limit=ANY, efficiency=0.8, from_bus="hot", to_bus="heat"),
            (part(kind="electric_boiler", capacity_kw=500, heat_bus="hot"), mains()),
            "heat",
            10.0,  # at the inlet
        ),
    ],
)
def test_a_capacity_is_bought_as_large_as_its_peak(sized, others, wanted, capacity):
    """8 kW or kg/h at the highest: that much is bought, at 10 CNY a year for a unit of capacity."""
    users = wants(wanted)
    inputs = table({users.column: [2.0, 8.0, 4.0], "share": [1.0, 0.5, 1.0]})
    s = closed(park(sized, *others, users), inputs, (2920.0,))
    assert s.violations() == []
    assert s.schedule.sizes[f"{sized.name}.capacity"] == pytest.approx(capacity)
    assert sized.invested(s.schedule.tables[sized.name], s.w) == {"investment_capacity": pytest.approx(10 * capacity)}


def test_a_cooler_is_bought_for_the_heat_that_must_go():
    """Where the grid pays for consumption a boiler of 100 kW earns by heat no one wants: a cooler for all of it."""
    cooler = part(kind="heat_rejection", name="cooler", capacity_kw=ANY)
    site = park(mains(), part(kind="electric_boiler", capacity_kw=100, efficiency=1.0), cooler)
    s = closed(site, table({"import_cny_per_kwh": [-1.0, 0.5, 0.5]}), (2920.0,))
    assert s.violations() == []
    assert s.schedule.sizes["cooler.capacity"] == pytest.approx(100)
    assert s["cooler.power_kw"] == [2, 0, 0]
