"""What a reader looks for first: large figures, then design beside reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ems.report.cells import Cells
from ems.report.formats import plain
from ems.sizing.report.pieces import Section, bullets, numbers, sheet, words
from ems.sizing.report.view import StudyView, unit_of_figure

CARDS = (
    "npv_cny",
    "irr",
    "equity_irr",
    "payback_years",
    "discounted_payback_years",
    "abated_t_per_year",
    "abatement_cny_per_t",
    "min_dscr",
)
MONEY = ("capex_cny", "incentives_cny", "operating_first_year_cny", "life_cycle_cost_cny", "annual_cost_cny")
LEVELISED = ("electricity_cny_per_kwh", "hydrogen_cny_per_kg", "heat_cny_per_kwh", "cooling_cny_per_kwh")
KPIS = (
    "emissions_t",
    "renewable_share",
    "grid_import_kwh",
    "grid_export_kwh",
    "grid_peak_kw",
    "pv_kwh",
    "pv_curtailed_share",
    "hydrogen_made_kg",
    "hydrogen_kwh_per_kg",
    "hydrogen_kgco2e_per_kg",
    "electricity_used_kwh",
    "hydrogen_used_kg",
    "heat_used_kwh",
    "cooling_used_kwh",
)
MORE_IS_BETTER = ("renewable_share", "pv_kwh", "incentives_cny")
NEITHER = (
    "capex_cny",
    "grid_export_kwh",
    "hydrogen_made_kg",
    "electricity_used_kwh",
    "hydrogen_used_kg",
    "heat_used_kwh",
    "cooling_used_kwh",
    "pv_curtailed_share",
)
NOTHING = 1e-9


def figures_section(view: StudyView) -> Section:
    return Section("figures", view.say("key_figures"), before=cards(view) + compared_table(view) + undefined(view))


def cards(view: StudyView) -> str:
    """What the investment earns, large; what is undefined has a dash."""
    found = []
    for name in CARDS:
        x = view.content["compared"].get(name)
        if name == "min_dscr" and x is None:
            continue
        big, unit = card_text(view, name, x)
        found.append(
            f'<div class="card"><div class="name">{plain(view.say(name))}</div>'
            f'<div class="big">{plain(big)} <span>{plain(unit)}</span></div></div>'
        )
    return f'<div class="cards">{"".join(found)}</div>'


def card_text(view: StudyView, name: str, x: float | None) -> tuple[str, str]:
    """Number and unit of a large figure; money in large units."""
    if name == "npv_cny":
        big, _, unit = view.money(x, signed=True).partition(" ")
        return big, unit
    unit = unit_of_figure(name)
    return view.figure(name, x), unit if unit == "%" else view.unit(unit)


def compared_table(view: StudyView) -> str:
    """Money, levelised costs and energy of the design beside those of the reference."""
    sides = (view.design, view.reference)
    rows: list[tuple[str, float | None, float | None]] = []
    for part, names in (("money", MONEY), ("levelised", LEVELISED), ("kpis", KPIS)):
        for name in names:
            pair = [_number(side[part], name) for side in sides]
            if any(x is not None and abs(x) > NOTHING for x in pair):
                rows.append((name, pair[0], pair[1]))
    changes = [None if a is None or b is None else a - b for _, a, b in rows]
    tones = [_tone(name, change) for (name, _, _), change in zip(rows, changes, strict=True)]
    like = [max((abs(x) for x in (a, b) if x is not None), default=0.0) for _, a, b in rows]
    listed = [name for name, _, _ in rows]

    def cells(values: Sequence[float | None], *, signed: bool = False) -> list[str]:
        return [view.figure(n, x, signed=signed, like=k) for n, x, k in zip(listed, values, like, strict=True)]

    units = [unit_of_figure(n) for n in listed]
    return sheet(
        [
            words(view.say("figure"), [view.say(n) for n in listed]),
            numbers(view.say("design"), cells([a for _, a, _ in rows])),
            numbers(view.say("reference"), cells([b for _, _, b in rows])),
            Cells(view.say("difference"), "", cells(changes, signed=True), 1, tones=tones),
            words(view.say("unit"), [u if u == "%" else view.unit(u) for u in units]),
        ],
        "keys",
    )


def _number(side: Mapping[str, Any], name: str) -> float | None:
    x = side.get(name)
    return None if x is None else float(x)


def _tone(name: str, change: float | None) -> str:
    if change is None or abs(change) < NOTHING or name in NEITHER:
        return "same"
    return "better" if (change > 0) == (name in MORE_IS_BETTER) else "worse"


def undefined(view: StudyView) -> str:
    """Why a figure has no value."""
    why = view.content["compared"].get("why") or {}
    return bullets([f"{view.word(name)}: {view.pick(both)}" for name, both in why.items()])
