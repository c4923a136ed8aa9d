"""Demand that is fixed step by step, and demand that may be moved within windows of the day.

fixed:       served[t] + unserved[t] = need[t]
deferrable:  sum of served[t] * d over a window + unserved = the window's amount,  served <= rate, 0 outside windows

Serving is a wish with a price, so that a park that cannot serve all still gets a plan that says what is short.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from itertools import pairwise
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from models import pyo
from models.carrier import CARRIERS
from models.component import Block, Component, Formulation, NonNegative, Positive, Quantity, Violation, over
from models.operation import EPS, Run
from models.window import Floats, Window

CarrierName = Literal["electricity", "heat", "cooling", "hydrogen", "water"]
UNSERVED_CNY = {"electricity": 50.0, "heat": 20.0, "cooling": 20.0, "hydrogen": 300.0, "water": 1.0}


class _Demand(Component):
    carrier: CarrierName
    bus: str = Field("", description="empty: the bus named as the carrier")
    unserved_cny_per_unit: float | None = Field(
        None, gt=0, le=1e5, description="price of a kWh or kg not served; none: the carrier's default"
    )

    @model_validator(mode="before")
    @classmethod
    def _default_bus(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("bus") and "carrier" in data:
            return {**data, "bus": data["carrier"]}
        return data

    @property
    def unit(self) -> str:
        return CARRIERS[self.carrier].rate

    @property
    def penalty(self) -> float:
        return self.unserved_cny_per_unit or UNSERVED_CNY[self.carrier]

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return (
            Quantity(f"served_{self.unit}", "demand served", "已满足需求", "bus", -1, self.carrier),
            Quantity(f"unserved_{self.unit}", "demand not served", "未满足需求", wish=True),
        )

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"unserved": self.penalty * w.step_h * s[f"unserved_{self.unit}"].to_numpy(float)}


class Demand(_Demand):
    kind: Literal["demand"] = "demand"
    column: str = Field("", description="input column; empty: <name>_<unit>")

    KIND_EN: ClassVar[str] = "demand"
    KIND_ZH: ClassVar[str] = "负荷"
    example: ClassVar[dict[str, Any]] = {"kind": "demand", "name": "load", "carrier": "electricity"}

    @property
    def need_column(self) -> str:
        return self.column or f"{self.name}_{self.unit}"

    def build(self, b: Block, w: Window) -> Formulation:
        need = w.column(self.need_column)
        if w.design:
            return Formulation({f"served_{self.unit}": need, f"unserved_{self.unit}": [0.0 for _ in w.t]})
        b.unserved = pyo.Var(w.t, bounds=lambda b, t: (0, need[t]))
        served = [need[t] - b.unserved[t] for t in w.t]
        return Formulation(
            {f"served_{self.unit}": served, f"unserved_{self.unit}": b.unserved},
            {"unserved": self.penalty * w.total(lambda t: b.unserved[t])},
        )

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        need = w.inputs[self.need_column].to_numpy(float)
        served, unserved = s[f"served_{self.unit}"], s[f"unserved_{self.unit}"]
        yield from self.violation("served and unserved make the demand", served + unserved - need, s.index)
        yield from self.between("unserved", unserved, 0, need, s.index)

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``-want`` is what can be served [kW or kg/h]."""
        need = run.once((self.name, "need"), lambda: run.w.column(self.need_column))[t]
        served = min(max(-want, 0.0), need)
        return {f"served_{self.unit}": served, f"unserved_{self.unit}": need - served}


