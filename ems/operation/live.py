"""A re-plan of a running park: from now to the end of the day, from what is measured and on top of its plan.

    state    a component is where its meters say, where all of them are fresh; else where the plan that stands leaves
             it at the start of the window; else as the site file assumes. Each of the three is told.
    outlook  the newest forecast of the day, its roofs and demands corrected by the last hours (`forecasting.intraday`).
    peak     of the month so far, as far as it was measured.

The window begins with the next full step and ends with the local day, so that the plan can take the place of the one of
that day, and the plan of the next day opens with its end. It is made by `ems.operation.rolling.replan`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from ems.baseline import rule_based
from ems.explain import explain
from ems.forecasts.targets import targets
from ems.inputs import Inputs
from ems.objective import Objective, ObjectiveName
from ems.operation.draws import clear_yields
from ems.operation.live_words import bridged_note, changed_notes, corrected_note, outcome_of, peak_note
from ems.operation.meters import bridged
from ems.operation.outlooks import DEMAND_WEIGHTS, PV_WEIGHTS, Perfect
from ems.operation.rolling import Manner, Replanned, replan
from ems.plan import Plan, judge
from ems.problem import Limits
from ems.schedule import Schedule
from ems.site import Site
from ems.site_file import SiteFile
from ems.solve import Solver
from ems.state import State, States, assumed_state, state_of
from ems.stored_plan import StoredPlan
from forecasting.errors import InputError
from forecasting.intraday import corrected
from forecasting.notes import Note
from models import Grid, Window

PEAK = "peak_kw"


@dataclass(frozen=True)
class Peak:
    """Highest measured import of the month [kW], and from when on it was measured without a gap worth telling."""

    kw: float
    whole: bool  # from the month's first day on


@dataclass(frozen=True)
class Known:
    """What is measured of a running park.

    Attributes:
        latest: `component.quantity` of the state -> the fresh reading [unit of the quantity].
        recent: meter of a roof or a demand -> means of the last hours on the plan's step [kW or kg/h].
        peaks: grid -> highest import of the month so far.
    """

    latest: Mapping[str, float] = field(default_factory=dict)
    recent: Mapping[str, pd.Series[float]] = field(default_factory=dict)
    peaks: Mapping[str, Peak] = field(default_factory=dict)


def state_series(site: Site) -> list[str]:
    """Names of the measured series that tell the state of a park: `battery.level_kwh`, `stack.hot_modules`."""
    return [f"{c.name}.{key}" for c in site.components if not isinstance(c, Grid) for key in c.state_bounds()]


def import_series(site: Site) -> dict[str, str]:
    """Measured series that tells what a grid's peak so far is -> grid."""
    return {f"{c.name}.import_kw": c.name for c in site.components if isinstance(c, Grid) and c.charges}


def opening(site: Site, at: pd.Timestamp, known: Known, standing: Replanned | None) -> tuple[State, list[Note]]:
    """The state at ``at`` and where it is from; readings out of bounds raise `InputError`."""
    expected = tuple(c.name for c in site.components if c.state_bounds())
    told: States = {}
    for c in site.components:
        readings = {key: known.latest.get(f"{c.name}.{key}") for key in c.state_bounds()}
        if not isinstance(c, Grid) and readings and None not in readings.values():
            told[c.name] = dict(readings)
    state_of(told, site, None, "measurements")
    planned = standing.state(site, at) if standing is not None else None
    found = bridged(site, at, told, planned, expected)
    state, notes = {name: dict(values) for name, values in found.state.items()}, []
    for grid, peak in known.peaks.items():
        before = state.get(grid, {}).get(PEAK)
        state.setdefault(grid, {})[PEAK] = peak.kw if peak.whole or before is None else max(peak.kw, before)
        notes.append(peak_note(site.component(grid), peak.kw, peak.whole))
    assumed = tuple(name for name in found.missing if planned is None or name not in planned)
    notes.insert(0, bridged_note(site, tuple(told), tuple(n for n in found.missing if n not in assumed)))
    opened = State(state, at, "measurements")
    return opened, [*notes, *assumed_state(site, opened)]


