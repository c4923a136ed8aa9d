"""Who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.contract.base import Instant, Page, SiteName
from api.contract.people import AuditEntry
from api.http.deps import Db, Engineer
from api.http.paging import Limit, page
from api.records import audit_log

router = APIRouter(tags=["audit log"])


@router.get("/audit-log")
def list_audit_log(
    caller: Engineer,
    db: Db,
    site: SiteName | None = None,
    who: Annotated[str | None, Query(max_length=120)] = None,
    action: Annotated[str | None, Query(max_length=40, examples=["plan.approved"])] = None,
    object: Annotated[str | None, Query(max_length=160)] = None,
    start: Annotated[Instant | None, Query(alias="from")] = None,
    end: Annotated[Instant | None, Query(alias="to", description="not included")] = None,
    cursor: Annotated[int | None, Query(ge=1, lt=2**63, description="`next_cursor` of the page before")] = None,
    limit: Limit = 50,
) -> Page[AuditEntry]:
    """Entries, newest first. Those that concern no site are for callers who may see all sites."""
    if site is not None:
        caller.require_site(site)
    with db.store.read() as c:
        found = audit_log.entries(
            c,
            caller.site_list,
            cursor,
            limit + 1,
            site=site,
            who=who,
            action=action,
            object=object,
            start=start,
            end=end,
        )
    return page(found, limit, lambda entry: str(entry.id))
