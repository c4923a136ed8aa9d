"""Within an interval: the plan solved once more for what meters say just now, its commitment kept.

A plan is made for what is forecast; what comes is known while it comes. Who takes the difference is a question of
prices: whether the battery, the electrolysers within their range or the grid is cheapest just now is what the plan's
own program knows. Its first step gets the measured sun and demands and keeps its commitment, later steps may run as
they like, and what is left is a linear program of some hundredths of a second. Nothing starts or stops by it, and no
import goes above the peak that is paid for or planned: where that leaves no answer, the park's own order takes the
difference (`ems.operation.simulator.order`).

A step's mean stands for what meters say during the step, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ems.build import Law, build
from ems.objective import Objective
from ems.operation.outlook import Setpoints
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site import Site
from ems.solve import Solver
from ems.stochastic.first_stage import COMMITMENT
from models import Formulation, Grid, Window
from models.window import Floats

LIMITS = Limits(seconds=10.0)
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


def in_time(program: Program, schedule: Schedule, measured: Mapping[str, float], solver: Solver) -> Setpoints | None:
    """Setpoints of the plan's first step for ``measured``: input column -> value; None where the plan's own hold.

    Raises ``KeyError`` for a column that the plan's inputs do not have.
    """
    table = program.w.inputs.copy()
    if unknown := set(measured) - set(table.columns):
        raise KeyError(f"no such inputs: {', '.join(sorted(unknown))}")
    table.loc[table.index[0], list(measured)] = list(measured.values())
    w = replace(program.w, inputs=table)
    built = build(program.site, w, program.goal, [*program.laws, _no_new_peak(program.site, w, schedule)])
    p = built.problem
    first = p.integer & np.array([_is_first(v.index()) for v in built.columns])
    kept = first & np.array([v.parent_component().local_name in COMMITMENT for v in built.columns])
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
