"""What money of a year, of an investment and of a price path is worth today; and as an equal payment every year.

    worth today of a payment in year y               v(y) = 1 / (1 + d)^y,  y = 0 … N, end of the year
    annuity factor                                   a = 1 / sum v(1 … N)
    price of carrier c in year y                     p_c (1 + e_c)^y
    worth of a yearly expense of 1 today             (1 - tax) sum (1 + e_c)^y v(y)

The linear program minimises the life-cycle cost after tax as an equal yearly payment: every coefficient is the worth
of its payments times the annuity factor. `ems.sizing.cash_flow` adds up the same payments year by year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from ems.site import Site
from ems.sizing.study import Cost, Economics
from models import Grid
from models.supply import GasSupply, HydrogenSupply, WaterSupply
from models.window import Floats

NOT_PAID = frozenset({"tie_break", "end_stock"})
WEAR = frozenset({"wear", "start", "throughput"})
BOUGHT = frozenset({"energy", "demand_charge", "fixed_charge", "tier"})  # charged with what a component buys


def years(e: Economics) -> Floats:
    """Operating years 1 … N, shape (years,)."""
    return np.arange(1, e.years + 1, dtype=float)


def discount(e: Economics) -> Floats:
    """Worth today of a payment at the end of each year 0 … N, shape (years + 1,)."""
    return np.asarray((1 + e.discount_rate) ** -np.arange(0, e.years + 1, dtype=float))


def annuity(e: Economics) -> float:
    """Equal yearly payment, years 1 … N, that is worth 1 today."""
    return float(1 / discount(e)[1:].sum())


def carbon_price(e: Economics) -> Floats:
    """Price of emissions in each operating year, shape (years,) [CNY/t]."""
    known = sorted(e.carbon.cny_per_t.items())
    if not known:
        return np.zeros(e.years)
    at, price = zip(*known, strict=True)
    return np.asarray(np.interp(e.base_year + years(e), at, price), float)


def escalated(e: Economics, rate: float) -> Floats:
    """Price in each operating year over that of the base year, shape (years,), when it rises at a nominal rate."""
    return np.asarray((1 + rate) ** years(e))


def carriers_bought(site: Site) -> dict[str, str]:
    """Component -> carrier of what it buys."""
    kinds = {Grid: "electricity", GasSupply: "gas", WaterSupply: "water", HydrogenSupply: "hydrogen"}
    return {c.name: carrier for c in site.components for kind, carrier in kinds.items() if isinstance(c, kind)}


def rise(e: Economics, name: str) -> float:
    """Yearly rise of the price of a carrier, of ``export`` or of all else (``general``), nominal.

    What is sold rises no faster than what is bought: the one year that is simulated cannot tell later ones, in which
    the grid would pay more than it takes and a linear program would buy in order to sell.
    """
    if name == "general":
        return e.inflation
    named: list[float | None] = [getattr(e.escalation, name)]
    named += [e.escalation.electricity] if name == "export" else []
    return min(e.inflation if r is None else r for r in named)


def price_of(cause: str, carrier_of: Mapping[str, str], component: str) -> str:
    """The price that a cause follows: that of the carrier which the component buys, ``export`` or ``general``."""
    if cause in BOUGHT:
        return carrier_of[component]
    return "export" if cause == "export" else "general"


def is_paid(e: Economics, cause: str) -> bool:
    """Whether a cause of the schedule is money to the study."""
    return cause not in NOT_PAID and (e.count_wear or cause not in WEAR)


@dataclass(frozen=True)
class Payments:
    """What a unit of capacity is paid for in each year 0 … N, shape (years + 1,) [CNY/unit]; income is negative."""

    capex: Floats  # after incentives
    incentives: Floats  # what others pay of it, negative
    replacement: Floats
    residual: Floats  # negative: what is left at the end
    fixed_om: Floats

    @property
    def total(self) -> Floats:
        return self.capex + self.replacement + self.residual + self.fixed_om

    def __rmul__(self, size: float) -> Payments:
        """Payments for so many units."""
        return Payments(*(size * getattr(self, part.name) for part in fields(self)))


def payments(c: Cost, e: Economics) -> Payments:
    """Payments for one unit of capacity, nominal, before tax."""
    n = e.years
    inflated = (1 + e.inflation) ** (e.base_year - c.price_year)
    price = c.capex_cny_per_unit * inflated
    grown = (1 + e.inflation) ** np.arange(0, n + 1)
    capex, incentives, replacement, residual = (np.zeros(n + 1) for _ in range(4))
    incentives[0] = -(price * c.incentive_share + c.incentive_cny_per_unit * inflated)
    capex[0] = price + incentives[0]
    last, worth = 0, price
    for y in range(c.lifetime_years, n, c.lifetime_years):
        replacement[y] = c.replacement_share * price * grown[y]
        last, worth = y, replacement[y]
    if c.residual == "linear":
        residual[n] = -worth * (1 - (n - last) / c.lifetime_years)
    om = c.fixed_om_share * c.capex_cny_per_unit + c.fixed_om_cny_per_unit_year
    fixed_om = np.asarray(om * inflated * grown)
    fixed_om[0] = 0.0
    return Payments(capex, incentives, replacement, residual, fixed_om)


def depreciation(invested: Floats, e: Economics) -> Floats:
    """Straight-line depreciation of what is invested in each year, shape (years + 1,); what is left goes at the end."""
    n, out = e.years, np.zeros(e.years + 1)
    for y in np.flatnonzero(invested):
        span = range(int(y) + 1, min(int(y) + e.tax.depreciation_years, n) + 1)
        for k in span:
            out[k] += invested[y] / e.tax.depreciation_years
        out[n] += invested[y] * (1 - len(span) / e.tax.depreciation_years)
    return out


def after_tax(p: Payments, e: Economics) -> Floats:
    """Payments for a unit of capacity after tax: operation and depreciation lower the tax, a residual raises it."""
    spared = e.tax.rate * (p.fixed_om + p.residual + depreciation(p.capex + p.replacement, e))
    return p.total - spared


def annual_cost_cny(c: Cost, e: Economics) -> float:
    """Life-cycle cost of a unit of capacity after tax, as an equal yearly payment [CNY/unit/a]."""
    return float(annuity(e) * (discount(e) * after_tax(payments(c, e), e)).sum())


@dataclass(frozen=True)
class Worth:
    """Weights of a design's objective: [CNY/a] of equal payments per CNY of the simulated year."""

    economics: Economics
    carrier_of: Mapping[str, str]  # component -> carrier of what it buys
    carbon_cny_per_kg: float

    def weight(self, cause: str, component: str = "") -> float:
        if cause.startswith("investment"):
            return 1.0
        if not is_paid(self.economics, cause):
            return 0.0
        return yearly(self.economics, rise(self.economics, price_of(cause, self.carrier_of, component)))


def yearly(e: Economics, rate: float) -> float:
    """Equal yearly payment after tax for an expense of 1 at prices of the base year, which rise at ``rate``."""
    return float((1 - e.tax.rate) * annuity(e) * (discount(e)[1:] * escalated(e, rate)).sum())


def worth_of(e: Economics, carrier_of: Mapping[str, str]) -> Worth:
    """Weights that make the objective the life-cycle cost after tax, as an equal yearly payment."""
    carbon = (1 - e.tax.rate) * annuity(e) * (discount(e)[1:] * carbon_price(e)).sum() / 1000
    return Worth(e, carrier_of, float(carbon))
