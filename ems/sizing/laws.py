"""Limits of a study that span components, as constraints of the linear program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ems.build import Law
from ems.site import Site
from ems.sizing.study import Study
from models import Formulation, Window, pyo


@dataclass(frozen=True)
class StudyLaw:
    """One limit: its name (a path of the study), its unit, its value, and the rule that adds it to a model.

    The rule adds a constraint named ``law_<k>``; its dual is the worth of one more unit.
    """

    name: str
    unit: str
    value: float
    rule: Law


def laws_of(site: Site, study: Study, w: Window) -> list[StudyLaw]:
    """Every limit that the study sets."""
    found: list[StudyLaw] = []
    if (cap := study.limits.carbon_t_per_year) is not None:
        found.append(StudyLaw("carbon_t_per_year", "tCO2e/a", cap, _carbon_cap(cap)))
    return found


def _carbon_cap(cap_t: float) -> Law:
    def rule(m: object, parts: Mapping[str, Formulation]) -> None:
        emitted = pyo.quicksum(expr for part in parts.values() for expr in part.emissions.values())
        m.law_carbon_t_per_year = pyo.Constraint(expr=emitted <= cap_t * 1000)  # type: ignore[attr-defined]

    return rule
