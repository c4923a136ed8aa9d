"""Emission reports as lists show them: from the job that was asked for, with its figures once it has succeeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from api import tables
from api.clock import now
from api.contract.jobs import JobState
from api.contract.reports import ReportSummary
from api.jobs import Claim
from api.records import results
from api.records.narrowed import narrowed

_jobs, _results, _reports = tables.jobs.c, tables.results.c, tables.reports.c
_SUMMARY = (
    sa.select(tables.jobs, _reports.figures, _results.digest)
    .select_from(
        tables.jobs.outerjoin(tables.results, _results.job == _jobs.id).outerjoin(
            tables.reports, _reports.id == _results.id
        )
    )
    .where(_jobs.kind == "report")
)
ASKED = ("from", "to", "source", "baseline", "label", "site_version")


def add(c: sa.Connection, claim: Claim, figures: Mapping[str, float], text: bytes, bundle: bytes) -> str:
    """Keep the report that a job made under the job's id, which it returns: ``text`` is report.json."""
    id, _ = results.add(c, claim.id, "report", claim.site, text, id=claim.id)
    row = {"id": id, "site": claim.site, "figures": dict(figures), "bundle": bundle, "created_at": now(c)}
    c.execute(sa.insert(tables.reports).values(row))
    return id


def report(c: sa.Connection, id: str) -> tuple[ReportSummary, dict[str, Any]] | None:
    """A report and what was asked for; None where there is none of that id."""
    row = c.execute(_SUMMARY.where(_jobs.id == id)).mappings().one_or_none()
    return None if row is None else (_summary(row), row["payload"])


def reports(
    c: sa.Connection,
    *,
    sites: Sequence[str] | None,
    site: str | None = None,
    state: JobState | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[ReportSummary]:
    """Reports of these sites (None: of all), newest first; ``before``: only those older than that id."""
    found = narrowed(_SUMMARY, sites=sites, site=site, state=state, before=before, limit=limit)
    return [_summary(row) for row in c.execute(found).mappings()]


def bundle(c: sa.Connection, id: str) -> bytes | None:
    """The evidence of a report as a zip."""
    return c.execute(sa.select(_reports.bundle).where(_reports.id == id)).scalar_one_or_none()


def _summary(row: sa.RowMapping) -> ReportSummary:
    request: dict[str, Any] = row["payload"]
    named = {name: request[name] for name in ASKED}
    return ReportSummary.model_validate({key: row[key] for key in row if key in ReportSummary.model_fields} | named)
