"""Water electrolyser, alkaline or PEM: off, warming up, hot standby, on; part-load curve, heat and water.

    hydrogen[t]  = curve(power[t])                           data-sheet points [kWh/kg] over load share
    heat[t]     <= recoverable * (power[t] - HHV * hydrogen[t])     liquid water in, dry gas out; planned a little low
    water[t]     = water_kg_per_kg * hydrogen[t]
    auxiliary[t] = warm-up and standby

The curve enters as its concave hull (see `models.curve`): hydrogen <= every chord. Heat that no one wants stays in
the machine's own cooler.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator

from models import pyo
from models.commitment import Commitment, Machine
from models.component import Block, Formulation, Quantity, Share, Size, Violation, over
from models.curve import TIE_CNY_PER_KG, Curve
from models.operation import Run, between
from models.window import Floats, Window

HHV_KWH_PER_KG = 39.41  # hydrogen, 25 °C: 285.8 kJ/mol over 2.016 g/mol
CURVE_TOLERANCE = 0.005  # of the output: half of what a mass-flow meter for hydrogen resolves
Points = tuple[tuple[float, float], ...]


class Electrolyser(Machine):
    kind: Literal["electrolyser"] = "electrolyser"
    capacity_kw: Size = Field(description="rated electricity of all modules, stack and balance of plant [kW]")
    specific_kwh_per_kg: Points = Field(min_length=2, description="(load share, system electricity per hydrogen)")
    min_load: Share = 0.1
    heat_recoverable: Share = 0.0
    water_kg_per_kg: float = Field(10.0, ge=8.94, le=30)
    electricity_bus: str = "electricity"
    hydrogen_bus: str = "hydrogen"
    heat_bus: str | None = None
    water_bus: str | None = None

    LOAD: ClassVar[str] = "power_kw"
    KIND_EN: ClassVar[str] = "electrolyser"
    KIND_ZH: ClassVar[str] = "电解槽"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("power_kw", "electricity that makes hydrogen", "制氢用电", "electricity_bus", -1, "electricity"),
        Quantity(
            "auxiliary_kw", "electricity of warm-up and standby", "预热与热备用电", "electricity_bus", -1, "electricity"
        ),
        Quantity("hydrogen_kg_per_h", "hydrogen made", "产氢", "hydrogen_bus", +1, "hydrogen"),
        Quantity("heat_kw", "heat recovered", "回收余热", "heat_bus", +1, "heat"),
        Quantity("water_kg_per_h", "water used", "用水", "water_bus", -1, "water"),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "electrolyser",
        "name": "electrolyser",
        "capacity_kw": 500,
        "specific_kwh_per_kg": [[0.1, 56.0], [0.4, 52.0], [1.0, 55.0]],
        "min_load": 0.1,
        "standby_share": 0.03,
        "cold_start_min": 40,
        "cold_start_kwh_per_kw": 0.1,
        "warm_start_min": 2,
        "min_down_h": 1,
        "heat_recoverable": 0.7,
        "heat_bus": "heat",
        "water_bus": "water",
        "start_cny": 20,
        "wear_cny_per_h": 1,
    }

    @field_validator("specific_kwh_per_kg")
    @classmethod
    def _above_lhv(cls, points: Points) -> Points:
        if any(not 0 < load <= 1 for load, _ in points) or max(load for load, _ in points) != 1:
            raise ValueError("load shares lie in (0, 1] and end at 1.0, the rated load")
        if any(not HHV_KWH_PER_KG <= kwh <= 100 for _, kwh in points):
            raise ValueError(f"electricity per hydrogen lies between {HHV_KWH_PER_KG} (heating value) and 100 kWh/kg")
        return points

    @model_validator(mode="after")
    def _curve_fits(self) -> Electrolyser:
        if self.curve.hull_error > CURVE_TOLERANCE:
            raise ValueError(
                f"specific_kwh_per_kg bends the wrong way: its concave hull is {self.curve.hull_error:.1%} off, "
                f"more than {CURVE_TOLERANCE:.1%}; raise min_load to cut off the low end"
            )
        return self

    @property
    def size(self) -> Size:
        return self.capacity_kw

    @cached_property
    def curve(self) -> Curve:
        return Curve.of_specific_input(self.specific_kwh_per_kg, self.min_load)

    @property
    def curved(self) -> bool:
        return not self.curve.straight

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        idle = self.standby_share or self.cold_start_kwh_per_kw
        return tuple(q for q in super().quantities if q.name != "auxiliary_kw" or idle)

    def build(self, b: Block, w: Window) -> Formulation:
        c = self.commit(b, w)
        cap = self.size if isinstance(self.size, float | int) else self.size.max
        b.power = pyo.Var(w.t, bounds=(0, cap))
        power, online = b.power, c.online
        if w.design and self.plain:
            self.carry(b, w, power, c)
            hydrogen: Any = [self.curve.steepest * power[t] for t in w.t]
        else:
            hydrogen = self._curved(b, w, cap, c)
        series: dict[str, Any] = {"power_kw": power, "hydrogen_kg_per_h": hydrogen, **c.series}
        if any(q.name == "auxiliary_kw" for q in self.quantities):
            series["auxiliary_kw"] = c.aux_kw
        if self.heat_bus:
            b.heat = pyo.Var(w.t, domain=pyo.NonNegativeReals)
            line = self.curve.usual
            in_kw, in_online = 1 - HHV_KWH_PER_KG * line.slope, HHV_KWH_PER_KG * line.intercept
            b.recovered = pyo.Constraint(
                w.t,
                rule=lambda b, t: b.heat[t] <= self.heat_recoverable * (in_kw * power[t] - in_online * online[t]),
            )
            series["heat_kw"] = b.heat
        if self.water_bus:
            series["water_kg_per_h"] = [self.water_kg_per_kg * hydrogen[t] for t in w.t]
        tie = TIE_CNY_PER_KG * w.total(lambda t: self.curve.steepest * power[t] - hydrogen[t])
        return Formulation(series, {**c.cost, "tie_break": tie}, sizes={"capacity": c.capacity})

    def _curved(self, b: Block, w: Window, cap: float, c: Commitment) -> Any:
        """Hydrogen below every chord of the curve; the load between minimum and full load of what is online."""
        b.hydrogen = pyo.Var(w.t, bounds=(0, cap * self.curve.y[-1]))
        power, hydrogen, online = b.power, b.hydrogen, c.online
        shares = w.design and self.sheds_freely
        chords, least = self.curve.designed if shares else (self.curve.chords, self.min_load)
        b.full_load = pyo.Constraint(w.t, rule=lambda b, t: power[t] <= online[t])
        b.min_load = pyo.Constraint(w.t, rule=lambda b, t: power[t] >= least * online[t])
        b.curve = pyo.Constraint(
            range(len(chords)),
            w.t,
            rule=lambda b, k, t: hydrogen[t] <= chords[k].slope * power[t] + chords[k].intercept * online[t],
        )
        self.ramp(b, w, [power[t] for t in w.t], c)
        return hydrogen

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        hidden = self.curve.steepest * s["power_kw"].to_numpy(float) - s["hydrogen_kg_per_h"].to_numpy(float)
        return {**super().bill(s, w), "tie_break": TIE_CNY_PER_KG * w.step_h * hidden}

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        i, power, hydrogen = s.index, s["power_kw"].to_numpy(float), s["hydrogen_kg_per_h"].to_numpy(float)
        yield from self.check_commitment(s, w, power)
        made = self.curve.output(power, self.online_kw(s, w))
        yield from self.violation("part-load curve", over(np.abs(hydrogen - made), CURVE_TOLERANCE * made), i)
        if "auxiliary_kw" in s:
            yield from self.violation("warm-up and standby", s["auxiliary_kw"] - self.auxiliary_kw(s, w), i)
        if self.heat_bus:
            lost = self.heat_recoverable * (power - HHV_KWH_PER_KG * hydrogen)
            yield from self.between("heat recovered", s["heat_kw"], 0, lost, i)
        if self.water_bus:
            yield from self.violation("water used", s["water_kg_per_h"] - self.water_kg_per_kg * hydrogen, i)

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` is hydrogen [kg/h]; below zero it asks to shut down rather than wait in standby."""
        x, y = self._points(run)
        rough = want * x[-1] / y[-1]  # at the specific consumption of full load: enough modules to make it
        c, counts = self.decide(rough, t, run, self.LOAD)
        power = c.load(c.online * between(want / c.online, y, x) if c.online > 0 else 0.0)
        return {**counts, **self.flows(power, c.online, t, run), "auxiliary_kw": self.idle_kw(c, run.w)}

    def flows(self, load: float, online: float, t: int, run: Run) -> dict[str, float]:
        hydrogen = online * between(load / online, *self._points(run)) if online > 0 else 0.0
        heat = self.heat_recoverable * max(0.0, load - HHV_KWH_PER_KG * hydrogen)
        water = self.water_kg_per_kg * hydrogen
        return {"power_kw": load, "hydrogen_kg_per_h": hydrogen, "heat_kw": heat, "water_kg_per_h": water}

    def _points(self, run: Run) -> tuple[list[float], list[float]]:
        curve: tuple[list[float], list[float]] = run.once(
            (self.name, "curve"), lambda: (np.array(self.curve.x).tolist(), np.array(self.curve.y).tolist())
        )
        return curve
