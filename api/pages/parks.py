"""All parks at a glance: how today and tomorrow stand, and what raises an alarm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from api.contract.plans import PlanSummary
from api.http.deps import Db, Viewer
from api.pages.day_records import Day, Park, chosen, park, read_day
from api.pages.environment import Words, render
from api.pages.frame import active_alarms, visible_sites
from api.pages.language import lang_of
from api.pages.words_operation import PARKS
from ems.report.text import say

router = APIRouter(include_in_schema=False)
DAYS = (0, 1)  # today and tomorrow


@dataclass(frozen=True)
class DayState:
    """A day of a park in one cell; ``plan`` is the one that its page shows first."""

    day: date
    href: str
    running: bool
    failed: bool
    plan: PlanSummary | None
    outcome: str
    saved: str


@dataclass(frozen=True)
class Row:
    park: Park
    days: list[DayState]
    alarms: int


@router.get("/parks")
def parks_page(request: Request, service: Db, who: Viewer) -> Response:
    """Every park that the reader may see."""
    w = Words(lang_of(request), PARKS)
    with service.store.read() as c:
        found = [p for name in visible_sites(c, who) if (p := park(c, name)) is not None]
        rows = [_row(c, p, w) for p in found]
    return render(request, "parks.html", who=who, nav="parks", words=PARKS, rows=rows)


def _row(c: sa.Connection, of: Park, w: Words) -> Row:
    now = datetime.now(UTC)
    today = now.astimezone(of.zone).date()
    days = [_state(read_day(c, of, today + timedelta(days=k), now), w) for k in DAYS]
    return Row(of, days, active_alarms(c, [of.name]))


def _state(of: Day, w: Words) -> DayState:
    plan = chosen(of.plans)
    return DayState(
        of.day,
        f"/sites/{of.park.name}?day={of.day.isoformat()}",
        of.running,
        of.attempt is not None and of.attempt.state == "failed",
        plan,
        say(plan.outcome, w.lang) if plan else "",
        _saved(plan, w) if plan else "",
    )


def _saved(plan: PlanSummary, w: Words) -> str:
    """What the plan costs, and how that compares with operation by rules."""
    less = plan.baseline_cost_cny - plan.total_cost_cny
    key = "pk_saves" if less >= 0 else "pk_dearer"
    return w(key, cost=f"{plan.total_cost_cny:,.0f}", less=f"{abs(less):,.0f}")
