"""What it is expected to cost that a module which can wait in hot standby is off at a midnight.

A plan that ends at midnight stops a machine that it no longer needs: the start of the next morning is not its own. For
every module and every midnight of a month, from the days of likely years:

    V[d] = max(0, p (S - c) + (1 - p) max(0, V[d+1] - C))        [CNY], V = 0 at the month's end

p: share of the years in which day d uses the module; S: what a start costs, electricity of the warm-up included; c: of
standby until the day's first use; C: of standby for a whole day that does not use it. Days of a year are taken to be
independent. Left out: what is not made while a module warms up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ems.objective import Objective
from ems.operation.future import Restarts
from ems.operation.stage import Stage, Use, waiting_machines
from ems.site import Site
from models.commitment import Machine
from models.window import Floats


def expected_restarts(
    site: Site, stages: Sequence[Sequence[Stage]], path: Sequence[Floats], goal: Objective
) -> Restarts:
    """Machine -> midnight -> module: V at the end of every day but the last, falling by module.

    ``path``: what the days of ``stages`` open with.
    """
    waiting = waiting_machines(site)
    if not waiting:
        return {}
    days = [[stage.uses(x) for stage in openings] for openings, x in zip(stages, path, strict=True)]
    return {
        c.name: _of(c, [[year[c.name] for year in day] for day in days], goal, stages[0][0].step_h) for c in waiting
    }


def _of(c: Machine, days: Sequence[Sequence[Use]], goal: Objective, step_h: float) -> tuple[tuple[float, ...], ...]:
    """V of one machine, from the days of all years, each at its own opening."""
    after, found = np.zeros(c.modules), []
    for years in reversed(days[1:]):
        after = np.array([_before(c, k, years, after[k], goal, step_h) for k in range(c.modules)])
        after = np.minimum.accumulate(after)  # the first module is needed wherever the second is
        found.append(tuple(after.tolist()))
    return tuple(reversed(found))


def _before(c: Machine, k: int, years: Sequence[Use], after_cny: float, goal: Objective, step_h: float) -> float:
    """V of module ``k`` at the opening of a day that may come as in any of ``years``."""
    standby_kw, warm_up_kwh = (c.standby_share or 0.0) * c.module_kw, c.cold_start_kwh_per_kw * c.module_kw
    total = 0.0
    for use in years:
        at_work = np.flatnonzero(use.on > k + c.least)
        until = int(at_work[0]) if len(at_work) else len(use.on)
        standby = standby_kw * step_h * float(use.kwh_cny[:until].sum())
        if len(at_work):
            start = goal.weight("start", c.name) * c.start_cny + warm_up_kwh * float(use.kwh_cny[until])
            total += start - standby
        else:
            total += max(0.0, after_cny - standby)
    return max(0.0, total / len(years))
