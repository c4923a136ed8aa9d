"""Measurements and forecasts from outside: definitions, batches of points, values read back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.contract.base import Instant, Page, SiteName
from api.contract.series import (
    Batch,
    Points,
    SeriesDefinition,
    SeriesInfo,
    SeriesName,
    SeriesValues,
    Stored,
    seconds_of,
)
from api.http import series_points
from api.http.answers import answer
from api.http.deps import Db, Engineer, Operator, Viewer
from api.http.paging import Limit, page
from api.http.principal import Principal
from api.http.problems import ProblemError, conflict, not_found, request_id, responses
from api.http.service import Service
from api.records import audit_log, series, sites
from api.records.series import SeriesConflict, SeriesRow

router = APIRouter(tags=["series"])
Site = Annotated[SiteName, Path(description="name of the park")]
Name = Annotated[SeriesName, Path(description="name of the series")]


def _row(service: Service, who: Principal, site: str, name: str) -> SeriesRow:
    who.require_site(site)
    with service.store.read() as c:
        found = series.find(c, site, name)
    if found is None:
        raise not_found(f"series {name} of the site {site}")
    return found


def _site_is_there(service: Service, who: Principal, site: str) -> None:
    who.require_site(site)
    with service.store.read() as c:
        if sites.get(c, site) is None:
            raise not_found(f"site {site}")


@router.get("/sites/{site}/series")
def list_series(
    site: Site,
    who: Viewer,
    service: Db,
    cursor: Annotated[SeriesName | None, Query(description="`next_cursor` of the page before")] = None,
    limit: Limit = 50,
) -> Page[SeriesInfo]:
    """Series of a park, by name."""
    _site_is_there(service, who, site)
    with service.store.read() as c:
        found = series.listed(c, site, cursor or "", limit + 1)
    return page([series_points.info(row) for row in found], limit, lambda x: x.name)


@router.get("/sites/{site}/series/{name}")
def get_series(site: Site, name: Name, who: Viewer, service: Db) -> SeriesInfo:
    """A series, and when something last came."""
    return series_points.info(_row(service, who, site, name))


@router.put(
    "/sites/{site}/series/{name}",
    response_model=SeriesInfo,
    responses=answer(201, SeriesInfo, "Created") | responses(409),
)
def define_series(
    site: Site, name: Name, asked: SeriesDefinition, who: Engineer, service: Db, request: Request
) -> Response:
    """Define a series, or change what it replaces. Kind, unit and resolution are fixed once there are points."""
    _site_is_there(service, who, site)
    series_points.check_definition(asked, service.site_files.current(site)[0].site)
    with service.store.write() as c:
        before = series.find(c, site, name)
        try:
            row, fresh = series.define(c, site, name, asked, seconds_of(asked.resolution))
        except SeriesConflict as error:
            raise conflict(series_points.conflict_text(error)) from error
        after = asked.model_dump()
        if before is None or series_points.audited(before) != after:
            audit_log.append(
                c,
                who.name,
                "series.define",
                name,
                site=site,
                before=series_points.audited(before) if before else None,
                after=after,
                request=request_id(request),
            )
    return Response(series_points.info(row).model_dump_json(), 201 if fresh else 200, media_type="application/json")


@router.delete("/sites/{site}/series/{name}", status_code=204)
def delete_series(site: Site, name: Name, who: Engineer, service: Db, request: Request) -> None:
    """Delete a series with all its points."""
    row = _row(service, who, site, name)
    with service.store.write() as c:
        gone = series.delete(c, row)
        before = series_points.audited(row) | {"points": gone}
        audit_log.append(c, who.name, "series.delete", name, site=site, before=before, request=request_id(request))


@router.post("/sites/{site}/series/{name}/points")
def add_points(site: Site, name: Name, asked: Points, who: Operator, service: Db) -> Stored:
    """Store values of one series. What is there for the same time (and issue, of forecasts) is replaced."""
    row = _row(service, who, site, name)
    faults, chunk = series_points.chunk(row, asked, "")
    if chunk is None:
        raise ProblemError("input", faults[0].detail, errors=faults)
    with service.store.write() as c:
        return Stored(points=series.add(c, [chunk]))


@router.post("/sites/{site}/points")
def add_batch(site: Site, asked: Batch, who: Operator, service: Db) -> Stored:
    """Store values of many series: all of them, or none where one is wrong."""
    _site_is_there(service, who, site)
    with service.store.read() as c:
        rows = series.named(c, site, asked.series)
    faults, chunks = series_points.chunks(rows, asked)
    if faults:
        raise ProblemError("input", faults[0].detail, errors=faults)
    with service.store.write() as c:
        return Stored(points=series.add(c, chunks))


@router.get("/sites/{site}/series/{name}/points")
def get_points(
    site: Site,
    name: Name,
    who: Viewer,
    service: Db,
    start: Annotated[Instant, Query(alias="from", description="intervals that begin at or after this moment")],
    end: Annotated[Instant, Query(alias="to", description="intervals that begin before this moment")],
    issued_before: Annotated[Instant | None, Query(description="of forecasts: what was known before")] = None,
) -> SeriesValues:
    """Values of [from, to) with their quality, null where there are none; of forecasts the newest issue."""
    row = _row(service, who, site, name)
    first, count = series_points.span(row, start, end)
    with service.store.read() as c:
        found = series.read(c, row, start, end, issued_before)
    return series_points.values(row, first, count, found)
