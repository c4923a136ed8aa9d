"""One clock for all who share a database, so that a lease means the same to each of them."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa


def now(c: sa.Connection) -> datetime:
    """The moment by this machine's clock on SQLite, which has one owner, and by the server's on PostgreSQL."""
    if c.dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = c.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)
