"""What a unit of each carrier is made of: the share of every component in its levelised cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import broken, digits_for, number, plain
from ems.report.palette import colour
from ems.sizing.levelised import NAMES, UNUSED
from ems.sizing.report.pieces import Choice
from ems.sizing.report.view import StudyView, unit_of_figure

LEAST = 0.01  # of the largest share: smaller ones are summed up
LABEL = 20
ROOF = "pv"


def shares(park: Mapping[str, Any], tax: float, carrier: str) -> dict[str, float]:
    """Component -> what it adds to the levelised cost of a carrier [CNY/kWh or CNY/kg]; together they make it.

    The system of `ems.sizing.levelised` is linear in the costs of the components, so each can be solved for alone.
    """
    flows = park["allocation"]
    live = [bus for bus, x in flows["used"].items() if x > UNUSED]
    passed = np.array([[flows["passed"][to].get(bus, 0.0) for bus in live] for to in live])
    matrix = np.diag([flows["used"][bus] for bus in live]) - passed
    taken = flows["taken"].get(carrier, {})
    weight = np.array([taken.get(bus, 0.0) for bus in live]) / sum(taken.values())
    per_cost = np.linalg.solve(matrix.T, weight)  # what a CNY spent on each bus adds
    found = {}
    for name, home in flows["home"].items():
        own = park["money"]["by_component"][name]["annual_cny"] / (1 - tax)
        found[name] = float(own * sum(per_cost[k] * home.get(bus, 0.0) for k, bus in enumerate(live)))
    return found


def merged(view: StudyView, found: Mapping[str, float]) -> dict[str, float]:
    """Shares with those of all roofs as one, under the name of their kind."""
    roofs = {c for c in found if view.kind(c) == ROOF}
    if len(roofs) < 2:
        return dict(found)
    others = {c: x for c, x in found.items() if c not in roofs}
    return {ROOF: sum(found[c] for c in roofs), **others}


def levelised_charts(view: StudyView) -> list[Choice]:
    """Stacked bars of both parks, one choice for each carrier that is used."""
    options = []
    for carrier, key in NAMES.items():
        if view.design["levelised"][key] is not None:
            options.append((view.say(key), _chart(view, carrier, key)))
    if not options:
        return []
    title, caption = view.say("levelised_shares"), view.say("levelised_caption")
    return [Choice("levelised", title, caption, view.say("select_carrier"), options)]


def _chart(view: StudyView, carrier: str, key: str) -> Chart:
    sides = [(view.say("design"), view.design), (view.reference_title, view.reference)]
    parts = [
        (broken(name, LABEL), merged(view, shares(side, float(view.economics["tax"]["rate"]), carrier)))
        for name, side in sides
        if side["levelised"][key] is not None
    ]
    least = LEAST * max(abs(x) for _, found in parts for x in found.values())
    every = dict.fromkeys(name for _, found in parts for name in found)
    named = [c for c in every if any(abs(found.get(c, 0.0)) > least for _, found in parts)]
    unit = unit_of_figure(key)
    digits = digits_for(unit)
    data = []
    for c in named:
        kind = view.kind(c) or c
        label = view.label(c) if view.kind(c) else view.kind_label(c)
        shade = {"marker": {"color": colour(kind, view.nth(c))}}
        data.append(_bar(view, label, [found.get(c, 0.0) for _, found in parts], parts, unit, digits) | shade)
    rest = [sum(x for c, x in found.items() if c not in named) for _, found in parts]
    if any(abs(x) > 1e-9 for x in rest):
        data.append(_bar(view, view.say("small_flows"), rest, parts, unit, digits) | {"marker": {"color": "#b9c2cc"}})
    totals = [sum(found.values()) for _, found in parts]
    layout = base_layout()
    layout["margin"] = {"l": 20, "r": 60, "t": 10, "b": 40}
    layout["xaxis"] = axis(view.unit(unit), tickangle=0)
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "showgrid": False}
    layout |= {"barmode": "relative", "bargap": 0.4, "showlegend": True}
    layout["legend"] |= {"traceorder": "normal", "y": -0.35}
    layout["annotations"] = [
        {
            "x": sum(max(x, 0.0) for x in found.values()),
            "y": name,
            "text": f"<b>{number(total, digits)}</b>",
            "showarrow": False,
            "xanchor": "left",
            "xshift": 6,
        }
        for (name, found), total in zip(parts, totals, strict=True)
    ]
    return Chart("levelised", "", "", data, layout, 250)


def _bar(
    view: StudyView, name: str, values: list[float], parts: list[tuple[str, dict[str, float]]], unit: str, digits: int
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": plain(name),
        "y": [side for side, _ in parts],
        "x": [float(f"{x:.6g}") for x in values],
        "hovertemplate": f"%{{x:,.{digits}f}} {plain(view.unit(unit))}",
    }