class Slot(BaseModel):
    """A daily window ``[start, end)`` in local time with the amount wanted in it [kWh or kg]."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    start: time
    end: time
    amount: NonNegative

    @model_validator(mode="after")
    def _in_order(self) -> Slot:
        if self.start >= self.end and self.end != time(0):
            raise ValueError(f"the window {self.start}-{self.end} ends before it starts; split it at midnight")
        return self


class _Run(NamedTuple):
    """One occurrence of a slot in a window: its steps and what must be served in them."""

    steps: list[int]
    need: float  # served or unserved in these steps, at least [kWh or kg]
    most: float  # served in these steps, at most [kWh or kg]


class DeferrableDemand(_Demand):
    kind: Literal["deferrable_demand"] = "deferrable_demand"
    slots: tuple[Slot, ...] = Field(min_length=1)
    rate_limit: Positive = Field(description="largest rate [kW or kg/h]")

    @model_validator(mode="after")
    def _apart(self) -> DeferrableDemand:
        slots = sorted(self.slots, key=lambda slot: slot.start)
        for one, other in pairwise(slots):
            if one.end == time(0) or other.start < one.end:
                raise ValueError(f"the windows from {one.start} and {other.start} overlap: what is served counts once")
        return self

    KIND_EN: ClassVar[str] = "deferrable demand"
    KIND_ZH: ClassVar[str] = "可平移负荷"
    example: ClassVar[dict[str, Any]] = {
        "kind": "deferrable_demand",
        "name": "refuelling",
        "carrier": "hydrogen",
        "rate_limit": 30,
        "slots": [{"start": "06:00", "end": "10:00", "amount": 10}, {"start": "12:00", "end": "18:00", "amount": 12}],
    }

    def runs(self, w: Window) -> list[_Run]:
        """Occurrences of the slots in the window.

        An occurrence that was under way when the window opened needs only what the state says is left. One that
        outlasts the window needs at least what could not be served after it.
        """
        index = pd.DatetimeIndex(w.inputs.index)
        found: list[_Run] = []
        for day in index.normalize().unique():
            for slot in self.slots:
                start = day + pd.Timedelta(hours=slot.start.hour, minutes=slot.start.minute)
                end = day + (
                    pd.Timedelta(days=1)
                    if slot.end == time(0)
                    else pd.Timedelta(hours=slot.end.hour, minutes=slot.end.minute)
                )
                inside = np.flatnonzero((index >= start) & (index < end))
                if not len(inside):
                    continue
                left = slot.amount
                if index[0] > start:
                    left -= w.start(self.name, "served_in_slot", 0.0)
                after = max(0.0, (end - index[-1]) / pd.Timedelta(hours=1) - w.step_h)
                found.append(_Run([int(k) for k in inside], max(0.0, left - self.rate_limit * after), max(0.0, left)))
        return found

    def build(self, b: Block, w: Window) -> Formulation:
        runs = self.runs(w)
        inside = {t for run in runs for t in run.steps}
        last = {run.steps[-1]: run.need / w.step_h for run in runs}  # only then is it known what is short
        b.served = pyo.Var(w.t, bounds=lambda b, t: (0, self.rate_limit if t in inside else 0))
        b.unserved = pyo.Var(last, bounds=lambda b, t: (0, 0.0 if w.design else last[t]))
        b.need = pyo.Constraint(
            range(len(runs)),
            rule=lambda b, k: (
                w.step_h * (pyo.quicksum(b.served[t] for t in runs[k].steps) + b.unserved[runs[k].steps[-1]])
                >= runs[k].need
            ),
        )
        b.most = pyo.Constraint(
            range(len(runs)),
            rule=lambda b, k: w.step_h * pyo.quicksum(b.served[t] for t in runs[k].steps) <= runs[k].most,
        )
        unserved = [b.unserved[t] if t in last else 0.0 for t in w.t]
        return Formulation(
            {f"served_{self.unit}": b.served, f"unserved_{self.unit}": unserved},
            {"unserved": self.penalty * w.total(lambda t: unserved[t])},
        )

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        served, unserved = (s[f"{what}_{self.unit}"].to_numpy(float) for what in ("served", "unserved"))
        allowed, missing, early = np.zeros(len(s)), np.zeros(len(s)), np.ones(len(s))
        for run in self.runs(w):
            allowed[run.steps] = self.rate_limit
            last = run.steps[-1]
            early[last] = 0.0
            given, short = (x[run.steps].sum() * w.step_h for x in (served, unserved))
            missing[last] = max(over(run.need, given + short), over(given, run.most))
            if not short < 1e-6:
                missing[last] = max(missing[last], abs(given + short - run.need))
        yield from self.violation("amounts of the windows", missing, s.index)
        yield from self.between("rate", served, 0, allowed, s.index)
        yield from self.violation("unserved before a window ends", unserved * early, s.index)
        yield from self.violation("unserved below zero", over(-unserved, 0), s.index)

    def state_bounds(self) -> dict[str, tuple[float, float, float]]:
        return {"served_in_slot": (0.0, max(slot.amount for slot in self.slots), 0.0)}

    def state_end(self, s: pd.DataFrame, w: Window) -> dict[str, Any]:
        end = pd.DatetimeIndex(s.index)[-1] + pd.Timedelta(hours=w.step_h)
        for slot in self.slots:
            start = end.normalize() + pd.Timedelta(hours=slot.start.hour, minutes=slot.start.minute)
            stop = end.normalize() + pd.Timedelta(hours=slot.end.hour, minutes=slot.end.minute)
            if start < end and (end < stop or slot.end == time(0)):
                before = w.start(self.name, "served_in_slot", 0.0) if s.index[0] > start else 0.0
                return {"served_in_slot": before + float(s.loc[start:, f"served_{self.unit}"].sum() * w.step_h)}
        return {"served_in_slot": 0.0}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``-want`` is what can be served; what is left of a window is spread evenly over its remaining hours.

        What could not be served is reported in the window's last step.
        """
        step_h, served, unserved = run.w.step_h, 0.0, 0.0
        for found in run.once((self.name, "runs"), lambda: self.runs(run.w)):
            if not found.steps[0] <= t <= found.steps[-1]:
                continue
            given = step_h * sum(run.past(self.name, f"served_{self.unit}")[found.steps[0] : t])
            after = (found.most - found.need) / self.rate_limit  # hours of the window beyond the plan's end
            hours = step_h * (found.steps[-1] - t + 1) + after
            even = min((found.most - given) / hours, self.rate_limit)
            served = min(max(-want, 0.0), max(even, 0.0))
            if t == found.steps[-1]:
                short = found.need - given - step_h * served
                unserved = short / step_h if short > EPS else 0.0
        return {f"served_{self.unit}": served, f"unserved_{self.unit}": unserved}
