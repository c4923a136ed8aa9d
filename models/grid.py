"""Grid connection: time-of-use energy, demand charge on the month's peak, contracted demand, export in three modes.

    import[t] <= connection_kw,  export[t] <= export_limit_kw (0 where export is forbidden)
    peak >= import[t],  peak >= the month's peak so far;  charge = price * (peak - peak so far)
    over_contract[t] >= import[t] - contract_kw           priced, not forbidden

Import and export exclude each other where buying costs more than selling earns; steps in which the prices of the
window do not say so get a binary. Means over one step stand for the meter's 15-minute demand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from models import pyo
from models.component import Block, Component, Formulation, NonNegative, Positive, Quantity, Violation, over
from models.operation import Merit, Run
from models.window import Floats, Window


class Grid(Component):
    kind: Literal["grid"] = "grid"
    connection_kw: Positive = Field(description="physical limit of the connection [kW]")
    export_limit_kw: NonNegative = Field(0.0, description="0 forbids export [kW]")
    demand_charge_cny_per_kw_month: NonNegative = Field(0.0, description="on the month's highest mean of a step")
    expected_peak_kw: NonNegative = Field(
        0.0, description="peak that the month will see anyway: below it a day's plan pays no demand charge"
    )
    contract_kw: Positive | None = Field(None, description="contracted demand; above it a penalty [kW]")
    over_contract_cny_per_kwh: NonNegative = 2.0
    electricity_bus: str = "electricity"
    import_price: str = "import_cny_per_kwh"
    export_price: str = "export_cny_per_kwh"
    intensity: str = "grid_kgco2e_per_kwh"

    MERIT: ClassVar[Merit] = Merit.BOUGHT
    KIND_EN: ClassVar[str] = "grid"
    KIND_ZH: ClassVar[str] = "电网"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = (
        Quantity("import_kw", "electricity bought", "购电", "electricity_bus", +1, "electricity"),
        Quantity("export_kw", "electricity sold", "上网", "electricity_bus", -1, "electricity"),
        Quantity(
            "peak_kw", "highest import of the month so far, this plan included", "本月最大需量(含本计划)", at_end=True
        ),
        Quantity("over_contract_kw", "import above the contracted demand", "超合同需量", wish=True),
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "grid",
        "name": "grid",
        "connection_kw": 2000,
        "export_limit_kw": 500,
        "demand_charge_cny_per_kw_month": 38.4,
        "expected_peak_kw": 300,
        "contract_kw": 1500,
    }

    @model_validator(mode="after")
    def _order(self) -> Grid:
        if self.contract_kw is not None and self.contract_kw > self.connection_kw:
            raise ValueError(f"contract_kw {self.contract_kw} is above connection_kw {self.connection_kw}")
        return self

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        absent = set() if self.contract_kw else {"over_contract_kw"}
        absent |= set() if self.export_limit_kw else {"export_kw"}
        return tuple(q for q in super().quantities if q.name not in absent)

    def peak_paid(self, w: Window) -> float:
        """Peak that is paid for already when the window opens [kW]."""
        return max(w.start(self.name, "peak_kw", 0.0), self.expected_peak_kw)

    def build(self, b: Block, w: Window) -> Formulation:
        buy = w.column(self.import_price)
        sell = w.column(self.export_price) if self.export_limit_kw else [0.0] * len(w.inputs)
        carbon = w.column(self.intensity)
        b.bought = pyo.Var(w.t, bounds=(0, self.connection_kw))
        bought = b.bought
        cost = {"energy": w.total(lambda t: buy[t] * bought[t])}
        series: dict[str, Any] = {"import_kw": bought}
        if self.export_limit_kw:
            b.sold = pyo.Var(w.t, bounds=(0, self.export_limit_kw))
            series["export_kw"] = b.sold
            cost["export"] = w.total(lambda t: -sell[t] * b.sold[t])
            if both := [] if w.design else [t for t in w.t if sell[t] >= buy[t]]:
                b.buying = pyo.Var(both, domain=pyo.Binary)
                b.only_in = pyo.Constraint(both, rule=lambda b, t: bought[t] <= self.connection_kw * b.buying[t])
                b.only_out = pyo.Constraint(
                    both, rule=lambda b, t: b.sold[t] <= self.export_limit_kw * (1 - b.buying[t])
                )
        if w.design:
            return self._design(b, w, series, cost, carbon)
        paid = self.peak_paid(w)
        start = w.start(self.name, "peak_kw", 0.0)
        b.above_paid = pyo.Var(bounds=(0, max(0.0, self.connection_kw - paid)))
        if self.demand_charge_cny_per_kw_month:
            b.peak = pyo.Constraint(w.t, rule=lambda b, t: bought[t] <= paid + b.above_paid)
            cost["demand_charge"] = self.demand_charge_cny_per_kw_month * b.above_paid
        series["peak_kw"] = lambda values: np.maximum.accumulate(np.maximum(values["import_kw"], start))
        if self.contract_kw:
            b.over = pyo.Var(w.t, bounds=(0, self.connection_kw - self.contract_kw))
            b.contract = pyo.Constraint(w.t, rule=lambda b, t: bought[t] - b.over[t] <= self.contract_kw)
            series["over_contract_kw"] = b.over
            cost["over_contract"] = self.over_contract_cny_per_kwh * w.total(lambda t: b.over[t])
        return Formulation(series, cost, {"import": w.total(lambda t: carbon[t] * bought[t])})

    def _design(
        self, b: Block, w: Window, series: dict[str, Any], cost: dict[str, Any], carbon: list[float]
    ) -> Formulation:
        """A year: every month has its own peak; the contract is made anew and therefore no limit."""
        hours = {m: np.flatnonzero(h) for m, h in w.months.items()}
        if self.demand_charge_cny_per_kw_month:
            b.month_peak = pyo.Var(list(hours), bounds=(0, self.connection_kw))
            b.peak = pyo.Constraint(
                [(m, int(t)) for m, steps in hours.items() for t in steps],
                rule=lambda b, m, t: b.bought[t] <= b.month_peak[m],
            )
            cost["demand_charge"] = self.demand_charge_cny_per_kw_month * pyo.quicksum(b.month_peak[m] for m in hours)
        series["peak_kw"] = lambda values: self._month_peaks(np.asarray(values["import_kw"]), w).max(axis=0)
        if self.contract_kw:
            series["over_contract_kw"] = [0.0 for _ in w.t]
        return Formulation(series, cost, {"import": w.total(lambda t: carbon[t] * b.bought[t])})

    def _month_peaks(self, bought: Floats, w: Window) -> Floats:
        """Highest import of each month in the steps that occur in it, 0 elsewhere; shape (months, steps) [kW]."""
        inside = np.array([hours > 0 for hours in w.months.values()])
        return np.asarray(np.where(inside, bought, 0.0).max(axis=1, keepdims=True) * inside, float)

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        i, bought = s.index, s["import_kw"].to_numpy(float)
        yield from self.between("import", bought, 0, self.connection_kw, i)
        if self.export_limit_kw:
            yield from self.between("export", s["export_kw"], 0, self.export_limit_kw, i)
            if not w.design:
                yield from self.violation("import and export at once", np.minimum(bought, s["export_kw"]), i)
        if w.design:
            yield from self.violation("peak of the month", s["peak_kw"] - self._month_peaks(bought, w).max(axis=0), i)
            return
        peak = np.maximum.accumulate(np.maximum(bought, w.start(self.name, "peak_kw", 0.0)))
        yield from self.violation("peak so far", s["peak_kw"] - peak, i)
        if self.contract_kw:
            yield from self.violation("over contract", s["over_contract_kw"] - over(bought, self.contract_kw), i)

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        bought = s["import_kw"].to_numpy(float) * w.step_h
        bill = {"energy": w.inputs[self.import_price].to_numpy(float) * bought}
        if self.export_limit_kw:
            bill["export"] = -w.inputs[self.export_price].to_numpy(float) * s["export_kw"].to_numpy(float) * w.step_h
        if w.design:
            if self.demand_charge_cny_per_kw_month:
                peaks = self._month_peaks(s["import_kw"].to_numpy(float), w).max(axis=1)
                once = [int(np.flatnonzero(hours)[0]) for hours in w.months.values()]
                charge = np.zeros(len(s))
                np.add.at(charge, once, self.demand_charge_cny_per_kw_month * peaks / w.occurrences[once])
                bill["demand_charge"] = charge
            return bill
        if self.demand_charge_cny_per_kw_month:
            paid = np.maximum(s["peak_kw"].to_numpy(float), self.peak_paid(w))
            bill["demand_charge"] = self.demand_charge_cny_per_kw_month * np.diff(paid, prepend=self.peak_paid(w))
        if self.contract_kw:
            above = s["over_contract_kw"].to_numpy(float) * w.step_h
            bill["over_contract"] = self.over_contract_cny_per_kwh * above
        return bill

    def emitted(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"import": w.inputs[self.intensity].to_numpy(float) * s["import_kw"].to_numpy(float) * w.step_h}

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        bought = s["import_kw"].to_numpy(float)
        room = {"connection": self.connection_kw - bought}
        if self.contract_kw:
            room["contract"] = np.abs(self.contract_kw - bought)
        if self.demand_charge_cny_per_kw_month:
            room["paid_peak"] = np.abs(self.peak_paid(w) - bought)
        if self.export_limit_kw:
            room["export_limit"] = self.export_limit_kw - s["export_kw"].to_numpy(float)
        return room

    def state_bounds(self) -> dict[str, tuple[float, float, float]]:
        return {"peak_kw": (0.0, 1e6, 0.0)}

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` above zero is import, below zero export [kW]."""
        bought = min(max(want, 0.0), self.connection_kw)
        return {
            "import_kw": bought,
            "export_kw": min(max(-want, 0.0), self.export_limit_kw),
            "peak_kw": max(run.before(self.name, "peak_kw", 0.0), bought),
            "over_contract_kw": max(0.0, bought - self.contract_kw) if self.contract_kw else 0.0,
        }

    def state_end(self, s: pd.DataFrame, w: Window) -> dict[str, Any]:
        """The month's peak, unless a new month begins where the window ends."""
        end = s.index[-1] + pd.Timedelta(hours=w.step_h)
        return {"peak_kw": 0.0 if end.month != s.index[-1].month else float(s["peak_kw"].iloc[-1])}
