"""Independent judgement of a schedule: conservation, each component's physics, continuity and the money again.

Reads only the site, the inputs and the reported tables, so it can judge a plan that was stored a year ago or edited
by hand. It shares no code with the formulation and knows no solver.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ems.objective import Weights
from ems.schedule import Schedule
from ems.site import Site
from models import Violation, Window

BALANCE_TOLERANCE = 1e-3  # kW or kg/h
MONEY_TOLERANCE = 1e-6  # of the objective, plus a tenth of a fen


def audit(
    site: Site, w: Window, schedule: Schedule, objective: Weights | None = None, claimed_cny: float | None = None
) -> list[Violation]:
    """All broken laws, worst residual each; an empty list is a clean bill.

    With ``claimed_cny`` the objective is computed again from the tables and compared.
    """
    found = _shape(site, w, schedule)
    if found:
        return found
    for c in site.components:
        found += c.check(schedule.tables[c.name], w)
    found += _balances(site, w, schedule)
    if objective is not None and claimed_cny is not None:
        found += _money(site, w, schedule, objective, claimed_cny)
    return found


def _shape(site: Site, w: Window, schedule: Schedule) -> list[Violation]:
    """Every component reports every quantity, at every step, as finite numbers."""
    found: list[Violation] = []
    first = w.inputs.index[0]
    for c in site.components:
        table = schedule.tables.get(c.name)
        if table is None:
            found.append(Violation(c.name, "no series reported", np.inf, first))
            continue
        if not table.index.equals(w.inputs.index):
            found.append(Violation(c.name, "steps differ from the inputs", np.inf, first))
        for q in c.quantities:
            if q.name not in table:
                found.append(Violation(c.name, f"series {q.name} is missing", np.inf, first))
            elif not np.isfinite(table[q.name].to_numpy(float)).all():
                found.append(Violation(c.name, f"series {q.name} holds gaps", np.inf, first))
    return found


def _balances(site: Site, w: Window, schedule: Schedule) -> list[Violation]:
    found = []
    for bus in site.buses:
        flows = schedule.into_bus(site, bus)
        residual = np.abs(sum(flows.values(), np.zeros(len(w.inputs))))
        if residual.max() > BALANCE_TOLERANCE:
            worst = int(residual.argmax())
            found.append(Violation(bus, "balance", float(residual[worst]), w.inputs.index[worst]))
    return found


def _money(site: Site, w: Window, schedule: Schedule, objective: Weights, claimed: float) -> list[Violation]:
    again = objective_cny(site, w, schedule, objective)
    off = abs(again - claimed)
    if off > MONEY_TOLERANCE * abs(claimed) + 1e-3:
        return [Violation(site.name, "objective computed again", off, pd.Timestamp(w.inputs.index[-1]))]
    return []


def objective_cny(site: Site, w: Window, schedule: Schedule, objective: Weights) -> float:
    """The objective from the reported tables alone; in a closed window every step counts as often as it occurs."""
    total = 0.0
    for c in site.components:
        table = schedule.tables[c.name]
        paid = {cause: float(w.occurrences @ x) for cause, x in c.bill(table, w).items()} | c.invested(table, w)
        total += sum(objective.weight(cause, c.name) * cny for cause, cny in paid.items())
        total += objective.carbon_cny_per_kg * sum(float(w.occurrences @ x) for x in c.emitted(table, w).values())
    return total


def by_component(violations: list[Violation]) -> Mapping[str, list[Violation]]:
    """Violations grouped by who broke the law."""
    grouped: dict[str, list[Violation]] = {}
    for v in violations:
        grouped.setdefault(v.component, []).append(v)
    return grouped
