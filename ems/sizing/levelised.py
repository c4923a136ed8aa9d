"""Levelised cost of every carrier: average-cost accounting over the buses of a park.

What flows in a year costs, on each bus b [CNY/kWh or CNY/kg before tax],

    p_b used_b = sum over what feeds b of share_cb (own cost_c + sum of inputs p_i x_ci) + own cost of its stores

    own cost_c   annual cost of the component: investment, O&M, what it buys less what it sells, wear, emissions
    used_b       what leaves b for demands and machines: losses of stores, releases and what is sold are not used
    share_cb     of a machine with several products: by exergy, see `EXERGY`

Stores belong to their bus. What is released or rejected carries no value: what that costs (penalty, fans) is borne by
the bus it relieves. Income from what is sold lowers the cost of the bus it leaves. Every cost therefore ends in a
demand, sum(demand x levelised cost) = annual cost of the park, but for what no one uses, which is reported.

The annual cost is after tax and is divided by 1 - tax: the price before tax that just pays for it (Short et al.,
Manual for the Economic Evaluation of Energy Efficiency and Renewable Energy Technologies, NREL/TP-462-5173, 1995).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ems.schedule import Schedule
from ems.site import Site
from ems.sizing.balances import per_year
from models import CARRIERS, Component, Grid, Quantity, Store, Window
from models.demand import DeferrableDemand, Demand
from models.fuel_cell import LHV_KWH_PER_KG
from models.heat_rejection import HeatRejection
from models.supply import Spill

EXERGY = {  # of a kWh or kg [kWh]: heat as in Directive (EU) 2018/2001, annex V part C 16: Carnot factor at 150 °C
    "electricity": 1.0,
    "gas": 1.0,
    "hydrogen": LHV_KWH_PER_KG,
    "heat": 0.3546,
    "cooling": 0.3546,  # no machine of the catalogue makes it besides something else
    "water": 0.0,  # recovered water is free
}
UNUSED = 1e-3  # kWh or kg a year: below it a bus is not used


@dataclass(frozen=True)
class Allocation:
    """How costs pass from components to buses in a year: with it a reader can compute levelised costs again.

        used_b p_b = sum over components c of home_cb own cost_c + sum over buses i of passed_bi p_i

    A carrier costs the mean over ``taken``: what its demands take from each bus, all its users where it has none.
    """

    home: Mapping[str, Mapping[str, float]]  # component -> bus -> share of its cost
    used: Mapping[str, float]  # bus -> [kWh or kg]
    passed: Mapping[str, Mapping[str, float]]  # to bus -> from bus -> [kWh or kg] whose cost is passed on
    taken: Mapping[str, Mapping[str, float]]  # carrier -> bus -> [kWh or kg]

    def as_dict(self) -> dict[str, Any]:
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(x: Any) -> Any:
    return {key: _plain(value) for key, value in x.items()} if isinstance(x, Mapping) else x


@dataclass(frozen=True)
class Levelised:
    """Cost of a unit on each bus, and what is spent on what no one uses."""

    by_bus: Mapping[str, float | None]  # before tax [CNY/kWh or CNY/kg]; None where nothing is used
    unused_cny: float  # a year, before tax
    flows: Allocation

    def of(self, carrier: str) -> float | None:
        """Mean over the demands of a carrier; where there are none, over all that is used of it."""
        taken = self.flows.taken.get(carrier, {})
        amount = sum(taken.values())
        cost = sum(x * price for bus, x in taken.items() if (price := self.by_bus[bus]) is not None)
        return cost / amount if amount > 0 else None


def is_use(c: Component, q: Quantity) -> bool:
    """Whether what a component takes from a bus is used: not stored, released or sold."""
    if isinstance(c, Store | Grid | Spill):
        return False
    return not (isinstance(c, HeatRejection) and q.bus == "heat_bus")


def home(c: Component, s: Mapping[str, float]) -> dict[str, float]:
    """Buses that bear what a component costs, with their shares; ``s``: flow of each quantity in the year."""
    made = [(q, bus) for q, bus in c.ports if q.sign > 0]
    if isinstance(c, Store) or not made:
        return {c.ports[0].bus: 1.0}
    worth = [EXERGY[q.carrier] * s[q.name] for q, _ in made]
    if len(made) == 1 or sum(worth) <= 0:  # an idle machine burdens its first product
        return {made[0][1]: 1.0}
    shares: dict[str, float] = {}
    for (_, bus), x in zip(made, worth, strict=True):
        shares[bus] = shares.get(bus, 0.0) + x / sum(worth)
    return shares


def allocation(site: Site, w: Window, schedule: Schedule) -> Allocation:
    """What the costs of a year follow."""
    shares: dict[str, dict[str, float]] = {}
    used = dict.fromkeys(site.buses, 0.0)
    passed: dict[str, dict[str, float]] = {bus: {} for bus in site.buses}
    final: dict[str, dict[str, float]] = {}
    every: dict[str, dict[str, float]] = {}
    for c in (c for c in site.components if c.ports):
        s = {q.name: per_year(schedule.tables[c.name], q.name, w) for q, _ in c.ports}
        shares[c.name] = home(c, s)
        for q, bus in c.ports:
            if q.sign > 0 or not is_use(c, q):
                continue
            used[bus] += s[q.name]
            _add(every, q.carrier, bus, s[q.name])
            if isinstance(c, Demand | DeferrableDemand):
                _add(final, q.carrier, bus, s[q.name])
                continue
            for to, share in shares[c.name].items():
                _add(passed, to, bus, share * s[q.name])
    taken = {carrier: _live(final.get(carrier, {}), used) or _live(x, used) for carrier, x in every.items()}
    return Allocation(shares, used, passed, taken)


def _add(table: dict[str, dict[str, float]], row: str, column: str, x: float) -> None:
    line = table.setdefault(row, {})
    line[column] = line.get(column, 0.0) + x


def _live(amounts: Mapping[str, float], used: Mapping[str, float]) -> dict[str, float]:
    """Amounts on buses that are used; none where they come to nothing."""
    kept = {bus: x for bus, x in amounts.items() if used[bus] > UNUSED}
    return kept if sum(kept.values()) > UNUSED else {}


def levelised(site: Site, w: Window, schedule: Schedule, own_cny: Mapping[str, float]) -> Levelised:
    """Solve for the cost of a unit on each bus; ``own_cny``: annual cost of each component before tax [CNY/a]."""
    flows, at = allocation(site, w, schedule), {bus: k for k, bus in enumerate(site.buses)}
    used, own = np.array([flows.used[bus] for bus in at]), np.zeros(len(at))
    passed = np.zeros((len(at), len(at)))  # to bus, from bus
    for name, shares in flows.home.items():
        for bus, share in shares.items():
            own[at[bus]] += share * own_cny[name]
    for to, amounts in flows.passed.items():
        for bus, x in amounts.items():
            passed[at[to], at[bus]] = x
    live = used > UNUSED
    price = np.zeros(len(at))
    price[live] = np.linalg.solve(np.diag(used[live]) - passed[np.ix_(live, live)], own[live])
    unused = float((own[~live] + passed[~live] @ price).sum())
    return Levelised({bus: float(price[k]) if live[k] else None for bus, k in at.items()}, unused, flows)


NAMES = {c: f"{c}_cny_per_{CARRIERS[c].stock}" for c in ("electricity", "hydrogen", "heat", "cooling")}


def as_dict(found: Levelised) -> dict[str, float | None]:
    """Levelised costs by the names of the study's document; none where a carrier is not used."""
    return {name: found.of(carrier) for carrier, name in NAMES.items()}
