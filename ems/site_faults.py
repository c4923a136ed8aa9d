"""What is wrong with a site file, in one sentence: file and line, field, value, what was expected, what to do."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from ems.site import Site
from forecasting.errors import InputError

Path_ = tuple[str | int, ...]
TAGS = ("kind", "recipe")  # fields that tell which of several models is meant
URGENT = ("extra_forbidden", "union_tag_invalid", "union_tag_not_found")  # a slip in a name explains what is missing


def lookup(raw: Any, path: Path_) -> Any:
    """What stands in nested mappings and lists under a path; None where nothing does."""
    for key in path:
        try:
            raw = raw[key]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def shown(plain: Any, path: Path_) -> str:
    """A path for the reader: members of lists by their name, such as ``components.[battery].power_kw``."""
    words = []
    for length, key in enumerate(path, 1):
        node = lookup(plain, path[:length])
        named = isinstance(key, int) and isinstance(node, dict) and "name" in node
        words.append(f"[{node['name']}]" if named else str(key))
    return ".".join(words)


def meant(given: object, known: Collection[object], otherwise: str = "") -> str:
    """The name that was probably meant, as a remedy."""
    close = difflib.get_close_matches(str(given), list(map(str, known)), n=1)
    return f"did you mean {close[0]}?" if close else otherwise


def odd_number(plain: Any, site: Site | None = None, path: Path_ = ()) -> tuple[Path_, object] | None:
    """The first value that is no number to reckon with: not finite, or yes and no where ``site`` holds a number."""
    if isinstance(plain, dict | list):
        for key, value in plain.items() if isinstance(plain, dict) else enumerate(plain):
            if found := odd_number(value, site, (*path, key)):
                return found
    elif isinstance(plain, bool):
        if site is not None and isinstance(_value(site, path), float | int):
            return path, plain
    elif isinstance(plain, float) and not math.isfinite(plain):
        return path, plain
    return None


def _value(item: Any, path: Path_) -> Any:
    for key in path:
        item = getattr(item, str(key), None) if isinstance(item, BaseModel) else lookup(item, (key,))
    return item if not isinstance(item, bool) else None


def explained(path: Path, text: str, error: ValidationError, plain: dict[str, Any]) -> InputError:
    """The first fault in words, slips in names before all others, and how many more there are."""
    faults = error.errors(include_url=False)
    first = next((f for f in faults if f["type"] in URGENT), faults[0])
    more = f"{len(faults)} faults in all" if len(faults) > 1 else ""
    message = first["msg"].removeprefix("Value error, ")
    place = _known_part(plain, first["loc"])
    if not place and first["type"] == "value_error":  # parts of the site do not fit each other
        return InputError(line_of(path, text, _spoken_of(plain, message)), message, None, "", more)
    field, leaf = shown(plain, place), str(first["loc"][-1]) if first["loc"] else ""
    where = line_of(path, text, place)
    if first["type"] == "missing":
        field = f"{field}.{leaf}" if field else leaf
        return InputError(where, field, None, "a value: the field is required", more)
    if first["type"] == "extra_forbidden":
        remedy = meant(leaf, _fields(plain, place), "delete it")
        return InputError(
            where, field, first["input"], "no field of that name", "; ".join(filter(None, (remedy, more)))
        )
    if first["type"] in URGENT:
        return _untold(path, text, first, plain, place)
    value = None if isinstance(first["input"], dict | list) else first["input"]
    return InputError(where, field or "content", value, message[:1].lower() + message[1:], more)


def _untold(path: Path, text: str, fault: Any, plain: Any, place: Path_) -> InputError:
    """A component or recipe of no kind that is known."""
    tag = str(fault["ctx"]["discriminator"]).strip("'")
    given = lookup(plain, (*place, tag))
    known = sorted({str(t) for m in _models(plain, place) if (t := _tag(m, tag))})
    field = f"{shown(plain, place)}.{tag}"
    if given is None:
        return InputError(
            line_of(path, text, place), field, None, "a value: the field is required", f"one of {', '.join(known)}"
        )
    return InputError(
        line_of(path, text, (*place, tag)), field, given, f"one of {', '.join(known)}", meant(given, known)
    )


def _known_part(plain: Any, loc: tuple[int | str, ...]) -> Path_:
    """A location without the names of union members that pydantic puts in between: they are no keys of the file."""
    place: list[str | int] = []
    node = plain
    for key in loc:
        inside = isinstance(node, list) and isinstance(key, int) and key < len(node)
        if inside or (isinstance(node, dict) and key in node):
            node = node[key]
            place.append(key)
    return tuple(place)


def _spoken_of(plain: Any, message: str) -> Path_:
    """The last component that a message names."""
    words = set(re.split(r"\W+", message))
    parts = lookup(plain, ("components",))
    named = [k for k, c in enumerate(parts if isinstance(parts, list) else ()) if lookup(c, ("name",)) in words]
    return ("components", named[-1]) if named else ()


def _fields(plain: Any, place: Path_) -> list[str]:
    """Fields of what holds the last key of a path."""
    return [name for m in _models(plain, place[:-1]) for name in m.model_fields]


def _models(plain: Any, place: Path_) -> list[type[BaseModel]]:
    """Models that may stand at a path of the file."""
    found: list[type[BaseModel]] = [Site]
    for length, key in enumerate(place):
        here = _told(found, lookup(plain, place[:length]))
        fields = [m.model_fields[str(key)].annotation for m in here if str(key) in m.model_fields]
        found = [m for a in fields for m in _inside(a)] if fields else here
    return _told(found, lookup(plain, place))


def _told(models: list[type[BaseModel]], node: Any) -> list[type[BaseModel]]:
    """Of several models those of the node's kind."""
    for tag in TAGS:
        same = [m for m in models if (said := lookup(node, (tag,))) is not None and _tag(m, tag) == said]
        if same:
            return same
    return models


def _tag(model: type[BaseModel], tag: str) -> Any:
    return next(iter(get_args(model.model_fields[tag].annotation)), None) if tag in model.model_fields else None


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _inside(part)


def line_of(path: Path, text: str, where: Path_) -> str:
    """File and line of a path in the YAML text."""
    node: Any = yaml.compose(text, yaml.SafeLoader)
    line = node.start_mark.line + 1
    for key in where:
        if isinstance(node, yaml.MappingNode):
            pairs = {k.value: (k, v) for k, v in node.value}
            if "value" in pairs and "status" in pairs and str(key) not in pairs:
                node = pairs["value"][1]
                pairs = {k.value: (k, v) for k, v in node.value} if isinstance(node, yaml.MappingNode) else {}
            if str(key) not in pairs:
                break
            line, node = pairs[str(key)][0].start_mark.line + 1, pairs[str(key)][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
    return f"{path}, line {line}"
