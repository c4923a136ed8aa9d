"""Plans, inputs and figures of a site in the terminal; legible without colour, so that output can be piped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ems.report.cells import Cells, band_cells, hour_cells, key_cells
from ems.report.formats import MINUS, digits_for, number, unit_name
from ems.report.heading import audit_texts, day_text, facts, laws, site_title
from ems.report.key_figures import is_baseline, saving_text
from ems.report.names import band_name, carrier_name
from ems.report.scenarios import scenario_cells, scenario_texts
from ems.report.text import say
from ems.report.view import PlanView
from ems.site_file import Figure

Lang = Literal["zh", "en"]
MOST_COLUMNS = 12
GAP = 2  # blanks between columns
WRAPPED = 28  # room that a column of wrapping words asks for
OUTCOME_STYLE = {
    "optimal": "green",
    "time_limit": "blue",
    "relaxed": "yellow",
    "fallback": "magenta",
    "infeasible": "red",
}
TONE_STYLE = {"better": "green", "worse": "red"}
STATUSES = ("sourced", "computed", "assumption", "default", "unmarked")


def show_plan(content: dict[str, Any], lang: Lang, console: Console) -> None:
    """A stored plan: outcome and audit, hours, tariff bands, key figures against the baseline, reasons, notes."""
    view = PlanView(content, lang)
    _heading(view, console)
    print_cells(hour_cells(view), console, foot=True)
    print_cells(band_cells(view), console, foot=True)
    print_cells(key_cells(view), console)
    if cells := scenario_cells(view):
        print_list(view.say("scenarios"), scenario_texts(view), console)
        print_cells(cells, console)
    print_list(view.say("why"), [view.pick(n) for n in content["why"]], console)
    print_list(view.say("notes"), [view.pick(n) for n in content["notes"]], console)


def show_inputs(
    table: pd.DataFrame,
    bands: Sequence[str] | pd.Series[str],
    lang: Lang,
    console: Console,
    *,
    kwp: Mapping[str, float] | None = None,
    labels: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> None:
    """The inputs of a day by hour: weather, each roof (``kwp``: rated power by name), demands, price, band, intensity.

    ``table`` has left-labelled steps with time zone, as `ems.inputs` makes it; rates are shown as means of the hour.
    Where the room is short the roofs are left out together; their sum stays.
    """
    index = pd.DatetimeIndex(table.index)
    per_hour = max(round(pd.Timedelta(hours=1) / (index[1] - index[0])), 1) if len(index) > 1 else 1
    spans = [(k, min(k + per_hour, len(index))) for k in range(0, len(index), per_hour)]
    names = [band_name(str(b), lang) for b in bands]

    def column(title: str, unit: str, keep: int, x: Any) -> Cells:
        values = np.asarray(x, float)
        means = [number(float(values[a:b].mean()), digits_for(unit)) for a, b in spans]
        return Cells(title, unit_name(unit, lang), means, keep)

    def given(name: str, key: str, unit: str, keep: int) -> list[Cells]:
        return [column(say(key, lang), unit, keep, table[name])] if name in table else []

    found = [
        Cells(say("time", lang), "", [f"{index[a]:%H:%M}" for a, _ in spans], 0, words=True),
        Cells(say("band", lang), "", ["/".join(dict.fromkeys(names[a:b])) for a, b in spans], 0, words=True),
        *given("import_cny_per_kwh", "c_price", "CNY/kWh", 2),
        *given("temperature_c", "c_temperature", "°C", 3),
        *given("ghi_w_per_m2", "c_ghi", "W/m²", 6),
    ]
    yields = {name: f"{name}.yield_kw_per_kwp" for name in kwp or {} if f"{name}.yield_kw_per_kwp" in table}
    power = {name: (kwp or {})[name] * table[y].to_numpy(float) for name, y in yields.items()}
    roofs = [column((labels or {}).get(name, name), "kW", 9, x) for name, x in power.items()]
    found += roofs
    if power:
        found.append(column(say("c_pv_total", lang), "kW", 1, sum(power.values())))
    for carrier, unit, keep in (
        ("electricity", "kW", 1),
        ("heat", "kW", 4),
        ("cooling", "kW", 5),
        ("hydrogen", "kg/h", 5),
    ):
        ending = f".{carrier}_{'kg_per_h' if unit == 'kg/h' else 'kw'}"
        mine = [c for c in table if str(c).endswith(ending)]
        if mine and float(table[mine].to_numpy(float).max()) > 0:
            found.append(column(carrier_name(carrier, lang), unit, keep, table[mine].sum(axis=1)))
    found += given("grid_kgco2e_per_kwh", "c_intensity", "kgCO2e/kWh", 10)
    fitting = _that_fit(found, console.width, len(found))
    if not all(roof in fitting for roof in roofs):
        found = [c for c in found if c not in roofs]
    console.print(Text(say("inputs_title", lang, date=f"{index[0]:%Y-%m-%d}"), style="bold"))
    print_cells(found, console, most=len(found))
    print_list(say("notes", lang), list(notes), console)


def show_figures(figures: Iterable[Figure], lang: Lang, console: Console) -> None:
    """Where the figures of a site come from: counts by status, and every assumption with its reason."""
    every = list(figures)
    console.print(Text(say("figures_title", lang), style="bold"))
    counts = {s: sum(f.provenance.status == s for f in every) for s in STATUSES}
    print_cells([Cells(say(s, lang), "", [str(n)], 1) for s, n in counts.items() if n], console)
    by_source: dict[str, list[str]] = {}
    for f in every:
        if f.provenance.status == "assumption":
            by_source.setdefault(f.provenance.source, []).append(f"{f.name}={f.value:g}")
    console.print(Text(say("assumptions", lang), style="bold"))
    if not by_source:
        console.print(Text(say("f_none", lang)))
    for source, names in by_source.items():
        _hang(f"{source} ({len(names)})", console, "- ")
        _hang("; ".join(names), console, "    ", "dim")


def _heading(view: PlanView, console: Console) -> None:
    outcome = view.content["outcome"]
    word = view.say(outcome) if outcome in OUTCOME_STYLE else outcome
    console.print(Text(f"{site_title(view)} · {view.say('title')} · {day_text(view)}", style="bold"))
    console.print(Text(" · ".join(x for x in facts(view) if x), style="dim"))
    badge = Text(f"[{word}]", style=f"bold {OUTCOME_STYLE.get(outcome, '')}".strip())
    console.print(Text.assemble(badge, " ", view.pick(view.content["outcome_text"])))
    head, broken = audit_texts(view)
    console.print(Text(head, style="red" if broken else "green"))
    for law in broken:
        _hang(law, console, "- ", "red")
    for wish in view.content.get("wishes", []):
        _hang(view.pick(wish["text"]), console, "- ", "yellow")
    console.print(Text(_ascii(saving_text(view)), style="bold"))
    if (unsound := view.content["baseline"].get("violations")) and not is_baseline(view):
        console.print(Text(view.say("baseline_broken"), style="yellow"))
        for law in laws(view, unsound):
            _hang(law, console, "- ", "yellow")
    console.print()


def _that_fit(found: Sequence[Cells], width: int, most: int) -> list[Cells]:
    """Columns in their order, those with the highest ``keep`` left out until the rest fits; ``keep`` 0 always stays."""
    room = width + GAP
    chosen: set[int] = set()
    for k in sorted(range(len(found)), key=lambda k: found[k].keep):
        need = _width(found[k]) + GAP
        if (need <= room and len(chosen) < most) or found[k].keep == 0:
            room -= need
            chosen.add(k)
    return [c for k, c in enumerate(found) if k in chosen]


def _width(c: Cells) -> int:
    width = max(map(cell_len, (c.title, c.unit, *c.cells)), default=0)
    return min(width, WRAPPED) if c.wrap else width


def print_cells(found: Sequence[Cells], console: Console, *, most: int = MOST_COLUMNS, foot: bool = False) -> None:
    """The columns that fit into the console, in their order; with ``foot`` the last row is a sum, set apart."""
    shown = _that_fit(found, console.width, most)
    table = Table(box=box.SIMPLE, show_footer=foot, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False)
    units = any(c.unit for c in shown)
    for c in shown:
        head = Text(f"{c.title}\n{c.unit}" if units else c.title, style="bold")
        last = Text(_ascii(c.cells[-1]) if foot else "", style="bold")
        table.add_column(head, last, justify="left" if c.words else "right", no_wrap=not c.wrap, overflow="fold")
    rows = len(shown[0].cells) - foot if shown else 0
    for k in range(rows):
        table.add_row(
            *(Text(_ascii(c.cells[k]), style=TONE_STYLE.get(c.tones[k], "") if c.tones else "") for c in shown)
        )
    console.print(table)
    console.print()


def print_list(title: str, sentences: Sequence[str], console: Console) -> None:
    if not sentences:
        return
    console.print(Text(title, style="bold"))
    for sentence in sentences:
        _hang(sentence, console, "- ")
    console.print()


def _hang(sentence: str, console: Console, first: str, style: str = "") -> None:
    """A paragraph whose further lines stand under its first word."""
    indent = cell_len(first)
    for k, line in enumerate(Text(sentence).wrap(console, max(console.width - indent, 20))):
        console.print(Text((" " * indent if k else first) + line.plain.rstrip(), style=style))


def _ascii(text: str) -> str:
    """The minus and the dash that every terminal and every spreadsheet knows."""
    return text.replace(MINUS, "-").replace("–", "-")
