"""Reading a site file: strict YAML, provenance of every number, errors that name file, line, field and remedy.

A number may be written as it is, or as ``{value: 45, status: assumption, source: "…"}``. A ``note`` with status and
source in any mapping speaks for all numbers below it that say nothing themselves.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ValidationError

from ems.site import Site, sites_folder
from forecasting.errors import InputError
from forecasting.yaml_files import load_yaml

Path_ = tuple[str | int, ...]
Status = Literal["sourced", "computed", "assumption", "default", "unmarked"]
STATUSES = ("sourced", "computed", "assumption")


@dataclass(frozen=True)
class Provenance:
    """Where a number comes from."""

    status: Status
    source: str = ""


@dataclass(frozen=True)
class Figure:
    """One number of the site with its provenance, under the name that errors and reports use for it."""

    name: str
    value: float
    provenance: Provenance


@dataclass(frozen=True)
class SiteFile:
    """A site, the file it was read from, the digest of that file and the provenance written in it."""

    site: Site
    path: Path
    digest: str
    notes: dict[Path_, Provenance]

    @property
    def folder(self) -> Path:
        return self.path.parent

    def figures(self) -> list[Figure]:
        """Every number of the site, defaults of the technologies included, with where it comes from."""
        raw = self.site.model_dump(exclude_unset=True)
        found = []
        for path, value in _numbers(self.site):
            given = _lookup(raw, path) is not None
            found.append(Figure(self._title(path), value, self._provenance(path) if given else Provenance("default")))
        return found

    def _provenance(self, path: Path_) -> Provenance:
        for length in range(len(path), -1, -1):
            if path[:length] in self.notes:
                return self.notes[path[:length]]
        return Provenance("unmarked")

    def _title(self, path: Path_) -> str:
        if path[0] == "components" and isinstance(path[1], int):
            return ".".join([self.site.components[path[1]].name, *map(str, path[2:])])
        return ".".join(map(str, path))


def _numbers(item: Any, path: Path_ = ()) -> Iterator[tuple[Path_, float]]:
    if isinstance(item, BaseModel):
        for name in type(item).model_fields:
            yield from _numbers(getattr(item, name), (*path, name))
    elif isinstance(item, dict):
        for key, value in item.items():
            yield from _numbers(value, (*path, key))
    elif isinstance(item, tuple | list):
        for k, value in enumerate(item):
            yield from _numbers(value, (*path, k))
    elif isinstance(item, float | int) and not isinstance(item, bool):
        yield path, float(item)


def _lookup(raw: Any, path: Path_) -> Any:
    for key in path:
        try:
            raw = raw[key]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def find_site(name: str) -> Path:
    """Path of a site by its name under `sites/` or by the path of its file."""
    given = Path(name)
    if given.suffix in (".yaml", ".yml") or given.exists():
        return given / "site.yaml" if given.is_dir() else given
    known = site_names()
    path = sites_folder() / name / "site.yaml"
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else "or give the path of a site file"
        raise InputError("site", "name", name, f"one of {', '.join(known)}", hint)
    return path


def site_names() -> list[str]:
    return sorted(p.parent.name for p in sites_folder().glob("*/site.yaml"))


def read_site(name: str) -> SiteFile:
    """Read and check a site; every fault becomes an `InputError` with file, line, field, value and remedy."""
    path = find_site(name)
    data, text = load_yaml(path)
    if not isinstance(data, dict):
        raise InputError(str(path), "content", type(data).__name__, "a mapping with name, place, components …")
    notes: dict[Path_, Provenance] = {}
    try:
        plain = _unwrap(data, (), notes)
        site = Site.model_validate(plain)
    except ValidationError as error:
        raise _explain(path, text, error, plain) from error
    except _BadNote as error:
        raise InputError(_place(path, text, error.path), ".".join(map(str, error.path)), None, str(error)) from error
    return SiteFile(site, path, hashlib.sha256(text.encode()).hexdigest()[:16], notes)


class _BadNote(ValueError):
    def __init__(self, path: Path_, why: str) -> None:
        super().__init__(why)
        self.path = path


def _unwrap(item: Any, path: Path_, notes: dict[Path_, Provenance]) -> Any:
    """Plain values; provenance goes to ``notes`` under the path of what it speaks for."""
    if isinstance(item, list):
        return [_unwrap(v, (*path, k), notes) for k, v in enumerate(item)]
    if not isinstance(item, dict):
        return item
    if "value" in item and "status" in item:
        if extra := set(item) - {"value", "status", "source"}:
            raise _BadNote(path, f"value, status and source, nothing else (found {', '.join(sorted(extra))})")
        notes[path] = _provenance_of(item, path)
        return _unwrap(item["value"], path, notes)
    if "note" in item:
        if not isinstance(item["note"], dict) or set(item["note"]) - {"status", "source"}:
            raise _BadNote((*path, "note"), "a mapping with status and source")
        notes[path] = _provenance_of(item["note"], (*path, "note"))
    return {key: _unwrap(v, (*path, key), notes) for key, v in item.items() if key != "note"}


def _provenance_of(item: dict[str, Any], path: Path_) -> Provenance:
    if item.get("status") not in STATUSES:
        raise _BadNote(path, f"status {item.get('status')!r} is not one of {', '.join(STATUSES)}")
    if not str(item.get("source", "")).strip():
        raise _BadNote(path, "a source: where the figure was read, how it was computed, why it was assumed")
    return Provenance(item["status"], str(item["source"]))


def _explain(path: Path, text: str, error: ValidationError, plain: dict[str, Any]) -> InputError:
    """The first fault in words, and how many more there are."""
    first = error.errors(include_url=False)[0]
    place: list[str | int] = []
    shown: list[str] = []
    node: Any = plain
    for key in first["loc"]:  # the names of union members that pydantic puts in between are no keys of the file
        inside = isinstance(node, list | tuple) and isinstance(key, int) and key < len(node)
        if inside or (isinstance(node, dict) and key in node):
            node = node[key]  # type: ignore[call-overload]
            place.append(key)
            named = isinstance(node, dict) and isinstance(key, int) and "name" in node
            shown.append(f"[{node['name']}]" if named else str(key))
    missing = first["type"] == "missing"
    extra = first["type"] == "extra_forbidden"
    leaf = str(first["loc"][-1])
    field = ".".join([*shown, leaf] if missing else shown)
    remedy = f"{error.error_count()} faults in all" if error.error_count() > 1 else ""
    if missing:
        return InputError(_place(path, text, tuple(place)), field, None, "a value: the field is required", remedy)
    if extra:
        known = _known_fields(plain, tuple(place))
        close = difflib.get_close_matches(leaf, known, n=1)
        remedy = "; ".join(filter(None, [f"did you mean {close[0]}?" if close else "delete it", remedy]))
        return InputError(_place(path, text, tuple(place)), field, first["input"], "no field of that name", remedy)
    value = None if isinstance(first["input"], dict | list) else first["input"]
    expected = first["msg"].removeprefix("Value error, ")
    return InputError(_place(path, text, tuple(place)), field or "content", value, expected, remedy)


def _known_fields(plain: dict[str, Any], place: Path_) -> list[str]:
    from models import CATALOGUE

    if len(place) >= 3 and place[0] == "components":
        kind = _lookup(plain, (*place[:2], "kind"))
        return [f for k in CATALOGUE if k.model_fields["kind"].default == kind for f in k.model_fields]
    return list(Site.model_fields)


def _place(path: Path, text: str, where: Path_) -> str:
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
