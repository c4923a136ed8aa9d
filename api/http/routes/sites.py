"""Parks: reading, validating and replacing their files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.contract.base import Page, SiteName, Text
from api.contract.sites import Site, SiteColumns, SiteSummary, SiteText, SiteVersion, Verdict
from api.http import site_checks, site_views
from api.http.answers import Unless, answer, cached
from api.http.deps import Db, Engineer, Viewer
from api.http.paging import Limit, page
from api.http.problems import (
    ProblemError,
    not_found,
    precondition_failed,
    precondition_required,
    request_id,
    responses,
)
from api.http.representation import matches, send
from api.records import audit_log, sites
from api.records.sites import StaleVersion

router = APIRouter(tags=["sites"])
Version = Annotated[int, Query(ge=1, le=2**31 - 1)]
CHANGED = Text(
    zh="站点文件已被他人修改: 请重新读取, 再提交您的修改。",
    en="Someone else has changed the site meanwhile: read it again, and make your change there.",
)
THERE = Text(
    zh="该站点已存在: 若要替换, 请在 If-Match 中给出其标签。",
    en="The site is there already: to replace it, give its entity tag in If-Match.",
)
Name = Annotated[SiteName, Path(description="name of the park")]


@router.get("/sites")
def list_sites(
    who: Viewer,
    service: Db,
    cursor: Annotated[SiteName | None, Query(description="`next_cursor` of the page before")] = None,
    limit: Limit = 50,
) -> Page[SiteSummary]:
    """Parks that the caller may see, by name."""
    with service.store.read() as c:
        found = [row for row in sites.current(c, who.site_list) if cursor is None or row.site > cursor]
    return page([site_views.summary(row) for row in found], limit, lambda site: site.name)


@router.get("/sites/{site}", response_model=Site, responses=cached())
def get_site(
    site: Name,
    who: Viewer,
    service: Db,
    request: Request,
    version: Version | None = None,
    if_none_match: Unless = None,
) -> Response:
    """A park as it is, or an earlier version of it. Its entity tag is what PUT wants as `If-Match`."""
    who.require_site(site)
    with service.store.read() as c:
        row = sites.get(c, site, version)
    if row is None:
        raise not_found(f"site {site}" if version is None else f"version {version} of the site {site}")
    tag = site_views.tag(row)

    def made() -> bytes:
        return site_views.whole(row, service.site_files).model_dump_json().encode()

    return send(request, service.contents, tag, "application/json", made, if_none_match)


REPLACED = answer(200, Site, "Replaced", "ETag", "Location") | answer(201, Site, "Created", "ETag", "Location")


@router.post("/sites/{site}/validate")
def validate_site(site: Name, asked: SiteText, who: Engineer, service: Db) -> Verdict:
    """Say everything that is wrong with a site file, as `ems check` does; nothing is kept."""
    who.require_site(site)
    with site_checks.checked(service.store, site, asked) as found:
        return site_views.verdict(found)


@router.put(
    "/sites/{site}",
    response_model=Site,
    responses=REPLACED | responses(412, 428),
)
def put_site(
    site: Name,
    asked: SiteText,
    who: Engineer,
    service: Db,
    request: Request,
    if_match: Annotated[str | None, Header(description="entity tag of the version that is replaced")] = None,
    if_none_match: Annotated[str | None, Header(description="`*` to create a park")] = None,
) -> Response:
    """Replace a park by its next version, or create it. Plans keep the version that they were made with."""
    who.require_site(site)
    if if_match is None and if_none_match is None:
        raise precondition_required("Give If-Match with the entity tag that GET told, or If-None-Match: * to create.")
    with service.store.read() as c:
        before = sites.get(c, site)
    _hold(before, if_match, if_none_match)
    with site_checks.checked(service.store, site, asked) as found:
        if found.faults or found.file is None or found.bundle is None:
            raise ProblemError("input", found.faults[0].detail, errors=found.faults)
        with service.store.write() as c:
            try:
                number = sites.add_version(
                    c, found.file, found.bundle, who.name, asked.comment, after=before.version if before else None
                )
            except StaleVersion as error:
                raise precondition_failed(CHANGED) from error
            row = sites.get(c, site)
            assert row is not None
            if before is None or number != before.version:
                audit_log.append(
                    c,
                    who.name,
                    "site.replace" if before else "site.create",
                    site,
                    site=site,
                    before=site_views.audited(before) if before else None,
                    after=site_views.audited(row),
                    request=request_id(request),
                )
    body = site_views.whole(row, service.site_files).model_dump_json()
    return Response(
        body,
        200 if before else 201,
        headers={"ETag": f'"{site_views.tag(row)}"', "Location": f"/api/v1/sites/{site}"},
        media_type="application/json",
    )


def _hold(before: sites.SiteVersion | None, if_match: str | None, if_none_match: str | None) -> None:
    """The preconditions that the caller named, or a 412 problem."""
    tags = () if before is None else (site_views.tag(before), f"{site_views.tag(before)}-gzip")
    if if_match is not None and (before is None or not matches(if_match, tags)):
        raise precondition_failed(CHANGED)
    if if_none_match is not None and before is not None and matches(if_none_match, tags):
        raise precondition_failed(THERE)


@router.get("/sites/{site}/versions")
def list_versions(
    site: Name,
    who: Viewer,
    service: Db,
    cursor: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`next_cursor` of the page before")] = None,
    limit: Limit = 50,
) -> Page[SiteVersion]:
    """Versions of a park, newest first."""
    who.require_site(site)
    with service.store.read() as c:
        found = sites.versions(c, site, cursor, limit + 1)
        if not found and sites.get(c, site) is None:
            raise not_found(f"site {site}")
    return page([site_views.version(row) for row in found], limit, lambda version: str(version.version))


@router.get("/sites/{site}/columns", response_model=SiteColumns, responses=cached())
def get_columns(site: Name, who: Viewer, service: Db, request: Request, if_none_match: Unless = None) -> Response:
    """Unit, sign and meaning of every column that plans of this park have, and of their inputs."""
    who.require_site(site)
    file, row = service.site_files.current(site)
    tag = f"columns-{site_views.tag(row)}"
    return send(
        request,
        service.contents,
        tag,
        "application/json",
        lambda: site_views.columns(file.site).model_dump_json().encode(),
        if_none_match,
    )
