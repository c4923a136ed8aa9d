"""What was avoided, cause by cause: the baseline's kilograms less the park's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.emissions.page.view import METHODS, EmissionView
from ems.emissions.workbook.factors import FactorCells
from ems.emissions.workbook.lines import LineCells, key_of, sum_of_cells, write_factor
from ems.sizing.workbook.page import Both, Page, cell

HEADS: list[Both | str] = [("项目", "line"), ("原因", "cause"), ("范围", "scope"), ("减排 kgCO2e", "avoided kgCO2e")]
PART_HEADS: list[Both | str] = [
    ("计量点", "meter"),
    ("原因", "cause"),
    ("范围", "scope"),
    ("排放 kgCO2e", "kgCO2e"),
    ("活动量", "activity"),
    ("因子 kgCO2e/单位", "kgCO2e/unit"),
    ("因子", "factor id"),
]
KG = 3  # column


def write_avoided(
    page: Page, view: EmissionView, park: LineCells, baselines: Mapping[str, LineCells], factors: FactorCells
) -> dict[tuple[str, str], str]:
    """(baseline, method) -> cell of what was avoided [kgCO2e]."""
    page.title(("减排量: 基准减园区", "Avoided: baseline less park"), ("不属于排放清单。", "Outside the inventory."))
    found = {}
    for name in view.baselines:
        told = view.content["avoided"][name]
        before, after = baselines[name], park
        if told["hours_left_out"]:
            before, after = (_parts(page, view, name, side, factors) for side in ("baseline", "actual"))
        for method in METHODS:
            page.text(page.row, 0, f"{view.baseline_title(name)} · {view.say(method)}", "part")
            page.row += 1
            found[name, method] = _lines(page, view, told[method], before, after)
            _uses(page, view, told[method], found[name, method])
            page.row += 1
    return found


def _parts(page: Page, view: EmissionView, name: str, side: str, factors: FactorCells) -> LineCells:
    """Lines of one side over the hours in which both sides have their data."""
    told = view.content["avoided"][name]
    title = view.baseline_title(name) if side == "baseline" else view.say("the_park")
    page.text(page.row, 0, title, "part")
    page.text(page.row + 1, 0, view.say("hours_left_out", baseline=view.baseline_title(name), n=told["hours_left_out"]))
    page.row += 2
    page.head(PART_HEADS, freeze=1)
    found = LineCells(page)
    for x in told["parts"][side]:
        row, factor = page.row, x["kg"] / x["activity"] if x["activity"] else 0.0
        for column, text in enumerate((x["meter"], x["cause"], x["scope"])):
            page.text(row, column, text)
        page.text(row, 6, x["factor_id"])
        page.number(row, 4, x["activity"], "amount")
        write_factor(page, row, 5, factors.ref(x["factor_id"], factor), factor)
        product = page.formula(row, KG, f"{cell(row, 4)}*{cell(row, 5)}", x["kg"], "number")
        found.by_key.setdefault(key_of(x), []).append(product)
        page.row += 1
    page.row += 1
    return found


def _lines(page: Page, view: EmissionView, told: Mapping[str, Any], before: LineCells, after: LineCells) -> str:
    """The difference line by line, and its sum."""
    page.head(HEADS, freeze=1)
    first = page.row
    for x in told["lines"]:
        row, key = page.row, key_of(x)
        for column, text in enumerate((view.pick(x["label"]), view.pick(x["cause_text"]), x["scope"])):
            page.text(row, column, text)
        left, right = (sum_of_cells(side.by_key.get(key, [])) for side in (before, after))
        page.formula(row, KG, f"({left})-({right})", x["kg"], "number")
        page.row += 1
    return _sum(page, view, first, told["total_kg"])


def _uses(page: Page, view: EmissionView, told: Mapping[str, Any], total: str) -> None:
    """The same sum by what energy is used for, by month, and how far it is off the lines: nothing."""
    page.head([("用途", "use"), "", "", ("减排 kgCO2e", "avoided kgCO2e"), *view.months], freeze=1)
    first = page.row
    for x in told["by_cause"]:
        row = page.row
        page.text(row, 0, view.pick(x["label"]))
        months = [x["months"].get(m, 0.0) for m in view.months]
        for k, kg in enumerate(months):
            page.number(row, KG + 1 + k, kg)
        page.formula(row, KG, f"SUM({cell(row, KG + 1)}:{cell(row, KG + len(months))})", x["kg"], "number")
        page.row += 1
    summed = _sum(page, view, first, told["total_kg"])
    page.text(page.row, 0, view.say("check"), "quiet")
    page.formula(page.row, KG, f"ROUND({summed}-{total},3)", 0.0, "number")
    page.row += 1


def _sum(page: Page, view: EmissionView, first: int, value: float) -> str:
    page.text(page.row, 0, view.say("sum"), "part")
    total = f"SUM({cell(first, KG)}:{cell(page.row - 1, KG)})" if page.row > first else "0"
    page.row += 1
    return page.formula(page.row - 1, KG, total, value, "key")
