"""Totals: inventory by scope and method, avoided emissions by baseline and method, and their intervals."""

from __future__ import annotations

from collections.abc import Mapping

from ems.emissions.page.heading import period_text
from ems.emissions.page.inventory import PARTS, SCOPES
from ems.emissions.page.view import METHODS, EmissionView
from ems.emissions.workbook.lines import LineCells
from ems.sizing.workbook.page import Both, Page, cell

KG, T, LOW, HIGH = 2, 3, 4, 5  # columns
HEADS: list[Both | str] = [
    ("指标", "figure"),
    ("方法", "method"),
    "kgCO2e",
    "tCO2e",
    ("95% 下限 kgCO2e", "95 % low kgCO2e"),
    ("95% 上限 kgCO2e", "95 % high kgCO2e"),
]


def write_summary(
    page: Page,
    view: EmissionView,
    park: LineCells,
    baselines: Mapping[str, LineCells],
    avoided: Mapping[tuple[str, str], str],
) -> None:
    page.title((view.site_title, period_text(view)))
    page.head(HEADS)
    for method in METHODS:
        told = view.content["inventory"][method]
        first = page.row
        for part, scope in zip(PARTS, SCOPES[method], strict=False):
            _line(page, view, view.say(part), method, park.sum_of(scope), told[part])
        total = f"SUM({cell(first, KG)}:{cell(page.row - 1, KG)})"
        _line(page, view, view.say("card_inventory"), method, total, told["total_kg"], f"inventory.{method}")
    memo = sum(x["kg"] for x in view.content["inventory"]["memo"])
    _line(page, view, view.say("beside"), "", park.sum_of("memo"), memo)
    page.row += 1
    for name in view.baselines:
        title = view.baseline_title(name)
        for method in METHODS:
            sums = "+".join(baselines[name].sum_of(scope) for scope in SCOPES[method])
            before = view.content["baselines"][name]["inventory"][method]["total_kg"]
            _line(page, view, f"{view.say('baseline')}: {title}", method, sums, before)
            told = view.avoided_kg(name, method)
            word = f"{view.say('avoided')}: {title}"
            _line(page, view, word, method, avoided[name, method], told, f"avoided.{name}.{method}")


def _line(page: Page, view: EmissionView, word: str, method: str, formula: str, kg: float, headline: str = "") -> None:
    """One figure [kgCO2e], in tonnes, and its interval where it is a headline."""
    row, look = page.row, "key" if headline else "number"
    page.text(row, 0, word, "part" if headline else "text")
    page.text(row, 1, view.say(method) if method else "")
    page.formula(row, KG, formula, kg, look)
    page.formula(row, T, f"{cell(row, KG)}/1000", kg / 1000, look)
    if found := view.headline(headline):
        page.number(row, LOW, found["low_kg"])
        page.number(row, HIGH, found["high_kg"])
    page.row += 1
