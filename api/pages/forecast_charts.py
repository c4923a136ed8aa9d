"""Figures of a day's inputs: weather, sun power, demands, prices, carbon; measurements on top where there are any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from api.pages.column_names import carrier_of, column_group, column_titles
from api.pages.environment import Words
from ems.report.chart import Chart, axis, iso, step_line, time_layout
from ems.report.formats import unit_name
from ems.report.names import CARRIER_TEXT, carrier_name
from ems.report.palette import BETTER, CARRIER_COLOUR, INK, KIND_COLOUR, QUIET, WORSE, mix
from ems.report.view import Floats, PlanView
from ems.site import Site
from models import PV

HEIGHT = 320
Measured = Mapping[str, "list[tuple[float, float]]"]  # input column -> (step on the axis, value)


@dataclass(frozen=True)
class Inputs:
    """A forecast as its figures read it: the axis of a plan, the site's names, what was measured meanwhile."""

    view: PlanView
    site: Site
    measured: Measured
    w: Words

    def columns(self, group: str) -> list[str]:
        return [c for c in self.view.content["inputs"] if column_group(c) == group]

    @cached_property
    def titles(self) -> dict[str, str]:
        return column_titles(self.site, self.view.lang)

    def title(self, column: str) -> str:
        return self.titles.get(column, column)

    def values(self, column: str) -> Floats:
        return np.asarray(self.view.content["inputs"][column]["values"], float)


def forecast_charts(inputs: Inputs) -> list[Chart]:
    """All figures that have something to show, in reading order."""
    demands = [_demand(inputs, carrier) for carrier in CARRIER_TEXT]
    return [c for c in (_weather(inputs), _sun(inputs), *demands, _price(inputs), _carbon(inputs)) if c is not None]


def _weather(inputs: Inputs) -> Chart | None:
    view = inputs.view
    layout = time_layout(view, "W/m²", bands=False)
    layout["yaxis"]["rangemode"] = "tozero"
    layout["yaxis2"] = axis("°C", overlaying="y", side="right", showgrid=False, zeroline=False, tickmode="auto")
    layout["margin"]["r"] = 56
    fill = {"fill": "tozeroy", "fillcolor": "rgba(240, 180, 0, 0.18)"}
    data = [
        *_lines(inputs, "ghi_w_per_m2", "W/m²", 0, line={"color": KIND_COLOUR["pv"]}, **fill),
        *_lines(inputs, "temperature_c", "°C", 1, line={"color": WORSE}, yaxis="y2"),
    ]
    return (
        Chart("weather", inputs.w("fc_weather"), inputs.w("fc_weather_caption"), data, layout, 320, wide=False)
        if data
        else None
    )


def _sun(inputs: Inputs) -> Chart | None:
    """Power that the sun offers each roof: yield times installed capacity."""
    roofs = [
        c for c in inputs.site.components
        if isinstance(c, PV) and isinstance(c.capacity_kwp, float) and c.yield_column in inputs.view.content["inputs"]
    ]  # fmt: skip
    layout = time_layout(inputs.view, "kW", bands=False)
    layout["yaxis"]["rangemode"] = "tozero"
    data: list[dict[str, Any]] = []
    for nth, roof in enumerate(roofs):
        values = inputs.values(roof.yield_column) * float(roof.capacity_kwp)  # type: ignore[arg-type]
        shade = mix(KIND_COLOUR["pv"], "#7a3d00" if nth % 2 else "#ffffff", min(0.16 * nth, 0.7))
        data.append(_stacked(inputs, values, roof.label(inputs.view.lang), "kW", 0, shade))
        data += _points(inputs, f"{roof.name}.power_kw", roof.label(inputs.view.lang), "kW", 0)
    return _chart(inputs, "sun", data, layout)


