"""A toy park around any one component: on every bus something to take from and something to give to.

Prices change over the day and fall below zero before dawn, demands rise and vanish, so that every kind of component
has a reason to run, to rest and to reach a limit. All numbers are made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import numpy as np
import pandas as pd

from ems.site import Site
from models import CARRIERS, CATALOGUE, Component, Design, Store
from models.supply import Spill
from tests import toys

KINDS = {str(cls.model_fields["kind"].default): cls for cls in CATALOGUE}
SIZES = [  # every capacity that may be left to the optimiser: kind, field
    (kind, name)
    for kind, cls in KINDS.items()
    for name, field in cls.model_fields.items()
    if Design in get_args(field.annotation)
]
PEAK = {"electricity": 600.0, "heat": 200.0, "cooling": 120.0, "hydrogen": 8.0, "water": 150.0}  # kW or kg/h
PLENTY = {"heat": 2000.0, "cooling": 1000.0, "hydrogen": 100.0, "water": 5000.0, "gas": 3000.0}
SHORT = 0.7  # of the peak: what a supply gives where only a store can help
PRICE = [0.3] * 3 + [-2.0] * 2 + [0.3] * 3 + [0.9] * 3 + [0.15] * 4 + [0.7] * 3 + [1.4] * 4 + [0.5] * 2  # CNY/kWh
SHAPE = [0.3, 0.2, 0, 0, 0, 0.2, 0.5, 0.8, 1, 1, 0.9, 0.8, 0, 0, 0.1, 0.8, 0.9, 1, 1, 0.8, 0.6, 0.5, 0.4, 0.3]
SUN = [0] * 7 + [0.1, 0.3, 0.5, 0.7, 0.8, 0.8, 0.7, 0.5, 0.3, 0.1] + [0] * 7


ADAPTED: dict[str, dict[str, Any]] = {  # what an example lacks to be interesting among these prices and demands
    "pv": {"column": "sun_share"},
    "demand": {"column": "wanted.electricity_kw"},
    "grid": {"contract_kw": 500},
    "water_tank": {"start_share": 0.01},
    "spill": {"limit": 6, "price_cny_per_unit": 0.01},
}


def example(kind: str, **changes: Any) -> Component:
    """The kind's own example, with some fields changed."""
    cls = KINDS[kind]
    return cls.model_validate({**cls.example, **ADAPTED.get(kind, {}), **changes})


_ALWAYS_ONE_OUT = {"modules": 1}  # out of service in the whole window
VARIANTS: dict[str, Component] = {  # what the examples leave out
    "electrolyser, bare": example(
        "electrolyser",
        **dict.fromkeys(("heat_bus", "water_bus", "standby_share")),
        cold_start_min=0,
        cold_start_kwh_per_kw=0,
    ),
    "electrolyser, no standby": example("electrolyser", standby_share=None, cold_start_kwh_per_kw=0.2, min_up_h=2),
    "electrolyser, free standby": example("electrolyser", standby_share=0.0, warm_start_min=0, cold_start_min=75),
    "electrolyser, energy but no time": example("electrolyser", cold_start_min=0, standby_share=0.02),
    "electrolyser, three modules with ramp": example(
        "electrolyser",
        modules=3,
        ramp_share_per_min=0.01,
        outages=[_ALWAYS_ONE_OUT],
        specific_kwh_per_kg=[[0.1, 54], [1, 54]],
    ),
    "fuel cell, electricity only": example("fuel_cell", heat_bus=None, water_bus=None, modules=1),
    "gas engine, slow": example("gas_engine", modules=2, ramp_share_per_min=0.005, cold_start_min=90, heat_bus=None),
    "gas boiler, slow": example("gas_boiler", cold_start_min=20, ramp_share_per_min=0.01, min_up_h=3, min_down_h=2),
    "heat pump, five modules": example(
        "heat_pump", modules=5, cold_start_min=10, ramp_share_per_min=0.02, min_down_h=1
    ),
    "chiller, one out": example("electric_chiller", outages=[_ALWAYS_ONE_OUT]),
    "grid, import only": example("grid", export_limit_kw=0, contract_kw=None, demand_charge_cny_per_kw_month=0),
    "grid, any tariff": example(
        "grid",
        demand_charges=[
            {"name": "evening", "price_cny_per_kw": 12, "spans": ["18:00-22:00"], "days": "weekday"},
            {"name": "blocks", "price_cny_per_kw": 5, "tiers": [{"above_kw": 300, "price_cny_per_kw": 9}]},
            {"name": "ratchet", "price_cny_per_kw": 3, "ratchet": {"share": 0.8, "lookback_months": 2}},
            {"name": "system", "price_cny_per_kw": 50, "coincident_hours": ["03-02 09:00"]},
        ],
        energy_tiers=[{"above_kwh": 2000, "adder_cny_per_kwh": 0.1}, {"above_kwh": 4000, "adder_cny_per_kwh": 0.3}],
        fixed_cny_per_month=620,
    ),
    "battery, to be filled": example("battery", end_target_share=0.9, standing_loss_per_h=0.0, start_share=0.2),
    "gas supply by the sun": example("gas_supply", column="sun_share"),
    "waste heat by the sun": example("waste_heat", column="sun_share"),
    "transfer of electricity": example("transfer", carrier="electricity", from_bus="electricity", to_bus="island"),
    "spill of heat": example("spill", carrier="heat", bus="heat", limit=100),
    "deferrable electricity": example(
        "deferrable_demand",
        carrier="electricity",
        rate_limit=50,
        slots=[{"start": "20:00", "end": "00:00", "amount": 230}, {"start": "00:00", "end": "08:00", "amount": 90}],
    ),
}
CASES: dict[str, Component] = {**{kind: example(kind) for kind in KINDS}, **VARIANTS}


