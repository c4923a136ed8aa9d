"""Setpoints as the opening of a step: where every unit stands before the difference to the day is settled."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ems.operation.outlook import Setpoints
from ems.operation.simulator.directed import memory, position, rest
from ems.operation.simulator.order import RealTime
from ems.operation.simulator.slots import least_rate, served
from ems.operation.simulator.stores import emptied, moved, store
from ems.rules.balance import Step
from ems.rules.plant import Unit
from models.commitment import Machine
from models.component import fixed
from models.demand import DeferrableDemand
from models.machine import ON, STARTS, WARMING
from models.operation import EPS


@dataclass
class ToldStep(Step):
    """A step that opens where setpoints put every unit, as near as its own limits let it."""

    plant: RealTime
    told: Setpoints = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.asked = {u.name: self._asked(u) for u in self.plant.units}
        super().__post_init__()
        self._open_stores()
        self._open_slots()

    def _open_stores(self) -> None:
        """Room is left for what machines must make; a store that is told to empties itself below its cushion."""
        for bus, stores in self.plant.stores.items():
            pledged = self._to_be_made(bus) / len(stores) if stores else 0.0
            for u in stores:
                asked, room = self.asked[u.name] or 0.0, self.rooms[u.name]
                self.rooms[u.name] = room = room._replace(
                    charge=max(0.0, min(room.charge, room.steady - pledged)),
                    reserve=max(room.reserve, min(asked, emptied(store(u), self.run))),
                )
                self.idle[u.name] = moved(store(u), self._rest(u), room, self.run)

    def _open_slots(self) -> None:
        for u in (u for units in self.plant.demands.values() for u in units):
            if isinstance(c := u.component, DeferrableDemand) and self.asked[u.name] is not None:
                rate = max(-self._rest(u), least_rate(c, self.t, self.run))
                self.idle[u.name] = served(c, rate, self.t, self.run)

    def _asked(self, u: Unit) -> float | None:
        return position(u, self.told[u.name], self.t, self.run) if u.name in self.told else None

    def _rest(self, u: Unit) -> float:
        asked = self.asked[u.name]
        return rest(u) if asked is None else asked

    def _to_be_made(self, bus: str) -> float:
        """What machines that must stay on will make beyond what is wanted, as a rate of this step [kW or kg/h].

        Infinite where stores could not take it as fast as it is made.
        """
        bound = [(steps, self._least(u)) for u in self.plant.machines[bus] if (steps := self._bound(u))]
        if not bound:
            return 0.0
        total, wanted = 0.0, self.plant.wanted(bus)
        fastest = sum(fixed(store(u).rate) for u in self.plant.stores[bus])
        for k in range(1, 1 + max((steps for steps, _ in bound))):
            made = sum(made for steps, made in bound if steps >= k)
            spare = made - (float(wanted[self.t + k]) if self.t + k < len(wanted) else made)
            total += spare if 0 < spare <= fastest + EPS else math.inf if spare > EPS else 0.0
        return total

    def _bound(self, u: Unit) -> int:
        """Steps after this one for which a machine must stay on."""
        c, values = u.component, self.idle[u.name]
        if not isinstance(c, Machine) or not values[ON.name] + values.get(WARMING.name, 0.0):
            return 0
        return memory(c, self.run).up - 1 if values[STARTS.name] else c.bound(self.run)

    def _least(self, u: Unit) -> float:
        """What a machine makes at its minimum load."""
        c, values = u.component, self.idle[u.name]
        assert isinstance(c, Machine)
        lowest = c.at_minimum(values[ON.name] + values.get(WARMING.name, 0.0), self.t, self.run)
        return sum(lowest[q] for q, _ in u.main)

    def rash(self) -> list[str]:
        """Machines that would start and then find no one to take what they must make."""
        found = []
        for bus, machines in self.plant.machines.items():
            starting = [u for u in machines if self.idle[u.name][STARTS.name]]
            free = sum(store(u).room(self.run).steady for u in self.plant.stores[bus])
            if starting and self._to_be_made(bus) > free + EPS:
                found.append(starting[-1].name)
        return found
