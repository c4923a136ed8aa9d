"""The cash flow of one park, line by line from its sizes and bills to project and equity.

Each size has its own lines; each bill of the simulated year rises with its price. Outflows are positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ems.sizing.cash_flow import FINANCING, OPERATION, Bill
from ems.sizing.workbook.known import Known
from ems.sizing.workbook.page import Both, Page, Pages, cell
from ems.sizing.workbook.years import FIRST, Years
from ems.sizing.worth import annuity, carbon_price, depreciation, discount, escalated, payments, price_of, rise
from models.window import Floats

ASSETS = ("capex", "incentives", "replacement")
OF_SIZES = (*ASSETS, "residual", "fixed_om")
TOTAL = 3  # column of present values
DEPRECIATION: Both = ("折旧", "depreciation")
PRESENT: Both = ("现值", "present value")


@dataclass
class CashSheet:
    """Where the rows of a park's cash flow are, and what its figures are called elsewhere."""

    page: Page
    years: Years
    side: str
    rows: dict[str, int] = field(default_factory=dict)
    present: dict[str, str] = field(default_factory=dict)  # row -> cell of its present value

    def cell(self, name: str, k: int) -> str:
        return cell(self.rows[name], FIRST + k)

    def upto(self, name: str, k: int) -> str:
        """A row from year 0 to year k, on the same sheet."""
        row = self.rows[name]
        return f"{cell(row, FIRST, fixed_column=True)}:{cell(row, FIRST + k)}"

    def span(self, name: str) -> str:
        """A row over all years, as any sheet names it."""
        return self.page.span(self.rows[name], FIRST, FIRST + self.years.n)


def cash_page(pages: Pages, known: Known, years: Years, side: str, name: Both) -> CashSheet:
    """Write the cash flow of ``side`` (design or reference)."""
    e = known.study.economics
    page = pages.add(name, (34, 34, 14, 16, 13))
    title = known.title(known.content["study"]["reference"]["title"]) if side == "reference" else known.both("design")
    page.title(
        (f"现金流: {title[0]}", f"cash flow: {title[1]}"),
        ("支出为正, 收入为负, 名义货币 [CNY]。", "Paid is positive, received negative; nominal CNY."),
    )
    heads: list[Both | str] = [("项目", "item (zh)"), ("项目(英)", "item (en)"), ("模拟年", "simulated year"), PRESENT]
    page.head([*heads, *(str(e.base_year + k) for k in range(e.years + 1))], freeze=4)
    made = CashSheet(page, years, side)
    park = known.content[side]
    lines = {k: np.asarray(x, float) for k, x in park["cash_flow"]["lines"].items()}
    _sizes(made, known, park)
    _bills(made, known, park)
    _sums(made, known, lines)
    _results(made, known, park)
    return made


def _line(
    made: CashSheet,
    key: str,
    both: Both,
    formulas: Sequence[str],
    values: Floats,
    look: str = "money",
    known: Known | None = None,
) -> None:
    """One line over all years with its present value."""
    page = made.page
    made.rows[key] = page.row
    page.names(page.row, both, "part" if look == "money_sum" else "text")
    for k, (formula, value) in enumerate(zip(formulas, values.tolist(), strict=True)):
        page.formula(page.row, FIRST + k, formula, value, look)
    if known is not None:
        worth = float(discount(known.study.economics) @ values)
        total = f"SUMPRODUCT({made.years.span('discount')},{made.upto(key, made.years.n)})"
        made.present[key] = page.formula(page.row, TOTAL, total, worth, look)
    page.row += 1


