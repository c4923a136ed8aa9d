"""The page of a day and of a plan: the same page, with the plan of the day or with the one that was asked for."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.contract.plans import PlanSummary
from api.http.deps import Db, Viewer
from api.http.problems import invalid, not_found
from api.http.service import Service
from api.pages.day_records import Day, Park, chosen, park, read_day
from api.pages.environment import Words, render
from api.pages.frame import SITE_COOKIE, visible_sites
from api.pages.freshness import Age, ages, measurement
from api.pages.language import Lang, lang_of
from api.pages.plan_parts import Parts, make_parts
from api.pages.rolling import RollingView, rolling_view
from api.pages.words import BASE
from api.pages.words_plan import PLAN
from api.pages.words_rolling import ROLLING
from api.pages.words_uncertainty import PLAN_UNCERTAINTY
from api.records import plans, rolling
from ems.report.text import WEEKDAYS

router = APIRouter(include_in_schema=False)
IMMUTABLE = "private, max-age=31536000, immutable"


@router.get("/")
def start(request: Request, service: Db, who: Viewer) -> Response:
    """The day of the park that was looked at last, else of the only one; else all parks."""
    with service.store.read() as c:
        names = visible_sites(c, who)
    if not names:
        return render(request, "no_site.html", who=who)
    last = request.cookies.get(SITE_COOKIE)
    if last in names:
        return RedirectResponse(f"/sites/{last}", 303)
    return RedirectResponse("/parks" if len(names) > 1 else f"/sites/{names[0]}", 303)


@router.get("/sites/{site}")
def day_page(request: Request, service: Db, who: Viewer, site: str, day: str = "today") -> Response:
    """A day: ``today``, ``tomorrow`` or a date, by the site's clock."""
    who.require_site(site)
    now = datetime.now(UTC)
    with service.store.read() as c:
        of = park(c, site)
        if of is None:
            raise not_found(f"site {site}")
        read = read_day(c, of, _date(day, now.astimezone(of.zone).date()), now)
    return _page(request, service, who, read, chosen(read.plans))


@router.get("/plans/{id}")
def plan_page(request: Request, service: Db, who: Viewer, id: str) -> Response:
    summary, of = _plan(service, who, id)
    with service.store.read() as c:
        read = read_day(c, of, date.fromisoformat(summary.day), datetime.now(UTC))
    return _page(request, service, who, read, summary)


@router.get("/plans/{id}/figures")
def plan_figures(request: Request, service: Db, who: Viewer, id: str, lang: Lang = "zh", v: str = "") -> Response:
    """Figures and intervals of a plan for the scripts of its page; a plan never changes, so a browser may keep them."""
    summary, _ = _plan(service, who, id)
    content = _parts(service, summary, Words(lang, BASE, PLAN)).figures
    headers = {"Vary": "Accept-Encoding", "Cache-Control": IMMUTABLE if v == _version_of(summary) else "no-store"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(content), media_type="application/json", headers=headers)
    return Response(content, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})


def _plan(service: Service, who: Viewer, id: str) -> tuple[PlanSummary, Park]:
    """A plan that the caller may see; one of a foreign site looks as if it did not exist."""
    with service.store.read() as c:
        summary = plans.plan(c, id)
        of = park(c, summary.site) if summary is not None and who.may_see(summary.site) else None
    if summary is None or of is None:
        raise not_found(f"plan {id}")
    return summary, of


def _parts(service: Service, summary: PlanSummary, w: Words) -> Parts:
    kept = service.contents
    return kept.kept(("page", summary.id, w.lang), lambda: make_parts(kept.parsed(summary.id), w), lambda p: p.size)


def _version_of(summary: PlanSummary) -> str:
    """Names the content of a plan's figures: its digest, and the software that drew them."""
    return f"{summary.digest[:16]}-{version('park-ems')}"


def _date(day: str, today: date) -> date:
    if day in ("today", "tomorrow"):
        return today + timedelta(days=day == "tomorrow")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        found = date.min
    if not 2000 <= found.year < 2100:  # the days of the API
        raise invalid("#day", f"{day} is no day", expected="today, tomorrow or YYYY-MM-DD")
    return found


def _page(request: Request, service: Service, who: Viewer, read: Day, summary: PlanSummary | None) -> Response:
    w = Words(lang_of(request), BASE, PLAN)
    parts = _parts(service, summary, w) if summary is not None else None
    return render(
        request,
        "plan.html",
        who=who,
        site=read.park.name,
        nav={0: "today", 1: "tomorrow"}.get((read.day - read.today).days, ""),
        words={**PLAN, **PLAN_UNCERTAINTY, **ROLLING},
        park=read.park,
        day=read.day,
        weekday=WEEKDAYS[w.lang][read.day.weekday()],
        previous=read.day - timedelta(days=1),
        following=read.day + timedelta(days=1),
        past=read.day < read.today,
        today=read.day == read.today,
        plan=summary,
        parts=parts,
        others=read.plans,
        zone=read.park.zone,
        ages=_ages(service, w, read, summary, parts),
        attempt=read.attempt,
        running=read.running,
        may_plan=who.has("operator"),
        obstacles=_obstacles(w, summary),
        rolling=_rolling(service, read, lang_of(request)) if read.day == read.today else None,
        script_data=_script_data(read, summary, w.lang),
    )


def _ages(service: Service, w: Words, read: Day, summary: PlanSummary | None, parts: Parts | None) -> list[Age]:
    stale_after = timedelta(seconds=service.settings.stale_after_s)
    if summary is None or parts is None:
        return [measurement(w, read.now, read.park.zone, read.measured, stale_after)]
    issued = summary.weather.get("issued_at")
    return ages(
        w,
        read.now,
        read.park.zone,
        weather=parts.weather,
        issued=datetime.fromisoformat(issued) if issued else None,
        made=summary.created_at,
        ends=summary.end,
        measured=read.measured,
        stale_after=stale_after,
    )


def _rolling(service: Service, read: Day, lang: Lang) -> RollingView:
    with service.store.read() as c:
        found = rolling.get(c, read.park.name, read.park.zone.key)
    return rolling_view(found, read.park.zone.key, read.now, service.contents, Words(lang, ROLLING))


def _obstacles(w: Words, summary: PlanSummary | None) -> dict[str, str]:
    """Why a plan cannot be approved or rejected; empty where it can."""
    found = {"approve": "", "reject": ""}
    if summary is None:
        return found
    if summary.outcome == "infeasible":
        found["approve"] = w("p_no_approve_infeasible")
    elif summary.hypothetical:
        found["approve"] = w("p_no_approve_hypothetical")
    elif summary.status == "approved":
        found["approve"] = w("p_no_approve_done")
    if summary.status == "rejected":
        found["reject"] = w("p_no_reject_done")
    return found


def _script_data(read: Day, summary: PlanSummary | None, lang: Lang) -> dict[str, Any]:
    figures = None
    if summary is not None:
        figures = f"/plans/{summary.id}/figures?lang={lang}&v={_version_of(summary)}"
    return {
        "site": read.park.name,
        "day": read.day.isoformat(),
        "plan": summary.id if summary else None,
        "figures": figures,
        "job": read.attempt.id if read.running and read.attempt else None,
    }
