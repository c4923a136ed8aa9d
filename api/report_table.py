"""An emission report in the terminal: what was emitted and avoided, how sure it is, what is missing."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from api.table import Lang, print_cells, print_list
from ems.emissions.page.heading import answer, facts
from ems.emissions.page.view import METHODS, TONNES, EmissionView
from ems.report.cells import Cells


def show_report(content: dict[str, Any], lang: Lang, console: Console) -> None:
    """The content of report.json, legible without colour."""
    view = EmissionView(content, lang)
    console.print(Text(view.site_title, style="bold"))
    console.print(Text(" · ".join(facts(view)), style="dim"))
    console.print(Text(answer(view)))
    console.print()
    print_cells(_headlines(view), console)
    print_cells(_scopes(view), console)
    if change := content["difference"]:
        print_cells(_change(view, change), console)
    gaps = [
        f"{view.moment(g['start'])} – {view.moment(g['end'])} {g['meter']}: {view.pick(g['why'])}"
        for g in content["gaps"]
    ]
    print_list(view.say("gaps"), gaps, console)
    print_list(view.say("notes"), [view.pick(n) for n in content["notes"]], console)


def _headlines(view: EmissionView) -> list[Cells]:
    """Each headline figure with both of its 95 % intervals."""
    heads = view.content["uncertainty"]["headline"]

    def interval(low: str, high: str) -> list[str]:
        return [" … ".join(view.tonnes(h[k], like=h["value_kg"]) for k in (low, high)) for h in heads]

    return [
        Cells(view.say("figure"), "", [view.pick(h["text"]) for h in heads], 0, words=True, wrap=True),
        Cells(view.say("value"), TONNES, [view.tonnes(h["value_kg"]) for h in heads], 0),
        Cells(view.say("propagated"), TONNES, interval("low_kg", "high_kg"), 0),
        Cells(view.say("drawn"), TONNES, interval("drawn_low_kg", "drawn_high_kg"), 1),
    ]


def _scopes(view: EmissionView) -> list[Cells]:
    parts = ("scope1_kg", "scope2_kg", "scope3_kg", "total_kg")
    columns = [Cells(view.say("scope"), "", [view.say(part) for part in parts], 0, words=True)]
    for method in METHODS:
        cells = [view.tonnes(view.inventory_kg(method, part)) for part in parts]
        columns.append(Cells(view.say(method), TONNES, cells, 0))
    return columns


def _change(view: EmissionView, change: dict[str, Any]) -> list[Cells]:
    """What became of each figure since an older report, and why."""
    heads = change["headlines"]
    columns = [Cells(view.say("figure"), "", [f"{h['name']} {h['method']}" for h in heads], 0, words=True)]
    for k, key in enumerate(("old_kg", "new_kg", "factors_kg", "activity_kg", "method_kg")):
        cells = [view.tonnes(h[key], signed=k > 1, like=h["new_kg"]) for h in heads]
        columns.append(Cells(view.say(key), TONNES, cells, 0 if k < 2 else 1))
    return columns
