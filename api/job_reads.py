"""Jobs and their events as others see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from api import tables
from api.contract.jobs import Job, JobEvent, JobKind, JobState

PATHS: dict[str, str] = {
    "plan": "/api/v1/plans/",
    "forecast": "/api/v1/forecasts/",
    "study": "/api/v1/studies/",
    "report": "/api/v1/reports/",
}  # of what a kind of job makes

_JOBS, _EVENTS = tables.jobs.c, tables.job_events.c


def job(c: sa.Connection, id: str) -> Job | None:
    row = c.execute(sa.select(tables.jobs).where(_JOBS.id == id)).mappings().one_or_none()
    return None if row is None else _job(row)


def jobs(
    c: sa.Connection,
    *,
    sites: Sequence[str] | None,
    state: JobState | None = None,
    kind: JobKind | None = None,
    site: str | None = None,
    not_by: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Job]:
    """Jobs of these sites (None: of all), newest first.

    ``before``: only those older than the job of that id; ``not_by``: only those that someone else asked for.
    """
    found = sa.select(tables.jobs).order_by(_JOBS.id.desc()).limit(limit)
    if sites is not None:
        found = found.where(_JOBS.site.in_(sites))
    for column, value in ((_JOBS.state, state), (_JOBS.kind, kind), (_JOBS.site, site)):
        if value is not None:
            found = found.where(column == value)
    if not_by is not None:
        found = found.where(_JOBS.created_by != not_by)
    if before is not None:
        found = found.where(_JOBS.id < before)
    return [_job(row) for row in c.execute(found).mappings()]


def events(c: sa.Connection, id: str, after: int = 0) -> list[JobEvent]:
    """What happened to a job, oldest first; ``after``: only what came after that event."""
    found = sa.select(_EVENTS.seq, _EVENTS.at, _EVENTS.type, _EVENTS.data)
    rows = c.execute(found.where(_EVENTS.job == id, _EVENTS.seq > after).order_by(_EVENTS.seq)).mappings()
    return [JobEvent.model_validate(dict(row)) for row in rows]


def newest_events(c: sa.Connection, ids: Sequence[str]) -> dict[str, int]:
    """Number of the newest event of each of these jobs: one look into the key, for whoever waits for many jobs."""
    found = (
        sa.select(_EVENTS.job, sa.func.max(_EVENTS.seq).label("newest"))
        .where(_EVENTS.job.in_(ids))
        .group_by(_EVENTS.job)
    )
    return {row.job: row.newest for row in c.execute(found)}


def result_path(kind: str, result: str | None) -> str | None:
    return None if result is None else PATHS[kind] + result


def _job(row: sa.RowMapping) -> Job:
    fields: dict[str, Any] = dict(row)
    return Job.model_validate(
        fields
        | {
            "cancel_requested": fields["cancel_requested_at"] is not None,
            "result": result_path(fields["kind"], fields["result"]),
            "request": fields["payload"],
        }
    )
