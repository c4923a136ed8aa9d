"""Every combination of the grid of scenarios: a field where two parameters vary, a table always."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import plain
from ems.sizing.report.paths import path_label, path_value
from ems.sizing.report.pieces import Choice, Section, numbers, quiet, sheet, words
from ems.sizing.report.rows import done, failed_html, result, rows_of
from ems.sizing.report.scenarios import COLUMNS
from ems.sizing.report.tornado import RESULTS, shown, unit_shown
from ems.sizing.report.view import StudyView, unit_of_figure


def grid_section(view: StudyView) -> Section:
    rows = rows_of(view, "grid")
    if not rows:
        return Section("grid", view.say("grid"))
    return Section(
        "grid",
        view.say("grid"),
        before=quiet(view.say("grid_caption")),
        figures=fields(view),
        after=grid_table(view) + failed_html(view, "grid"),
    )


def fields(view: StudyView) -> list[Choice]:
    """One field for each result and each combination of the parameters beyond the first two."""
    axes: dict[str, list[Any]] = {p: list(v) for p, v in view.study["grid"].items() if len(v) > 1}
    if len(axes) < 2:
        return []
    (x, xs), (y, ys), *others = axes.items()
    options = []
    for name in RESULTS:
        if not any(result(r, name) is not None for r in done(view, "grid")):
            continue
        for combination in product(*(values for _, values in others)):
            fixed = dict(zip((p for p, _ in others), combination, strict=True))
            more = "; ".join(f"{path_label(view, p)} = {path_value(p, v)}" for p, v in fixed.items())
            title = f"{view.say(name)} ({more})" if more else view.say(name)
            options.append((title, field(view, name, (x, xs), (y, ys), fixed)))
    return [Choice("grid", "", "", view.say("select_result"), options)] if options else []


def field(
    view: StudyView, name: str, x: tuple[str, list[Any]], y: tuple[str, list[Any]], fixed: Mapping[str, Any]
) -> Chart:
    found = {tuple(r["set"].get(p) for p in (x[0], y[0], *fixed)): result(r, name) for r in done(view, "grid")}
    z, text = [], []
    for b in y[1]:
        got = [found.get((a, b, *fixed.values())) for a in x[1]]
        z.append([None if v is None else float(f"{shown(view, name, v):.6g}") for v in got])
        text.append(["" if v is None else _cell(view, name, v) for v in got])
    trace = {
        "type": "heatmap",
        "x": [plain(path_value(x[0], v)) for v in x[1]],
        "y": [plain(path_value(y[0], v)) for v in y[1]],
        "z": z,
        "text": text,
        "texttemplate": "%{text}",
        "colorscale": "Cividis",
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": f"{plain(path_label(view, x[0]))} %{{x}}<br>{plain(path_label(view, y[0]))} %{{y}}<br>"
        f"%{{text}} {plain(unit_shown(view, name))}<extra></extra>",
        "colorbar": {"title": {"text": plain(unit_shown(view, name)), "side": "top"}, "thickness": 12},
    }
    layout = base_layout()
    layout["margin"] = {"l": 60, "r": 10, "t": 24, "b": 50}
    layout["xaxis"] = axis(plain(path_label(view, x[0])), type="category", showgrid=False)
    layout["yaxis"] = axis(plain(path_label(view, y[0])), type="category", showgrid=False)
    return Chart("grid", "", "", [trace], layout, 120 + 56 * len(y[1]))


def _cell(view: StudyView, name: str, x: float) -> str:
    return view.money(x).partition(" ")[0] if unit_of_figure(name) == "CNY" else view.figure(name, x)


def grid_table(view: StudyView) -> str:
    rows, paths = done(view, "grid"), list(view.study["grid"])
    columns = [words(path_label(view, p), [path_value(p, r["set"].get(p)) for r in rows]) for p in paths]
    for name in COLUMNS:
        if any(result(r, name) is not None for r in rows):
            unit = unit_of_figure(name)
            cells = [view.figure(name, result(r, name)) for r in rows]
            columns.append(numbers(view.say(name), cells, unit if unit == "%" else view.unit(unit)))
    return sheet(columns, "grid")
