"""What the store knows of a park that runs: its newest measurements, and the plan that is being followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from api.measured_now import Readings
from api.records import series
from api.tables import plans

RECENT = timedelta(hours=6)  # what the correction of the forecast may look at


def readings(
    c: sa.Connection, site: str, names: Sequence[str], whole_month: Sequence[str], now: datetime, timezone: str
) -> list[Readings]:
    """Usable measurements that ended by ``now``: of the last hours; of ``whole_month`` since the month began."""
    local = now.astimezone(ZoneInfo(timezone))
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    for name, row in series.named(c, site, [*names, *whole_month]).items():
        if row.kind != "measurement":
            continue
        step = timedelta(seconds=row.resolution_s)
        start = month if name in whole_month else now - RECENT - step
        points = [
            (p.time, float(p.value))
            for p in series.read(c, row, start, now - step + timedelta(microseconds=1))
            if p.value is not None and p.quality in series.USABLE
        ]
        if points:
            found.append(Readings(name, row.unit, row.resolution_s, tuple(points)))
    return found


def standing(c: sa.Connection, site: str, at: datetime) -> str | None:
    """The approved plan that holds at a moment."""
    held = sa.select(plans.c.id).where(
        plans.c.site == site, plans.c.status == "approved", plans.c.start <= at, plans.c.end > at
    )
    return c.execute(held.order_by(plans.c.id.desc()).limit(1)).scalar_one_or_none()
