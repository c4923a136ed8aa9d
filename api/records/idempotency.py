"""Keys with which a caller says that a repeated request is the same request."""

from __future__ import annotations

import sqlalchemy as sa

from api.clock import now
from api.tables import idempotency as _table

LOCK = 7_203_120  # PostgreSQL's advisory locks of keys, beside the hash of the key

_c = _table.c


def known(c: sa.Connection, who: str, key: str) -> tuple[str, str] | None:
    """Digest of the request first made with this key, and the job that it made.

    Ask within the transaction that will `remember`: a second request with the same key then waits until that one ends.
    """
    if c.dialect.name == "postgresql":  # on SQLite there is one writer at a time
        c.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK, sa.func.hashtext(f"{len(who)} {who} {key}"))))
    row = c.execute(sa.select(_c.request, _c.job).where(_c.who == who, _c.key == key)).one_or_none()
    return None if row is None else (row.request, row.job)


def remember(c: sa.Connection, who: str, key: str, request_digest: str, job_id: str) -> None:
    row = {"who": who, "key": key, "request": request_digest, "job": job_id, "created_at": now(c)}
    c.execute(sa.insert(_table).values(row))
