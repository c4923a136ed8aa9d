"""What to build: sizes with their bounds, what binds and what one more unit is worth, and where the money goes."""

from __future__ import annotations

from typing import Any

from ems.report.cells import Cells
from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import broken, number, plain, quantity
from ems.report.palette import colour
from ems.sizing.report.heading import is_built
from ems.sizing.report.pieces import Section, numbers, quiet, sheet, words
from ems.sizing.report.view import StudyView, digits_beside, size_number
from ems.sizing.worth import payments

LABEL = 20  # letters in a line of the axis


def sizes_section(view: StudyView) -> Section:
    return Section(
        "sizes",
        view.say("sizes"),
        before=quiet(view.say("sizes_caption" if _has_duals(view) else "sizes_no_duals")) + sizes_table(view),
        figures=investment_charts(view),
    )


def _has_duals(view: StudyView) -> bool:
    bounds: dict[str, Any] = view.design["bounds"]
    return any(b["worth_cny"] for b in bounds.values())


def sizes_table(view: StudyView) -> str:
    return sheet(sizes_columns(view), "sizes")


def sizes_columns(view: StudyView) -> list[Cells]:
    names, bounds = list(view.sizes), view.design["bounds"]
    rows = [(n, view.sizes[n], bounds.get(n)) for n in names]
    worth = [_worth(view, b, s["unit"]) for _, s, b in rows]
    columns = [
        words(view.say("size"), [view.size_label(n) for n in names]),
        numbers(view.say("chosen"), [size_number(s["value"]) for _, s, _ in rows]),
        words(view.say("unit"), [s["unit"] for _, s, _ in rows]),
        numbers(view.say("lowest"), [size_number(b["min"]) if b else "" for _, _, b in rows]),
        numbers(view.say("highest"), [size_number(b["max"]) if b else "" for _, _, b in rows]),
        words(view.say("state"), [_state(view, n, b) for n, _, b in rows]),
    ]
    if _has_duals(view):
        columns.append(numbers(view.say("one_more"), worth))
    capex = [capex_of(view, n) for n in names]
    columns.append(numbers(view.say("capex"), [number(x) for x in capex], view.unit("CNY")))
    return columns


def capex_of(view: StudyView, name: str) -> float:
    """Capex of a size before incentives, in money of the base year [CNY]."""
    p = payments(view.model.costs[view.model.sizes[name].cost], view.model.economics)
    return float(view.sizes[name]["value"] * (p.capex - p.incentives)[0])


def _worth(view: StudyView, bound: dict[str, Any] | None, unit: str) -> str:
    if not bound or bound["at"] == "free" or not bound["worth_cny"]:
        return ""
    return quantity(bound["worth_cny"], f"CNY/{unit}/a", view.lang, digits=2, signed=True)


def _state(view: StudyView, name: str, bound: dict[str, Any] | None) -> str:
    if not is_built(view, name):
        return view.say("not_built")
    return view.say(f"at_{bound['at']}") if bound else ""


def investment_charts(view: StudyView) -> list[Chart]:
    """Capex by device, largest first."""
    found = [(name, float(x["capex_cny"])) for name, x in view.design["money"]["by_component"].items()]
    parts = sorted(((n, x) for n, x in found if x > 0), key=lambda p: -p[1])
    if not parts:
        return []
    values = view.scaled(x for _, x in parts)
    layout = base_layout()
    layout |= {"margin": {"l": 20, "r": 60, "t": 10, "b": 40}, "showlegend": False, "bargap": 0.35}
    layout["xaxis"] = axis(view.money_unit, tickangle=0, range=[0, 1.15 * max(values)])
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "showgrid": False}
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "y": [broken(view.label(n), LABEL) for n, _ in parts],
            "x": values,
            "marker": {"color": [colour(view.kind(n), view.nth(n)) for n, _ in parts]},
            "text": [number(v, digits_beside(max(values))) for v in values],
            "textposition": "outside",
            "cliponaxis": False,
            "customdata": [plain(quantity(x, "CNY", view.lang)) for _, x in parts],
            "hovertemplate": "%{y}: %{customdata}<extra></extra>",
        }
    ]
    caption = view.say("investments_caption")
    return [Chart("investments", view.say("investments"), caption, data, layout, 80 + 32 * len(parts))]
