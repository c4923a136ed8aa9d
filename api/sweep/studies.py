"""From a study to the tasks of its sweep, each under the hash of all that decides its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.sweep.executor import Task
from api.sweep.journal import Row
from api.sweep.program import program_digest
from api.sweep.run import Follow
from ems.bundle import bundle
from ems.site_file import SiteFile
from ems.sizing import scenarios
from ems.sizing.overrides import with_set
from ems.sizing.row import FILES, Case, digest_of
from ems.sizing.scenarios import LEAST_CARBON, LEAST_COST, Spec
from ems.sizing.study import Study
from ems.sizing.year import WORDS
from forecasting.errors import InputError

KIND = "ems.sizing.row:make_row"
FETCHED = ("auto", "open-meteo")  # weather that is another tomorrow
LONGEST = 100_000_000  # bytes of one file


def case_of(
    file: SiteFile,
    study: Study,
    folder: Path,
    resolution: str = "full",
    derated: Mapping[str, Mapping[str, Any]] | None = None,
) -> Case:
    """A site and a study, with the files that they name; those of the study lie relative to ``folder``.

    ``derated``: component -> fields that designs see, but not the reference, which stays as it is.

    Raises `InputError` for files that cannot be read.
    """
    names = {name for key in FILES if (name := getattr(study, key)) and name not in WORDS}
    return Case(
        bundle(file),
        study.model_dump(mode="json", exclude_unset=True),
        {n: _read(folder / n) for n in names},
        resolution,
        derated or {},
    )


def tasks_of(case: Case, specs: Iterable[Spec]) -> list[Task]:
    """A task for each scenario."""
    study = Study.model_validate(case.study)
    return [_task(case, study, spec) for spec in specs]


def all_specs(study: Study) -> list[Spec]:
    """Every scenario of a study but the caps of the front, which its ends must be known for."""
    return [
        scenarios.BASE,
        scenarios.REFERENCE,
        *scenarios.front_ends(),
        *scenarios.sensitivity(study),
        *scenarios.grid(study),
        *scenarios.named(study),
    ]


def front_of(case: Case, points: int) -> Follow:
    """What follows the ends of a front: the caps between them; none where an end has failed."""
    ends = {task.id for task in tasks_of(case, scenarios.front_ends())}

    def follow(rows: Sequence[Row]) -> list[Task] | None:
        found = {row["name"]: row for row in rows if row["group"] == "front" and row["id"] in ends}
        if not {LEAST_COST, LEAST_CARBON} <= set(found):
            return None
        if any(row["status"] == "failed" for row in found.values()):
            return []
        most, least = (float(found[name]["kpis"]["emissions_t"]) for name in (LEAST_COST, LEAST_CARBON))
        return tasks_of(case, scenarios.front_between(points, most, least))

    return follow


def _task(case: Case, study: Study, spec: Spec) -> Task:
    try:
        scenario = with_set(study, spec.set)
        changed = case.digest(scenario) + (f" {datetime.now(UTC):%Y-%m-%d}" if scenario.weather in FETCHED else "")
    except InputError:  # it fails as it is run, alone, and says why
        changed = digest_of([case.digest(study), dict(spec.set)])
    reference = spec.group == "reference"
    seen = {} if reference else {name: dict(fields) for name, fields in case.derated.items()}
    decides = [KIND, program_digest(), changed, reference, spec.carbon_cap_t, spec.objective, seen]
    row = {
        "name": spec.name,
        "group": spec.group,
        "set": dict(spec.set),
        "carbon_cap_t": spec.carbon_cap_t,
        "objective": spec.objective,
    }
    return Task(digest_of(decides), KIND, {"case": case, "row": row})


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LONGEST:
            raise InputError(str(path), "size", path.stat().st_size, f"at most {LONGEST} bytes")
        return path.read_bytes()
    except OSError as error:
        raise InputError(str(path), "", None, "a file that can be read", error.strerror or "") from error
