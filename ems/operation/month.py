"""One month under one policy: a loop over its intervals, and what it came to as plain numbers.

    readings -> policy -> setpoints -> park (simulated with what really comes) -> readings of the next interval

A month opens with the stocks of the site file and all machines off, and is settled at its end (`ems.operation.score`):
months do not depend on each other and may run side by side.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ems.build import Law
from ems.objective import Objective
from ems.operation import policies, score
from ems.operation.aims import Aims, month_aims, paying_all, settling
from ems.operation.future import Future
from ems.operation.future_fit import fit_future
from ems.operation.in_time import in_time
from ems.operation.meters import Silence, bridged
from ems.operation.outlook import Outlook, Readings, Setpoints
from ems.operation.outlooks import Erring, Perfect
from ems.operation.rolling import Manner, Replanned, replan
from ems.schedule import Schedule
from ems.site import Site
from ems.solve import Solver
from ems.state import States
from forecasting.intraday import Weights
from models import Window

STOCHASTIC_EVERY_H = 3.0
PERFECT_EVERY_H = 3.0  # whoever knows all need not plan every hour; outages are seen at the next plan


@dataclass(frozen=True)
class Month:
    """What a month's run depends on, all of it.

    Attributes:
        inputs, issued, clear, spread, caution: hours of the month and of two days more, see
            `ems.operation.outlooks.Erring`.
        steps: of the month itself.
        corrections: weights of the correction during the day, of the sun and of demands.
        likely: inputs of the month in other years of the climate, which plans look at beyond their forecast; none:
            peaks and stock values are the site file's.
        seed: of what fails at random in the simulated park.
    """

    site: Site
    label: str
    inputs: pd.DataFrame
    steps: int
    likely: tuple[pd.DataFrame, ...]
    issued: pd.DataFrame
    clear: pd.DataFrame
    loads: tuple[str, ...]
    corrections: tuple[Weights, Weights]
    spread: Mapping[int, pd.DataFrame]
    caution: pd.DataFrame
    goal: Objective
    manner: Manner
    opening: States
    seed: int
    silence: float = 0.0
    outages: bool = True


def aims_of_month(task: Mapping[str, Any]) -> dict[str, Any]:
    """The month as it came as one linear program: a bound, and what stock is worth when it is settled.

    And what plans know of the days beyond their window, from likely years (`ems.operation.future`).
    """
    m: Month = task["month"]
    with Solver() as solver:
        came = month_aims(m.site, m.inputs.iloc[: m.steps], m.opening, m.goal, solver)
    future = fit_future(m.site, m.likely, m.opening, m.goal).to_dict() if m.likely else None
    return {"came": came.to_dict(), "future": future}


def operate_month(task: Mapping[str, Any], progress: Callable[[pd.Timestamp], None] | None = None) -> dict[str, Any]:
    """Run one month under ``task["policy"]``, settled by `aims_of_month`; plain numbers, to be kept in a journal.

    ``progress`` gets the moment before each interval; what it raises ends the run and the solver with it.
    """
    from ems.operation.simulator import Outages, Park
    from ems.operation.simulator import drawn as drawn_outages

    m, name = task["month"], str(task["policy"])
    came = Aims.from_dict(task["came"])
    began = time.perf_counter()
    index = pd.DatetimeIndex(m.inputs.index[: m.steps])
    outages = drawn_outages(m.site, index, m.seed * 10_000 + index[0].year % 100 * 100 + index[0].month)
    site = m.site if name == "rule_based" else paying_all(m.site)  # in real time no peak to come is paid for
    park = Park(site, m.inputs.iloc[: m.steps], m.opening, outages if m.outages else Outages())
    silence, missing = Silence(m.silence, m.seed), 0
    with Solver() as solver:
        policy = _policy(name, m, task["future"], park.seen, solver)
        for now in index:
            if progress:
                progress(now)
            readings = _read(m, park.state(), now, policy.plans, silence)
            missing += bool(readings.missing)
            park.step(policy.setpoints(readings))
    schedule = park.schedule()
    w = Window(m.inputs.iloc[: m.steps], m.opening)
    return {
        "month": m.label,
        "policy": name,
        "steps": m.steps,
        "seconds_run": round(time.perf_counter() - began, 3),
        "bridged_readings": missing,
        "not_in_time": policy.kept if isinstance(policy, policies.Rolling) else 0,
        "bound_cny": came.bound_cny,
        "outages": len(park.begun),
        **score.figures(settling(m.site, m.opening, came), w, schedule, policy.plans),
        "violations": [
            {"component": v.component, "law": v.law, "worst": float(v.worst), "at": v.at.isoformat()}
            for v in park.audit()[:20]
        ],
        "series": _series(m.site, schedule),
    }


def _policy(
    name: str, m: Month, future: Mapping[str, Any] | None, seen: Callable[[Site], Site], solver: Solver
) -> policies.Policy:
    """The policy of that name, with its own outlook and its own eyes."""
    caution = m.caution if name == "rolling" else None  # scenarios say it themselves
    erring = Erring(m.inputs, m.issued, m.clear, m.loads, m.spread, *m.corrections, caution)
    outlook: Outlook = Perfect(m.inputs) if name == "perfect" else erring
    beyond = Future.from_dict(future, str(pd.DatetimeIndex(m.inputs.index).tz)) if future else None

    def ahead(site: Site, w: Window) -> tuple[Site, list[Law]]:
        return beyond.seen(site, m.opening, w) if beyond else (site, [])

    def plan(state: States, previous: Replanned | None, now: pd.Timestamp) -> Replanned:
        site = seen(m.site)
        return replan(site, state, outlook, previous, now, solver=solver, goal=m.goal, manner=m.manner, ahead=ahead)

    def plan_under(state: States, previous: Replanned | None, now: pd.Timestamp) -> Replanned:
        from ems.operation.stochastic import replan_under

        count, site = 1 + len(m.spread), seen(m.site)
        return replan_under(
            site, state, outlook, previous, now, solver=solver, goal=m.goal, manner=m.manner, count=count, ahead=ahead
        )

    if name == "rule_based":
        return policies.RuleBased()
    if name == "day_ahead":
        return policies.DayAhead(plan)
    if name == "rolling_stochastic":
        return policies.Rolling(plan_under, STOCHASTIC_EVERY_H)
    if name == "perfect":
        return policies.Rolling(plan, PERFECT_EVERY_H)

    def answered(made: Replanned) -> Setpoints | None:
        assert made.program is not None
        assert made.schedule is not None
        return in_time(made.program, made.schedule, erring.within(made.schedule.index), solver)

    return policies.Rolling(plan, 1.0, answered)


def _read(m: Month, state: States, now: pd.Timestamp, plans: Sequence[Replanned], silence: Silence) -> Readings:
    """What meters tell; what they do not, by the last plan."""
    planned = plans[-1].state(m.site, now) if plans and m.silence else None
    told = silence.told(state, now) if planned is not None else state
    return bridged(m.site, now, told, planned, tuple(state))


def _series(site: Site, schedule: Schedule) -> dict[str, list[float]]:
    """What pictures are drawn from: power bought, sun used, and the level of every store, by step."""
    found = {}
    for c in site.components:
        table = schedule.tables[c.name]
        for name in table:
            if name == "import_kw" or str(name).startswith("level_"):
                found[f"{c.name}.{name}"] = np.round(table[name].to_numpy(float), 1).tolist()
    return found
