"""Where the inputs of a day come from, what was measured of them, and their sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from api.http.problems import not_found
from api.http.service import Service
from api.pages.column_names import column_group
from api.pages.forecast_charts import Inputs
from api.records import forecasts, plans, series
from ems.report.formats import digits_for, number, unit_name
from ems.report.view import PlanView
from ems.site import Site

LOOK_BACK = 40  # forecasts that are looked through for a day
MOST_POINTS = 300  # dots of one measured series in a figure


@dataclass(frozen=True)
class Source:
    """Inputs as they were stored, with a forecast or with a plan."""

    content: dict[str, Any]
    made_at: datetime
    plan: str | None  # id of the plan whose inputs these are

    @property
    def weather(self) -> dict[str, Any]:
        found: dict[str, Any] = self.content["provenance"]["weather"] if self.plan else self.content["weather"]
        return found


def source_of_forecast(service: Service, site: str, id: str) -> Source:
    with service.store.read() as c:
        found = forecasts.forecast(c, id)
    if found is None or found.site != site:
        raise not_found(f"forecast {id} of {site}")
    return Source(service.contents.parsed(id), found.created_at, None)


def source_of_day(service: Service, site: str, day: date) -> Source | None:
    """The newest inputs of a day: of a forecast, or of a plan that changes nothing about them."""
    with service.store.read() as c:
        plan = next(
            (p for p in plans.plans(c, sites=[site], day=day.isoformat()) if not (p.hypothetical or p.what_if_of)), None
        )
        listed = forecasts.forecasts(c, sites=[site], site=site, limit=LOOK_BACK)
    for f in listed:
        if plan is not None and plan.created_at > f.created_at:
            break
        content = service.contents.parsed(f.id)
        if content["date"] == day.isoformat():
            return Source(content, f.created_at, None)
    return Source(service.contents.parsed(plan.id), plan.created_at, plan.id) if plan is not None else None


def measured(service: Service, site: str, view: PlanView, park: Site) -> dict[str, list[tuple[float, float]]]:
    """Measurements in the time of a forecast, by the input column that they belong to or the series of a component.

    A measurement belongs to a column that bears its name. Times are steps on the axis, values as they came.
    """
    start, end = view.local[0], view.local[-1]
    roofs = {f"{c.name}.power_kw" for c in park.components if c.kind == "pv"}
    found: dict[str, list[tuple[float, float]]] = {}
    with service.store.read() as c:
        for row in series.listed(c, site, limit=500):
            if row.kind != "measurement" or row.name not in {*view.content["inputs"], *roofs}:
                continue
            points = [p for p in series.read(c, row, start, end) if p.value is not None and p.quality in series.USABLE]
            step_s, half = view.step_h * 3600, row.resolution_s / 2
            every = max(1, len(points) // MOST_POINTS)
            found[row.name] = [
                (((p.time - start).total_seconds() + half) / step_s, float(p.value or 0.0)) for p in points[::every]
            ]
    return {name: points for name, points in found.items() if points}


@dataclass(frozen=True)
class Total:
    """A line of the table under the figures."""

    what: str
    unit: str
    total: str
    least: str
    most: str
    replaced: bool


def totals(inputs: Inputs) -> list[Total]:
    """Sum or mean, least and most of every column that is not zero all day."""
    view = inputs.view
    found = []
    for column, told in view.content["inputs"].items():
        values = inputs.values(column)
        if column_group(column) == "other" or not values.any():
            continue
        unit, digits = told["unit"], 2 if told["unit"] == "kW/kWp" else digits_for(told["unit"])
        rate = unit in ("kW", "kg/h", "kW/kWp", "W/m²")
        amount = {"kW": "kWh", "kg/h": "kg", "kW/kWp": "kWh/kWp", "W/m²": "Wh/m²"}.get(unit, unit)
        shown = (
            number(view.total(values), digits)
            if rate
            else f"{inputs.w('fc_mean')} {number(float(values.mean()), digits)}"
        )
        found.append(
            Total(
                what=inputs.title(column),
                unit=unit_name(unit, view.lang),
                total=f"{shown} {unit_name(amount, view.lang)}",
                least=number(float(np.min(values)), digits),
                most=number(float(np.max(values)), digits),
                replaced=column in view.content.get("given", ()),
            )
        )
    return found
