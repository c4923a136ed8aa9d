"""Alarms: one active alarm for each (site, kind, about); those that are over are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from api.clock import now
from api.contract.base import Text
from api.contract.people import Alarm
from api.ids import new_id
from api.tables import alarms as _table

Severity = Literal["info", "warning", "critical"]
Key = tuple[str, str, str]
LOCK = 7_203_121  # PostgreSQL's advisory lock of those who raise and clear

_c = _table.c


@dataclass(frozen=True)
class Cause:
    """Something that an operator should know of, as long as it lasts."""

    site: str
    kind: str
    about: str
    severity: Severity
    text: Text
    link: str = ""

    @property
    def key(self) -> Key:
        return self.site, self.kind, self.about


def alarm(c: sa.Connection, id: str) -> Alarm | None:
    row = c.execute(sa.select(_table).where(_c.id == id)).mappings().one_or_none()
    return None if row is None else Alarm.model_validate(dict(row))


def alarms(
    c: sa.Connection,
    *,
    sites: Sequence[str] | None,
    site: str | None = None,
    active: bool | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Alarm]:
    """Alarms of these sites (None: of all), newest first; ``before``: only those older than that id."""
    found = sa.select(_table).order_by(_c.id.desc()).limit(limit)
    if sites is not None:
        found = found.where(_c.site.in_(sites))
    if site is not None:
        found = found.where(_c.site == site)
    if active is not None:
        found = found.where(_c.cleared_at.is_(None) if active else _c.cleared_at.is_not(None))
    if before is not None:
        found = found.where(_c.id < before)
    return [Alarm.model_validate(dict(row)) for row in c.execute(found).mappings()]


def hold(c: sa.Connection, causes: Iterable[Cause]) -> tuple[int, int]:
    """Make the active alarms those of ``causes``: raise what is new, clear what is gone; how many of each.

    An alarm whose words or severity change stays the same alarm, unless it becomes more severe: then it is a new one,
    which nobody has acknowledged.
    """
    if c.dialect.name == "postgresql":  # on SQLite there is one writer at a time
        c.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    at = now(c)
    wanted = {cause.key: cause for cause in causes}
    rows = c.execute(sa.select(_table).where(_c.cleared_at.is_(None))).mappings().all()
    over: list[str] = []
    for row in rows:
        cause = wanted.get((row["site"], row["kind"], row["about"]))
        if cause is None or _worse(cause.severity, row["severity"]):
            over.append(row["id"])
            continue
        del wanted[cause.key]
        told = {"severity": cause.severity, "text": cause.text.model_dump(), "link": cause.link}
        if any(row[name] != value for name, value in told.items()):
            c.execute(sa.update(_table).where(_c.id == row["id"]).values(told))
    if over:
        c.execute(sa.update(_table).where(_c.id.in_(over)).values(cleared_at=at))
    if wanted:
        c.execute(sa.insert(_table), [_raised(cause, at) for cause in wanted.values()])
    return len(wanted), len(over)


def acknowledge(c: sa.Connection, id: str, who: str) -> Alarm:
    """Note that someone has seen an alarm; a second time changes nothing. Raises `LookupError`."""
    c.execute(
        sa.update(_table)
        .where(_c.id == id, _c.acknowledged_at.is_(None))
        .values(acknowledged_at=now(c), acknowledged_by=who)
    )
    found = alarm(c, id)
    if found is None:
        raise LookupError(id)
    return found


def _raised(cause: Cause, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "site": cause.site,
        "kind": cause.kind,
        "about": cause.about,
        "severity": cause.severity,
        "text": cause.text.model_dump(),
        "link": cause.link,
        "raised_at": at,
    }


def _worse(a: str, b: str) -> bool:
    order = ("info", "warning", "critical")
    return order.index(a) > order.index(b)
