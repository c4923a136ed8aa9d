"""Alarms: what an operator should know of, and that someone has seen it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request

from api.contract.base import Id, Page, SiteName
from api.contract.people import Alarm
from api.http.deps import Db, Operator, Viewer
from api.http.paging import IdCursor, Limit, page
from api.http.problems import not_found, request_id
from api.records import alarms, audit_log

router = APIRouter(tags=["alarms"])


@router.get("/alarms")
def list_alarms(
    who: Viewer,
    service: Db,
    site: SiteName | None = None,
    active: Annotated[bool | None, Query(description="true: those that last; false: those that are over")] = None,
    cursor: IdCursor = None,
    limit: Limit = 50,
) -> Page[Alarm]:
    """Alarms, newest first."""
    with service.store.read() as c:
        found = alarms.alarms(c, sites=who.site_list, site=site, active=active, before=cursor, limit=limit + 1)
    return page(found, limit, lambda alarm: alarm.id)


@router.post("/alarms/{id}/acknowledge")
def acknowledge_alarm(id: Id, who: Operator, service: Db, request: Request) -> Alarm:
    """Say that the alarm was seen. It ends by itself when its cause does."""
    with service.store.read() as c:
        there = alarms.alarm(c, id)
    if there is None or not who.may_see(there.site):
        raise not_found(f"alarm {id}")
    with service.store.write() as c:
        found = alarms.acknowledge(c, id, who.name)
        if there.acknowledged_at is None:
            audit_log.append(
                c,
                who.name,
                "alarm.acknowledge",
                id,
                site=found.site,
                after={"kind": found.kind, "about": found.about},
                request=request_id(request),
            )
    return found
