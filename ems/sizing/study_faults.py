"""What is wrong with a study for the site that it is made for: names that mean nothing there, values that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from ems.site import Site
from ems.site_file import SiteFile
from ems.site_shape import Path_
from ems.sizing.overrides import with_set
from ems.sizing.parks import sizable, sized_field, with_candidates
from ems.sizing.study import Study
from forecasting.errors import InputError, meant
from models import PV, Component, Grid, Store
from models.demand import Demand
from models.electrolyser import Electrolyser
from models.fuel_cell import FuelCell
from models.machine import MachineParameters
from models.storage import Battery


class Fault(NamedTuple):
    """Where in the study, what stands there, what was expected and what to do."""

    place: Path_
    value: object = None
    expected: str = ""
    remedy: str = ""


def faults(study: Study, file: SiteFile) -> Iterator[Fault]:
    """Everything that does not fit the site; the paths of scenarios, grid and sensitivity with what they set."""
    found = list(_alone(study, file.site))
    names = [s.name for s in study.scenarios]
    found += [Fault(("scenarios", k), n, "a name of its own") for k, n in enumerate(names) if n in names[:k]]
    yield from found
    if found:
        return
    changes: list[tuple[Path_, dict[str, Any]]] = [(("scenarios", k), s.set) for k, s in enumerate(study.scenarios)]
    for kind, ranges in (("grid", study.grid), ("sensitivity", study.sensitivity)):
        changes += [((kind, path, k), {path: v}) for path, values in ranges.items() for k, v in enumerate(values)]
    for place, change in changes:
        try:
            other = with_set(study, change)
        except InputError as error:
            yield Fault(place, error.value, f"{error.field}: {error.expected}", error.remedy)
            continue
        for fault in _alone(other, file.site):
            told = "/".join(map(str, fault.place))
            yield Fault(place, fault.value, f"{told}: {fault.expected}", fault.remedy)


def _alone(study: Study, site: Site) -> Iterator[Fault]:
    """Faults of a study without its scenarios."""
    changes = list(_changes(study, site))
    yield from changes
    if changes:
        return
    try:
        park = with_candidates(site, study)
    except InputError as error:
        yield Fault(_spoken_of(study, f"{error.field} {error.expected}"), None, error.expected, error.remedy)
        return
    yield from _sizes(study, park)
    yield from _reference(study, park)
    yield from _limits(study, park)
    yield from _factors(study, park)
    series = [f"{c.name}.{q.name}" for c in park.components for q in c.quantities]
    for k, name in enumerate(study.shown):
        if name not in series:
            yield Fault(("shown", k), name, "a series component.quantity of the park", meant(name, series))


def _changes(study: Study, site: Site) -> Iterator[Fault]:
    """Fields of components that the study gives other values."""
    known: dict[str, Component] = {c.name: c for c in site.components}
    for name, fields in study.change.items():
        if name not in known:
            remedy = meant(name, known, "give fields of added components under add")
            yield Fault(("change", name), name, f"a component of {site.name}", remedy)
            continue
        c = known[name]
        if unknown := [field for field in fields if field not in type(c).model_fields]:
            for field in unknown:
                remedy = meant(field, type(c).model_fields)
                yield Fault(("change", name, field), fields[field], f"a field of {c.kind}", remedy)
            continue
        try:
            type(c).model_validate({**c.model_dump(exclude_unset=True), **fields})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            value = None if isinstance(first["input"], dict | list) else first["input"]
            place = ("change", name, *(key for key in first["loc"][:1] if key in fields))
            yield Fault(place, value, first["msg"].removeprefix("Value error, "))


def _spoken_of(study: Study, message: str) -> Path_:
    """The added or changed component that a message names last."""
    words = re.split(r"\W+", message)
    named: dict[str, Path_] = {name: ("change", name) for name in study.change}
    named |= {str(part.get("name")): ("add", k) for k, part in enumerate(study.add)}
    return next((named[word] for word in reversed(words) if word in named), ("add",))


def _sizes(study: Study, park: Site) -> Iterator[Fault]:
    for name, size in study.sizes.items():
        try:
            c, _ = sized_field(park, name)
        except InputError as error:
            yield Fault(("sizes", name), error.value, error.expected, error.remedy)
            continue
        if size.module is None:
            continue
        if not isinstance(c, MachineParameters | Store):
            yield Fault(("sizes", name, "module"), size.module, "no module: only machines and stores have them")
        elif size.whole and int(size.max / size.module + 1e-9) * size.module < size.min:
            bounds = f"{size.min:g} to {size.max:g}"
            yield Fault(("sizes", name, "module"), size.module, f"a module of which a whole number fits {bounds}")


def _reference(study: Study, park: Site) -> Iterator[Fault]:
    for name in study.reference.sizes:
        try:
            sized_field(park, name)
        except InputError as error:
            yield Fault(("reference", "sizes", name), error.value, error.expected, error.remedy)
    added = {str(part["name"]) for part in study.add}
    for c in park.components:
        named = {n.partition(".")[2] for n in study.reference.sizes if n.partition(".")[0] == c.name}
        if c.name in added and sizable(c) and not named:
            first = f"{c.name}.{sizable(c)[0]}"
            yield Fault(("reference", "sizes"), None, f"{first}", "say what the reference has of it, 0 for none")


def _limits(study: Study, park: Site) -> Iterator[Fault]:
    known = {c.name: c for c in park.components}
    roofed: dict[str, str] = {}
    for roof, limit in study.limits.roofs.items():
        for k, name in enumerate(limit.components):
            place = ("limits", "roofs", roof, "components", k)
            if not isinstance(known.get(name), PV):
                arrays = [n for n, c in known.items() if isinstance(c, PV)]
                yield Fault(place, name, "a pv component of the park", meant(name, arrays, ", ".join(arrays)))
            elif name in roofed:
                yield Fault(place, name, "a component that lies on one roof", f"it is on {roofed[name]} already")
            roofed[name] = roof
    kinds = [type(c) for c in park.components]
    power = [c for c in park.components if isinstance(c, Demand) and c.carrier == "electricity"]
    for limit_name, possible, needs in (
        ("connection_kw", Grid in kinds, "a grid connection"),
        ("renewable_share", PV in kinds, "a pv component"),
        ("hydrogen_kgco2e_per_kg", Electrolyser in kinds, "an electrolyser"),
        ("autonomy", Battery in kinds or FuelCell in kinds, "a battery or a fuel cell"),
        ("autonomy", bool(power), "a demand for electricity"),
    ):
        if getattr(study.limits, limit_name) is not None and not possible:
            yield Fault(("limits", limit_name), None, f"{needs} in the park, to which the limit applies")


def _factors(study: Study, park: Site) -> Iterator[Fault]:
    if not study.factors:
        return
    from ems.columns import input_columns
    from ems.given import DERIVED
    from ems.inputs import asked_columns

    names = [*input_columns(park), *(name for c in park.components for name in asked_columns(c))]
    columns = [name for name in dict.fromkeys(names) if name not in DERIVED and not name.endswith("_c")]
    for name in study.factors:
        if name not in columns:
            yield Fault(("factors", name), name, "an input column", meant(name, columns, ", ".join(columns)))
