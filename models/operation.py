"""Operation by rules: what a technology needs to know to decide one step from its own past, and what it answers.

Every technology has one pure function, ``operate(want, t, run) -> quantities of step t``. ``want`` is the rate at the
bus of its product: positive into the bus, negative out of it. The answer comes as near as the machine's state lets it
and fills every reported series. Who is asked, when and for how much is decided in `ems.rules`.

The first flow into a bus is the product; what further flows into buses the answer holds may be taken or left.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

from models.window import Window

EPS = 1e-7  # kW or kg/h: below it nothing is asked for
PLENTY = 1e7  # kW or kg/h: more than any park has


class Merit(IntEnum):
    """Who is asked first."""

    SPARE = 0  # there anyway and lost if no one takes it: sun, recovered heat
    STORED = 1  # what stores hold above the level they are to keep
    FREE = 2  # costs next to nothing: heat of a process, power from mine gas
    OWN = 3  # the usual machine
    BOUGHT = 4  # grid, mains, boilers
    RESERVE = 5  # only lest a demand goes unserved: stores below their level, fuel cells


class Room(NamedTuple):
    """What a store can do in one step, at the bus [kW or kg/h]."""

    charge: float
    spare: float  # discharge down to the level it is to keep
    reserve: float  # discharge down to its minimum
    steady: float  # charge of one step that fills it, whatever its rate


@dataclass
class Run:
    """The window and what has been decided for the steps before the present one."""

    w: Window
    tables: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)  # machines that may stop at once, lest a bus overflow
    _kept: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """``make()``, computed at the first call only."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def past(self, component: str, quantity: str) -> Sequence[float]:
        """Values of the steps so far."""
        return self.tables.get(component, {}).get(quantity, ())

    def before(self, component: str, quantity: str, default: float, key: str = "") -> float:
        """The value one step earlier; at the opening the state (under ``key``, if it has another name there)."""
        past = self.past(component, quantity)
        return past[-1] if past else self.w.start(component, key or quantity, default)

    def write(self, component: str, values: dict[str, float]) -> None:
        """Fix a component's answer for the present step."""
        table = self.tables.setdefault(component, {})
        for quantity, value in values.items():
            table.setdefault(quantity, []).append(value)


def between(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Linear between points, constant beyond them; `numpy.interp` for single numbers, ten times as fast."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    k = bisect_right(xs, x)
    return ys[k - 1] + (ys[k] - ys[k - 1]) * (x - xs[k - 1]) / (xs[k] - xs[k - 1])
