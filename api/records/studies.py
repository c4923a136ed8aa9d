"""Studies as lists show them: from the job that was asked for, with the figures of the design once it has succeeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from api import tables
from api.clock import now
from api.contract.jobs import JobState
from api.contract.studies import StudySummary
from api.jobs import Claim
from api.records import results
from api.records.narrowed import narrowed

_jobs, _results, _studies = tables.jobs.c, tables.results.c, tables.studies.c
_rows = (
    sa.select(sa.func.count())
    .where(tables.study_rows.c.job == _jobs.id)
    .correlate(tables.jobs)
    .scalar_subquery()
    .label("rows")
)
_SUMMARY = (
    sa.select(tables.jobs, _studies.figures, _results.digest, _rows)
    .select_from(
        tables.jobs.outerjoin(tables.results, _results.job == _jobs.id).outerjoin(
            tables.studies, _studies.id == _results.id
        )
    )
    .where(_jobs.kind == "study")
)


def add(c: sa.Connection, claim: Claim, figures: Mapping[str, float | None], text: bytes) -> str:
    """Keep the study that a job made under the job's id, which it returns: ``text`` is study.json."""
    id, _ = results.add(c, claim.id, "study", claim.site, text, id=claim.id)
    row = {"id": id, "site": claim.site, "figures": dict(figures), "created_at": now(c)}
    c.execute(sa.insert(tables.studies).values(row))
    return id


def study(c: sa.Connection, id: str) -> tuple[StudySummary, dict[str, Any]] | None:
    """A study and what was asked for; None where there is none of that id."""
    row = c.execute(_SUMMARY.where(_jobs.id == id)).mappings().one_or_none()
    return None if row is None else (summary(row), row["payload"])


def studies(
    c: sa.Connection,
    *,
    sites: Sequence[str] | None,
    site: str | None = None,
    state: JobState | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[StudySummary]:
    """Studies of these sites (None: of all), newest first; ``before``: only those older than that id."""
    found = narrowed(_SUMMARY, sites=sites, site=site, state=state, before=before, limit=limit)
    return [summary(row) for row in c.execute(found).mappings()]


def asked(c: sa.Connection, site: str, most: int = 50) -> list[dict[str, Any]]:
    """Requests for studies of a site, newest first."""
    found = sa.select(_jobs.payload).where(_jobs.kind == "study", _jobs.site == site)
    return list(c.execute(found.order_by(_jobs.id.desc()).limit(most)).scalars())


def summary(row: sa.RowMapping) -> StudySummary:
    """A row of jobs with what is known of its result."""
    request: dict[str, Any] = row["payload"]
    named = {name: request[name] for name in ("name", "title", "resolution", "label", "site_version")}
    return StudySummary.model_validate({key: row[key] for key in row if key in StudySummary.model_fields} | named)
