"""The page of an emission report: how far it is, its headline, its gaps, and everything to take along."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api.contract.jobs import FINISHED
from api.contract.reports import ReportSummary
from api.http.deps import Db, Viewer
from api.http.problems import not_found
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown, zones
from api.pages.reports import tonnes
from api.pages.words_plan import PLAN
from api.pages.words_reports import REPORT, REPORTS
from api.records import reports
from ems.report.formats import number

router = APIRouter(include_in_schema=False)
HELP = {key: text for key, text in PLAN.items() if key.startswith("p_job_help_")}
METHODS = ("location", "market")
EVERY = {"zh": REPORT["rr_every_meter"][0], "en": REPORT["rr_every_meter"][1]}


@router.get("/reports/{id}")
def report_page(request: Request, id: str, who: Viewer, db: Db) -> Response:
    w = Words(lang_of(request), REPORTS, REPORT)
    with db.store.read() as c:
        found = reports.report(c, id)
        times = zones(c)
    if found is None or not who.may_see(found[0].site):
        raise not_found(f"report {id}")
    summary, _ = found
    content = db.contents.parsed(id) if summary.digest else None
    return render(
        request,
        "report.html",
        who=who,
        site=summary.site,
        nav="reports",
        words={**REPORTS, **REPORT, **HELP},
        report=summary,
        facts=_facts(summary, times.get(summary.site, "UTC"), w),
        cards=_cards(content, w) if content else [],
        against=_against(content, w) if content else "",
        gaps=[_gap(gap, w) for gap in content["gaps"]] if content else None,
        notes=[w.pick(note) for note in content["notes"]] if content else [],
        script_data={"report": id, "running": summary.state not in FINISHED},
    )


def _facts(summary: ReportSummary, timezone: str, w: Words) -> list[str]:
    made = w("rp_made", who=summary.created_by, at=shown(summary.created_at, timezone))
    found = [w(f"rp_source_{summary.source}"), made]
    return [summary.label, *found] if summary.label else found


def _against(content: dict[str, Any], w: Words) -> str:
    name = content["baseline"]
    return w("rr_against", name=w.pick(content["baselines"][name]["title"]))


def _cards(content: dict[str, Any], w: Words) -> list[dict[str, str]]:
    """Totals by scope-2 method with their 95 % intervals, and the share of hours with all data."""
    intervals = {told["name"]: told for told in content["uncertainty"]["headline"]}
    name, avoided = content["baseline"], content["avoided"][content["baseline"]]
    sides = (("", "inventory", content["inventory"]), ("avoided_", f"avoided.{name}", avoided))
    cards = [
        _card(w(f"rr_{prefix}{method}"), side[method]["total_kg"], intervals.get(f"{key}.{method}"), w)
        for prefix, key, side in sides
        for method in METHODS
    ]
    covered = {"name": w("rr_coverage"), "value": number(100 * content["coverage"], 1), "unit": "%", "base": ""}
    return [*cards, covered]


def _card(name: str, kg: float, interval: dict[str, Any] | None, w: Words) -> dict[str, str]:
    base = ""
    if interval is not None:
        base = w("rr_interval", low=tonnes(interval["low_kg"]), high=tonnes(interval["high_kg"]))
    return {"name": name, "value": tonnes(kg), "unit": "t CO2e", "base": base}


def _gap(gap: dict[str, Any], w: Words) -> str:
    start, end = (f"{datetime.fromisoformat(gap[key]):%Y-%m-%d %H:%M}" for key in ("start", "end"))
    label = w.pick(gap["label"] if gap["meter"] else EVERY)
    return w("rr_gap", label=label, start=start, end=end, hours=gap["hours"], why=w.pick(gap["why"]))
