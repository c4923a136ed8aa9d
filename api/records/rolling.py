"""Rolling re-planning: how often each park is re-planned, and which due time was served last.

When a re-plan is due follows from these rows, the jobs and the clock alone, so a restart changes nothing: whatever
was missed is one due time in the past, the newest, and it is served once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from api.clock import now
from api.contract.rolling import Rolling
from api.records.upsert import insert
from api.tables import jobs, results, site_versions, sites
from api.tables import rolling as _table

WHO = "ems:rolling"  # who asks for these re-plans; no name of a user, token or identity provider has this prefix
UNFINISHED = ("queued", "running")
_c = _table.c


@dataclass(frozen=True)
class Setting:
    """A park that is re-planned every ``minutes``; ``since`` is the last due time served, or when it was set."""

    site: str
    timezone: str
    minutes: int
    since: datetime
    fault: str | None

    def due(self, at: datetime) -> datetime | None:
        """The newest due time up to ``at``, where it has not been served yet."""
        newest = due_before(at, self.minutes, self.timezone)
        return newest if newest > self.since else None


def due_before(at: datetime, minutes: int, timezone: str) -> datetime:
    """The newest due time that is not after ``at``: whole intervals since midnight on the clock of the park."""
    local = at.astimezone(ZoneInfo(timezone))
    of_day = (local.hour * 60 + local.minute) // minutes * minutes
    return local.replace(hour=of_day // 60, minute=of_day % 60, second=0, microsecond=0)


def settings(c: sa.Connection) -> list[Setting]:
    """Every park that is re-planned by itself."""
    query = (
        sa.select(_c.site, site_versions.c.timezone, _c.minutes, _c.changed_at, _c.last_due, _c.fault)
        .join(sites, sites.c.name == _c.site)
        .join(site_versions, (site_versions.c.site == sites.c.name) & (site_versions.c.version == sites.c.version))
        .where(_c.minutes.is_not(None))
        .order_by(_c.site)
    )
    return [
        Setting(row.site, row.timezone, row.minutes, _since(row.changed_at, row.last_due), row.fault)
        for row in c.execute(query)
    ]


def get(c: sa.Connection, site: str, timezone: str) -> Rolling:
    """The setting of a park, and how its newest re-plan went."""
    query = (
        sa.select(_table, jobs.c.state, results.c.id.label("plan"))
        .outerjoin(jobs, jobs.c.id == _c.job)
        .outerjoin(results, results.c.job == _c.job)
        .where(_c.site == site)
    )
    row = c.execute(query).mappings().one_or_none()
    if row is None:
        return Rolling(site=site, minutes=None)
    following = None
    if row["minutes"] is not None:
        since = _since(row["changed_at"], row["last_due"])
        following = due_before(since, row["minutes"], timezone) + timedelta(minutes=row["minutes"])
    return Rolling.model_validate(dict(row) | {"next_due": following})


def put(c: sa.Connection, site: str, minutes: int | None, who: str) -> None:
    """Set how often a park is re-planned; the first is due at the next full interval."""
    values = {"minutes": minutes, "changed_at": now(c), "changed_by": who, "fault": None}
    added = insert(c, _table).values(site=site, **values)
    c.execute(added.on_conflict_do_update(index_elements=[_c.site], set_=values))


def waits(c: sa.Connection, site: str) -> bool:
    """Whether a re-plan of a park is queued or running, whoever asked for it."""
    query = sa.select(jobs.c.payload).where(jobs.c.site == site, jobs.c.kind == "plan", jobs.c.state.in_(UNFINISHED))
    return any("live" in payload for payload in c.execute(query).scalars())


def take(c: sa.Connection, setting: Setting, due: datetime) -> bool:
    """Note that a due time is being served; False where another process was first, or the setting was changed."""
    unserved = sa.or_(_c.last_due.is_(None), _c.last_due < due)
    held = _c.site == setting.site, _c.minutes == setting.minutes, _c.changed_at < due, unserved
    return c.execute(sa.update(_table).where(*held).values(last_due=due, fault=None)).rowcount == 1


def note_job(c: sa.Connection, site: str, job: str) -> None:
    c.execute(sa.update(_table).where(_c.site == site).values(job=job))


def note_fault(c: sa.Connection, site: str, fault: str) -> None:
    """Why a re-plan that is due could not be asked for."""
    c.execute(sa.update(_table).where(_c.site == site).values(fault=fault))


def faults(c: sa.Connection) -> dict[str, str]:
    """Parks whose due re-plan could not be asked for, and why."""
    query = sa.select(_c.site, _c.fault).where(_c.minutes.is_not(None), _c.fault.is_not(None))
    return {row.site: row.fault for row in c.execute(query)}


def newest_ended(c: sa.Connection, site: str, count: int) -> list[Any]:
    """Id, state and reason of the newest re-plans that ended by themselves since rolling was set, newest first."""
    query = (
        sa.select(jobs.c.id, jobs.c.state, jobs.c.reason)
        .join(_table, _c.site == jobs.c.site)
        .where(jobs.c.site == site, jobs.c.created_by == WHO, jobs.c.state.in_(("succeeded", "failed")))
        .where(_c.minutes.is_not(None), jobs.c.created_at >= _c.changed_at)
        .order_by(jobs.c.id.desc())
        .limit(count)
    )
    return list(c.execute(query))


def _since(changed: datetime, served: datetime | None) -> datetime:
    return changed if served is None else max(changed, served)
