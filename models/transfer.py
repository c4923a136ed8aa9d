"""One way from a bus to another of the same carrier: heat exchanger to a colder net, pressure-reducing valve.

out[t] = efficiency * in[t],   in[t] <= limit
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from models import pyo
from models.carrier import CARRIERS
from models.component import (
    Block,
    Component,
    Efficiency,
    Formulation,
    Quantity,
    Size,
    Violation,
    declare,
    fixed,
    size_in,
)
from models.operation import Run
from models.window import Floats, Window


class Transfer(Component):
    kind: Literal["transfer"] = "transfer"
    carrier: Literal["electricity", "heat", "cooling", "hydrogen", "water", "gas"]
    limit: Size = Field(description="largest flow at the inlet [kW or kg/h]")
    efficiency: Efficiency = 1.0
    from_bus: str
    to_bus: str

    FOLLOWS: ClassVar[str] = "from_bus"
    KIND_EN: ClassVar[str] = "transfer"
    KIND_ZH: ClassVar[str] = "单向传输"
    example: ClassVar[dict[str, Any]] = {
        "kind": "transfer",
        "name": "heat_exchanger",
        "carrier": "heat",
        "limit": 500,
        "efficiency": 0.98,
        "from_bus": "heat_65c",
        "to_bus": "heat",
    }

    @model_validator(mode="after")
    def _two_buses(self) -> Transfer:
        if self.from_bus == self.to_bus:
            raise ValueError(f"from_bus and to_bus are both {self.from_bus!r}")
        return self

    @property
    def unit(self) -> str:
        return CARRIERS[self.carrier].rate

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return (
            Quantity(f"in_{self.unit}", "taken in", "进口", "from_bus", -1, self.carrier),
            Quantity(f"out_{self.unit}", "delivered", "出口", "to_bus", +1, self.carrier),
        )

    def build(self, b: Block, w: Window) -> Formulation:
        cap, most, cost = declare(self.limit, b, w, "capacity")
        b.flow = pyo.Var(w.t, bounds=(0, most))
        if not isinstance(cap, float | int):
            b.full_load = pyo.Constraint(w.t, rule=lambda b, t: b.flow[t] <= cap)
        out = [self.efficiency * b.flow[t] for t in w.t]
        series = {f"in_{self.unit}": b.flow, f"out_{self.unit}": out}
        return Formulation(series, cost, sizes={"capacity": cap})

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        taken, given = s[f"in_{self.unit}"], s[f"out_{self.unit}"]
        yield from self.violation("efficiency", given - self.efficiency * taken, s.index)
        yield from self.between("flow", taken, 0, size_in(s, "capacity", self.limit), s.index)

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"capacity": np.asarray(size_in(s, "capacity", self.limit) - s[f"in_{self.unit}"], float)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is the flow at the outlet."""
        out = min(max(want, 0.0), self.efficiency * fixed(self.limit))
        return {f"in_{self.unit}": out / self.efficiency, f"out_{self.unit}": out}
