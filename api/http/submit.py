"""Asking for long work: one job for one request, however often that request arrives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

from fastapi import Header
from starlette.responses import Response

from api import jobs
from api.contract.jobs import Job, JobKind
from api.contract.plans import ForecastRequest
from api.http.principal import Principal
from api.http.problems import busy, unusable
from api.http.service import Service
from api.ids import digest
from api.records import idempotency
from api.records.sites import SiteVersion
from ems.site_file import SiteFile

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="A request with the same key and body gives the same job, however often it is sent",
    ),
]
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "Queued; the job says how it goes",
        "headers": {
            "Location": {"description": "path of the job", "schema": {"type": "string"}},
            "Retry-After": {"description": "seconds after which to ask", "schema": {"type": "integer"}},
            "Idempotency-Replayed": {
                "description": "`true`: this request was sent before, and this is the job it made",
                "schema": {"type": "string", "enum": ["true"]},
            },
        },
    }
}


class AboutSite(Protocol):
    """A request for long work on a park."""

    @property
    def site(self) -> str: ...

    def model_dump_json(self) -> str: ...


def submit_day(
    service: Service,
    who: Principal,
    kind: JobKind,
    asked: ForecastRequest,
    key: str | None,
    check: Callable[[SiteFile], Mapping[str, Any]] = lambda _: {},
) -> Response:
    """Queue what was asked for of a day.

    ``check`` raises a problem where the request does not fit the site, and tells what else the job has to know of it.
    """

    def payload(file: SiteFile, site: SiteVersion) -> dict[str, Any]:
        return asked.model_dump(mode="json") | {"day": _day(asked.day, site.timezone), **check(file)}

    return submit(service, who, kind, asked, key, payload)


def submit(
    service: Service,
    who: Principal,
    kind: JobKind,
    asked: AboutSite,
    key: str | None,
    payload: Callable[[SiteFile, SiteVersion], dict[str, Any]],
) -> Response:
    """Queue what was asked for and answer 202; what the request leaves open is fixed now, not when it is worked on.

    ``payload`` is what the job has to know of the request; it raises a problem where that does not fit the site. A
    request that was sent before is not judged again: it gives the same job whatever has happened to the site since.
    """
    who.require_site(asked.site)
    body = digest(f"{kind} {asked.model_dump_json()}".encode())
    if key is not None:
        with service.store.read() as c:
            known = idempotency.known(c, who.id, key)
        if known is not None:
            return _again(service, known, body)
    file, site = service.site_files.current(asked.site)
    known_of_it = payload(file, site) | {"site_version": site.version}
    with service.store.write() as c:
        known = idempotency.known(c, who.id, key) if key is not None else None
        if known is None:
            service.limits.new_job(who.id)  # only here is it sure to be a new one
            try:
                id = jobs.submit(c, kind, asked.site, known_of_it, who.name, limit=service.settings.queue_limit)
            except jobs.QueueFull as error:
                raise busy(error.retry_after_s) from error
            if key is not None:
                idempotency.remember(c, who.id, key, body, id)
            job = jobs.job(c, id)
    if known is not None:
        return _again(service, known, body)
    assert job is not None
    if service.workers is not None:
        service.workers.wake()
    return accepted(job)


def accepted(job: Job, **headers: str) -> Response:
    """202 with the job, where to look for it, and when."""
    told = {"Location": f"/api/v1/jobs/{job.id}", "Retry-After": "1"}
    return Response(job.model_dump_json(), 202, headers=told | headers, media_type="application/json")


def _again(service: Service, known: tuple[str, str], body: str) -> Response:
    if known[0] != body:
        raise unusable("#Idempotency-Key", "this key was sent before with another request", remedy="give a new key")
    with service.store.read() as c:
        job = jobs.job(c, known[1])
    assert job is not None  # the key refers to it
    return accepted(job, **{"Idempotency-Replayed": "true"})


def _day(asked: str | None, timezone: str) -> str:
    """The local day that is meant: tomorrow of the site, unless one is named."""
    if asked is None:
        return (datetime.now(ZoneInfo(timezone)).date() + timedelta(days=1)).isoformat()
    try:
        return date.fromisoformat(asked).isoformat()
    except ValueError as error:
        raise unusable("/day", f"{asked} is no day of the calendar") from error
