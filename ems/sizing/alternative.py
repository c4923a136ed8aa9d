"""One park with given sizes in its simulated year, as the study's document tells it: plain numbers and texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.schedule import Schedule
from ems.site import Site
from ems.sizing.balances import buses, devices, months
from ems.sizing.cash_flow import OPERATION, Bill, CashFlow, bills, cash_flow, invested
from ems.sizing.key_figures import emissions_kg, key_figures
from ems.sizing.levelised import as_dict, levelised
from ems.sizing.parks import sized_field
from ems.sizing.study import Economics, Study
from ems.sizing.worth import Payments, after_tax, annuity, carriers_bought, discount, worth_of
from models import CARRIERS, Window, unit_of


def alternative(site: Site, w: Window, schedule: Schedule, study: Study, sizes: Mapping[str, float]) -> dict[str, Any]:
    """Balances, use of devices, key figures, money, levelised costs and cash flow of a park.

    ``site`` may hold `Design`s: the sizes are then those the schedule was made with. ``sizes``: those that are paid
    for, each by its cost in the study, by ``component.field``; of components that the park has not got they are 0.
    Raises `InputError` for a size without a cost.
    """
    e = study.economics
    present = {c.name for c in site.components}
    sizes = {name: value if name.partition(".")[0] in present else 0.0 for name, value in sizes.items()}
    built = invested(study, sizes)
    year = bills(site, w, schedule, e)
    emitted = emissions_kg(site, w, schedule)
    flow = cash_flow(e, built.values(), year, sum(emitted.values()) / 1000)
    annual = by_component(site, e, built, year, emitted)
    before_tax = {name: found["annual_cny"] / (1 - e.tax.rate) for name, found in annual.items()}
    prices = levelised(site, w, schedule, before_tax)
    return {
        "sizes": {name: size_told(site, name, value) for name, value in sizes.items()},
        "months": months(w),
        "buses": buses(site, w, schedule),
        "devices": devices(site, w, schedule),
        "kpis": key_figures(site, w, schedule),
        "money": money(e, flow, annual, year),
        "levelised": as_dict(prices),
        "allocation": prices.flows.as_dict() | {"emissions_t": {name: kg / 1000 for name, kg in emitted.items()}},
        "cash_flow": flow.as_dict(),
    }


def size_told(site: Site, name: str, value: float) -> dict[str, Any]:
    """A size with its unit and the name of its component; of what is not built the name in the site file."""
    owner, _, field = name.partition(".")
    told = {"value": value, "component": owner, "field": field}
    if owner not in {c.name for c in site.components}:
        return told | {"unit": unit_of(field), "label": {"zh": owner, "en": owner}}
    c, _ = sized_field(site, name)
    unit = CARRIERS[c.quantities[0].carrier].rate if field == "limit" else field
    return told | {"unit": unit_of(unit), "label": {"zh": c.label("zh"), "en": c.label("en")}}


def by_component(
    site: Site, e: Economics, built: Mapping[str, Payments], year: list[Bill], emitted_kg: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """Capex and annual cost of each component: what it is paid for, what it buys, its wear and its emissions."""
    worth = worth_of(e, carriers_bought(site))
    found = {
        c.name: {"capex_cny": 0.0, "annual_cny": worth.carbon_cny_per_kg * emitted_kg[c.name]} for c in site.components
    }
    for name, p in built.items():
        mine = found[name.partition(".")[0]]
        mine["capex_cny"] += float((p.capex - p.incentives)[0])
        mine["annual_cny"] += annuity(e) * float(discount(e) @ after_tax(p, e))
    for bill in year:
        found[bill.component]["annual_cny"] += worth.weight(bill.cause, bill.component) * bill.year_cny
    return found


def money(e: Economics, flow: CashFlow, annual: dict[str, dict[str, float]], year: list[Bill]) -> dict[str, Any]:
    """Totals of the cash flow, and where they come from; ``operating_first_year_cny`` is before tax."""
    first = {name: float(line[1]) for name, line in flow.lines.items()}
    return {
        "capex_cny": float(flow.lines["capex"][0]),
        "incentives_cny": -float(flow.lines["incentives"][0]),
        "operating_first_year_cny": sum(first[name] for name in OPERATION),
        "life_cycle_cost_cny": flow.life_cycle_cost_cny,
        "annual_cost_cny": flow.life_cycle_cost_cny * annuity(e),
        "by_component": annual,
        "by_cause": [
            {"component": b.component, "cause": b.cause, "carrier": b.carrier, "year_cny": b.year_cny}
            for b in year
            if b.year_cny
        ],
    }
