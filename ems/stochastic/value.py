"""What it is worth to look at scenarios, and what it would be worth to know the day.

    value of the stochastic solution = cost of what is decided for the expected day, followed up in every scenario,
                                       less the cost of this plan
    value of perfect information     = cost of this plan less that of a plan of its own for every scenario

(Birge and Louveaux 2011, sections 4.2 and 4.1.) Cost is expected cost and risk together. Where what is decided for
the expected day cannot be kept in some scenario the first has no number. Plans are proven within a gap only, so the
second is told with what is proven of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ems.build import Built
from ems.problem import Answer, Limits
from ems.solve import Solver
from ems.stochastic.extensive import Extensive
from ems.stochastic.first_stage import FirstStage, decided, held
from ems.stochastic.risk import Risk
from models.window import Floats


@dataclass(frozen=True)
class Value:
    """All in CNY; not a number where there is none."""

    stochastic_cny: float  # of this plan over the one for the expected day
    information_cny: float  # of knowing the day over this plan
    information_least_cny: float  # as far as it is proven
    information_most_cny: float
    expected_day_cny: float  # what the plan for the expected day costs over the scenarios
    perfect_cny: float  # what plans of their own cost over the scenarios
    rules_cny: float  # what operation by rules costs over the scenarios


def usual_kept(whole: Extensive, middle: Built, first: FirstStage, solver: Solver, limits: Limits) -> Answer:
    """The whole with what is decided for the expected day, whose program is ``middle``: a plan, if not the best one."""
    usual = solver.solve(middle.problem, limits)
    if usual.x is None:
        return usual
    return solver.solve(held(whole.problem, whole.columns, decided(middle, usual.x, first)), limits)


def value_of(
    scenarios: Sequence[Built],
    weights: Floats,
    risk: Risk,
    answer: Answer,
    kept: Answer,
    rules: float,
    solver: Solver,
    limits: Limits,
) -> Value:
    """Both values of a plan, whose ``answer`` is that of the whole.

    ``kept`` is that of what is decided for the expected day, ``rules`` what operation by rules costs.
    """
    alone = [solver.solve(b.problem, limits) for b in scenarios]
    known = risk.of(np.array([a.objective for a in alone]), weights)
    least = risk.of(np.array([a.bound for a in alone]), weights)
    finite = kept.objective if np.isfinite(kept.objective) else np.nan
    return Value(
        finite - answer.objective,
        max(0.0, answer.objective - known),
        max(0.0, answer.bound - known),
        answer.objective - least,
        finite,
        known,
        rules,
    )
