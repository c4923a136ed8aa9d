"""Jobs: what is planned right now, what was, and why it failed."""

from __future__ import annotations

import json
from typing import Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api import jobs as queue
from api.contract.jobs import FINISHED, Job, JobKind, JobState
from api.http.deps import Db, Viewer
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown, zones
from api.pages.words_operation import JOBS
from api.records import sites

router = APIRouter(include_in_schema=False)
PAGE = 25
STATES: tuple[JobState, ...] = get_args(JobState)
KINDS: tuple[JobKind, ...] = get_args(JobKind)


@router.get("/jobs")
def jobs_page(
    request: Request, who: Viewer, db: Db, state: str = "", kind: str = "", site: str = "", before: str = ""
) -> Response:
    """The list, newest first; unknown words in the filter filter nothing."""
    w = Words(lang_of(request), JOBS)
    chosen_state = next((s for s in STATES if s == state), None)
    chosen_kind = next((k for k in KINDS if k == kind), None)
    with db.store.read() as c:
        titles = {s.site: w.pick(s.title) for s in sites.current(c, who.site_list)}
        times = zones(c)
        site = site if site in titles else ""
        found = queue.jobs(
            c,
            sites=who.site_list,
            state=chosen_state,
            kind=chosen_kind,
            site=site or None,
            before=before or None,
            limit=PAGE + 1,
        )
        newest = queue.jobs(c, sites=who.site_list, limit=1)
    chosen = {key: value for key, value in (("state", state), ("kind", kind), ("site", site)) if value}
    return render(
        request,
        "jobs.html",
        who=who,
        nav="jobs",
        words=JOBS,
        jobs=[_row(job, titles, times.get(job.site, "UTC"), w, may_cancel=who.has("operator")) for job in found[:PAGE]],
        states=STATES,
        kinds=KINDS,
        sites=titles,
        chosen={"state": state, "kind": kind, "site": site},
        older="?" + urlencode(chosen | {"before": found[PAGE - 1].id}) if len(found) > PAGE else None,
        newest_link="?" + urlencode(chosen) if before else None,
        live={"newest": newest[0].id if newest else None},
    )


def _row(job: Job, titles: dict[str, str], timezone: str, w: Words, *, may_cancel: bool) -> dict[str, Any]:
    about = _about(job, w)
    ended = job.finished_at - job.started_at if job.finished_at and job.started_at else None
    return {
        "id": job.id,
        "state": job.state,
        "title": w("jobs_of_day", kind=w(f"jobs_kind_{job.kind}"), site=titles.get(job.site, job.site), day=about),
        "label": job.request.get("label") or "",
        "what_if": bool(job.request.get("what_if_of")),
        "asked": w("jobs_by", who=job.created_by, at=shown(job.created_at, timezone, seconds=True)),
        "took": w("jobs_took", seconds=f"{ended.total_seconds():.1f}") if ended is not None else "",
        "attempts": job.attempts,
        "reason": job.reason,
        "result": result_page(job),
        "kind": job.kind,
        "may_cancel": may_cancel and job.state not in FINISHED,
        "cancelling": job.cancel_requested and job.state not in FINISHED,
        "finished": job.state in FINISHED,
        "limit_s": job.request.get("time_limit_s", 60),
        "request": json.dumps(job.request, ensure_ascii=False, indent=2),
    }


def _about(job: Job, w: Words) -> str:
    """What a job is about, beside its park: the title of a study, the days of a report, a day."""
    if job.kind == "study":
        return w.pick(job.request["title"])
    if job.kind == "report":
        return f"{job.request['from']} … {job.request['to']}"
    return job.request.get("day") or w("jobs_tomorrow")


def result_page(job: Job) -> str | None:
    """The page that shows what a job made; of a study it shows what there is so far."""
    if job.kind == "study":
        return f"/studies/{job.id}"
    if job.kind == "report":
        return f"/reports/{job.id}"
    if job.result is None:
        return None
    made = job.result.rsplit("/", 1)[-1]
    return f"/plans/{made}" if job.kind == "plan" else f"/sites/{job.site}/forecast?forecast={made}"
