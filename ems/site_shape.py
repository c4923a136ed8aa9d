"""What may stand where in the content of a site file, read from the models, valid content or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from ems.site import Site
from forecasting.files import Reference

Path_ = tuple[str | int, ...]
TAGS = ("kind", "recipe")  # fields that tell which of several models is meant


def lookup(raw: Any, path: Path_) -> Any:
    """What stands in nested mappings and lists under a path; None where nothing does."""
    for key in path:
        try:
            raw = raw[key]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def fields_at(plain: Any, place: Path_, root: type[BaseModel] = Site) -> list[str]:
    """Fields of what holds the last key of a path."""
    return [name for m in models_at(plain, place[:-1], root) for name in m.model_fields]


def models_at(plain: Any, place: Path_, root: type[BaseModel] = Site) -> list[type[BaseModel]]:
    """Models that may stand at a path of the file, whose content as a whole is a ``root``."""
    found: list[type[BaseModel]] = [root]
    for length, key in enumerate(place):
        here = told(found, lookup(plain, place[:length]))
        fields = [m.model_fields[str(key)].annotation for m in here if str(key) in m.model_fields]
        found = [m for a in fields for m in models_in(a)] if fields else here
    return told(found, lookup(plain, place))


def told(models: list[type[BaseModel]], node: Any) -> list[type[BaseModel]]:
    """Of several models those of the node's kind."""
    for tag in TAGS:
        same = [m for m in models if (said := lookup(node, (tag,))) is not None and tag_of(m, tag) == said]
        if same:
            return same
    return models


def tag_of(model: type[BaseModel], tag: str) -> Any:
    """The value of a model's tag, such as the kind of a component; None where it has no such field."""
    return next(iter(get_args(model.model_fields[tag].annotation)), None) if tag in model.model_fields else None


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models that an annotation names, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def references(plain: Any, model: type[BaseModel] = Site, place: Path_ = ()) -> Iterator[tuple[Path_, object]]:
    """Every value of a site's content that names another file, with its place."""
    for name, field in model.model_fields.items():
        value = lookup(plain, (name,))
        if value is None:
            continue
        here = (*place, name)
        if any(isinstance(m, Reference) for m in field.metadata):
            yield here, value
        else:
            yield from _within(field.annotation, value, here)


def _within(annotation: Any, value: Any, place: Path_) -> Iterator[tuple[Path_, object]]:
    """References of what stands under an annotation: a model, or a mapping, a list or a union of such."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (dict, Mapping) and isinstance(value, dict):
        for key, part in value.items():
            yield from _within(inner[1], part, (*place, key))
    elif origin in (tuple, list) and isinstance(value, list | tuple):
        for k, part in enumerate(value):
            yield from _within(inner[0], part, (*place, k))
    elif origin in (Union, UnionType, Annotated):
        models = [m for m in inner if isinstance(m, type) and issubclass(m, BaseModel)]
        for one in (*told(models, value), *(i for i in inner if i not in models)):
            yield from _within(one, value, place)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from references(value, annotation, place)