def corrected_inputs(
    file: SiteFile, inputs: Inputs, recent: Mapping[str, pd.Series[float]], now: pd.Timestamp
) -> tuple[pd.DataFrame, list[Note]]:
    """The table with the rest of the day corrected by what was measured; weights are assumed, not fitted."""
    table, clear = inputs.table.copy(), clear_yields(file, inputs.weather, inputs.table)
    changed: list[Note] = []
    for target in targets(file):
        measured = recent.get(target.meter.name) if target.meter is not None else None
        if measured is None:
            continue
        so_far = (measured * target.scale).reindex(table.index).dropna()
        sky = clear[target.column] if target.kind == "pv" else None
        weights = DEMAND_WEIGHTS if sky is None else PV_WEIGHTS
        new = corrected(table[target.column].astype(float), so_far, now, sky, weights)
        if not np.allclose(new, table[target.column]):
            table[target.column] = new
            changed.append(target.title)
    return table, [corrected_note(changed)]


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
) -> Plan:
    """The plan from ``at``, a step of ``inputs``, to their end; ``standing`` is the plan that is being followed.

    Raises `InputError` where no plan that passes the audit is found: then the plan that stands goes on.
    """
    limits = limits or Limits(gap=1e-2)
    if at >= inputs.table.index[-1]:
        raise InputError("re-plan", "from", at.isoformat(), "two steps of the day or more", "plan the next day")
    site, step = file.site, pd.Timestamp(inputs.table.index[1]) - pd.Timestamp(inputs.table.index[0])
    previous = None if standing is None else _replanned(standing)
    state, opened = opening(site, at, known, previous)
    table, told = corrected_inputs(file, inputs, known.recent, at)
    goal = Objective.of(objective, site.carbon.price_cny_per_t)
    manner = Manner(round(step / pd.Timedelta(minutes=1)), 0.0, limits, limits)
    say("solve", None)
    made = replan(site, state.components, Perfect(table), previous, at, solver=solver, goal=goal, manner=manner)
    if made.outcome != "planned" or made.schedule is None or made.w is None:
        remedy = "the plan that stands goes on" if previous is not None else "the park runs by its rules"
        raise InputError("re-plan", "from", at.isoformat(), f"a plan that passes the audit ({made.reason})", remedy)
    return _plan(file, inputs, made.w, made.schedule, made, goal, limits, previous, (*opened, *told), say)


def _plan(
    file: SiteFile,
    inputs: Inputs,
    w: Window,
    schedule: Schedule,
    made: Replanned,
    goal: Objective,
    limits: Limits,
    previous: Replanned | None,
    told: tuple[Note, ...],
    say: Callable[[str, None], None],
) -> Plan:
    """The re-plan as every plan is stored; its marginal values are not kept."""
    say("explain", None)
    index = w.inputs.index
    rest = replace(inputs, table=w.inputs, bands=inputs.bands.loc[index])
    released, baseline = judge(file, w, schedule, goal), judge(file, w, rule_based(file.site, w), goal)
    outcome, text = outcome_of(released.wishes, made.gap, limits)
    changes = changed_notes(file.site, previous.schedule if previous else None, schedule)
    day: date = pd.Timestamp(index[0]).date()
    return Plan(
        file, day, rest, w, goal, outcome, text, released, baseline, float("nan"), made.gap, {},
        (*changes, *explain(file.site, w, schedule, rest.bands, {})),
        (*told, *inputs.notes), schedule.state_end(file.site, w), made.seconds,
    )  # fmt: skip


def _replanned(p: StoredPlan) -> Replanned:
    return Replanned(p.window.inputs.index[0], "planned", p.schedule, p.window)
