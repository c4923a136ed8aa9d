"""The energy of the day as a Sankey diagram."""

from __future__ import annotations

from ems.report.chart import Chart, base_layout
from ems.report.energy_day import Node, energy_day
from ems.report.formats import broken, number, plain
from ems.report.palette import LINE, faint
from ems.report.view import PlanView

TALL = 0.04  # of all that comes in: boxes with room for two lines


def sankey_charts(view: PlanView) -> list[Chart]:
    day = energy_day(view)
    linked = {key for pair in day.links for key in pair}
    nodes = [n for n in day.nodes.values() if n.key in linked]
    if not nodes:
        return []
    place = {n.key: k for k, n in enumerate(nodes)}
    through = {n.key: max(day.inflow(n.key), day.outflow(n.key)) for n in nodes}
    tall = TALL * sum(x for (a, _), x in day.links.items() if not day.inflow(a))
    labels = [_label(n, through[n.key], through[n.key] > tall) for n in nodes]
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
                "pad": 18,
                "thickness": 14,
                "line": {"color": LINE, "width": 0.5},
                "customdata": [plain(n.label) for n in nodes],
                "hovertemplate": "%{customdata}<br>%{value:,.0f} kWh<extra></extra>",
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
    return [Chart("sankey", view.say("sankey"), view.say("sankey_caption"), data, layout, height, least_width=1040)]


def _label(node: Node, kwh: float, tall: bool) -> str:
    """Name and amount; a box that is tall enough carries them in short lines."""
    text = f"{node.label} {number(kwh)}"
    if not tall:
        return plain(text)
    return broken(text, 10 if node.key.startswith("bus:") else 16)
