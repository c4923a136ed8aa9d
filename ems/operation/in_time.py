"""Within an interval: the plan solved once more for what meters say just now.

A plan is made for what is forecast; what comes is known while it comes. Who takes the difference is a question of
prices: whether the battery, the electrolysers within their range or the grid is cheapest just now is what the plan's
own program knows. Its first step gets the measured sun and demands, later steps get the forecast that these
measurements correct and may run as they like; what is left takes some hundredths of a second.

What warms up or must stay on for longer keeps its commitment. What by its data sheet starts at once follows the meters
as loads do: machines without warm-up and minimum times beyond the step (fuel cell, chillers, heat pump), and the change
between hot standby and work where it takes no time. No import goes above the peak that is paid for or planned: where
all that leaves no answer, the park's own order takes the difference (`ems.operation.simulator.order`).

A step's mean stands for what meters say during the step, as everywhere, and what starts runs for the whole step: in a
park, where meters tell minute by minute, some of it comes later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ems.build import Law, build
from ems.objective import Objective
from ems.operation.outlook import Setpoints
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site import Site
from ems.solve import Solver
from ems.stochastic.first_stage import COMMITMENT
from models import Formulation, Grid, Window
from models.commitment import Machine
from models.window import Floats

STANDBY = frozenset({"on", "resume", "lapse"})  # the change between standby and work
LIMITS = Limits(seconds=10.0, gap=1e-6)  # of the month's cost: a start is worth some CNY
UNSERVED = "unserved_"
MORE = 1e-3  # kW or kg/h left unserved that the plan would have served


@dataclass(frozen=True)
class Program:
    """What a plan is the answer to, and the answer."""

    site: Site
    w: Window
    goal: Objective
    laws: Sequence[Law]
    x: Floats


def in_time(program: Program, schedule: Schedule, known: pd.DataFrame, solver: Solver) -> Setpoints | None:
    """Setpoints of the plan's first step for ``known``: inputs of its window, the first step as measured.

    None where the plan's own setpoints hold. Raises ``ValueError`` for inputs that are not those of the window.
    """
    planned = program.w.inputs
    if not known.index.equals(planned.index) or set(known.columns) != set(planned.columns):
        raise ValueError("known inputs must have the intervals and columns of the plan's own")
    w = replace(program.w, inputs=known[planned.columns])
    built = build(program.site, w, program.goal, [*program.laws, _no_new_peak(program.site, w, schedule)])
    p = built.problem
    first = p.integer & np.array([_is_first(v.index()) for v in built.columns])
    at_once = {c.name: _at_once(c, w.step_h) for c in program.site.components if isinstance(c, Machine)}
    kept = first & np.array([_committed(v, at_once) for v in built.columns])
    lower, upper = p.lower.copy(), p.upper.copy()
    lower[kept] = upper[kept] = np.round(program.x[kept])
    answer = solver.solve(replace(p, lower=lower, upper=upper, integer=first & ~kept), LIMITS)
    if answer.x is None:
        return None
    found = first_row(Schedule(*built.tables(answer.x, w)))
    return None if _unserved(found) > _unserved(first_row(schedule)) + MORE else found


def first_row(schedule: Schedule) -> Setpoints:
    return {
        name: dict(zip(map(str, table.columns), table.to_numpy(float)[0].tolist(), strict=True))
        for name, table in schedule.tables.items()
    }


def _at_once(c: Machine, step_h: float) -> frozenset[str]:
    """Which variables of its commitment may change within a step."""
    if not c.has_warm_up and c.min_up_h <= step_h and c.min_down_h <= step_h:
        return COMMITMENT
    return STANDBY if c.has_standby and not c.has_warm_start else frozenset()


def _committed(variable: Any, at_once: Mapping[str, frozenset[str]]) -> bool:
    """Whether a variable is one of a commitment that stays as it was planned."""
    name = variable.parent_component().local_name
    return name in COMMITMENT and name not in at_once.get(variable.parent_block().index(), ())


def _is_first(index: Any) -> bool:
    """Whether a variable is one of the first step: by the step that its index is or ends in."""
    return bool((index[-1] if isinstance(index, tuple) else index) == 0)


def _unserved(found: Setpoints) -> float:
    return sum(x for row in found.values() for name, x in row.items() if name.startswith(UNSERVED))


def _no_new_peak(site: Site, w: Window, schedule: Schedule) -> Law:
    """The first step buys no more than what is paid for by now, or than the plan would have bought."""
    most = {}
    for c in site.components:
        if isinstance(c, Grid):
            planned = float(schedule.tables[c.name]["import_kw"].iloc[0])
            opened = [o for key, charge in c.charges.items() for o in charge.opened(w, c.name, key)]
            if counted := [o.paid_kw for o in opened if 0 in o.counted]:
                most[c.name] = max(planned, min(counted))

    def hold(m: Any, parts: Mapping[str, Formulation]) -> None:
        for name, kw in most.items():
            bought = m.part[name].bought[0]
            bought.setub(min(bought.ub, kw))

    return hold