def inputs(days: int = 1, minutes: int = 60, start: str = "2026-03-02") -> pd.DataFrame:
    """Inputs of whole days for any toy park, demands of all carriers included."""
    per_hour = 60 // minutes

    def day(values: list[float]) -> np.ndarray:
        return np.tile(np.repeat(np.array(values, float), per_hour), days)

    columns: dict[str, Any] = {
        "import_cny_per_kwh": day(PRICE),
        "export_cny_per_kwh": 0.2,
        "grid_kgco2e_per_kwh": 0.6,
        "temperature_c": 8 + 20 * day(SUN),
        "sun_share": day(SUN),
    }
    for carrier, peak in PEAK.items():
        columns[f"wanted.{carrier}_{CARRIERS[carrier].rate}"] = peak * day(SHAPE)
    return toys.table(columns, minutes=minutes, start=start)


def around(c: Component) -> Site:
    """The component among grid, supplies, demands and outlets on all buses it touches."""
    parts: dict[str, Component] = {c.name: c}
    made_first = next((bus for q, bus in c.ports if q.sign > 0), None)
    waiting = [(bus, q.carrier) for q, bus in c.ports]
    seen: set[str] = set()
    while waiting:
        bus, carrier = waiting.pop(0)
        if bus in seen:
            continue
        seen.add(bus)
        for helper in _helpers(c, bus, carrier, sole_source=bus == made_first and not isinstance(c, Store)):
            parts.setdefault(helper.name, helper)
            waiting += [(b, q.carrier) for q, b in helper.ports]
    return toys.park(*parts.values())


def _helpers(c: Component, bus: str, carrier: str, *, sole_source: bool) -> list[Component]:
    """Supply, demand and outlet of one bus; none of what the component itself is there for."""
    if carrier == "electricity":
        most = SHORT * PEAK["electricity"] if c.kind == "demand" else 5000
        roof = toys.part(kind="pv", name="roof", capacity_kwp=800, column="sun_share")
        found = [roof if c.kind == "grid" else toys.mains(connection_kw=most, export_limit_kw=2000)]
    elif not sole_source or c.kind in ("gas_supply", "water_supply"):
        found = [s for s in [_supply(c, bus, carrier)] if s.kind != c.kind]
    else:
        found = []
    if carrier == "gas":
        burner = toys.part(kind="gas_boiler", name="burner", capacity_kw=600, gas_bus=bus)
        return [*found, burner] if sole_source else found
    passes_on = any(q.sign < 0 and b == bus for q, b in c.ports) and not isinstance(c, Store)
    if c.kind not in ("demand", "deferrable_demand", "spill", "heat_rejection") and (
        carrier == "electricity" or not passes_on
    ):
        column = f"wanted.{carrier}_{CARRIERS[carrier].rate}"
        found.append(toys.wants(carrier, name=f"users_{bus}", bus=bus, column=column))
    if carrier != "electricity" and c.kind not in ("spill", "heat_rejection"):
        found.append(toys.outlet(carrier, name=f"outlet_{bus}", bus=bus, price_cny_per_unit=0.0005))
    return found


def _supply(c: Component, bus: str, carrier: str) -> Component:
    """What feeds a bus: for stores less than the peak; for them and outlets hydrogen is made on the spot."""
    on_the_spot = isinstance(c, Store | Spill)
    most = SHORT * PEAK[carrier] if on_the_spot else PLENTY[carrier]
    match carrier:
        case "heat" if c.kind == "electrolyser":  # nearly free: dear heat would hide hydrogen no one wants
            return toys.part(kind="waste_heat", name=f"process_{bus}", capacity_kw=most, cop=5000, heat_bus=bus)
        case "heat":
            return toys.part(kind="electric_boiler", name=f"boiler_{bus}", capacity_kw=most, heat_bus=bus)
        case "cooling":
            fields = {"capacity_kw": most, "cop": [[20, 4.0]], "cooling_bus": bus}
            return toys.part(kind="electric_chiller", name=f"cooler_{bus}", **fields)
        case "hydrogen" if on_the_spot:
            fields = {"capacity_kw": 55 * most, "specific_kwh_per_kg": [[0.1, 55.0], [1.0, 55.0]], "hydrogen_bus": bus}
            return toys.part(kind="electrolyser", name=f"maker_{bus}", **fields)
        case "hydrogen":  # at 9 CNY/kg
            fields = {"rate_kg_per_h": most, "end_short_cny_per_unit": 9, "hydrogen_bus": bus}
            return toys.bottles(name=f"bottles_{bus}", **fields)
        case "water":
            fields = {"capacity_kg_per_h": most, "price_cny_per_kg": 0.0001, "water_bus": bus}
            return toys.part(kind="water_supply", name=f"well_{bus}", **fields)
        case _:
            fields = {"capacity_kw": most, "price_cny_per_kwh": 0.3, "intensity_kgco2e_per_kwh": 0.2, "gas_bus": bus}
            return toys.part(kind="gas_supply", name=f"main_{bus}", **fields)


def solved(
    c: Component, *, minutes: int = 60, days: int = 1, state: Mapping[str, Any] | None = None, **how: Any
) -> toys.Solved:
    return toys.solve(around(c), inputs(days, minutes), state, **how)
