"""Named scenarios beside the design."""

from __future__ import annotations

from typing import Any

from ems.sizing.report.pieces import Section, numbers, quiet, sheet, words
from ems.sizing.report.rows import differs, done, failed_html, result, row_name, rows_of
from ems.sizing.report.view import StudyView, size_number, unit_of_figure

COLUMNS = (
    "capex_cny",
    "annual_cost_cny",
    "npv_cny",
    "irr",
    "payback_years",
    "hydrogen_cny_per_kg",
    "electricity_cny_per_kwh",
    "emissions_t",
    "renewable_share",
)


def scenarios_section(view: StudyView) -> Section:
    if not rows_of(view, "scenario"):
        return Section("scenarios", view.say("scenarios"))
    return Section(
        "scenarios",
        view.say("scenarios"),
        before=quiet(view.say("scenarios_caption")) + scenarios_table(view) + sizes_of_scenarios(view),
        after=failed_html(view, "scenario"),
    )


def own_row(view: StudyView) -> dict[str, Any]:
    """The design as the first line of the table."""
    d = view.design
    sizes = {n: s["value"] for n, s in d["sizes"].items()}
    return {**d, "sizes": sizes, "compared": view.content["compared"], "set": {}, "name": "", "group": "base"}


def scenarios_table(view: StudyView) -> str:
    rows = [own_row(view), *done(view, "scenario")]
    names = [view.say("this_design"), *(row_name(view, r) for r in rows[1:])]
    columns = [words(view.say("scenario"), names), words(view.say("differs"), [differs(view, r) for r in rows])]
    for name in COLUMNS:
        if any(result(r, name) is not None for r in rows):
            unit = unit_of_figure(name)
            cells = [view.figure(name, result(r, name)) for r in rows]
            columns.append(numbers(view.say(name), cells, unit if unit == "%" else view.unit(unit)))
    return sheet(columns, "scenarios")


def sizes_of_scenarios(view: StudyView) -> str:
    """Sizes side by side, one column a scenario."""
    rows = [own_row(view), *done(view, "scenario")]
    names = list(view.sizes)
    columns = [words(view.say("size"), [f"{view.size_label(n)} [{view.sizes[n]['unit']}]" for n in names])]
    for k, r in enumerate(rows):
        title = view.say("this_design") if k == 0 else row_name(view, r)
        columns.append(numbers(title, [size_number(float(r["sizes"].get(n, 0.0))) for n in names]))
    return f'<h3 class="sub">{view.say("sizes")}</h3>{sheet(columns, "sizes")}'
