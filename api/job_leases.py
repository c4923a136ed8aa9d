"""What workers do with jobs: claim, prolong, end, give back; and what becomes of jobs whose worker fell silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from api.clock import now
from api.contract.base import Text
from api.contract.jobs import JobKind, JobState, Progress, Reason
from api.job_events import add_event, newest_type
from api.job_reads import result_path
from api.tables import jobs as _table
from api.tables import moment

LOST = Reason(
    type="worker_lost",
    text=Text(zh="执行该任务的进程失去响应。", en="The process that worked on the job fell silent."),
)
STOPPED = Reason(
    type="worker_lost",
    text=Text(zh="服务正在停止,该任务稍后重新执行。", en="The service was stopped: the job is done later."),
)

_c = _table.c
_RELEASED: dict[str, Any] = {"worker": None, "lease_until": None}


@dataclass(frozen=True)
class Claim:
    """The right to work on a job, until the lease ends or someone else claims it."""

    id: str
    kind: str
    site: str
    payload: dict[str, Any]
    fence: int
    attempt: int  # 1, 2, …
    created_by: str


def claim(
    c: sa.Connection, worker: str, lease_s: float, attempts: int, kinds: Sequence[JobKind] | None = None
) -> Claim | None:
    """Take the oldest job that waits, or whose worker fell silent with attempts left; None where there is none.

    Only of these ``kinds`` where they are given. One statement, so that no two take the same; on PostgreSQL rows that
    another is just taking are skipped.
    """
    at = now(c)
    row = c.execute(
        sa.update(_table)
        .where(_c.id == _oldest(at, attempts, kinds).with_for_update(skip_locked=True).scalar_subquery())
        .values(
            state="running",
            fence=_c.fence + 1,
            attempts=_c.attempts + 1,
            worker=worker,
            lease_until=at + timedelta(seconds=lease_s),
            started_at=sa.func.coalesce(_c.started_at, moment(at)),
            progress=None,
        )
        .returning(_c.id, _c.kind, _c.site, _c.payload, _c.fence, _c.attempts, _c.created_by)
    ).one_or_none()
    if row is None:
        return None
    mine = Claim(*row)
    if newest_type(c, mine.id) not in ("queued", "retry"):
        _retry(c, mine.id, mine.attempt - 1, LOST, at)
    add_event(c, mine.id, "started", {"attempt": mine.attempt, "worker": worker}, at)
    return mine


def waits(c: sa.Connection, attempts: int, kinds: Sequence[JobKind]) -> bool:
    """Whether there is a job of these kinds to claim."""
    return c.execute(_oldest(now(c), attempts, kinds)).first() is not None


def beat(
    c: sa.Connection, claim: Claim, lease_s: float, progress: Progress | None = None
) -> Literal["hold", "cancel", "lost"]:
    """Prolong the lease and note the progress: go on, stop because someone wants it, or stop because it is lost."""
    at = now(c)
    values: dict[str, Any] = {"lease_until": at + timedelta(seconds=lease_s)}
    if progress is not None:
        values["progress"] = progress.model_dump()
    row = c.execute(
        sa.update(_table).where(*_held(claim)).values(values).returning(_c.cancel_requested_at)
    ).one_or_none()
    if row is None:
        return "lost"
    if progress is not None:
        add_event(c, claim.id, "progress", values["progress"], at)
    return "hold" if row.cancel_requested_at is None else "cancel"


def succeed(c: sa.Connection, claim: Claim, result_id: str) -> bool:
    """End the job with its result. False: someone else holds the job, and the caller must roll back.

    A wish to cancel that came too late changes nothing: the result is there.
    """
    return _finish(c, claim, "succeeded", result=result_id)


def fail(c: sa.Connection, claim: Claim, reason: Reason) -> bool:
    """End the job with the reason why it failed. False: someone else holds it."""
    return _finish(c, claim, "failed", reason=reason)


def cancelled(c: sa.Connection, claim: Claim) -> bool:
    """End the job because someone wanted it to stop, and it did. False: someone else holds it."""
    return _finish(c, claim, "cancelled")


def give_back(c: sa.Connection, claim: Claim, why: Reason, attempts: int) -> JobState | None:
    """An attempt came to nothing: the job waits again, or has failed where ``attempts`` are used up.

    A job that is to be cancelled is cancelled. Returns the job's state; None: someone else holds it.
    """
    row = _released(c, sa.and_(*_held(claim)), why, attempts)
    return row[0][1] if row else None


def put_back(c: sa.Connection, claim: Claim) -> JobState | None:
    """The worker is being stopped: the job waits again, and the attempt does not count. None: someone else holds it."""
    row = _released(c, sa.and_(*_held(claim)), STOPPED, claim.attempt + 1)
    if not row:
        return None
    if row[0][1] == "queued":
        c.execute(sa.update(_table).where(_c.id == claim.id).values(attempts=_c.attempts - 1))
    return row[0][1]


def sweep(c: sa.Connection, attempts: int) -> list[str]:
    """End jobs that no worker can take any more: silent with all attempts used up, or silent and to be cancelled."""
    over = sa.or_(_c.attempts >= attempts, _c.cancel_requested_at.is_not(None))
    silent = sa.select(_c.id).where(_c.state == "running", _c.lease_until < now(c), over).order_by(_c.id)
    mine = _c.id.in_(silent.with_for_update(skip_locked=True).correlate(None))  # two who sweep never wait in a circle
    return [id for id, _ in _released(c, mine, LOST, attempts)]


def recover(c: sa.Connection, attempts: int) -> list[str]:
    """For the new owner of an SQLite file: every running job was left by a process that is dead, so it waits again."""
    if c.dialect.name != "sqlite":
        raise RuntimeError("other processes may be working on the running jobs of this database")
    return [id for id, _ in _released(c, _c.state == "running", LOST, attempts)]


def _oldest(at: datetime, attempts: int, kinds: Sequence[JobKind] | None) -> sa.Select[tuple[str]]:
    free = _table.alias("free")
    silent = sa.and_(free.c.lease_until < at, free.c.attempts < attempts, free.c.cancel_requested_at.is_(None))
    found = sa.select(free.c.id).where(
        free.c.state.in_(("queued", "running")), sa.or_(free.c.state == "queued", silent)
    )
    if kinds is not None:
        found = found.where(free.c.kind.in_(kinds))
    return found.order_by(free.c.id).limit(1)


def _held(claim: Claim) -> tuple[sa.ColumnElement[bool], ...]:
    return _c.id == claim.id, _c.state == "running", _c.fence == claim.fence


def _finish(
    c: sa.Connection, claim: Claim, state: JobState, *, result: str | None = None, reason: Reason | None = None
) -> bool:
    at = now(c)
    why = None if reason is None else reason.model_dump()
    ended = c.execute(
        sa.update(_table)
        .where(*_held(claim))
        .values(_RELEASED | {"state": state, "finished_at": at, "result": result, "reason": why})
    )
    if ended.rowcount == 0:
        return False
    add_event(c, claim.id, "finished", {"state": state, "result": result_path(claim.kind, result), "reason": why}, at)
    return True


def _released(
    c: sa.Connection, which: sa.ColumnElement[bool], why: Reason, attempts: int
) -> Sequence[tuple[str, JobState]]:
    """Take running jobs from their workers: to be cancelled -> cancelled, attempts used up -> failed, else queued."""
    at, reason = now(c), why.model_dump()
    unwanted, used_up = _c.cancel_requested_at.is_not(None), _c.attempts >= attempts
    rows = c.execute(
        sa.update(_table)
        .where(which)
        .values(
            _RELEASED
            | {
                "state": sa.case((unwanted, "cancelled"), (used_up, "failed"), else_="queued"),
                "reason": sa.case((unwanted, None), (used_up, sa.literal(reason, _c.reason.type)), else_=None),
                "finished_at": sa.case((sa.or_(unwanted, used_up), moment(at)), else_=None),
            }
        )
        .returning(_c.id, _c.state, _c.attempts)
    ).all()
    for id, state, attempt in rows:
        if state == "queued":
            _retry(c, id, attempt, why, at)
        else:
            failed = reason if state == "failed" else None
            add_event(c, id, "finished", {"state": state, "result": None, "reason": failed}, at)
    return [(id, state) for id, state, _ in rows]


def _retry(c: sa.Connection, id: str, attempt: int, why: Reason, at: datetime) -> None:
    add_event(c, id, "retry", {"attempt": attempt, "reason": why.model_dump()}, at)
