"""Changes of a study by paths: what scenarios, grids and sensitivities set.

A path joins keys with ``/``: ``economics/discount_rate``, ``costs/pv/capex_cny_per_unit``,
``change/alkaline/min_load``, ``sizes/battery.capacity_kwh/max``, ``add/wind/capacity_kwp`` (entries of lists by their
name). Values are absolute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ValidationError

from ems.site import Site
from ems.site_faults import odd_numbers
from ems.site_shape import Path_, lookup, models_in
from ems.sizing.study import Study
from forecasting.errors import InputError, meant

FIXED = ("name", "title", "scenarios", "grid", "sensitivity", "front", "shown")  # what no result depends on
OPEN = (("factors",), ("change",), ("reference", "sizes"), ("economics", "carbon", "cny_per_t"))  # take new keys


def with_set(study: Study, changes: Mapping[str, Any]) -> Study:
    """The study with other values at some paths, validated again.

    Raises `InputError` for a path that there is not, with the nearest one, and for a value that cannot be.
    """
    plain = study.model_dump(exclude_unset=True)
    for path, value in changes.items():
        place = place_of(study, path)
        node: Any = plain
        for key, below in pairwise(place):
            node = _entered(node, key, list if isinstance(below, int) else dict)
        node[place[-1]] = value
    try:
        changed = Study.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "/".join(map(str, first["loc"])) or ", ".join(changes)
        value = None if isinstance(first["input"], dict | list) else first["input"]
        raise InputError("study", where, value, first["msg"].removeprefix("Value error, ")) from error
    for odd, value in odd_numbers(plain, changed):
        raise InputError("study", "/".join(map(str, odd)), value, "a finite number")
    return changed


def value_at(study: Study, path: str, site: Site) -> Any:
    """What stands at a path, in the study or, where it changes a component, in the site; a factor not given is 1."""
    place = place_of(study, path)
    dumped = study.model_dump()
    if (value := lookup(dumped, place)) is not None:
        return value
    if place[0] == "factors":
        return 1.0
    if place[0] == "change":
        parts = {c.name: c.model_dump() for c in site.components}
        return lookup(parts, place[1:])
    return None


def place_of(study: Study, path: str) -> Path_:
    """The keys of a path; raises `InputError` where nothing can be set there."""
    keys = path.split("/")
    if keys[0] in FIXED or not all(keys):
        raise _unknown(study, path)
    place: list[str | int] = []
    node: Any = study
    for text in keys:
        key = _key(node, text, tuple(place))
        if key is None:
            raise _unknown(study, path)
        node = _below(node, key)
        place.append(key)
    return tuple(place)


def _key(node: Any, text: str, place: Path_) -> str | int | None:
    """The key that a word of a path stands for in what it leads into; None where there is none."""
    if (model := _model(node)) is not None:
        return text if text in model.model_fields else None
    if isinstance(node, tuple | list):
        named = [k for k, part in enumerate(node) if text in (str(k), lookup(part, ("name",)))]
        return named[0] if named else None
    inside = place[:1] in (("change",), ("add",))
    if isinstance(node, dict) or (node is None and inside):
        key = int(text) if place[-1] == "cny_per_t" and text.isdigit() else text
        return key if inside or place in OPEN or key in (node or {}) else None
    return None


def _below(node: Any, key: str | int) -> Any:
    """What a key leads to; where a model has nothing yet, the model that could stand there."""
    if (model := _model(node)) is None:
        return lookup(node, (key,))
    found = getattr(node, str(key)) if isinstance(node, BaseModel) else None
    return next(models_in(model.model_fields[str(key)].annotation), None) if found is None else found


def _model(node: Any) -> type[BaseModel] | None:
    """The model of what is there, or that could be."""
    if isinstance(node, BaseModel):
        return type(node)
    return node if isinstance(node, type) and issubclass(node, BaseModel) else None


def _entered(node: Any, key: str | int, kind: type[Any]) -> Any:
    """The mapping or list under a key as one that may be changed, made where there is none."""
    found = lookup(node, (key,))
    node[key] = list(found) if isinstance(found, tuple) else kind() if found is None else found
    return node[key]


def _unknown(study: Study, path: str) -> InputError:
    return InputError("study", "path", path, "a path of the study", meant(path, list(_paths(study.model_dump()))))


def _paths(node: Any, above: str = "") -> Iterator[str]:
    for key, part in node.items():
        if not above and key in FIXED:
            continue
        if isinstance(part, dict) and part:
            yield from _paths(part, f"{above}{key}/")
        else:
            yield f"{above}{key}"
