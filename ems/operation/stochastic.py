"""A re-plan under scenarios: commitment and stores shared by all, the rest as each one asks (`ems.stochastic`)."""

from __future__ import annotations

import time

import pandas as pd

from ems.objective import Objective
from ems.operation.outlook import Outlook
from ems.operation.rolling import LookAhead, Manner, Replanned, horizon
from ems.site import Site
from ems.solve import Solver
from ems.state import States
from ems.stochastic.plan import Change, plan_under
from models import Window


def replan_under(
    site: Site,
    state: States,
    outlook: Outlook,
    previous: Replanned | None,
    now: pd.Timestamp,
    *,
    solver: Solver,
    goal: Objective,
    manner: Manner,
    count: int,
    ahead: LookAhead | None = None,
) -> Replanned:
    """The plan from ``now`` on for ``count`` scenarios of the outlook; what is followed is that of the expected day."""
    began = time.perf_counter()
    index = horizon(now, manner.step_minutes, manner.least_h)
    expected = Window(outlook.inputs(now, index), state)
    site, laws = ahead(site, expected) if ahead else (site, [])
    scenarios = outlook.scenarios(now, index, count)
    change = Change(previous.schedule) if manner.priced and previous and previous.schedule is not None else None
    plan = plan_under(
        site, expected, scenarios, goal, solver, manner.limits(now), change=change, laws=laws, worth=False
    )
    seconds = {"all": time.perf_counter() - began}
    if plan.schedule is not None and not plan.expected_violations:
        return Replanned(now, "planned", plan.schedule, expected, plan.answer.gap, seconds)
    broken = plan.expected_violations
    reason = f"{broken[0].component}: {broken[0].law}" if broken else plan.answer.message
    if previous is not None and previous.reaches(now):
        return Replanned(now, "bridged", previous.schedule, previous.w, seconds=seconds, reason=reason)
    return Replanned(now, "rules", None, None, seconds=seconds, reason=reason)
