"""Recovered heat from a process (mine return air 乏风, air compressors 空压机): take what is offered or less.

heat[t] <= offered[t],   power[t] = heat[t] / cop       cop: heat over electricity of pumps, fans or heat pumps
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from models import pyo
from models.component import (
    Block,
    Component,
    Formulation,
    Positive,
    Quantity,
    Size,
    Violation,
    declare,
    fixed,
    size_in,
)
from models.operation import Merit, Run
from models.window import Floats, Window


class WasteHeat(Component):
    kind: Literal["waste_heat"] = "waste_heat"
    capacity_kw: Size = Field(description="heat that can be recovered [kW]")
    column: str = Field("", description="input column with the share offered; empty: always all of it")
    cop: Positive = Field(description="heat over electricity [kW/kW]")
    heat_bus: str = "heat"
    electricity_bus: str = "electricity"

    MERIT: ClassVar[Merit] = Merit.FREE
    KIND_EN: ClassVar[str] = "waste-heat recovery"
    KIND_ZH: ClassVar[str] = "余热回收"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("heat_kw", "heat recovered", "回收热", "heat_bus", +1, "heat"),
        Quantity("power_kw", "electricity used", "用电", "electricity_bus", -1, "electricity"),
    )
    example: ClassVar[dict[str, Any]] = {"kind": "waste_heat", "name": "waste_heat", "capacity_kw": 60, "cop": 4.0}

    def share(self, w: Window) -> Floats:
        """Share of the capacity that is offered in each step."""
        return np.array(w.column(self.column)) if self.column else np.ones(len(w.inputs))

    def build(self, b: Block, w: Window) -> Formulation:
        cap, most, cost = declare(self.capacity_kw, b, w, "capacity")
        share = self.share(w).tolist()
        b.heat = pyo.Var(w.t, bounds=lambda b, t: (0, most * share[t]))
        if not isinstance(cap, float | int):
            b.offer = pyo.Constraint(w.t, rule=lambda b, t: b.heat[t] <= share[t] * cap)
        series = {"heat_kw": b.heat, "power_kw": [1 / self.cop * b.heat[t] for t in w.t]}
        return Formulation(series, cost, sizes={"capacity": cap})

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        yield from self.between(
            "heat", s["heat_kw"], 0, size_in(s, "capacity", self.capacity_kw) * self.share(w), s.index
        )
        yield from self.violation("electricity", s["power_kw"] - s["heat_kw"] / self.cop, s.index)

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"offer": np.asarray(size_in(s, "capacity", self.capacity_kw) * self.share(w) - s["heat_kw"], float)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is heat [kW]."""
        full = fixed(self.capacity_kw)
        heat = min(max(want, 0.0), run.once((self.name, "offered"), lambda: (full * self.share(run.w)).tolist())[t])
        return {"heat_kw": heat, "power_kw": heat / self.cop}
