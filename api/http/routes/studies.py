"""Studies of sizes: asking for them, following them, reading them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.contract.base import Id, Page, SiteName
from api.contract.jobs import Job, JobState
from api.contract.studies import Study, StudyChoice, StudyRequest, StudyRows, StudySummary
from api.http import study_checks, study_views
from api.http.answers import Unless, cached
from api.http.deps import Db, Engineer, Viewer
from api.http.paging import IdCursor, Limit, page
from api.http.principal import Principal
from api.http.problems import conflict, not_found, responses
from api.http.representation import send, send_page
from api.http.routes.plans import FORMATS, JSON, Language
from api.http.service import Service
from api.http.study_choices import choices
from api.http.submit import ACCEPTED, Key, submit
from api.records import studies, study_rows
from api.records.sites import SiteVersion
from ems.site_file import SiteFile

router = APIRouter(tags=["studies"])
XLSX = FORMATS["xlsx"]
BINARY = {"type": "string", "format": "binary"}
MOST_ROWS = 1000


def _study(service: Service, who: Principal, id: str) -> tuple[StudySummary, dict[str, Any]]:
    with service.store.read() as c:
        found = studies.study(c, id)
    if found is None or not who.may_see(found[0].site):
        raise not_found(f"study {id}")
    return found


def _finished(service: Service, who: Principal, id: str) -> tuple[StudySummary, str]:
    """A study that has succeeded, and the digest of its result; a 409 problem for one that has not."""
    summary, _ = _study(service, who, id)
    if summary.digest is None:
        raise conflict(f"The study is {summary.state} and has no result.")
    return summary, summary.digest


@router.post("/studies", status_code=202, response_model=Job, responses=ACCEPTED | responses(404, 429))
def submit_study(asked: StudyRequest, who: Engineer, service: Db, idempotency_key: Key = None) -> Response:
    """Ask for a study. The answer is a job; the study is there at once under the same id and grows with the job."""

    def payload(file: SiteFile, site: SiteVersion) -> dict[str, Any]:
        return study_checks.payload(asked, file, site, service.store)

    return submit(service, who, "study", asked, idempotency_key, payload)


@router.get("/studies")
def list_studies(
    who: Viewer,
    service: Db,
    site: SiteName | None = None,
    state: JobState | None = None,
    cursor: IdCursor = None,
    limit: Limit = 50,
) -> Page[StudySummary]:
    """Studies, newest first, those that wait or run among them."""
    with service.store.read() as c:
        found = studies.studies(c, sites=who.site_list, site=site, state=state, before=cursor, limit=limit + 1)
    return page(found, limit, lambda study: study.id)


@router.get("/sites/{site}/studies")
def list_study_choices(site: SiteName, who: Viewer, service: Db) -> list[StudyChoice]:
    """Studies of a park that can be asked for by their name: its own first, then those of earlier requests."""
    who.require_site(site)
    file, _ = service.site_files.current(site)
    with service.store.read() as c:
        return choices(c, file)


@router.get("/studies/{id}")
def get_study(id: Id, who: Viewer, service: Db) -> Study:
    """A study; once it has succeeded with its design, the reference, and how they compare."""
    summary, request = _study(service, who, id)
    return study_views.whole(summary, request, service.contents.parsed(id) if summary.digest else None)


@router.get("/studies/{id}/rows")
def get_study_rows(
    id: Id,
    who: Viewer,
    service: Db,
    after: Annotated[int, Query(ge=0, le=10**9, description="`last` of the answer before")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = MOST_ROWS,
) -> StudyRows:
    """Scenarios of a study that have ended so far: the points of its front with their sizes and key figures."""
    _study(service, who, id)
    with service.store.read() as c:
        found = study_rows.rows(c, id, after, limit)
    return StudyRows(study=id, items=found, last=found[-1].seq if found else after)


@router.get(
    "/studies/{id}/study.json",
    response_class=Response,
    responses=cached(**{JSON: {"type": "object"}}) | responses(409),
)
def get_study_json(id: Id, who: Viewer, service: Db, request: Request, if_none_match: Unless = None) -> Response:
    """The whole study; its entity tag is the SHA-256 of this text."""
    _, digest = _finished(service, who, id)
    kept = service.contents
    return send(request, kept, digest, JSON, lambda: kept.text(id), if_none_match, pack=lambda: kept.packed(id))


@router.get("/studies/{id}/workbook", response_class=Response, responses=cached(**{XLSX: BINARY}) | responses(409))
def get_study_workbook(id: Id, who: Viewer, service: Db, request: Request, if_none_match: Unless = None) -> Response:
    """The study as a workbook in both languages, whose cash flow and totals are formulas."""
    from ems.sizing.workbook import study_workbook

    summary, digest = _finished(service, who, id)
    kept = service.contents
    told = {"Content-Disposition": f'attachment; filename="{summary.site}-{summary.name}.xlsx"'}
    tag = f"{digest[:32]}-xlsx"
    return send(request, kept, tag, XLSX, lambda: study_workbook(kept.parsed(id)), if_none_match, headers=told)


@router.get(
    "/studies/{id}/report",
    response_class=Response,
    responses=cached(**{"text/html": {"type": "string"}}) | responses(409),
)
def get_study_report(
    id: Id, who: Viewer, service: Db, request: Request, lang: Language = "zh", if_none_match: Unless = None
) -> Response:
    """The report as one HTML file that needs nothing else."""
    from ems.sizing.report import study_html

    _, digest = _finished(service, who, id)
    kept = service.contents
    return send_page(request, kept, digest, lang, lambda: study_html(kept.parsed(id), lang), if_none_match)
