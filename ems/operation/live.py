"""A re-plan of a running park: from now to the end of the day, from what is measured and on top of its plan.

    state    a component is where its meters say, where all of them are fresh; else where the plan that stands leaves
             it at the start of the window; else as the site file assumes. Each of the three is told.
    outlook  the newest forecast of the day and, from 15:00 on, of the next; its roofs and demands corrected by the
             last hours (`forecasting.intraday`), and the sun from two hours ahead on somewhat lower than expected.
    peak     of the month so far, as far as it was measured.
    beyond   what stocks and peaks are worth at the window's last midnight (`ems.operation.beyond`).

The window begins with the next full step and ends as that of a backtest does (`ems.operation.rolling.horizon`). Of the
answer the part of today is the plan, audited by itself, so that it can take the place of the one of that day, and the
plan of the next day opens with its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from ems.baseline import rule_based
from ems.explain import explain
from ems.forecasts.targets import targets
from ems.inputs import Inputs
from ems.objective import Objective, ObjectiveName
from ems.operation.beyond import Beyond
from ems.operation.beyond_words import beyond_notes, end_of, of_day, today_alone_note, window_notes
from ems.operation.draws import LEARNED, SUN, cautious, clear_yields, error_models, sun_columns
from ems.operation.live_words import careful_note, changed_notes, corrected_note, outcome_of
from ems.operation.measured import Known, opening, reckoned_peaks
from ems.operation.outlooks import Perfect, caution_share
from ems.operation.rolling import LEAST_H, Manner, Replanned, replan
from ems.plan import Judged, Plan, judge
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site_file import SiteFile
from ems.solve import Solver
from ems.state import State
from ems.stored_plan import StoredPlan
from forecasting.errors import InputError
from forecasting.intraday import corrected
from forecasting.notes import Note
from models import Store, Window


def corrected_inputs(
    file: SiteFile, inputs: Inputs, recent: Mapping[str, pd.Series[float]], now: pd.Timestamp, beyond: Beyond
) -> tuple[pd.DataFrame, list[Note]]:
    """The table with what is ahead corrected by what was measured."""
    table, clear = inputs.table.copy(), clear_yields(file, inputs.weather, inputs.table)
    changed: list[Note] = []
    for target in targets(file):
        measured = recent.get(target.meter.name) if target.meter is not None else None
        if measured is None:
            continue
        so_far = (measured * target.scale).reindex(table.index).dropna()
        sky = clear[target.column] if target.kind == "pv" else None
        weights = beyond.corrections[0 if sky is not None else 1]
        new = corrected(table[target.column].astype(float), so_far, now, sky, weights)
        if not np.allclose(new, table[target.column]):
            table[target.column] = new
            changed.append(target.title)
    told = [corrected_note(changed, beyond.fitted)]
    if beyond.future is None:  # where no peak is looked after there is nothing to be careful of
        return table, told
    return _careful(file, inputs.table, clear, table, now, told)


def _careful(
    file: SiteFile, issued: pd.DataFrame, clear: pd.DataFrame, table: pd.DataFrame, now: pd.Timestamp, told: list[Note]
) -> tuple[pd.DataFrame, list[Note]]:
    """The sun ahead somewhat lower, as rolling operation provides for the worse (`ems.operation.outlooks`)."""
    sun = list(sun_columns(file.site))
    if not sun:
        return table, told
    less = cautious(issued, clear, sun, error_models(LEARNED)[SUN])
    share = caution_share(now, pd.DatetimeIndex(table.index))
    new = (table[sun] + less.mul(share, axis=0)).clip(lower=0.0)
    ahead = table.index >= now
    before, after = float(table.loc[ahead, sun].to_numpy().sum()), float(new.loc[ahead].to_numpy().sum())
    table[sun] = new
    return table, [*told, careful_note(1.0 - after / before)] if before > after else told


def joined(today: Inputs, tomorrow: Inputs) -> Inputs:
    """The inputs of two days in a row as one; the second day's notes bear its date."""
    second: date = pd.Timestamp(tomorrow.table.index[0]).date()
    sky = replace(today.weather, table=pd.concat([today.weather.table, tomorrow.weather.table]))
    notes = (*today.notes, *(of_day(n, second) for n in tomorrow.notes if n not in today.notes))
    table, bands = pd.concat([today.table, tomorrow.table]), pd.concat([today.bands, tomorrow.bands])
    return replace(today, table=table, bands=bands, weather=sky, notes=notes)


@dataclass(frozen=True)
class _Search:
    """What a search for a plan depends on beside its window."""

    file: SiteFile
    known: Known
    previous: Replanned | None
    at: pd.Timestamp
    state: State
    goal: Objective
    limits: Limits
    beyond: Beyond
    solver: Solver


@dataclass(frozen=True)
class _Found:
    """An answer of the whole window, its part of today, and what is to be told of both."""

    made: Replanned
    w: Window
    today: Judged
    inputs: Inputs
    notes: tuple[Note, ...]


