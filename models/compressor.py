"""Hydrogen compressor: electricity in proportion to the flow, by inlet and outlet pressure.

    power[t] = work_kwh_per_kg * flow[t],    flow[t] <= capacity
    work = field_multiplier * ideal machine's work

The ideal machine's work [kWh/kg] is interpolated in the logarithms of both pressures between points computed with
the equations of HDSAM (isentropic efficiency 0.88, 500 kg/d); small diaphragm machines take 1.3-1.8 times as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from models import pyo
from models.component import Block, Component, Formulation, Quantity, Size, Violation, declare, fixed, size_in
from models.operation import Run
from models.window import Floats, Window

INLET_BAR = (10.0, 20.0, 30.0)
OUTLET_BAR = (200.0, 350.0, 450.0, 700.0, 875.0)
IDEAL_KWH_PER_KG = (
    (1.52, 1.91, 2.07, 2.49, 2.70),
    (1.18, 1.55, 1.71, 2.10, 2.30),
    (0.99, 1.32, 1.51, 1.85, 2.08),
)


class Compressor(Component):
    kind: Literal["compressor"] = "compressor"
    capacity_kg_per_h: Size = Field(description="largest flow [kg/h]")
    inlet_bar: float = Field(ge=10, le=30)
    outlet_bar: float = Field(ge=200, le=875)
    field_multiplier: float = Field(1.5, ge=1, le=3, description="real small machine over ideal machine")
    from_bus: str = "hydrogen"
    to_bus: str = "hydrogen_stored"
    electricity_bus: str = "electricity"

    FOLLOWS: ClassVar[str] = "from_bus"
    KIND_EN: ClassVar[str] = "compressor"
    KIND_ZH: ClassVar[str] = "氢压缩机"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("in_kg_per_h", "hydrogen taken in", "进气", "from_bus", -1, "hydrogen"),
        Quantity("out_kg_per_h", "hydrogen delivered", "排气", "to_bus", +1, "hydrogen"),
        Quantity("power_kw", "electricity used", "用电", "electricity_bus", -1, "electricity"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "compressor",
        "name": "compressor",
        "capacity_kg_per_h": 20,
        "inlet_bar": 20,
        "outlet_bar": 450,
    }

    @model_validator(mode="after")
    def _two_buses(self) -> Compressor:
        if self.from_bus == self.to_bus:
            raise ValueError(f"from_bus and to_bus are both {self.from_bus!r}: a compressor joins two pressures")
        return self

    @property
    def work_kwh_per_kg(self) -> float:
        at_outlet = [np.interp(np.log(self.outlet_bar), np.log(OUTLET_BAR), row) for row in IDEAL_KWH_PER_KG]
        return self.field_multiplier * float(np.interp(np.log(self.inlet_bar), np.log(INLET_BAR), at_outlet))

    def build(self, b: Block, w: Window) -> Formulation:
        cap, cap_max, cost = declare(self.capacity_kg_per_h, b, w, "capacity")
        b.flow = pyo.Var(w.t, bounds=(0, cap_max))
        if not isinstance(cap, float | int):
            b.full_load = pyo.Constraint(w.t, rule=lambda b, t: b.flow[t] <= cap)
        power = [self.work_kwh_per_kg * b.flow[t] for t in w.t]
        return Formulation(
            {"in_kg_per_h": b.flow, "out_kg_per_h": b.flow, "power_kw": power}, cost, sizes={"capacity": cap}
        )

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        yield from self.violation("nothing is lost", s["in_kg_per_h"] - s["out_kg_per_h"], s.index)
        yield from self.violation("work", s["power_kw"] - self.work_kwh_per_kg * s["in_kg_per_h"], s.index)
        yield from self.between("flow", s["in_kg_per_h"], 0, size_in(s, "capacity", self.capacity_kg_per_h), s.index)

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"capacity": np.asarray(size_in(s, "capacity", self.capacity_kg_per_h) - s["in_kg_per_h"], float)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is hydrogen at the outlet [kg/h]."""
        work = run.once((self.name, "work"), lambda: self.work_kwh_per_kg)
        flow = min(max(want, 0.0), fixed(self.capacity_kg_per_h))
        return {"in_kg_per_h": flow, "out_kg_per_h": flow, "power_kw": work * flow}
