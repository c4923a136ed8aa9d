"""Operating points of one step under way, and what they leave on each bus."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from ems.rules.plant import Plant, Unit
from models import Store
from models.commitment import Machine
from models.operation import Room, Run

Values = dict[str, dict[str, float]]


class Saved(NamedTuple):
    """What to go back to."""

    values: Values
    net: dict[str, float]
    taken: dict[tuple[str, str], float]


@dataclass
class Step:
    """What is the same for all attempts at a step."""

    plant: Plant
    run: Run
    t: int
    lean: bool = False  # nothing waits in standby

    def __post_init__(self) -> None:
        self.demands = {u.name for units in self.plant.demands.values() for u in units}
        self.idle: Values = {u.name: u.component.operate(self._rest(u), self.t, self.run) for u in self.plant.units}
        self.rooms: dict[str, Room] = {}
        for bus, stores in self.plant.stores.items():
            for u in stores:
                if isinstance(c := u.component, Store):
                    room, kept = c.room(self.run), self._pledged(bus)
                    self.rooms[u.name] = room._replace(
                        spare=max(0.0, room.spare - kept), reserve=max(0.0, room.reserve - kept)
                    )

    def _pledged(self, bus: str) -> float:
        """What machines that must stay on will take from stocks like those on a bus, as a rate of this step."""
        total = 0.0
        for u, quantity in self.plant.drawing[self.plant.site.buses[bus]]:
            c, values = u.component, self.idle[u.name]
            if isinstance(c, Machine) and values["on_modules"] and (steps := c.bound(self.run)):
                total += steps * c.at_minimum(values["on_modules"], self.t, self.run)[quantity]
        return total

    def _rest(self, u: Unit) -> float:
        """What a unit is asked for first: a demand for all it needs, others for nothing."""
        if u.name in self.demands:
            return -math.inf
        return -1.0 if self.lean and isinstance(u.component, Machine) else 0.0


@dataclass
class Balance:
    """``net`` is what flows into each bus and has not been taken, demands left out until they are served."""

    step: Step
    values: Values = field(init=False)
    net: dict[str, float] = field(init=False)
    taken: dict[tuple[str, str], float] = field(default_factory=dict)  # of by-products: (unit, quantity)

    def __post_init__(self) -> None:
        self.plant, self.run, self.t = self.step.plant, self.step.run, self.step.t
        self.values = dict(self.step.idle)
        self.net = dict.fromkeys(self.plant.suppliers, 0.0)
        for u in self.plant.units:
            if u.name not in self.step.demands:
                values = self.values[u.name]
                for quantity, bus, sign in u.flows:
                    self.net[bus] += sign * values[quantity]

    def position(self, u: Unit) -> float:
        """Rate at the bus of the product, positive into it [kW or kg/h]."""
        values = self.values[u.name]
        return sum([sign * values[q] for q, sign in u.main])

    def put(self, u: Unit, want: float) -> None:
        """Move a unit to ``want`` at the bus of its product, or as near as it can go."""
        old, new = self.values[u.name], u.component.operate(want, self.t, self.run)
        self.values[u.name] = new
        for quantity, bus, sign in u.flows:
            self.net[bus] += sign * (new[quantity] - old[quantity])
        for quantity, bus in u.spare:
            gone = self.taken.get((u.name, quantity), 0.0) - new[quantity]
            if gone > 0:
                self.take(u, quantity, bus, -gone)

    def left(self, u: Unit, quantity: str) -> float:
        """What could still be taken of a by-product."""
        return self.values[u.name][quantity] - self.taken.get((u.name, quantity), 0.0)

    def take(self, u: Unit, quantity: str, bus: str, more: float) -> None:
        self.taken[u.name, quantity] = self.taken.get((u.name, quantity), 0.0) + more
        self.net[bus] += more

    def save(self) -> Saved:
        return Saved(dict(self.values), dict(self.net), dict(self.taken))

    def restore(self, saved: Saved) -> None:
        self.values, self.net, self.taken = dict(saved.values), dict(saved.net), dict(saved.taken)

    def tables(self) -> Values:
        """The answer of every component, by-products as far as they were taken."""
        found = dict(self.values)
        for u in self.plant.units:
            if u.spare:
                found[u.name] = {**found[u.name], **{q: self.taken.get((u.name, q), 0.0) for q, _ in u.spare}}
        return found
