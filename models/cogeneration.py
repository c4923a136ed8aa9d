"""Fuel in, electricity and heat out, with part-load curve: what fuel cells and gas engines share.

    power[t]  = curve(fuel[t])                     data-sheet points (load share, electric efficiency on LHV)
    heat[t]  <= heat_recoverable * (fuel[t] - power[t])         planned a little low; the rest leaves by flue and cooler
    fuel in kW of lower heating value

The curve enters as its concave hull: power <= every chord (see `models.curve`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator

from models import pyo
from models.commitment import Commitment, Machine
from models.component import Block, Design, Efficiency, Formulation, Size, Violation, over
from models.curve import TIE_CNY_PER_KWH, Curve, read_off
from models.operation import Run, between
from models.window import Expr, Floats, Window

CURVE_TOLERANCE = 0.005  # of the output: a class 0.5 power meter
Points = tuple[tuple[float, float], ...]


class Cogenerator(Machine):
    capacity_kw: Size = Field(description="rated electric output of all modules [kW]")
    electric_efficiency: Points = Field(min_length=2, description="(load share, electric efficiency on LHV)")
    heat_recoverable: Efficiency = Field(0.8, description="usable heat over what is not electricity, LHV")
    electricity_bus: str = "electricity"
    heat_bus: str | None = "heat"

    LOAD: ClassVar[str] = "power_kw"

    @field_validator("electric_efficiency")
    @classmethod
    def _plausible(cls, points: Points) -> Points:
        if any(not 0 < load <= 1 for load, _ in points) or max(load for load, _ in points) != 1:
            raise ValueError("load shares lie in (0, 1] and end at 1.0, the rated load")
        if any(not 0.05 <= eta <= 0.75 for _, eta in points):
            raise ValueError("electric efficiency on LHV lies between 0.05 and 0.75")
        return points

    @model_validator(mode="after")
    def _consistent(self) -> Cogenerator:
        if self.curve.hull_error > CURVE_TOLERANCE:
            raise ValueError(f"electric_efficiency is not concave enough: its hull is {self.curve.hull_error:.1%} off")
        return self

    @property
    def size(self) -> Size:
        return self.capacity_kw

    @property
    def curved(self) -> bool:
        return not self.curve.straight

    @cached_property
    def curve(self) -> Curve:
        """Power over fuel, both per rated power."""
        inverse = tuple((load, 1 / eta) for load, eta in self.electric_efficiency)
        lowest = max(self.min_load, min(load for load, _ in inverse))
        fuel = Curve.of_specific_input(inverse, lowest)  # x = load, y = load * efficiency: only the cut is used
        load = np.array(fuel.x)
        eta = read_off(self.electric_efficiency, load)
        return Curve(tuple((load / eta).tolist()), tuple(load.tolist()))

    def produce(self, b: Block, w: Window) -> tuple[dict[str, Any], list[Expr], dict[str, Expr], Expr]:
        """Declare fuel, power and heat; returns the series, the fuel [kW], the cost and the capacity."""
        c = self.commit(b, w)
        cap = self.size if isinstance(self.size, float | int) else self.size.max
        b.fuel = pyo.Var(w.t, bounds=(0, cap * self.curve.x[-1]))
        fuel, online = b.fuel, c.online
        if w.design and self.plain:
            power: Any = [self.curve.steepest * fuel[t] for t in w.t]
            if isinstance(self.size, Design):
                b.full_load = pyo.Constraint(w.t, rule=lambda b, t: power[t] <= online[t])
        else:
            power = self._curved(b, w, cap, c)
        series: dict[str, Any] = {"power_kw": power, **c.series}
        if self.heat_bus:
            b.heat = pyo.Var(w.t, domain=pyo.NonNegativeReals)
            line = self.curve.usual
            b.recovered = pyo.Constraint(
                w.t,
                rule=lambda b, t: (
                    b.heat[t] <= self.heat_recoverable * ((1 - line.slope) * fuel[t] - line.intercept * online[t])
                ),
            )
            series["heat_kw"] = b.heat
        tie = TIE_CNY_PER_KWH * w.total(lambda t: self.curve.steepest * fuel[t] - power[t])
        return series, [fuel[t] for t in w.t], {**c.cost, "tie_break": tie}, c.capacity

    def _curved(self, b: Block, w: Window, cap: float, c: Commitment) -> Any:
        """Power below every chord of the curve and between minimum and full load of what is online."""
        b.power = pyo.Var(w.t, bounds=(0, cap))
        power, fuel, online = b.power, b.fuel, c.online
        chords, least = self.curve.chords, self.least
        if w.design and self.sheds_freely:
            chords, at = self.curve.designed
            least = float(np.interp(at, self.curve.x, self.curve.y))
        b.full_load = pyo.Constraint(w.t, rule=lambda b, t: power[t] <= online[t])
        b.min_load = pyo.Constraint(w.t, rule=lambda b, t: power[t] >= least * online[t])
        b.curve = pyo.Constraint(
            range(len(chords)),
            w.t,
            rule=lambda b, k, t: power[t] <= chords[k].slope * fuel[t] + chords[k].intercept * online[t],
        )
        self.ramp(b, w, [power[t] for t in w.t], c)
        return power

    def fuel_kw(self, s: pd.DataFrame) -> Floats:
        """Fuel used [kW LHV]."""
        raise NotImplementedError

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        hidden = self.curve.steepest * self.fuel_kw(s) - s["power_kw"].to_numpy(float)
        return {**super().bill(s, w), "tie_break": TIE_CNY_PER_KWH * w.step_h * hidden}

    def check_production(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        fuel, power = self.fuel_kw(s), s["power_kw"].to_numpy(float)
        yield from self.check_commitment(s, w, power)
        made = self.curve.output(fuel, self.online_kw(s, w))
        yield from self.violation("part-load curve", over(np.abs(power - made), CURVE_TOLERANCE * made), s.index)
        if self.heat_bus:
            yield from self.between("heat recovered", s["heat_kw"], 0, self.heat_recoverable * (fuel - power), s.index)

    def build(self, b: Block, w: Window) -> Formulation:
        raise NotImplementedError

    @property
    def least(self) -> float:
        return max(self.min_load, self.curve.y[0])

    def fuelled(self, load: float, online: float, run: Run) -> tuple[dict[str, float], float]:
        """Power and heat at a load, and the fuel [kW], for operation by rules."""
        x, y = run.once(
            (self.name, "curve"), lambda: (np.array(self.curve.x).tolist(), np.array(self.curve.y).tolist())
        )
        fuel = online * between(load / online, y, x) if online > 0 else 0.0
        return {"power_kw": load, "heat_kw": max(0.0, self.heat_recoverable * (fuel - load))}, fuel

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is electricity [kW]."""
        c, counts = self.decide(want, t, run, self.LOAD)
        return {**counts, **self.flows(c.load(want), c.online, t, run)}
