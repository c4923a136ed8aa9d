"""The year hour by hour: fields of 24 x 365 hours, and load duration curves."""

from __future__ import annotations

import numpy as np

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import plain
from ems.report.palette import INK, QUIET, colour
from ems.sizing.report.field import field_of, is_flat
from ems.sizing.report.pieces import Choice, Section
from ems.sizing.report.view import StudyView
from ems.sizing.series import DERIVED

POINTS = 400  # of a duration curve
CURVES = {  # derived series -> colour
    "electricity.pv_kw": "#f0b400",
    "electricity.residual_kw": INK,
}


def year_section(view: StudyView) -> Section:
    columns = view.design["series"]["columns"]
    options = [
        (series_label(view, n), field_of(n, columns[n], view.say("hour"))) for n in columns if not is_flat(columns[n])
    ]
    if not options:
        return Section("year", view.say("maps"))
    maps = Choice("maps", view.say("field"), view.say("maps_caption"), view.say("select_series"), options)
    return Section("year", view.say("maps"), figures=[maps, *duration_charts(view)])


def series_label(view: StudyView, name: str) -> str:
    """Device and quantity, such as "battery: level"."""
    owner, _, _ = name.partition(".")
    column = view.design["series"]["columns"][name]
    meaning = view.pick(column["meaning"])
    return meaning if name in DERIVED else f"{view.label(owner)}: {meaning}"


def duration_charts(view: StudyView) -> list[Chart]:
    """Powers sorted from high to low, thinned where a curve has more points than a picture."""
    data = []
    for name, column in view.design["series"]["columns"].items():
        if column["unit"] != "kW" or is_flat(column):
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