def _demand(inputs: Inputs, carrier: str) -> Chart | None:
    columns = [c for c in inputs.columns("demand") if carrier_of(c) == carrier and inputs.values(c).any()]
    if not columns:
        return None
    unit = str(inputs.view.content["inputs"][columns[0]]["unit"])
    shown = unit_name(unit, inputs.view.lang)
    layout = time_layout(inputs.view, shown, bands=carrier == "electricity")
    layout["yaxis"]["rangemode"] = "tozero"
    digits = 1 if unit == "kg/h" else 0
    data: list[dict[str, Any]] = []
    for nth, column in enumerate(columns):
        shade = mix(CARRIER_COLOUR[carrier], "#1d232b" if nth % 2 else "#ffffff", min(0.18 * nth, 0.72))
        data.append(_stacked(inputs, inputs.values(column), inputs.title(column), unit, digits, shade))
    for column in columns:
        data += _points(inputs, column, inputs.title(column), unit, digits)
    title = inputs.w("fc_demand", carrier=carrier_name(carrier, inputs.view.lang))
    return Chart(f"demand-{carrier}", title, "", data, layout, HEIGHT, wide=False)


def _price(inputs: Inputs) -> Chart | None:
    layout = time_layout(inputs.view, unit_name("CNY/kWh", inputs.view.lang))
    layout["yaxis"]["rangemode"] = "tozero"
    looks = {"import_cny_per_kwh": INK, "export_cny_per_kwh": BETTER}
    shown = [c for c in inputs.columns("price") if inputs.values(c).any()]
    data = [t for c in shown for t in _lines(inputs, c, "CNY/kWh", 3, line={"color": looks[c]})]
    return (
        Chart("price", inputs.w("fc_price"), inputs.w("fc_price_caption"), data, layout, 320, wide=False)
        if data
        else None
    )


def _carbon(inputs: Inputs) -> Chart | None:
    layout = time_layout(inputs.view, unit_name("kgCO2e/kWh", inputs.view.lang), bands=False)
    layout["yaxis"]["rangemode"] = "tozero"
    data = [
        t
        for c in inputs.columns("carbon")
        for t in _lines(inputs, c, "kgCO2e/kWh", 4, line={"color": KIND_COLOUR["gas_boiler"]})
    ]
    return (
        Chart("carbon", inputs.w("fc_carbon"), inputs.w("fc_carbon_caption"), data, layout, 320, wide=False)
        if data
        else None
    )


def _chart(inputs: Inputs, key: str, data: list[dict[str, Any]], layout: dict[str, Any]) -> Chart | None:
    """A figure with its words; none where there is nothing to draw."""
    if not data:
        return None
    return Chart(key, inputs.w(f"fc_{key}"), inputs.w(f"fc_{key}_caption"), data, layout, HEIGHT, wide=False)


def _lines(inputs: Inputs, column: str, unit: str, digits: int, **look: Any) -> list[dict[str, Any]]:
    """A column as steps, and what was measured of it as dots."""
    if column not in inputs.view.content["inputs"]:
        return []
    title = inputs.title(column)
    axis_of = {"yaxis": look["yaxis"]} if "yaxis" in look else {}
    line = step_line(inputs.view, inputs.values(column), title, unit, digits, **look)
    return [line, *_points(inputs, column, title, unit, digits, **axis_of)]


def _stacked(inputs: Inputs, values: Floats, title: str, unit: str, digits: int, shade: str) -> dict[str, Any]:
    look = {"stackgroup": "all", "line": {"color": shade, "width": 0.5}, "fillcolor": shade}
    return step_line(inputs.view, values, title, unit, digits, **look)


def _points(inputs: Inputs, column: str, title: str, unit: str, digits: int, **more: Any) -> list[dict[str, Any]]:
    found = inputs.measured.get(column)
    if not found:
        return []
    shown = unit_name(unit, inputs.view.lang)
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [iso(inputs.view, at) for at, _ in found],
            "y": [value for _, value in found],
            "name": inputs.w("fc_measured", what=title),
            "marker": {"color": QUIET, "size": 5, "symbol": "diamond", "line": {"color": "#ffffff", "width": 1}},
            "hovertemplate": f"%{{y:,.{digits}f}} {shown}",
            **more,
        }
    ]
