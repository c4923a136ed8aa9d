"""The page of a study: how far it is, its front as it grows, the design of a point, and the result."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.contract.jobs import FINISHED
from api.contract.studies import StudySummary
from api.http.deps import Db, Viewer
from api.http.problems import not_found
from api.http.service import Service
from api.http.study_choices import read
from api.pages import study_view
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown, zones
from api.pages.words_plan import PLAN
from api.pages.words_scenarios import FIGURES
from api.pages.words_studies import STUDIES, STUDY
from api.records import studies
from ems.site import Site

router = APIRouter(include_in_schema=False)
HELP = {key: text for key, text in PLAN.items() if key.startswith("p_job_help_")}


@router.get("/studies/{id}")
def study_page(request: Request, id: str, who: Viewer, db: Db) -> Response:
    w = Words(lang_of(request), STUDIES, STUDY)
    with db.store.read() as c:
        found = studies.study(c, id)
        times = zones(c)
    if found is None or not who.may_see(found[0].site):
        raise not_found(f"study {id}")
    summary, asked = found
    content = db.contents.parsed(id) if summary.digest else None
    study = read(asked["study"])
    return render(
        request,
        "study.html",
        who=who,
        site=summary.site,
        nav="studies",
        words={**FIGURES, **STUDIES, **STUDY, **HELP},
        study=summary,
        facts=_facts(summary, times.get(summary.site, "UTC"), w),
        cards=study_view.cards(summary, w),
        reference=w("sy_reference", title=w.pick(study.reference.title)) if study else "",
        notes=[w.pick(note) for note in content["notes"]] if content else [],
        script_data={
            "study": id,
            "running": summary.state not in FINISHED,
            "limit_s": asked["time_limit_s"],
            "sizes": study_view.sizes(list(study.sizes) if study else [], _parks(db, summary), w),
            "titles": {s.name: w.pick(s.title) for s in study.scenarios if s.title} if study else {},
            "figures": study_view.figures_for_script(w),
            "design": _figures(content, "design"),
            "reference": _figures(content, "reference"),
            "chart": study_view.chart(w),
        },
    )


def _parks(db: Service, summary: StudySummary) -> list[Site]:
    return [db.site_files.current(summary.site)[0].site]


def _figures(content: dict[str, Any] | None, which: str) -> dict[str, Any] | None:
    """Sizes and key figures of an alternative, in the shape of a row."""
    if content is None:
        return None
    made = content[which]
    compared = content["compared"] if which == "design" else {}
    parts = {name: {k: x for k, x in made[name].items() if isinstance(x, float | int)} for name in ("kpis", "money")}
    numbers = {k: x for k, x in compared.items() if isinstance(x, float | int)}
    sizes = {name: size["value"] for name, size in made["sizes"].items()}
    return parts | {"sizes": sizes, "levelised": made["levelised"], "compared": numbers}


def _facts(summary: StudySummary, timezone: str, w: Words) -> list[str]:
    full = summary.resolution == "full"
    found = [
        w("st_made", who=summary.created_by, at=shown(summary.created_at, timezone)),
        w("st_full") if full else w("st_typical", n=summary.resolution.partition(":")[2]),
    ]
    if summary.finished_at and summary.started_at:
        found.append(study_view.took(summary.finished_at - summary.started_at, w))
    return [summary.label, *found] if summary.label else found
