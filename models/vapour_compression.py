"""Vapour-compression machines against outdoor temperature: what heat pumps and electric chillers share.

    power[t] = output[t] / cop(temperature[t]),   min_load * online[t] <= output[t] <= online[t]
    online[t] = capacity * factor(temperature[t]) * modules on / modules

Between the maker's points COP and capacity factor are linear in temperature; beyond them the nearest point holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from models import pyo
from models.commitment import Machine
from models.component import Block, Formulation, Size, Violation
from models.curve import read_off
from models.operation import Run
from models.window import Floats, Window

TEMPERATURE = "temperature_c"
Points = tuple[tuple[float, float], ...]


class VapourCompression(Machine):
    capacity_kw: Size = Field(description="rated output of all modules [kW]")
    cop: Points = Field(min_length=1, description="(outdoor temperature [°C], COP)")
    capacity_factor: Points = Field(
        ((0.0, 1.0),), min_length=1, description="(outdoor temperature [°C], share of rated)"
    )
    electricity_bus: str = "electricity"

    @field_validator("cop")
    @classmethod
    def _plausible(cls, points: Points) -> Points:
        if any(not 0.8 <= cop <= 12 for _, cop in points):
            raise ValueError("a COP lies between 0.8 and 12")
        return tuple(sorted(points))

    @field_validator("capacity_factor")
    @classmethod
    def _sorted(cls, points: Points) -> Points:
        if any(not 0 < share <= 2 for _, share in points):
            raise ValueError("a capacity factor lies in (0, 2]")
        return tuple(sorted(points))

    @property
    def size(self) -> Size:
        return self.capacity_kw

    def cop_at(self, w: Window) -> Floats:
        return read_off(self.cop, w.column(TEMPERATURE))

    def factor_at(self, w: Window) -> Floats:
        return read_off(self.capacity_factor, w.column(TEMPERATURE))

    def build(self, b: Block, w: Window) -> Formulation:
        cop, factor = self.cop_at(w), self.factor_at(w)
        c = self.commit(b, w, factor)
        cap = self.size if isinstance(self.size, float | int) else self.size.max
        b.output = pyo.Var(w.t, bounds=lambda b, t: (0, cap * float(factor[t])))
        self.carry(b, w, b.output, c)
        power = [float(1 / cop[t]) * b.output[t] for t in w.t]
        series: dict[str, Any] = {self.LOAD: b.output, "power_kw": power, **c.series}
        return Formulation(series, c.cost, sizes={"capacity": c.capacity})

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        output = self.load_kw(s)
        yield from self.check_commitment(s, w, output, self.factor_at(w))
        yield from self.violation("COP", s["power_kw"] - output / self.cop_at(w), s.index)

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        full = self.module_capacity(s) * self.factor_at(w) * (self.modules - self.out_of_service(w))
        return {"capacity": np.asarray(full - self.load_kw(s), float)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is the product [kW]."""
        c, counts = self.decide(want, t, run, self.LOAD)
        return {**counts, **self.flows(c.load(want), c.online, t, run)}

    def flows(self, load: float, online: float, t: int, run: Run) -> dict[str, float]:
        cop = run.once((self.name, "cop"), lambda: self.cop_at(run.w).tolist())[t]
        return {self.LOAD: load, "power_kw": load / cop}

    def derating(self, t: int, run: Run) -> float:
        return float(run.once((self.name, "derating"), lambda: self.factor_at(run.w).tolist())[t])
