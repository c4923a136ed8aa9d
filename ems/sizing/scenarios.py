"""The scenarios of a study: its own design, what it is measured against, the cost-carbon front, and what may vary.

The front is walked by caps on emissions (the epsilon constraint method, Haimes 1971): its ends are the least cost and
the least emissions, the caps lie evenly between the emissions of the ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

from ems.sizing.study import Study

Group = Literal["base", "reference", "front", "sensitivity", "grid", "scenario"]
ObjectiveName = Literal["cost", "carbon"]
LEAST_COST, LEAST_CARBON = "least cost", "least carbon"
LOW_HIGH = ("low", "high")
ALIKE = 1e-6  # of the emissions: ends this close have nothing between them


@dataclass(frozen=True)
class Spec:
    """One scenario: what differs from the study (path -> value), a cap on emissions, what is minimised."""

    name: str
    group: Group
    set: Mapping[str, Any] = field(default_factory=dict)
    carbon_cap_t: float | None = None
    objective: ObjectiveName = "cost"


BASE = Spec("base", "base")
REFERENCE = Spec("reference", "reference")


def front_ends() -> list[Spec]:
    """Least cost and least carbon: what the caps between them are counted from."""
    return [Spec(LEAST_COST, "front"), Spec(LEAST_CARBON, "front", objective="carbon")]


def front_between(points: int, most_t: float, least_t: float) -> list[Spec]:
    """``points - 2`` caps, evenly between the emissions of least cost and least carbon [t/a]; none where they agree."""
    if most_t - least_t <= ALIKE * max(abs(most_t), abs(least_t)):
        return []
    step = (most_t - least_t) / (points - 1)
    caps = [most_t - k * step for k in range(1, points - 1)]
    return [Spec(f"{cap:.6g} t", "front", carbon_cap_t=cap) for cap in caps]


def sensitivity(study: Study) -> Iterator[Spec]:
    """One at a time: each path at its low and at its high value, all else as it is."""
    for path, values in study.sensitivity.items():
        for name, value in zip(LOW_HIGH, values, strict=True):
            yield Spec(f"{path} {name}", "sensitivity", {path: value})


def grid(study: Study) -> Iterator[Spec]:
    """Every combination of the values that the grid gives to its paths; the last path varies fastest."""
    if not study.grid:
        return
    for values in product(*study.grid.values()):
        changes = dict(zip(study.grid, values, strict=True))
        yield Spec(", ".join(f"{path}={value}" for path, value in changes.items()), "grid", changes)


def named(study: Study) -> Iterator[Spec]:
    """The scenarios that the study names."""
    for scenario in study.scenarios:
        yield Spec(scenario.name, "scenario", scenario.set)
