"""Sizing studies of a park: those there are, and the form that asks for one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.contract.base import Id, SiteName
from api.contract.studies import GROUPS, StudySummary
from api.http.deps import Db, Viewer
from api.http.study_choices import OFFERED, choices
from api.pages import study_view
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown
from api.pages.study_view import FIGURES
from api.pages.study_view import shown as written
from api.pages.words_studies import STUDIES
from api.records import studies

router = APIRouter(include_in_schema=False)
PAGE = 25
TYPICAL = (48, 24, 12)  # days
IN_LIST = {"annual_cost_cny": "st_cost", "npv_cny": "st_npv", "emissions_t": "st_emissions"}


@router.get("/sites/{site}/studies")
def studies_page(request: Request, site: SiteName, who: Viewer, db: Db, before: Id | None = None) -> Response:
    who.require_site(site)
    w = Words(lang_of(request), STUDIES)
    file, row = db.site_files.current(site)
    with db.store.read() as c:
        offered = choices(c, file)
        found = studies.studies(c, sites=[site], before=before, limit=PAGE + 1)
    return render(
        request,
        "studies.html",
        who=who,
        site=site,
        nav="studies",
        words=STUDIES,
        choices=offered,
        resolutions=[("full", w("st_full")), *((f"typical:{n}", w("st_typical", n=n)) for n in TYPICAL)],
        economics=OFFERED,
        groups=GROUPS,
        studies=[_row(study, row.timezone, w) for study in found[:PAGE]],
        older=f"?before={found[PAGE - 1].id}" if len(found) > PAGE else None,
        newest="?" if before else None,
        form={"site": site, "choices": [choice.model_dump() for choice in offered]},
    )


def _row(study: StudySummary, timezone: str, w: Words) -> dict[str, Any]:
    figures = {figure.name: figure for figure in FIGURES}
    told = study.figures or {}
    facts = [w(word, value=" ".join(written(figures[n], told[n], w))) for n, word in IN_LIST.items() if n in told]
    took = study.finished_at - study.started_at if study.finished_at and study.started_at else None
    if took is not None:
        facts.append(study_view.took(took, w))
    elif study.rows:
        facts.append(w("st_rows", n=study.rows))
    return {
        "id": study.id,
        "title": w.pick(study.title),
        "label": study.label,
        "state": study.state,
        "resolution": _resolution(study.resolution, w),
        "made": w("st_made", who=study.created_by, at=shown(study.created_at, timezone)),
        "facts": facts,
        "reason": study.reason,
    }


def _resolution(text: str, w: Words) -> str:
    return w("st_full") if text == "full" else w("st_typical", n=text.partition(":")[2])
