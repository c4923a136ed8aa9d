"""Hydrogen made by month: kilograms, power, emissions, and emissions per kilogram as their quotient."""

from __future__ import annotations

from ems.emissions.page.view import EmissionView
from ems.sizing.workbook.page import Both, Page, cell

KG, KWH, KGCO2E, PER_KG, SHARES = 1, 2, 3, 4, 5  # columns
HEADS: list[Both | str] = [
    ("期间", "period"),
    ("产氢 kg", "made kg"),
    ("用电 kWh", "power kWh"),
    ("排放 kgCO2e", "emissions kgCO2e"),
    ("每千克 kgCO2e/kg", "kgCO2e/kg"),
]


def write_hydrogen(page: Page, view: EmissionView) -> None:
    told = view.content["hydrogen"]
    page.title(
        ("氢", "Hydrogen"),
        ("氢的排放是清单中已有排放的分摊。", "Emissions of hydrogen are a share of what the inventory holds already."),
    )
    if not told:
        page.text(page.row, 0, view.say("no_hydrogen"))
        return
    page.text(page.row, 0, f"{view.say('matching')}: {view.pick(told['matching_text'])}")
    page.text(page.row + 1, 0, view.pick(told["attribution_text"]))
    page.row += 2
    sources = [s for s in told["sources"] if any(s in m["shares"] for m in told["months"])]
    page.head([*HEADS, *(view.pick(told["sources"][s]) for s in sources)])
    first = page.row
    for m in told["months"]:
        page.text(page.row, 0, m["period"])
        for column, key in ((KG, "kg"), (KWH, "kwh"), (KGCO2E, "kgco2e")):
            page.number(page.row, column, m[key])
        _per_kg(page, m["kgco2e_per_kg"])
        for k, s in enumerate(sources):
            page.number(page.row, SHARES + k, m["shares"].get(s, 0.0), "share")
        page.row += 1
    page.text(page.row, 0, view.say("period"), "part")
    for column, key in ((KG, "kg"), (KWH, "kwh"), (KGCO2E, "kgco2e")):
        total = f"SUM({cell(first, column)}:{cell(page.row - 1, column)})"
        page.formula(page.row, column, total, told["totals"][key], "key")
    _per_kg(page, told["totals"]["kgco2e_per_kg"], "key")
    for k, s in enumerate(sources):
        page.number(page.row, SHARES + k, told["totals"]["shares"].get(s, 0.0), "key_share")
    page.row += 2
    _standards(page, view)


def _per_kg(page: Page, value: float | None, look: str = "number") -> None:
    if value is not None:
        page.formula(page.row, PER_KG, f"{cell(page.row, KGCO2E)}/{cell(page.row, KG)}", value, look)


def _standards(page: Page, view: EmissionView) -> None:
    """Kilograms by class of every standard; the share of the sum is a formula."""
    for s in view.content["hydrogen"]["standards"]:
        page.text(page.row, 0, f"{view.pick(s['title'])} ({view.pick(s['averaging'])})", "part")
        page.row += 1
        first, last = page.row, page.row + len(s["classes"]) - 1
        for c in s["classes"]:
            page.text(page.row, 0, view.pick(c["text"]))
            page.number(page.row, KG, c["kg"])
            if c["share"] is not None:
                whole = f"SUM({cell(first, KG, fixed_row=True)}:{cell(last, KG, fixed_row=True)})"
                page.formula(page.row, KWH, f"{cell(page.row, KG)}/{whole}", c["share"], "share")
            page.row += 1
        page.row += 1
