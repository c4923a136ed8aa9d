"""The best sizes: one linear program over the whole year, its answer, and what its limits are worth."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ems.build import Built, build
from ems.problem import Answer
from ems.problem import Limits as SolverLimits
from ems.schedule import Schedule
from ems.site import Site
from ems.sizing.parks import free_park, size_key, sized_field
from ems.sizing.study import Study
from ems.sizing.worth import Worth, worth_of
from ems.solve import Progress, Solver
from models import Grid, Window
from models.supply import GasSupply, WaterSupply


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
    limits: Mapping[str, float]  # limit -> what one more unit of it would save [CNY/a per unit]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def sizes(self) -> Mapping[str, float]:
        return {name: b.value for name, b in self.bounds.items()}


def carriers_bought(site: Site) -> dict[str, str]:
    """Component -> carrier of what it buys."""
    kinds = {Grid: "electricity", GasSupply: "gas", WaterSupply: "water"}
    return {c.name: carrier for c in site.components for kind, carrier in kinds.items() if isinstance(c, kind)}


INTERIOR = SolverLimits(seconds=3600, method="interior")


def design(
    site: Site,
    study: Study,
    w: Window,
    solver: Solver,
    limits: SolverLimits = INTERIOR,
    progress: Callable[[str, Progress | None], None] | None = None,
) -> Designed:
    """Choose the sizes; raises `InputError` where no sizes can meet demand and limits, with what stands in the way."""
    from ems.sizing.infeasible import explained
    from ems.sizing.laws import laws_of

    say, began = progress or (lambda phase, p: None), time.perf_counter()
    free = free_park(site, study)
    worth = worth_of(study.economics, carriers_bought(free))
    say("build", None)
    built = build(free, w, worth, [law.rule for law in laws_of(free, study, w)])
    ready = time.perf_counter()
    say("solve", None)
    answer = solver.solve(built.problem, limits)
    if answer.x is None:
        raise explained(free, study, w, solver, answer)
    solved = time.perf_counter()
    say("read", None)
    made = _read(free, study, w, built, answer, worth)
    seconds = {"build": ready - began, "solve": solved - ready, "read": time.perf_counter() - solved}
    return replace(made, seconds=seconds)


def _read(site: Site, study: Study, w: Window, built: Built, answer: Answer, worth: Worth) -> Designed:
    assert answer.x is not None
    tables, found = built.tables(answer.x, w)
    at = {id(var): k for k, var in enumerate(built.columns)}
    bounds: dict[str, Bound] = {}
    for name, size in study.sizes.items():
        component, field = sized_field(site, name)
        key = size_key(component, field)
        var = built.model.part[component.name].component(key)
        dual = 0.0 if answer.col_dual is None or id(var) not in at else float(answer.col_dual[at[id(var)]])
        bounds[name] = Bound(found[f"{component.name}.{key}"], size.min, size.max, -dual)
    duals = (
        {}
        if answer.row_dual is None
        else {row.name: -float(answer.row_dual[k]) for k, row in enumerate(built.rows) if row.name.startswith("law_")}
    )
    return Designed(
        site, w, Schedule(tables, found), worth, answer.objective, bounds, built.marginal_values(answer, w), duals
    )
