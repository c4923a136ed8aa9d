"""The energy of the day as a Sankey diagram."""

from __future__ import annotations

from ems.report.chart import Chart, base_layout
from ems.report.energy_day import energy_day
from ems.report.formats import number, plain
from ems.report.palette import LINE, faint
from ems.report.view import PlanView


def sankey_charts(view: PlanView) -> list[Chart]:
    day = energy_day(view)
    linked = {key for pair in day.links for key in pair}
    nodes = [n for n in day.nodes.values() if n.key in linked]
    if not nodes:
        return []
    place = {n.key: k for k, n in enumerate(nodes)}
    through = {n.key: max(day.inflow(n.key), day.outflow(n.key)) for n in nodes}
    labels = [f"{plain(n.label)} {number(through[n.key])}" for n in nodes]
    links = sorted(day.links.items(), key=lambda item: (place[item[0][0]], place[item[0][1]]))
    data = [
        {
            "type": "sankey",
            "arrangement": "snap",
            "valueformat": ",.0f",
            "valuesuffix": " kWh",
            "node": {
                "label": labels,
                "color": [n.colour for n in nodes],
                "pad": 14,
                "thickness": 14,
                "line": {"color": LINE, "width": 0.5},
                "hovertemplate": "%{label} kWh<extra></extra>",
            },
            "link": {
                "source": [place[a] for (a, _), _ in links],
                "target": [place[b] for (_, b), _ in links],
                "value": [float(f"{x:.9g}") for _, x in links],
                "color": [faint(day.nodes[a].colour, 0.35) for (a, _), _ in links],
                "customdata": [[plain(day.nodes[a].label), plain(day.nodes[b].label)] for (a, b), _ in links],
                "hovertemplate": "%{customdata[0]} → %{customdata[1]}<br>%{value:,.0f} kWh<extra></extra>",
            },
        }
    ]
    layout = base_layout()
    layout["font"]["size"] = 11
    layout["margin"] = {"l": 8, "r": 56, "t": 32, "b": 16}
    height = max(480, 26 * len(nodes))
    return [Chart("sankey", view.say("sankey"), view.say("sankey_caption"), data, layout, height, least_width=900)]
