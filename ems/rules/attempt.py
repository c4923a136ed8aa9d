"""One attempt at one step: every bus is balanced at all times, whoever asks for something gets it from somewhere.

A consumer takes from its bus, the bus goes short, and suppliers are asked in order of merit until it is level again; a
supplier that needs something itself makes its own bus short in turn. What cannot be had is given back to the consumer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ems.rules.plant import Plant, Spare, Unit, lowest, penalty
from models import Grid, HydrogenTank, Store
from models.commitment import Machine
from models.operation import EPS, PLENTY, Merit, Room, Run

TRIES = 6  # a machine whose inputs are short is asked for less, in proportion; nonlinear ones take a few turns
Values = dict[str, dict[str, float]]


@dataclass
class Step:
    """What is the same for all attempts at a step."""

    plant: Plant
    run: Run
    t: int
    lean: bool = False  # nothing waits in standby

    def __post_init__(self) -> None:
        run, t = self.run, self.t
        self.demands = {u.name for units in self.plant.demands.values() for u in units}
        self.idle: Values = {u.name: u.component.operate(self._rest(u), t, run) for u in self.plant.units}
        self.rooms: dict[str, Room] = {
            u.name: u.component.room(run)
            for units in self.plant.stores.values()
            for u in units
            if isinstance(u.component, Store)
        }

    def _rest(self, u: Unit) -> float:
        """What a unit is asked for first: a demand for all it needs, others for nothing."""
        if u.name in self.demands:
            return -math.inf
        return -1.0 if self.lean and isinstance(u.component, Machine) else 0.0


@dataclass
class Attempt:
    """Operating points under way; ``net`` is what flows into each bus and has not been taken."""

    step: Step
    values: Values = field(default_factory=dict)
    net: dict[str, float] = field(default_factory=dict)
    taken: dict[tuple[str, str], float] = field(default_factory=dict)
    shortfall_cny: float = 0.0  # per hour

    def __post_init__(self) -> None:
        self.plant, self.run, self.t = self.step.plant, self.step.run, self.step.t
        self.values = dict(self.step.idle)
        self.net = dict.fromkeys(self.plant.suppliers, 0.0)
        self.covering: set[str] = set()
        self.pushing: set[str] = set()
        self.filling = False  # stores do not fill one another
        self.flooded: set[str] = set()  # buses with more than anyone can take
        self.debt = 0.0  # what no one could deliver or take [kW or kg/h]
        for u in self.plant.units:
            if u.name not in self.step.demands:
                values = self.values[u.name]
                for quantity, bus, sign in u.flows:
                    self.net[bus] += sign * values[quantity]

    # ---- moving one unit -----------------------------------------------------------------------------------------

    def position(self, u: Unit) -> float:
        """Rate at the bus of the product, positive into it."""
        values = self.values[u.name]
        return sum([sign * values[q] for q, sign in u.main])

    def put(self, u: Unit, want: float) -> None:
        old, new = self.values[u.name], u.component.operate(want, self.t, self.run)
        self.values[u.name] = new
        for quantity, bus, sign in u.flows:
            self.net[bus] += sign * (new[quantity] - old[quantity])
        for quantity, bus in u.spare:
            gone = self.taken.get((u.name, quantity), 0.0) - new[quantity]
            if gone > 0:
                self.taken[u.name, quantity] -= gone
                self.net[bus] -= gone

    def _save(self) -> tuple[Values, dict[str, float], dict[tuple[str, str], float]]:
        return dict(self.values), dict(self.net), dict(self.taken)

    def _restore(self, saved: tuple[Values, dict[str, float], dict[tuple[str, str], float]]) -> None:
        self.values, self.net, self.taken = dict(saved[0]), dict(saved[1]), dict(saved[2])

    # ---- a bus is short ------------------------------------------------------------------------------------------

    def cover(self, bus: str, last: int, first: int = Merit.SPARE) -> float:
        """Ask the suppliers of a bus that is short; returns what is still missing."""
        net = self.net[bus]
        if net >= -EPS or bus in self.covering:  # in a circle the first who asked goes on asking
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
            key = (s.unit.name, s.quantity)
            more = min(gap, self.values[s.unit.name][s.quantity] - self.taken.get(key, 0.0))
            if more > EPS:
                self.taken[key] = self.taken.get(key, 0.0) + more
                self.net[_bus_of(s)] += more
        elif s.is_store:
            room, at = self.step.rooms[s.name], self.position(s)
            more = min(gap, room.reserve - at if level == Merit.RESERVE else room.spare - at if at >= 0 else 0.0)
            if more > EPS and not self.filling:
                self.put(s, at + more)
        elif not (self.filling and level == Merit.SPARE and s.followed and not s.carries):
            self._ask_maker(s, gap, level)  # a chiller is not started on spare heat just to fill a store

    def _ask_maker(self, u: Unit, gap: float, level: int, overshoot: bool = False) -> None:
        """Raise a maker's output, its own inputs included; less, or nothing, where they cannot be had."""
        old, at = self.values[u.name], self.position(u)
        if not u.inputs:
            self.put(u, at + gap)
            return
        saved = self._save()
        want = gap
        for _ in range(TRIES):
            self.put(u, at + want)
            if self.values[u.name] == old:
                return
            share = self._supplied(u, level, saved[1])
            if share >= 1:
                if overshoot:
                    return
                if self.net[u.bus] > EPS and self.position(u) > at:
                    self.push(u.bus, keep=u)
                if self.net[u.bus] > EPS or not self._no_worse(saved[1]) or not self._may_start(u, old):
                    break
                return
            self._restore(saved)
            want *= share
            if want <= EPS:
                return
        self._restore(saved)

    def _no_worse(self, before: Mapping[str, float]) -> bool:
        """No bus has gone short on the way but those that are being covered."""
        return all(x >= min(before[bus], 0.0) - 1e-6 or bus in self.covering for bus, x in self.net.items())

    def _may_start(self, u: Unit, old: Mapping[str, float]) -> bool:
        """A machine that must stay on for a while is started only if its minimum load will be wanted that long."""
        c, new = u.component, self.values[u.name]
        if not isinstance(c, Machine) or new["started_modules"] <= old["started_modules"]:
            return True
        steps = self.run.w.steps_of(max(c.min_up_h, self.run.w.step_h) + c.cold_start_min / 60)
        room = self.plant.wanted_ahead(u.bus, self.t, steps)
        for store in self.plant.stores[u.bus]:
            free = self.step.rooms[store.name]
            room += min(free.charge, free.steady / steps)
        for other in self.plant.machines[u.bus]:
            if other is not u:
                room -= lowest(other, self.values[other.name])
        return lowest(u, new) <= room + 1e-6

    def _supplied(self, u: Unit, level: int, before: dict[str, float]) -> float:
        """Cover a maker's inputs; returns the share that could be had (1: all)."""
        for bus in u.inputs:
            used = before[bus] - self.net[bus]
            if self.net[bus] < -EPS:
                if bus in self.covering and (bus == u.followed or not u.carries):
                    return 0.0  # nothing is gained in a circle; only the power of a compressor on the way is
                first, last = (level, level) if bus == u.followed else (Merit.SPARE, max(level, Merit.BOUGHT))
                missing = self.cover(bus, last, first)
                if missing > EPS:
                    return max(0.0, 1 - missing / max(used, missing)) * (1 - 1e-9)
        return 1.0

    # ---- a bus has too much --------------------------------------------------------------------------------------

    def push(self, bus: str, keep: Unit | None = None, lose: bool = True) -> None:
        """Turn suppliers down, fill stores, pass on to other buses, and only then let go."""
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
        if lose:
            for u in (*self.plant.grids[bus], *self.plant.losses[bus]):
                if self.net[bus] > EPS:
                    saved = self._save()
                    self.put(u, self.position(u) - self.net[bus])
                    if any(self.cover(i, Merit.RESERVE) > EPS for i in u.inputs):
                        self._restore(saved)
        self.pushing.discard(bus)

    def _turn_down(self, suppliers: list[Unit | Spare], bus: str, keep: Unit | None) -> None:
        for s in suppliers:
            surplus = self.net[bus]
            if surplus <= EPS:
                return
            if isinstance(s, Spare):
                key = (s.unit.name, s.quantity)
                less = min(surplus, self.taken.get(key, 0.0))
                if less > 0:
                    self.taken[key] -= less
                    self.net[bus] -= less
            elif s is not keep and (at := self.position(s)) > EPS:
                saved = self._save()
                self.put(s, max(0.0, at - surplus))
                if self.net[bus] < -EPS or not self._no_worse(saved[1]):
                    self._restore(saved)
                    continue
                for i in s.inputs:
                    self.push(i)

    def _pass_on(self, u: Unit, bus: str, lose: bool) -> None:
        """Move surplus to the next bus as far as it can be taken there."""
        saved, at, surplus = self._save(), self.position(u), self.net[bus]
        out = surplus
        for _ in range(TRIES):
            self.put(u, at + out)
            moved = surplus - self.net[bus]
            if moved <= EPS:
                return
            if moved > surplus + EPS:  # what arrives is less than what was taken in
                self._restore(saved)
                out *= surplus / moved
                continue
            self.push(u.bus, keep=u, lose=lose)
            stuck = max(0.0, self.net[u.bus] - max(0.0, saved[1][u.bus]))
            missing = sum(self.cover(i, Merit.BOUGHT) for i in u.inputs if i != bus)
            if stuck <= EPS and missing <= EPS:
                return
            arrived = self.position(u) - at
            self._restore(saved)
            out = (arrived - stuck) * (1 - 1e-9) if missing <= EPS else 0.5 * arrived
            if out <= EPS:
                return
        self._restore(saved)

    # ---- the step ------------------------------------------------------------------------------------------------

    def make(self, wants: Mapping[str, float]) -> None:
        """Set machines to what was planned for them, as far as their inputs can be had."""
        for u in self.plant.units:
            if u.name in wants:
                self._ask_maker(u, wants[u.name] - self.position(u), Merit.BOUGHT, overshoot=True)

    def serve(self) -> None:
        """What runs anyway gets its inputs, then demands are served, then stores return to their level."""
        for bus in self.net:
            self.debt += self.cover(bus, Merit.RESERVE)
            self.net[bus] = max(0.0, self.net[bus])
        for bus, units in self.plant.demands.items():
            for u in units:
                self.net[bus] += self.position(u)
            short = self.cover(bus, Merit.RESERVE)
            for u in units:
                served = -self.position(u)
                if short > EPS and served > 0:
                    cut = min(short, served)
                    self.put(u, cut - served)
                    self.shortfall_cny += cut * penalty(u)
                    short -= cut
        for bus, stores in self.plant.stores.items():
            for u in stores:
                self._fill(u, bus, self._refill(u), Merit.BOUGHT)

    def _refill(self, u: Unit) -> float:
        """Rate that brings a store back to the level it keeps, evenly over what is left of the window."""
        c = u.component
        assert isinstance(c, Store)
        if isinstance(c, HydrogenTank):
            return 0.0
        left = len(self.run.w.inputs) - self.t
        keep = self.run.once((c.name, "keep"), lambda: c.keep(self.run.w))
        at_end = c._kept(self.run) * (1 - c.standing_loss_per_h) ** (self.run.w.step_h * (left - 1))
        return max(0.0, keep - at_end) / (left * self.run.w.step_h * c.charge_efficiency)

    def _fill(self, u: Unit, bus: str, rate: float, last: int) -> None:
        at = self.position(u)
        more = min(rate, self.step.rooms[u.name].charge) + min(at, 0.0)
        if more <= EPS or at > EPS:
            return
        self.filling = True
        self.put(u, at - more)
        missing = self.cover(bus, last)
        self.filling = False
        if missing > EPS:
            self.put(u, self.position(u) + missing)

    def finish(self) -> None:
        """What is spare goes into stores and to the grid; what is left over is let go."""
        self._settle()
        for bus, stores in self.plant.stores.items():
            if self.plant.suppliers[bus][Merit.SPARE]:
                for u in stores:
                    self._fill(u, bus, PLENTY, Merit.SPARE)
        for bus, grids in self.plant.grids.items():
            for u in grids:
                self._export(u, bus)
        self._settle()
        self.flooded = {bus for bus, x in self.net.items() if x > 1e-5}
        self.debt += sum(abs(x) for x in self.net.values() if abs(x) > 1e-5)

    def _settle(self) -> None:
        for bus in self.net:
            self.push(bus)
            self.cover(bus, Merit.RESERVE)

    def _export(self, u: Unit, bus: str) -> None:
        c = u.component
        assert isinstance(c, Grid)
        if not c.export_limit_kw or self.position(u) > EPS:
            return
        if self.run.once((c.name, "sell"), lambda: self.run.w.column(c.export_price))[self.t] <= 0:
            return
        self.put(u, -c.export_limit_kw)
        self.put(u, self.position(u) + self.cover(bus, Merit.SPARE))

    # ---- what would be possible ----------------------------------------------------------------------------------

    def spare_on(self, bus: str) -> float:
        """What could be had on a bus that is lost otherwise."""
        saved = self._save()
        self.net[bus] -= PLENTY
        missing = self.cover(bus, Merit.SPARE)
        self._restore(saved)
        return PLENTY - missing

    def room_on(self, bus: str) -> float:
        """What a bus could take before anything has to be let go."""
        saved = self._save()
        self.net[bus] += PLENTY
        self.push(bus, lose=False)
        taken = PLENTY - self.net[bus]
        self._restore(saved)
        return taken

    @property
    def harm(self) -> float:
        """To compare attempts: what is out of balance weighs more than all that is unserved."""
        return self.shortfall_cny + 1e6 * self.debt

    def tables(self) -> Values:
        """The answer of every component, by-products as far as they were taken."""
        for u in self.plant.units:
            if u.spare:
                offered = self.values[u.name]
                self.values[u.name] = {**offered, **{q: self.taken.get((u.name, q), 0.0) for q, _ in u.spare}}
        return self.values


def _bus_of(s: Spare) -> str:
    return next(bus for quantity, bus in s.unit.spare if quantity == s.quantity)
