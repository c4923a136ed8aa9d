"""What is decided before it is known how the day turns out, and what follows it.

Decided ahead: which machines run; electrolysers, fuel cells, batteries and whatever moves hydrogen and water, with
their stores; from all that the park's exchange with the grid as it is planned, within a band. What follows the day:
what sun is taken, what is bought and sold, the load of machines that heat and cool, heat that is recovered or rejected,
stores of heat and cold.

Where the demands on a bus of hydrogen or water differ between scenarios, its stores and valves follow the day as well;
electrolysers and fuel cells run as planned.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ems.build import Built
from ems.plan_changes import PRICES
from ems.problem import Problem
from ems.site import Site
from models import Component, Window
from models.commitment import Machine
from models.demand import Demand
from models.electrolyser import Electrolyser
from models.fuel_cell import FuelCell
from models.storage import Battery

ALWAYS = (Electrolyser, FuelCell, Battery)
PLANNED = ("hydrogen", "water")  # carriers whose way through the day is planned
COMMITMENT = frozenset({"hot", "start", "stop", "on", "resume", "lapse", "joined", "left"})
TAKEN_OR_LEFT = frozenset({"heat"})  # what a planned machine gives off is used as the day asks for it


class Column(NamedTuple):
    """A variable of a model by names that all scenarios share."""

    block: str  # component, or the block of a law
    variable: str
    at: Hashable  # step, or what ends in a step


@dataclass(frozen=True)
class Ahead:
    """For how long plans hold: of what runs and of its setpoints [h]; None: to the end of the window."""

    commitment_h: float | None = None
    setpoints_h: float | None = None


@dataclass(frozen=True)
class FirstStage:
    """Tells of a column whether all scenarios share it."""

    planned: frozenset[str]  # components all of whose columns are decided ahead
    committed: frozenset[str]  # those that do so with what runs alone
    commitment_steps: float
    setpoint_steps: float

    @classmethod
    def of(cls, site: Site, w: Window, tables: Sequence[pd.DataFrame], ahead: Ahead) -> FirstStage:
        """For scenarios with these inputs."""
        sure = {str(c) for c in w.inputs if all(table[c].equals(tables[0][c]) for table in tables)}
        open_buses = _open(site, sure)
        planned = {c.name for c in site.components if _is_planned(c, site, open_buses)}
        committed = {c.name for c in site.components if isinstance(c, Machine)} - planned
        steps = [float("inf") if h is None else h / w.step_h for h in (ahead.commitment_h, ahead.setpoints_h)]
        return cls(frozenset(planned), frozenset(committed), *steps)

    def shares(self, column: Column) -> bool:
        """Whether the column is decided ahead."""
        block, variable = column.block, column.variable
        index: Any = column.at
        if block == PRICES:
            block, variable = index[0], "setpoint"
        if variable in COMMITMENT and block in self.planned | self.committed:
            return _step(index) < self.commitment_steps
        return block in self.planned and variable not in TAKEN_OR_LEFT and _step(index) < self.setpoint_steps


def _is_planned(c: Component, site: Site, open_buses: set[str]) -> bool:
    moved = _moved(c, site)
    return isinstance(c, ALWAYS) or (bool(moved) and not moved & open_buses)


def _moved(c: Component, site: Site) -> set[str]:
    """Buses of hydrogen and water that a component is connected to."""
    return {bus for _, bus in c.ports if site.buses[bus] in PLANNED}


def _open(site: Site, sure: set[str]) -> set[str]:
    """Buses of hydrogen and water on which the day decides: where demands differ, and what is joined to them."""
    found = {
        bus for c in site.components if isinstance(c, Demand) and c.need_column not in sure for bus in _moved(c, site)
    }
    for _ in site.buses:  # each pass carries it one component further
        for c in site.components:
            if not isinstance(c, ALWAYS) and (moved := _moved(c, site)) & found:
                found |= moved
    return found


def _step(index: Any) -> float:
    """The step that an index ends in; the end of the window for what has none (stock missing at the end)."""
    last = index[-1] if isinstance(index, tuple) else index
    return float("inf") if last is None else float(last)


def columns_of(built: Built) -> list[Column]:
    """The names of a model's columns, in their order."""
    names: dict[int, tuple[str, str]] = {}
    found = []
    for v in built.columns:
        parent = v.parent_component()
        if id(parent) not in names:
            block = parent.parent_block()
            name = block.index() if block.index() is not None else block.name
            names[id(parent)] = (str(name), str(parent.local_name))
        found.append(Column(*names[id(parent)], v.index()))
    return found


def decided(built: Built, x: np.ndarray, first: FirstStage) -> dict[Column, float]:
    """Values of what is decided ahead, from the column values of one scenario's model."""
    return {c: float(v) for c, v in zip(columns_of(built), x, strict=True) if first.shares(c)}


def held(problem: Problem, columns: Sequence[Column | None], values: Mapping[Column, float]) -> Problem:
    """The program with those of its columns fixed that ``values`` names."""
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for k, column in enumerate(columns):
        if column is not None and column in values:
            lower[k] = upper[k] = values[column]
    return replace(problem, lower=lower, upper=upper)
