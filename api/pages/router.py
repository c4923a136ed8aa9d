"""All pages. A page is a module with a `router` and a place in the list."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages import (
    alarms,
    assets,
    audit_log,
    compare,
    factors,
    forecast,
    inventories,
    jobs,
    parks,
    plan_page,
    report_page,
    reports,
    settings,
    sign_in_page,
    site_editor,
    studies,
    study_page,
    what_if,
)

PAGES = (
    assets, sign_in_page, parks, plan_page, what_if, compare, forecast, studies, study_page, reports, report_page,
    factors, inventories, jobs, site_editor, alarms, audit_log, settings,
)  # fmt: skip

router = APIRouter(include_in_schema=False)
for page in PAGES:
    router.include_router(page.router)
