"""Bought media and named losses: gas and water from the main, delivered hydrogen; hydrogen or water let go.

cost[t] = price * flow[t]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from models import pyo
from models.carrier import CARRIERS
from models.component import (
    Block,
    Component,
    Formulation,
    NonNegative,
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


class _Supply(Component):
    FLOW: ClassVar[str]
    EMITS: ClassVar[str] = "fuel"  # cause of its emissions
    MERIT: ClassVar[Merit] = Merit.BOUGHT

    @property
    def capacity(self) -> Size:
        """Largest flow."""
        raise NotImplementedError

    def share(self, w: Window) -> Floats:
        """Share of the capacity that is offered in each step."""
        return np.ones(len(w.inputs))

    def price(self) -> float:
        """[CNY per stock unit]"""
        raise NotImplementedError

    def intensity(self) -> float:
        """[kgCO2e per stock unit]"""
        return 0.0

    def build(self, b: Block, w: Window) -> Formulation:
        cap, most, cost = declare(self.capacity, b, w, "capacity")
        share = self.share(w).tolist()
        b.flow = pyo.Var(w.t, bounds=lambda b, t: (0, most * share[t]))
        if not isinstance(cap, float | int):
            b.offer = pyo.Constraint(w.t, rule=lambda b, t: b.flow[t] <= share[t] * cap)
        cost["energy"] = self.price() * w.total(lambda t: b.flow[t])
        emissions = {self.EMITS: self.intensity() * w.total(lambda t: b.flow[t])} if self.intensity() else {}
        return Formulation({self.FLOW: b.flow}, cost, emissions, {"capacity": cap})

    def _offered(self, s: pd.DataFrame, w: Window) -> Floats:
        return np.asarray(size_in(s, "capacity", self.capacity) * self.share(w))

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        yield from self.between("flow", s[self.FLOW], 0, self._offered(s, w), s.index)

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"energy": self.price() * w.step_h * s[self.FLOW].to_numpy(float)}

    def emitted(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {self.EMITS: self.intensity() * w.step_h * s[self.FLOW].to_numpy(float)} if self.intensity() else {}

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"capacity": np.asarray(self._offered(s, w) - s[self.FLOW], float)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is the flow taken."""
        full = fixed(self.capacity)
        offered = run.once((self.name, "offered"), lambda: (full * self.share(run.w)).tolist())[t]
        return {self.FLOW: min(max(want, 0.0), offered)}


class GasSupply(_Supply):
    """Gas from the main or drained from the mine, in kW of LHV."""

    kind: Literal["gas_supply"] = "gas_supply"
    capacity_kw: Size = Field(description="largest flow [kW LHV]")
    column: str = Field("", description="input column with the share offered; empty: always all of it")
    price_cny_per_kwh: NonNegative
    intensity_kgco2e_per_kwh: NonNegative = Field(description="of burning it, per kWh LHV")
    gas_bus: str = "gas"

    FLOW: ClassVar[str] = "gas_kw"
    KIND_EN: ClassVar[str] = "gas supply"
    KIND_ZH: ClassVar[str] = "燃气供应"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("gas_kw", "gas taken (LHV)", "用气(低热值)", "gas_bus", +1, "gas"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "gas_supply",
        "name": "gas_supply",
        "capacity_kw": 5000,
        "price_cny_per_kwh": 0.35,
        "intensity_kgco2e_per_kwh": 0.2,
    }

    @property
    def capacity(self) -> Size:
        return self.capacity_kw

    def share(self, w: Window) -> Floats:
        return np.array(w.column(self.column)) if self.column else super().share(w)

    def price(self) -> float:
        return self.price_cny_per_kwh

    def intensity(self) -> float:
        return self.intensity_kgco2e_per_kwh


class WaterSupply(_Supply):
    """Purified water made from the main."""

    kind: Literal["water_supply"] = "water_supply"
    capacity_kg_per_h: Size
    price_cny_per_kg: NonNegative
    water_bus: str = "water"

    FLOW: ClassVar[str] = "water_kg_per_h"
    KIND_EN: ClassVar[str] = "water supply"
    KIND_ZH: ClassVar[str] = "供水"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("water_kg_per_h", "water taken", "取水", "water_bus", +1, "water"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "water_supply",
        "name": "water_supply",
        "capacity_kg_per_h": 2000,
        "price_cny_per_kg": 0.01,
    }

    @property
    def capacity(self) -> Size:
        return self.capacity_kg_per_h

    def price(self) -> float:
        return self.price_cny_per_kg


class HydrogenSupply(_Supply):
    """Hydrogen delivered by tube trailer, at the pressure of its bus; there whenever it is wanted."""

    kind: Literal["hydrogen_supply"] = "hydrogen_supply"
    capacity_kg_per_h: Size = Field(description="largest flow [kg/h]")
    price_cny_per_kg: NonNegative = Field(description="delivered")
    intensity_kgco2e_per_kg: NonNegative = Field(description="of making and delivering it")
    hydrogen_bus: str = "hydrogen"

    FLOW: ClassVar[str] = "hydrogen_kg_per_h"
    EMITS: ClassVar[str] = "delivered"
    KIND_EN: ClassVar[str] = "delivered hydrogen"
    KIND_ZH: ClassVar[str] = "外购氢"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("hydrogen_kg_per_h", "hydrogen delivered", "外购氢量", "hydrogen_bus", +1, "hydrogen"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "hydrogen_supply",
        "name": "hydrogen_supply",
        "capacity_kg_per_h": 50,
        "price_cny_per_kg": 35,
        "intensity_kgco2e_per_kg": 12,
    }

    @property
    def capacity(self) -> Size:
        return self.capacity_kg_per_h

    def price(self) -> float:
        return self.price_cny_per_kg

    def intensity(self) -> float:
        return self.intensity_kgco2e_per_kg


class Spill(Component):
    """A named loss: hydrogen vented, water drained. It is a wish not to: it has a price."""

    kind: Literal["spill"] = "spill"
    carrier: Literal["hydrogen", "water", "heat", "cooling", "electricity", "gas"]
    bus: str
    limit: Positive = Field(description="[kW or kg/h]")
    price_cny_per_unit: Positive = Field(description="of a kWh or kg lost; above 0 so that it is the last resort")

    KIND_EN: ClassVar[str] = "release"
    KIND_ZH: ClassVar[str] = "排放"
    example: ClassVar[dict[str, Any]] = {
        "kind": "spill",
        "name": "vent",
        "carrier": "hydrogen",
        "bus": "hydrogen",
        "limit": 100,
        "price_cny_per_unit": 10,
    }

    @property
    def unit(self) -> str:
        return CARRIERS[self.carrier].rate

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return (Quantity(f"lost_{self.unit}", "released", "排放", "bus", -1, self.carrier),)

    def build(self, b: Block, w: Window) -> Formulation:
        b.lost = pyo.Var(w.t, bounds=(0, self.limit))
        return Formulation(
            {f"lost_{self.unit}": b.lost}, {"spill": self.price_cny_per_unit * w.total(lambda t: b.lost[t])}
        )

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        yield from self.between("release", s[f"lost_{self.unit}"], 0, self.limit, s.index)

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"spill": self.price_cny_per_unit * w.step_h * s[f"lost_{self.unit}"].to_numpy(float)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``-want`` is what must be let go."""
        return {f"lost_{self.unit}": min(max(-want, 0.0), self.limit)}
