"""Bills of a year by cause beside the reference, and what a unit of each carrier costs over its life."""

from __future__ import annotations

from typing import Any

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import broken, number, plain, quantity
from ems.report.names import carrier_name
from ems.report.palette import BETTER, mix
from ems.sizing.report.key_figures import LEVELISED
from ems.sizing.report.levelised import levelised_charts
from ems.sizing.report.pieces import Section, numbers, quiet, sheet, words
from ems.sizing.report.view import StudyView, digits_beside, unit_of_figure

CENT = 0.5  # CNY a year: less is not shown
LABEL = 20
REFERENCE = "#7f8fa3"


def costs_section(view: StudyView) -> Section:
    return Section(
        "costs",
        view.say("costs"),
        before=levelised_table(view),
        figures=[*levelised_charts(view), *bills_charts(view)],
    )


def bills(view: StudyView, side: dict[str, Any]) -> dict[tuple[str, str], float]:
    """(cause, carrier of what is bought) -> a year's money."""
    found: dict[tuple[str, str], float] = {}
    for line in side["money"]["by_cause"]:
        bought = line["cause"] in ("energy", "export", "demand_charge", "fixed_charge")
        key = (str(line["cause"]), str(line["carrier"]) if bought else "")
        found[key] = found.get(key, 0.0) + float(line["year_cny"])
    return found


def bills_charts(view: StudyView) -> list[Chart]:
    sides = [bills(view, view.design), bills(view, view.reference)]
    keys = [k for k in dict.fromkeys([*sides[0], *sides[1]]) if any(abs(s.get(k, 0.0)) > CENT for s in sides)]
    if not keys:
        return []
    many = {cause for cause, carrier in keys if sum(c == cause for c, _ in keys) > 1}
    labels = [
        broken(view.cause(c) + (f" ({carrier_name(carrier, view.lang)})" if c in many and carrier else ""), LABEL)
        for c, carrier in keys
    ]
    values = [view.scaled(s.get(k, 0.0) for k in keys) for s in sides]
    peak, low = max(map(max, values)), min(0.0, *map(min, values))
    names = (view.say("design"), view.reference_title)
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": plain(name),
            "y": labels,
            "x": part,
            "marker": {"color": shade},
            "text": [number(v, digits_beside(peak)) for v in part],
            "textposition": "outside",
            "cliponaxis": False,
            "customdata": [plain(quantity(s.get(k, 0.0), "CNY", view.lang)) for k in keys],
            "hovertemplate": "%{y}: %{customdata}",
        }
        for name, part, s, shade in zip(names, values, sides, (BETTER, mix(REFERENCE, "#ffffff", 0.1)), strict=True)
    ]
    layout = base_layout()
    layout["margin"] = {"l": 20, "r": 40, "t": 10, "b": 40}
    room = 0.08 * (peak - low) if low < 0 else 0.0  # for the numbers of what is received
    layout["xaxis"] = axis(f"{view.money_unit}/a", tickangle=0, range=[1.2 * low - room, 1.18 * peak])
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "showgrid": False}
    layout["legend"] |= {"y": 1.02, "yanchor": "bottom", "traceorder": "normal"}
    layout |= {"barmode": "group", "bargap": 0.3, "bargroupgap": 0.08, "showlegend": True}
    caption = view.say("costs_caption")
    return [Chart("bills", view.say("year_bills"), caption, data, layout, 130 + 48 * len(keys))]


def levelised_table(view: StudyView) -> str:
    """What a unit of each carrier costs, of the design and of the reference."""
    pairs = [(n, view.design["levelised"].get(n), view.reference["levelised"].get(n)) for n in LEVELISED]
    rows = [(n, a, b) for n, a, b in pairs if a is not None or b is not None]
    none = view.say("carrier_not_made")
    return quiet(view.say("levelised")) + sheet(
        [
            words(view.say("figure"), [view.say(n) for n, _, _ in rows]),
            numbers(view.say("design"), [none if a is None else view.figure(n, a) for n, a, _ in rows]),
            numbers(view.reference_title, [none if b is None else view.figure(n, b) for n, _, b in rows]),
            words(view.say("unit"), [view.unit(unit_of_figure(n)) for n, _, _ in rows]),
        ],
        "levelised",
    )
