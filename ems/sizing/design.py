"""The best sizes: one linear program over the whole year, its answer, and what its limits are worth."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from ems.build import Built
from ems.objective import CARBON_FIRST_CNY_PER_KG
from ems.problem import Answer
from ems.problem import Limits as SolverLimits
from ems.schedule import Schedule
from ems.site import Site
from ems.sizing.free import build_free, size_columns
from ems.sizing.midnight import midnight_values
from ems.sizing.parks import free_park, size_key, sized_field
from ems.sizing.study import Study
from ems.sizing.worth import Worth, carriers_bought, worth_of
from ems.solve import Progress, Solver
from models import Window


@dataclass(frozen=True)
class Bound:
    """A size with its bounds; ``worth_cny`` is what one more unit of the bound that binds would save [CNY/a]."""

    value: float
    min: float
    max: float
    worth_cny: float


@dataclass(frozen=True)
class Designed:
    """A park whose sizes were chosen, and the year it would run."""

    site: Site  # with Designs
    window: Window
    schedule: Schedule  # ``sizes`` by component.field
    worth: Worth
    annual_cny: float  # the objective: life-cycle cost after tax as an equal yearly payment [CNY/a]
    bounds: Mapping[str, Bound]
    marginal: Mapping[str, np.ndarray]  # bus -> value of one more kWh or kg [CNY], in equal yearly payments
    midnight: Mapping[str, Mapping[int, tuple[float, ...]]] = field(default_factory=dict)  # store -> month -> values
    limits: Mapping[str, float] = field(default_factory=dict)  # limit -> what one more unit would save [CNY/a per unit]
    gap: float = 0.0  # relative, between ``annual_cny`` and its proven bound; above 0 where modules are whole
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def sizes(self) -> Mapping[str, float]:
        return {name: b.value for name, b in self.bounds.items()}


INTERIOR = SolverLimits(seconds=3600, method="interior")
VERTEX = SolverLimits(seconds=6 * 3600, method="interior_and_vertex")  # crossover may take many times as long


def design(
    site: Site,
    study: Study,
    w: Window,
    solver: Solver,
    limits: SolverLimits = INTERIOR,
    progress: Callable[[str, Progress | None], None] | None = None,
    objective: Literal["cost", "carbon"] = "cost",
) -> Designed:
    """Choose the sizes; raises `InputError` where no sizes can meet demand and limits, with what stands in the way.

    ``objective`` carbon: least emissions, by a price on them that nothing outbids, so that money breaks ties.
    """
    from ems.sizing.infeasible import explained
    from ems.sizing.laws import laws_of, worths
    from ems.sizing.modules import whole_columns, whole_modules

    say, began = progress or (lambda phase, p: None), time.perf_counter()
    free = free_park(site, study)
    worth = worth_of(study.economics, carriers_bought(free))
    if objective == "carbon":
        worth = replace(worth, carbon_cny_per_kg=CARBON_FIRST_CNY_PER_KG)
    say("build", None)
    laws = laws_of(free, study, w)
    built = build_free(site, study, w, worth, [law.rule for law in laws])
    ready = time.perf_counter()
    say("solve", None)
    answer = solver.solve(built.problem, limits)
    columns = size_columns(built, site, study)
    if answer.x is not None and (whole := whole_columns(study, columns)):
        say("modules", None)
        answer = whole_modules(built.problem, whole, answer, solver, limits, lambda p: say("modules", p))
    if answer.x is None:
        raise explained(site, study, w, solver, answer, limits)
    solved = time.perf_counter()
    say("read", None)
    made = replace(_read(free, study, w, built, answer, worth, columns), limits=worths(laws, built, answer))
    seconds = {"build": ready - began, "solve": solved - ready, "read": time.perf_counter() - solved}
    return replace(made, seconds=seconds)


def _read(
    site: Site, study: Study, w: Window, built: Built, answer: Answer, worth: Worth, columns: Mapping[str, int]
) -> Designed:
    assert answer.x is not None
    tables, found = built.tables(answer.x, w)
    bounds: dict[str, Bound] = {}
    for name, size in study.sizes.items():
        component, field = sized_field(site, name)
        key = size_key(component, field)
        dual = 0.0 if answer.col_dual is None or name not in columns else float(answer.col_dual[columns[name]])
        bounds[name] = Bound(found[f"{component.name}.{key}"], size.min, size.max, -dual)
    return Designed(
        site,
        w,
        Schedule(tables, found),
        worth,
        answer.objective,
        bounds,
        built.marginal_values(answer, w),
        midnight_values(built, answer, site, w),
        gap=answer.gap,
    )
