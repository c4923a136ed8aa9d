"""Day-ahead plans: asking for them, reading them, deciding about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from api.alarms import evaluate
from api.contract.base import Day, Id, Instant, Page, SiteName
from api.contract.jobs import Job
from api.contract.plans import (
    Decision,
    Difference,
    Explanation,
    Plan,
    PlanRequest,
    PlanSummary,
    ReplanRequest,
    Schedule,
    Status,
)
from api.http import plan_checks, plan_views, replanning
from api.http.answers import Unless, cached
from api.http.deps import Db, Operator, Viewer
from api.http.edge import REPORT_POLICY
from api.http.paging import IdCursor, Limit, page
from api.http.principal import Principal
from api.http.problems import conflict, not_found, request_id, responses, unusable
from api.http.representation import chosen, send
from api.http.service import Service
from api.http.submit import ACCEPTED, Key, submit, submit_day
from api.records import audit_log, plans
from ems.compare import difference
from ems.plan_file import to_csv
from ems.report import plan_html
from ems.site_file import SiteFile
from ems.workbook import to_xlsx
from forecasting.errors import InputError

router = APIRouter(tags=["plans"])
JSON = "application/json"
FORMATS = {
    "json": JSON,
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SCHEDULE = cached(
    **{
        JSON: {"$ref": "#/components/schemas/Schedule"},
        "text/csv": {"type": "string"},
        FORMATS["xlsx"]: {"type": "string", "format": "binary"},
    }
)
Language = Annotated[Literal["zh", "en"], Query(description="language of texts")]


def _plan(service: Service, who: Principal, id: str) -> PlanSummary:
    with service.store.read() as c:
        found = plans.plan(c, id)
    if found is None or not who.may_see(found.site):
        raise not_found(f"plan {id}")
    return found


@router.post("/plans", status_code=202, response_model=Job, responses=ACCEPTED | responses(404, 429))
def submit_plan(asked: PlanRequest, who: Operator, service: Db, idempotency_key: Key = None) -> Response:
    """Ask for a plan. The answer is a job; the plan is its result."""

    def fits(file: SiteFile) -> Mapping[str, Any]:
        plan_checks.check(asked, file, service.store, who)
        return {}

    return submit_day(service, who, "plan", asked, idempotency_key, fits)


@router.post("/replans", status_code=202, response_model=Job, responses=ACCEPTED | responses(404, 429))
def submit_replan(asked: ReplanRequest, who: Operator, service: Db, idempotency_key: Key = None) -> Response:
    """Ask for a plan of the rest of today, from the next full step on. It is proposed, and approved as every plan."""
    return submit(
        service, who, "plan", asked, idempotency_key, lambda file, site: replanning.payload(asked, file, site)
    )


@router.get("/plans")
def list_plans(
    who: Viewer,
    service: Db,
    site: SiteName | None = None,
    day: Day | None = None,
    status: Status | None = None,
    job: Id | None = None,
    cursor: IdCursor = None,
    limit: Limit = 50,
) -> Page[PlanSummary]:
    """Plans, newest first."""
    with service.store.read() as c:
        found = plans.plans(
            c, sites=who.site_list, site=site, day=day, status=status, job=job, before=cursor, limit=limit + 1
        )
    return page(found, limit, lambda plan: plan.id)


@router.get("/plans/{id}", response_model=Plan, responses=cached())
def get_plan(id: Id, who: Viewer, service: Db, request: Request, if_none_match: Unless = None) -> Response:
    """A plan with its reasons and figures."""
    summary = _plan(service, who, id)
    kept = service.contents

    def made() -> bytes:
        detail = kept.kept(("detail", id), lambda: plan_views.to_bytes(plan_views.detail(kept.parsed(id), id)), len)
        return plan_views.whole(summary, detail)

    decided = f"{summary.decided_at.timestamp():.6f}" if summary.decided_at else "new"
    return send(request, kept, f"{id}-{summary.digest[:32]}-{summary.status}-{decided}", JSON, made, if_none_match)


@router.get("/plans/{id}/plan.json", response_class=Response, responses=cached(**{JSON: {"type": "object"}}))
def get_plan_json(id: Id, who: Viewer, service: Db, request: Request, if_none_match: Unless = None) -> Response:
    """The whole plan, as `docs/plan.schema.json` describes it; its entity tag is the SHA-256 of this text."""
    summary = _plan(service, who, id)
    kept = service.contents
    return send(request, kept, summary.digest, JSON, lambda: kept.text(id), if_none_match, pack=lambda: kept.packed(id))


@router.get("/plans/{id}/schedule", response_model=Schedule, responses=SCHEDULE | responses(406))
def get_schedule(
    id: Id,
    who: Viewer,
    service: Db,
    request: Request,
    format: Annotated[Literal["json", "csv", "xlsx"] | None, Query(description="goes before Accept")] = None,
    lang: Language = "zh",
    if_none_match: Unless = None,
) -> Response:
    """Every series of a plan: as JSON, as CSV with the inputs, or as a workbook."""
    summary = _plan(service, who, id)
    kept = service.contents
    kind = chosen(request, format, FORMATS)

    def made() -> bytes:
        content = kept.parsed(id)
        if kind == "csv":
            return to_csv(content).encode()
        if kind == "xlsx":
            return to_xlsx(content, lang)
        return plan_views.to_bytes(plan_views.schedule(content, id))

    name = f"{summary.site}-{summary.day}"
    told = {} if kind == "json" else {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    more = {"json": f"-{id}", "csv": "", "xlsx": f"-{lang}"}[kind]  # what the bytes depend on beside the content
    return send(request, kept, f"{summary.digest[:32]}-{kind}{more}", FORMATS[kind], made, if_none_match, headers=told)


@router.get("/plans/{id}/explain")
def explain_plan(
    id: Id,
    who: Viewer,
    service: Db,
    at: Annotated[Instant | None, Query(description="a moment of the interval to explain")] = None,
) -> Explanation:
    """Why the plan, or one interval of it, is as it is."""
    _plan(service, who, id)
    return plan_views.explanation(service.contents.parsed(id), id, None if at is None else pd.Timestamp(at))


@router.get("/plans/{id}/report", response_class=Response, responses=cached(**{"text/html": {"type": "string"}}))
def get_report(
    id: Id, who: Viewer, service: Db, request: Request, lang: Language = "zh", if_none_match: Unless = None
) -> Response:
    """The report as one HTML file that needs nothing else."""
    summary = _plan(service, who, id)
    kept = service.contents

    def made() -> bytes:
        return plan_html(kept.parsed(id), lang).encode()

    told = {"Content-Security-Policy": REPORT_POLICY, "Content-Language": lang}
    tag = f"{summary.digest[:32]}-html-{lang}"
    return send(request, kept, tag, "text/html; charset=utf-8", made, if_none_match, headers=told)


@router.get("/plans/{id}/difference")
def get_difference(
    id: Id, to: Annotated[Id, Query(description="the other plan")], who: Viewer, service: Db
) -> Difference:
    """What the other plan (b) does otherwise than this one (a)."""
    a, b = _plan(service, who, id), _plan(service, who, to)
    one = service.contents.parsed(id)
    try:
        found = difference(one, service.contents.parsed(to))
    except InputError as error:
        raise unusable("#to", str(error)) from error
    return Difference(
        a=a,
        b=b,
        kpis=found["kpis"],
        accounts=found["accounts"],
        series=plan_views.series(one, found["series"]),
        sentences=found["sentences"],
    )


def _decide(
    service: Service,
    who: Principal,
    id: str,
    status: Literal["approved", "rejected"],
    asked: Decision | None,
    request: Request,
) -> PlanSummary:
    site = _plan(service, who, id).site
    comment = asked.comment if asked else ""
    with service.store.write() as c:
        try:
            before, after = plans.decide(c, id, status, who.name, comment)
        except plans.NotApprovable as error:
            raise conflict(error.text) from error
        if after != before:
            audit_log.append(
                c, who.name, f"plan.{status}", id, site=site, before=before, after=after, request=request_id(request)
            )
    evaluate(service.store, service.settings)
    return _plan(service, who, id)


Comment = Annotated[Decision | None, Body()]


@router.post("/plans/{id}/approve", responses=responses(409))
def approve_plan(id: Id, who: Operator, service: Db, request: Request, asked: Comment = None) -> PlanSummary:
    """Release a plan for running. The plan of that day that was approved before is superseded."""
    return _decide(service, who, id, "approved", asked, request)


@router.post("/plans/{id}/reject", responses=responses(409))
def reject_plan(id: Id, who: Operator, service: Db, request: Request, asked: Comment = None) -> PlanSummary:
    """Put a plan aside."""
    return _decide(service, who, id, "rejected", asked, request)
