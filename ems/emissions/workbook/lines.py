"""Lines of the park and of its baselines: activity by month, factor, and kilograms as their product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ems.emissions.page.view import EmissionView, Line
from ems.emissions.workbook.factors import FactorCells
from ems.sizing.workbook.page import Both, Page, cell

Key = tuple[str, str, str, str]  # scope, component, cause, carrier
HEADS: list[Both | str] = [
    ("项目", "line"),
    ("原因", "cause"),
    ("范围", "scope"),
    ("载体", "carrier"),
    ("计量点", "meter"),
    ("因子", "factor id"),
    ("单位", "unit"),
]
FIRST = len(HEADS)  # column of the first month


@dataclass
class LineCells:
    """Where the kilograms of each line stand, and where the sum of a scope is to be had."""

    page: Page
    scopes: str = ""  # the column of scopes
    kg: str = ""  # the column of kilograms
    by_key: dict[Key, list[str]] = field(default_factory=dict)

    def sum_of(self, scope: str) -> str:
        """Formula of the kilograms of one scope."""
        return f'SUMIF({self.scopes},"{scope}",{self.kg})'


def key_of(line: Line) -> Key:
    return line["scope"], line["component"], line["cause"], line["carrier"]


def write_park(page: Page, view: EmissionView, factors: FactorCells) -> LineCells:
    page.title(
        ("园区: 活动量 × 因子", "The park: activity × factor"),
        (
            "全期活动量为各月之和; 因子随时间变化时为按活动量加权的平均值。",
            "Activity of the period is the sum of its months; a factor that varies stands as its mean by activity.",
        ),
    )
    return write_lines(page, view, view.content["lines"], factors)


def write_baselines(page: Page, view: EmissionView, factors: FactorCells) -> dict[str, LineCells]:
    page.title(("基准情景: 活动量 × 因子", "Baselines: activity × factor"))
    found = {}
    for name in view.baselines:
        page.text(page.row, 0, f"{view.baseline_title(name)} ({name})", "part")
        page.row += 1
        found[name] = write_lines(page, view, view.content["baselines"][name]["lines"], factors)
        page.row += 1
    return found


def write_lines(page: Page, view: EmissionView, lines: Sequence[Line], factors: FactorCells) -> LineCells:
    """A block of lines under its own headings."""
    months = view.months
    activity, factor, kg = (FIRST + len(months) + k for k in range(3))
    last: list[Both | str] = [
        ("活动量合计", "activity"),
        ("因子 kgCO2e/单位", "kgCO2e/unit"),
        ("排放 kgCO2e", "kgCO2e"),
    ]
    page.head([*HEADS, *months, *last], freeze=1)
    found, first = LineCells(page), page.row
    for x in lines:
        row = page.row
        texts = (
            view.pick(x["label"]),
            view.pick(x["cause_text"]),
            x["scope"],
            x["carrier"],
            x["meter"],
            x["factor_id"],
        )
        for column, text in enumerate((*texts, x["unit"])):
            page.text(row, column, text)
        for k, month in enumerate(months):
            page.number(row, FIRST + k, x["months"].get(month, {"activity": 0.0})["activity"], "amount")
        total = f"SUM({cell(row, FIRST)}:{cell(row, activity - 1)})"
        page.formula(row, activity, total, x["activity"], "amount")
        write_factor(page, row, factor, factors.ref(x["factor_id"], x["factor"]), x["factor"])
        product = page.formula(row, kg, f"{cell(row, activity)}*{cell(row, factor)}", x["kg"], "number")
        found.by_key.setdefault(key_of(x), []).append(product)
        page.row += 1
    end = max(page.row - 1, first)
    found.scopes, found.kg = (page.block(first, column, end, column) for column in (2, kg))
    return found


def write_factor(page: Page, row: int, column: int, ref: str | None, value: float) -> None:
    """A factor as the cell of its own sheet, or as a number where it varies over time."""
    if ref is None:
        page.number(row, column, value, "factor")
    else:
        page.formula(row, column, ref, value, "factor")


def sum_of_cells(cells: Iterable[str]) -> str:
    return "+".join(cells) or "0"
