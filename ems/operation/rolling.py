"""One re-plan: from what is known now to the next midnight that is far enough away, on top of the plan that stands.

    replan(site, state, outlook, previous, now)  ->  Replanned

The window runs from ``now`` to the first midnight that is more than `LEAST_H` hours away: from 15:00 on it holds all of
the day to come. Each plan changes the one before only where that pays (`ems.plan_changes`), and is audited: one that
breaks a law is not followed. Where no plan is found the one before is followed as far as it reaches, and where there is
none the park runs by its rules.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import pandas as pd

from ems.audit import audit
from ems.build import Law
from ems.objective import Objective
from ems.operation.in_time import Program
from ems.operation.outlook import Outlook, Setpoints
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site import Site
from ems.solve import Solver
from ems.state import States
from models import Window

LEAST_H = 9.0
Outcome = Literal["planned", "bridged", "rules"]
LookAhead = Callable[[Site, Window], tuple[Site, list[Law]]]  # see `ems.operation.future`


@dataclass(frozen=True)
class Manner:
    """How re-plans are made; the gap of the first plan of a day is the closer one."""

    step_minutes: int = 60
    least_h: float = LEAST_H
    first: Limits = field(default_factory=lambda: Limits(seconds=30.0, gap=2e-3))
    later: Limits = field(default_factory=lambda: Limits(seconds=30.0, gap=1e-2))
    priced: bool = True  # whether changes of the plan before have a price

    def limits(self, now: pd.Timestamp) -> Limits:
        return self.first if now == now.normalize() else self.later


@dataclass(frozen=True)
class Replanned:
    """A plan from ``at`` to the end of its window, and how it came about."""

    at: pd.Timestamp
    outcome: Outcome
    schedule: Schedule | None  # None where the park runs by its rules
    w: Window | None
    gap: float = float("nan")
    seconds: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    program: Program | None = None  # what the plan is the answer to, where it is to be solved again within its interval

    def reaches(self, at: pd.Timestamp) -> bool:
        return self.schedule is not None and at in self.schedule.index

    def setpoints(self, at: pd.Timestamp) -> Setpoints | None:
        """What the plan says of the interval that begins at ``at``; None where it does not reach or there is none."""
        if self.schedule is None or not self.reaches(at):
            return None
        row = int(self.schedule.index.get_loc(at))  # type: ignore[arg-type]
        return {
            name: dict(zip(map(str, table.columns), table.to_numpy(float)[row].tolist(), strict=True))
            for name, table in self.schedule.tables.items()
        }

    def state(self, site: Site, at: pd.Timestamp) -> States | None:
        """The park's state at ``at`` as it was planned; None where the plan does not tell."""
        if self.schedule is None or self.w is None:
            return None
        index = self.schedule.index
        if at == index[0]:
            return {name: dict(values) for name, values in self.w.state.items()}
        done = int(index.searchsorted(at))
        if at not in index and at != index[-1] + pd.Timedelta(hours=self.w.step_h):
            return None
        part = Schedule({name: table.iloc[:done] for name, table in self.schedule.tables.items()})
        minutes = round(self.w.step_h * 60)
        return part.state_end(site, Window(self.w.inputs.iloc[:done], self.w.state, step_minutes=minutes))


def horizon(now: pd.Timestamp, step_minutes: int, least_h: float = LEAST_H) -> pd.DatetimeIndex:
    """Steps from ``now`` to the first local midnight that is more than ``least_h`` away."""
    end = ((now + pd.Timedelta(hours=least_h)).normalize() + pd.Timedelta(hours=36)).normalize()
    return pd.date_range(now, end, freq=f"{step_minutes}min", inclusive="left")


def replan(
    site: Site,
    state: States,
    outlook: Outlook,
    previous: Replanned | None,
    now: pd.Timestamp,
    *,
    solver: Solver,
    goal: Objective,
    manner: Manner | None = None,
    ahead: LookAhead | None = None,
) -> Replanned:
    """The plan from ``now`` on. Beyond its window it looks with ``ahead``, else with what ``site`` says of stock and
    peaks.
    """
    manner = manner or Manner()
    began = time.perf_counter()
    w = Window(outlook.inputs(now, horizon(now, manner.step_minutes, manner.least_h)), state)
    site, laws = ahead(site, w) if ahead else (site, [])
    found = _solved(site, w, previous, manner.limits(now), manner, solver, goal, laws)
    seconds = {**found.seconds, "all": time.perf_counter() - began}
    if found.schedule is not None:
        return Replanned(now, "planned", found.schedule, w, found.gap, seconds, program=found.program)
    if previous is not None and previous.reaches(now):
        return Replanned(now, "bridged", previous.schedule, previous.w, seconds=seconds, reason=found.reason)
    return Replanned(now, "rules", None, None, seconds=seconds, reason=found.reason)


class _Solved(NamedTuple):
    """A schedule that passed the audit, or why there is none."""

    schedule: Schedule | None
    gap: float
    seconds: dict[str, float]  # by phase
    reason: str = ""
    program: Program | None = None


def _solved(
    site: Site,
    w: Window,
    previous: Replanned | None,
    limits: Limits,
    manner: Manner,
    solver: Solver,
    goal: Objective,
    laws: Sequence[Law],
) -> _Solved:
    from ems.build import build
    from ems.plan_changes import changes_priced

    clock = [time.perf_counter()]
    laws = list(laws)
    if manner.priced and previous is not None and previous.schedule is not None:
        laws.append(changes_priced(site, w, previous.schedule))
    built = build(site, w, goal, laws)
    clock.append(time.perf_counter())
    answer = solver.solve(built.problem, limits)
    clock.append(time.perf_counter())
    seconds = {"build": clock[1] - clock[0], "solve": clock[2] - clock[1]}
    if answer.x is None:
        return _Solved(None, float("nan"), seconds, answer.message or answer.status)
    schedule = Schedule(*built.tables(answer.x, w))
    broken = audit(site, w, schedule)
    seconds["audit"] = time.perf_counter() - clock[2]
    if broken:
        return _Solved(None, float("nan"), seconds, f"{broken[0].component}: {broken[0].law}")
    return _Solved(schedule, answer.gap, seconds, program=Program(site, w, goal, laws, answer.x))
