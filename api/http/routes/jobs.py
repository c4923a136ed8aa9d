"""Long work: how it goes, and stopping it."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api import jobs as queue
from api.contract.base import Id, Page, SiteName, Text
from api.contract.jobs import FINISHED, Job, JobEvent, JobKind, JobState
from api.http.answers import answer
from api.http.deps import Db, Operator, Viewer
from api.http.paging import IdCursor, Limit, page
from api.http.principal import Principal
from api.http.problems import conflict, not_found, request_id, responses, unavailable
from api.http.service import Service
from api.http.sse import TooManyListeners
from api.http.submit import accepted
from api.records import audit_log

router = APIRouter(tags=["jobs"])
ENDED = {
    "succeeded": Text(zh="任务已完成, 无法取消。", en="The job has succeeded already."),
    "failed": Text(zh="任务已失败, 无需取消。", en="The job has failed already."),
    "cancelled": Text(zh="任务已取消。", en="The job is cancelled already."),
}


def _job(service: Service, who: Principal, id: str) -> Job:
    with service.store.read() as c:
        found = queue.job(c, id)
    if found is None or not who.may_see(found.site):
        raise not_found(f"job {id}")
    return found


@router.get("/jobs")
def list_jobs(
    who: Viewer,
    service: Db,
    site: SiteName | None = None,
    state: JobState | None = None,
    kind: JobKind | None = None,
    cursor: IdCursor = None,
    limit: Limit = 50,
) -> Page[Job]:
    """Jobs, newest first."""
    with service.store.read() as c:
        found = queue.jobs(c, sites=who.site_list, state=state, kind=kind, site=site, before=cursor, limit=limit + 1)
    return page(found, limit, lambda job: job.id)


@router.get("/jobs/{id}")
def get_job(id: Id, who: Viewer, service: Db) -> Job:
    """A job with its newest progress."""
    return _job(service, who, id)


@router.delete(
    "/jobs/{id}",
    response_model=Job,
    responses=answer(202, Job, "Running: its worker was asked to stop", "Location", "Retry-After") | responses(409),
)
def cancel_job(id: Id, who: Operator, service: Db, request: Request) -> Response:
    """Cancel a job. One that waits is cancelled at once; of one that runs the solver is stopped within seconds."""
    _job(service, who, id)
    with service.store.write() as c:
        try:
            job = queue.cancel(c, id, who.name)
        except queue.AlreadyFinished as error:
            raise conflict(ENDED[error.job.state]) from error
        audit_log.append(
            c, who.name, "job.cancel", id, site=job.site, after={"state": job.state}, request=request_id(request)
        )
    if job.state == "cancelled":
        return Response(job.model_dump_json(), media_type="application/json")
    return accepted(job)


EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `id` is the number of the event, `event` its type, `data` a JobEvent as "
        "JSON. Ends after `finished`; a connection that ends earlier is to be opened again with `Last-Event-ID`.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string", "pattern": "^[0-9]+$"},
                        "event": {"enum": list(get_args(JobEvent.model_fields["type"].annotation))},
                        "data": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "description": "`seq`, `at`, `type` and `data` of the event; see the answer of the job for "
                            "`data` of `progress`, and of `finished` its `state`, `result` and `reason`",
                        },
                    },
                }
            }
        },
    },
    204: {"description": "Finished, and there is nothing after `Last-Event-ID`"},
}


@router.get("/jobs/{id}/events", response_class=StreamingResponse, responses=EVENTS)
def job_events(
    id: Id,
    who: Viewer,
    service: Db,
    last_event_id: Annotated[int, Query(ge=0, le=10**9, description="number of the last event that was received")] = 0,
    last_seen: Annotated[str, Header(alias="Last-Event-ID", pattern=r"^[0-9]{1,9}$")] = "0",
) -> Response:
    """What happens to a job, as it happens."""
    job = _job(service, who, id)
    seen = max(last_event_id, int(last_seen))
    if job.state in FINISHED:
        with service.store.read() as c:
            if not queue.events(c, id, seen):
                return Response(status_code=204)
    try:
        service.hub.check_room()
    except TooManyListeners as error:
        raise unavailable("No further stream of events can be opened.") from error
    return StreamingResponse(
        service.hub.stream(id, seen), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )
