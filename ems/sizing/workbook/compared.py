"""What the design earns over the reference: NPV, rates of return, payback, abatement, debt service cover."""

from __future__ import annotations

from typing import Any

import numpy as np

from ems.sizing.compared import EDGE, Incremental, annual_without_carbon
from ems.sizing.workbook.cash import CashSheet
from ems.sizing.workbook.known import Known
from ems.sizing.workbook.page import Both, Page, Pages, cell
from ems.sizing.workbook.years import FIRST
from models.window import Floats

VALUE = 3


def compared_page(pages: Pages, known: Known, design: CashSheet, reference: CashSheet) -> None:
    """Formulas refer to the two cash flows; a figure that is not defined shows why."""
    e, years, n = known.study.economics, design.years, known.study.economics.years
    page = pages.add(("收益", "Returns"), (38, 42, 14, 18, 13))
    page.title(
        ("相对参照方案的收益", "What the design earns over the reference"),
        ("收入为正。", "Received is positive: reference less design."),
    )
    heads: list[Both | str] = [("项目", "item (zh)"), ("项目(英)", "item (en)"), ("单位", "unit"), ("数值", "value")]
    page.head([*heads, *(str(e.base_year + k) for k in range(n + 1))], freeze=4)
    told = known.content["compared"]
    more = Incremental.of(known.content["design"]["cash_flow"], known.content["reference"]["cash_flow"])
    rows: dict[str, int] = {}

    def line(key: str, both: Both, formulas: list[str], values: Floats, look: str = "money") -> None:
        rows[key] = page.row
        page.names(page.row, both)
        for k, (formula, value) in enumerate(zip(formulas, values.tolist(), strict=True)):
            page.formula(page.row, FIRST + k, formula, value, look)
        page.row += 1

    def at(key: str, k: int) -> str:
        return cell(rows[key], FIRST + k)

    def span(key: str, first: int = 0) -> str:
        return f"{cell(rows[key], FIRST + first)}:{cell(rows[key], FIRST + n)}"

    count = range(n + 1)
    for key in ("project", "equity"):
        sides = [side.page.ref for side in (reference, design)]
        formulas = [
            f"{sides[0](reference.rows[key], FIRST + k)}-{sides[1](design.rows[key], FIRST + k)}" for k in count
        ]
        line(key, known.both(key), formulas, getattr(more, key))
    present = more.project * more.discount
    line("present", ("项目: 现值", "project, discounted"),
         [f"{at('project', k)}*{years.at('discount', k)}" for k in count], present)  # fmt: skip
    for key, of, values in (("total", "project", more.project), ("present_total", "present", present)):
        both = known.both("cumulative" if key == "total" else "cumulative_discounted")
        sums = [at(of, 0), *(f"{cell(page.row, FIRST + k - 1)}+{at(of, k)}" for k in range(1, n + 1))]
        line(key, both, sums, np.cumsum(values))
    for key, of, flow in (("owing", "total", more.project), ("present_owing", "present_total", present)):
        small = EDGE * float(np.abs(flow).max(initial=0.0))
        last = np.where(np.cumsum(flow) < -small, np.arange(n + 1.0), -1.0)
        flags = [f"IF({at(of, k)}<-{EDGE}*MAX({_size(span(_flow(of)))}),{k},-1)" for k in count]
        line(key, ("尚未收回的年份", "years in which it is still owed"), flags, last, "year")
    line("service", ("追加贷款的还本付息", "debt service of the loan beyond the reference's"),
         [_difference(design, reference, ("interest", "principal"), k) for k in count],
         more.interest + more.principal)  # fmt: skip
    available = [f"{at('project', k)}-({_difference(design, reference, ('interest_tax',), k)})" for k in count]
    line("available", ("可用于偿债", "available for debt service"), available, more.project - more.tax_on_interest)
    least = EDGE * max(1.0, float(np.abs(more.project).max(initial=0.0)))
    service = more.interest + more.principal
    owing = service > least
    cover = np.where(owing, (more.project - more.tax_on_interest) / np.where(owing, service, 1.0), 1e99)
    largest = f"{EDGE}*MAX(1,{_size(span('project'))})"
    covers = [f"IF({at('service', k)}>{largest},{at('available', k)}/{at('service', k)},1E+99)" for k in count]
    line("cover", ("偿债备付率(1E+99: 无债)", "debt service cover (1E+99: no debt)"), covers, cover, "number")
    page.row += 1
    _figures(page, known, told, at, span, design, reference)


