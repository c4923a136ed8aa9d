"""Emission reports: asking for them, reading them, verifying their evidence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.requests import Request
from starlette.responses import Response

from api.contract.base import Id, Page, SiteName
from api.contract.jobs import Job, JobState
from api.contract.reports import Finding, Report, ReportRequest, ReportSummary, Verification
from api.http import report_checks, report_views
from api.http.answers import Unless, cached
from api.http.deps import Db, Engineer, Viewer
from api.http.paging import IdCursor, Limit, page
from api.http.principal import Principal
from api.http.problems import ProblemError, busy, conflict, not_found, responses, unavailable
from api.http.representation import send, send_page
from api.http.routes.plans import FORMATS, JSON, Language
from api.http.service import Service
from api.http.submit import ACCEPTED, Key, submit
from api.records import reports
from api.records.sites import SiteVersion
from ems.site_file import SiteFile
from forecasting.errors import InputError

router = APIRouter(tags=["reports"])
XLSX, PDF, ZIP = FORMATS["xlsx"], "application/pdf", "application/zip"
BINARY = {"type": "string", "format": "binary"}
MOST_BUNDLE_BYTES = 16_000_000  # packed: the evidence of a year
HEAVY_S = 5.0  # after which to ask again where someone else prints or verifies
_heavy = threading.Lock()  # printing and verifying take a processor for seconds: one at a time


@contextmanager
def _alone() -> Iterator[None]:
    if not _heavy.acquire(blocking=False):
        raise busy(HEAVY_S)
    try:
        yield
    finally:
        _heavy.release()


def _report(service: Service, who: Principal, id: str) -> tuple[ReportSummary, dict[str, Any]]:
    with service.store.read() as c:
        found = reports.report(c, id)
    if found is None or not who.may_see(found[0].site):
        raise not_found(f"report {id}")
    return found


def _finished(service: Service, who: Principal, id: str) -> tuple[ReportSummary, str]:
    """A report that has succeeded, and the digest of its result; a 409 problem for one that has not."""
    summary, _ = _report(service, who, id)
    if summary.digest is None:
        raise conflict(f"The report is {summary.state} and has no result.")
    return summary, summary.digest


def _named(summary: ReportSummary, ending: str) -> dict[str, str]:
    name = f"{summary.site}-{summary.start}-{summary.end}{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}


@router.post("/reports", status_code=202, response_model=Job, responses=ACCEPTED | responses(404, 429))
def submit_report(asked: ReportRequest, who: Engineer, service: Db, idempotency_key: Key = None) -> Response:
    """Ask for a report of a park's emissions. The answer is a job; the report is there at once under the same id.

    The plans that stand for its days are chosen now, measurements are read when the job begins.
    """

    def payload(_: SiteFile, site: SiteVersion) -> dict[str, Any]:
        return report_checks.payload(asked, site, service.store)

    return submit(service, who, "report", asked, idempotency_key, payload)


@router.get("/reports")
def list_reports(
    who: Viewer,
    service: Db,
    site: SiteName | None = None,
    state: JobState | None = None,
    cursor: IdCursor = None,
    limit: Limit = 50,
) -> Page[ReportSummary]:
    """Reports, newest first, those that wait or run among them."""
    with service.store.read() as c:
        found = reports.reports(c, sites=who.site_list, site=site, state=state, before=cursor, limit=limit + 1)
    return page(found, limit, lambda report: report.id)


@router.post("/reports/verify", responses=responses(503))
def verify_report(
    bundle: Annotated[
        bytes,
        Body(media_type="application/octet-stream", min_length=1, description="evidence.zip, as it came with a report"),
    ],
    who: Engineer,
) -> Verification:
    """Compute the report of an evidence bundle again, and name the first figure that does not follow from it.

    Nothing of it is kept. One bundle is verified at a time.
    """
    from ems.emissions.evidence import verify

    if len(bundle) > MOST_BUNDLE_BYTES:
        raise ProblemError(
            "too-large", f"At most {MOST_BUNDLE_BYTES} bytes are verified here: use ems report --verify."
        )
    with _alone():
        try:
            found = verify(bundle, "bundle")
        except InputError as error:
            raise ProblemError("input", str(error)) from error
    return Verification(
        holds=found.holds,
        figures=found.figures,
        findings=[Finding.model_validate(vars(f)) for f in found.findings],
        site=str(found.report.get("site", {}).get("name", "")),
        period=found.report.get("period", {}),
        made_with=dict(found.made_with),
    )


@router.get("/reports/{id}")
def get_emission_report(id: Id, who: Viewer, service: Db) -> Report:
    """A report; once it has succeeded with its inventory, avoided emissions and gaps."""
    summary, request = _report(service, who, id)
    return report_views.whole(summary, request, service.contents.parsed(id) if summary.digest else None)


@router.get(
    "/reports/{id}/report.json",
    response_class=Response,
    responses=cached(**{JSON: {"type": "object"}}) | responses(409),
)
def get_report_json(id: Id, who: Viewer, service: Db, request: Request, if_none_match: Unless = None) -> Response:
    """The whole report; its entity tag is the SHA-256 of this text, which the manifest of its evidence holds too."""
    _, digest = _finished(service, who, id)
    kept = service.contents
    return send(request, kept, digest, JSON, lambda: kept.text(id), if_none_match, pack=lambda: kept.packed(id))


@router.get(
    "/reports/{id}/report",
    response_class=Response,
    responses=cached(**{"text/html": {"type": "string"}}) | responses(409),
)
def get_report_page(
    id: Id, who: Viewer, service: Db, request: Request, lang: Language = "zh", if_none_match: Unless = None
) -> Response:
    """The report as one HTML file that needs nothing else."""
    from ems.emissions.page import page as html

    _, digest = _finished(service, who, id)
    kept = service.contents
    return send_page(request, kept, digest, lang, lambda: html(kept.parsed(id), lang), if_none_match)


@router.get("/reports/{id}/workbook", response_class=Response, responses=cached(**{XLSX: BINARY}) | responses(409))
def get_report_workbook(
    id: Id, who: Viewer, service: Db, request: Request, lang: Language = "zh", if_none_match: Unless = None
) -> Response:
    """The report as a workbook whose totals are formulas: activity x factor."""
    from ems.emissions.workbook import workbook

    summary, digest = _finished(service, who, id)
    kept = service.contents
    tag, told = f"{digest[:32]}-xlsx-{lang}", _named(summary, ".xlsx") | {"Content-Language": lang}
    return send(request, kept, tag, XLSX, lambda: workbook(kept.parsed(id), lang), if_none_match, headers=told)


@router.get("/reports/{id}/pdf", response_class=Response, responses=cached(**{PDF: BINARY}) | responses(409, 503))
def get_report_pdf(
    id: Id, who: Viewer, service: Db, request: Request, lang: Language = "zh", if_none_match: Unless = None
) -> Response:
    """The page of the report, printed by a browser on the machine of the service; 503 where there is none."""
    from api.pdf import print_pdf
    from ems.emissions.page import page as html

    summary, digest = _finished(service, who, id)
    kept = service.contents

    def printed() -> bytes:
        with _alone():
            try:
                return print_pdf(html(kept.parsed(id), lang))
            except InputError as error:
                raise unavailable(str(error), HEAVY_S) from error

    tag, told = f"{digest[:32]}-pdf-{lang}", _named(summary, ".pdf") | {"Content-Language": lang}
    return send(request, kept, tag, PDF, printed, if_none_match, headers=told)


@router.get("/reports/{id}/evidence", response_class=Response, responses=cached(**{ZIP: BINARY}) | responses(409))
def get_report_evidence(id: Id, who: Viewer, service: Db, request: Request, if_none_match: Unless = None) -> Response:
    """Everything that the report was computed from, and the report, as `evidence.zip`."""
    summary, digest = _finished(service, who, id)

    def bundle() -> bytes:
        with service.store.read() as c:
            found = reports.bundle(c, id)
        assert found is not None  # it is kept with the result
        return found

    told = _named(summary, "-evidence.zip")
    return send(request, service.contents, f"{digest[:32]}-zip", ZIP, bundle, if_none_match, headers=told)
