"""Calls of the client about studies of sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from api.client_plans import JobEnded, Language, PlanCalls
from api.client_transport import written
from api.contract.jobs import Job, JobState, Progress
from api.contract.studies import Study, StudyChoice, StudyRequest, StudyRow, StudyRows, StudySummary

PARTS = {"json": "study.json", "xlsx": "workbook", "html": "report"}


class StudyCalls(PlanCalls):
    """Studies of sizes."""

    def study(
        self,
        site: str,
        study: str | Mapping[str, Any] | Path | None = None,
        *,
        progress: Callable[[Progress], object] | None = None,
        row: Callable[[StudyRow], object] | None = None,
        **options: Any,
    ) -> Study:
        """Size a park, wait for it, and return the study; raises `JobEnded` where it fails.

        ``study`` is a study file as text, mapping or path, or the name of one; None: the park's own. ``options`` are
        the other fields of `StudyRequest`, such as ``resolution="typical:12"``. ``progress`` is called with each new
        word, ``row`` with each scenario when it has ended.
        """
        job, last = self.submit_study(site, study, **options), 0
        for event in self.events(job):
            if event.type == "progress" and progress is not None:
                progress(Progress.model_validate(event.data))
            if event.type == "row" and row is not None and event.data["row"] > last:
                for each in self.study_rows(job.id, after=last):
                    row(each)
                    last = each.seq
        ended = self.job(job.id)
        if ended.result is None:
            raise JobEnded(ended)
        return self.get_study(job.id)

    def submit_study(
        self,
        site: str,
        study: str | Mapping[str, Any] | Path | None = None,
        *,
        key: str | None = None,
        **options: Any,
    ) -> Job:
        """Ask for a study without waiting; its id is that of the job. The same ``key`` gives the same job."""
        given = study.read_text(encoding="utf-8") if isinstance(study, Path) else study
        asked = options if given is None else options | {"study": given if isinstance(given, str) else dict(given)}
        return self._submit("studies", StudyRequest(site=site, **asked), key)

    def studies(self, *, site: str | None = None, state: JobState | None = None) -> Iterator[StudySummary]:
        """Studies, newest first, those that wait or run among them."""
        return self._pages(StudySummary, "studies", site=site, state=state)

    def get_study(self, id: str) -> Study:
        return self._to.model(Study, "GET", "studies", id)

    def study_choices(self, site: str) -> list[StudyChoice]:
        """Studies of a park that can be asked for by their name."""
        return [StudyChoice.model_validate(x) for x in self._to.send("GET", "sites", site, "studies").json()]

    def study_rows(self, id: str, after: int = 0) -> list[StudyRow]:
        """Scenarios that have ended so far, those with a number above ``after``."""
        found: list[StudyRow] = []
        while True:
            told = self._to.model(StudyRows, "GET", "studies", id, "rows", params={"after": after})
            if not told.items:
                return found
            found += told.items
            after = told.last

    def study_json(self, id: str) -> dict[str, Any]:
        """The whole study, series included."""
        content: dict[str, Any] = self._to.send("GET", "studies", id, "study.json").json()
        return content

    def download_study(
        self, id: str, what: Literal["json", "xlsx", "html"], path: str | Path, *, lang: Language = "zh"
    ) -> Path:
        """Write study.json, the workbook or the report to a file, and return its path."""
        params = {"lang": lang} if what == "html" else None
        return written(Path(path), [self._to.send("GET", "studies", id, PARTS[what], params=params).content])
