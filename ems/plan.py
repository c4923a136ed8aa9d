"""The main job: inputs, model, answer, audit, baseline and reasons of one plan, in one pass.

A plan that the audit objects to is never released: the rule-based schedule, itself audited, takes its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ems.accounts import accounts
from ems.audit import audit, objective_cny
from ems.baseline import rule_based
from ems.changed_inputs import change_notes
from ems.changes import Changes, changed_site
from ems.explain import explain
from ems.given import Series
from ems.inputs import Inputs, make_inputs
from ems.kpis import kpis
from ems.objective import Objective, ObjectiveName
from ems.problem import Answer, Limits
from ems.report.names import bus_name, law_name, solver_name
from ems.schedule import Outcome, Schedule
from ems.site import Site
from ems.site_file import SiteFile
from ems.solve import Progress, Solver
from ems.state import State, States, assumed_state, opening_note, state_of
from ems.wishes import Wish, unmet_wishes
from forecasting.notes import Note
from models import Design, Violation, Window

if TYPE_CHECKING:
    from ems.stochastic.plan import StochasticPlan
    from ems.stochastic.risk import Risk
    from ems.stochastic.sources import Ways


@dataclass(frozen=True)
class Judged:
    """A schedule with what it costs, what it breaks and what it leaves unmet."""

    schedule: Schedule
    objective_cny: float
    kpis: Mapping[str, float]
    accounts: pd.DataFrame
    violations: tuple[Violation, ...]
    wishes: tuple[Wish, ...]


@dataclass(frozen=True)
class Plan:
    """Everything that is shown, stored or asked of a plan."""

    file: SiteFile
    day: date
    inputs: Inputs
    window: Window
    objective: Objective
    outcome: Outcome
    outcome_text: Note
    released: Judged
    baseline: Judged
    bound_cny: float
    gap: float
    marginal: Mapping[str, np.ndarray]  # bus -> value of one more kWh or kg [CNY], empty where nothing was solved
    why: tuple[Note, ...]
    notes: tuple[Note, ...]
    state_end: States
    timings: Mapping[str, float] = field(default_factory=dict)
    solver_message: str = ""
    changes: Changes | None = None  # what differs from the park as it is
    stochastic: StochasticPlan | None = None  # where it was planned under scenarios


@dataclass(frozen=True)
class Uncertain:
    """How the day may turn out instead of as expected, and how much the dear days count."""

    ways: Callable[[SiteFile, Inputs], Ways]
    risk: Risk


@dataclass(frozen=True)
class _Found:
    """What the search came back with, before it is decided what is released."""

    answer: Answer
    planned: Judged | None
    marginal: Mapping[str, np.ndarray]
    rows: list[str]  # names of the model's rows where they contradict each other
    notes: tuple[Note, ...] = ()
    stochastic: StochasticPlan | None = None


class Stopwatch:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.perf_counter() - began


def _sizes_are_fixed(file: SiteFile) -> None:
    """A day's plan operates what is built; sizes left to an optimiser are another job's."""
    for k, c in enumerate(file.site.components):
        for name in type(c).model_fields:
            if isinstance(getattr(c, name), Design):
                place = ("components", k, name)
                raise file.fault(place, f"{c.name}.{name}", "a range", "one number", "enter what is built")


def make_plan(
    file: SiteFile,
    day: date,
    solver: Solver,
    *,
    weather: str = "auto",
    objective: ObjectiveName = "cost",
    step_minutes: int = 15,
    limits: Limits | None = None,
    state: State | None = None,
    inputs: Inputs | None = None,
    progress: Callable[[str, Progress | None], None] | None = None,
    changes: Changes | None = None,
    given: Series | None = None,
    uncertain: Uncertain | None = None,
) -> Plan:
    """Plan one local day; raises `InputError` for unusable data and nothing else.

    With ``uncertain`` it is planned under scenarios, and what is released is their plan on the expected day.
    ``changes`` is what differs from the park as it is; ``given`` are series that replace columns of the inputs. Ready
    made ``inputs`` hold both already.
    """
    watch, say = Stopwatch(), progress or (lambda phase, p: None)
    opening = state or State({})
    told: list[Note] = []
    if changes is not None and changes != Changes():
        file, told = changed_site(file, changes), change_notes(file.site, changes)
        state_of(opening.components, file.site, opening.at, opening.source)
    _sizes_are_fixed(file)
    say("inputs", None)
    with watch("inputs"):
        inputs = inputs or make_inputs(
            file, day, step_minutes=step_minutes, weather=weather, changes=changes, given=given
        )
    w = Window(inputs.table, opening.components)
    goal = Objective.of(objective, file.site.carbon.price_cny_per_t)
    say("baseline", None)
    with watch("baseline"):
        baseline = judge(file, w, rule_based(file.site, w), goal)
    limits = limits or Limits()
    if uncertain is None:
        found = _for_the_day(file, w, goal, solver, limits, watch, say)
    else:
        found = _under(uncertain, file, inputs, w, goal, solver, limits, watch, say)
    answer, planned = found.answer, found.planned
    say("explain", None)
    with watch("explain"):
        outcome, text, released = _decide(file.site, answer, planned, baseline, limits, found.rows)
        marginal = {} if released is baseline else found.marginal
        why = explain(file.site, w, released.schedule, inputs.bands, marginal)
    opened = (*opening_note(opening, w.inputs.index[0]), *assumed_state(file.site, opening))
    notes = (*told, *inputs.notes, *found.notes, *opened)
    solved = released is planned
    bound = answer.bound if found.stochastic is None else float("nan")  # of many days: none of the expected one
    return Plan(
        file,
        day,
        inputs,
        w,
        goal,
        outcome,
        text,
        released,
        baseline,
        bound if np.isfinite(bound) else float("nan"),
        answer.gap if solved else float("nan"),
        marginal,
        tuple(why),
        notes,
        released.schedule.state_end(file.site, w),
        watch.seconds,
        answer.message,
        None if changes == Changes() else changes,
        found.stochastic,
    )


Say = Callable[[str, Progress | None], None]


def _for_the_day(
    file: SiteFile, w: Window, goal: Objective, solver: Solver, limits: Limits, watch: Stopwatch, say: Say
) -> _Found:
    """The plan for the day as it is expected."""
    say("build", None)
    with watch("build"):
        from ems.build import build

        built = build(file.site, w, goal)
    say("solve", None)
    with watch("solve"):
        answer = solver.solve(built.problem, limits, lambda p: say("solve", p))
    if answer.x is None:
        return _Found(answer, None, {}, built.row_names if answer.conflict else [])
    with watch("read"):
        schedule = Schedule(*built.tables(answer.x, w))
        marginal = built.marginal_values(answer, w)
    with watch("audit"):
        planned = judge(file, w, schedule, goal, answer.objective)
    return _Found(answer, planned, marginal, [])


def _under(
    uncertain: Uncertain,
    file: SiteFile,
    inputs: Inputs,
    w: Window,
    goal: Objective,
    solver: Solver,
    limits: Limits,
    watch: Stopwatch,
    say: Say,
) -> _Found:
    """The plan under scenarios; a law that breaks in one of them is broken."""
    say("scenarios", None)
    with watch("scenarios"):
        ways = uncertain.ways(file, inputs)
    say("solve", None)
    with watch("solve"):
        from ems.stochastic.plan import plan_under

        plan = plan_under(
            file.site, w, ways.scenarios, goal, solver, limits, uncertain.risk, progress=lambda p: say("solve", p)
        )
    if plan.schedule is None or plan.expected_answer is None:
        return _Found(plan.answer, None, {}, [], ways.notes, plan)
    with watch("audit"):
        planned = judge(file, w, plan.schedule, goal, plan.expected_answer.objective)
    elsewhere = [v for o in plan.outcomes for v in o.violations]
    planned = replace(planned, violations=(*planned.violations, *elsewhere))
    return _Found(plan.answer, planned, plan.marginal, [], ways.notes, plan)


def judge(file: SiteFile, w: Window, schedule: Schedule, goal: Objective, claimed_cny: float | None = None) -> Judged:
    """Audit a schedule and compute its figures from its tables alone."""
    site = file.site
    violations = audit(site, w, schedule, goal, claimed_cny)
    return Judged(
        schedule,
        objective_cny(site, w, schedule, goal),
        kpis(site, w, schedule),
        accounts(site, w, schedule),
        tuple(violations),
        tuple(unmet_wishes(site, w, schedule)),
    )


def _decide(
    site: Site, answer: Answer, planned: Judged | None, baseline: Judged, limits: Limits, rows: list[str]
) -> tuple[Outcome, Note, Judged]:
    """Which schedule is released, and the sentence that says why."""
    if planned is not None and not planned.violations:
        late = answer.gap > limits.gap * 1.0001
        zh = f"求解到时限 {limits.seconds:g} 秒: 计划可用, 距最优界 {answer.gap:.2%}。" if late else ""
        en = (
            f"The time limit of {limits.seconds:g} s ended the search: usable, within {answer.gap:.2%} of the bound."
            if late
            else ""
        )
        if planned.wishes:
            zh = (zh or f"最优(间隙 {answer.gap:.2%}), 但不能满足全部愿望。") + "".join(
                w.text.zh for w in planned.wishes
            )
            en = en or f"The best there is (gap {answer.gap:.2%}), but not every wish can be met."
            return "relaxed", Note(zh, " ".join([en, *(w.text.en for w in planned.wishes)])), planned
        if late:
            return "time_limit", Note(zh, en), planned
        return (
            "optimal",
            Note(f"最优, 间隙 {answer.gap:.3%}, 全部愿望满足。", f"Optimal within {answer.gap:.3%}, all wishes met."),
            planned,
        )
    zh, en = _failure(site, answer, planned, rows)
    if baseline.violations:
        broken_zh, broken_en = _broken(site, baseline.violations[0])
        return (
            "infeasible",
            Note(
                f"{zh}规则运行方案也违反约束({broken_zh}), 未放行任何计划。",
                f"{en} The rule-based schedule breaks a law too ({broken_en}): no plan is released.",
            ),
            baseline,
        )
    wishes = baseline.wishes
    return (
        "fallback",
        Note(
            f"{zh}采用规则运行方案。" + "".join(w.text.zh for w in wishes),
            " ".join([f"{en} The rule-based schedule is used.", *(w.text.en for w in wishes)]),
        ),
        baseline,
    )


def _failure(site: Site, answer: Answer, planned: Judged | None, rows: list[str]) -> tuple[str, str]:
    if planned is not None:
        zh, en = _broken(site, planned.violations[0])
        return f"优化结果未通过审核({zh})。", f"The optimised schedule did not pass the audit ({en})."
    if answer.status == "infeasible":
        named = sorted({_where(site, rows[k]) for k in answer.conflict if k < len(rows)})
        if not named:
            return (
                "优化问题无解: 启停规则之间相互冲突。",
                "The model has no solution: the commitment rules contradict each other.",
            )
        return (
            f"优化问题无解, 冲突之处: {'、'.join(zh for zh, _ in named)}。",
            f"The model has no solution, the rules contradict each other at: {', '.join(en for _, en in named)}.",
        )
    message = answer.message or answer.status
    return f"求解器未给出结果({solver_name(message, 'zh')})。", f"The solver gave no answer ({message})."


def _where(site: Site, row: str) -> tuple[str, str]:
    """A row of the model as its component or its bus, in Chinese and English."""
    kind, _, rest = row.partition("[")
    name = rest.partition("]")[0].partition(",")[0]
    for c in site.components:
        if kind == "part" and c.name == name:
            return c.label("zh"), c.label("en")
    if name in site.buses:
        zh, en = (bus_name(name, site.buses[name], lang) for lang in ("zh", "en"))
        return f"{zh}平衡", f"balance of {en}"
    return row, row


def _broken(site: Site, v: Violation) -> tuple[str, str]:
    """A broken law in Chinese and English."""
    labels = {c.name: (c.label("zh"), c.label("en")) for c in site.components}
    labels |= {bus: (bus_name(bus, carrier, "zh"), bus_name(bus, carrier, "en")) for bus, carrier in site.buses.items()}
    zh, en = labels.get(v.component, (v.component, v.component))
    rest = f"{v.worst:.3g}, {v.at:%H:%M}"
    return f"{zh}: {law_name(v.law, 'zh')}, {rest}", f"{en}: {v.law}, {rest}"
