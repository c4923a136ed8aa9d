"""Two plans side by side."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.contract.plans import PlanSummary
from api.http.deps import Db, Viewer
from api.pages.changed import change_lines
from api.pages.compare_charts import Pair, compare_charts
from api.pages.compare_view import account_rows, rows
from api.pages.drawn import drawn
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown
from api.pages.stored import visible_plan
from api.pages.words_scenarios import COMPARE
from ems.changed_inputs import CHANGED
from ems.changes import read_changes
from ems.compare import difference
from ems.report.heading import day_text, objective_text
from ems.report.tables import weather_kind
from ems.report.text import say
from ems.report.view import PlanView
from ems.site import Site
from forecasting.errors import InputError

router = APIRouter(include_in_schema=False)


@router.get("/compare")
def compare_page(request: Request, who: Viewer, db: Db, a: str = "", b: str = "") -> Response:
    w = Words(lang_of(request), COMPARE)
    if not a or not b:
        return render(request, "compare.html", who=who, nav="what_if", words=COMPARE, state="choose")
    with db.store.read() as c:
        one, other = visible_plan(c, a, who), visible_plan(c, b, who)
    first, second = db.contents.parsed(a), db.contents.parsed(b)
    sides = [_side(p, content, w) for p, content in ((one, first), (other, second))]
    try:
        found = difference(first, second)
    except InputError as error:
        return render(
            request, "compare.html", who=who, site=one.site, nav="what_if", words=COMPARE,
            state="impossible", why=str(error), sides=sides,
        )  # fmt: skip
    views = Pair(PlanView(first, w.lang), PlanView(second, w.lang), w)
    charts = compare_charts(views)
    return render(
        request,
        "compare.html",
        who=who,
        site=one.site,
        nav="what_if",
        words=COMPARE,
        state="compared",
        sides=sides,
        rows=rows(first, second, w),
        sentences=[w.pick(s) for s in _besides_changes(found["sentences"], second)],
        changes=_changes(second, w),
        accounts=account_rows(found["accounts"], second, w.lang),
        charts=charts,
        figures=drawn(views.a, charts),
    )


def _besides_changes(sentences: list[dict[str, str]], content: dict[str, Any]) -> list[dict[str, str]]:
    """Sentences without those that only repeat what a plan changes: the page lists that by itself."""
    told = [n["zh"].removeprefix(CHANGED.zh) for n in content["notes"] if n["zh"].startswith(CHANGED.zh)]
    return [s for s in sentences if not any(s["zh"].endswith(x) for x in told)]


def _changes(content: dict[str, Any], w: Words) -> list[str]:
    """What the second plan changes about the park."""
    changes = read_changes(content.get("changes"))
    return change_lines(changes, Site.model_validate(content["site"]["definition"]), w.lang) if changes else []


def _side(p: PlanSummary, content: dict[str, Any], w: Words) -> dict[str, Any]:
    """The head of one of both plans."""
    view = PlanView(content, w.lang)
    return {
        "plan": p,
        "title": p.label or day_text(view),
        "day": day_text(view),
        "outcome_word": say(p.outcome, w.lang),
        "facts": [
            weather_kind(view),
            objective_text(view),
            w("cmp_made", who=p.created_by, at=shown(p.created_at, content["timezone"])),
        ],
    }
