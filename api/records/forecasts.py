"""Forecasts: results of jobs of that kind; what they say is in their text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from api.contract.plans import ForecastSummary
from api.jobs import Claim
from api.records import results
from api.tables import jobs
from api.tables import results as _table

_c = _table.c
_SUMMARY = sa.select(_c.id, _c.job, _c.site, _c.created_at, _c.digest).where(_c.kind == "forecast")


def add(c: sa.Connection, claim: Claim, text: bytes) -> str:
    """Keep the forecast that a job made; returns its id."""
    id, _ = results.add(c, claim.id, "forecast", claim.site, text)
    return id


def forecast(c: sa.Connection, id: str) -> ForecastSummary | None:
    row = c.execute(_SUMMARY.where(_c.id == id)).mappings().one_or_none()
    return None if row is None else ForecastSummary.model_validate(dict(row))


def forecasts(
    c: sa.Connection,
    *,
    sites: Sequence[str] | None,
    site: str | None = None,
    until: datetime | None = None,
    day: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[ForecastSummary]:
    """Forecasts for these sites (None: for all), newest first.

    Args:
        until: only those that had been made by then.
        day: only those of this local day.
        before: only those older than that id.
    """
    found = _SUMMARY.order_by(_c.id.desc()).limit(limit)
    if sites is not None:
        found = found.where(_c.site.in_(sites))
    if site is not None:
        found = found.where(_c.site == site)
    if until is not None:
        found = found.where(_c.created_at <= until)
    if day is not None:
        asked = sa.select(jobs.c.id).where(jobs.c.payload["day"].as_string() == day)
        found = found.where(_c.job.in_(asked))
    if before is not None:
        found = found.where(_c.id < before)
    return [ForecastSummary.model_validate(dict(row)) for row in c.execute(found).mappings()]
