"""Photovoltaic roof: takes what the sun offers or curtails it.

power[t] + curtailed[t] = capacity * yield[t]        yield: AC kW per kWp, from `forecasting.pv`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from models import pyo
from models.component import Block, Component, Formulation, Quantity, Size, Violation, declare, fixed, size_in
from models.operation import Merit, Run
from models.window import Floats, Window

DUSK_KW_PER_KWP = 1e-4  # less is curtailed in a design: it would only spoil the numbers of a year


class PV(Component):
    kind: Literal["pv"] = "pv"
    capacity_kwp: Size = Field(description="DC rating [kWp]")
    electricity_bus: str = "electricity"
    column: str = Field("", description="input column with the yield; empty: <name>.yield_kw_per_kwp")

    MERIT: ClassVar[Merit] = Merit.SPARE
    KIND_EN: ClassVar[str] = "photovoltaics"
    KIND_ZH: ClassVar[str] = "光伏"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("power_kw", "electricity made", "发电", "electricity_bus", +1, "electricity"),
        Quantity("curtailed_kw", "electricity curtailed", "弃光"),
    )
    example: ClassVar[dict[str, Any]] = {"kind": "pv", "name": "pv", "capacity_kwp": 800}

    @property
    def yield_column(self) -> str:
        return self.column or f"{self.name}.yield_kw_per_kwp"

    def build(self, b: Block, w: Window) -> Formulation:
        cap, cap_max, cost = declare(self.capacity_kwp, b, w, "capacity")
        offered = w.column(self.yield_column)
        usable = [y if y >= DUSK_KW_PER_KWP or not w.design else 0.0 for y in offered]
        b.power = pyo.Var(w.t, bounds=lambda b, t: (0, cap_max * usable[t]))
        if not isinstance(cap, float | int):
            b.sun = pyo.Constraint(w.t, rule=lambda b, t: b.power[t] <= usable[t] * cap)
        curtailed = [offered[t] * cap - b.power[t] for t in w.t]
        return Formulation({"power_kw": b.power, "curtailed_kw": curtailed}, cost, sizes={"capacity": cap})

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        offered = size_in(s, "capacity", self.capacity_kwp) * w.inputs[self.yield_column].to_numpy(float)
        yield from self.violation(
            "power and curtailment make the sun", s["power_kw"] + s["curtailed_kw"] - offered, s.index
        )
        yield from self.between("power", s["power_kw"], 0, offered, s.index)

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"sun": np.asarray(s["curtailed_kw"], float)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is electricity [kW]; the rest is curtailed."""
        size = fixed(self.capacity_kwp)
        offered = run.once((self.name, "offered"), lambda: [size * y for y in run.w.column(self.yield_column)])[t]
        power = min(max(want, 0.0), offered)
        return {"power_kw": power, "curtailed_kw": offered - power}
