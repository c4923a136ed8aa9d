"""What a machine that cannot stop or come down at once must look ahead for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ems.rules.plant import Unit
from models.commitment import Machine
from models.component import fixed
from models.electrolyser import Electrolyser
from models.operation import EPS, Merit

if TYPE_CHECKING:
    from ems.rules.exchange import Exchange


def may_start(x: Exchange, u: Unit, old: Mapping[str, float]) -> bool:
    """Start a machine only if what it takes and makes at minimum load can be had and taken while it must run."""
    c, new = u.component, x.values[u.name]
    if not isinstance(c, Machine) or new["started_modules"] <= old["started_modules"]:
        return True
    steps = x.run.w.steps_of(max(c.min_up_h, x.run.w.step_h) + c.cold_start_min / 60)
    lowest = c.at_minimum(_hot(new), x.t, x.run)
    made = sum(lowest[q] for q, _ in u.main)
    if made > x.plant.wanted_ahead(u.bus, x.t, steps) + _room_beside(x, u, steps) + 1e-6:
        return False
    up = x.run.w.steps_of(max(c.min_up_h, x.run.w.step_h))
    return _could_have(x, u, lowest, up - 1 if new["on_modules"] else up)


def followable(x: Exchange, u: Unit, want: float) -> float:
    """Less than ``want`` where a machine could not come down as fast as what it serves goes away."""
    c = u.component
    if not isinstance(c, Machine) or not c.ramp_share_per_min or isinstance(c, Electrolyser):
        return want  # hydrogen has a tank, and its rate is planned ahead
    reach = c.ramp_share_per_min * 60 * x.run.w.step_h
    if reach >= 1:
        return want
    module = fixed(c.size) / c.modules
    down = reach * module * math.ceil(want / module)
    wanted = x.plant.wanted(u.bus)
    for k in range(1, min(math.ceil(1 / reach) + 1, len(wanted) - x.t)):
        left = max(0.0, float(wanted[x.t + k]) + _room_beside(x, u, k + 1))
        off = max(reach, c.least) * module - down  # from where it may go off in one step
        want = min(want, k * down + (left if left >= c.least * module else off))
    return want


def _hot(values: Mapping[str, float]) -> float:
    return values["on_modules"] + values.get("warming_modules", 0.0)


def _room_beside(x: Exchange, u: Unit, steps: int) -> float:
    """Steady rate at which stores could be filled for so many steps, less what other machines must make."""
    room = 0.0
    for store in x.plant.stores[u.bus]:
        free = x.step.rooms[store.name]
        room += min(free.charge, free.steady / steps)
    for other in x.plant.machines[u.bus]:
        c, hot = other.component, _hot(x.values[other.name])
        if other is not u and hot and isinstance(c, Machine):
            lowest = c.at_minimum(hot, x.t, x.run)
            room -= sum(lowest[q] for q, _ in other.main)
    return room


def _could_have(x: Exchange, u: Unit, lowest: Mapping[str, float], steps: int) -> bool:
    """Whether the inputs of so many steps to come could be had: one step's from a main, all of them from stocks."""
    saved = x.save()
    found = True
    for quantity, bus, sign in u.flows:
        if steps and sign < 0 and quantity in lowest and bus not in x.covering:
            bought = bus in x.plant.bought
            x.net[bus] -= lowest[quantity] * (1 if bought else steps)
            found = found and x.cover(bus, Merit.BOUGHT if bought else Merit.RESERVE) <= EPS
    x.restore(saved)
    return found
