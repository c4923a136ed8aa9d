"""Rolling re-planning of a park: reading and setting it."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Path
from starlette.requests import Request

from api.contract.base import SiteName
from api.contract.rolling import Rolling, RollingRequest
from api.http.deps import Db, Operator, Viewer
from api.http.problems import not_found, request_id, responses
from api.records import audit_log, rolling, sites

router = APIRouter(tags=["plans"])
Name = Annotated[SiteName, Path(description="name of the park")]


@router.get("/sites/{site}/rolling", responses=responses(404))
def get_rolling(site: Name, who: Viewer, service: Db) -> Rolling:
    """How often a park is re-planned by itself, how the newest of these went and when the next is due."""
    who.require_site(site)
    with service.store.read() as c:
        return rolling.get(c, site, _timezone(c, site))


@router.put("/sites/{site}/rolling", responses=responses(404))
def put_rolling(site: Name, asked: RollingRequest, who: Operator, service: Db, request: Request) -> Rolling:
    """Re-plan a park every so many minutes, or no longer. Plans are proposed, and approved as those asked for."""
    who.require_site(site)
    with service.store.write() as c:
        timezone = _timezone(c, site)
        before = rolling.get(c, site, timezone)
        if before.minutes != asked.minutes:
            rolling.put(c, site, asked.minutes, who.name)
            audit_log.append(
                c,
                who.name,
                "site.rolling",
                site,
                site=site,
                before={"minutes": before.minutes},
                after={"minutes": asked.minutes},
                request=request_id(request),
            )
        return rolling.get(c, site, timezone)


def _timezone(c: sa.Connection, site: str) -> str:
    found = sites.get(c, site)
    if found is None:
        raise not_found(f"site {site}")
    return found.timezone
