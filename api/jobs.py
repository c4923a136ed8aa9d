"""The queue: long work as rows of `jobs`, held by leases, in the same database as everything else.

A worker claims the oldest free job for some seconds and prolongs that lease by `beat`. Who falls silent loses the job
to whoever claims it next. Each claim raises the job's fence; only the holder of the newest fence may finish the job,
in one transaction with its result. So a job ends once, has one result, and is never held by two.

Every function runs within the caller's transaction and changes the job's row first: that row is the lock under which
its events are numbered. Here is what those who ask for work do; `api.job_leases` has what workers do, `api.job_reads`
what everybody sees.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from api.clock import now
from api.contract.jobs import Job, JobKind
from api.ids import new_id
from api.job_events import add_event
from api.job_leases import (
    LOST,
    Claim,
    beat,
    cancelled,
    claim,
    fail,
    give_back,
    put_back,
    recover,
    succeed,
    sweep,
    waits,
)
from api.job_reads import events, job, jobs, newest_events
from api.tables import jobs as _table
from api.tables import moment

__all__ = [
    "LOST",
    "AlreadyFinished",
    "Claim",
    "QueueFull",
    "beat",
    "cancel",
    "cancelled",
    "claim",
    "events",
    "fail",
    "give_back",
    "job",
    "jobs",
    "lock",
    "newest_events",
    "put_back",
    "recover",
    "submit",
    "succeed",
    "sweep",
    "waits",
]

QUEUE_LOCK = 7_203_119  # PostgreSQL's advisory lock of those who submit

_c = _table.c


class QueueFull(Exception):
    """As many jobs wait as may; try again after ``retry_after_s`` seconds."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} jobs wait already")
        self.waiting = waiting
        self.retry_after_s = 15


class AlreadyFinished(Exception):
    """The job has ended and cannot be cancelled any more."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"job {job.id} has {job.state}")
        self.job = job


def lock(c: sa.Connection) -> None:
    """Until the transaction ends nobody else submits."""
    if c.dialect.name == "postgresql":  # on SQLite there is one writer at a time
        c.execute(sa.select(sa.func.pg_advisory_xact_lock(QUEUE_LOCK)))


def submit(c: sa.Connection, kind: JobKind, site: str, payload: dict[str, Any], who: str, *, limit: int) -> str:
    """Queue a job and return its id; `QueueFull` where ``limit`` jobs wait already."""
    lock(c)
    waiting = c.execute(sa.select(sa.func.count()).where(_c.state == "queued")).scalar_one()
    if waiting >= limit:
        raise QueueFull(waiting)
    id, at = new_id(), now(c)
    c.execute(
        sa.insert(_table).values(
            id=id, kind=kind, site=site, state="queued", payload=payload, created_at=at, created_by=who
        )
    )
    add_event(c, id, "queued", {}, at)
    return id


def cancel(c: sa.Connection, id: str, who: str) -> Job:
    """Cancel a job that waits; ask the worker of a running one to stop. `LookupError`, `AlreadyFinished`."""
    at = now(c)
    waits = _c.state == "queued"
    state = c.execute(
        sa.update(_table)
        .where(_c.id == id, _c.state.in_(("queued", "running")))
        .values(
            state=sa.case((waits, "cancelled"), else_=_c.state),
            finished_at=sa.case((waits, moment(at)), else_=None),
            cancel_requested_at=sa.func.coalesce(_c.cancel_requested_at, moment(at)),
        )
        .returning(_c.state)
    ).scalar_one_or_none()
    if state == "cancelled":
        add_event(c, id, "finished", {"state": state, "by": who, "result": None, "reason": None}, at)
    found = job(c, id)
    if found is None:
        raise LookupError(id)
    if state is None:
        raise AlreadyFinished(found)
    return found