def revise(
    file: SiteFile,
    inputs: Inputs,
    known: Known,
    standing: StoredPlan | None,
    at: pd.Timestamp,
    solver: Solver,
    *,
    objective: ObjectiveName = "cost",
    limits: Limits | None = None,
    say: Callable[[str, None], None] = lambda phase, progress: None,
    beyond: Beyond | None = None,
    tomorrow: Inputs | None = None,
) -> Plan:
    """The plan from ``at``, a step of ``inputs``, to their end; ``standing`` is the plan that is being followed.

    ``inputs`` are those of the day; with ``tomorrow``, those of the next, the search looks as far as a backtest's.
    ``beyond`` is what is known after that: without it the site's end prices and assumed weights hold. Raises
    `InputError` where no plan that passes the audit is found: then the plan that stands goes on.
    """
    if at >= inputs.table.index[-1]:
        raise InputError("re-plan", "from", at.isoformat(), "two steps of the day or more", "plan the next day")
    previous = None if standing is None else _replanned(standing)
    beyond = beyond or Beyond(at.date().replace(day=1))
    state, opened = opening(file.site, at, known, previous)
    goal = Objective.of(objective, file.site.carbon.price_cny_per_t)
    if beyond.future:
        components, reckoned = reckoned_peaks(file.site, state.components, known)
        state, opened = replace(state, components=components), [*opened, *reckoned]
    search = _Search(file, known, previous, at, state, goal, limits or Limits(gap=1e-2), beyond, solver)
    say("solve", None)
    found = _searched(search, inputs, tomorrow)
    if isinstance(found, str):
        remedy = "the plan that stands goes on" if previous is not None else "the park runs by its rules"
        raise InputError("re-plan", "from", at.isoformat(), f"a plan that passes the audit ({found})", remedy)
    say("explain", None)
    return _plan(search, found, (*opened, *found.notes))


def _searched(s: _Search, inputs: Inputs, tomorrow: Inputs | None) -> _Found | str:
    """The plan, or why there is none. Where looking at tomorrow gives none, today is looked at alone."""
    if tomorrow is None:
        return _within(s, inputs, 0.0)
    found = _within(s, joined(inputs, tomorrow), LEAST_H)
    if not isinstance(found, str):
        return found
    alone = _within(s, inputs, 0.0)
    return alone if isinstance(alone, str) else replace(alone, notes=(*alone.notes, today_alone_note(found)))


def _within(s: _Search, inputs: Inputs, least_h: float) -> _Found | str:
    """The plan of a window that ends with the first midnight more than ``least_h`` away."""
    site, step = s.file.site, pd.Timestamp(inputs.table.index[1]) - pd.Timestamp(inputs.table.index[0])
    table, told = corrected_inputs(s.file, inputs, s.known.recent, s.at, s.beyond)
    made = replan(
        site,
        s.state.components,
        Perfect(table),
        s.previous,
        s.at,
        solver=s.solver,
        goal=s.goal,
        manner=Manner(round(step / pd.Timedelta(minutes=1)), least_h, s.limits, s.limits),
        ahead=s.beyond.ahead if s.beyond.future else None,
    )
    if made.outcome != "planned" or made.schedule is None or made.w is None:
        return made.reason
    w, schedule = _of_today(made.w, made.schedule)
    today = judge(s.file, w, schedule, s.goal)
    if today.violations:
        return f"{today.violations[0].component}: {today.violations[0].law}"
    valued = s.beyond.future is not None and s.beyond.future.at(end_of(made.w)) is not None
    if valued or end_of(made.w) != end_of(w):  # the site file's target is not one for the end of today
        stores = {c.name for c in site.components if isinstance(c, Store)}
        today = replace(today, wishes=tuple(x for x in today.wishes if x.component not in stores))
    notes = (*told, *window_notes(made.w, w), *beyond_notes(site, s.beyond, made.w, made.schedule))
    return _Found(made, w, today, inputs, notes)


def _of_today(w: Window, schedule: Schedule) -> tuple[Window, Schedule]:
    """The steps up to the first midnight: a plan takes the place of that of its day."""
    index = pd.DatetimeIndex(w.inputs.index)
    steps = int((index.normalize() == index[0].normalize()).sum())
    tables = {name: table.iloc[:steps] for name, table in schedule.tables.items()}
    minutes = round(w.step_h * 60)
    return Window(w.inputs.iloc[:steps], w.state, step_minutes=minutes), replace(schedule, tables=tables)


def _plan(s: _Search, found: _Found, told: tuple[Note, ...]) -> Plan:
    """The re-plan as every plan is stored; its marginal values are not kept."""
    site, w, made, schedule = s.file.site, found.w, found.made, found.today.schedule
    bands = found.inputs.bands.loc[w.inputs.index]
    outcome, text = outcome_of(found.today.wishes, made.gap, s.limits)
    changes = changed_notes(site, s.previous.schedule if s.previous else None, schedule)
    return Plan(
        s.file, pd.Timestamp(w.inputs.index[0]).date(), replace(found.inputs, table=w.inputs, bands=bands), w, s.goal,
        outcome, text, found.today, judge(s.file, w, rule_based(site, w), s.goal), float("nan"), made.gap, {},
        (*changes, *explain(site, w, schedule, bands, {})),
        (*told, *found.inputs.notes), schedule.state_end(site, w), made.seconds,
    )  # fmt: skip


def _replanned(p: StoredPlan) -> Replanned:
    return Replanned(p.window.inputs.index[0], "planned", p.schedule, p.window)
