"""The study's money year by year, as a bank reads it: what is paid is positive, what comes in negative.

    project = capex + incentives + replacement + residual + operation + tax
    tax     = -rate (operation + residual + depreciation)          losses are set off against the owner's other income
    equity  = project + loan drawn + interest + principal - rate * interest

Year 0 is the end of the base year, when all is built; payments of the years 1 … N fall on their ends. Nominal money.
A loan pays a share of the first capex net of incentives and is paid back in equal payments; what is still owed at the
end of the study is paid back then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ems.schedule import Schedule
from ems.site import Site
from ems.sizing.study import Economics, Loan, Study
from ems.sizing.worth import (
    Payments,
    carbon_price,
    carriers_bought,
    depreciation,
    discount,
    escalated,
    is_paid,
    payments,
    price_of,
    rise,
)
from forecasting.errors import InputError
from models import Window
from models.window import Floats

OPERATION = (
    "fixed_om",
    "electricity",
    "export",
    "demand_charge",
    "gas",
    "water",
    "hydrogen",
    "wear",
    "carbon",
    "penalties",
)
FINANCING = ("loan_drawn", "interest", "principal", "interest_tax")
LINE = {  # cause -> line; energy goes to the line of its carrier
    "export": "export",
    "demand_charge": "demand_charge",
    "wear": "wear",
    "start": "wear",
    "throughput": "wear",
    "spill": "penalties",
    "unserved": "penalties",
    "over_contract": "penalties",
}


@dataclass(frozen=True)
class Bill:
    """What a component costs for one cause in the simulated year, at prices of the base year."""

    component: str
    cause: str
    carrier: str  # what it buys; empty: nothing
    year_cny: float
    rise: float  # of its price a year, nominal

    @property
    def line(self) -> str:
        return LINE.get(self.cause) or self.carrier


def bills(site: Site, w: Window, schedule: Schedule, e: Economics) -> list[Bill]:
    """The year's money by component and cause; what is no money to the study is left out."""
    carrier = carriers_bought(site)
    return [
        Bill(
            c.name, cause, carrier.get(c.name, ""), float(w.occurrences @ x), rise(e, price_of(cause, carrier, c.name))
        )
        for c in site.components
        for cause, x in c.bill(schedule.tables[c.name], w).items()
        if is_paid(e, cause)
    ]


def invested(study: Study, sizes: Mapping[str, float]) -> dict[str, Payments]:
    """Payments for the sizes that are built: size -> payments; raises `InputError` for a size without a cost."""
    found: dict[str, Payments] = {}
    for name, value in sizes.items():
        if value <= 0:
            continue
        if name not in study.sizes:
            expected = f"0, or one of the sizes that have a cost: {', '.join(study.sizes)}"
            raise InputError("study", f"sizes.{name}", value, expected)
        found[name] = value * payments(study.costs[study.sizes[name].cost], study.economics)
    return found


@dataclass(frozen=True)
class CashFlow:
    """Lines over the years 0 … N, each shape (years + 1,) [CNY]; ``project`` and ``equity`` are their sums."""

    lines: Mapping[str, Floats]
    project: Floats  # after tax, before financing
    equity: Floats  # after financing
    discount: Floats

    @property
    def life_cycle_cost_cny(self) -> float:
        """Worth today of what the project pays over its life, after tax."""
        return float(self.discount @ self.project)

    def as_dict(self) -> dict[str, Any]:
        return {
            "years": list(range(len(self.project))),
            "lines": {name: line.tolist() for name, line in self.lines.items()},
            "project": self.project.tolist(),
            "equity": self.equity.tolist(),
            "discount": self.discount.tolist(),
        }


def cash_flow(e: Economics, built: Iterable[Payments], year: Iterable[Bill], emissions_t: float) -> CashFlow:
    """The cash flow of a park: what is built, what its simulated year costs, what it emits in a year [tCO2e]."""
    n = e.years
    lines: dict[str, Floats] = {name: np.zeros(n + 1) for name in ("capex", "incentives", "replacement", "residual")}
    lines |= {name: np.zeros(n + 1) for name in OPERATION}
    for p in built:
        lines["capex"] += p.capex - p.incentives
        lines["incentives"] += p.incentives
        lines["replacement"] += p.replacement
        lines["residual"] += p.residual
        lines["fixed_om"] += p.fixed_om
    for bill in year:
        lines[bill.line][1:] += bill.year_cny * escalated(e, bill.rise)
    lines["carbon"][1:] += emissions_t * carbon_price(e)

    operation = sum((lines[name] for name in OPERATION), np.zeros(n + 1))
    assets = lines["capex"] + lines["incentives"] + lines["replacement"]
    lines["tax"] = -e.tax.rate * (operation + lines["residual"] + depreciation(assets, e))
    project = assets + lines["residual"] + operation + lines["tax"]

    lines |= loan(e.loan, assets[0], n)
    lines["interest_tax"] = -e.tax.rate * lines["interest"]
    equity = project + sum((lines[name] for name in FINANCING), np.zeros(n + 1))
    return CashFlow(lines, np.asarray(project), np.asarray(equity), discount(e))


def loan(terms: Loan, capex_cny: float, n: int) -> dict[str, Floats]:
    """Drawing, interest and repayment over the years 0 … ``n``; none where there is nothing to be financed."""
    drawn, interest, principal = np.zeros(n + 1), np.zeros(n + 1), np.zeros(n + 1)
    owed = max(0.0, terms.share * capex_cny)
    drawn[0] = -owed
    payment = owed / float(((1 + terms.interest) ** -np.arange(1.0, terms.years + 1)).sum())
    for y in range(1, min(terms.years, n) + 1):
        interest[y] = terms.interest * owed
        principal[y] = payment - interest[y] if y < min(terms.years, n) else owed
        owed -= principal[y]
    return {"loan_drawn": drawn, "interest": interest, "principal": principal}