def _sizes(made: CashSheet, known: Known, park: dict[str, Any]) -> None:
    """Payments for every size, and the depreciation of what was invested in it."""
    e, refs, years = known.study.economics, known.refs, made.years
    n = e.years
    for name, size in known.study.sizes.items():
        amount = float(park["sizes"].get(name, {"value": 0.0})["value"])
        of, label, p = f"costs.{size.cost}.", known.size(name), payments(known.study.costs[size.cost], e)
        q, price = refs[f"size.{made.side}.{name}"], refs[f"price.{name}"]
        life, share = refs[of + "lifetime_years"], refs[of + "replacement_share"]

        def grown(k: int) -> str:
            return years.at("general", k)

        last = f"INT(({n}-1)/{life})*{life}"  # the year of the last replacement, 0: none
        left = f"(1-({n}-{last})/{life})"
        paid = f"{q}*{price}*IF({last}=0,1,{share}*(1+{refs['economics.inflation']})^({last}))"
        formulas = {
            "capex": [f"{q}*{price}", *["0"] * n],
            "incentives": [f"-{q}*{refs[f'incentive.{name}']}", *["0"] * n],
            "replacement": [
                "0",
                *(f"IF(MOD({k},{life})=0,{q}*{price}*{share}*{grown(k)},0)" for k in range(1, n)),
                "0",
            ],
            "residual": [*["0"] * n, f'IF({refs[of + "residual"]}="linear",-{paid}*{left},0)'],
            "fixed_om": ["0", *(f"{q}*{refs[f'om.{name}']}*{grown(k)}" for k in range(1, n + 1))],
        }
        values = {
            "capex": amount * (p.capex - p.incentives),
            "incentives": amount * p.incentives,
            "replacement": amount * p.replacement,
            "residual": amount * p.residual,
            "fixed_om": amount * p.fixed_om,
        }
        made.page.names(made.page.row, label, "part")
        made.page.row += 1
        for key in OF_SIZES:
            _line(made, f"{key}/{name}", _indented(known.both(key)), formulas[key], values[key], known=known)
        assets = amount * (p.capex + p.replacement)
        written = _depreciation(made, name, refs["economics.tax.depreciation_years"], n)
        _line(made, f"depreciation/{name}", _indented(DEPRECIATION), written, depreciation(assets, e), known=known)


def _indented(both: Both) -> Both:
    return f"    {both[0]}", f"    {both[1]}"


def _depreciation(made: CashSheet, name: str, span: str, n: int) -> list[str]:
    """Straight line over ``span`` years from the year after each investment; what is left goes in the last year."""
    found = ["0"]

    def invested(last: int) -> str:
        parts = (made.upto(f"{key}/{name}", last) for key in ASSETS)
        return f"({'+'.join(parts)})"

    for k in range(1, n + 1):
        age = f"({k}-{made.years.span('year', 0, k - 1)})"
        formula = f"SUMPRODUCT({invested(k - 1)}*({age}<={span}))/{span}"
        if k == n:
            formula += f"+SUMPRODUCT({invested(k - 1)}*({age}<{span})*(1-{age}/{span}))"
        found.append(formula)
    return found


def _bills(made: CashSheet, known: Known, park: dict[str, Any]) -> None:
    """What the simulated year costs, line by line, at the prices of each year; then emissions at their price."""
    e, page, years = known.study.economics, made.page, made.years
    page.names(page.row, ("运行账目", "bills of operation"), "part")
    page.row += 1
    for k, line in enumerate(park["money"]["by_cause"]):
        bill, factor = bill_of(known, line)
        rising = np.concatenate([[0.0], bill.year_cny * escalated(e, bill.rise)])
        key = f"bill/{k}/{bill.line}"
        who, what = known.component(bill.component), known.cause(bill.cause)
        year = page.number(page.row, 2, bill.year_cny, "money")
        formulas = ["0", *(f"{year}*{years.at(factor, y)}" for y in range(1, e.years + 1))]
        _line(made, key, _indented((f"{who[0]}: {what[0]}", f"{who[1]}: {what[1]}")), formulas, rising, known=known)
        known.refs[f"{made.side}.{key}"] = made.present[key]
    emitted = float(park["kpis"]["emissions_t"])
    tonnes = page.number(page.row, 2, emitted, "amount")
    formulas = ["0", *(f"{tonnes}*{years.at('carbon', y)}" for y in range(1, e.years + 1))]
    paid = np.concatenate([[0.0], emitted * carbon_price(e)])
    emissions = ("    排放 [tCO₂e]", "    emissions [tCO₂e]")
    _line(made, "bill/carbon", emissions, formulas, paid, known=known)


def bill_of(known: Known, line: dict[str, Any]) -> tuple[Bill, str]:
    """A bill with the rise of its price, and the price factor that it follows."""
    e, cause, carrier = known.study.economics, str(line["cause"]), str(line["carrier"])
    owner = str(line["component"])
    factor = price_of(cause, {owner: carrier}, owner)
    return Bill(owner, cause, carrier, float(line["year_cny"]), rise(e, factor)), factor


