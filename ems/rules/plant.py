"""The park as the rules see it: who can deliver to which bus, in which order, and who takes surplus off it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ems.site import Site
from models import Component, Store, Window
from models.commitment import Machine
from models.component import fixed
from models.demand import DeferrableDemand, Demand
from models.gas_engine import GasEngine
from models.grid import Grid
from models.operation import PLENTY, Merit, Run
from models.supply import GasSupply, HydrogenSupply, WaterSupply
from models.window import Floats

SERVED_FIRST = ("electricity", "hydrogen", "heat", "cooling", "water", "gas")


@dataclass(frozen=True, eq=False)
class Unit:
    """A component with its flows sorted by what the rules do with them."""

    component: Component
    merit: Merit

    @cached_property
    def name(self) -> str:
        return self.component.name

    @cached_property
    def is_store(self) -> bool:
        return isinstance(self.component, Store)

    @cached_property
    def bus(self) -> str:
        """Bus of the product: the first flow into a bus; of a sink the first it takes from."""
        ports = self.component.ports
        return next((p.bus for p in ports if p.quantity.sign > 0), ports[0].bus)

    @cached_property
    def supplies(self) -> bool:
        return any(p.quantity.sign > 0 for p in self.component.ports)

    @cached_property
    def spare(self) -> tuple[tuple[str, str], ...]:
        """By-products that may be left: (quantity, bus)."""
        into = [p for p in self.component.ports if p.quantity.sign > 0]
        return tuple((p.quantity.name, p.bus) for p in into[1:])

    @cached_property
    def flows(self) -> tuple[tuple[str, str, int], ...]:
        """Flows that follow from the operating point: (quantity, bus, sign)."""
        left = {q for q, _ in self.spare}
        ports = self.component.ports
        return tuple((p.quantity.name, p.bus, p.quantity.sign) for p in ports if p.quantity.name not in left)

    @cached_property
    def main(self) -> tuple[tuple[str, int], ...]:
        return tuple((q, sign) for q, bus, sign in self.flows if bus == self.bus)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(bus for _, bus, sign in self.flows if sign < 0 and bus != self.bus))

    @cached_property
    def followed(self) -> str:
        """Bus whose merit is passed on; empty where the unit has a merit of its own."""
        return str(getattr(self.component, self.component.FOLLOWS)) if self.component.FOLLOWS else ""

    @cached_property
    def carries(self) -> bool:
        """It only moves a carrier from one bus to another."""
        into, out_of = (
            {p.quantity.carrier for p in self.component.ports if p.bus == bus} for bus in (self.bus, self.followed)
        )
        return bool(self.followed) and into == out_of


class Spare(NamedTuple):
    """A by-product on a bus."""

    unit: Unit
    quantity: str
    bus: str


@dataclass(frozen=True, eq=False)
class Plant:
    """Who stands where; computed once for a window."""

    site: Site
    w: Window

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return tuple(Unit(c, self._merit(c)) for c in self.site.components if c.ports)

    @cached_property
    def suppliers(self) -> dict[str, list[list[Unit | Spare]]]:
        """Bus -> merit -> who is asked, in this order."""
        found: dict[str, list[list[Unit | Spare]]] = {bus: [[] for _ in Merit] for bus in self.site.buses}
        makers = sorted(
            (u for u in self.units if u.supplies), key=lambda u: (u.merit, bool(u.followed) and not u.carries)
        )
        for u in makers:
            for quantity, bus in u.spare:
                found[bus][Merit.SPARE].append(Spare(u, quantity, bus))
        for u in makers:
            at = found[u.bus]
            if u.is_store:
                at[Merit.STORED].append(u)
            elif u.followed:
                for level in at[: Merit.RESERVE if u.carries else Merit.OWN]:  # a chiller runs on heat that is left
                    level.append(u)
            elif u.merit < Merit.RESERVE:
                at[u.merit].append(u)
        for u in sorted(makers, key=lambda u: u.is_store + 2 * (u.merit == Merit.RESERVE)):
            found[u.bus][Merit.RESERVE].append(u)  # once more, now that their own inputs may come from reserves
        return found

    @cached_property
    def bought(self) -> frozenset[str]:
        """Buses with a grid or a main, that do not run dry."""
        mains = Grid | GasSupply | WaterSupply | HydrogenSupply
        return frozenset(u.bus for u in self.units if isinstance(u.component, mains))

    @cached_property
    def drawing(self) -> dict[str, list[tuple[Unit, str]]]:
        """Carrier -> machines that take it from buses that may run dry, with the quantity."""
        found: dict[str, list[tuple[Unit, str]]] = {carrier: [] for carrier in self.site.buses.values()}
        for u in self.units:
            for quantity, bus, sign in u.flows if isinstance(u.component, Machine) else ():
                if sign < 0 and bus not in self.bought and quantity != "auxiliary_kw":
                    found[self.site.buses[bus]].append((u, quantity))
        return found

    @cached_property
    def turned_down(self) -> dict[str, tuple[list[Unit | Spare], list[Unit | Spare]]]:
        """Bus -> who delivers less when there is too much: before stores are filled, and after."""
        found: dict[str, tuple[list[Unit | Spare], list[Unit | Spare]]] = {bus: ([], []) for bus in self.site.buses}
        for u in sorted((u for u in self.units if u.supplies and not u.is_store), key=lambda u: -u.merit):
            found[u.bus][u.merit < Merit.BOUGHT and not u.carries].append(u)
        for bus, levels in self.suppliers.items():
            found[bus][1].extend(s for s in levels[Merit.SPARE] if isinstance(s, Spare))
        return found

    @cached_property
    def demands(self) -> dict[str, list[Unit]]:
        """Bus -> demands on it, the cheapest to leave unserved first; buses in the order in which they are served."""
        found: dict[str, list[Unit]] = {bus: [] for bus in self.site.buses}
        for u in self.units:
            if isinstance(u.component, Demand | DeferrableDemand):
                found[u.bus].append(u)

        def rank(bus: str) -> tuple[int, int]:  # a bus that feeds others first: they get what it can spare
            return SERVED_FIRST.index(self.site.buses[bus]), -len(self.carriers_from[bus])

        return {bus: sorted(found[bus], key=penalty) for bus in sorted(found, key=rank) if found[bus]}

    @cached_property
    def stores(self) -> dict[str, list[Unit]]:
        found: dict[str, list[Unit]] = {bus: [] for bus in self.site.buses}
        for u in self.units:
            if u.is_store:
                found[u.bus].append(u)
        return found

    @cached_property
    def carriers_from(self) -> dict[str, list[Unit]]:
        """Bus -> heat exchangers, valves, compressors that take from it."""
        found: dict[str, list[Unit]] = {bus: [] for bus in self.site.buses}
        for u in self.units:
            if u.carries:
                found[u.followed].append(u)
        return found

    @cached_property
    def users(self) -> dict[str, list[Unit]]:
        """Bus -> who makes something else from it."""
        found: dict[str, list[Unit]] = {bus: [] for bus in self.site.buses}
        for u in self.units:
            for bus in u.inputs if u.supplies and not u.carries else ():
                found[bus].append(u)
        return found

    @cached_property
    def losses(self) -> dict[str, list[Unit]]:
        """Bus -> releases and coolers, without demands."""
        served = {u for units in self.demands.values() for u in units}
        found: dict[str, list[Unit]] = {bus: [] for bus in self.site.buses}
        for u in self.units:
            if not u.supplies and u not in served:
                found[u.bus].append(u)
        return found

    @cached_property
    def machines(self) -> dict[str, list[Unit]]:
        """Bus -> machines with commitment that make what it carries."""
        found: dict[str, list[Unit]] = {bus: [] for bus in self.site.buses}
        for u in self.units:
            if isinstance(u.component, Machine):
                found[u.bus].append(u)
        return found

    def wanted_ahead(self, bus: str, t: int, steps: int) -> float:
        """The least that is taken from a bus in the coming steps, stores aside [kW or kg/h]."""
        return float(np.min(self.wanted(bus)[t : t + steps]))

    def wanted(self, bus: str, seen: frozenset[str] = frozenset()) -> Floats:
        """What demands, releases and the buses behind take from a bus in every step, stores aside [kW or kg/h]."""
        if bus in self._wants:
            return self._wants[bus]
        total = np.zeros(len(self.w.inputs))
        for u in self.demands.get(bus, ()):
            if isinstance(u.component, Demand):
                total += np.array(self.w.column(u.component.need_column))
        total += sum(
            -u.component.operate(-PLENTY, 0, Run(self.w))[u.main[0][0]] * u.main[0][1] for u in self.losses[bus]
        )
        total += sum(c.export_limit_kw for u in self.grids[bus] if isinstance(c := u.component, Grid))
        for u in self.carriers_from[bus]:
            if u.bus not in seen:
                most = u.component.operate(PLENTY, 0, Run(self.w))[u.main[0][0]]
                total += np.minimum(self.wanted(u.bus, seen | {bus}), most)
        if not seen:
            self._wants[bus] = total
        return total

    @cached_property
    def _wants(self) -> dict[str, Floats]:
        return {}

    @cached_property
    def grids(self) -> dict[str, list[Unit]]:
        found: dict[str, list[Unit]] = {bus: [] for bus in self.site.buses}
        for u in self.units:
            if isinstance(u.component, Grid):
                found[u.bus].append(u)
        return found

    def _merit(self, c: Component) -> Merit:
        """Power from gas comes first where the gas is cheaper than the grid over the window, else last."""
        if not isinstance(c, GasEngine):
            return c.MERIT
        gas = [s.price_cny_per_kwh for s in self.site.components if isinstance(s, GasSupply) and s.gas_bus == c.gas_bus]
        power = [
            float(np.mean(self.w.column(g.import_price)))
            for g in self.site.components
            if isinstance(g, Grid) and g.electricity_bus == c.electricity_bus
        ]
        efficiency = c.curve.y[-1] / c.curve.x[-1]
        wear = c.wear_cny_per_h * c.modules / fixed(c.size)
        own = min(gas, default=0.0) / efficiency + wear
        return Merit.FREE if own < min(power, default=float("inf")) else Merit.RESERVE


def penalty(u: Unit) -> float:
    """What it costs to leave a demand unserved [CNY/kWh or CNY/kg]."""
    return float(u.component.penalty) if isinstance(u.component, Demand | DeferrableDemand) else 0.0
