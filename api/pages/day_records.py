"""What the store knows about a day of a park: its plans, the last attempt to make one, the newest measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from api import jobs
from api.contract.jobs import FINISHED, Job
from api.contract.plans import PlanSummary
from api.records import plans, rolling
from api.tables import series, site_versions, sites

MOST_PLANS = 20
MOST_JOBS = 40  # looked through for those of the day


@dataclass(frozen=True)
class Park:
    name: str
    title: dict[str, str]
    zone: ZoneInfo
    version: int


@dataclass(frozen=True)
class Day:
    """``attempt`` is the newest job that was to plan the day with the park as it is."""

    park: Park
    day: date
    today: date
    now: datetime
    plans: list[PlanSummary]
    attempt: Job | None
    measured: datetime | None

    @property
    def running(self) -> bool:
        return self.attempt is not None and self.attempt.state not in FINISHED


def park(c: sa.Connection, site: str) -> Park | None:
    query = (
        sa.select(site_versions.c.title, site_versions.c.timezone, sites.c.version)
        .join(sites, (sites.c.name == site_versions.c.site) & (sites.c.version == site_versions.c.version))
        .where(sites.c.name == site)
    )
    row = c.execute(query).one_or_none()
    return None if row is None else Park(site, row.title, ZoneInfo(row.timezone), row.version)


def read_day(c: sa.Connection, of: Park, day: date, now: datetime) -> Day:
    found = plans.plans(c, sites=None, site=of.name, day=day.isoformat(), limit=MOST_PLANS)
    if not any(p.status == "approved" for p in found):  # it may lie behind many re-plans
        found += plans.plans(c, sites=None, site=of.name, day=day.isoformat(), status="approved", limit=1)
    tried = next((j for j in _attempts(c, of) if j.request["day"] == day.isoformat()), None)
    today = now.astimezone(of.zone).date()
    return Day(of, day, today, now, found, tried, _newest_measurement(c, of.name))


def _attempts(c: sa.Connection, of: Park) -> list[Job]:
    """Jobs that were to plan the park as it is, newest first; re-plans by themselves have a place of their own."""
    found = jobs.jobs(c, sites=None, kind="plan", site=of.name, not_by=rolling.WHO, limit=MOST_JOBS)
    return [j for j in found if not j.request.get("changes")]


def _newest_measurement(c: sa.Connection, site: str) -> datetime | None:
    """End of the newest interval that any measurement of the site covers."""
    query = (
        sa.select(series.c.last_time, series.c.resolution_s)
        .where(series.c.site == site, series.c.kind == "measurement", series.c.last_time.is_not(None))
        .order_by(series.c.last_time.desc())
        .limit(1)
    )
    row = c.execute(query).one_or_none()
    return None if row is None else row.last_time + timedelta(seconds=row.resolution_s)


def chosen(found: Sequence[PlanSummary]) -> PlanSummary | None:
    """The plan of the day that is shown first: the approved one, else the newest that may still become it."""
    approved = [p for p in found if p.status == "approved"]
    open_ = [p for p in found if p.status == "proposed" and not p.hypothetical and p.what_if_of is None]
    return next(iter([*approved, *open_, *found]), None)
