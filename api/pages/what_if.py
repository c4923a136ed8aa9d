"""What-if: change outages, limits, prices, demands or weather of a plan, plan again, compare."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from api import jobs
from api.contract.base import SiteName
from api.contract.plans import PlanSummary
from api.http.deps import Db, Viewer
from api.http.problems import not_found
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.stored import visible_plan
from api.pages.what_if_view import what_if_view
from api.pages.words_scenarios import WHAT_IF
from api.records import plans, sites
from ems.report.formats import digits_for, quantity
from ems.report.text import say

router = APIRouter(include_in_schema=False)
CHOICE = 30  # plans to choose from
ASKED = (
    *("site", "day", "step_minutes", "weather", "objective", "time_limit_s", "gap", "state"),
    *("scenarios", "risk_weight"),
)


@router.get("/sites/{site}/what-if")
def what_if_page(request: Request, site: SiteName, who: Viewer, db: Db, plan: str = "") -> Response:
    who.require_site(site)
    w = Words(lang_of(request), WHAT_IF)
    with db.store.read() as c:
        if sites.get(c, site) is None:
            raise not_found(f"site {site}")
        choice = plans.plans(c, sites=[site], limit=CHOICE)
        base = visible_plan(c, plan, who) if plan else _usual(choice)
        if base is not None and base.site != site:
            raise not_found(f"plan {plan} of {site}")
        made_by = jobs.job(c, base.job) if base else None
    if base is None or made_by is None:
        return render(request, "what_if.html", who=who, site=site, nav="what_if", words=WHAT_IF, base=None)
    view = what_if_view(db.contents.parsed(base.id), w)
    return render(
        request,
        "what_if.html",
        who=who,
        site=site,
        nav="what_if",
        words=WHAT_IF,
        base=base,
        choice=[(p.id, _title(p, w)) for p in _with(choice, base)],
        view=view,
        money="元/kWh" if w.lang == "zh" else "CNY/kWh",
        amounts=[quantity(d.kwh_or_kg, _stock(d.carrier), w.lang, digits=0) for d in view.demands],
        form=_form(base, made_by.request, view, w),
    )


def _usual(choice: list[PlanSummary]) -> PlanSummary | None:
    """The approved plan of the latest day, else the newest that is no what-if, else any."""
    real = [p for p in choice if not p.hypothetical and p.what_if_of is None] or choice
    return max(real, key=lambda p: (p.day, p.status == "approved", p.id), default=None)


def _with(choice: list[PlanSummary], base: PlanSummary) -> list[PlanSummary]:
    return choice if any(p.id == base.id for p in choice) else [base, *choice]


def _title(p: PlanSummary, w: Words) -> str:
    cost = quantity(p.total_cost_cny, "CNY", w.lang, digits=digits_for("CNY"))
    title = w("wi_base_day", day=p.day, outcome=say(p.outcome, w.lang), cost=cost)
    return f"{title} · {p.label}" if p.label else title


def _stock(carrier: str) -> str:
    return "kg" if carrier in ("hydrogen", "water") else "kWh"


def _form(base: PlanSummary, asked: dict[str, Any], view: Any, w: Words) -> dict[str, Any]:
    """What the script needs: the request to repeat, the changes that the plan has already, and what may be changed."""
    request = {key: asked[key] for key in ASKED if key in asked} | {"site": base.site, "day": base.day}
    return {
        "plan": base.id,
        "request": request,
        "changes": asked.get("changes"),
        "parameters": [asdict(p) | {"shown": None if p.value is None else _plain(p.value)} for p in view.parameters],
        "presets": {p.key: p.changes.model_dump(mode="json", exclude_defaults=True) for p in view.presets},
        "labels": {d.key: d.label for d in view.demands},
    }


def _plain(value: float) -> str:
    """All the decimals that a number has."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")
