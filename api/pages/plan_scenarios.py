"""What the page of a plan shows of the scenarios it was made under: sentences, one line for each, a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from api.pages.environment import Words
from api.pages.words_uncertainty import UNCERTAINTY
from ems.report.chart import Chart, step_line, time_layout
from ems.report.formats import number, unit_name
from ems.report.palette import INK
from ems.report.scenarios import scenario_cells, scenario_texts
from ems.report.tables import table
from ems.report.view import PlanView

COLOUR = "rgba(0, 114, 178, {opacity:.2f})"
FAINT, DARK = 0.25, 0.9  # of lines of the least and of the most likely scenario


@dataclass(frozen=True)
class Scenarios:
    figures: list[tuple[str, str]]  # what, how much
    texts: list[str]
    cells: Markup


def scenarios(view: PlanView) -> Scenarios | None:
    """None where the plan is for the expected day alone."""
    told = view.content.get("stochastic")
    if not told or not told["scenarios"]:
        return None
    w, value = Words(view.lang, UNCERTAINTY), told["value"] or {}
    amounts = {
        "us_expected": told["expected_cny"],
        "us_cvar": told["cvar_cny"],
        "us_vss": value.get("stochastic_cny"),
        "us_evpi": value.get("information_cny"),
    }
    unit = unit_name("CNY", view.lang)
    shown = [(w(key), w("us_unknown") if x is None else f"{number(x)} {unit}") for key, x in amounts.items()]
    return Scenarios(shown, scenario_texts(view), Markup(table(scenario_cells(view), name="scenarios")))


def scenario_charts(view: PlanView) -> list[Chart]:
    """Exchange with each grid: as planned, and in every scenario; the darker the likelier."""
    told = view.content.get("stochastic")
    if not told:
        return []
    w = Words(view.lang, UNCERTAINTY)
    return [
        _chart(view, w, name, grid, [s["weight"] for s in told["scenarios"]]) for name, grid in told["grids"].items()
    ]


def _chart(view: PlanView, w: Words, name: str, grid: dict[str, Any], weights: list[float]) -> Chart:
    most = max(weights)
    data = [
        step_line(
            view,
            np.asarray(values, float),
            w("us_scenario", share=number(100 * weight, 0)),
            "kW",
            0,
            line={"width": 1.2, "color": COLOUR.format(opacity=FAINT + (DARK - FAINT) * weight / most)},
        )
        for weight, values in zip(weights, grid["exchange_kw"], strict=True)
    ]
    planned = np.asarray(grid["planned_kw"], float)
    data.append(step_line(view, planned, w("us_planned"), "kW", 0, line={"color": INK, "width": 2.5}))
    title = w("us_chart", grid=view.label(name))
    return Chart(f"scenarios-{name}", title, w("us_chart_caption"), data, time_layout(view, "kW"), 340)
