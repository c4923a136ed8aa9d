"""The uncertainty of a forecast on its page: a fan for each roof and demand, and on what its width rests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from api.http.forecast_views import coverage
from api.pages.environment import Words
from api.pages.forecast_charts import HEIGHT, Inputs
from api.pages.words_uncertainty import UNCERTAINTY
from ems.report.chart import Chart, step_line, time_layout
from ems.report.formats import digits_for, number, unit_name
from ems.report.palette import CARRIER_COLOUR, KIND_COLOUR, QUIET
from ems.report.view import Floats
from models import PV

LOW, HIGH = "q10", "q90"
BAND = "rgba(0, 114, 178, 0.20)"


@dataclass(frozen=True)
class Line:
    """What is said of one column: its method, and how often the 80 % band of that method held."""

    what: str
    rung: str
    held: str
    amount: str  # over the day: mean with the 80 % band of its highest step
    reasons: list[str]


@dataclass(frozen=True)
class Uncertain:
    lines: list[Line]
    charts: list[Chart]
    notes: list[str]


def uncertain(inputs: Inputs, lang: Any) -> Uncertain | None:
    """None of a forecast without quantiles."""
    kept = inputs.view.content.get("uncertainty")
    if kept is None:
        return None
    w = Words(lang, UNCERTAINTY)
    told = {column: s for column, s in kept["series"].items() if any(s["mean"])}
    return Uncertain(
        [_line(inputs, column, s, w) for column, s in told.items()],
        [_fan(inputs, column, s, w) for column, s in told.items()],
        [w.pick(n) for n in kept["notes"]],
    )


def _line(inputs: Inputs, column: str, s: dict[str, Any], w: Words) -> Line:
    factor, unit = _scale(inputs, column, s["unit"])
    k, digits = int(np.argmax(s["mean"])), digits_for(unit)
    mean, low, high = (number(factor * values[k], digits) for values in (s["mean"], *_band(s)))
    shown = unit_name(unit, inputs.view.lang)
    reasons = [w.pick(s["why"])] if s["why"] else []
    if s["quality"]:
        reasons += [w.pick(n) for n in s["quality"]["sentences"]]
    return Line(
        inputs.title(column),
        w.pick(s["model_title"]),
        _held(s, w),
        w("un_peak_of", mean=mean, low=low, high=high, unit=shown, at=inputs.view.clock(k)),
        reasons,
    )


def _held(s: dict[str, Any], w: Words) -> str:
    """How often measurements lay within such bands; where nothing was measured that is said instead."""
    share = coverage(s)
    if s["source"] != "history" or share is None:
        return w("un_never_checked")
    return w("un_held", share=number(100 * share, 0), first=s["score"]["from"], last=s["score"]["to"])


def _fan(inputs: Inputs, column: str, s: dict[str, Any], w: Words) -> Chart:
    view = inputs.view
    factor, unit = _scale(inputs, column, s["unit"])
    digits = digits_for(unit)
    low, high = (factor * np.asarray(values, float) for values in _band(s))

    def line(values: Floats, name: str, **look: Any) -> dict[str, Any]:
        return step_line(view, values, name, unit, digits, **look)

    colour = KIND_COLOUR["pv"] if s["kind"] == "pv" else CARRIER_COLOUR["electricity"]
    planned = factor * inputs.values(column)
    mean = factor * np.asarray(s["mean"], float)
    data = [
        line(low, w("un_low"), line={"width": 0}, showlegend=False),
        line(high, w("un_band"), line={"width": 0}, fill="tonexty", fillcolor=BAND),
        line(mean, w("un_mean"), line={"color": colour}),
    ]
    if not np.allclose(planned, mean, rtol=1e-3, atol=1e-6):
        data.append(line(planned, w("un_planned"), line={"color": QUIET, "dash": "dot"}))
    layout = time_layout(view, unit_name(unit, view.lang), bands=False)
    layout["yaxis"]["rangemode"] = "tozero"
    title = w("un_fan", what=inputs.title(column))
    caption = w("un_caption", rung=w.pick(s["model_title"]), held=_held(s, w))
    return Chart(f"fan-{column}", title, caption, data, layout, HEIGHT, wide=False)


def _band(s: dict[str, Any]) -> tuple[list[float], list[float]]:
    return s["quantiles"][LOW], s["quantiles"][HIGH]


def _scale(inputs: Inputs, column: str, unit: str) -> tuple[float, str]:
    """Yields as the power of the roofs that have them."""
    roofs = [c for c in inputs.site.components if isinstance(c, PV) and c.yield_column == column]
    sizes = [c.capacity_kwp for c in roofs]
    if roofs and all(isinstance(kwp, int | float) for kwp in sizes):
        return float(sum(sizes)), "kW"  # type: ignore[arg-type]
    return 1.0, unit
