"""How much of a plan the next one changes.

A cell is one thing that a plan sets (load of a machine, its modules at work, net discharge of a store) in one step
that both plans reach. It is changed where it moves by more than `TOLERANCE` of its capacity, modules by half a module.

    churn = changed cells / all cells      in [0, 1], mean over all pairs of plans that follow each other
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ems.operation.rolling import Replanned
from ems.schedule import Schedule
from ems.site import Site
from models import Store
from models.commitment import Machine
from models.component import fixed
from models.machine import ON

TOLERANCE = 0.05


def churn(site: Site, plans: Sequence[Replanned]) -> float | None:
    """Mean share of cells that a plan changes; None where no two plans reach the same step."""
    made = [p.schedule for p in plans if p.outcome == "planned" and p.schedule is not None]
    shares = [x for one, other in pairwise(made) if (x := changed_share(site, one, other)) is not None]
    return float(np.mean(shares)) if shares else None


def changed_share(site: Site, before: Schedule, after: Schedule) -> float | None:
    """Share of cells that differ in the steps of both."""
    both = before.index.intersection(after.index)
    if not len(both):
        return None
    cells = []
    for c in site.components:
        if c.name not in before.tables:
            continue
        old, new = before.tables[c.name].loc[both], after.tables[c.name].loc[both]
        if isinstance(c, Machine):
            cells.append(np.abs(c.load_kw(new) - c.load_kw(old)) > TOLERANCE * fixed(c.size))
            cells.append(np.abs(new[ON.name].to_numpy(float) - old[ON.name].to_numpy(float)) > 0.5)
        elif isinstance(c, Store):
            out, into = f"discharge_{c.RATE}", f"charge_{c.RATE}"
            moved = (new[out] - new[into] - old[out] + old[into]).to_numpy(float)
            cells.append(np.abs(moved) > TOLERANCE * fixed(c.rate))
    return float(np.mean(cells)) if cells else None
