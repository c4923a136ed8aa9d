"""Insert where SQLite and PostgreSQL need the same words from two modules."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(c: sa.Connection, table: sa.Table) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` in the dialect of the connection."""
    return sqlite.insert(table) if c.dialect.name == "sqlite" else postgresql.insert(table)
