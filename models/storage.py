"""Stores: battery, hydrogen tank, hot and cold water, water tank share one balance.

    level[t] = level[t-1] (1 - loss)^d + d (eta_in charge[t] - discharge[t] / eta_out)      level at the end of step t
    min_share * capacity <= level[t] <= capacity;   charge, discharge <= rate

What the store holds at the end is worth something. Below `end_target_share` a kg or kWh costs
`end_short_cny_per_unit` (and `end_short_kgco2e_per_unit`, what replacing it would emit); above it, it earns
`end_surplus_cny_per_unit`. `throughput_cny_per_unit` is the wear of a unit taken out.

Charging and discharging at once needs no binary while energy is worth something: it only loses. Steps in which
someone pays for consumption (`may_waste`) get one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from models import pyo
from models.component import (
    Block,
    Component,
    Efficiency,
    Formulation,
    NonNegative,
    Quantity,
    Share,
    Size,
    Violation,
    declare,
    fixed,
    size_in,
)
from models.operation import Room, Run
from models.seasonal import linked_levels, unrolled
from models.window import Floats, Window

WASTE_COLUMN = "negative_import_price_share"  # 1 in steps where the grid pays for consumption; made by ems.inputs
RESERVE_H = 24.0  # rules leave the standing loss of the window and of so many hours more above the minimum


class Store(Component):
    RATE: ClassVar[str]  # suffix of rates
    STOCK: ClassVar[str]  # suffix of stocks
    charge_efficiency: Efficiency = 1.0
    discharge_efficiency: Efficiency = 1.0
    standing_loss_per_h: Share = 0.0
    min_share: Share = 0.0
    start_share: Share = Field(0.5, description="assumed level where no state is given")
    end_target_share: Share | None = Field(None, description="level to end with; none: the level at the start")
    end_short_cny_per_unit: NonNegative
    end_surplus_cny_per_unit: NonNegative
    end_short_kgco2e_per_unit: NonNegative = 0.0
    throughput_cny_per_unit: float = Field(
        1e-3, ge=1e-5, le=100, description="wear; above the solver's tolerance so that idle cycling never pays"
    )

    @model_validator(mode="after")
    def _levels(self) -> Store:
        if self.end_surplus_cny_per_unit > self.end_short_cny_per_unit:
            raise ValueError("end_surplus_cny_per_unit must not exceed end_short_cny_per_unit (it would fill for ever)")
        for share in (self.start_share, self.end_target_share):
            if share is not None and share < self.min_share:
                raise ValueError(f"start_share and end_target_share may not lie below min_share {self.min_share}")
        return self

    def size_key(self, field: str) -> str:
        """A store has a capacity and a rate."""
        return "capacity" if field.startswith("capacity") else "rate"

    @property
    def capacity(self) -> Size:
        raise NotImplementedError

    @property
    def rate(self) -> Size:
        raise NotImplementedError

    @property
    def bus_name(self) -> str:
        return str(getattr(self, next(q.bus for q in self.QUANTITIES if q.bus)))

    @property
    def level_name(self) -> str:
        return f"level_{self.STOCK}"

    @property
    def top(self) -> float:
        """Capacity, or the largest it may become [kWh or kg]."""
        return self.capacity if isinstance(self.capacity, float | int) else self.capacity.max

    def build(self, b: Block, w: Window) -> Formulation:
        cap, cap_max, cap_cost = declare(self.capacity, b, w, "capacity")
        rate, rate_max, rate_cost = declare(self.rate, b, w, "rate")
        fixed = isinstance(cap, float | int)
        b.charge = pyo.Var(w.t, bounds=(0, rate_max))
        b.discharge = pyo.Var(w.t, bounds=(0, rate_max))
        charge, discharge = b.charge, b.discharge
        start = self.start_share * cap
        keep = (1 - self.standing_loss_per_h) ** w.step_h
        gain, loss = w.step_h * self.charge_efficiency, w.step_h / self.discharge_efficiency

        def balance(b: Block, t: int) -> Any:
            opening = w.period_weights == () and t == 0
            before = (
                w.state.get(self.name, {}).get(self.level_name, start)
                if opening
                else w.before(levels, t, self.name, self.level_name, 0.0)
            )
            return levels[t] == keep * before + gain * charge[t] - loss * discharge[t]

        if w.chronology is not None:
            gained = [gain * charge[t] - loss * discharge[t] for t in w.t]
            levels = linked_levels(b, w, cap, cap_max, self.min_share, keep, gained)
        else:
            b.level = pyo.Var(w.t, bounds=(self.min_share * cap if fixed else 0, cap_max))
            levels = [b.level[t] for t in w.t]
            b.balance = pyo.Constraint(w.t, rule=balance)
        if not fixed and w.chronology is None:
            b.full = pyo.Constraint(w.t, rule=lambda b, t: levels[t] <= cap)
            b.empty = pyo.Constraint(w.t, rule=lambda b, t: levels[t] >= self.min_share * cap)
        sized, waste = (
            not isinstance(rate, float | int),
            [t for t, may in zip(w.t, self._may_waste(w), strict=True) if may],
        )
        if w.design:  # one law for the two: it keeps what both at once can waste small
            b.rates = pyo.Constraint(w.t if sized else waste, rule=lambda b, t: charge[t] + discharge[t] <= rate)
        elif sized:
            b.charge_rate = pyo.Constraint(w.t, rule=lambda b, t: charge[t] <= rate)
            b.discharge_rate = pyo.Constraint(w.t, rule=lambda b, t: discharge[t] <= rate)
        if waste and not w.design:
            b.charging = pyo.Var(waste, domain=pyo.Binary)
            b.only_in = pyo.Constraint(waste, rule=lambda b, t: charge[t] <= rate_max * b.charging[t])
            b.only_out = pyo.Constraint(waste, rule=lambda b, t: discharge[t] <= rate_max * (1 - b.charging[t]))

        cost = {**cap_cost, **rate_cost, "throughput": self.throughput_cny_per_unit * w.total(lambda t: discharge[t])}
        emissions = {}
        if not w.period_weights:
            b.short = pyo.Var(bounds=(0, cap_max))
            b.surplus = pyo.Var(bounds=(0, cap_max))
            target = self._target(cap, w)
            b.end = pyo.Constraint(expr=levels[-1] == target - b.short + b.surplus)
            cost["end_stock"] = self.end_short_cny_per_unit * b.short - self.end_surplus_cny_per_unit * b.surplus
            if self.end_short_kgco2e_per_unit:
                emissions["end_stock"] = self.end_short_kgco2e_per_unit * b.short
        return Formulation(
            {f"charge_{self.RATE}": charge, f"discharge_{self.RATE}": discharge, self.level_name: levels},
            cost,
            emissions,
            {"capacity": cap, "rate": rate},
        )

    def _target(self, cap: Any, w: Window) -> Any:
        if self.end_target_share is not None:
            return self.end_target_share * cap
        return w.state.get(self.name, {}).get(self.level_name, self.start_share * cap)

    def _may_waste(self, w: Window) -> list[float]:
        return w.column(WASTE_COLUMN) if WASTE_COLUMN in w.inputs else [1.0] * len(w.inputs)

    def check(self, s: pd.DataFrame, w: Window) -> Iterator[Violation]:
        i, cap, rate = s.index, size_in(s, "capacity", self.capacity), size_in(s, "rate", self.rate)
        charge, discharge = (s[f"{way}_{self.RATE}"].to_numpy(float) for way in ("charge", "discharge"))
        level = s[self.level_name].to_numpy(float)
        start = w.start(self.name, self.level_name, self.start_share * cap)
        before = np.array([w.before(level, t, self.name, self.level_name, start) for t in w.t])
        gained = self.charge_efficiency * charge - discharge / self.discharge_efficiency
        kept = before * (1 - self.standing_loss_per_h) ** w.step_h
        residual = level - kept - w.step_h * gained
        high = low = level
        if w.chronology is not None:  # the day before a typical period is another one each time
            high, low, residual = self._over_the_days(w, gained, level)
        yield from self.violation("level balance", residual, i)
        yield from self.between("level", high, -np.inf, cap, i)
        yield from self.between("level", low, self.min_share * cap, np.inf, i)
        yield from self.between("charging rate", charge, 0, rate, i)
        yield from self.between("discharging rate", discharge, 0, rate, i)
        if not w.design:
            yield from self.violation("charging and discharging at once", np.minimum(charge, discharge), i)

    def _over_the_days(self, w: Window, gained: Floats, level: Floats) -> tuple[Floats, Floats, Floats]:
        """Highest and lowest level of each typical step over the days that it stands for, and what does not add up."""
        assert w.chronology is not None
        order, keep = np.array(w.chronology.period), (1 - self.standing_loss_per_h) ** w.step_h
        levels, open_end = unrolled(w, keep, w.step_h * gained, level)
        high, low, mean = level.copy(), level.copy(), level.copy()
        for p in np.unique(order):
            steps, days = slice(p * w.period, (p + 1) * w.period), levels[order == p]
            high[steps], low[steps], mean[steps] = days.max(axis=0), days.min(axis=0), days.mean(axis=0)
        residual = level - mean
        residual[-1] = max(abs(residual[-1]), abs(open_end))
        return high, low, residual

    def bill(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        discharged = s[f"discharge_{self.RATE}"].to_numpy(float) * w.step_h
        bill = {"throughput": self.throughput_cny_per_unit * discharged}
        if w.period_weights:  # closed on itself: nothing is left over
            return bill
        short, surplus = self._end(s, w)
        return {
            **bill,
            "end_stock": self.end_short_cny_per_unit * short - self.end_surplus_cny_per_unit * surplus,
        }

    def emitted(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        if w.period_weights or not self.end_short_kgco2e_per_unit:
            return {}
        return {"end_stock": self.end_short_kgco2e_per_unit * self._end(s, w)[0]}

    def _end(self, s: pd.DataFrame, w: Window) -> tuple[Floats, Floats]:
        """Stock missing from and above the target, all in the last step [stock unit]."""
        last = np.zeros(len(s))
        last[-1] = 1.0
        over_target = float(s[self.level_name].iloc[-1]) - self._target(size_in(s, "capacity", self.capacity), w)
        return last * max(-over_target, 0.0), last * max(over_target, 0.0)

    def stock_missing(self, s: pd.DataFrame, w: Window) -> float:
        """Stock below the target at the end [kWh or kg]."""
        return float(self._end(s, w)[0].sum())

    def limits(self, s: pd.DataFrame, w: Window) -> dict[str, Floats]:
        cap, rate = size_in(s, "capacity", self.capacity), size_in(s, "rate", self.rate)
        level = s[self.level_name].to_numpy(float)
        return {
            "full": cap - level,
            "empty": level - self.min_share * cap,
            "charge_rate": rate - s[f"charge_{self.RATE}"].to_numpy(float),
            "discharge_rate": rate - s[f"discharge_{self.RATE}"].to_numpy(float),
        }

    def state_bounds(self) -> dict[str, tuple[float, float, float]]:
        return {self.level_name: (self.min_share * self.top, self.top, self.start_share * self.top)}

    def keep(self, w: Window) -> float:
        """Level that operation by rules keeps: the end target [kWh or kg]."""
        return self.end_level(w)

    def end_level(self, w: Window) -> float:
        """Level to end with [kWh or kg]."""
        return float(self._target(fixed(self.capacity), w))

    def kept(self, run: Run) -> float:
        """Level at the end of the step if nothing goes in or out [kWh or kg]."""
        share = run.once((self.name, "kept"), lambda: (1 - self.standing_loss_per_h) ** run.w.step_h)
        return float(share * run.before(self.name, self.level_name, self.start_share * self.top))

    def room(self, run: Run) -> Room:
        """What the store can take and give in the present step."""
        kept, bottom, hours = self.kept(run), self.min_share * self.top, run.w.step_h
        rate, out = fixed(self.rate), self.discharge_efficiency / hours
        hold = max(bottom, run.once((self.name, "keep"), lambda: self.keep(run.w)))
        full = max(0.0, self.top - kept) / (hours * self.charge_efficiency)
        ahead = RESERVE_H + hours * (len(run.w.inputs) - len(run.past(self.name, self.level_name)))
        cushion = bottom * (1 - min(self.standing_loss_per_h, 0.01)) ** -ahead
        return Room(
            min(rate, full),
            min(rate, max(0.0, kept - max(hold, cushion)) * out),
            min(rate, max(0.0, kept - cushion) * out),
            full,
        )

    def operate(self, want: float, t: int, run: Run) -> dict[str, float]:
        """``want`` above zero is discharge, below zero charge."""
        kept, hours, rate = self.kept(run), run.w.step_h, fixed(self.rate)
        need = (self.min_share * self.top - kept) / (hours * self.charge_efficiency)  # at its minimum it must not lose
        room = self.room(run)
        charge = max(min(-want, room.charge), min(need, rate), 0.0)
        discharge = 0.0 if charge else min(max(want, 0.0), room.reserve)
        level = kept + hours * (self.charge_efficiency * charge - discharge / self.discharge_efficiency)
        return {f"charge_{self.RATE}": charge, f"discharge_{self.RATE}": discharge, self.level_name: level}


def store_quantities(bus: str, carrier: str, rate: str, stock: str) -> tuple[Quantity, ...]:
    return (
        Quantity(f"charge_{rate}", "into the store", "充入", bus, -1, carrier),
        Quantity(f"discharge_{rate}", "out of the store", "放出", bus, +1, carrier),
        Quantity(f"level_{stock}", "level at the end of the interval", "时段末存量", at_end=True),
    )


class _EnergyStore(Store):
    RATE: ClassVar[str] = "kw"
    STOCK: ClassVar[str] = "kwh"
    capacity_kwh: Size = Field(description="[kWh]")
    power_kw: Size = Field(description="largest charging and discharging rate at the bus [kW]")

    @property
    def capacity(self) -> Size:
        return self.capacity_kwh

    @property
    def rate(self) -> Size:
        return self.power_kw


class _MassStore(Store):
    RATE: ClassVar[str] = "kg_per_h"
    STOCK: ClassVar[str] = "kg"
    capacity_kg: Size = Field(description="[kg]")
    rate_kg_per_h: Size = Field(description="largest filling and emptying rate [kg/h]")

    @property
    def capacity(self) -> Size:
        return self.capacity_kg

    @property
    def rate(self) -> Size:
        return self.rate_kg_per_h


class Battery(_EnergyStore):
    """Battery; capacity is what the cells hold, power is at the bus, efficiencies are each way."""

    kind: Literal["battery"] = "battery"
    electricity_bus: str = "electricity"
    KIND_EN: ClassVar[str] = "battery"
    KIND_ZH: ClassVar[str] = "蓄电池"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = store_quantities("electricity_bus", "electricity", "kw", "kwh")
    example: ClassVar[dict[str, Any]] = {
        "kind": "battery",
        "name": "battery",
        "capacity_kwh": 800,
        "power_kw": 400,
        "charge_efficiency": 0.95,
        "discharge_efficiency": 0.95,
        "standing_loss_per_h": 0.0001,
        "min_share": 0.1,
        "end_short_cny_per_unit": 1.5,
        "end_surplus_cny_per_unit": 0.1,
        "end_short_kgco2e_per_unit": 0.7,
        "throughput_cny_per_unit": 0.05,
    }


class HydrogenTank(_MassStore):
    """Hydrogen tank at one pressure; filling it takes a compressor (`models.compressor`)."""

    kind: Literal["hydrogen_tank"] = "hydrogen_tank"
    hydrogen_bus: str = "hydrogen"

    def keep(self, w: Window) -> float:
        """All of it serves demand; when it is filled again is decided with the electrolysers."""
        return self.min_share * self.top

    KIND_EN: ClassVar[str] = "hydrogen tank"
    KIND_ZH: ClassVar[str] = "储氢罐"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = store_quantities("hydrogen_bus", "hydrogen", "kg_per_h", "kg")
    example: ClassVar[dict[str, Any]] = {
        "kind": "hydrogen_tank",
        "name": "tank",
        "capacity_kg": 60,
        "rate_kg_per_h": 30,
        "min_share": 0.05,
        "end_short_cny_per_unit": 60,
        "end_surplus_cny_per_unit": 8,
        "end_short_kgco2e_per_unit": 35,
    }


class HotStore(_EnergyStore):
    """Hot-water store at the temperature of its bus."""

    kind: Literal["hot_store"] = "hot_store"
    heat_bus: str = "heat"
    KIND_EN: ClassVar[str] = "hot-water store"
    KIND_ZH: ClassVar[str] = "蓄热罐"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = store_quantities("heat_bus", "heat", "kw", "kwh")
    example: ClassVar[dict[str, Any]] = {
        "kind": "hot_store",
        "name": "hot_store",
        "capacity_kwh": 500,
        "power_kw": 200,
        "standing_loss_per_h": 0.004,
        "min_share": 0.0,
        "end_short_cny_per_unit": 0.6,
        "end_surplus_cny_per_unit": 0.02,
    }


class ColdStore(_EnergyStore):
    """Chilled-water store."""

    kind: Literal["cold_store"] = "cold_store"
    cooling_bus: str = "cooling"
    KIND_EN: ClassVar[str] = "chilled-water store"
    KIND_ZH: ClassVar[str] = "蓄冷罐"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = store_quantities("cooling_bus", "cooling", "kw", "kwh")
    example: ClassVar[dict[str, Any]] = {
        "kind": "cold_store",
        "name": "cold_store",
        "capacity_kwh": 500,
        "power_kw": 200,
        "standing_loss_per_h": 0.004,
        "end_short_cny_per_unit": 0.3,
        "end_surplus_cny_per_unit": 0.02,
    }


class WaterTank(_MassStore):
    """Tank for recovered and purified water."""

    kind: Literal["water_tank"] = "water_tank"
    water_bus: str = "water"
    KIND_EN: ClassVar[str] = "water tank"
    KIND_ZH: ClassVar[str] = "水箱"
    QUANTITIES: ClassVar[tuple[Quantity, ...]] = store_quantities("water_bus", "water", "kg_per_h", "kg")
    example: ClassVar[dict[str, Any]] = {
        "kind": "water_tank",
        "name": "water_tank",
        "capacity_kg": 5000,
        "rate_kg_per_h": 2000,
        "end_short_cny_per_unit": 0.01,
        "end_surplus_cny_per_unit": 0.001,
        "throughput_cny_per_unit": 0.0001,
    }
