"""Who takes the difference between a plan and the day, and in which order.

Short of power:  sun and by-products left over; grid and mains up to the peak that is paid for anyway; batteries and
machines that cost next to nothing; machines at work within their range, and electrolysers turned down where tanks
have what they no longer make; the grid up to its connection; fuel cells. Short of heat, cold or hydrogen: what is left
over, stores, machines at work, boilers and deliveries. Where a plan buys no power it holds it to be worth less than it
costs: batteries then charge less and electrolysers make less before any is bought. Too much takes the same road back:
the grid buys less, stores fill, valves and compressors pass on, machines come down, the sun is curtailed, the rest is
let go.

Every bus has six levels (`models.operation.Merit`); a valve or compressor passes the level on to the bus behind it.
"""

from __future__ import annotations

from functools import cached_property

from ems.rules.plant import Plant, Spare, Unit
from models import Store
from models.component import fixed
from models.electrolyser import Electrolyser
from models.grid import Grid
from models.operation import Merit, Run
from models.storage import Battery
from models.supply import GasSupply, WaterSupply

PAID = Merit.STORED  # the level at which a grid or a main gives what costs no new peak


class RealTime(Plant):
    """The same park with the order of real time: plans know prices, real time knows who can answer at once."""

    @cached_property
    def suppliers(self) -> dict[str, list[list[Unit | Spare]]]:
        found: dict[str, list[list[Unit | Spare]]] = {bus: [[] for _ in Merit] for bus in self.site.buses}
        makers = sorted((u for u in self.units if u.supplies), key=_stores_first)
        for u in makers:
            for quantity, bus in u.spare:
                found[bus][Merit.SPARE].append(Spare(u, quantity, bus))
            for level in levels(u):
                found[u.bus][level].append(u)
        return found

    @cached_property
    def turned_down(self) -> dict[str, tuple[list[Unit | Spare], list[Unit | Spare]]]:
        """Bus -> who delivers less before stores are filled; after them makers, carriers, by-products."""
        found: dict[str, tuple[list[Unit | Spare], list[Unit | Spare]]] = {bus: ([], []) for bus in self.site.buses}
        makers = [u for u in self.units if u.supplies and not u.is_store]
        for u in sorted(makers, key=lambda u: (u.carries, -u.merit)):
            found[u.bus][not isinstance(u.component, Grid | GasSupply | WaterSupply)].append(u)
        for bus, by_level in self.suppliers.items():
            found[bus][1].extend(s for s in by_level[Merit.SPARE] if isinstance(s, Spare))
        return found

    @cached_property
    def carriers_to(self) -> dict[str, list[Unit]]:
        """Bus -> heat exchangers, valves, compressors that deliver to it."""
        return {bus: [u for u in self.units if u.carries and u.bus == bus] for bus in self.site.buses}

    @cached_property
    def peak_spared_by(self) -> frozenset[str]:
        """Machines that are started or stopped rather than a new peak be paid for: fuel cells and electrolysers."""
        carriers = self.site.buses
        return frozenset(
            u.name
            for u in self.units
            if isinstance(u.component, Electrolyser)
            or (u.merit == Merit.RESERVE and not u.is_store and carriers[u.bus] == "electricity")
        )

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Buses in the order in which they are levelled: what is made from power before power itself."""
        last = ("electricity", "gas", "water")

        def rank(bus: str) -> tuple[int, int]:
            carrier = self.site.buses[bus]
            return last.index(carrier) + 1 if carrier in last else 0, len(self.carriers_from[bus])

        return tuple(sorted(self.site.buses, key=rank))


def levels(u: Unit) -> tuple[Merit, ...]:
    """Levels at which a unit is asked."""
    c = u.component
    if u.carries:
        return tuple(Merit)
    if u.followed:  # a chiller on heat: on what is left over, then as a machine like others
        return Merit.SPARE, Merit.OWN, Merit.RESERVE
    if isinstance(c, Grid):
        return PAID, Merit.BOUGHT, Merit.RESERVE
    if isinstance(c, GasSupply | WaterSupply):
        return PAID, Merit.RESERVE
    if isinstance(c, Store):
        return Merit.FREE if isinstance(c, Battery) else Merit.STORED, Merit.RESERVE
    if u.merit == Merit.RESERVE:  # once it runs it is a machine like others; it starts before a new peak is paid for
        return Merit.OWN, Merit.BOUGHT, Merit.RESERVE
    return u.merit, Merit.RESERVE


def _stores_first(u: Unit) -> tuple[bool, bool, float]:
    merit = Merit.OWN + 0.5 if u.merit == Merit.RESERVE else u.merit  # before what costs a new peak
    return not u.is_store, bool(u.followed) and not u.carries, merit


def paid_kw(c: Grid, t: int, run: Run, planned_kw: float) -> float:
    """Import of step ``t`` that costs no new peak: what is paid for, or planned now, up to contract and connection."""
    top = min(fixed(c.connection_kw), c.contract_kw or fixed(c.connection_kw))
    bought = run.past(c.name, "import_kw")
    opened = run.once(
        (c.name, "opened"), lambda: [o for key, charge in c.charges.items() for o in charge.opened(run.w, c.name, key)]
    )
    for o in opened:
        if t in o.counted:
            top = min(top, max(o.paid_kw, planned_kw, max((bought[k] for k in o.counted if k < t), default=0.0)))
    return top
