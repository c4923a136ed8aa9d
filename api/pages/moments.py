"""Times for readers: the clock of the park, and of what is about no park the clock of the first one."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from api.records import sites


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def shown(at: datetime | None, timezone: str, *, seconds: bool = False) -> str:
    """A moment on the clock of a time zone; nothing where there is none."""
    if at is None:
        return ""
    return f"{at.astimezone(zone(timezone)):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}"


def zones(c: sa.Connection) -> dict[str, str]:
    """Time zone of every site."""
    return {s.site: s.timezone for s in sites.current(c)}
