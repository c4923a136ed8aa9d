"""What all figures share: layout, time axis, tariff bands, steps. Figures are plain dictionaries in plotly's terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from ems.report.formats import plain, unit_name
from ems.report.names import band_name
from ems.report.palette import BAND_COLOUR, INK, LINE, PAPER, QUIET
from ems.report.runs import runs
from ems.report.view import Floats, PlanView

FONT = "system-ui, 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', 'Segoe UI', sans-serif"


@dataclass(frozen=True)
class Chart:
    """One figure with its heading; ``key`` is unique in a report, ``wide`` takes the whole width."""

    key: str
    title: str
    caption: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    height: int = 380
    wide: bool = True
    least_width: int = 0  # narrower than this the figure scrolls sideways


def base_layout() -> dict[str, Any]:
    return {
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 60, "r": 20, "t": 24, "b": 40},
        "modebar": {"bgcolor": "rgba(255, 255, 255, 0.7)", "color": QUIET, "activecolor": INK},
        "hoverlabel": {"font": {"family": FONT, "size": 12}, "namelength": -1},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.14, "yanchor": "top", "itemwidth": 40},
    }


def time_layout(view: PlanView, y_title: str, *, bands: bool = True) -> dict[str, Any]:
    """Layout with the local clock below and the tariff bands behind."""
    layout = base_layout()
    ticks = clock_ticks(view)
    layout["xaxis"] = {
        "type": "date",
        "range": [iso(view, 0), iso(view, view.steps)],
        "tickmode": "array",
        "tickvals": [iso(view, k) for k in ticks],
        "ticktext": [view.clock(k) for k in ticks],
        "tickangle": 0,
        "hoverformat": "%H:%M",
        "gridcolor": LINE,
        "linecolor": QUIET,
        "ticks": "outside",
        "zeroline": False,
    }
    layout["yaxis"] = axis(y_title)
    layout["hovermode"] = "x unified"
    if bands:
        layout["shapes"], layout["annotations"] = band_shapes(view)
    return layout


def axis(title: str, **more: Any) -> dict[str, Any]:
    return {
        "title": {"text": title, "standoff": 6, "font": {"size": 12, "color": QUIET}},
        "gridcolor": LINE,
        "zerolinecolor": INK,
        "zerolinewidth": 1.2,
        "separatethousands": True,
        "exponentformat": "none",
        "automargin": True,
        **more,
    }


def iso(view: PlanView, edge: float) -> str:
    """Edge of a step on the axis: time passed since the local midnight, so that no hour appears twice."""
    return (view.start + timedelta(hours=edge * view.step_h)).isoformat(timespec="seconds")


def clock_ticks(view: PlanView, most: int = 9) -> list[int]:
    """Edges to label: every 1, 2, 3, 6, 12 or 24 hours, so that no more than ``most`` labels are needed."""
    per_hour = 1 / view.step_h
    hours = view.steps / per_hour
    apart = next((h for h in (1, 2, 3, 6, 12, 24) if hours / h < most), 24)
    return [k for k in range(view.steps + 1) if k % round(apart * per_hour) == 0]


def band_shapes(view: PlanView) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Tariff bands behind a figure, each named at the top."""
    shapes, labels = [], []
    for first, end, band in runs(view.bands):
        shapes.append(
            {
                "type": "rect",
                "layer": "below",
                "xref": "x",
                "yref": "paper",
                "x0": iso(view, first),
                "x1": iso(view, end),
                "y0": 0,
                "y1": 1,
                "line": {"width": 0},
                "fillcolor": BAND_COLOUR.get(band, BAND_COLOUR["F"]),
            }
        )
        labels.append(
            {
                "name": f"hours:{(end - first) * view.step_h:g}",  # the page hides it where it finds too little room
                "text": plain(band_name(band, view.lang)),
                "xref": "x",
                "yref": "paper",
                "x": iso(view, (first + end) / 2),
                "y": 1,
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 10, "color": QUIET},
            }
        )
    return shapes, labels


def hours_axis(view: PlanView, half: bool = False) -> dict[str, Any]:
    """x of series with one value per step, as plotly's start and spacing."""
    return {"x0": iso(view, 0.5 if half else 0), "dx": view.step_h * 3_600_000}


def step_line(view: PlanView, values: Floats, name: str, unit: str, digits: int, **more: Any) -> dict[str, Any]:
    """Left-labelled means as steps; the last step reaches to the end of the day."""
    shown = unit_name(unit, view.lang)
    line = {"shape": "hv", "width": 2} | more.pop("line", {})
    return {
        "type": "scatter",
        "mode": "lines",
        **hours_axis(view),
        "y": numbers(np.append(values, values[-1:])),
        "name": plain(name),
        "line": line,
        "hovertemplate": f"%{{y:,.{digits}f}} {plain(shown)}",
        **more,
    }


def numbers(x: Floats, least: float = 0.0) -> list[float | None]:
    """Values for a figure with six digits; what is no number, or not above ``least``, becomes a gap."""
    return [float(f"{v:.6g}") if np.isfinite(v) and abs(v) >= least else None for v in x.tolist()]
