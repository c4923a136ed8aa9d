"""Events of jobs, written in the transaction that changed the job's row, which numbers them 1, 2, …"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from api.tables import job_events as _table

MOST_PROGRESS = 400  # kept per job; looked at every hundredth event, so there are never more than 500

_c = _table.c


def add_event(c: sa.Connection, job: str, type: str, data: dict[str, Any], at: datetime) -> None:
    """Append an event; of too much progress every second word is dropped, so that its whole course stays."""
    newest = sa.select(sa.func.coalesce(sa.func.max(_c.seq), 0)).where(_c.job == job).scalar_subquery()
    row = {"job": job, "seq": newest + 1, "at": at, "type": type, "data": data}
    seq = c.execute(sa.insert(_table).values(row).returning(_c.seq)).scalar_one()
    if seq % 100 == 0:
        _thin(c, job)


def newest_type(c: sa.Connection, job: str) -> str | None:
    found = sa.select(_c.type).where(_c.job == job).order_by(_c.seq.desc()).limit(1)
    return c.execute(found).scalar_one_or_none()


def _thin(c: sa.Connection, job: str) -> None:
    words = sa.select(_c.seq).where(_c.job == job, _c.type == "progress").order_by(_c.seq)
    kept = c.execute(words).scalars().all()
    if len(kept) > MOST_PROGRESS:
        c.execute(sa.delete(_table).where(_c.job == job, _c.seq.in_(kept[1:-1:2])))
