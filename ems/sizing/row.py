"""One scenario of a sweep, from plain data to a row of figures: what a worker does.

A worker keeps what scenarios share: its solver, the sites it has read, the inputs of the last years, and the last
references. A function of this module depends on nothing but its task, whichever process it runs in.
"""

from __future__ import annotations

import atexit
import json
import math
import re
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

from ems.build import build
from ems.bundle import Bundle, unpack
from ems.schedule import Schedule
from ems.site import Site
from ems.site_file import SiteFile, read_site
from ems.sizing.alternative import alternative
from ems.sizing.compared import compared
from ems.sizing.design import INTERIOR, design
from ems.sizing.overrides import FIXED, with_set
from ems.sizing.parks import built_park, sized_field, with_candidates
from ems.sizing.study import Study
from ems.sizing.worth import carriers_bought, worth_of
from ems.sizing.year import Year, year_of
from ems.solve import Solver
from forecasting.errors import InputError
from models import Window

CAP = "limits/carbon_t_per_year"
FILES = ("weather", "columns")  # of a study: what may name a file
NOT_OF_THE_YEAR = ("economics", "costs", "sizes", "limits", "reference")
T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A site and a study with the files that they refer to, as they travel to a worker."""

    bundle: Bundle
    study: Mapping[str, Any]  # as plain data
    files: Mapping[str, bytes]  # that the study names: name -> content
    resolution: str
    derated: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # fields of components as designs see them

    def digest(self, study: Study, *but: str) -> str:
        """Digest of all that decides a result with this study in place of the case's own, ``but`` some of its parts."""
        dropped = {**dict.fromkeys((*FIXED, *but), True), "reference": "reference" in but or {"title"}}
        contents = {name: sha256(data).hexdigest() for name, data in self.files.items()}
        decides = study.model_dump(mode="json", exclude=dropped)
        return digest_of([self.bundle.digest, decides, contents, self.resolution])


def digest_of(what: Any) -> str:
    """SHA-256 of the canonical JSON of plain data."""
    text = json.dumps(what, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def make_row(task: Mapping[str, Any]) -> Row:
    """The figures of a scenario; raises `InputError` where its study cannot be or has no answer.

    ``task``: ``case``, and as ``row`` what is known of the row (name, group, set, carbon_cap_t, objective).
    """
    case, spec = task["case"], task["row"]
    try:
        return _row(case, spec)
    except InputError as error:  # the folder of a worker says nothing to the reader
        source = re.sub(rf"{re.escape(str(_folder()))}/[0-9a-f]{{12}}/", "", error.source)
        parts = (error.field, error.value, error.expected, error.remedy)
        raise InputError(source, *parts, pointer=error.pointer, line=error.line) from error


def _row(case: Case, spec: Mapping[str, Any]) -> Row:
    study = with_set(Study.model_validate(case.study), spec["set"])
    against = _references.get(case.digest(study), lambda: _reference(case, study))
    if spec["group"] == "reference":
        return figures(against)
    cap = spec["carbon_cap_t"]
    capped = study if cap is None else with_set(study, {CAP: cap})
    site, year = with_candidates(_site(case).site, capped), _year(case, capped)
    site = site.with_components(**{name: dict(fields) for name, fields in case.derated.items()})
    found = design(site, capped, year.window, _solver(), objective=spec["objective"])
    made = alternative(found.site, found.window, found.schedule, capped, found.sizes)
    return figures(made, compared(made, against, capped))


def figures(made: Mapping[str, Any], versus: Mapping[str, Any] | None = None) -> Row:
    """What a row tells of an alternative and of its comparison: numbers only, null for what is undefined."""
    return {
        "sizes": {name: size["value"] for name, size in made["sizes"].items()},
        "kpis": _numbers(made["kpis"]),
        "money": _numbers(made["money"]),
        "levelised": _numbers(made["levelised"]),
        "compared": _numbers(versus or {}),
    }


def _numbers(values: Mapping[str, Any]) -> dict[str, float | None]:
    return {
        name: value if value is None or math.isfinite(value) else None
        for name, value in values.items()
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    }


def operated(park: Site, study: Study, w: Window, solver: Solver) -> Schedule:
    """The year of a park with given sizes, at least cost; raises `InputError` where it cannot meet its demand."""
    built = build(park, w, worth_of(study.economics, carriers_bought(park)))
    answer = solver.solve(built.problem, INTERIOR)
    if answer.x is None:
        remedy = "give the reference what the demand needs"
        raise InputError("study", "reference.sizes", answer.message, "a park that can meet the demand", remedy)
    return Schedule(*built.tables(answer.x, w))


def reference_sizes(site: Site, study: Study) -> dict[str, float]:
    """Every size of the study as the reference has it: as it says, else as in the site file."""
    found = {}
    for name in study.sizes:
        component, field_name = sized_field(site, name)
        found[name] = float(study.reference.sizes.get(name, getattr(component, field_name)))
    return found


class Kept(Generic[T]):
    """The last few things that were made, by digest."""

    def __init__(self, most: int) -> None:
        self._most, self._made = most, OrderedDict[str, T]()

    def get(self, digest: str, make: Callable[[], T]) -> T:
        if digest not in self._made:
            self._made[digest] = make()
        self._made.move_to_end(digest)
        while len(self._made) > self._most:
            self._made.popitem(last=False)
        return self._made[digest]


_sites, _years, _references = Kept[SiteFile](64), Kept[Year](4), Kept[dict[str, Any]](8)


def _reference(case: Case, study: Study) -> dict[str, Any]:
    site, year = with_candidates(_site(case).site, study), _year(case, study)
    sizes = reference_sizes(site, study)
    park = built_park(site, sizes | study.reference.sizes)
    return alternative(park, year.window, operated(park, study, year.window, _solver()), study, sizes)


def _year(case: Case, study: Study) -> Year:
    digest = case.digest(study, *NOT_OF_THE_YEAR)

    def make() -> Year:
        folder = _folder() / digest[:12]
        folder.mkdir(exist_ok=True)
        for name, data in case.files.items():
            (folder / Path(name).name).write_bytes(data)
        here = {key: str(folder / Path(name).name) for key in FILES if (name := getattr(study, key)) in case.files}
        return year_of(_site(case), study.model_copy(update=here), case.resolution)

    return _years.get(digest, make)


def _site(case: Case) -> SiteFile:
    digest = case.bundle.digest
    return _sites.get(digest, lambda: read_site(str(unpack(case.bundle, _folder() / digest[:12]))))


@cache
def _folder() -> Path:
    """Where this process lays out files; of a worker that is killed it goes with the folder that it lies in."""
    folder = tempfile.mkdtemp(prefix="sites-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def _solver() -> Solver:
    solver = Solver()
    atexit.register(solver.close)
    return solver
