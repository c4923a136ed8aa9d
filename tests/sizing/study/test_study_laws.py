"""Limits of a study: they hold in the answer, by hand and from the tables, and their worth is that of one more unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ems.sizing.overrides import with_set
from ems.sizing.study import Study
from forecasting.errors import InputError
from models import Chronology, Window
from tests.sizing.study.studied import SUN, a_day, designed, hall, series, study
from tests.toys import mains, outlet, park, part

SIZES = {"pv.capacity_kwp": 500, "battery.capacity_kwh": 2000, "battery.power_kw": 500}
HYDROGEN = SIZES | {"electrolyser.capacity_kw": 1000, "tank.capacity_kg": 200, "fuel_cell.capacity_kw": 300}
KG = np.full(24, 2.0)

BINDING: dict[str, tuple[str, dict[str, Any], float]] = {  # limit -> path of its value, the limit, a small step
    "roofs.hall": (
        "limits/roofs/hall/area_m2",
        {"roofs": {"hall": {"area_m2": 600, "m2_per_kwp": 5, "components": ["pv"]}}},
        1.0,
    ),
    "connection_kw": ("limits/connection_kw", {"connection_kw": 90}, 1.0),
    "budget_cny": ("limits/budget_cny", {"budget_cny": 6e5}, 1000.0),
    "renewable_share": ("limits/renewable_share", {"renewable_share": 0.7}, 1e-3),
    "carbon_t_per_year": ("limits/carbon_t_per_year", {"carbon_t_per_year": 120}, 1.0),
    "autonomy.demand_share": ("limits/autonomy/demand_share", {"autonomy": {"hours": 3, "demand_share": 0.8}}, 1e-3),
}


def dear(limits: dict[str, Any], sizes: dict[str, Any] = SIZES) -> Study:
    """A study in which PV and cells are so dear that limits decide."""
    return study(sizes, limits=limits, capex={"pv": 9000.0, "cells": 2500.0})


@pytest.mark.parametrize("name", BINDING)
def test_a_limit_that_binds_is_worth_what_one_more_unit_saves(name: str) -> None:
    path, limits, step = BINDING[name]
    s, w = dear(limits), a_day()
    d = designed(hall(), s, w)
    free = designed(hall(), dear({}), w)
    assert d.annual_cny > free.annual_cny + 1
    value = next(law for law in [d.limits] if name in law)[name]
    at = s.model_dump()
    for key in path.split("/"):
        at = at[key]
    more, less = (designed(hall(), with_set(s, {path: at + way * step}), w).annual_cny for way in (1, -1))
    slopes = sorted([(d.annual_cny - more) / step, (less - d.annual_cny) / step])
    assert abs(value) > 1e-3
    assert slopes[0] - 1e-4 * abs(value) <= value <= slopes[1] + 1e-4 * abs(value)
    assert slopes[1] - slopes[0] < 0.05 * abs(value), "the step spans a bend: the test says little"


def test_a_limit_that_does_not_bind_is_worth_nothing() -> None:
    d = designed(hall(), dear({"carbon_t_per_year": 1e5, "connection_kw": 1e4, "budget_cny": 1e9}), a_day())
    assert d.limits == {"connection_kw": 0.0, "budget_cny": 0.0, "carbon_t_per_year": 0.0}


def test_a_roof_is_shared_by_its_components() -> None:
    area = BINDING["roofs.hall"][1]
    d = designed(hall(), dear(area), a_day())
    assert d.sizes["pv.capacity_kwp"] == pytest.approx(120)  # 600 m2 / 5 m2/kWp


def test_the_budget_buys_what_it_costs_after_incentives() -> None:
    """500 kWp at 9000 less 30 % and 1300 CNY are 5000 CNY/kWp: 600 000 CNY buy 120 kWp where nothing else can be."""
    s = dear({"budget_cny": 6e5, "renewable_share": 0.0}, {"pv.capacity_kwp": 500})
    s = with_set(s, {"costs/pv/incentive_share": 0.3, "costs/pv/incentive_cny_per_unit": 1300})
    s = with_set(s, {"factors": {}, "economics/escalation": {"electricity": 0.08}})
    d = designed(hall(), s, a_day())
    assert d.sizes["pv.capacity_kwp"] == pytest.approx(120)


def test_imports_stay_below_the_connection_in_every_step() -> None:
    d = designed(hall(), dear({"connection_kw": 90}), a_day())
    assert series(d, "mains.import_kw").max() == pytest.approx(90, abs=1e-6)


def test_the_carbon_cap_counts_imports_by_hour_and_year() -> None:
    d = designed(hall(), dear({"carbon_t_per_year": 120}), a_day())
    assert series(d, "mains.import_kw").sum() * 365 * 0.6 / 1000 == pytest.approx(120)


def test_the_renewable_share_is_what_does_not_come_from_the_grid() -> None:
    """Without export and engines the share of own sun is one less the imports over all that is used."""
    d = designed(hall(), dear({"renewable_share": 0.7}), a_day())
    pv, bought = series(d, "pv.power_kw").sum(), series(d, "mains.import_kw").sum()
    assert pv / (pv + bought) == pytest.approx(0.7)
    curtailed = series(d, "pv.curtailed_kw").sum()
    assert pv + curtailed == pytest.approx(d.sizes["pv.capacity_kwp"] * SUN.sum())


def test_what_is_sold_released_or_made_of_gas_is_no_own_renewable_electricity() -> None:
    """0.2 CNY/kWh of a sunny hall's sale make it sell; an engine on cheap gas takes the evenings."""
    gas = [
        part(kind="gas_supply", capacity_kw=1000, price_cny_per_kwh=0.1, intensity_kgco2e_per_kwh=0.2),
        part(kind="gas_engine", capacity_kw=30, electric_efficiency=[[0.5, 0.4], [1.0, 0.4]], heat_bus=None),
        outlet("electricity", limit=5.0),
    ]
    grid = mains(export_limit_kw=50)
    site = park(grid, *(c for c in hall().components if c.name != "mains"), *gas)
    s = study(SIZES, limits={"renewable_share": 0.8}, capex={"pv": 1500.0, "cells": 2500.0})
    d = designed(site, s, a_day(export_cny_per_kwh=0.4))
    bought, sold = series(d, "mains.import_kw").sum(), series(d, "mains.export_kw").sum()
    pv, engine = series(d, "pv.power_kw").sum(), series(d, "gas_engine.power_kw").sum()
    own = pv - sold - series(d, "outlet_electricity.lost_kw").sum()
    assert min(sold, engine) > 100
    assert d.limits["renewable_share"] < -1, "the limit decides"
    assert own / (own + bought + engine) == pytest.approx(0.8, rel=1e-6)


