"""Which plan stands for a day in an emission report."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from api.contract.plans import PlanSummary
from api.records import plans
from api.tables import plans as _table

_c = _table.c


def of_days(c: sa.Connection, site: str, first: str, last: str) -> dict[str, str]:
    """Day -> id of its plan, for the days that have one, in the order of time.

    The approved plan, else the newest that was released, else the newest that was not, whose hours are then a gap that
    says so. Plans that were rejected or that rest on what was made up stand for no day.
    """
    found: dict[str, list[PlanSummary]] = {}
    rows = sa.select(_c.id).where(_c.site == site, _c.day >= first, _c.day <= last, _c.status != "rejected")
    for id in c.execute(rows.order_by(_c.day, _c.id.desc())).scalars():
        plan = plans.plan(c, id)
        if plan is not None and not plan.hypothetical:
            found.setdefault(plan.day, []).append(plan)
    return {day: _chosen(of_day).id for day, of_day in found.items()}


def _chosen(newest_first: list[PlanSummary]) -> PlanSummary:
    def first(which: Iterable[PlanSummary]) -> PlanSummary | None:
        return next(iter(which), None)

    approved = first(p for p in newest_first if p.status == "approved")
    released = first(p for p in newest_first if p.outcome != "infeasible")
    return approved or released or newest_first[0]
