"""The truth test: found sizes are operated for the whole year by the day-ahead plan, and held against the promise.

A design is one linear program over a year: it foresees every hour and counts modules as shares. An operator sees one
day, whole modules, minimum loads and minimum times. The test plans every day of the year as `ems plan` does
(mixed-integer program, audit, rule-based schedule where a plan fails), carries the state from day to day and bills
the year at its end with the peaks that came about. What stock is worth at midnight the operator takes from the design,
month by month (`ems.sizing.aims`).

The year is cut into its calendar months, which do not depend on each other and may run side by side: stocks and
machines open as the design leaves them at that hour, and what stocks end with above or below the design is valued at
the design's own mean marginal value. The day's forecasts are taken as certain.
"""

from __future__ import annotations

import hashlib
import pickle
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ems.audit import audit
from ems.objective import Objective
from ems.problem import Limits
from ems.schedule import Outcome, Schedule
from ems.site import Site
from ems.sizing.aims import aiming_at, general_weight, stock_values
from ems.sizing.design import Designed
from ems.sizing.gap import truth_of
from ems.sizing.parks import built_park, free_park
from ems.sizing.study import Study
from ems.sizing.year_run import YearRun
from ems.solve import Solver
from ems.state import States
from ems.wishes import unmet_wishes
from forecasting.errors import InputError
from models import Design, Grid, Store, Window
from models.commitment import Machine
from models.machine import ON

DECIMALS = 6  # of reported series: a thousandth of what the audit lets pass
Mapper = Callable[[Callable[[dict[str, Any]], dict[str, Any]], Sequence[dict[str, Any]]], Iterable[dict[str, Any]]]


