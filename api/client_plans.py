"""Calls of the client about plans, forecasts and jobs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pandas as pd

from api.client_events import events
from api.client_frames import Moment, day_text, forecast_frame, frame, moment
from api.client_transport import Calls, written
from api.contract.jobs import FINISHED, Job, JobEvent, JobKind, JobState, Progress
from api.contract.plans import (
    Decision,
    Difference,
    Explanation,
    Forecast,
    ForecastRequest,
    ForecastSummary,
    Plan,
    PlanRequest,
    PlanSummary,
    ReplanRequest,
    Schedule,
    Status,
)
from api.contract.reports import ReportRequest
from api.contract.rolling import Minutes, Rolling, RollingRequest
from api.contract.studies import StudyRequest
from ems.changes import Changes, read_changes

Language = Literal["zh", "en"]
FILES = {"json": "plan.json", "html": "report", "csv": "schedule", "xlsx": "schedule"}


class JobEnded(Exception):
    """A job that was waited for ended without a result; ``job.reason`` says why."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.job = job

    def __str__(self) -> str:
        """State and reason in one line."""
        why = f": {self.job.reason.text.en}" if self.job.reason else ""
        return f"job {self.job.id} {self.job.state}{why}"


class PlanCalls(Calls):
    """Plans, forecasts, jobs."""

    def plan(
        self,
        site: str,
        day: date | str | None = None,
        *,
        changes: Changes | Mapping[str, Any] | None = None,
        progress: Callable[[Progress], object] | None = None,
        timeout_s: float | None = None,
        **options: Any,
    ) -> Plan:
        """Plan a local day of a site, tomorrow unless said, and wait for it; raises `JobEnded` where it fails.

        ``changes`` is a what-if; ``options`` are the other fields of `PlanRequest`, such as ``objective="carbon"``.
        ``progress`` is called with each new word from the solver.
        """
        job = self.submit_plan(site, day, changes=changes, **options)
        return self.get_plan(self._result(self.wait(job, timeout_s=timeout_s, progress=progress)))

    def submit_plan(
        self,
        site: str,
        day: date | str | None = None,
        *,
        changes: Changes | Mapping[str, Any] | None = None,
        key: str | None = None,
        **options: Any,
    ) -> Job:
        """Ask for a plan without waiting. The same ``key`` gives the same job; by default each call has its own."""
        given = changes if isinstance(changes, Changes) or changes is None else read_changes(dict(changes))
        asked = {"day": day_text(day), "changes": given} | options
        body = PlanRequest(site=site, **{name: x for name, x in asked.items() if x is not None})
        return self._submit("plans", body, key)

    def replan(self, site: str, *, progress: Callable[[Progress], object] | None = None, **options: Any) -> Plan:
        """Plan the rest of today from what is measured and wait for it; ``options`` as in `ReplanRequest`."""
        job = self._submit("replans", ReplanRequest(site=site, **options), None)
        return self.get_plan(self._result(self.wait(job, progress=progress)))

    def rolling(self, site: str) -> Rolling:
        """How often a park is re-planned by itself, how the newest of these went and when the next is due."""
        return self._to.model(Rolling, "GET", "sites", site, "rolling")

    def set_rolling(self, site: str, minutes: Minutes | None) -> Rolling:
        """Re-plan a park every so many minutes; None: no longer."""
        return self._to.model(Rolling, "PUT", "sites", site, "rolling", body=RollingRequest(minutes=minutes))

    def plans(
        self, *, site: str | None = None, day: date | str | None = None, status: Status | None = None
    ) -> Iterator[PlanSummary]:
        """Plans, newest first."""
        return self._pages(PlanSummary, "plans", site=site, day=day_text(day), status=status)

    def get_plan(self, id: str) -> Plan:
        return self._to.model(Plan, "GET", "plans", id)

    def schedule(self, id: str) -> pd.DataFrame:
        """Every series of a plan, one row a step in local time; units and meanings are in ``attrs``."""
        return frame(self._to.model(Schedule, "GET", "plans", id, "schedule"))

    def explain(self, id: str, at: Moment | None = None) -> Explanation:
        """Why the plan, or the step in which ``at`` lies, is as it is."""
        params = {"at": moment(at).isoformat()} if at is not None else None
        return self._to.model(Explanation, "GET", "plans", id, "explain", params=params)

    def difference(self, a: str, b: str) -> Difference:
        """Plan ``b`` minus plan ``a``."""
        return self._to.model(Difference, "GET", "plans", a, "difference", params={"to": b})

    def approve(self, id: str, comment: str = "") -> PlanSummary:
        """Release a plan for running; the approved plan of the same day is superseded."""
        return self._to.model(PlanSummary, "POST", "plans", id, "approve", body=Decision(comment=comment), again=True)

    def reject(self, id: str, comment: str = "") -> PlanSummary:
        return self._to.model(PlanSummary, "POST", "plans", id, "reject", body=Decision(comment=comment), again=True)

    def download(
        self,
        id: str,
        what: Literal["json", "csv", "xlsx", "html"],
        path: str | Path,
        *,
        lang: Language = "zh",
    ) -> Path:
        """Write plan.json, the schedule as CSV or workbook, or the report to a file, and return its path."""
        params = {
            "format": what if FILES[what] == "schedule" else None,
            "lang": lang if what in ("xlsx", "html") else None,
        }
        return written(Path(path), [self._to.send("GET", "plans", id, FILES[what], params=params).content])

    def forecast(self, site: str, day: date | str | None = None, **options: Any) -> Forecast:
        """The inputs of a day, tomorrow unless said: weather, yield, demands, prices; waits for it."""
        asked = {"day": day_text(day)} | options
        body = ForecastRequest(site=site, **{name: x for name, x in asked.items() if x is not None})
        return self.get_forecast(self._result(self.wait(self._submit("forecasts", body, None))))

    def get_forecast(self, id: str) -> Forecast:
        return self._to.model(Forecast, "GET", "forecasts", id)

    def forecast_frame(self, forecast: Forecast) -> pd.DataFrame:
        """Inputs of a forecast, one row a step in local time; quantiles as columns `column.q10`, `column.mean`."""
        return forecast_frame(forecast)

    def forecasts(
        self, site: str, *, as_of: Moment | None = None, day: date | str | None = None
    ) -> Iterator[ForecastSummary]:
        """Forecasts of a site, newest first; with ``as_of`` as they were known at that moment."""
        at = None if as_of is None else moment(as_of).isoformat()
        return self._pages(ForecastSummary, "sites", site, "forecasts", as_of=at, day=day_text(day))

    def job(self, id: str) -> Job:
        return self._to.model(Job, "GET", "jobs", id)

    def jobs(
        self, *, site: str | None = None, state: JobState | None = None, kind: JobKind | None = None
    ) -> Iterator[Job]:
        """Jobs, newest first."""
        return self._pages(Job, "jobs", site=site, state=state, kind=kind)

    def wait(
        self,
        job: Job | str,
        *,
        timeout_s: float | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> Job:
        """The job when it has ended, however it did; raises TimeoutError, and the job goes on."""
        id = job if isinstance(job, str) else job.id
        until = None if timeout_s is None else time.monotonic() + timeout_s
        pause, said = 0.1, None
        while True:
            found = self.job(id)
            if progress is not None and found.progress is not None and found.progress != said:
                said = found.progress
                progress(said)
            if found.state in FINISHED:
                return found
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"job {id} is {found.state} after {timeout_s:g} s")
            time.sleep(pause)
            pause = min(1.3 * pause, 1.0)

    def events(self, job: Job | str) -> Iterator[JobEvent]:
        """What happens to a job, as it happens, until it has finished; goes on by itself after a disconnection."""
        return events(self._to, job if isinstance(job, str) else job.id)

    def cancel(self, job: Job | str) -> Job:
        """Cancel a job; one that runs ends within seconds."""
        return self._to.model(Job, "DELETE", "jobs", job if isinstance(job, str) else job.id)

    def _submit(
        self, what: str, body: ForecastRequest | ReplanRequest | StudyRequest | ReportRequest, key: str | None
    ) -> Job:
        told = {"Idempotency-Key": key or str(uuid4())}
        return self._to.model(Job, "POST", what, body=body, headers=told, again=True)

    def _result(self, job: Job) -> str:
        if job.result is None:
            raise JobEnded(job)
        return job.result.rpartition("/")[2]
