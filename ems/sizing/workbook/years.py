"""What each year's money is worth: price factors, discount factors, the price of carbon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ems.sizing.workbook.inputs import PRICES
from ems.sizing.workbook.known import Known
from ems.sizing.workbook.page import Both, Page, Pages, cell
from ems.sizing.worth import annuity, carbon_price, discount, escalated, rise
from models.window import Floats

FIRST = 4  # column of year 0, on all sheets with years
FACTORS: dict[str, Both] = {
    "general": ("价格指数: 通货膨胀", "price factor: inflation"),
    "electricity": ("价格指数: 购电", "price factor: electricity bought"),
    "export": ("价格指数: 上网", "price factor: electricity sold"),
    "gas": ("价格指数: 燃气", "price factor: gas"),
    "hydrogen": ("价格指数: 氢", "price factor: hydrogen"),
    "heat": ("价格指数: 热", "price factor: heat"),
    "cooling": ("价格指数: 冷", "price factor: cooling"),
    "water": ("价格指数: 水", "price factor: water"),
}


@dataclass(frozen=True)
class Years:
    """Where the rows of the sheet are; a cell of year k stands in column ``FIRST + k``."""

    page: Page
    n: int
    rows: dict[str, int]

    def at(self, name: str, k: int) -> str:
        """A factor in year k, as any sheet names it."""
        return self.page.ref(self.rows[name], FIRST + k)

    def span(self, name: str, first: int = 0, last: int = -1) -> str:
        """A factor over the years ``first`` … ``last`` (the end)."""
        return self.page.span(self.rows[name], FIRST + first, FIRST + (self.n if last < 0 else last))


def years_page(pages: Pages, known: Known) -> Years:
    e, refs = known.study.economics, known.refs
    page = pages.add(("年份", "Years"), (30, 34, 10, 14, 12))
    page.title(
        ("年份与系数", "Years and factors"),
        (
            "第 0 年为基准年末, 投资发生; 以后各年的收付在年末。名义货币。",
            "Year 0 is the end of the base year, when all is invested; payments of a year fall on its end. Nominal.",
        ),
    )
    heads: list[Both | str] = [("项目", "item (zh)"), ("项目(英)", "item (en)"), ("单位", "unit"), ("合计", "total")]
    page.head([*heads, *(str(e.base_year + k) for k in range(e.years + 1))], freeze=4)
    years = Years(page, e.years, {})

    def line(name: str, both: Both, unit: str, formulas: list[str], values: Floats, look: str = "factor") -> None:
        years.rows[name] = page.row
        page.names(page.row, both)
        page.text(page.row, 2, unit)
        for k, (formula, value) in enumerate(zip(formulas, values.tolist(), strict=True)):
            page.formula(page.row, FIRST + k, formula, value, look)
        page.row += 1

    count = range(e.years + 1)
    years.rows["year"] = page.row
    page.names(page.row, ("年序", "year of operation"))
    for k in count:
        page.number(page.row, FIRST + k, k, "year")
    page.row += 1

    def year(k: int) -> str:
        return cell(years.rows["year"], FIRST + k, fixed_row=True)

    base = refs["economics.base_year"]
    calendar = [f"{base}+{year(k)}" for k in count]
    line("calendar", known.both("year"), "", calendar, e.base_year + np.arange(e.years + 1.0), "year")
    rate = refs["economics.discount_rate"]
    line("discount", ("折现系数", "discount factor"), "1", [f"(1+{rate})^-{year(k)}" for k in count], discount(e))
    for name, both in FACTORS.items():
        told = refs["economics.inflation" if name == "general" else f"economics.escalation.{name}"]
        if name == "export":
            told = f"MIN({told},{refs['economics.escalation.electricity']})"
        values = np.concatenate([[1.0], escalated(e, rise(e, name))])
        line(name, both, "1", [f"(1+{told})^{year(k)}" for k in count], values)
    assert set(FACTORS) == {"general", *PRICES}
    prices = np.concatenate([[0.0], carbon_price(e)])
    line("carbon", known.both("carbon"), "CNY/t", ["0", *_carbon(known, years)], prices, "number")
    factor = f"1/SUM({years.span('discount', 1)})"
    page.names(page.row, ("年金系数", "annuity factor"))
    known.refs["annuity"] = page.formula(page.row, 3, factor, annuity(e), "factor")
    page.row += 1
    return years


def _carbon(known: Known, years: Years) -> list[str]:
    """Straight lines between the years whose price is given, flat beyond."""
    e = known.study.economics
    given = sorted(e.carbon.cny_per_t)
    if not given:
        return ["0"] * e.years
    price = {y: known.refs[f"economics.carbon.cny_per_t.{y}"] for y in given}
    found = []
    for k in range(1, e.years + 1):
        y, at = e.base_year + k, cell(years.rows["calendar"], FIRST + k)
        before, after = [g for g in given if g <= y], [g for g in given if g >= y]
        if not before or not after:
            found.append(price[given[0] if not before else given[-1]])
        elif before[-1] == after[0]:
            found.append(price[after[0]])
        else:
            a, b = before[-1], after[0]
            found.append(f"{price[a]}+({price[b]}-{price[a]})*({at}-{a})/({b}-{a})")
    return found
