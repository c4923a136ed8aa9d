"""Lists of what jobs made, narrowed as every list of the API is: by park, by state, and to a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from api import tables
from api.contract.jobs import JobState

_jobs = tables.jobs.c


def narrowed(
    summary: sa.Select[Any],
    *,
    sites: Sequence[str] | None,
    site: str | None,
    state: JobState | None,
    before: str | None,
    limit: int,
) -> sa.Select[Any]:
    """Jobs of these sites (None: of all), newest first; ``before``: only those older than that id."""
    found = summary.order_by(_jobs.id.desc()).limit(limit)
    if sites is not None:
        found = found.where(_jobs.site.in_(sites))
    for column, value in ((_jobs.site, site), (_jobs.state, state)):
        if value is not None:
            found = found.where(column == value)
    return found if before is None else found.where(_jobs.id < before)
