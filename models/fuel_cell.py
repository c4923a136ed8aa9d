"""Fuel-cell combined heat and power: hydrogen in; electricity, heat and recovered water out.

hydrogen[t] = fuel[t] / 33.33                     LHV of hydrogen [kWh/kg]
water[t]   <= recovered_water_kg_per_kg * hydrogen[t]     8.94 kg/kg is all that is formed (18.015 / 2.016)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from models import pyo
from models.cogeneration import Cogenerator
from models.component import Block, Formulation, Quantity, Violation
from models.operation import Merit, Run
from models.window import Floats, Window

LHV_KWH_PER_KG = 33.33


class FuelCell(Cogenerator):
    kind: Literal["fuel_cell"] = "fuel_cell"
    recovered_water_kg_per_kg: float = Field(0.0, ge=0, le=8.94)
    hydrogen_bus: str = "hydrogen"
    water_bus: str | None = None

    MERIT: ClassVar[Merit] = Merit.RESERVE
    KIND_EN: ClassVar[str] = "fuel cell"
    KIND_ZH: ClassVar[str] = "燃料电池"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("power_kw", "electricity made", "发电", "electricity_bus", +1, "electricity"),
        Quantity("hydrogen_kg_per_h", "hydrogen used", "用氢", "hydrogen_bus", -1, "hydrogen"),
        Quantity("heat_kw", "heat recovered", "回收余热", "heat_bus", +1, "heat"),
        Quantity("water_kg_per_h", "water recovered", "回收水", "water_bus", +1, "water"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "fuel_cell",
        "name": "fuel_cell",
        "capacity_kw": 400,
        "modules": 2,
        "electric_efficiency": [[0.1, 0.35], [0.3, 0.53], [0.5, 0.55], [1.0, 0.5]],
        "min_load": 0.1,
        "min_up_h": 1,
        "recovered_water_kg_per_kg": 5.0,
        "water_bus": "water",
        "start_cny": 5,
        "wear_cny_per_h": 2,
    }

    def build(self, b: Block, w: Window) -> Formulation:
        series, fuel, cost, capacity = self.produce(b, w)
        series["hydrogen_kg_per_h"] = [fuel[t] / LHV_KWH_PER_KG for t in w.t]
        if self.water_bus:
            share = self.recovered_water_kg_per_kg / LHV_KWH_PER_KG
            b.water = pyo.Var(w.t, domain=pyo.NonNegativeReals)
            b.condensed = pyo.Constraint(w.t, rule=lambda b, t: b.water[t] <= share * fuel[t])
            series["water_kg_per_h"] = b.water
        return Formulation(series, cost, sizes={"capacity": capacity})

    def fuel_kw(self, s: pd.DataFrame) -> Floats:
        return s["hydrogen_kg_per_h"].to_numpy(float) * LHV_KWH_PER_KG

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        hydrogen = s["hydrogen_kg_per_h"].to_numpy(float)
        yield from self.check_production(s, w)
        if self.water_bus:
            most = self.recovered_water_kg_per_kg * hydrogen
            yield from self.between("water recovered", s["water_kg_per_h"], 0, np.asarray(most), s.index)

    def flows(self, load: float, online: float, t: int, run: Run) -> dict[str, float]:
        made, fuel = self.fuelled(load, online, run)
        hydrogen = fuel / LHV_KWH_PER_KG
        water = self.recovered_water_kg_per_kg * hydrogen
        return {**made, "hydrogen_kg_per_h": hydrogen, "water_kg_per_h": water}
