"""The plan under several ways in which the day may turn out: decided ahead once, followed up in each of them.

The schedule that is handed on is the one of the expected inputs that keeps to what was decided ahead. Each scenario
has its own schedule, audited with its own inputs. With one scenario all of it is the usual plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ems.audit import audit, objective_cny
from ems.baseline import rule_based
from ems.build import Built, Law, build
from ems.objective import Objective
from ems.operation.outlook import Scenario
from ems.plan_changes import ChangePrices, change_cny, changes_priced
from ems.problem import Answer, Limits, Status
from ems.schedule import Schedule
from ems.site import Site
from ems.solve import Progress, Solver
from ems.stochastic.extensive import Band, Extensive, extensive
from ems.stochastic.first_stage import Ahead, FirstStage, columns_of, decided, held
from ems.stochastic.grid_band import GridPlan, default_band, grid_plans
from ems.stochastic.risk import Risk, cvar
from ems.stochastic.value import Value, usual_kept, value_of
from models import Violation, Window
from models.window import Floats


@dataclass(frozen=True)
class Change:
    """The plan that stands, and what leaving it costs."""

    previous: Schedule
    prices: ChangePrices = field(default_factory=ChangePrices)


@dataclass(frozen=True)
class Outcome:
    """One scenario under the plan."""

    weight: float
    window: Window
    schedule: Schedule
    objective_cny: float  # as `ems.audit.objective_cny`: without what lies beyond the band, without prices of changes
    total_cny: float  # with both: what is minimised
    violations: tuple[Violation, ...]


@dataclass(frozen=True)
class StochasticPlan:
    """What is decided ahead, and what comes of it. ``schedule`` is None where the solver found nothing.

    ``objective``, ``bound`` and ``gap`` are those of expected cost and risk together.
    """

    schedule: Schedule | None
    expected_violations: tuple[Violation, ...]
    outcomes: tuple[Outcome, ...]
    expected_cny: float
    cvar_cny: float
    grids: Mapping[str, GridPlan]
    answer: Answer  # of all scenarios together, column values left out
    expected_answer: Answer | None  # of the expected inputs with what was decided ahead
    marginal: Mapping[str, np.ndarray]  # bus -> value of one more kWh or kg on the expected day [CNY]
    value: Value | None
    risk: Risk
    band: Band | None
    ahead: FirstStage
    objective_cny: float
    bound_cny: float
    columns: int
    rows: int

    @property
    def gap(self) -> float:
        return abs(self.objective_cny - self.bound_cny) / max(abs(self.objective_cny), 1e-9)

    @property
    def audited(self) -> bool:
        """Whether there is a plan and every schedule of it keeps every law."""
        return self.schedule is not None and not any([self.expected_violations, *(o.violations for o in self.outcomes)])


def plan_under(
    site: Site,
    expected: Window,
    scenarios: Sequence[Scenario],
    goal: Objective,
    solver: Solver,
    limits: Limits | None = None,
    risk: Risk | None = None,
    *,
    ahead: Ahead | None = None,
    band: Band | None = None,
    change: Change | None = None,
    laws: Sequence[Law] = (),
    worth: bool = True,
    progress: Callable[[Progress], None] | None = None,
) -> StochasticPlan:
    """Plan the steps of ``expected`` under scenarios whose weights add up to 1.

    ``expected`` holds the inputs that the schedule is made for, and the state at the start. ``ahead`` tells how long
    what is decided now holds; ``band`` replaces the usual one; ``laws`` hold in every scenario; with ``worth`` the
    value of the stochastic solution and of perfect information are computed (one more plan for each scenario). Raises
    ``ValueError`` for weights that do not add up to 1 and tables that do not fit the window.
    """
    limits, risk = limits or Limits(), risk or Risk()
    weights = _weights(scenarios, expected)
    windows = [replace(expected, inputs=s.table) for s in scenarios]
    band = band or default_band(site)
    first = FirstStage.of(site, expected, [expected.inputs, *(s.table for s in scenarios)], ahead or Ahead())

    def built_for(w: Window) -> Built:
        prices = [changes_priced(site, w, change.previous, change.prices)] if change else []
        return build(site, w, goal, [*laws, *prices])

    builts, middle = [built_for(w) for w in windows], built_for(expected)
    also = None if any(s.table.equals(expected.inputs) for s in scenarios) else middle
    whole, worth = extensive(site, expected, builts, weights, first, risk, band, also), worth and len(scenarios) > 1
    answer = solver.solve(whole.problem, limits, progress)
    kept = usual_kept(whole, middle, first, solver, limits) if worth or answer.x is None else None
    answer = _better(answer, kept)
    told: dict[str, Any] = {
        "risk": risk,
        "band": band if len(scenarios) > 1 else None,
        "ahead": first,
        "objective_cny": answer.objective,
        "bound_cny": answer.bound,
        "columns": len(whole.problem.cost),
        "rows": len(whole.problem.row_lower),
    }
    bare = replace(answer, x=None, row_dual=None)
    if answer.x is None:
        return StochasticPlan(None, (), (), float("nan"), float("nan"), {}, bare, None, {}, None, **told)
    costs = whole.costs(answer.x)
    outcomes = tuple(
        _outcome(site, w, b, whole, s, answer.x, goal, float(weights[s]), change, laws)
        for s, (w, b) in enumerate(zip(windows, builts, strict=True))
    )
    value = None
    if worth and kept is not None:
        rules = risk.of(np.array([objective_cny(site, w, rule_based(site, w), goal) for w in windows]), weights)
        value = value_of(builts, weights, risk, answer, kept, rules, solver, limits)
    values = decided(builts[0], whole.own(0, answer.x), first)
    day = solver.solve(held(middle.problem, columns_of(middle), values), limits)
    schedule, broken = _read(site, expected, middle, day.x, goal, change, laws) if day.x is not None else (None, ())
    return StochasticPlan(
        schedule,
        broken,
        outcomes,
        float(weights @ costs),
        cvar(costs, weights, risk.alpha),
        grid_plans(site, outcomes, band, {name: answer.x[at] for name, at in whole.planned.items()}),
        bare,
        replace(day, x=None),
        middle.marginal_values(day, expected),
        value,
        **told,
    )


def _better(answer: Answer, kept: Answer | None) -> Answer:
    """What was found for all scenarios, or what is decided for the expected day where that is better or nothing was.

    What is proven of the whole holds for both.
    """
    if kept is None or kept.x is None or (answer.x is not None and answer.objective <= kept.objective):
        return answer
    status: Status = "optimal" if answer.status == "optimal" else "time_limit"
    return replace(kept, status=status, bound=min(answer.bound, kept.objective), message=answer.message)


def _weights(scenarios: Sequence[Scenario], expected: Window) -> Floats:
    weights = np.array([s.weight for s in scenarios], float)
    if not len(weights) or (weights <= 0).any() or abs(weights.sum() - 1) > 1e-6:
        raise ValueError(f"weights of scenarios are positive and add up to 1, not {weights.tolist()}")
    for s in scenarios:
        if not s.table.index.equals(expected.inputs.index) or set(s.table) != set(expected.inputs):
            raise ValueError("every scenario has the steps and the columns of the expected inputs")
    return np.asarray(weights / weights.sum())


def _outcome(
    site: Site,
    w: Window,
    built: Built,
    whole: Extensive,
    s: int,
    x: np.ndarray,
    goal: Objective,
    weight: float,
    change: Change | None,
    laws: Sequence[Law],
) -> Outcome:
    """One scenario of the whole, audited with its own inputs and its own share of the objective."""
    own = whole.own(s, x)
    schedule, broken = _read(site, w, built, own, goal, change, laws)
    return Outcome(weight, w, schedule, objective_cny(site, w, schedule, goal), float(whole.costs(x)[s]), broken)


def _read(
    site: Site, w: Window, built: Built, x: np.ndarray, goal: Objective, change: Change | None, laws: Sequence[Law]
) -> tuple[Schedule, tuple[Violation, ...]]:
    """The schedule of a program's column values and what it breaks; without laws its own sum is computed again."""
    schedule = Schedule(*built.tables(x, w))
    if laws:  # what they add to the objective is no cost of the schedule
        return schedule, tuple(audit(site, w, schedule))
    claimed = float(built.problem.cost @ x) + built.problem.offset
    if change:
        claimed -= change_cny(site, w, schedule, change.previous, change.prices)
    return schedule, tuple(audit(site, w, schedule, goal, claimed))


def one_scenario(table: pd.DataFrame) -> tuple[Scenario, ...]:
    """The day as it is expected and no other."""
    return (Scenario(1.0, table),)
