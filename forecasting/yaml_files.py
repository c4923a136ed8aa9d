"""Strict reading of the YAML data files of this package."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from forecasting.errors import InputError
from forecasting.files import read_text

Model = TypeVar("Model", bound=BaseModel)
MAX_BYTES = 5_000_000
MAX_ALIASES = 20  # a few nested ones can stand for billions of values


class _UniqueKeys(yaml.SafeLoader):
    """SafeLoader that refuses a key given twice instead of keeping the last one, and aliases without end."""

    aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > MAX_ALIASES:
                raise yaml.MarkedYAMLError(problem=f"more than {MAX_ALIASES} aliases")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.MarkedYAMLError(problem="a key is not a plain value", problem_mark=key_node.start_mark)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} is given twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


# YAML 1.1 reads 08:00 as the number 480: times of day stay text
_UniqueKeys.yaml_implicit_resolvers = {
    first: [(tag, r) for tag, r in pairs if not tag.endswith((":int", ":float"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_UniqueKeys.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
_UniqueKeys.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$|^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$"),
    list("-+0123456789."),
)


def load_yaml(path: Path) -> tuple[Any, str]:
    """Plain content and text of one YAML file; every fault becomes an ``InputError`` naming the file."""
    text = read_text(path, MAX_BYTES, "YAML text")
    return parse_yaml(text, path.name), text


def parse_yaml(text: str, source: str) -> Any:
    """Plain content of a YAML text; raises ``InputError`` in the name of ``source``, with the line if it is known."""
    try:
        return yaml.load(text, _UniqueKeys)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        why = " ".join(str(error).replace(' in "<unicode string>",', " in").split())
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise InputError(source, "content", None, "YAML text", why, line=line) from error


def read_yaml(path: Path, kind: type[Model]) -> Model:
    """Read one YAML file into a pydantic model; every fault becomes an ``InputError`` naming file and field."""
    data, _ = load_yaml(path)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "content"
        more = f"{error.error_count()} faults in all" if error.error_count() > 1 else ""
        raise InputError(path.name, where, first["input"], first["msg"], more) from error
