"""Dry cooler or cooling tower for heat that no one wants.

power[t] = heat[t] * fan_share
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from models import pyo
from models.component import Block, Component, Formulation, Quantity, Share, Size, Violation, declare, fixed, size_in
from models.operation import Run
from models.window import Floats, Window


class HeatRejection(Component):
    kind: Literal["heat_rejection"] = "heat_rejection"
    capacity_kw: Size = Field(description="heat [kW]")
    fan_share: Share = Field(0.02, description="electricity per heat [kW/kW]")
    heat_bus: str = "heat"
    electricity_bus: str = "electricity"

    KIND_EN: ClassVar[str] = "heat rejection"
    KIND_ZH: ClassVar[str] = "散热"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("heat_kw", "heat rejected", "排热", "heat_bus", -1, "heat"),
        Quantity("power_kw", "electricity of fans", "风机用电", "electricity_bus", -1, "electricity"),
    )
    example: ClassVar[dict[str, Any]] = {"kind": "heat_rejection", "name": "dry_cooler", "capacity_kw": 1000}

    def build(self, b: Block, w: Window) -> Formulation:
        cap, most, cost = declare(self.capacity_kw, b, w, "capacity")
        b.heat = pyo.Var(w.t, bounds=(0, most))
        if not isinstance(cap, float | int):
            b.full_load = pyo.Constraint(w.t, rule=lambda b, t: b.heat[t] <= cap)
        series = {"heat_kw": b.heat, "power_kw": [self.fan_share * b.heat[t] for t in w.t]}
        return Formulation(series, cost, sizes={"capacity": cap})

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        yield from self.between("heat", s["heat_kw"], 0, size_in(s, "capacity", self.capacity_kw), s.index)
        yield from self.violation("fans", s["power_kw"] - self.fan_share * s["heat_kw"], s.index)

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"capacity": np.asarray(size_in(s, "capacity", self.capacity_kw) - s["heat_kw"], float)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``-want`` is the heat to be rejected [kW]."""
        heat = min(max(-want, 0.0), fixed(self.capacity_kw))
        return {"heat_kw": heat, "power_kw": self.fan_share * heat}