def test_hydrogen_is_as_clean_as_the_hours_in_which_it_is_made() -> None:
    """55 kWh/kg at 0.6 kg/kWh are 33 kg/kg from the grid; a limit of 3.3 leaves it a tenth of the electricity."""
    w = a_day(wanted_hydrogen_kg_per_h=KG)
    free = designed(hall(x=1), dear({}, HYDROGEN), w)
    s = dear({"hydrogen_kgco2e_per_kg": 3.3}, HYDROGEN)
    d = designed(hall(x=1), s, w)
    assert d.annual_cny > free.annual_cny + 1
    grid = np.clip(series(d, "electrolyser.power_kw") - series(d, "pv.power_kw"), 0, None)
    made = series(d, "electrolyser.hydrogen_kg_per_h")
    assert 0.6 * grid.sum() / made.sum() == pytest.approx(3.3, rel=1e-6)
    assert grid.sum() / series(d, "electrolyser.power_kw").sum() == pytest.approx(0.1, rel=1e-6)
    step = 0.01
    more = designed(hall(x=1), with_set(s, {"limits/hydrogen_kgco2e_per_kg": 3.3 + step}), w).annual_cny
    assert d.limits["hydrogen_kgco2e_per_kg"] == pytest.approx((d.annual_cny - more) / step, rel=0.02)


def test_autonomy_by_a_battery_alone() -> None:
    """80 kW for 3 h through 0.9: 266.7 kWh above the tenth that stays, 296.3 kWh in all, and 80 kW."""
    s = dear(BINDING["autonomy.demand_share"][1], {k: v for k, v in SIZES.items() if "battery" in k})
    d = designed(hall(), s, a_day(import_cny_per_kwh=1.0))
    assert d.sizes["battery.capacity_kwh"] == pytest.approx(240 / 0.9 / 0.9, rel=1e-6)
    assert d.sizes["battery.power_kw"] == pytest.approx(80, rel=1e-6)


@pytest.mark.parametrize(
    ("shape", "hours"),
    [
        (np.full(24, 100.0), 5),
        (np.r_[np.full(12, 20.0), np.full(12, 180.0)], 5),
        (np.r_[np.full(12, 20.0), np.full(12, 180.0)], 29),  # more than once round the day
    ],
)
def test_autonomy_is_a_load_that_battery_and_fuel_cell_can_divide(shape: np.ndarray, hours: int) -> None:
    """Against a small program of its own: from every hour on, an island is run with what is stored then."""
    from scipy.optimize import linprog

    w = a_day(wanted_hydrogen_kg_per_h=KG, wanted_electricity_kw=shape)
    s = dear({"autonomy": {"hours": hours, "demand_share": 1.0}}, HYDROGEN | {"battery.capacity_kwh": 300})
    d = designed(hall(x=1), s, w)
    assert d.sizes["fuel_cell.capacity_kw"] > 1
    p_b, p_f = d.sizes["battery.power_kw"], d.sizes["fuel_cell.capacity_kw"]
    tightest = np.inf
    for t in range(24):
        held_b = 0.9 * (series(d, "battery.level_kwh").iloc[t] - 0.1 * d.sizes["battery.capacity_kwh"])
        held_f = 33.33 * 0.5 * series(d, "tank.level_kg").iloc[t]
        load = np.tile(shape, 3)[t + 1 : t + 1 + hours]
        found = linprog(
            np.zeros(2 * hours),
            A_ub=np.kron(np.eye(2), np.ones(hours)),
            b_ub=[held_b + 1e-4, held_f + 1e-4],
            A_eq=np.hstack([np.eye(hours), np.eye(hours)]),
            b_eq=load,
            bounds=[(0, p_b + 1e-6)] * hours + [(0, p_f + 1e-6)] * hours,
        )
        assert found.status == 0, f"the island of hour {t + 1} cannot be run"
        tightest = min(tightest, held_b + held_f - load.sum())
    assert tightest == pytest.approx(0, abs=1e-3), "more is stored than it takes"


