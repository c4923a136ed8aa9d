"""Reading a site file: strict YAML, provenance of every number, errors that name file, line, field and remedy.

`read_page`, `read_model` and `figures_of` serve all other files of the kind as well.

A number may be written as it is, or as ``{value: 45, status: assumption, source: "…"}``. A ``note`` with status and
source in any mapping speaks for all numbers below it that say nothing themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ems.site import Site, sites_folder
from ems.site_faults import Page, odd_numbers, shown
from ems.site_shape import Path_, lookup
from forecasting.errors import InputError, meant, pointer_to
from forecasting.files import read_text
from forecasting.place import zone
from forecasting.yaml_files import MAX_BYTES, parse_yaml

Model = TypeVar("Model", bound=BaseModel)
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

    def fault(self, place: Path_, field: str, value: object = None, expected: str = "", remedy: str = "") -> InputError:
        """What is wrong with a value of the site, with the line in which it stands."""
        try:
            page = Page(self.path, read_text(self.path, MAX_BYTES, "YAML text"), None)
            return page.fault(place, field, value, expected, remedy)
        except (ValueError, yaml.YAMLError):  # the file is gone, or changed since it was read
            return InputError(str(self.path), field, value, expected, remedy, pointer=pointer_to(place))

    def figures(self) -> list[Figure]:
        """Every number of the site, defaults of the technologies included, with where it comes from."""
        return figures_of(self.site, self.notes, self._title)

    def _title(self, path: Path_) -> str:
        if path[0] == "components" and isinstance(path[1], int):
            return ".".join([self.site.components[path[1]].name, *map(str, path[2:])])
        return ".".join(map(str, path))


def figures_of(read: BaseModel, notes: Mapping[Path_, Provenance], title: Callable[[Path_], str]) -> list[Figure]:
    """Every number of what was read, defaults included, with where it comes from."""
    raw = read.model_dump(exclude_unset=True)
    found = []
    for path, value in _numbers(read):
        given = lookup(raw, path) is not None
        found.append(Figure(title(path), value, _nearest(notes, path) if given else Provenance("default")))
    return found


def _nearest(notes: Mapping[Path_, Provenance], path: Path_) -> Provenance:
    """What speaks for a number: its own provenance, or that of the innermost mapping around it."""
    for length in range(len(path), -1, -1):
        if path[:length] in notes:
            return notes[path[:length]]
    return Provenance("unmarked")


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
    return site_of(read_text(path, MAX_BYTES, "YAML text"), path)


def site_of(text: str, path: Path) -> SiteFile:
    """The site of a YAML text that lies, or is to lie, at ``path``; raises `InputError` for its first fault."""
    page, notes, found = _read(text, path)
    try:
        site = None if found else Site.model_validate(page.plain)
    except ValidationError as error:
        raise page.first(error) from error
    if site is not None:
        found = _of_site(page, site)
    if site is None or found:
        raise found[0]
    return SiteFile(site, path, hashlib.sha256(text.encode()).hexdigest()[:16], notes)


def all_faults(path: Path) -> list[InputError]:
    """Every fault of a site file and of what it refers to, at most a few hundred; none where it can be planned.

    What needs the whole site (tariff, factors, columns, a day on the climatology) is looked at when the file itself
    is without fault. Nothing is fetched over the network.
    """
    from ems.input_faults import input_faults

    try:
        text = read_text(path, MAX_BYTES, "YAML text")
        page, notes, found = _read(text, path)
        site = Site.model_validate(page.plain)
    except InputError as error:
        return [error]
    except ValidationError as error:
        known = {f.pointer for f in found}
        return [*found, *(f for f in page.every(error) if f.pointer not in known)]
    found += _of_site(page, site)
    return found or input_faults(SiteFile(site, path, hashlib.sha256(text.encode()).hexdigest()[:16], notes))


def page_of(text: str, path: Path) -> Page:
    """A site's text with its plain content, valid site or not; raises `InputError` where it is no YAML mapping."""
    return _read(text, path)[0]


def _read(text: str, path: Path) -> tuple[Page, dict[Path_, Provenance], list[InputError]]:
    return read_page(text, path, Site, "a mapping with name, place, components …")


def read_page(
    text: str, path: Path, root: type[BaseModel], expected: str
) -> tuple[Page, dict[Path_, Provenance], list[InputError]]:
    """Plain content, provenance, and what is wrong with either before the ``root`` is looked at as a whole."""
    data = parse_yaml(text, path.name)
    if not isinstance(data, dict):
        raise InputError(str(path), "content", type(data).__name__, expected, line=1)
    notes: dict[Path_, Provenance] = {}
    bad: list[BadNote] = []
    page = Page(path, text, _unwrap(data, (), notes, bad), root)
    found = [page.fault(b.place, shown(data, b.place), b.value, b.expected) for b in bad]
    return page, notes, found or [page.odd(*odd) for odd in odd_numbers(page.plain)]


def read_model(text: str, path: Path, root: type[Model], expected: str) -> tuple[Page, Model, dict[Path_, Provenance]]:
    """A YAML text as its model, with the provenance of its numbers; raises `InputError` for its first fault."""
    page, notes, found = read_page(text, path, root, expected)
    if found:
        raise found[0]
    try:
        read = root.model_validate(page.plain)
    except ValidationError as error:
        raise page.first(error) from error
    for odd in odd_numbers(page.plain, read):
        raise page.odd(*odd)
    return page, read, notes


def _of_site(page: Page, site: Site) -> list[InputError]:
    """What the site's own validation lets pass."""
    found = [page.odd(*odd) for odd in odd_numbers(page.plain, site)]
    try:
        zone(site.place.timezone)
    except InputError as error:
        found.append(page.fault(("place", "timezone"), "place.timezone", error.value, error.expected))
    return found


class BadNote(NamedTuple):
    """Provenance that is not written as it should."""

    place: Path_
    expected: str
    value: object = None


def _unwrap(item: Any, path: Path_, notes: dict[Path_, Provenance], bad: list[BadNote]) -> Any:
    """Plain values; provenance goes to ``notes`` under the path of what it speaks for, its faults to ``bad``."""
    if isinstance(item, list):
        return [_unwrap(v, (*path, k), notes, bad) for k, v in enumerate(item)]
    if not isinstance(item, dict):
        return item
    if "value" in item and "status" in item:
        if extra := set(item) - {"value", "status", "source"}:
            given = f"with {', '.join(sorted(map(str, extra)))}"
            bad.append(BadNote(path, "value, status and source, nothing else", given))
        _keep(item, path, path, notes, bad)
        return _unwrap(item["value"], path, notes, bad)
    if "note" in item:
        if not isinstance(item["note"], dict) or set(item["note"]) - {"status", "source"}:
            bad.append(BadNote((*path, "note"), "a mapping with status and source"))
        else:
            _keep(item["note"], path, (*path, "note"), notes, bad)
    return {key: _unwrap(v, (*path, key), notes, bad) for key, v in item.items() if key != "note"}


def _keep(
    item: dict[str, Any], speaks_for: Path_, place: Path_, notes: dict[Path_, Provenance], bad: list[BadNote]
) -> None:
    if item.get("status") not in STATUSES:
        bad.append(BadNote(place, f"a status, one of {', '.join(STATUSES)}", item.get("status")))
    elif not str(item.get("source", "")).strip():
        bad.append(BadNote(place, "a source: where the figure was read, how it was computed, why it was assumed"))
    else:
        notes[speaks_for] = Provenance(item["status"], str(item["source"]))
