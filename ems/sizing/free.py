"""The linear program of a park whose sizes are free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ems.build import Built, Law, build
from ems.objective import Weights
from ems.site import Site
from ems.sizing.parks import free_park, size_key, sized_field
from ems.sizing.study import Study
from models import Window

ROOM = 1.001  # of the largest size, for the flows
LARGEST = 1e6  # that a component may be


def build_free(site: Site, study: Study, w: Window, weights: Weights, laws: Sequence[Law]) -> Built:
    """Build the park with the sizes of the study; only the sizes themselves have its bounds.

    Flows are bounded by the largest size as well. They get a little more room, so that the reduced cost of a size at
    its bound holds all that one more unit is worth, instead of sharing it with those of the flows.
    """
    sizes = {name: size.model_copy(update={"max": min(LARGEST, ROOM * size.max)}) for name, size in study.sizes.items()}
    built = build(free_park(site, study.model_copy(update={"sizes": sizes})), w, weights, laws)
    upper = built.problem.upper.copy()
    for name, k in size_columns(built, site, study).items():
        upper[k] = study.sizes[name].max
    return replace(built, problem=replace(built.problem, upper=upper))


def size_columns(built: Built, site: Site, study: Study) -> dict[str, int]:
    """Column of each size in the matrices; a size on which nothing depends has none."""
    at = {id(var): k for k, var in enumerate(built.columns)}
    found = {}
    for name in study.sizes:
        component, field = sized_field(site, name)
        found[name] = at.get(id(built.model.part[component.name].component(size_key(component, field))))
    return {name: k for name, k in found.items() if k is not None}
