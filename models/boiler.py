"""Boilers: electric and gas.

heat[t] = efficiency * input[t]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from models import pyo
from models.commitment import Machine
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
from models.operation import Merit, Run
from models.window import Floats, Window


class ElectricBoiler(Component):
    """Resistance or electrode boiler: any load, no start."""

    kind: Literal["electric_boiler"] = "electric_boiler"
    capacity_kw: Size = Field(description="rated electricity [kW]")
    efficiency: Efficiency = 0.98
    electricity_bus: str = "electricity"
    heat_bus: str = "heat"

    MERIT: ClassVar[Merit] = Merit.BOUGHT
    KIND_EN: ClassVar[str] = "electric boiler"
    KIND_ZH: ClassVar[str] = "电锅炉"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("power_kw", "electricity used", "用电", "electricity_bus", -1, "electricity"),
        Quantity("heat_kw", "heat made", "供热", "heat_bus", +1, "heat"),
    )
    example: ClassVar[dict[str, Any]] = {"kind": "electric_boiler", "name": "electric_boiler", "capacity_kw": 300}

    def build(self, b: Block, w: Window) -> Formulation:
        cap, cap_max, cost = declare(self.capacity_kw, b, w, "capacity")
        b.power = pyo.Var(w.t, bounds=(0, cap_max))
        if not isinstance(cap, float | int):
            b.full_load = pyo.Constraint(w.t, rule=lambda b, t: b.power[t] <= cap)
        heat = [self.efficiency * b.power[t] for t in w.t]
        return Formulation({"power_kw": b.power, "heat_kw": heat}, cost, sizes={"capacity": cap})

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        yield from self.violation("efficiency", s["heat_kw"] - self.efficiency * s["power_kw"], s.index)
        yield from self.between("power", s["power_kw"], 0, size_in(s, "capacity", self.capacity_kw), s.index)

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"capacity": np.asarray(size_in(s, "capacity", self.capacity_kw) - s["power_kw"], float)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is heat [kW]."""
        full = fixed(self.capacity_kw)
        power = min(max(want, 0.0) / self.efficiency, full)
        return {"power_kw": power, "heat_kw": self.efficiency * power}


class GasBoiler(Machine):
    """Gas boiler with minimum load; gas in kW of lower heating value."""

    kind: Literal["gas_boiler"] = "gas_boiler"
    capacity_kw: Size = Field(description="rated heat [kW]")
    efficiency: float = Field(0.92, gt=0, le=1.09, description="on LHV; above 1 only where it condenses")
    gas_bus: str = "gas"
    heat_bus: str = "heat"

    LOAD: ClassVar[str] = "heat_kw"
    MERIT: ClassVar[Merit] = Merit.BOUGHT
    KIND_EN: ClassVar[str] = "gas boiler"
    KIND_ZH: ClassVar[str] = "燃气锅炉"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("heat_kw", "heat made", "供热", "heat_bus", +1, "heat"),
        Quantity("gas_kw", "gas used (LHV)", "用气(低热值)", "gas_bus", -1, "gas"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "gas_boiler",
        "name": "gas_boiler",
        "capacity_kw": 400,
        "min_load": 0.2,
        "start_cny": 2,
    }

    @property
    def size(self) -> Size:
        return self.capacity_kw

    def build(self, b: Block, w: Window) -> Formulation:
        c = self.commit(b, w)
        cap = self.size if isinstance(self.size, float | int) else self.size.max
        b.heat = pyo.Var(w.t, bounds=(0, cap))
        self.carry(b, w, b.heat, c)
        gas = [1 / self.efficiency * b.heat[t] for t in w.t]
        return Formulation({"heat_kw": b.heat, "gas_kw": gas, **c.series}, c.cost, sizes={"capacity": c.capacity})

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        yield from self.check_commitment(s, w, self.load_kw(s))
        yield from self.violation("efficiency", s["heat_kw"] - self.efficiency * s["gas_kw"], s.index)

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is heat [kW]."""
        c, counts = self.decide(want, t, run, self.LOAD)
        return {**counts, **self.flows(c.load(want), c.online, t, run)}

    def flows(self, load: float, online: float, t: int, run: Run) -> dict[str, float]:
        return {"heat_kw": load, "gas_kw": load / self.efficiency}