def _sums(made: CashSheet, known: Known, lines: dict[str, Floats]) -> None:
    """The lines of the cash flow, tax, project, loan, equity."""
    e, refs, page = known.study.economics, known.refs, made.page
    count = range(e.years + 1)
    page.names(page.row, known.both("cash"), "part")
    page.row += 1
    for key in (*ASSETS, "residual", *OPERATION):
        parts = [r for r in made.rows if r.startswith(f"{key}/") or (r.startswith("bill/") and r.endswith(f"/{key}"))]
        formulas = ["+".join(made.cell(r, k) for r in parts) or "0" for k in count]
        _line(made, key, known.both(key), formulas, lines[key], known=known)
    written = [r for r in made.rows if r.startswith("depreciation/")]
    told = depreciation(np.asarray(lines["capex"] + lines["incentives"] + lines["replacement"]), e)
    sums = ["+".join(made.cell(r, k) for r in written) or "0" for k in count]
    _line(made, "depreciation", DEPRECIATION, sums, told, known=known)
    rate = refs["economics.tax.rate"]
    operation = [f"({'+'.join(made.cell(key, k) for key in OPERATION)})" for k in count]
    tax = [f"-{rate}*({operation[k]}+{made.cell('residual', k)}+{made.cell('depreciation', k)})" for k in count]
    _line(made, "tax", known.both("tax"), tax, lines["tax"], known=known)
    whole = [
        f"{'+'.join(made.cell(key, k) for key in (*ASSETS, 'residual'))}+{operation[k]}+{made.cell('tax', k)}"
        for k in count
    ]
    park = known.content[made.side]["cash_flow"]
    _line(made, "project", known.both("project"), whole, np.asarray(park["project"], float), "money_sum", known)
    _loan(made, known, lines)
    equity = [f"{made.cell('project', k)}+{'+'.join(made.cell(key, k) for key in FINANCING)}" for k in count]
    _line(made, "equity", known.both("equity"), equity, np.asarray(park["equity"], float), "money_sum", known)


def _loan(made: CashSheet, known: Known, lines: dict[str, Floats]) -> None:
    """A loan with equal payments; what is still owed in the last year is paid back then."""
    e, refs = known.study.economics, known.refs
    n, count = e.years, range(e.years + 1)
    rate, span, share = (refs[f"economics.loan.{key}"] for key in ("interest", "years", "share"))
    drawn = f"-MAX(0,{share}*({'+'.join(made.cell(key, 0) for key in ASSETS)}))"
    _line(made, "loan_drawn", known.both("loan_drawn"), [drawn, *["0"] * n], lines["loan_drawn"], known=known)
    first = made.page.row
    made.rows |= {"interest": first, "principal": first + 1, "owed": first + 2}
    loan = cell(made.rows["loan_drawn"], FIRST, fixed_column=True)
    payment = f"IF({rate}=0,-{loan}/{span},-{loan}*{rate}/(1-(1+{rate})^-{span}))"
    interest = ["0", *(f"IF({k}<=MIN({span},{n}),{rate}*{made.cell('owed', k - 1)},0)" for k in range(1, n + 1))]
    principal = [
        "0",
        *(
            f"IF({k}<MIN({span},{n}),{payment}-{made.cell('interest', k)},"
            f"IF({k}=MIN({span},{n}),{made.cell('owed', k - 1)},0))"
            for k in range(1, n + 1)
        ),
    ]
    owed = [f"-{loan}", *(f"{made.cell('owed', k - 1)}-{made.cell('principal', k)}" for k in range(1, n + 1))]
    left = -lines["loan_drawn"][0] - np.cumsum(lines["principal"])
    _line(made, "interest", known.both("interest"), interest, lines["interest"], known=known)
    _line(made, "principal", known.both("principal"), principal, lines["principal"], known=known)
    _line(made, "owed", ("未还本金", "still owed"), owed, np.asarray(left))
    relief = [f"-{refs['economics.tax.rate']}*{made.cell('interest', k)}" for k in count]
    _line(made, "interest_tax", known.both("interest_tax"), relief, lines["interest_tax"], known=known)


def _results(made: CashSheet, known: Known, park: dict[str, Any]) -> None:
    """Life-cycle cost and what it is as an equal payment every year."""
    page, e, money = made.page, known.study.economics, park["money"]
    page.row += 1
    page.names(page.row, known.both("life_cycle_cost_cny"))
    total = f"SUMPRODUCT({made.years.span('discount')},{made.span('project')})"
    lcc = page.formula(page.row, TOTAL, total, float(money["life_cycle_cost_cny"]), "key")
    known.refs[f"{made.side}.life_cycle_cost_cny"] = lcc
    page.row += 1
    page.names(page.row, known.both("annual_cost_cny"))
    annual = float(money["life_cycle_cost_cny"]) * annuity(e)
    ref = page.formula(page.row, TOTAL, f"{lcc}*{known.refs['annuity']}", annual, "key")
    known.refs[f"{made.side}.annual_cost_cny"] = ref
    page.row += 1
