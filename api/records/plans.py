"""Plans as lists show them, and what was decided about them. The plan itself is a text of `results`, same id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from api.clock import now
from api.contract.base import Text
from api.contract.plans import PlanSummary, Status
from api.jobs import Claim
from api.records import results
from api.tables import plans as _table
from api.tables import results as _results
from ems.changes import Changes

_c = _table.c
_SUMMARY = sa.select(_table, _results.c.job, _results.c.digest).join(_results, _results.c.id == _c.id)


class NotApprovable(Exception):
    """The plan must not be run; ``text`` says why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh=zh, en=en)


def add(c: sa.Connection, claim: Claim, content: Mapping[str, Any], text: bytes, site_version: int) -> str:
    """Keep a plan that a job made: ``content`` is what ``text`` (plan.json) says. Returns its id."""
    id, _ = results.add(c, claim.id, "plan", claim.site, text)
    planned, by_rules = content["kpis"], content["baseline"]["kpis"]
    asked = claim.payload
    row = {
        "id": id,
        "site": claim.site,
        "site_version": site_version,
        "day": content["date"],
        "start": datetime.fromisoformat(content["start"]),
        "end": datetime.fromisoformat(content["end"]),
        "step_minutes": content["step_minutes"],
        "objective": content["objective"]["name"],
        "outcome": content["outcome"],
        "gap": content["gap"],
        "total_cost_cny": planned["total_cost_cny"],
        "baseline_cost_cny": by_rules["total_cost_cny"],
        "emissions_kgco2e": planned["emissions_kgco2e"],
        "baseline_emissions_kgco2e": by_rules["emissions_kgco2e"],
        "weather": content["provenance"]["weather"],
        "changes": asked.get("changes"),
        "what_if_of": asked.get("what_if_of"),
        "label": asked.get("label", ""),
        "status": "proposed",
        "created_at": now(c),
        "created_by": claim.created_by,
    }
    c.execute(sa.insert(_table).values(row))
    return id


def plan(c: sa.Connection, id: str) -> PlanSummary | None:
    row = c.execute(_SUMMARY.where(_c.id == id)).mappings().one_or_none()
    return None if row is None else summary(row)


def plans(
    c: sa.Connection,
    *,
    sites: Sequence[str] | None,
    site: str | None = None,
    day: str | None = None,
    status: Status | None = None,
    job: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[PlanSummary]:
    """Plans of these sites (None: of all), newest first; ``before``: only those older than that id."""
    found = _SUMMARY.order_by(_c.id.desc()).limit(limit)
    if sites is not None:
        found = found.where(_c.site.in_(sites))
    for column, value in ((_c.site, site), (_c.day, day), (_c.status, status), (_results.c.job, job)):
        if value is not None:
            found = found.where(column == value)
    if before is not None:
        found = found.where(_c.id < before)
    return [summary(row) for row in c.execute(found).mappings()]


def approved_before(c: sa.Connection, site: str, start: datetime) -> str | None:
    """The approved plan of the site that ends at this moment: its end is where the next one starts."""
    found = sa.select(_c.id).where(_c.site == site, _c.status == "approved", _c.end == start)
    return c.execute(found.order_by(_c.id.desc()).limit(1)).scalar_one_or_none()


def decide(
    c: sa.Connection, id: str, status: Literal["approved", "rejected"], who: str, comment: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Approve or reject a plan; returns what it was before and is after, for the audit log.

    One plan of a site and day is approved at most: the one approved before is superseded, and named in what is
    returned. To decide the same again changes nothing. `LookupError`, `NotApprovable`.
    """
    asked = c.execute(sa.select(_c.site, _c.day).where(_c.id == id)).one_or_none()
    if asked is None:
        raise LookupError(id)
    same_day = sa.and_(_c.site == asked.site, _c.day == asked.day)
    rows = c.execute(sa.select(_table).where(same_day).order_by(_c.id).with_for_update()).mappings().all()
    row = next(row for row in rows if row["id"] == id)
    before = _decision(row)
    if row["status"] == status:
        return before, before
    superseded: list[str] = []
    if status == "approved":
        _check(row)
        superseded = [other["id"] for other in rows if other["status"] == "approved"]
        c.execute(sa.update(_table).where(_c.id.in_(superseded)).values(status="superseded"))
    decision = {"status": status, "decided_at": now(c), "decided_by": who, "comment": comment}
    after = c.execute(sa.update(_table).where(_c.id == id).values(decision).returning(_table)).mappings().one()
    return before, _decision(after) | ({"superseded": superseded} if superseded else {})


def summary(row: sa.RowMapping) -> PlanSummary:
    """A row of plans with the job and the digest of its result."""
    return PlanSummary.model_validate(dict(row) | {"hypothetical": _hypothetical(row)})


def _check(row: sa.RowMapping) -> None:
    if row["outcome"] == "infeasible":
        raise NotApprovable(
            "该计划不可行:审核未通过,不能下发执行。",
            "The plan is infeasible: it breaks laws of the audit and cannot be run.",
        )
    if _hypothetical(row):
        raise NotApprovable(
            "该计划基于假设的电价、负荷或天气,仅供比较,不能批准。",
            "The plan rests on prices, demands or weather that were made up: it is for comparing, not for running.",
        )


def _hypothetical(row: sa.RowMapping) -> bool:
    return row["changes"] is not None and Changes.model_validate_json(json.dumps(row["changes"])).hypothetical


def _decision(row: sa.RowMapping) -> dict[str, Any]:
    decided = row["decided_at"]
    return {
        "status": row["status"],
        "decided_at": None if decided is None else decided.isoformat(),
        "decided_by": row["decided_by"],
        "comment": row["comment"],
    }
