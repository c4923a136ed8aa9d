"""What an operator is told of the park: all of it, or less where meters are late or silent.

A component without a reading is taken to be where the last plan left it, and named in `Readings.missing`: the plan
is made all the same, and its flag stays with it. Before there is any plan the site file's opening stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ems.operation.outlook import Readings
from ems.site import Site
from ems.state import States

Values = Mapping[str, Any]


def bridged(site: Site, at: pd.Timestamp, told: States, planned: States | None, expected: tuple[str, ...]) -> Readings:
    """Readings with the state of every component of ``expected`` that meters do not tell taken from the last plan.

    ``planned`` is the park's state at ``at`` by the last plan (`Replanned.state`); None where there is none.
    """
    missing = tuple(name for name in expected if name not in told)
    state = {name: dict(values) for name, values in told.items()}
    for name in missing:
        if planned is not None and name in planned:
            state[name] = _within(site, name, planned[name])
    return Readings(at, state, missing)


def _within(site: Site, name: str, values: Values) -> dict[str, Any]:
    """Values of a plan, a hair beyond their bounds by the solver's tolerance, within them."""
    bounds = site.component(name).state_bounds()
    return {
        key: float(np.clip(x, *bounds[key][:2])) if key in bounds and isinstance(x, int | float) else x
        for key, x in values.items()
    }


class Silence:
    """Meters that fall silent at random, one component at a time: for trials, the same for every policy."""

    def __init__(self, share: float, seed: int) -> None:
        self._share, self._seed = share, seed

    def told(self, state: States, at: pd.Timestamp) -> States:
        """What is left of the readings at a moment."""
        if not self._share:
            return state
        rng = np.random.default_rng([self._seed, int(at.value // 10**9)])
        return {name: values for name, values in sorted(state.items()) if rng.random() >= self._share}
