"""Grid connection: time-of-use energy, blocks, demand charges, contracted demand, fixed fee, export in three modes.

    import[t] <= connection_kw,  export[t] <= export_limit_kw (0 where export is forbidden)
    energy = price[t] * import[t];  tier = adder of the block that the month's energy has reached, rising blocks only
    demand_charge = what `models.demand_charges` says of every charge
    over_contract[t] >= import[t] - contract_kw           priced, not forbidden

Import and export exclude each other where buying costs more than selling earns; steps in which the prices of the
window do not say so get a binary. A design has no binaries: where selling earns more than buying costs a year counts
what is sold at the purchase price, so that it never promises what no meter pays, and what would run in a circle for
nothing is taken out of the tables. Means over one step stand for the meter's 15-minute demand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator

from models import pyo
from models.component import (
    Block,
    Component,
    Design,
    Formulation,
    NonNegative,
    Positive,
    Quantity,
    Size,
    Violation,
    declare,
    fixed,
    over,
    size_in,
)
from models.demand_charges import DemandCharge
from models.operation import Merit, Run
from models.tiers import EnergyTier, Rising
from models.window import Expr, Floats, Window

PEAK = "peak_kw"  # the highest import of the month, and the key of the plain demand charge in the state
ENERGY = "month_kwh"  # energy of the month so far, in the state
TOUCH = 1e-3  # kW


@dataclass(frozen=True)
class _Net:
    """One way through the meter: a variable by step, read as what it exceeds the other way by [kW]."""

    way: Any
    other: Any
    steps: range

    def __getitem__(self, t: int) -> Expr:
        return self.way[t]

    def __call__(self, values: dict[str, Any]) -> Floats:
        net = np.array([self.way[t].value - self.other[t].value for t in self.steps], float)
        return np.asarray(np.where(net < 1e-7, 0.0, net))


def _rising_blocks(tiers: tuple[EnergyTier, ...]) -> Rising:
    return Rising.of_prices([t.above_kwh for t in tiers], [t.adder_cny_per_kwh for t in tiers])


class Grid(Component):
    kind: Literal["grid"] = "grid"
    connection_kw: Size = Field(description="physical limit of the connection [kW]")
    export_limit_kw: NonNegative = Field(0.0, description="0 forbids export [kW]")
    demand_charge_cny_per_kw_month: NonNegative = Field(0.0, description="on the month's highest mean of a step")
    expected_peak_kw: NonNegative = Field(
        0.0, description="peak that the month will see anyway: below it a day's plan pays no demand charge"
    )
    demand_charges: tuple[DemandCharge, ...] = Field((), description="by band and season, with ratchet, coincident")
    energy_tiers: tuple[EnergyTier, ...] = Field((), description="monthly blocks on top of the price column")
    fixed_cny_per_month: NonNegative = 0.0
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

    @field_validator("energy_tiers")
    @classmethod
    def _rising(cls, tiers: tuple[EnergyTier, ...]) -> tuple[EnergyTier, ...]:
        _rising_blocks(tiers)
        return tiers

    @model_validator(mode="after")
    def _order(self) -> Grid:
        if self.contract_kw is not None and self.contract_kw > self.top:
            raise ValueError(f"contract_kw {self.contract_kw} is above connection_kw {self.top:g}")
        names = [c.name for c in self.demand_charges]
        if len(set(names)) < len(names):
            raise ValueError(f"demand_charges: two of them have one name; there are: {', '.join(names)}")
        return self

    @property
    def top(self) -> float:
        """Limit of the connection, or the largest it may become [kW]."""
        return self.connection_kw.max if isinstance(self.connection_kw, Design) else self.connection_kw

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        absent = set() if self.contract_kw else {"over_contract_kw"}
        absent |= set() if self.export_limit_kw else {"export_kw"}
        return tuple(q for q in super().quantities if q.name not in absent)

    @cached_property
    def charges(self) -> dict[str, DemandCharge]:
        """Every demand charge by the key of its peak in the state, the plain one first."""
        plain = {
            PEAK: DemandCharge(
                name="month",
                price_cny_per_kw=self.demand_charge_cny_per_kw_month,
                expected_peak_kw=self.expected_peak_kw,
            )
        }
        own = {f"peak_{c.name}_kw": c for c in self.demand_charges}
        return (plain if self.demand_charge_cny_per_kw_month else {}) | own

    @cached_property
    def blocks(self) -> Rising:
        """What a month's energy costs on top of the price column [CNY]."""
        return _rising_blocks(self.energy_tiers)

    def selling(self, w: Window) -> Floats:
        """Price that what is sold earns, shape (steps,) [CNY/kWh]; in a year never above the purchase price."""
        sell = np.array(w.column(self.export_price))
        return np.asarray(np.minimum(sell, w.column(self.import_price)) if w.period_weights else sell)

    def capped_hours(self, w: Window) -> float:
        """Hours of a year in which what is sold counts at the purchase price, because that is the lower one [h]."""
        if not self.export_limit_kw:
            return 0.0
        return float(w.weights[self.selling(w) < np.array(w.column(self.export_price)) - 1e-9].sum())

    def build(self, b: Block, w: Window) -> Formulation:
        buy, carbon = w.column(self.import_price), w.column(self.intensity)
        cap, most, cost = declare(self.connection_kw, b, w, "capacity")
        b.bought = pyo.Var(w.t, bounds=(0, most))
        bought = b.bought
        if isinstance(self.connection_kw, Design):
            b.connected = pyo.Constraint(w.t, rule=lambda b, t: bought[t] <= cap)
        cost["energy"] = w.total(lambda t: buy[t] * bought[t])
        series: dict[str, Any] = {"import_kw": bought}
        if self.export_limit_kw:
            self._export(b, w, series, cost, buy)
        if self.charges:
            cost["demand_charge"] = self._demand_charges(b, w, most)
        if self.energy_tiers:
            cost["tier"] = self._tiers(b, w, most)
        if self.fixed_cny_per_month:
            cost["fixed_charge"] = self.fixed_cny_per_month * float((w.occurrences * w.month_share).sum())
        series[PEAK] = lambda values: self.peak_so_far(np.asarray(values["import_kw"]), w)
        if self.contract_kw and w.period_weights:
            series["over_contract_kw"] = [0.0 for _ in w.t]  # of a year the contract is made anew: no limit
        elif self.contract_kw:
            b.over = pyo.Var(w.t, bounds=(0, most - self.contract_kw))
            b.contract = pyo.Constraint(w.t, rule=lambda b, t: bought[t] - b.over[t] <= self.contract_kw)
            series["over_contract_kw"] = b.over
            cost["over_contract"] = self.over_contract_cny_per_kwh * w.total(lambda t: b.over[t])
        return Formulation(series, cost, {"import": w.total(lambda t: carbon[t] * bought[t])}, {"capacity": cap})

    def _export(self, b: Block, w: Window, series: dict[str, Any], cost: dict[str, Any], buy: list[float]) -> None:
        sell = self.selling(w).tolist()
        b.sold = pyo.Var(w.t, bounds=(0, self.export_limit_kw))
        series["export_kw"] = b.sold
        cost["export"] = w.total(lambda t: -sell[t] * b.sold[t])
        if w.design:
            series["import_kw"], series["export_kw"] = _Net(b.bought, b.sold, w.t), _Net(b.sold, b.bought, w.t)
        elif both := [t for t in w.t if sell[t] >= buy[t]]:
            b.buying = pyo.Var(both, domain=pyo.Binary)
            b.only_in = pyo.Constraint(both, rule=lambda b, t: b.bought[t] <= self.top * b.buying[t])
            b.only_out = pyo.Constraint(both, rule=lambda b, t: b.sold[t] <= self.export_limit_kw * (1 - b.buying[t]))

    def _demand_charges(self, b: Block, w: Window, most: float) -> Expr:
        b.charge = pyo.Block(list(self.charges))
        if w.period_weights:
            return pyo.quicksum(c.formulate_closed(b.charge[k], w, b.bought, most) for k, c in self.charges.items())
        return pyo.quicksum(
            c.formulate_open(b.charge[key], w, b.bought, most, c.opened(w, self.name, key))
            for key, c in self.charges.items()
        )

    def _tiers(self, b: Block, w: Window, most: float) -> Expr:
        """A month's energy climbs through the blocks; a month that occurs in part has blocks of that part."""
        cost: Expr = 0.0
        b.tier = pyo.Block([name for name, *_ in self._months(w)])
        for name, times, hours, before in self._months(w):
            steps = np.flatnonzero(hours)
            energy = pyo.quicksum(float(hours[t]) / times * b.bought[int(t)] for t in steps)
            room = float(hours.sum()) / times * most
            cost += times * self.blocks.added(b.tier[name], "month", before, energy, room)
        return cost

    def _months(self, w: Window) -> list[tuple[str, float, Floats, float]]:
        """Months of the window: name, how often it occurs, hours of each step in it, energy before it [kWh]."""
        if w.period_weights:
            return [(f"m{m}", w.month_counts[m], hours, 0.0) for m, hours in w.months.items()]
        found = []
        for k, (label, steps) in enumerate(w.calendar("M")):
            hours = np.zeros(len(w.inputs))
            hours[steps] = w.step_h
            found.append((str(label), 1.0, hours, w.start(self.name, ENERGY, 0.0) if k == 0 else 0.0))
        return found

    def peak_so_far(self, bought: Floats, w: Window) -> Floats:
        """Highest import of the month up to and including each step; of the whole month in a closed window [kW]."""
        if w.period_weights:
            inside = np.array([hours > 0 for hours in w.months.values()])
            peaks = np.where(inside, bought, 0.0).max(axis=1, keepdims=True) * inside
            return np.asarray(peaks.max(axis=0), float)
        peak = np.zeros(len(bought))
        for k, (_, steps) in enumerate(w.calendar("M")):
            opening = w.start(self.name, PEAK, 0.0) if k == 0 else 0.0
            peak[steps] = np.maximum.accumulate(np.maximum(bought[steps], opening))
        return peak

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        i, bought = s.index, s["import_kw"].to_numpy(float)
        yield from self.between("import", bought, 0, size_in(s, "capacity", self.connection_kw), i)
        if self.export_limit_kw:
            yield from self.between("export", s["export_kw"], 0, self.export_limit_kw, i)
            yield from self.violation("import and export at once", np.minimum(bought, s["export_kw"]), i)
        yield from self.violation("peak so far", s["peak_kw"] - self.peak_so_far(bought, w), i)
        if self.contract_kw:
            above = np.zeros(len(s)) if w.period_weights else over(bought, self.contract_kw)
            yield from self.violation("over contract", s["over_contract_kw"] - above, i)

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        bought = s["import_kw"].to_numpy(float)
        bill = {"energy": w.inputs[self.import_price].to_numpy(float) * bought * w.step_h}
        if self.export_limit_kw:
            bill["export"] = -self.selling(w) * s["export_kw"].to_numpy(float) * w.step_h
        if self.charges:
            bill["demand_charge"] = np.sum([self.charged(key, bought, w) for key in self.charges], axis=0)
        if self.energy_tiers:
            bill["tier"] = self._tiered(bought, w)
        if self.fixed_cny_per_month:
            bill["fixed_charge"] = self.fixed_cny_per_month * w.month_share
        if self.contract_kw and not w.period_weights:
            above = s["over_contract_kw"].to_numpy(float) * w.step_h
            bill["over_contract"] = self.over_contract_cny_per_kwh * above
        return bill

    def charged(self, key: str, bought: Floats, w: Window) -> Floats:
        """One of the demand charges for a series of imports, shape (steps,) [CNY each time that a step occurs]."""
        c = self.charges[key]
        return c.bill_closed(bought, w) if w.period_weights else c.bill_open(bought, w, c.opened(w, self.name, key))

    def _tiered(self, bought: Floats, w: Window) -> Floats:
        bill = np.zeros(len(bought))
        for _, times, hours, before in self._months(w):
            energy = before + np.cumsum(hours * bought / times)
            bill += times * np.diff(self.blocks.cost(energy), prepend=self.blocks.cost(before)) / w.occurrences
        return bill

    def emitted(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        return {"import": w.inputs[self.intensity].to_numpy(float) * s["import_kw"].to_numpy(float) * w.step_h}

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        bought = s["import_kw"].to_numpy(float)
        room = {"connection": size_in(s, "capacity", self.connection_kw) - bought}
        if self.contract_kw:
            room["contract"] = np.abs(self.contract_kw - bought)
        if self.charges and not w.period_weights:
            room["paid_peak"] = self._room_below_paid(bought, w)
        if self.export_limit_kw:
            room["export_limit"] = self.export_limit_kw - s["export_kw"].to_numpy(float)
        return room

    def _room_below_paid(self, bought: Floats, w: Window) -> Floats:
        """Distance to the nearest peak that is paid for already, infinite in steps that no charge counts [kW]."""
        room = np.full(len(bought), np.inf)
        for key, charge in self.charges.items():
            for o in charge.opened(w, self.name, key):
                room[o.counted] = np.minimum(room[o.counted], np.abs(o.paid_kw - bought[o.counted]))
        return room

    def sets_peak(self, bought: Floats, w: Window) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Steps of a dispatch window that reach a new peak which is charged, shape (steps,)."""
        sets = np.zeros(len(bought), bool)
        for key, charge in self.charges.items():
            for o in charge.opened(w, self.name, key):
                top = bought[o.counted].max(initial=0.0)
                sets[o.counted] |= (top > o.paid_kw + TOUCH) & (bought[o.counted] >= top - TOUCH)
        return sets

    def state_bounds(self) -> dict[str, tuple[float, float, float]]:
        peaks = [PEAK, *(name for key, charge in self.charges.items() for name in charge.keys(key))]
        energy = {ENERGY: (0.0, 1e9, 0.0)} if self.energy_tiers else {}
        return dict.fromkeys(peaks, (0.0, 1e6, 0.0)) | energy

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` above zero is import, below zero export [kW]."""
        bought = min(max(want, 0.0), fixed(self.connection_kw))
        begins = run.once((self.name, "months"), lambda: {int(steps[0]) for _, steps in run.w.calendar("M")[1:]})
        so_far = 0.0 if t in begins else run.before(self.name, PEAK, 0.0)
        return {
            "import_kw": bought,
            "export_kw": min(max(-want, 0.0), self.export_limit_kw),
            "peak_kw": max(so_far, bought),
            "over_contract_kw": max(0.0, bought - self.contract_kw) if self.contract_kw else 0.0,
        }

    def state_end(self, s: pd.DataFrame, w: Window) -> dict[str, Any]:
        """The month's peaks and energy, unless a new month begins where the window ends."""
        bought, months = s["import_kw"].to_numpy(float), w.calendar("M")
        label, last = months[-1]
        under_way = label == w.end_period("M")
        state = {PEAK: float(s[PEAK].iloc[-1]) if under_way else 0.0}
        for key, charge in self.charges.items():
            state |= charge.state_end(bought, w, self.name, key)
        if self.energy_tiers:
            before = w.start(self.name, ENERGY, 0.0) if len(months) == 1 else 0.0
            state[ENERGY] = before + float(bought[last].sum()) * w.step_h if under_way else 0.0
        return state
