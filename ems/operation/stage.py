"""One day as a linear program that is solved again and again: from other stocks and peaks, with more cuts behind it.

    min  cost of the day + V        levels at the opening and peaks paid by then are given, whole modules are left out

Thousands of such programs differ in a few bounds. They are kept loaded and solved in this process, each from the basis
of the one before: a few milliseconds each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ems.build import build
from ems.objective import Objective
from ems.operation.future import LOWEST_CNY, Cuts
from ems.site import Site
from ems.solve import loaded
from models import Grid, Store, Window
from models.commitment import Machine
from models.component import fixed
from models.window import Floats

NOWHERE = 1e30  # no upper bound
ON_BOUND_KW = 1e-6


class Solved(NamedTuple):
    """Cost of the day and what follows [CNY], its slopes by the opening, and stocks and peaks at the end."""

    cost_cny: float
    slopes: Floats
    end: Floats


@dataclass(frozen=True)
class Use:
    """A machine's day: modules at work by step, and what a kWh is worth on the bus it draws from [CNY/kWh]."""

    on: Floats
    kwh_cny: Floats


class Stage:
    """The day of ``table``; ``settled``: stocks at its end are priced by the site, else by the cuts added."""

    def __init__(self, site: Site, table: pd.DataFrame, goal: Objective, *, settled: bool) -> None:
        import highspy

        self._highspy = highspy
        w = Window(table)
        built = build(site, w, goal)
        p = built.problem
        column = {id(v): k for k, v in enumerate(built.columns)}
        row = {(id(r.parent_component()), r.index()): k for k, r in enumerate(built.rows)}
        stores = [c for c in site.components if isinstance(c, Store)]
        part = built.model.part
        self.stores = tuple(c.name for c in stores)
        self.peaks = tuple(
            (c.name, key)
            for c in site.components
            if isinstance(c, Grid)
            for key, charge in c.charges.items()
            if charge.opened(w, c.name, key)
        )
        self._kept = np.array([(1 - c.standing_loss_per_h) ** w.step_h for c in stores])
        self._opening = [row[id(part[c.name].balance), 0] for c in stores]
        self._rest = np.array(
            [
                p.row_lower[k] - kept * c.start_share * fixed(c.capacity)
                for k, kept, c in zip(self._opening, self._kept, stores, strict=True)
            ]
        )
        self._peak = [column[id(part[g].charge[key].above_paid[0])] for g, key in self.peaks]
        self._end = [column[id(part[c.name].level[len(table) - 1])] for c in stores]
        self._top = p.upper[self._peak]
        waiting = waiting_machines(site)
        self._on = {c.name: [column[id(part[c.name].on[t])] for t in w.t] for c in waiting}
        self._balance = {c.name: [row[id(built.model.balance), (_bus(c), t)] for t in w.t] for c in waiting}
        self.step_h = w.step_h
        self._prices = [_grid(site, g).charges[key].price for g, key in self.peaks]
        p.integer[:] = False
        self._h = loaded(p, highspy)
        self._future = len(p.cost)
        lowest = 0.0 if settled else LOWEST_CNY
        self._h.addCol(1.0, lowest, NOWHERE, 0, np.array([], np.int32), np.array([]))

    def add(self, cut: Cuts) -> None:
        """V is no less than this cut, (1 + stores + peaks,)."""
        columns = np.array([self._future, *self._end, *self._peak], np.int32)
        self._h.addRow(float(cut[0]), NOWHERE, len(columns), columns, np.array([1.0, *(-cut[1:])]))

    def uses(self, opening: Floats) -> dict[str, Use]:
        """How the day uses the machines that can wait in hot standby; raises as `solve`."""
        self._open(opening)
        found = self._run()
        x, row_dual = np.asarray(found.col_value), np.asarray(found.row_dual)
        return {name: Use(x[on], row_dual[self._balance[name]] / self.step_h) for name, on in self._on.items()}

    def solve(self, opening: Floats) -> Solved:
        """From levels and peaks at the opening; raises ``ValueError`` where the program has no answer."""
        peaks = self._open(opening)
        found = self._run()
        x, row_dual, col_dual = (np.asarray(v) for v in (found.col_value, found.row_dual, found.col_dual))
        paid_cny = sum(float(price.cost(kw)) for price, kw in zip(self._prices, peaks, strict=True))
        by_level = self._kept * row_dual[self._opening]
        bound = x[self._peak] <= peaks + ON_BOUND_KW
        next_kw = [float(price.cost(kw + 1) - price.cost(kw)) for price, kw in zip(self._prices, peaks, strict=True)]
        by_peak = np.where(bound, col_dual[self._peak], 0.0) - np.array(next_kw)
        cost = float(self._h.getInfo().objective_function_value) - paid_cny
        return Solved(
            cost, np.array([*by_level, *by_peak]), np.array([*x[self._end], *np.maximum(peaks, x[self._peak])])
        )

    def _open(self, opening: Floats) -> Floats:
        """Begin from other levels and peaks; the peaks."""
        levels, peaks = np.split(opening, [len(self.stores)])
        for k, rest, kept, level in zip(self._opening, self._rest, self._kept, levels, strict=True):
            self._h.changeRowBounds(k, rest + kept * level, rest + kept * level)
        for k, top, paid in zip(self._peak, self._top, peaks, strict=True):
            self._h.changeColBounds(k, float(min(paid, top)), float(top))
        return peaks

    def _run(self) -> Any:
        optimal = self._highspy.HighsModelStatus.kOptimal
        for fresh in (False, True):
            if fresh:  # a basis can lead astray: once more without one
                self._h.clearSolver()
            self._h.run()
            if self._h.getModelStatus() == optimal:
                return self._h.getSolution()
        raise ValueError(f"a day of the month ahead has no answer: {self._h.getModelStatus()}")


def _grid(site: Site, name: str) -> Grid:
    found = site.component(name)
    assert isinstance(found, Grid)
    return found


def waiting_machines(site: Site) -> list[Machine]:
    """Those that can wait in hot standby, and for which that costs something."""
    return [c for c in site.components if isinstance(c, Machine) and c.standby_share]


def _bus(c: Machine) -> str:
    """Where a machine takes the electricity of its standby."""
    return next(bus for quantity, bus in c.ports if quantity.name == "auxiliary_kw")
