"""A whole study: design, reference, truth test, and the sweep of what may vary, into one result.

The design is found and proven first; where the truth test tightens it, what varies is worked out with the same
deratings. Rows and operated months are noted in journals: a study that was stopped goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.sweep.executor import Executor, Finished, Task
from api.sweep.journal import Journal
from api.sweep.progress import Progress
from api.sweep.run import row_of, sweep
from api.sweep.studies import case_of, front_of, tasks_of
from ems.site import Site
from ems.site_file import SiteFile
from ems.sizing import scenarios
from ems.sizing.alternative import alternative
from ems.sizing.compared import compared
from ems.sizing.design import INTERIOR, VERTEX, Designed, design
from ems.sizing.document import study_dict
from ems.sizing.parks import built_park, free_park, with_candidates
from ems.sizing.row import figures, operated, reference_sizes
from ems.sizing.study import Study
from ems.sizing.study_file import StudyFile
from ems.sizing.tighten import proven
from ems.sizing.truth import operate
from ems.sizing.typical import resolution_error
from ems.sizing.year import Year, year_of
from ems.solve import Solver
from forecasting.errors import InputError
from forecasting.notes import Note
from models import Grid

GROUPS = ("front", "sensitivity", "grid", "scenarios", "truth")
ROWS, MONTHS = "rows.jsonl", "months.jsonl"
MONTH = "ems.sizing.truth:operate_month"
Say = Callable[[str, Any], None]


@dataclass(frozen=True)
class Options:
    """What is worked out beside the design and its reference, and by how many."""

    resolution: str = "full"
    points: int | None = None  # of the front; none: as the study says
    groups: tuple[str, ...] = GROUPS
    workers: int | None = None  # none: one for each core
    dask: str | None = None  # address of a scheduler; empty: a cluster of this machine
    vertex: bool = False  # the design itself at a corner of its limits, with the duals of a basis


def run_study(
    file: SiteFile,
    studied: StudyFile,
    options: Options,
    solver: Solver,
    folder: Path,
    say: Say,
    say_row: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """The content of study.json; raises `InputError` where the study cannot be or has no answer.

    ``folder`` keeps the journals. ``say`` is told each phase, with a `Progress` while scenarios or months are worked
    off; ``say_row`` gets every row of the sweep as it is done.
    """
    run = _Run(file, studied, options, solver, folder, say, say_row or (lambda row: None))
    return run.result()


class _Run:
    def __init__(
        self,
        file: SiteFile,
        studied: StudyFile,
        options: Options,
        solver: Solver,
        folder: Path,
        say: Say,
        say_row: Callable[[dict[str, Any]], None],
    ) -> None:
        self.file, self.studied, self.options, self.solver = file, studied, options, solver
        self.folder, self.say, self.say_row = folder, say, say_row
        self.seconds: dict[str, float] = {}

    def result(self) -> dict[str, Any]:
        study, truth = self.studied.study, None
        with self._phase("inputs"):
            year = self._year(self.options.resolution)
        park = with_candidates(self.file.site, study)
        with self._phase("design"):
            designed = self._designed(park, year)
        with self._executor() as executor:
            if "truth" in self.options.groups:
                with self._phase("truth"):
                    designed, truth = self._proven(park, designed, year, executor)
            made = alternative(designed.site, designed.window, designed.schedule, study, designed.sizes)
            with self._phase("reference"):
                against = self._reference(park, year)
            versus = compared(made, against, study)
            with self._phase("resolution"):
                year = self._held_against_the_full_year(park, designed, made, year)
            with self._phase("sweep"):
                rows = self._rows(_derated(study, park, designed), figures(made, versus), executor)
        return study_dict(
            self.file,
            self.studied,
            year,
            self.options.resolution,
            designed,
            made,
            against,
            versus,
            truth=truth,
            rows=rows,
            notes=_capped(designed),
            timings=self.seconds,
        )

    def _year(self, resolution: str) -> Year:
        return year_of(self.file, self.studied.study, resolution, self.studied.folder)

    def _designed(self, site: Site, year: Year) -> Designed:
        limits = VERTEX if self.options.vertex else INTERIOR
        return design(site, self.studied.study, year.window, self.solver, limits, self.say)

    def _reference(self, park: Site, year: Year) -> dict[str, Any]:
        study = self.studied.study
        sizes = reference_sizes(park, study)
        built = built_park(park, sizes | study.reference.sizes)
        return alternative(built, year.window, operated(built, study, year.window, self.solver), study, sizes)

    def _held_against_the_full_year(self, park: Site, designed: Designed, made: Mapping[str, Any], year: Year) -> Year:
        """Where days are typical: what the sizes found cost in every hour of the year."""
        if year.resolution_error is None:
            return year
        study, full = self.studied.study, self._year("full")
        built = built_park(park, designed.sizes)
        try:
            run = operated(built, study, full.window, self.solver)
        except InputError as error:
            found: dict[str, Any] | None = {"failed": str(error)}
        else:
            found = resolution_error(alternative(built, full.window, run, study, designed.sizes), dict(made))
        return replace(year, resolution_error={**year.resolution_error, "against_full_year": found})

    def _proven(self, park: Site, first: Designed, year: Year, executor: Executor) -> tuple[Designed, dict[str, Any]]:
        study = self.studied.study
        with Journal(self.folder / MONTHS) as journal:

            def mapped(_: Callable[..., Any], months: Sequence[dict[str, Any]]) -> Iterable[dict[str, Any]]:
                tasks = [Task(m["id"], MONTH, m) for m in months]
                rows = sweep(tasks, executor, journal, progress=lambda p: self.say("truth", p))
                for row in rows:
                    if row["status"] == "failed":
                        raise InputError("truth", "", row["reason"]["en"], "a month that can be operated")
                return rows

            return proven(
                first,
                lambda site: self._designed(site, year),
                lambda designed: operate(park, study, designed, year.inputs.table, run=mapped),
            )

    def _rows(
        self, derated: dict[str, dict[str, Any]], base: dict[str, Any], executor: Executor
    ) -> list[dict[str, Any]]:
        study = self.studied.study
        case = case_of(self.file, study, self.studied.folder, self.options.resolution, derated)
        groups, points = self.options.groups, self.options.points or study.front.points
        front = "front" in groups
        specs = [
            scenarios.BASE,
            *(scenarios.front_ends() if front else []),
            *(scenarios.sensitivity(study) if "sensitivity" in groups else []),
            *(scenarios.grid(study) if "grid" in groups else []),
            *(scenarios.named(study) if "scenarios" in groups else []),
        ]
        tasks = tasks_of(case, specs)
        with Journal(self.folder / ROWS) as journal:
            if journal.row(tasks[0].id) is None:  # the design is there already
                journal.add(row_of(tasks[0], Finished(tasks[0].id, base, None, self.seconds.get("design", 0.0))))

            told: set[tuple[str, str]] = set()  # one result may stand under several names

            def tell(row: dict[str, Any]) -> None:
                if (row["id"], row["name"]) not in told:
                    told.add((row["id"], row["name"]))
                    self.say_row(row)

            def progress(p: Progress) -> None:
                self.say("sweep", p)
                if p.last_row is not None:
                    tell(p.last_row)

            for task in tasks:  # what was done before is told, too
                known = journal.row(task.id)
                if known is not None and known["status"] == "done":
                    tell(known | task.label)
            rows = sweep(
                tasks,
                executor,
                journal,
                follow=[front_of(case, points)] if front else [],
                later=max(0, points - 2) if front else 0,
                progress=progress,
            )
            for row in rows:  # points of the front that were there already
                tell(row)
            return rows

    def _executor(self) -> Executor:
        if self.options.dask is None:
            from api.sweep.local import LocalExecutor

            return LocalExecutor(self.options.workers)
        from api.sweep.dask_executor import DaskExecutor

        return DaskExecutor(self.options.dask or None, self.options.workers)

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        self.say(name, None)
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 3)


def _capped(designed: Designed) -> list[Note]:
    """What a design leaves out where selling would earn more than buying costs."""
    w, found = designed.window, []
    for c in designed.site.components:
        if isinstance(c, Grid) and (hours := c.capped_hours(w)) > 0:
            label = [c.label(lang) for lang in ("zh", "en")]
            found.append(
                Note(
                    f"{label[0]}: 全年有 {hours:.0f} 小时上网电价高于购电价, 设计按购电价计上网收入。",
                    f"{label[1]}: in {hours:.0f} hours of the year selling earns more than buying costs; "
                    "the design counts what is sold at the purchase price.",
                )
            )
    return found


def _derated(study: Study, park: Site, designed: Designed) -> dict[str, dict[str, Any]]:
    """Component -> fields that a tightened design sees otherwise, so that all that varies is seen in the same way."""
    found = {}
    for before, after in zip(free_park(park, study).components, designed.site.components, strict=True):
        old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
        if differs := {key: new[key] for key in new if new[key] != old[key]}:
            found[before.name] = differs
    return found