def _flow(total: str) -> str:
    return "project" if total == "total" else "present"


def _size(span: str) -> str:
    """The largest payment of a row, whichever its sign."""
    return f"MAX({span}),-MIN({span})"


def _difference(design: CashSheet, reference: CashSheet, keys: tuple[str, ...], k: int) -> str:
    plus = "+".join(design.page.ref(design.rows[key], FIRST + k) for key in keys)
    minus = "-".join(reference.page.ref(reference.rows[key], FIRST + k) for key in keys)
    return f"{plus}-{minus}"


def _figures(
    page: Page, known: Known, told: dict[str, Any], at: Any, span: Any, design: CashSheet, reference: CashSheet
) -> None:
    rate, tax = known.refs["economics.discount_rate"], known.refs["economics.tax.rate"]

    def back(owing: str, total: str, flow: str) -> str:
        last = f"MAX({span(owing)})"
        return f"{last}-INDEX({span(total)},1,{last}+1)/INDEX({span(flow)},1,{last}+2)"

    formulas = {
        "npv_cny": f"{at('project', 0)}+NPV({rate},{span('project', 1)})",
        "irr": f"IRR({span('project')})",
        "equity_irr": f"IRR({span('equity')})",
        "payback_years": back("owing", "total", "project"),
        "discounted_payback_years": back("present_owing", "present_total", "present"),
        "min_dscr": f"MIN({span('cover')})",
    }
    looks = {"npv_cny": "key", "irr": "key_share", "equity_irr": "key_share"}
    for key, formula in formulas.items():
        _figure(page, known, told, key, formula, looks.get(key, "key"))
    content = known.content
    emitted = [float(content[side]["kpis"]["emissions_t"]) for side in ("reference", "design")]
    cells = []
    for both, x in zip((("参照排放", "emissions, reference"), ("设计排放", "emissions, design")), emitted, strict=True):
        page.names(page.row, both)
        page.text(page.row, 2, "tCO₂e/a")
        cells.append(page.number(page.row, VALUE, x, "amount"))
        page.row += 1
    _figure(page, known, told, "abated_t_per_year", f"{cells[0]}-{cells[1]}", "key")
    without, values = [], []
    for side, sheet in (("design", design), ("reference", reference)):
        values.append(annual_without_carbon(content[side]["cash_flow"], known.study))
        paid = f"{sheet.present['project']}-(1-{tax})*{sheet.present['carbon']}"
        page.names(page.row, (f"等年值成本, 不含碳价: {known.both(side)[0]}",
                              f"equal annual cost without the price of carbon, {known.both(side)[1]}"))  # fmt: skip
        page.text(page.row, 2, "CNY/a")
        without.append(page.formula(page.row, VALUE, f"({paid})*{known.refs['annuity']}", values[-1], "key"))
        page.row += 1
    abatement = f"({without[0]}-{without[1]})/{page.ref(page.row - 3, VALUE)}"
    _figure(page, known, told, "abatement_cny_per_t", abatement, "key")
    page.row += 1
    for key in ("life_cycle_cost_cny", "annual_cost_cny"):
        for side in ("design", "reference"):
            page.names(page.row, _of(known, key, side))
            ref = known.refs[f"{side}.{key}"]
            page.formula(page.row, VALUE, ref, float(content[side]["money"][key]), "key")
            page.row += 1
    for key in ("electricity_cny_per_kwh", "hydrogen_cny_per_kg", "heat_cny_per_kwh", "cooling_cny_per_kwh"):
        for side in ("design", "reference"):
            if f"{side}.{key}" in known.refs:
                page.names(page.row, _of(known, key, side))
                value = float(content[side]["levelised"][key])
                page.formula(page.row, VALUE, known.refs[f"{side}.{key}"], value, "key")
                page.row += 1


def _figure(page: Page, known: Known, told: dict[str, Any], key: str, formula: str, look: str) -> None:
    """A figure with its formula; where it is not defined the reason, so that no cell shows an error."""
    page.names(page.row, known.both(key))
    if (value := told[key]) is None:
        why = told["why"].get(key, {"zh": "", "en": ""})
        page.text(page.row, VALUE, f"{why['zh']} {why['en']}")
    else:
        known.refs[f"compared.{key}"] = page.formula(page.row, VALUE, formula, float(value), look)
    page.row += 1


def _of(known: Known, key: str, side: str) -> Both:
    """A figure of one of the two parks."""
    figure, park = known.both(key), known.both(side)
    return f"{figure[0]}: {park[0]}", f"{figure[1]}: {park[1]}"
