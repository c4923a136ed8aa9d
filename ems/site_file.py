"""Reading a site file: strict YAML, provenance of every number, errors that name file, line, field and remedy.

A number may be written as it is, or as ``{value: 45, status: assumption, source: "…"}``. A ``note`` with status and
source in any mapping speaks for all numbers below it that say nothing themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from ems.site import Site, sites_folder
from ems.site_faults import Path_, explained, line_of, lookup, meant, odd_number, shown
from forecasting.errors import InputError
from forecasting.place import zone
from forecasting.yaml_files import load_yaml

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

    def where(self, *path: str | int) -> str:
        """The file, and the line in which a field stands."""
        try:
            return line_of(self.path, self.path.read_text(encoding="utf-8-sig"), path)
        except (OSError, ValueError):  # gone or changed since it was read
            return str(self.path)

    def figures(self) -> list[Figure]:
        """Every number of the site, defaults of the technologies included, with where it comes from."""
        raw = self.site.model_dump(exclude_unset=True)
        found = []
        for path, value in _numbers(self.site):
            given = lookup(raw, path) is not None
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


def find_site(name: str) -> Path:
    """Path of a site by its name under `sites/` or by the path of its file."""
    given, known = Path(name), site_names()
    if name in known and given.suffix not in (".yaml", ".yml"):
        return sites_folder() / name / "site.yaml"
    if given.is_dir():
        if not (given / "site.yaml").is_file():
            raise InputError(str(given), "", None, "a site file", "the folder holds no site.yaml")
        return given / "site.yaml"
    if given.suffix in (".yaml", ".yml") or given.exists():
        return given
    raise InputError(
        "site", "name", name, f"one of {', '.join(known)}", meant(name, known, "or give the path of a site file")
    )


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
    except _BadNote as error:
        raise InputError(line_of(path, text, error.path), shown(data, error.path), error.value, str(error)) from error
    _check_numbers(path, text, plain)
    try:
        site = Site.model_validate(plain)
    except ValidationError as error:
        raise explained(path, text, error, plain) from error
    _check_numbers(path, text, plain, site)
    try:
        zone(site.place.timezone)
    except InputError as error:
        at = ("place", "timezone")
        raise InputError(line_of(path, text, at), ".".join(at), error.value, error.expected) from error
    return SiteFile(site, path, hashlib.sha256(text.encode()).hexdigest()[:16], notes)


def _check_numbers(path: Path, text: str, plain: Any, site: Site | None = None) -> None:
    if odd := odd_number(plain, site):
        raise InputError(line_of(path, text, odd[0]), shown(plain, odd[0]), odd[1], "a finite number")


class _BadNote(ValueError):
    """Provenance that is not written as it should; the message says what was expected."""

    def __init__(self, path: Path_, expected: str, value: object = None) -> None:
        super().__init__(expected)
        self.path = path
        self.value = value


def _unwrap(item: Any, path: Path_, notes: dict[Path_, Provenance]) -> Any:
    """Plain values; provenance goes to ``notes`` under the path of what it speaks for."""
    if isinstance(item, list):
        return [_unwrap(v, (*path, k), notes) for k, v in enumerate(item)]
    if not isinstance(item, dict):
        return item
    if "value" in item and "status" in item:
        if extra := set(item) - {"value", "status", "source"}:
            raise _BadNote(path, "value, status and source, nothing else", f"with {', '.join(sorted(map(str, extra)))}")
        notes[path] = _provenance_of(item, path)
        return _unwrap(item["value"], path, notes)
    if "note" in item:
        if not isinstance(item["note"], dict) or set(item["note"]) - {"status", "source"}:
            raise _BadNote((*path, "note"), "a mapping with status and source")
        notes[path] = _provenance_of(item["note"], (*path, "note"))
    return {key: _unwrap(v, (*path, key), notes) for key, v in item.items() if key != "note"}


def _provenance_of(item: dict[str, Any], path: Path_) -> Provenance:
    if item.get("status") not in STATUSES:
        raise _BadNote(path, f"a status, one of {', '.join(STATUSES)}", item.get("status"))
    if not str(item.get("source", "")).strip():
        raise _BadNote(path, "a source: where the figure was read, how it was computed, why it was assumed")
    return Provenance(item["status"], str(item["source"]))
