"""A year or less as a field: days across, hours upwards; the page fills in the values of a series by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import digits_for, plain
from ems.report.palette import QUIET

SCALE = "Cividis"  # told apart by all, and in grey on paper
BOTH_WAYS = "RdBu"
YEAR_LIKE = 2000  # hours: a longer series has months below it


def is_flat(column: Mapping[str, Any]) -> bool:
    """Whether all values that are known are the same, or none is."""
    return len({x for x in column["values"] if x is not None}) < 2


def field_of(name: str, column: Mapping[str, Any], hour: str) -> Chart:
    """The field of a series; ``hour`` is the word for an hour of the day."""
    unit, values = str(column["unit"]), column["values"]
    known = [x for x in values if x is not None]
    low, high = min(known), max(known)
    two_sided = low < -0.02 * high
    span = max(abs(low), abs(high))
    trace: dict[str, Any] = {
        "type": "heatmap",
        "series": name,
        "colorscale": BOTH_WAYS if two_sided else SCALE,
        "reversescale": two_sided,
        "zmin": -span if two_sided else min(0.0, low),
        "zmax": span if two_sided else high,
        "colorbar": {
            "title": {"text": plain(unit), "side": "top"},
            "thickness": 12,
            "outlinewidth": 0,
            "len": 1.05,
            "tickfont": {"color": QUIET},
            "tickformat": ",",
        },
        "hovertemplate": f"%{{x|%m-%d}} %{{y:.0f}} {hour}: %{{z:,.{digits_for(unit)}f}} {plain(unit)}<extra></extra>",
    }
    layout = base_layout()
    layout["margin"] = {"l": 45, "r": 10, "t": 24, "b": 30}
    layout["xaxis"] = {
        "type": "date",
        "tickformat": "%m-%d" if len(values) < YEAR_LIKE else "%m",
        "nticks": 13,
        "showgrid": False,
        "linecolor": QUIET,
        "ticks": "outside",
        "tickangle": 0,
    }
    if len(values) >= YEAR_LIKE:
        layout["xaxis"] |= {"dtick": "M1", "ticklabelmode": "period"}
    layout["yaxis"] = axis("", range=[0, 24], tickvals=[0, 6, 12, 18, 24], showgrid=False, zeroline=False)
    return Chart(f"map-{name}", "", "", [trace], layout, 300)
