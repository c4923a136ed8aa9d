"""Who did what, when, with what before and after. Triggers in the database refuse every change of an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from api.clock import now
from api.contract.people import AuditEntry
from api.tables import audit_log as _table

_c = _table.c


def append(
    c: sa.Connection,
    who: str,
    action: str,
    object: str,
    *,
    site: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    request: str | None = None,
) -> None:
    """Note a deed in the transaction that does it. ``before`` and ``after`` are JSON-ready and hold no secrets."""
    row = {"at": now(c), "who": who, "action": action, "object": object, "site": site, "request": request}
    row |= {"before": None if before is None else dict(before), "after": None if after is None else dict(after)}
    c.execute(sa.insert(_table).values(row))


def entries(
    c: sa.Connection,
    sites: Sequence[str] | None,
    before: int | None = None,
    limit: int = 50,
    *,
    site: str | None = None,
    who: str | None = None,
    action: str | None = None,
    object: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[AuditEntry]:
    """Entries about these sites (None: all entries) of [start, end), newest first; ``before``: older than that id."""
    found = sa.select(_table).order_by(_c.id.desc()).limit(limit)
    if sites is not None:
        found = found.where(_c.site.in_(sites))
    for column, value in ((_c.site, site), (_c.who, who), (_c.action, action), (_c.object, object)):
        if value is not None:
            found = found.where(column == value)
    if before is not None:
        found = found.where(_c.id < before)
    if start is not None:
        found = found.where(_c.at >= start)
    if end is not None:
        found = found.where(_c.at < end)
    return [AuditEntry.model_validate(dict(row)) for row in c.execute(found).mappings()]