def operate(
    site: Site,
    study: Study,
    designed: Designed,
    inputs: pd.DataFrame,
    limits: Limits | None = None,
    run: Mapper = map,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Operate a design for its whole year and compare: the ``truth`` of a study.

    ``site`` is the park with candidates that the study sizes, ``inputs`` the year hour by hour. ``run`` maps
    `operate_month` over the tasks as `map` does, wherever it likes; ``progress`` gets days done and days in all.
    """
    months = tasks(site, study, designed, inputs, limits)
    done: list[dict[str, Any]] = []
    for result in run(operate_month, months):
        done.append(result)
        if progress:
            progress(sum(m["days"] for m in done), sum(m["days"] for m in months))
    return combine(site, study, designed, inputs, done)


def tasks(
    site: Site, study: Study, designed: Designed, inputs: pd.DataFrame, limits: Limits | None = None
) -> list[dict[str, Any]]:
    """One task for every calendar month; ``id`` is the hash of all that its result depends on."""
    park, goal = operated_park(site, study, designed.sizes), operators_goal(designed)
    found = []
    for first, last in segments(inputs):
        table = inputs.iloc[first:last]
        task = {
            "month": f"{table.index[0]:%Y-%m}",
            "days": len(pd.DatetimeIndex(table.index).normalize().unique()),
            "site": aiming_at(park, designed, int(table.index[0].month)),
            "inputs": table,
            "opening": opening(park, designed, inputs, first),
            "goal": goal,
            "limits": limits or Limits(),
        }
        found.append({"id": _hash(task), **task})
    return found


def operate_month(task: Mapping[str, Any], progress: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Plan the days of one task, one after the other; plain numbers, so that the result can be kept in a journal.

    ``progress`` gets the days done; what it raises ends the run and the solver with it.
    """
    began = time.perf_counter()
    site, goal, limits = task["site"], task["goal"], task["limits"]
    state: States = task["opening"]
    kept: list[Schedule] = []
    outcomes: Counter[Outcome] = Counter()
    failed: list[dict[str, str]] = []
    with Solver() as solver:
        for _, table in task["inputs"].groupby(task["inputs"].index.normalize()):
            w = Window(table, state)
            schedule, outcome, law = plan_day(site, w, goal, solver, limits)
            outcomes[outcome] += 1
            if outcome in ("fallback", "infeasible"):
                failed.append({"day": f"{table.index[0]:%Y-%m-%d}", "outcome": outcome, "reason": law})
            state = schedule.state_end(site, w)
            kept.append(schedule)
            if progress:
                progress(len(kept))
    return {
        "id": task["id"],
        "month": task["month"],
        "days": len(kept),
        "seconds": round(time.perf_counter() - began, 3),
        "outcomes": dict(outcomes),
        "failed": failed,
        "tables": {
            c.name: {
                q.name: np.round(np.concatenate([s.tables[c.name][q.name] for s in kept]), DECIMALS).tolist()
                for q in c.quantities
            }
            for c in site.components
        },
    }


def plan_day(site: Site, w: Window, goal: Objective, solver: Solver, limits: Limits) -> tuple[Schedule, Outcome, str]:
    """The schedule of one day, what became of its plan, and why it failed; as `ems.plan.make_plan` decides.

    A plan that the audit objects to is replaced by the rule-based schedule: only then is that computed.
    """
    from ems.baseline import rule_based
    from ems.build import build

    built = build(site, w, goal)
    answer = solver.solve(built.problem, limits)
    reason = answer.message or answer.status
    if answer.x is not None:
        schedule = Schedule(*built.tables(answer.x, w))
        broken = audit(site, w, schedule, goal, answer.objective)
        if not broken:
            if unmet_wishes(site, w, schedule):
                return schedule, "relaxed", ""
            return schedule, "time_limit" if answer.gap > limits.gap * 1.0001 else "optimal", ""
        reason = f"{broken[0].component}: {broken[0].law}"
    schedule = rule_based(site, w)
    return schedule, "infeasible" if audit(site, w, schedule) else "fallback", reason


def combine(
    site: Site, study: Study, designed: Designed, inputs: pd.DataFrame, months: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """The year that the months make, audited again month by month, billed as a whole and held against the promise.

    Raises ``ValueError`` where months are missing: a year with holes proves nothing.
    """
    park = operated_park(site, study, designed.sizes)
    results = {m["month"]: m for m in months}
    weights = designed.window.period_weights if designed.window.chronology is None else (1.0,)
    year = Window(inputs, period_weights=weights, design=True)
    parts: list[Schedule] = []
    violations = []
    differences: dict[str, float] = dict.fromkeys((c.name for c in park.components if isinstance(c, Store)), 0.0)
    for first, last in segments(inputs):
        table = inputs.iloc[first:last]
        name = f"{table.index[0]:%Y-%m}"
        if name not in results:
            raise ValueError(f"the month {name} was not operated")
        tables = {c: pd.DataFrame(t, index=table.index) for c, t in results[name]["tables"].items()}
        part = Schedule(tables)
        violations += audit(park, Window(table, opening(park, designed, inputs, first)), part)
        promised = opening(park, designed, inputs, last)
        for c in park.components:
            if isinstance(c, Store):
                left = float(tables[c.name][c.level_name].iloc[-1])
                differences[c.name] += weights[0] * (promised[c.name][c.level_name] - left)
        parts.append(part)
    whole = Schedule({c.name: pd.concat([p.tables[c.name] for p in parts]) for c in park.components})
    operated = YearRun(park, year, whole)
    promise = YearRun(designed.site, designed.window, designed.schedule)
    truth = truth_of(promise, operated, designed, study, differences)
    outcomes: Counter[str] = Counter()
    for m in results.values():
        outcomes.update(m["outcomes"])
    return {
        "days": sum(m["days"] for m in results.values()),
        "outcomes": dict(outcomes),
        "violations": len(violations),
        "broken": [
            {"component": v.component, "law": v.law, "worst": v.worst, "at": v.at.isoformat()} for v in violations[:20]
        ],
        "failed_days": [f for m in results.values() for f in m["failed"]],
        "seconds": sum(m["seconds"] for m in results.values()),
        **truth,
        "stock_values_cny": stock_values(park, designed),
        "tightened": [],
    }


def operated_park(site: Site, study: Study, sizes: Mapping[str, float]) -> Site:
    """The park as it is built: fixed sizes, whole modules; the contracted demand is made anew, as in the design.

    Raises `InputError` where a capacity is left open that the study does not size.
    """
    park = built_park(free_park(site, study), sizes)
    for c in park.components:
        for name in type(c).model_fields:
            if isinstance(getattr(c, name), Design):
                raise InputError(
                    "study", f"sizes.{c.name}.{name}", None, "a size", "name it in the study or enter what is built"
                )
    anew = {c.name: {"contract_kw": None} for c in park.components if isinstance(c, Grid) and c.contract_kw}
    return park.with_components(**anew)


def operators_goal(designed: Designed) -> Objective:
    """What the operator minimises: money, and emissions at their price and at what the study's cap makes them worth."""
    worth = designed.worth
    cap = max(0.0, designed.limits.get("carbon_t_per_year", 0.0)) / 1000
    price = (worth.carbon_cny_per_kg + cap) / general_weight(worth)
    return Objective("balanced" if price else "cost", price, wish_weight=max(1.0, price))


def segments(inputs: pd.DataFrame) -> list[tuple[int, int]]:
    """First step and end of every calendar month."""
    index = pd.DatetimeIndex(inputs.index)
    month = np.asarray(index.year * 12 + index.month)
    cuts = [0, *(np.flatnonzero(np.diff(month)) + 1).tolist(), len(index)]
    return list(pairwise(cuts))


def opening(park: Site, designed: Designed, inputs: pd.DataFrame, step: int) -> States:
    """Stocks and machines as the design leaves them when ``step`` of the year opens; a year closes on itself.

    Modules that run are the design's shares, rounded to whole ones.
    """
    before = _row(designed, inputs, step)
    state: States = {}
    for c in park.components:
        told = designed.schedule.tables[c.name].iloc[before]
        if isinstance(c, Store):
            low, high, _ = c.state_bounds()[c.level_name]
            state[c.name] = {c.level_name: float(np.clip(told[c.level_name], low, high))}
        elif isinstance(c, Machine):
            state[c.name] = _running(c, designed, float(told[ON.name]), before)
    return state


def _running(c: Machine, designed: Designed, shares: float, before: int) -> dict[str, Any]:
    """State of a machine whose design has so many shares of its own modules at work."""
    free = designed.site.component(c.name)
    assert isinstance(free, Machine)
    on = float(min(round(shares * free.module_kw / c.module_kw), c.modules))
    load = float(free.load_kw(designed.schedule.tables[c.name])[before])
    values = {
        "hot_modules": on,
        "on_modules": on,
        "load_kw": float(np.clip(load, c.least * on * c.module_kw, on * c.module_kw)),
    }
    return {key: values[key] for key in c.state_bounds()}


def _row(designed: Designed, inputs: pd.DataFrame, step: int) -> int:
    """Row of the design's tables that ends where ``step`` of the year opens."""
    w = designed.window
    if w.chronology is None:
        return (step - 1) % len(inputs)
    days = pd.DatetimeIndex(inputs.index).normalize()
    day = int((days[(step - 1) % len(inputs)] - days[0]).days)
    return w.chronology.period[day] * w.period + w.period - 1


def _hash(task: Mapping[str, Any]) -> str:
    content = {**task, "site": task["site"].model_dump_json(), "inputs": None}
    rows = pd.util.hash_pandas_object(task["inputs"]).to_numpy().tobytes()
    return hashlib.sha256(pickle.dumps((sorted(content.items()), list(task["inputs"].columns))) + rows).hexdigest()[:16]
