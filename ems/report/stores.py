"""Levels of all stores as shares of their capacity."""

from __future__ import annotations

from typing import Any

import numpy as np

from ems.report.chart import Chart, hours_axis, numbers, time_layout
from ems.report.formats import plain, unit_name
from ems.report.palette import colour
from ems.report.view import Floats, PlanView, Series

DASHES = ("solid", "dash", "dashdot", "longdash", "longdashdot", "4px,2px")


def levels(view: PlanView) -> list[Series]:
    """Stocks at the end of each interval, of stores with a capacity that are not empty all day."""
    found = [s for s in view.series.values() if s.at_end and s.quantity.startswith("level_")]
    return [s for s in found if not s.is_zero and view.size(s.component)]


def opening_level(view: PlanView, level: Series) -> float:
    """Stock at the start of the day: the reading, else what the site assumes."""
    reading = view.content["state_start"]["components"].get(level.component, {}).get(level.quantity)
    if reading is not None:
        return float(reading)
    share = view.definitions.get(level.component, {}).get("start_share", 0.5)
    return float(share) * (view.size(level.component) or 0.0)


def whole_day(view: PlanView, level: Series) -> Floats:
    """The stock at every edge of the day, the opening level first."""
    return np.concatenate(([opening_level(view, level)], level.values))


def store_charts(view: PlanView) -> list[Chart]:
    found = levels(view)
    if not found:
        return []
    layout = time_layout(view, view.say("stores_axis"))
    layout["yaxis"] |= {"range": [-0.02, 1.04], "tickformat": ".0%"}
    data = [trace for k, level in enumerate(found) for trace in _lines(view, level, k)]
    return [Chart("stores", view.say("stores"), view.say("stores_caption"), data, layout, 380)]


def _lines(view: PlanView, level: Series, nth: int) -> list[dict[str, Any]]:
    size = view.size(level.component) or 1.0
    stock = whole_day(view, level)
    line = {"color": colour(view.kind(level.component)), "width": 2.4, "dash": DASHES[nth % len(DASHES)]}
    unit = plain(unit_name(level.unit, view.lang))
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            **hours_axis(view),
            "y": numbers(stock / size),
            "customdata": numbers(stock),
            "name": plain(view.label(level.component)),
            "legendgroup": plain(level.component),
            "line": line,
            "hovertemplate": f"%{{y:.1%}} · %{{customdata:,.0f}} / {size:,.0f} {unit}",
        }
    ]
    lowest = float(view.definitions.get(level.component, {}).get("min_share", 0.0))
    if lowest > 0:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x0": traces[0]["x0"],
                "dx": view.steps * traces[0]["dx"],
                "y": [lowest, lowest],
                "line": {"color": line["color"], "width": 1, "dash": "dot"},
                "legendgroup": plain(level.component),
                "showlegend": False,
                "hoverinfo": "skip",
            }
        )
    return traces
