"""From a study to parks: the one whose sizes are free, and those whose sizes are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ems.site import Site
from ems.sizing.study import Study
from ems.sizing.worth import annual_cost_cny
from forecasting.errors import InputError, meant
from models import PV, Component, Design
from models.commitment import Machine

NOTHING = 1e-4  # of the largest size: below it a component is not built; an interior point leaves as much


def with_candidates(site: Site, study: Study) -> Site:
    """The site with the components that the study adds and the fields that it changes."""
    parts = [*(c.model_dump(exclude_unset=True) for c in site.components), *study.add]
    names = [p.get("name") for p in parts]
    for name, fields in study.change.items():
        if name not in names:
            raise InputError(
                "study", f"change.{name}", name, f"one of {', '.join(map(str, names))}", meant(name, names)
            )
        parts[names.index(name)] = {**parts[names.index(name)], **fields}
    try:
        return Site.model_validate({**dict(site), "components": parts})
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError("study", ".".join(map(str, first["loc"])), first.get("input"), first["msg"]) from error


def free_park(site: Site, study: Study) -> Site:
    """The park with a `Design` in every field that the study sizes; raises `InputError` for fields there are not.

    A `Design` that stands there already keeps its lower bound where that is higher: tightening raised it.
    """
    changes: dict[str, dict[str, Any]] = {}
    for name, size in study.sizes.items():
        component, field = sized_field(site, name)
        stands = getattr(component, field)
        design: dict[str, Any] = {
            "min": max(size.min, stands.min) if isinstance(stands, Design) else size.min,
            "max": size.max,
            "annual_cost_cny": annual_cost_cny(study.costs[size.cost], study.economics),
        }
        changes.setdefault(component.name, {})[field] = design | {"module": size.module or _module(component, field)}
    return site.with_components(**changes)


def sized_field(site: Site, name: str) -> tuple[Component, str]:
    """Component and field of a size ``component.field``."""
    owner, _, field = name.partition(".")
    known = {c.name: c for c in site.components}
    if owner not in known:
        raise InputError("study", f"sizes.{name}", owner, f"a component of {site.name}", meant(owner, known))
    fields = sizable(known[owner])
    if field not in fields:
        expected = f"one of {', '.join(fields)}" if fields else "a component with a capacity"
        raise InputError("study", f"sizes.{name}", field, expected, meant(field, fields))
    return known[owner], field


def sizable(c: Component) -> list[str]:
    """Fields of a component that may be left to the optimiser."""
    from typing import get_args

    return [name for name, field in type(c).model_fields.items() if Design in get_args(field.annotation)]


def size_key(c: Component, field: str) -> str:
    """Name of a size in formulations and tables: a store has a capacity and a rate, all others a capacity."""
    return c.size_key(field)


def _module(c: Component, field: str) -> float | None:
    """Capacity of one module as it is built: what wear and starts of the site file speak of."""
    value = getattr(c, field)
    if not isinstance(c, Machine):
        return None
    return (value.module or value.max / c.modules) if isinstance(value, Design) else value / c.modules


def built_park(site: Site, sizes: Mapping[str, float]) -> Site:
    """The park with given sizes; what has none is left out, with what is sized 0.

    A machine of several modules gets as many as its capacity needs at the size of one in ``site``; wear and starts of
    a module grow with its size, as they do in a design.
    """
    gone: set[str] = set()
    changes: dict[str, dict[str, Any]] = {}
    for name, value in sizes.items():
        component, field = sized_field(site, name)
        if value <= NOTHING * max(1.0, _top(component, field)):
            gone.add(component.name)
            continue
        fields = changes.setdefault(component.name, {})
        fields[field] = value
        if isinstance(component, Machine) and (module := _module(component, field)):
            many = min(20, max(1, round(value / module + 0.499))) if component.modules > 1 else 1
            larger = value / many / module
            fields |= {
                "modules": many,
                "start_cny": larger * component.start_cny,
                "wear_cny_per_h": larger * component.wear_cny_per_h,
            }
    changed = site.with_components(**{name: fields for name, fields in changes.items() if name not in gone})
    return without(changed, gone)


def _top(c: Component, field: str) -> float:
    value = getattr(c, field)
    return float(value.max if isinstance(value, Design) else value)


def without(site: Site, names: set[str]) -> Site:
    """The site without some components, and without the roofs that belong to none."""
    parts = tuple(c for c in site.components if c.name not in names)
    roofs = {c.name for c in parts if isinstance(c, PV) and not c.column}
    arrays = {name: array for name, array in site.arrays.items() if name in roofs}
    return Site.model_validate({**dict(site), "components": parts, "arrays": arrays})
