"""The hub as a park of this project: the components that operators dispatch, with free sizes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import hub as H
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))


def free(name: str) -> dict[str, float]:
    return {"min": 0.0, "max": H.MOST[name], "annual_cost_cny": H.COST[name]}


def store(kind: str, **fields: Any) -> dict[str, Any]:
    prices = {"end_short_cny_per_unit": 1, "end_surplus_cny_per_unit": 0, "throughput_cny_per_unit": H.THROUGHPUT}
    return {"kind": kind, "name": kind, **prices, **fields}


def components() -> list[dict[str, Any]]:
    demand = {"kind": "demand"}
    cell = {
        "charge_efficiency": H.BATTERY_EACH_WAY,
        "discharge_efficiency": H.BATTERY_EACH_WAY,
        "standing_loss_per_h": H.BATTERY_LOSS_PER_H,
    }
    return [
        {"kind": "grid", "name": "grid", "connection_kw": H.GRID_KW},
        {"kind": "pv", "name": "pv", "capacity_kwp": free("pv"), "column": "sun_share"},
        demand | {"name": "power", "carrier": "electricity", "column": "power_kw"},
        demand | {"name": "warmth", "carrier": "heat", "column": "warmth_kw"},
        demand | {"name": "fuel", "carrier": "hydrogen", "column": "fuel_kg_per_h"},
        {
            "kind": "electrolyser",
            "name": "electrolyser",
            "capacity_kw": free("electrolyser"),
            "min_load": 0.1,
            "specific_kwh_per_kg": [[0.1, H.KWH_PER_KG], [1.0, H.KWH_PER_KG]],
        },
        {
            "kind": "fuel_cell",
            "name": "fuel_cell",
            "capacity_kw": free("fuel_cell"),
            "min_load": 0.1,
            "electric_efficiency": [[0.1, H.FUEL_CELL_ELECTRIC], [1.0, H.FUEL_CELL_ELECTRIC]],
            "heat_recoverable": H.FUEL_CELL_HEAT / (1 - H.FUEL_CELL_ELECTRIC),
        },
        {"kind": "heat_pump", "name": "heat_pump", "capacity_kw": free("heat_pump"), "cop": [[0, 1.0], [8, 9.0]]},
        {"kind": "electric_boiler", "name": "boiler", "capacity_kw": free("boiler"), "efficiency": H.BOILER},
        store("battery", capacity_kwh=free("battery"), power_kw=H.RATE, **cell),
        store("hydrogen_tank", capacity_kg=free("tank"), rate_kg_per_h=H.RATE),
        store("hot_store", capacity_kwh=free("hot_store"), power_kw=H.RATE, standing_loss_per_h=H.HOT_LOSS_PER_H),
    ]


def solve(d: H.Hub, options: dict[str, Any]) -> tuple[float, dict[str, float]]:
    import pandas as pd

    from ems.build import build
    from ems.objective import Objective
    from ems.problem import Limits
    from ems.schedule import Schedule
    from ems.site import Site
    from ems.solve import Solver
    from models import Window

    with Solver() as solver:
        site = Site.model_validate(
            {
                "name": "hub",
                "title": {"zh": "比较用园区", "en": "hub for comparison"},
                "place": {"latitude": 36, "longitude": 120, "altitude_m": 20, "timezone": "UTC", "country": "CN"},
                "tariff": {"file": "none.yaml", "voltage": "any"},
                "carbon": {"factors": "none.yaml", "grid": "none", "price_cny_per_t": 0},
                "buses": {carrier: carrier for carrier in ("electricity", "heat", "hydrogen")},
                "components": components(),
            }
        )
        index = pd.date_range("2026-01-01", periods=H.HOURS, freq="h", tz="UTC")
        table = pd.DataFrame(
            {
                "sun_share": d.sun,
                "power_kw": d.electricity,
                "warmth_kw": d.heat,
                "fuel_kg_per_h": d.hydrogen,
                "import_cny_per_kwh": d.price,
                "grid_kgco2e_per_kwh": 0.0,
                "temperature_c": d.cop - 1.0,  # the heat pump's table of COP reads 1 + temperature
            },
            index=index,
        )
        w = Window(table, period_weights=(1.0,), design=True)
        began = time.perf_counter()
        built = build(site, w, Objective("cost", 0.0))
        ready = time.perf_counter()
        method = "interior" if options else "simplex"
        problem = built.problem
        answer = solver.solve(problem, Limits(3600, method=method))
        solved = time.perf_counter()
        assert answer.x is not None
        Schedule(*built.tables(np.asarray(answer.x), w))
        read = time.perf_counter()
    phases = {"build_s": ready - began, "solve_s": solved - ready, "read_s": read - solved}
    return answer.objective, phases
