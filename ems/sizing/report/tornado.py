"""What one parameter at a time does to the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import broken, plain
from ems.report.palette import INK
from ems.sizing.report.paths import path_label, path_value
from ems.sizing.report.pieces import Choice, Section, fold, numbers, quiet, sheet, words
from ems.sizing.report.rows import done, failed_html, result, rows_of
from ems.sizing.report.view import StudyView, unit_of_figure

RESULTS = ("npv_cny", "life_cycle_cost_cny", "irr", "hydrogen_cny_per_kg", "electricity_cny_per_kwh", "emissions_t")
LOW, HIGH = "#56b4e9", "#d55e00"
LABEL = 22


@dataclass(frozen=True)
class Pair:
    """Results of one parameter at its low and its high value; none where it failed."""

    path: str
    values: tuple[Any, Any]
    results: tuple[float | None, float | None]

    def spread(self, base: float) -> float:
        return max((abs(x - base) for x in self.results if x is not None), default=0.0)


def tornado_section(view: StudyView) -> Section:
    title = view.say("tornado")
    if not rows_of(view, "sensitivity"):
        return Section("tornado", title)
    told = [n for n in RESULTS if pairs(view, n)]
    options = [(view.say(n), tornado_chart(view, n)) for n in told]
    choice = [Choice("tornado", "", "", view.say("select_result"), options)] if options else []
    inner = "".join(tornado_table(view, n) for n in told)
    tables = fold(view.say("table_of", what=view.say("parameter")), inner) if told else ""
    return Section(
        "tornado", title, quiet(view.say("tornado_caption")), choice, tables + failed_html(view, "sensitivity")
    )


def base_of(view: StudyView, name: str) -> float | None:
    compared = {k: x for k, x in view.content["compared"].items() if isinstance(x, int | float)}
    return result({**view.design, "compared": compared}, name)


def pairs(view: StudyView, name: str) -> list[Pair]:
    """Every parameter with its results, the strongest first; none where the result is undefined."""
    base = base_of(view, name)
    if base is None:
        return []
    by_path: dict[str, dict[Any, float | None]] = {}
    for row in done(view, "sensitivity"):
        for path, value in row["set"].items():
            by_path.setdefault(path, {})[value] = result(row, name)
    found = []
    for path, limits in view.study["sensitivity"].items():
        got = by_path.get(path, {})
        pair = Pair(path, (limits[0], limits[1]), (got.get(limits[0]), got.get(limits[1])))
        if any(x is not None for x in pair.results):
            found.append(pair)
    return sorted(found, key=lambda p: -p.spread(base))


def shown(view: StudyView, name: str, x: float) -> float:
    unit = unit_of_figure(name)
    return x / view.money_scale if unit == "CNY" else 100 * x if unit == "%" else x


def unit_shown(view: StudyView, name: str) -> str:
    unit = unit_of_figure(name)
    return view.money_unit if unit == "CNY" else unit if unit == "%" else view.unit(unit)


def tornado_chart(view: StudyView, name: str) -> Chart:
    base = base_of(view, name)
    assert base is not None
    found = pairs(view, name)
    labels = [broken(path_label(view, p.path), LABEL) for p in found]
    zero = shown(view, name, base)
    ends = [shown(view, name, x) for p in found for x in p.results if x is not None]
    room = 0.16 * ((max([*ends, zero]) - min([*ends, zero])) or 1.0)
    data = []
    for side, (key, shade) in enumerate((("low_value", LOW), ("high_value", HIGH))):
        got = [p.results[side] for p in found]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": view.say(key),
                "y": labels,
                "base": float(f"{zero:.7g}"),
                "x": [None if x is None else float(f"{shown(view, name, x) - zero:.6g}") for x in got],
                "marker": {"color": shade},
                "text": [plain(path_value(p.path, p.values[side])) for p in found],
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": [plain(view.money(x) if name.endswith("_cny") else view.with_unit(name, x)) for x in got],
                "hovertemplate": "%{y} = %{text}: %{customdata}<extra></extra>",
            }
        )
    layout = base_layout()
    layout["margin"] = {"l": 20, "r": 30, "t": 30, "b": 40}
    layout["xaxis"] = axis(
        unit_shown(view, name), range=[min([*ends, zero]) - room, max([*ends, zero]) + room], zeroline=False
    )
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "showgrid": False}
    middle = {"type": "line", "x0": zero, "x1": zero, "y0": 0, "y1": 1, "yref": "paper"}
    layout["shapes"] = [middle | {"line": {"color": INK, "width": 1.5}}]
    layout |= {"barmode": "overlay", "bargap": 0.35, "showlegend": True}
    layout["legend"] |= {"y": 1.02, "yanchor": "bottom", "traceorder": "normal"}
    return Chart(f"tornado-{name}", "", "", data, layout, 130 + 44 * len(found))


def tornado_table(view: StudyView, name: str) -> str:
    """The same in numbers: parameter, values, results."""
    found = pairs(view, name)

    def cell(x: float | None) -> str:
        return view.figure(name, x)

    unit = unit_of_figure(name)
    return sheet(
        [
            words(view.say(name), [path_label(view, p.path) for p in found]),
            numbers(view.say("low"), [path_value(p.path, p.values[0]) for p in found]),
            numbers(view.say("high"), [path_value(p.path, p.values[1]) for p in found]),
            numbers(
                view.say("low_value"), [cell(p.results[0]) for p in found], unit if unit == "%" else view.unit(unit)
            ),
            numbers(view.say("this_design"), [cell(base_of(view, name))] * len(found)),
            numbers(view.say("high_value"), [cell(p.results[1]) for p in found]),
        ],
        "tornado",
    )
