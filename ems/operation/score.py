"""What a month of operation came to: money, carbon, peaks, starts, what was not served, and how calm its plans were.

total     = paid + wear + stock + penalties     [CNY], each by `ems.accounts`; the whole peak is charged
stock     = what stocks end with below the opening, at the month's value of stock, the same for every policy
saving    = total by rules - total              capture = saving / saving of perfect foresight
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ems.accounts import CAUSES, COLUMNS, accounts
from ems.operation.churn import churn
from ems.operation.rolling import Replanned
from ems.schedule import Schedule
from ems.site import Site
from models import Grid, Window
from models.machine import STARTS

SMALL_SHARE = 0.002  # of the rules' total: a saving below it is within the gap of the plans and not divided by
MONEY = {"paid": "paid", "wear": "wear", "stock": "stock", "wish": "penalty"}  # kind of a cause -> name of the figure


def figures(site: Site, w: Window, schedule: Schedule, plans: Sequence[Replanned]) -> dict[str, Any]:
    """Figures of a simulated month; ``site`` is that which the month is billed by (`ems.operation.aims.settling`)."""
    table = accounts(site, w, schedule)
    causes = table.groupby(level="cause")[COLUMNS[0]].sum()
    money = dict.fromkeys(MONEY.values(), 0.0)
    for cause, cny in causes.items():
        if name := MONEY.get(CAUSES[str(cause)][2]):
            money[name] += float(cny)
    return {
        "total_cny": sum(money.values()),
        **{f"{name}_cny": cny for name, cny in money.items()},
        "causes_cny": {str(cause): float(cny) for cause, cny in causes.items() if abs(cny) > 1e-6},
        "carbon_kg": float(table[COLUMNS[1]].sum()),
        "peak_kw": _peak(site, schedule),
        "import_kwh": _sum(site, w, schedule, "import_kw"),
        "starts": float(sum(t[STARTS.name].sum() for t in schedule.tables.values() if STARTS.name in t)),
        "unserved_kwh": _sum(site, w, schedule, "unserved_kw"),
        "unserved_kg": _sum(site, w, schedule, "unserved_kg_per_h"),
        **_planning(site, plans),
    }


def capture(rules_cny: float, policy_cny: float, perfect_cny: float) -> float | None:
    """Share of the perfect-foresight saving over rules; None where that saving is no more than the plans' own gap."""
    best = rules_cny - perfect_cny
    if best <= SMALL_SHARE * abs(rules_cny):
        return None
    return (rules_cny - policy_cny) / best


def _planning(site: Site, plans: Sequence[Replanned]) -> dict[str, Any]:
    seconds = np.array([p.seconds["all"] for p in plans])
    quantiles = {"mean": seconds.mean(), "p95": np.quantile(seconds, 0.95), "max": seconds.max()} if len(plans) else {}
    return {
        "plans": len(plans),
        "not_planned": {kind: n for kind in ("bridged", "rules") if (n := sum(p.outcome == kind for p in plans))},
        "reasons": sorted({p.reason for p in plans if p.reason})[:10],
        "churn": churn(site, plans),
        "seconds_per_plan": {name: round(float(x), 4) for name, x in quantiles.items()},
        "gap_mean": float(np.nanmean([p.gap for p in plans])) if any(np.isfinite(p.gap) for p in plans) else None,
    }


def _peak(site: Site, schedule: Schedule) -> float:
    """Highest import of all connections [kW]."""
    return sum(float(schedule.tables[c.name]["import_kw"].max()) for c in site.components if isinstance(c, Grid))


def _sum(site: Site, w: Window, schedule: Schedule, quantity: str) -> float:
    """Sum of a rate over the month and all components that have it [kWh or kg]."""
    return float(sum(t[quantity].sum() for t in schedule.tables.values() if quantity in t) * w.step_h)
