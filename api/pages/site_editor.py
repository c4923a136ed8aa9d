"""The site editor: the YAML text of a park, checked while one types, kept in versions."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.contract.base import SiteName
from api.http.deps import Db, Viewer
from api.http.problems import not_found
from api.http.site_views import tag
from api.pages.environment import render
from api.pages.moments import shown
from api.pages.words_administration import EDITOR
from api.records import sites

router = APIRouter(include_in_schema=False)
VERSIONS = 30


@router.get("/sites/{site}/edit")
def site_editor_page(request: Request, site: SiteName, who: Viewer, db: Db) -> Response:
    """For engineers to change, for all others to read."""
    who.require_site(site)
    with db.store.read() as c:
        row = sites.get(c, site)
        versions = sites.versions(c, site, limit=VERSIONS)
    if row is None:
        raise not_found(f"site {site}")
    may = who.has("engineer")
    return render(
        request,
        "site_editor.html",
        who=who,
        site=site,
        nav="edit",
        words=EDITOR,
        row=row,
        may=may,
        versions=[(v, shown(v.created_at, row.timezone)) for v in versions],
        form={"site": site, "tag": tag(row), "version": row.version, "may": may},
    )
