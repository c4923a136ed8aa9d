"""One attempt at a step: what runs anyway, what is planned, demands, stores, and what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ems.rules import foresight
from ems.rules.balance import Saved
from ems.rules.exchange import DUST, Exchange
from ems.rules.plant import Unit, penalty
from models import Store
from models.grid import Grid
from models.operation import EPS, PLENTY, Merit
from models.storage import HydrogenTank

OUT_OF_BALANCE_CNY = 1e6  # per kWh or kg: weighs more than all that may go unserved
LEVEL = 1e-5  # kW or kg/h: a hundredth of what the audit lets pass


@dataclass
class Attempt(Exchange):
    """An exchange taken through the step; ``harm`` compares attempts."""

    shortfall_cny: float = 0.0  # of demands not served, per hour
    debt: float = 0.0  # what no one could deliver or take [kW or kg/h]
    flooded: set[str] = field(default_factory=set)  # buses with more than anyone can take

    @property
    def harm(self) -> float:
        """[CNY/h]"""
        return self.shortfall_cny + OUT_OF_BALANCE_CNY * self.debt

    def make(self, wants: Mapping[str, float]) -> None:
        """Set machines to what was planned for them, as far as their inputs can be had."""
        for u in self.plant.units:
            if u.name in wants:
                self.ask_maker(u, wants[u.name] - self.position(u), Merit.BOUGHT, planned=True)

    def serve(self) -> None:
        """What runs anyway gets its inputs, then demands are served, then stores return to their level."""
        for bus in self.net:
            self.debt += self.cover(bus, Merit.RESERVE)
            self.net[bus] = max(0.0, self.net[bus])
        for bus, units in self.plant.demands.items():
            self._serve(bus, units)
        for bus, stores in self.plant.stores.items():
            for u in stores:
                self._fill(u, bus, self._refill(u), Merit.BOUGHT)

    def _serve(self, bus: str, units: list[Unit]) -> None:
        for u in units:
            self.net[bus] += self.position(u)
        short = self.cover(bus, Merit.RESERVE)
        for u in units:
            cut = min(short, -self.position(u))
            if cut > EPS:
                self.put(u, self.position(u) + cut)
                self.shortfall_cny += cut * penalty(u)
                short -= cut

    def _refill(self, u: Unit) -> float:
        """Rate that brings a store back to the level it keeps, evenly over what is left of the window."""
        c, w = u.component, self.run.w
        if not isinstance(c, Store) or isinstance(c, HydrogenTank):  # tanks are planned with the electrolysers
            return 0.0
        left = len(w.inputs) - self.t
        keep = self.run.once((c.name, "keep"), lambda: c.keep(w))
        at_end = c.kept(self.run) * (1 - c.standing_loss_per_h) ** (w.step_h * (left - 1))
        return float(max(0.0, keep - at_end) / (left * w.step_h * c.charge_efficiency))

    def _fill(self, u: Unit, bus: str, rate: float, last: int) -> None:
        """Charge a store at up to ``rate`` from suppliers up to merit ``last``."""
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
            for u in stores if self.plant.suppliers[bus][Merit.SPARE] else ():
                self._fill(u, bus, PLENTY, Merit.SPARE)
        for bus, grids in self.plant.grids.items():
            for u in grids:
                self._export(u, bus)
        self._settle()
        for bus in self._too_full():
            for u in self.plant.users[bus]:
                self._use_up(u, bus)
        self.flooded = self._too_full()
        self.debt += sum(abs(x) for x in self.net.values() if abs(x) > LEVEL)

    def _settle(self) -> None:
        for bus in self.net:
            self.push(bus)
            self.cover(bus, Merit.RESERVE)

    def _too_full(self) -> set[str]:
        return {bus for bus, x in self.net.items() if x > LEVEL}

    def _export(self, u: Unit, bus: str) -> None:
        c = u.component
        if not isinstance(c, Grid) or not c.export_limit_kw or self.position(u) > EPS:
            return
        if self.run.once((c.name, "sell"), lambda: self.run.w.column(c.export_price))[self.t] > 0:
            self.put(u, -c.export_limit_kw)
            self.put(u, self.position(u) + self.cover(bus, Merit.SPARE))

    def _use_up(self, u: Unit, bus: str) -> None:
        """Let a machine take surplus that has nowhere else to go, as far as its own product can be let go of."""
        if self.net[bus] <= LEVEL:
            return
        saved, at = self.save(), self.position(u)
        self.put(u, PLENTY)
        low, high = 0.0, self.position(u) - at
        want = high  # all it can take, else by halves what fits
        while high - low > DUST:
            self.restore(saved)
            self.put(u, at + want)
            if self._goes_down(u, bus, saved):
                if want == high or self.net[bus] <= LEVEL:
                    return
                low = want
            else:
                high = want
            want = (low + high) / 2
        self.restore(saved)
        if low > 0:
            self.put(u, at + low)
            self._goes_down(u, bus, saved)

    def _goes_down(self, u: Unit, bus: str, saved: Saved) -> bool:
        """Whether what a machine makes of a surplus can be got rid of and the rest of its inputs be had."""
        self.push(u.bus, keep=u)
        return (
            self.net[u.bus] <= max(EPS, saved.net[u.bus])
            and self.net[bus] >= -EPS
            and all(self.cover(i, Merit.RESERVE) <= EPS for i in u.inputs)
            and self.no_worse(saved.net)
            and foresight.may_start(self, u, saved.values[u.name])
        )

    # ---- what would be possible ----------------------------------------------------------------------------------

    def spare_on(self, bus: str) -> float:
        """What could be had on a bus that is lost otherwise [kW or kg/h]."""
        saved = self.save()
        self.net[bus] -= PLENTY
        missing = self.cover(bus, Merit.SPARE)
        self.restore(saved)
        return PLENTY - missing

    def room_on(self, bus: str) -> float:
        """What a bus could take before anything has to be let go [kW or kg/h]."""
        saved = self.save()
        self.net[bus] += PLENTY
        self.push(bus, lose=False)
        taken = PLENTY - self.net[bus]
        self.restore(saved)
        return taken
