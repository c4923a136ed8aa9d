"""A park that was told setpoints takes the day as it comes: every bus is level at the end of the step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ems.operation.simulator.order import PAID, RealTime, paid_kw
from ems.operation.simulator.shedding import shed
from ems.operation.simulator.slots import least_rate, served
from ems.operation.simulator.stores import moved
from ems.operation.simulator.told import ToldStep
from ems.rules.attempt import LEVEL, Attempt
from ems.rules.exchange import TRIES
from ems.rules.plant import Spare, Unit, penalty
from models import PV, Grid, Store
from models.demand import DeferrableDemand, Demand
from models.electrolyser import Electrolyser
from models.machine import ON
from models.operation import EPS, Merit

PASSES = 4  # over all buses; what one bus asks of another is settled at once, so two are usual

THROTTLED = (1.0, 0.75, 0.5, 0.25)  # shares of what is short that are tried
SOAKED = (0.95, 0.7, 0.4, 0.2)  # shares of spare sun that are tried; what is left drives compressors or is curtailed


@dataclass
class Answer(Attempt):
    """An attempt that starts from setpoints and moves as little as the day asks for."""

    step: ToldStep
    plant: RealTime = field(init=False)
    relieved: str = ""  # bus for which a machine is turned down: what stands in for its by-products may draw on it

    def __post_init__(self) -> None:
        super().__post_init__()
        for units in self.plant.demands.values():
            for u in units:
                self.net[u.bus] += self.position(u)

    def put(self, u: Unit, want: float) -> None:
        c, old = u.component, self.position(u)
        if isinstance(c, Store):
            self.values[u.name] = moved(c, want, self.step.rooms[u.name], self.run)
        elif isinstance(c, DeferrableDemand):
            self.values[u.name] = served(c, -want, self.t, self.run)
        else:
            super().put(u, want)
            return
        self.net[u.bus] += self.position(u) - old

    def settle(self) -> None:
        """Level all buses, then leave unserved what cannot be had, least penalty first."""
        self._level()
        for bus in self.plant.order:
            if self.net[bus] < -LEVEL:
                shed(self, bus)
        self._level()
        self._spare_peaks()
        self._use_sun()
        for bus in self._too_full():
            for u in self.plant.users[bus]:
                self._use_up(u, bus)
        self.flooded = self._too_full()
        self.debt = sum(abs(x) for x in self.net.values() if abs(x) > LEVEL)
        self.shortfall_cny = sum(penalty(u) * self._lacking(u) for units in self.plant.demands.values() for u in units)

    @property
    def new_peak_kw(self) -> float:
        """Import above the peak that is paid for or planned, of all connections [kW]."""
        return sum(
            max(0.0, self.position(u) - self._paid(u)) for u in self.plant.units if isinstance(u.component, Grid)
        )

    def _paid(self, u: Unit) -> float:
        assert isinstance(u.component, Grid)
        return paid_kw(u.component, self.t, self.run, self.step.asked[u.name] or 0.0)

    def _level(self) -> None:
        for _ in range(PASSES):
            for bus in self.plant.order:
                self.push(bus)
                self.cover(bus, Merit.RESERVE)
            if all(abs(x) <= EPS for x in self.net.values()):
                return

    def _spare_peaks(self) -> None:
        """A new peak that was reached on the way to something else: once more without it, as far as that goes."""
        for bus, grids in self.plant.grids.items():
            for u in grids:
                if self.position(u) > self._paid(u) + EPS:
                    self.put(u, self._paid(u))
                    self.cover(bus, Merit.RESERVE)

    def _use_sun(self) -> None:
        """Sun that came beyond the plan and fills no store is sold, or makes hydrogen where electrolysers run."""
        for u in self.plant.units:
            if not isinstance(u.component, PV) or self.step.asked[u.name] is not None:
                continue
            if self.values[u.name]["curtailed_kw"] > LEVEL:
                for grid in self.plant.grids[u.bus]:
                    self._export(grid, u.bus)
            for user in self.plant.users[u.bus]:
                if isinstance(user.component, Electrolyser) and self.values[u.name]["curtailed_kw"] > LEVEL:
                    self._soak(user, u)

    def _soak(self, u: Unit, sun: Unit) -> None:
        """Raise an electrolyser at work by what is curtailed, as far as tanks take the hydrogen."""
        at, power = self.position(u), self.values[u.name]["power_kw"]
        if at <= EPS:
            return
        saved, spare = self.save(), self.values[sun.name]["curtailed_kw"]
        for share in SOAKED:
            self.put(u, at * (1 + share * spare / power))
            self.push(u.bus, keep=u, lose=False)
            self.cover(sun.bus, Merit.SPARE)
            if self.net[u.bus] <= EPS and self.net[sun.bus] >= -EPS and self.no_worse(saved.net):
                return
            self.restore(saved)

    def _lacking(self, u: Unit) -> float:
        """What a demand goes short of in this step; one that may be moved only if it cannot be made up for."""
        c, values = u.component, self.values[u.name]
        if isinstance(c, DeferrableDemand):
            return max(0.0, least_rate(c, self.t, self.run) - values[f"served_{c.unit}"])
        return values[f"unserved_{c.unit}"] if isinstance(c, Demand) else 0.0

    # ---- a bus is short ------------------------------------------------------------------------------------------

    def cover(self, bus: str, last: int, first: int = Merit.SPARE) -> float:
        if self.net[bus] >= -EPS or bus in self.covering:
            return 0.0
        self.covering.add(bus)
        for level in range(first, last + 1):
            for u in self.plant.carriers_from[bus]:
                if -self.net[bus] > EPS:
                    self._hold_back(u, bus, level)
            for s in self.plant.suppliers[bus][level]:
                if (gap := -self.net[bus]) <= EPS:
                    break
                self._ask(s, gap, level)
            if level == Merit.SPARE and last == Merit.RESERVE and self._sunny(bus):
                self._forgo(bus)
            for u in self.plant.users[bus] if level == Merit.OWN else ():
                if -self.net[bus] > EPS and isinstance(u.component, Electrolyser):
                    self._throttle(u, bus)
        self.covering.discard(bus)
        return max(0.0, -self.net[bus])

    def _ask(self, s: Unit | Spare, gap: float, level: int) -> None:
        if isinstance(s, Spare) or s.is_store:
            super()._ask(s, gap, Merit.RESERVE)  # stores are there to take the difference, down to their minimum
        elif isinstance(s.component, Grid) and level == PAID:
            at = self.position(s)
            self.put(s, max(at, min(at + gap, self._paid(s))))
        elif not (self._waits(s, level) and not self.values[s.name].get(ON.name)):
            self.ask_maker(s, gap, level)

    def _supplied(self, u: Unit, level: int, before: Mapping[str, float]) -> float:
        if self.relieved not in u.inputs:
            return super()._supplied(u, level, before)
        short = min(self.net[self.relieved], 0.0)  # it may go shorter: the one who turns down weighs it in the end
        self.net[self.relieved] -= short
        share = super()._supplied(u, level, before)
        self.net[self.relieved] += short
        return share

    @staticmethod
    def _waits(s: Unit, level: int) -> bool:
        """Machines that are not started at this level, only raised."""
        return (level == Merit.OWN and s.merit == Merit.RESERVE) or (
            level == Merit.SPARE and bool(s.followed) and not s.carries
        )

    # ---- a bus has too much --------------------------------------------------------------------------------------

    def push(self, bus: str, keep: Unit | None = None, lose: bool = True) -> None:
        """Buy less, fill stores here and on the buses beside, turn makers down, and only then let go."""
        if bus in self.pushing or self.net[bus] <= EPS:
            return
        self.pushing.add(bus)
        bought, made = self.plant.turned_down[bus]
        self._turn_down(bought, bus, keep)
        for u in self.plant.stores[bus]:
            if self.net[bus] > EPS:
                self.put(u, max(self.position(u) - self.net[bus], -self.step.rooms[u.name].charge))
        for u in self.plant.carriers_to[bus]:
            if self.net[bus] > EPS and u is not keep:
                self._send_back(u, bus)
        for u in self.plant.carriers_from[bus]:
            if self.net[bus] > EPS:
                self._pass_on(u, bus, lose)
        self._turn_down(made, bus, keep)
        for u in (*self.plant.grids[bus], *self.plant.losses[bus]) if lose else ():
            if self.net[bus] > EPS:
                self._let_go(u, bus)
        self.pushing.discard(bus)

    def _send_back(self, u: Unit, bus: str) -> None:
        """Take less from the bus before, as far as stores there have room."""
        rooms = ((s, self.step.rooms[s.name]) for s in self.plant.stores[u.followed])
        free = sum(max(0.0, room.charge + self.position(s)) for s, room in rooms)
        less = min(self.position(u), self.net[bus], free)
        if less > EPS and u.followed not in self.pushing:
            self.put(u, self.position(u) - less)
            self.push(u.followed, keep=u)

    def _let_go(self, u: Unit, bus: str) -> None:
        saved = self.save()
        self.put(u, self.position(u) - self.net[bus])
        if any(self.cover(i, Merit.RESERVE) > EPS for i in u.inputs):
            self.restore(saved)

    # ---- a bus is short, or sun is left over ---------------------------------------------------------------------

    def _hold_back(self, u: Unit, bus: str, level: int) -> None:
        """Let less pass to the bus behind, as far as that finds it elsewhere."""
        at, taken = self.position(u), -sum(s * self.values[u.name][q] for q, b, s in u.flows if b == bus)
        if at <= EPS or u.bus in self.covering:
            return
        held = min(at, -self.net[bus] * at / taken)
        self.put(u, at - held)
        if (missing := self.cover(u.bus, level, level)) > EPS:
            self.put(u, self.position(u) + min(held, missing))

    def _sunny(self, bus: str) -> bool:
        """Whether the plan buys nothing here: power is worth less to it than it costs."""
        asked = [self.step.asked[g.name] for g in self.plant.grids[bus]]
        return bool(asked) and all(x is not None and x <= EPS for x in asked)

    def _forgo(self, bus: str) -> None:
        """Charge less and make less hydrogen: what was to be made of spare sun is not made of bought power."""
        for u in self.plant.stores[bus]:
            if self.net[bus] < -EPS and (at := self.position(u)) < -EPS:
                self.put(u, min(0.0, at - self.net[bus]))
        for u in self.plant.users[bus]:
            if self.net[bus] < -EPS and isinstance(u.component, Electrolyser):
                self._throttle(u, bus)

    def _throttle(self, u: Unit, bus: str) -> None:
        """Turn an electrolyser down where tanks have what it no longer makes, and others its heat.

        Whoever makes the heat may draw on the same bus: what is gained gets less from turn to turn.
        """
        for _ in range(TRIES):
            if self.net[bus] >= -EPS or not self._turned_down_by(u, bus):
                return

    def _turned_down_by(self, u: Unit, bus: str) -> bool:
        """Turn it down by what the bus is short of, or part of that; whether anything was gained."""
        at, power = self.position(u), self.values[u.name]["power_kw"]
        if at <= EPS or u.bus in self.covering or any(b in self.covering for _, b in u.spare):
            return False
        saved = self.save()
        for share in THROTTLED:
            self.put(u, at * max(0.0, 1 + share * self.net[bus] / power))
            lacking = self.cover(u.bus, Merit.STORED)
            outer, self.relieved = self.relieved, bus
            lacking += sum(self.cover(b, Merit.RESERVE) for _, b in u.spare)
            self.relieved = outer
            if lacking <= EPS and self.net[bus] > saved.net[bus] + EPS and self.no_worse(saved.net):
                return True
            self.restore(saved)
        return False
