"""What is wrong with a site or study file, in one sentence each: file, line, field, value, expectation, remedy."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from ems.site import Site
from ems.site_shape import Path_, fields_at, lookup, models_at, tag_of
from forecasting.errors import InputError, meant, pointer_to

MOST_FAULTS = 200  # a text with more is no site file
URGENT = ("extra_forbidden", "union_tag_invalid", "union_tag_not_found")  # a slip in a name explains what is missing


def shown(plain: Any, path: Path_) -> str:
    """A path for the reader: members of lists by their name, such as ``components.[battery].power_kw``."""
    words = []
    for length, key in enumerate(path, 1):
        node = lookup(plain, path[:length])
        named = isinstance(key, int) and isinstance(node, dict) and "name" in node
        words.append(f"[{node['name']}]" if named else str(key))
    return ".".join(words)


def odd_numbers(plain: Any, read: BaseModel | None = None, path: Path_ = ()) -> Iterator[tuple[Path_, object]]:
    """Values that are no numbers to reckon with: not finite, or yes and no where the model ``read`` holds a number."""
    if isinstance(plain, dict | list):
        for key, value in plain.items() if isinstance(plain, dict) else enumerate(plain):
            yield from odd_numbers(value, read, (*path, key))
    elif isinstance(plain, bool):
        if read is not None and isinstance(_value(read, path), float | int):
            yield path, plain
    elif isinstance(plain, float) and not math.isfinite(plain):
        yield path, plain


def _value(item: Any, path: Path_) -> Any:
    for key in path:
        item = getattr(item, str(key), None) if isinstance(item, BaseModel) else lookup(item, (key,))
    return item if not isinstance(item, bool) else None


class Page:
    """A YAML text that faults are found in: knows the line of everything; its content is to be a ``root``."""

    def __init__(self, path: Path, text: str, plain: Any, root: type[BaseModel] = Site) -> None:
        self.path = path
        self.plain = plain
        self._text = text
        self._model = root

    @cached_property
    def _root(self) -> Any:
        return yaml.compose(self._text, yaml.SafeLoader)

    def fault(
        self, place: Path_, field: str, value: object = None, expected: str = "", remedy: str = "", leaf: Path_ = ()
    ) -> InputError:
        """A fault at a place; ``leaf`` is what is missing there, which has a pointer but no line."""
        line = line_in(self._root, place)
        source = f"{self.path}, line {line}"
        return InputError(source, field, value, expected, remedy, pointer=pointer_to((*place, *leaf)), line=line)

    def odd(self, place: Path_, value: object) -> InputError:
        return self.fault(place, shown(self.plain, place), value, "a finite number")

    def first(self, error: ValidationError) -> InputError:
        """The first fault of a validation, slips in names before all others, and how many there are."""
        faults = error.errors(include_url=False)
        first = next((f for f in faults if f["type"] in URGENT), faults[0])
        many = len(faults) if len(faults) > MOST_FAULTS else len(self.every(error))
        return self._explained(first, f"{many} faults in all" if many > 1 else "")

    def every(self, error: ValidationError) -> list[InputError]:
        """Each fault of a validation; what several members of a union say of one value counts once."""
        faults = error.errors(include_url=False)
        found: dict[tuple[str, str], InputError] = {}
        for fault in faults[:MOST_FAULTS]:
            told = self._explained(fault)
            found.setdefault((told.pointer, "" if told.pointer else told.field), told)
        return list(found.values())

    def _explained(self, fault: Any, more: str = "") -> InputError:
        message = fault["msg"].removeprefix("Value error, ")
        place = _known_part(self.plain, fault["loc"])
        if not place and fault["type"] == "value_error":  # parts of the site do not fit each other
            return self.fault(_spoken_of(self.plain, message), message, None, "", more)
        field, leaf = shown(self.plain, place), str(fault["loc"][-1]) if fault["loc"] else ""
        if fault["type"] == "missing":
            field = f"{field}.{leaf}" if field else leaf
            return self.fault(place, field, None, "a value: the field is required", more, (leaf,))
        if fault["type"] == "extra_forbidden":
            remedy = meant(leaf, fields_at(self.plain, place, self._model), "delete it")
            return self.fault(
                place, field, fault["input"], "no field of that name", "; ".join(filter(None, (remedy, more)))
            )
        if fault["type"] in URGENT:
            return self._untold(fault, place)
        value = None if isinstance(fault["input"], dict | list) else fault["input"]
        return self.fault(place, field or "content", value, message[:1].lower() + message[1:], more)

    def _untold(self, fault: Any, place: Path_) -> InputError:
        """A component or recipe of no kind that is known."""
        tag = str(fault["ctx"]["discriminator"]).strip("'")
        given = lookup(self.plain, (*place, tag))
        known = sorted({str(t) for m in models_at(self.plain, place, self._model) if (t := tag_of(m, tag))})
        field = f"{shown(self.plain, place)}.{tag}"
        if given is None:
            wanted = f"one of {', '.join(known)}"
            return self.fault(place, field, None, "a value: the field is required", wanted, (tag,))
        return self.fault((*place, tag), field, given, f"one of {', '.join(known)}", meant(given, known))


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
    """The entry whose path a message begins with; else the last component that it names."""
    for key, part in plain.items():
        for name in part if isinstance(part, dict) else ():
            if message.startswith(f"{key}.{name}."):
                return (key, name)
    words = set(re.split(r"\W+", message))
    parts = lookup(plain, ("components",))
    named = [k for k, c in enumerate(parts if isinstance(parts, list) else ()) if lookup(c, ("name",)) in words]
    return ("components", named[-1]) if named else ()


def line_in(root: Any, where: Path_) -> int:
    """Line of a path in a composed YAML text."""
    node = root
    line = int(node.start_mark.line) + 1
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
    return line