DAY_AND_NIGHT = np.r_[np.full(12, 20.0), np.full(12, 180.0)]


@pytest.mark.parametrize(
    ("sizes", "capex", "weak", "strong"),
    [  # the weak one leaves to the other what is above its power
        ({"fuel_cell.capacity_kw": 60}, {"cells": 900.0}, "fuel_cell.capacity_kw", "battery"),
        ({"battery.power_kw": 30}, {"cells": 20.0, "tank": 9000.0}, "battery.power_kw", "tank"),
    ],
)
def test_what_one_store_is_too_weak_for_the_other_holds(
    sizes: dict[str, Any], capex: dict[str, float], weak: str, strong: str
) -> None:
    s = study(
        HYDROGEN | {"battery.capacity_kwh": 5000} | sizes,
        limits={"autonomy": {"hours": 5, "demand_share": 1.0}},
        capex={"pv": 9000.0} | capex,
    )
    d = designed(hall(x=1), s, a_day(wanted_hydrogen_kg_per_h=KG, wanted_electricity_kw=DAY_AND_NIGHT))
    above = np.clip(DAY_AND_NIGHT - d.sizes[weak], 0, None)
    asked = np.array([np.tile(above, 2)[t + 1 : t + 6].sum() for t in range(24)])
    if strong == "battery":
        held = 0.9 * (series(d, "battery.level_kwh") - 0.1 * d.sizes["battery.capacity_kwh"])
    else:
        held = 33.33 * 0.5 * series(d, "tank.level_kg")
    assert (held.to_numpy() - asked).min() == pytest.approx(0, abs=1e-4)
    power = d.sizes["battery.power_kw"] + d.sizes["fuel_cell.capacity_kw"]
    assert power >= 180 - 1e-6


def test_autonomy_asks_for_hours_in_their_order() -> None:
    w = a_day()
    linked = Window(w.inputs, (365.0,), design=True, chronology=Chronology((0,) * 365, (1,) * 365))
    with pytest.raises(InputError, match="full resolution"):
        designed(hall(), dear(BINDING["autonomy.demand_share"][1]), linked)


CHEAP = {"pv": 100.0, "cells": 20.0, "inverter": 10.0, "electrolyser": 50.0, "tank": 5.0}
TIGHT = {
    "pv.capacity_kwp": 507.3,
    "battery.capacity_kwh": 211.0,
    "battery.power_kw": 27.7,
    "electrolyser.capacity_kw": 143.1,
    "tank.capacity_kg": 7.3,
}


@pytest.mark.parametrize("name", TIGHT)
def test_a_size_at_its_largest_is_worth_what_one_more_unit_saves(name: str) -> None:
    """All that the unit is worth shows at the size, none of it at the bounds of the flows that grow with it."""
    s, w = study(TIGHT, capex=CHEAP), a_day(wanted_hydrogen_kg_per_h=KG)
    d = designed(hall(x=1), s, w)
    step = 1e-4 * TIGHT[name]
    more, less = (
        designed(hall(x=1), with_set(s, {f"sizes/{name}/max": TIGHT[name] + way * step}), w).annual_cny
        for way in (1, -1)
    )
    assert d.bounds[name].value == pytest.approx(TIGHT[name])
    saved = [(d.annual_cny - more) / step, (less - d.annual_cny) / step]
    assert saved[0] > 0.1
    assert saved[1] < 1.02 * saved[0], "the step spans a bend: the test says little"
    assert saved[0] * (1 - 1e-5) <= d.bounds[name].worth_cny <= saved[1] * (1 + 1e-5)


def test_a_size_at_its_least_is_worth_less_than_nothing() -> None:
    sizes, w = {"pv.capacity_kwp": {"min": 400.0, "max": 500.0}}, a_day()
    d, more = (designed(hall(), with_set(study(sizes), {"sizes/pv.capacity_kwp/min": m}), w) for m in (400.0, 401.0))
    assert d.bounds["pv.capacity_kwp"].value == pytest.approx(400)
    assert d.bounds["pv.capacity_kwp"].worth_cny == pytest.approx(d.annual_cny - more.annual_cny, rel=1e-6)
    assert d.bounds["pv.capacity_kwp"].worth_cny < -1
