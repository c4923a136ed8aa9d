"""What it costs to change a plan that stands: small prices that keep the next plan like the one before.

    cost = sum over t of h[t] * ( price_unit * |setpoint[t] - before[t]| + price_module * |on[t] - before_on[t]| )

Setpoints are the load of every machine that is committed, and what every store gives less what it takes. The prices
stand in the objective alone: no one is billed. Where the plan that stands is already the best one they change nothing.
A step that the plan before does not reach has no price.

    |x - before| is x where before = 0, and top - x where before = top; elsewhere  x - before = more - less
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ems.build import Law
from ems.schedule import Schedule
from ems.site import Site
from models import Formulation, Store, Window, pyo, unit_of
from models.commitment import Machine
from models.machine import ON
from models.window import Expr, Floats

PRICES = "plan_changes"  # name of the law's block
NEAR = 1e-6  # of the unit: nearer than this to zero or to the top is there


@dataclass(frozen=True)
class ChangePrices:
    """What a change is worth avoiding; far below what energy costs, well above what a solver's gap leaves open."""

    cny_per_kwh: float = 0.005
    cny_per_kg: float = 0.25  # 50 kWh of electricity for a kilogram of hydrogen
    cny_per_module_h: float = 1.0

    def of(self, quantity: str) -> float:
        """Price of one unit for one hour."""
        if quantity == ON.name:
            return self.cny_per_module_h
        return {"kW": self.cny_per_kwh, "kg/h": self.cny_per_kg}[unit_of(quantity)]


class Setpoint(NamedTuple):
    """One thing that a plan sets: the series it is read from, added and subtracted, and its largest value."""

    component: str
    quantity: str
    less: str  # subtracted from it; empty: nothing
    top: float

    def of(self, table: pd.DataFrame) -> Floats:
        """Its values in a table of the component, shape (steps,)."""
        x = table[self.quantity].to_numpy(float)
        return np.asarray(x - table[self.less].to_numpy(float) if self.less else x)


def setpoints(site: Site) -> Iterator[Setpoint]:
    """What the plans of a site set: load and modules of machines, net discharge of stores."""
    for c in site.components:
        if isinstance(c, Machine):
            yield Setpoint(c.name, c.LOAD, "", np.inf)
            yield Setpoint(c.name, ON.name, "", float(c.modules))
        elif isinstance(c, Store):
            yield Setpoint(c.name, f"discharge_{c.RATE}", f"charge_{c.RATE}", np.inf)


def changes_priced(site: Site, w: Window, previous: Schedule, prices: ChangePrices | None = None) -> Law:
    """A law of `ems.build.build` that adds the price of changes to the objective."""
    prices, hours = prices or ChangePrices(), w.weights

    def add(m: Any, parts: Mapping[str, Formulation]) -> None:
        b = pyo.Block()
        m.add_component(PRICES, b)
        wanted = {(p.component, p.quantity): (p, _planned(previous, p, w)) for p in setpoints(site)}
        between = [
            (*name, t)
            for name, (p, before) in wanted.items()
            for t in w.t
            if not (np.isnan(before[t]) or _at_an_end(before[t], p))
        ]
        b.more = pyo.Var(between, domain=pyo.NonNegativeReals)
        b.less = pyo.Var(between, domain=pyo.NonNegativeReals)

        def value(p: Setpoint, t: int) -> Expr:
            series = parts[p.component].series
            return series[p.quantity][t] - series[p.less][t] if p.less else series[p.quantity][t]

        def changed(b: Any, component: str, quantity: str, t: int) -> Any:
            p, before = wanted[component, quantity]
            return value(p, t) - float(before[t]) == b.more[component, quantity, t] - b.less[component, quantity, t]

        b.changed = pyo.Constraint(between, rule=changed)

        def change(p: Setpoint, before: Floats, t: int) -> Expr:
            at = (p.component, p.quantity, t)
            if at in b.more:
                return b.more[at] + b.less[at]
            return value(p, t) if before[t] < NEAR else p.top - value(p, t)

        terms = [
            prices.of(p.quantity) * float(hours[t]) * change(p, before, t)
            for p, before in wanted.values()
            for t in w.t
            if not np.isnan(before[t])
        ]
        m.objective.set_value(m.objective.expr + pyo.quicksum(terms))

    return add


def change_cny(
    site: Site, w: Window, schedule: Schedule, previous: Schedule, prices: ChangePrices | None = None
) -> float:
    """The same sum from tables [CNY]: what is in the objective of the model beside the plan's own."""
    prices, total = prices or ChangePrices(), 0.0
    for p in setpoints(site):
        off = np.abs(p.of(schedule.tables[p.component]) - _planned(previous, p, w))
        total += prices.of(p.quantity) * float(np.nansum(w.weights * off))
    return total


def _planned(previous: Schedule, p: Setpoint, w: Window) -> Floats:
    """What the plan before set in the steps of the window, not a number where it does not reach, shape (steps,)."""
    table = previous.tables[p.component]
    return np.asarray(pd.Series(p.of(table), index=table.index).reindex(w.inputs.index).to_numpy(float))


def _at_an_end(before: float, p: Setpoint) -> bool:
    """Whether the distance to it is linear over all that the setpoint may be; a net discharge has two sides."""
    return not p.less and (before < NEAR or before > p.top - NEAR)
