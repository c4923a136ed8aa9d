"""How a park may be run: by its rules, by the plan of the day before, or by plans that follow the day.

Each policy is asked before every interval what the park is to do, and sees nothing but what meters say and what its
outlook knows. The rule-based one says nothing: the park knows its rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import pandas as pd

from ems.operation.outlook import Readings, Setpoints
from ems.operation.rolling import Replanned
from ems.state import States
from forecasting.notes import Note

ISSUED_H = 15  # local hour at which the plan of the next day is made
Planner = Callable[[States, Replanned | None, pd.Timestamp], Replanned]  # state, plan that stands, now
InTime = Callable[[Replanned], Setpoints | None]  # a plan of this interval -> what meters make of it, see `in_time`

POLICIES = {
    "rule_based": Note("规则运行", "by rules"),
    "day_ahead": Note("日前计划", "day-ahead plan"),
    "rolling": Note("滚动优化", "rolling"),
    "rolling_stochastic": Note("滚动随机优化", "rolling, stochastic"),
    "perfect": Note("完全预见", "perfect foresight"),
}


class Policy(Protocol):
    """What is asked before every interval; ``plans`` are those made so far."""

    plans: list[Replanned]

    def setpoints(self, readings: Readings) -> Setpoints | None: ...


@dataclass
class RuleBased:
    """No setpoints: sun first, no arbitrage, stores hold their level (`ems.rules`)."""

    plans: list[Replanned] = field(default_factory=list)

    def setpoints(self, readings: Readings) -> Setpoints | None:
        return None


@dataclass
class DayAhead:
    """A plan at 15:00 for the whole of the next day, followed as it is; what comes otherwise the park balances.

    The first day of a run is planned when it begins.
    """

    plan: Planner
    plans: list[Replanned] = field(default_factory=list)
    _standing: Replanned | None = None
    _next: Replanned | None = None

    def setpoints(self, readings: Readings) -> Setpoints | None:
        now = readings.at
        if self._standing is None:
            self._standing = self._made(readings, None)
        if now == now.normalize() and self._next is not None:
            self._standing, self._next = self._next, None
        if now.hour == ISSUED_H and now.minute == 0:
            self._next = self._made(readings, self._standing)
        return self._standing.setpoints(now)

    def _made(self, readings: Readings, previous: Replanned | None) -> Replanned:
        self.plans.append(self.plan(readings.state, previous, readings.at))
        return self.plans[-1]


@dataclass
class Rolling:
    """A new plan every ``every_h`` hours from the state that meters tell, on top of the one that stands.

    In the interval that it begins with a plan follows what meters say (``in_time``); ``kept`` counts intervals in which
    that gave no answer and the plan's own setpoints held.
    """

    plan: Planner
    every_h: float = 1.0
    in_time: InTime | None = None
    plans: list[Replanned] = field(default_factory=list)
    kept: int = 0

    def setpoints(self, readings: Readings) -> Setpoints | None:
        previous = self.plans[-1] if self.plans else None
        if previous is None or readings.at >= previous.at + pd.Timedelta(hours=self.every_h):
            made = self.plan(readings.state, previous, readings.at)
            self.plans.append(replace(made, program=None))
            if self.in_time and made.program:
                if told := self.in_time(made):
                    return told
                self.kept += 1
        return self.plans[-1].setpoints(readings.at)
