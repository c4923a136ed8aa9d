"""Levelised costs: no cost is lost or counted twice, and the numbers are those that one computes by hand."""

import numpy as np
import pandas as pd
import pytest

from ems.schedule import Schedule
from ems.site import Site
from ems.sizing.balances import per_year
from ems.sizing.levelised import Levelised, as_dict, levelised
from models import Window
from models.demand import DeferrableDemand, Demand
from tests import surroundings, toys
from tests.sizing.finance.studies import designed, hydrogen_park, study, year


def borne(found: Levelised, site: Site, w: Window, schedule: Schedule) -> float:
    """What the demands bear: demand x levelised cost on its bus, summed up."""
    total = 0.0
    for c in site.components:
        if isinstance(c, Demand | DeferrableDemand) and (price := found.by_bus[c.bus]) is not None:
            total += price * per_year(schedule.tables[c.name], c.quantities[0].name, w)
    return total


@pytest.mark.parametrize("case", list(surroundings.CASES))
def test_every_cost_ends_in_a_demand_or_is_named_as_unused(case):
    """Around any component, with costs that no rule could guess."""
    s = surroundings.solved(surroundings.CASES[case])
    draw = np.random.default_rng(7)
    own = {c.name: float(draw.uniform(-200, 1000)) for c in s.site.components}
    found = levelised(s.site, s.w, s.schedule, own)
    scale = sum(abs(x) for x in own.values())
    assert borne(found, s.site, s.w, s.schedule) + found.unused_cny == pytest.approx(
        sum(own.values()), abs=1e-9 * scale
    )


@pytest.mark.parametrize("tax", [0.0, 0.25])
def test_demands_bear_the_annual_cost_of_a_designed_park(tax):
    """Heat, stores, export and a penalty included; with a tax the levelised cost is what is charged before it."""
    given = study(economics__tax={"rate": tax})
    _, told = designed(hydrogen_park(export_limit_kw=500), given, year())
    cost, used = told["levelised"], told["kpis"]
    demands = cost["electricity_cny_per_kwh"] * used["electricity_used_kwh"]
    demands += cost["hydrogen_cny_per_kg"] * used["hydrogen_used_kg"]
    assert demands * (1 - tax) == pytest.approx(told["money"]["annual_cost_cny"], rel=1e-6)
    assert cost["heat_cny_per_kwh"] is None
    assert cost["cooling_cny_per_kwh"] is None


def test_the_simple_formula_of_nrel():
    """LCOE = (capital x CRF + fixed O&M) / (8760 x capacity factor), NREL's simple levelised cost of energy.

    1000 $/kW, 20 years at 7 %: CRF 0.09439; O&M 20 $/kW; capacity factor 0.25: (94.39 + 20) / 2190 = 0.05223 $/kWh.
    """
    site = toys.park(toys.part(kind="pv", name="roof", capacity_kwp=400, column="sun_share"), toys.wants("electricity"))
    w = Window(
        toys.table({"sun_share": [1.0, 0, 0, 0], "wanted_electricity_kw": [400.0, 0, 0, 0]}),
        period_weights=(2190.0,),
        design=True,
    )
    life = {
        "capex_cny_per_unit": 1000,
        "price_year": 2026,
        "lifetime_years": 20,
        "fixed_om_cny_per_unit_year": 20,
    }
    given = study(
        sizes={"roof.capacity_kwp": {"min": 400, "max": 400, "cost": "roof"}},
        costs__roof=life,
        economics={"base_year": 2026, "years": 20, "discount_rate": 0.07},
    )
    _, told = designed(site, given, w)
    assert told["levelised"]["electricity_cny_per_kwh"] == pytest.approx(0.05223, abs=5e-6)


def park_of(tables: dict[str, dict[str, object]], *parts: object) -> tuple[Site, Window, Schedule]:
    w = Window(toys.table({"wanted_heat_kw": [1.0]}, steps=1), period_weights=(1.0,), step_minutes=60, design=True)
    made = {name: pd.DataFrame(columns, index=w.inputs.index) for name, columns in tables.items()}
    return toys.park(*parts), w, Schedule(made)


def test_two_machines_by_hand():
    """120 kWh bought for 60 and 80 from the roof for 20: (60 + 20) / 200 = 0.4 a kWh.

    Of these 100 kWh drive a heat pump of 50 a year that makes 300 of heat: (50 + 40) / 300 = 0.3 a kWh of heat.
    """
    site, w, schedule = park_of(
        {
            "mains": {"import_kw": [120.0]},
            "pv": {"power_kw": [80.0]},
            "heat_pump": {"power_kw": [100.0], "heat_kw": [300.0]},
            "users_electricity": {"served_kw": [100.0]},
            "users_heat": {"served_kw": [300.0]},
        },
        toys.mains(),
        toys.part(kind="pv", capacity_kwp=100, column="sun_share"),
        toys.part(kind="heat_pump", capacity_kw=300, cop=[[0, 3]]),
        toys.wants("electricity"),
        toys.wants("heat"),
    )
    own = {"mains": 60.0, "pv": 20.0, "heat_pump": 50.0, "users_electricity": 0.0, "users_heat": 0.0}
    found = levelised(site, w, schedule, own)
    assert found.by_bus == {"electricity": pytest.approx(0.4), "heat": pytest.approx(0.3)}
    assert found.unused_cny == pytest.approx(0)
    assert as_dict(found)["heat_cny_per_kwh"] == pytest.approx(0.3)


