"""Who asks for something gets it from somewhere, who has too much gets rid of it: every bus is level at all times.

A consumer takes from its bus, the bus goes short, and suppliers are asked in order of merit until it is level again; a
supplier that needs something itself makes its own bus short in turn. What cannot be had is given back to the consumer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ems.rules import foresight
from ems.rules.balance import Balance
from ems.rules.plant import Spare, Unit
from models.operation import EPS, Merit

TRIES = 6  # a machine whose inputs are short is asked for less, in proportion; nonlinear ones take a few turns
DUST = 1e-6  # kW or kg/h


@dataclass
class Exchange(Balance):
    """A balance whose buses can be covered and relieved."""

    covering: set[str] = field(default_factory=set)  # buses for which someone is asking just now
    pushing: set[str] = field(default_factory=set)  # buses that are being relieved just now
    filling: bool = False  # stores do not fill one another

    # ---- a bus is short ------------------------------------------------------------------------------------------

    def cover(self, bus: str, last: int, first: int = Merit.SPARE) -> float:
        """Ask the suppliers of a bus that is short; returns what is still missing [kW or kg/h]."""
        if self.net[bus] >= -EPS or bus in self.covering:  # in a circle the first who asked goes on asking
            return 0.0
        self.covering.add(bus)
        for level in range(first, last + 1):
            for s in self.plant.suppliers[bus][level]:
                gap = -self.net[bus]
                if gap <= EPS:
                    break
                self._ask(s, gap, level)
        self.covering.discard(bus)
        return max(0.0, -self.net[bus])

    def _ask(self, s: Unit | Spare, gap: float, level: int) -> None:
        if isinstance(s, Spare):
            more = min(gap, self.left(s.unit, s.quantity))
            if more > EPS:
                self.take(s.unit, s.quantity, s.bus, more)
        elif s.is_store:
            self._ask_store(s, gap, level)
        elif not (self.filling and level == Merit.SPARE and s.followed and not s.carries):
            self.ask_maker(s, gap, level)  # a chiller is not started on spare heat just to fill a store

    def _ask_store(self, u: Unit, gap: float, level: int) -> None:
        room, at = self.step.rooms[u.name], self.position(u)
        if self.filling or (at < 0 and level < Merit.RESERVE):
            return
        more = min(gap, (room.reserve if level == Merit.RESERVE else room.spare) - at)
        if more > EPS:
            self.put(u, at + more)

    def ask_maker(self, u: Unit, gap: float, level: int, planned: bool = False) -> None:
        """Raise a maker's output, its own inputs included; less, or nothing, where they cannot be had.

        What was ``planned`` may make more than its bus needs now: it is relieved when all is served.
        """
        old, at = self.values[u.name], self.position(u)
        if not u.inputs:
            self.put(u, at + gap)
            return
        saved = self.save()
        want = gap if planned else foresight.followable(self, u, at + gap) - at
        for _ in range(TRIES if want > EPS else 0):
            self.put(u, at + want)
            if self.values[u.name] == old:
                return
            share = self._supplied(u, level, saved.net)
            if share >= 1:
                if planned or self._settled(u, at, saved.net, old):
                    return
                break
            self.restore(saved)
            want *= share
            if want <= EPS:
                return
        self.restore(saved)

    def _settled(self, u: Unit, at: float, before: Mapping[str, float], old: Mapping[str, float]) -> bool:
        """Whether what a minimum load makes too much finds a taker, and a start can be answered for."""
        if self.net[u.bus] > EPS and self.position(u) > at:
            self.push(u.bus, keep=u)
        return self.net[u.bus] <= EPS and self.no_worse(before) and foresight.may_start(self, u, old)

    def no_worse(self, before: Mapping[str, float]) -> bool:
        """No bus has gone short on the way but those that are being covered."""
        return all(x >= min(before[bus], 0.0) - DUST or bus in self.covering for bus, x in self.net.items())

    def _supplied(self, u: Unit, level: int, before: Mapping[str, float]) -> float:
        """Cover a maker's inputs; returns the share that could be had (1: all)."""
        for bus in u.inputs:
            if self.net[bus] >= -EPS:
                continue
            if bus in self.covering and (bus == u.followed or not u.carries):
                return 0.0  # nothing is gained in a circle; only the power of a compressor on the way is
            used = before[bus] - self.net[bus]
            first, last = (level, level) if bus == u.followed else (Merit.SPARE, max(level, Merit.BOUGHT))
            missing = self.cover(bus, last, first)
            if missing > EPS:
                return max(0.0, 1 - missing / max(used, missing)) * (1 - 1e-9)
        return 1.0

    # ---- a bus has too much --------------------------------------------------------------------------------------

    def push(self, bus: str, keep: Unit | None = None, lose: bool = True) -> None:
        """Turn dear suppliers down, fill stores, pass on, turn the others down, and only then let go."""
        if bus in self.pushing or self.net[bus] <= EPS:
            return
        self.pushing.add(bus)
        dear, cheap = self.plant.turned_down[bus]
        self._turn_down(dear, bus, keep)
        for u in self.plant.stores[bus]:
            if self.net[bus] > EPS:
                self.put(u, max(self.position(u) - self.net[bus], -self.step.rooms[u.name].charge))
        for u in self.plant.carriers_from[bus]:
            if self.net[bus] > EPS:
                self._pass_on(u, bus, lose)
        self._turn_down(cheap, bus, keep)
        for u in (*self.plant.grids[bus], *self.plant.losses[bus]) if lose else ():
            if self.net[bus] > EPS:
                saved = self.save()
                self.put(u, self.position(u) - self.net[bus])
                if any(self.cover(i, Merit.RESERVE) > EPS for i in u.inputs):
                    self.restore(saved)
        self.pushing.discard(bus)

    def _turn_down(self, suppliers: list[Unit | Spare], bus: str, keep: Unit | None) -> None:
        for s in suppliers:
            surplus = self.net[bus]
            if surplus <= EPS:
                return
            if isinstance(s, Spare):
                if less := min(surplus, self.taken.get((s.unit.name, s.quantity), 0.0)):
                    self.take(s.unit, s.quantity, bus, -less)
            elif s is not keep and (at := self.position(s)) > EPS:
                saved = self.save()
                self.put(s, max(0.0, at - surplus))
                if self.net[bus] < -EPS or not self.no_worse(saved.net):
                    self.restore(saved)
                    continue
                for i in s.inputs:
                    self.push(i)

    def _pass_on(self, u: Unit, bus: str, lose: bool) -> None:
        """Move surplus to the next bus as far as it can be taken there."""
        saved, at, surplus = self.save(), self.position(u), self.net[bus]
        out = surplus
        for _ in range(TRIES):
            self.put(u, at + out)
            moved = surplus - self.net[bus]
            if moved <= EPS:
                return
            if moved > surplus + EPS:  # what arrives is less than what was taken in
                out *= surplus / moved
            else:
                self.push(u.bus, keep=u, lose=lose)
                stuck = max(0.0, self.net[u.bus] - max(0.0, saved.net[u.bus]))
                missing = sum(self.cover(i, Merit.BOUGHT) for i in u.inputs if i != bus)
                if stuck <= EPS and missing <= EPS:
                    return
                arrived = self.position(u) - at
                out = (arrived - stuck) * (1 - 1e-9) if missing <= EPS else 0.5 * arrived
            self.restore(saved)
            if out <= EPS:
                return
