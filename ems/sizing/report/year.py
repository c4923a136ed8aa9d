"""The year hour by hour: fields of 24 x 365 hours, and load duration curves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import digits_for, plain
from ems.report.palette import INK, QUIET, colour
from ems.sizing.report.pieces import Choice, Section
from ems.sizing.report.view import StudyView
from ems.sizing.series import DERIVED

SCALE = "Cividis"  # told apart by all, and in grey on paper
BOTH_WAYS = "RdBu"
POINTS = 400  # of a duration curve
CURVES = {  # derived series -> colour
    "electricity.pv_kw": "#f0b400",
    "electricity.residual_kw": INK,
}


def year_section(view: StudyView) -> Section:
    columns = view.design["series"]["columns"]
    options = [(series_label(view, n), field_chart(view, n)) for n in columns if not _flat(view, n)]
    if not options:
        return Section("year", view.say("maps"))
    maps = Choice("maps", view.say("field"), view.say("maps_caption"), view.say("select_series"), options)
    return Section("year", view.say("maps"), figures=[maps, *duration_charts(view)])


def _flat(view: StudyView, name: str) -> bool:
    values = view.design["series"]["columns"][name]["values"]
    return bool(max(values) == min(values))


def series_label(view: StudyView, name: str) -> str:
    """Device and quantity, such as "battery: level"."""
    owner, _, _ = name.partition(".")
    column = view.design["series"]["columns"][name]
    meaning = view.pick(column["meaning"])
    return meaning if name in DERIVED else f"{view.label(owner)}: {meaning}"


def field_chart(view: StudyView, name: str) -> Chart:
    """Days across, hours upwards; the page fills in the values."""
    column = view.design["series"]["columns"][name]
    unit, values = str(column["unit"]), column["values"]
    low, high = min(values), max(values)
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
        "hovertemplate": f"%{{x|%m-%d}} %{{y:.0f}} {view.say('hour')}: %{{z:,.{digits_for(unit)}f}} {plain(unit)}"
        "<extra></extra>",
    }
    layout = base_layout()
    layout["margin"] = {"l": 45, "r": 10, "t": 24, "b": 30}
    layout["xaxis"] = {
        "type": "date",
        "tickformat": "%m-%d" if len(values) < 2000 else "%m",
        "nticks": 13,
        "showgrid": False,
        "linecolor": QUIET,
        "ticks": "outside",
        "tickangle": 0,
    }
    if len(values) >= 2000:
        layout["xaxis"] |= {"dtick": "M1", "ticklabelmode": "period"}
    layout["yaxis"] = axis("", range=[0, 24], tickvals=[0, 6, 12, 18, 24], showgrid=False, zeroline=False)
    return Chart(f"map-{name}", "", "", [trace], layout, 300)


def duration_charts(view: StudyView) -> list[Chart]:
    """Powers sorted from high to low, thinned where a curve has more points than a picture."""
    data = []
    for name, column in view.design["series"]["columns"].items():
        if column["unit"] != "kW" or _flat(view, name):
            continue
        values = np.sort(np.asarray(column["values"], float))[::-1]
        hours = 8760 / len(values) * np.arange(1, len(values) + 1)
        kept = np.unique(np.linspace(0, len(values) - 1, min(POINTS, len(values))).round().astype(int))
        owner = name.partition(".")[0]
        main = name in ("grid.import_kw", "electricity.residual_kw")
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": plain(series_label(view, name)),
                "x": [float(f"{h:.6g}") for h in hours[kept]],
                "y": [float(f"{v:.5g}") for v in values[kept]],
                "line": {
                    "color": CURVES.get(name) or colour(view.kind(owner), view.nth(owner)),
                    "width": 3 if main else 1.6,
                    "dash": "dot" if name in DERIVED else "solid",
                },
                "hovertemplate": "%{y:,.0f} kW",
            }
        )
    if not data:
        return []
    layout = base_layout()
    layout["xaxis"] = axis(view.say("duration_axis"), zeroline=False, linecolor=QUIET)
    layout["yaxis"] = axis("kW")
    layout |= {"hovermode": "x unified", "showlegend": True}
    layout["legend"] |= {"y": -0.2}
    return [Chart("duration", view.say("duration"), view.say("duration_caption"), data, layout, 440)]
