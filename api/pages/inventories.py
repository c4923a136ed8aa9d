"""Corporate inventories kept with a park: those there are with what was found, and the form that sends one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.contract.base import Id, SiteName
from api.contract.inventories import InventorySummary
from api.http.deps import Db, Viewer
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown
from api.pages.words_reports import INVENTORIES
from api.records import inventories

router = APIRouter(include_in_schema=False)
PAGE = 10


@router.get("/sites/{site}/inventories")
def inventories_page(request: Request, site: SiteName, who: Viewer, db: Db, before: Id | None = None) -> Response:
    who.require_site(site)
    w = Words(lang_of(request), INVENTORIES)
    _, row = db.site_files.current(site)
    with db.store.read() as c:
        found = inventories.inventories(c, sites=[site], before=before, limit=PAGE + 1)
        rows = [_row(each, inventories.parsed(c, each.id), row.timezone, w) for each in found[:PAGE]]
    return render(
        request,
        "inventories.html",
        who=who,
        site=site,
        nav="reports",
        words=INVENTORIES,
        inventories=rows,
        older=f"?before={found[PAGE - 1].id}" if len(found) > PAGE else None,
        newest="?" if before else None,
        form={"site": site},
    )


def _row(told: InventorySummary, content: dict[str, Any], timezone: str, w: Words) -> dict[str, Any]:
    return {
        "id": told.id,
        "title": f"{w.pick(told.title)} {told.year}",
        "label": told.label,
        "made": w("in_made", who=told.created_by, at=shown(told.created_at, timezone)),
        "counts": [w(f"in_grade_{grade}", n=n) for grade, n in told.counts.items() if n],
        "findings": [w.pick(finding["text"]) for finding in content["findings"]],
    }
