"""The inputs of a day: weather, sun power, demands, prices, carbon; with what was measured meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from api.contract.base import SiteName
from api.http.deps import Db, Viewer
from api.pages.drawn import drawn
from api.pages.environment import Words, render
from api.pages.forecast_charts import Inputs, forecast_charts
from api.pages.forecast_view import Source, measured, source_of_day, source_of_forecast, totals
from api.pages.language import lang_of
from api.pages.moments import shown, zone
from api.pages.uncertainty_view import uncertain
from api.pages.words_scenarios import FORECAST
from api.pages.words_uncertainty import UNCERTAINTY
from ems.report.view import PlanView

router = APIRouter(include_in_schema=False)
OLD = timedelta(hours=24)


@router.get("/sites/{site}/forecast")
def forecast_page(request: Request, site: SiteName, who: Viewer, db: Db, day: str = "", forecast: str = "") -> Response:
    """A day's newest inputs, from a forecast or from a plan; or those of one forecast."""
    who.require_site(site)
    w = Words(lang_of(request), FORECAST)
    file, row = db.site_files.current(site)
    now = datetime.now(UTC)
    today = now.astimezone(zone(row.timezone)).date()
    named = source_of_forecast(db, site, forecast) if forecast else None
    chosen = date.fromisoformat(named.content["date"]) if named is not None else _day(day, today)
    source = named or source_of_day(db, site, chosen)
    common: dict[str, Any] = {
        "who": who,
        "site": site,
        "nav": "forecast",
        "words": {**FORECAST, **UNCERTAINTY},
        "day": chosen.isoformat(),
        "before": (chosen - timedelta(days=1)).isoformat(),
        "after": (chosen + timedelta(days=1)).isoformat(),
        "may": who.has("operator"),
        "form": {"site": site, "day": chosen.isoformat()},
    }
    if source is None:
        return render(request, "forecast.html", **common, source=None)
    view = PlanView(source.content, w.lang)
    inputs = Inputs(view, file.site, measured(db, site, view, file.site), w)
    charts, fans = forecast_charts(inputs), uncertain(inputs, w.lang)
    return render(
        request,
        "forecast.html",
        **common,
        source=source,
        weather=_weather(source, row.timezone, now, w),
        made=shown(source.made_at, row.timezone),
        notes=[w.pick(n) for n in source.content["notes"]],
        charts=charts,
        uncertain=fans,
        issued=shown(datetime.fromisoformat(source.content["uncertainty"]["issued_at"]), row.timezone) if fans else "",
        figures=drawn(view, [*charts, *(fans.charts if fans else [])]),
        totals=totals(inputs),
    )


def _day(given: str, today: date) -> date:
    """The day asked for; tomorrow where none, or none that exists, was."""
    try:
        return today if given == "today" else date.fromisoformat(given)
    except ValueError:
        return today + timedelta(days=1)


def _weather(source: Source, timezone: str, now: datetime, w: Words) -> dict[str, Any]:
    """Where the weather comes from, how old it is, and whether it is too old."""
    told = source.weather
    issued = datetime.fromisoformat(told["issued_at"]) if told.get("issued_at") else None
    kind = f"fc_weather_kind_{told['kind']}"
    age = now - issued if issued else None
    return {
        "kind": w(kind) if kind in FORECAST else told["kind"],
        "source": told["source"],
        "issued": shown(issued, timezone),
        "age": _age(age, w) if age is not None else "",
        "stale": w("fc_stale", hours=int(age / timedelta(hours=1))) if age is not None and age > OLD else "",
    }


def _age(age: timedelta, w: Words) -> str:
    if age < timedelta(hours=2):
        return w("fc_age_minutes", minutes=int(age / timedelta(minutes=1)))
    return w("fc_age", hours=int(age / timedelta(hours=1)))
