"""Inputs of a day: weather, PV yield, demands, prices, carbon."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.contract.base import Day, Id, Instant, Page, SiteName
from api.contract.jobs import Job
from api.contract.plans import Forecast, ForecastRequest, ForecastSummary
from api.http import forecast_views, plan_views
from api.http.answers import Unless, cached
from api.http.deps import Db, Operator, Viewer
from api.http.paging import IdCursor, Limit, page
from api.http.problems import not_found, responses
from api.http.representation import send
from api.http.submit import ACCEPTED, Key, submit_day
from api.records import forecasts, sites
from ems.forecasts.targets import history_series

router = APIRouter(tags=["forecasts"])


@router.post("/forecasts", status_code=202, response_model=Job, responses=ACCEPTED | responses(404, 429))
def submit_forecast(asked: ForecastRequest, who: Operator, service: Db, idempotency_key: Key = None) -> Response:
    """Ask for a forecast. The answer is a job; the forecast is its result."""
    return submit_day(service, who, "forecast", asked, idempotency_key, lambda file: {"meters": history_series(file)})


@router.get("/forecasts")
def list_forecasts(
    who: Viewer, service: Db, site: SiteName | None = None, cursor: IdCursor = None, limit: Limit = 50
) -> Page[ForecastSummary]:
    """Forecasts, newest first."""
    with service.store.read() as c:
        found = forecasts.forecasts(c, sites=who.site_list, site=site, before=cursor, limit=limit + 1)
    return page(found, limit, lambda forecast: forecast.id)


@router.get("/sites/{site}/forecasts", responses=responses(404))
def list_known_forecasts(
    site: SiteName,
    who: Viewer,
    service: Db,
    as_of: Annotated[
        Instant | None, Query(description="what was known then: forecasts made until this moment; default: now")
    ] = None,
    day: Annotated[Day | None, Query(description="only those of this local day")] = None,
    cursor: IdCursor = None,
    limit: Limit = 50,
) -> Page[ForecastSummary]:
    """Forecasts of a park that had been made by a moment, newest first: the first one is what was known of its day."""
    who.require_site(site)
    with service.store.read() as c:
        if sites.get(c, site) is None:
            raise not_found(f"site {site}")
        found = forecasts.forecasts(c, sites=[site], until=as_of, day=day, before=cursor, limit=limit + 1)
    return page(found, limit, lambda forecast: forecast.id)


@router.get("/forecasts/{id}", response_model=Forecast, responses=cached())
def get_forecast(id: Id, who: Viewer, service: Db, request: Request, if_none_match: Unless = None) -> Response:
    """A forecast with its series."""
    with service.store.read() as c:
        summary = forecasts.forecast(c, id)
    if summary is None or not who.may_see(summary.site):
        raise not_found(f"forecast {id}")
    kept = service.contents

    def made() -> bytes:
        return plan_views.whole(summary, plan_views.to_bytes(_detail(kept.parsed(id))))

    return send(request, kept, f"{summary.digest[:32]}-{id}", "application/json", made, if_none_match)


def _detail(content: dict[str, Any]) -> dict[str, Any]:
    return {
        "day": content["date"],
        "timezone": content["timezone"],
        "weather": content["weather"],
        "notes": content["notes"],
        "bands": content["bands"],
        "series": plan_views.series(content, content["inputs"]),
        "uncertainty": forecast_views.uncertainty(content),
    }
