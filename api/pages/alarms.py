"""Alarms: what needs an eye now, and what did before."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.contract.people import Alarm
from api.http.deps import Db, Viewer
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown, zones
from api.pages.words_operation import ALARMS
from api.records import alarms, sites

router = APIRouter(include_in_schema=False)
PAGE = 30
MOST_ACTIVE = 200
URGENCY = ("critical", "warning", "info")


@router.get("/alarms")
def alarms_page(request: Request, who: Viewer, db: Db, site: str = "", before: str = "") -> Response:
    w = Words(lang_of(request), ALARMS)
    with db.store.read() as c:
        titles = {s.site: w.pick(s.title) for s in sites.current(c, who.site_list)}
        times = zones(c)
        site = site if site in titles else ""
        active = alarms.alarms(c, sites=who.site_list, site=site or None, active=True, limit=MOST_ACTIVE)
        past = alarms.alarms(
            c, sites=who.site_list, site=site or None, active=False, before=before or None, limit=PAGE + 1
        )
    active.sort(key=lambda a: (a.acknowledged_at is not None, URGENCY.index(a.severity)))
    chosen = {"site": site} if site else {}

    def row(a: Alarm) -> dict[str, object]:
        zone = times.get(a.site, "UTC")
        return {
            "alarm": a,
            "site": titles.get(a.site, a.site),
            "raised": shown(a.raised_at, zone),
            "cleared": shown(a.cleared_at, zone),
            "acknowledged": shown(a.acknowledged_at, zone),
        }

    return render(
        request,
        "alarms.html",
        who=who,
        nav="alarms",
        words=ALARMS,
        active=[row(a) for a in active],
        past=[row(a) for a in past[:PAGE]],
        sites=titles,
        site=site or None,
        chosen=site,
        may=who.has("operator"),
        older="?" + urlencode(chosen | {"before": past[PAGE - 1].id}) if len(past) > PAGE else None,
        newest="?" + urlencode(chosen) if before else None,
    )
