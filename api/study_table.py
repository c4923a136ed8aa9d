"""A study in the terminal: what to build, what it earns, what binds, whether it keeps its promise, the front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from api.table import Lang, print_cells, print_list
from ems.report.cells import Cells
from ems.report.formats import number
from ems.sizing.report.heading import answer, facts, page_title
from ems.sizing.report.key_figures import CARDS, KPIS, LEVELISED, MONEY, card_text
from ems.sizing.report.limits import per_unit
from ems.sizing.report.paths import limit_label
from ems.sizing.report.sizes import sizes_columns
from ems.sizing.report.truth import verdict_text
from ems.sizing.report.view import StudyView, unit_of_figure


def show_study(content: dict[str, Any], lang: Lang, console: Console) -> None:
    """The content of study.json, legible without colour."""
    view = StudyView(content, lang)
    console.print(Text(page_title(view), style="bold"))
    console.print(Text(" · ".join(facts(view)), style="dim"))
    console.print(Text(answer(view)))
    _title(view.say("sizes"), console)
    print_cells(sizes_columns(view), console)
    _title(view.say("key_figures"), console)
    print_cells(_figures(view), console)
    earned = [(name, card_text(view, name, content["compared"].get(name))) for name in CARDS]
    print_cells(
        [
            Cells(view.say("figure"), "", [view.say(name) for name, _ in earned], 0, words=True),
            Cells(view.say("design"), "", [big for _, (big, _) in earned], 0),
            Cells(view.say("unit"), "", [unit for _, (_, unit) in earned], 1, words=True),
        ],
        console,
    )
    if binding := [x for x in content["design"]["limits"] if x["binding"]]:
        _title(view.say("limits"), console)
        print_cells(_limits(view, binding), console)
    if content["truth"]:
        _title(view.say("truth"), console)
        console.print(Text(verdict_text(view, content["truth"])))
        print_list("", [view.pick(n) for n in content["truth"]["why"]], console)
    if content["front"]:
        _title(view.say("front"), console)
        print_cells(_front(view, content["front"]), console)
    failed = [r for r in (*content["sensitivity"], *content["grid"], *content["scenarios"]) if r["status"] == "failed"]
    print_list("", [f"{r['name']}: {view.pick(r['reason'])}" for r in failed], console)
    print_list(view.say("notes"), [view.pick(n) for n in content["notes"]], console)


def _title(text: str, console: Console) -> None:
    console.print(Text(f"\n{text}", style="bold"))


def _figures(view: StudyView) -> list[Cells]:
    rows = [
        (name, side[name], other.get(name))
        for part, names in (("money", MONEY), ("levelised", LEVELISED), ("kpis", KPIS))
        for side, other in ((view.design[part], view.reference[part]),)
        for name in names
        if side.get(name) is not None
    ]
    return [
        Cells(view.say("figure"), "", [view.say(n) for n, _, _ in rows], 0, words=True),
        Cells(view.say("design"), "", [view.figure(n, x) for n, x, _ in rows], 0),
        Cells(view.say("reference"), "", [view.figure(n, y) for n, _, y in rows], 1),
        Cells(view.say("unit"), "", [view.unit(unit_of_figure(n)) for n, _, _ in rows], 1, words=True),
    ]


def _limits(view: StudyView, limits: Sequence[Mapping[str, Any]]) -> list[Cells]:
    return [
        Cells(view.say("limit"), "", [limit_label(view, x["name"]) for x in limits], 0, words=True),
        Cells(view.say("value"), "", [number(x["limit"], 2) for x in limits], 0),
        Cells(view.say("unit"), "", [x["unit"] for x in limits], 0, words=True),
        Cells(view.say("one_more"), "", [number(x["worth_cny"], 2, signed=True) for x in limits], 0),
        Cells(view.say("unit"), "", [view.unit(per_unit(x["unit"])) for x in limits], 0, words=True),
    ]


def _front(view: StudyView, rows: Sequence[Mapping[str, Any]]) -> list[Cells]:
    done = [r for r in rows if r["status"] == "done"]
    named = ("annual_cost_cny", "capex_cny")
    return [
        Cells(view.say("emissions_t"), "t/a", [number(r["kpis"]["emissions_t"], 1) for r in done], 0),
        *(Cells(view.say(n), view.unit("CNY"), [number(r["money"][n]) for r in done], k) for k, n in enumerate(named)),
        Cells(view.say("npv_cny"), view.unit("CNY"), [number(r["compared"]["npv_cny"]) for r in done], 2),
        Cells(
            view.say("hydrogen_cny_per_kg"),
            view.unit("CNY/kg"),
            [number(r["levelised"]["hydrogen_cny_per_kg"], 2) for r in done],
            3,
        ),
    ]
