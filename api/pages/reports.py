"""Emission reports of a park: those there are, and the form that asks for one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, get_args

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from api.contract.base import Id, SiteName
from api.contract.reports import ReportSource, ReportSummary
from api.http import report_checks
from api.http.deps import Db, Viewer
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown, zone
from api.pages.words_reports import REPORTS
from api.records import report_plans, reports
from ems.report.formats import number

router = APIRouter(include_in_schema=False)
PAGE = 25
LOOK_BACK = 30  # days


@router.get("/sites/{site}/reports")
def reports_page(request: Request, site: SiteName, who: Viewer, db: Db, before: Id | None = None) -> Response:
    who.require_site(site)
    w = Words(lang_of(request), REPORTS)
    file, row = db.site_files.current(site)
    with db.store.read() as c:
        found = reports.reports(c, sites=[site], site=site, before=before, limit=PAGE + 1)
        start, end = _usual(c, site, row.timezone)
    offered = report_checks.offered(file)
    return render(
        request,
        "reports.html",
        who=who,
        site=site,
        nav="reports",
        words=REPORTS,
        sources=get_args(ReportSource),
        baselines={name: w.pick(title) for name, title in offered.items()},
        start=start,
        end=end,
        reports=[_row(report, row.timezone, w) for report in found[:PAGE]],
        older=f"?before={found[PAGE - 1].id}" if len(found) > PAGE else None,
        newest="?" if before else None,
        form={"site": site},
    )


def figures(told: dict[str, float], w: Words) -> list[str]:
    """The figures of a report as lists show them."""
    return [
        w("rp_total", value=tonnes(told["location_kg"])),
        w("rp_avoided", value=tonnes(told["avoided_location_kg"])),
        w("rp_covered", share=number(100 * told["coverage"], 1)),
    ]


def tonnes(kg: float) -> str:
    return number(kg / 1000, 2)


def _row(report: ReportSummary, timezone: str, w: Words) -> dict[str, Any]:
    return {
        "id": report.id,
        "title": w("rp_period", start=report.start, end=report.end),
        "source": w(f"rp_source_{report.source}"),
        "label": report.label,
        "state": report.state,
        "made": w("rp_made", who=report.created_by, at=shown(report.created_at, timezone)),
        "facts": figures(report.figures, w) if report.figures else [],
        "reason": report.reason,
    }


def _usual(c: sa.Connection, site: str, timezone: str) -> tuple[str, str]:
    """The days that the form starts with: those of the last weeks that are planned, else yesterday."""
    today = datetime.now(zone(timezone)).date()
    first, yesterday = ((today - timedelta(days=n)).isoformat() for n in (LOOK_BACK, 1))
    days = list(report_plans.of_days(c, site, first, today.isoformat()))
    return (days[0], days[-1]) if days else (yesterday, yesterday)