def test_electrolyser_and_fuel_cell_in_a_circle_by_hand():
    """Two buses that feed each other: e electricity, h hydrogen, heat shares by exergy.

    Bought 1000 kWh for 500. The electrolyser (own 100) takes 500 kWh and makes 10 kg and 100 kWh of heat: of its cost
    333.3 / (333.3 + 35.46) = 0.90384 goes to hydrogen. The fuel cell (own 20) takes 5 kg and makes 80 kWh.
        1080 e = 500 + 20 + 5 h,    10 h = 0.90384 (100 + 500 e)
    e = 0.5225899 + 0.00462963 ... : e (1080 - 5 x 45.192) = 520 + 5 x 9.0384  ->  e = 565.192 / 854.040 = 0.661786
    """
    site, w, schedule = park_of(
        {
            "mains": {"import_kw": [1000.0]},
            "electrolyser": {"power_kw": [500.0], "hydrogen_kg_per_h": [10.0], "heat_kw": [100.0]},
            "fuel_cell": {"hydrogen_kg_per_h": [5.0], "power_kw": [80.0]},
            "users_electricity": {"served_kw": [580.0]},
            "users_hydrogen": {"served_kg_per_h": [5.0]},
            "users_heat": {"served_kw": [100.0]},
        },
        toys.mains(),
        toys.part(kind="electrolyser", capacity_kw=500, specific_kwh_per_kg=[[0.1, 50], [1, 50]], heat_bus="heat"),
        toys.part(kind="fuel_cell", capacity_kw=80, electric_efficiency=[[0.1, 0.5], [1, 0.5]], heat_bus=None),
        toys.wants("electricity"),
        toys.wants("hydrogen"),
        toys.wants("heat"),
    )
    own = dict.fromkeys([c.name for c in site.components], 0.0) | {"mains": 500, "electrolyser": 100, "fuel_cell": 20}
    found = levelised(site, w, schedule, own).by_bus
    assert found["electricity"] == pytest.approx(0.661786, abs=1e-5)
    assert found["hydrogen"] == pytest.approx(0.090384 * (100 + 500 * 0.661786), abs=1e-4)
    assert found["heat"] == pytest.approx(0.09616 * (100 + 500 * 0.661786) / 100, abs=1e-4)


def test_store_export_release_and_rejection_by_hand():
    """What is stored, sold, released or rejected is not used; what it costs or earns is the bus's.

    Heat: 200 kWh for 30, 20 lost in the store (own 6), 40 rejected with 2 kWh of fans: used 140.
    Electricity: 100 kWh bought for 62, less 12 earned by 20 sold: (62 - 12) / 80 = 0.625 for all but what is sold.
    Heat therefore (30 + 6 + 2 x 0.625) / 140.
    """
    site, w, schedule = park_of(
        {
            "mains": {"import_kw": [100.0], "export_kw": [20.0]},
            "waste_heat": {"heat_kw": [200.0], "power_kw": [50.0]},
            "hot_store": {"charge_kw": [60.0], "discharge_kw": [40.0]},
            "cooler": {"heat_kw": [40.0], "power_kw": [2.0]},
            "users_electricity": {"served_kw": [28.0]},
            "users_heat": {"served_kw": [140.0]},
        },
        toys.mains(export_limit_kw=100),
        toys.part(kind="waste_heat", capacity_kw=300, cop=4),
        toys.part(
            kind="hot_store", capacity_kwh=100, power_kw=100, end_short_cny_per_unit=1, end_surplus_cny_per_unit=0
        ),
        toys.part(kind="heat_rejection", name="cooler", capacity_kw=100),
        toys.wants("electricity"),
        toys.wants("heat"),
    )
    own = dict.fromkeys([c.name for c in site.components], 0.0) | {"mains": 50.0, "waste_heat": 30.0, "hot_store": 6.0}
    found = levelised(site, w, schedule, own)
    assert found.by_bus["electricity"] == pytest.approx(0.625)
    assert found.by_bus["heat"] == pytest.approx((30 + 6 + 52 * 0.625) / 140)


def test_what_no_one_uses_is_named():
    """A tank and an electrolyser that stand idle, with no demand for hydrogen: their 90 burden no kWh."""
    site, w, schedule = park_of(
        {
            "mains": {"import_kw": [100.0]},
            "electrolyser": {"power_kw": [0.0], "hydrogen_kg_per_h": [0.0]},
            "tank": {"charge_kg_per_h": [0.0], "discharge_kg_per_h": [0.0]},
            "users_electricity": {"served_kw": [100.0]},
        },
        toys.mains(),
        toys.part(kind="electrolyser", capacity_kw=500, specific_kwh_per_kg=[[0.1, 50], [1, 50]]),
        toys.bottles(name="tank"),
        toys.wants("electricity"),
    )
    own = {"mains": 70.0, "electrolyser": 60.0, "tank": 30.0, "users_electricity": 0.0}
    found = levelised(site, w, schedule, own)
    assert found.by_bus == {"electricity": pytest.approx(0.7), "hydrogen": None}
    assert found.unused_cny == pytest.approx(90)
    assert as_dict(found)["hydrogen_cny_per_kg"] is None
