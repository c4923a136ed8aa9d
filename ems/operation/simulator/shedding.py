"""What goes unserved when nothing else is left: the demand that costs least per unit of what is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ems.rules.plant import Unit, penalty
from models.operation import EPS, Merit

if TYPE_CHECKING:
    from ems.operation.simulator.answer import Answer

TRIES = 10
Way = tuple[float, Unit]  # CNY per unit of the bus that is short; a demand, or who makes something else of it


def shed(x: Answer, bus: str, seen: frozenset[str] = frozenset()) -> None:
    """Cut demands on a bus, or behind the machines that take from it, until it is level."""
    for _, u in sorted(ways(x, bus, seen), key=lambda way: way[0]):
        gap = -x.net[bus]
        if gap <= EPS:
            return
        at = x.position(u)
        if u.bus == bus:
            x.put(u, min(0.0, at + gap))
            continue
        saved = x.save()
        for _ in range(TRIES):  # what a machine saves at the margin is not what it takes on average
            at, gap, input_ = x.position(u), -x.net[bus], taken(x, u, bus)
            if min(gap, at, input_) <= EPS:
                break
            x.put(u, at - min(at, 1.02 * gap * at / input_))
            if x.position(u) == at:
                break
            x.cover(u.bus, Merit.RESERVE)
            shed(x, u.bus, seen | {bus})
        if x.net[u.bus] < min(saved.net[u.bus], 0.0) - EPS:
            x.restore(saved)


def ways(x: Answer, bus: str, seen: frozenset[str]) -> list[Way]:
    """Demands on a bus and units that make something else of it, each with the price of a unit."""
    found: list[Way] = [(penalty(u), u) for u in x.plant.demands.get(bus, ()) if x.position(u) < -EPS]
    for u in (*x.plant.users[bus], *x.plant.carriers_from[bus]):
        if u.bus in seen or u.bus == bus or x.position(u) <= EPS or taken(x, u, bus) <= EPS:
            continue
        behind = ways(x, u.bus, seen | {bus})
        if behind:
            found.append((min(price for price, _ in behind) * x.position(u) / taken(x, u, bus), u))
    return found


def taken(x: Answer, u: Unit, bus: str) -> float:
    """What a unit takes from a bus [kW or kg/h]."""
    return -sum(sign * x.values[u.name][q] for q, b, sign in u.flows if b == bus)
