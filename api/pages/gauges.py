"""Stores: planned range of the day, and the level at every edge for the page's scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.pages.environment import Words
from ems.report.chart import numbers
from ems.report.formats import digits_for, number, unit_name
from ems.report.palette import colour
from ems.report.stores import levels, whole_day
from ems.report.view import Floats, PlanView


@dataclass(frozen=True)
class Gauge:
    """One store. Shares of its capacity in per cent: ``left`` and ``width`` place the planned range."""

    name: str
    label: str
    colour: str
    unit: str
    size: float
    levels: Floats  # at every edge of the day, the opening level first
    left: float
    width: float
    lowest: float
    range_text: str
    lowest_text: str

    def for_scripts(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "digits": digits_for(self.unit),
            "size": self.size,
            "levels": numbers(self.levels),
        }


def gauges(view: PlanView, w: Words) -> list[Gauge]:
    found = []
    for level in levels(view):
        size = view.size(level.component) or 1.0
        stock = whole_day(view, level)
        low, high = float(stock.min()) / size, float(stock.max()) / size
        lowest = float(view.definitions.get(level.component, {}).get("min_share", 0.0))
        found.append(
            Gauge(
                name=level.component,
                label=view.label(level.component),
                colour=colour(view.kind(level.component)),
                unit=unit_name(level.unit, view.lang),
                size=size,
                levels=stock,
                left=round(100 * low, 2),
                width=round(max(100 * (high - low), 0.8), 2),
                lowest=round(100 * lowest, 2),
                range_text=w("g_range", low=f"{low:.0%}", high=f"{high:.0%}") + f" · {number(size)} {level.unit}",
                lowest_text=w("g_lowest", share=f"{lowest:.0%}") if lowest else "",
            )
        )
    return found
