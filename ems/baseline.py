"""The park run by rules: what savings are measured against, and the plan that is used when the solver has none.

Sun first; electrolysers on spare sun and, at an even rate, for the day's hydrogen; no arbitrage on prices; thermal
stores hold their level; the battery takes spare sun only; the fuel cell runs lest a demand goes unserved. It knows no
optimiser, always answers, and its answer obeys the same laws (`ems.audit`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ems.rules.attempt import Attempt
from ems.rules.balance import Step
from ems.rules.hydrogen import Net, nets
from ems.rules.plant import Plant
from ems.schedule import Schedule
from ems.site import Site
from models import Window
from models.operation import Run

LESS = (1.0, 0.5)  # shares of the wanted hydrogen that are tried until no demand suffers for it
HARMLESS = 1e-6  # CNY/h


def rule_based(site: Site, w: Window) -> Schedule:
    """The schedule of every component over the window, step by step from the state it opens with.

    Raises ``ValueError`` for sites with sizes that are left to the optimiser.
    """
    plant, run = Plant(site, w), Run(w)
    hydrogen = nets(plant)
    for t in w.t:
        for name, values in decide(plant, run, t, hydrogen).tables().items():
            run.write(name, values)
    return Schedule({c.name: _table(run, c.name, [q.name for q in c.quantities], w) for c in site.components})


def decide(plant: Plant, run: Run, t: int, hydrogen: list[Net]) -> Attempt:
    """The attempt that does least harm; most steps need only the first."""
    run.released.clear()
    best = _normal(Step(plant, run, t), hydrogen)
    if best.harm > HARMLESS:  # nothing waits in standby while a demand goes unserved
        best = min(best, _plain(Step(plant, run, t, lean=True)), key=harm)
    if best.flooded:  # someone who has to run has nowhere to deliver to: he stops, as his protection would make him
        run.released.update(u.name for bus in best.flooded for u in plant.machines[bus])
        best = min(best, _normal(Step(plant, run, t), hydrogen), key=harm)
    return best


def _normal(step: Step, hydrogen: list[Net]) -> Attempt:
    """The step without electrolysers first, to see what is spare; then with them, as far as no demand suffers."""
    without = Attempt(step)
    without.serve()
    wants = {name: want for net in hydrogen for name, want in net.wants(without).items()}
    for share in LESS if any(wants.values()) else ():
        tried = Attempt(step)
        tried.make({name: share * want for name, want in wants.items()})
        tried.serve()
        tried.finish()
        if tried.harm <= without.harm + HARMLESS:
            return tried
    without.finish()
    return without


def _plain(step: Step) -> Attempt:
    tried = Attempt(step)
    tried.serve()
    tried.finish()
    return tried


def harm(a: Attempt) -> float:
    return a.harm


def _table(run: Run, name: str, columns: list[str], w: Window) -> pd.DataFrame:
    past = run.tables[name]
    return pd.DataFrame(np.array([past[q] for q in columns], float).T, index=w.inputs.index, columns=columns)
