"""The exchange with the grid as it is planned, and the band around it within which the day may move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ems.schedule import Schedule
from ems.site import Site
from ems.stochastic.extensive import Band
from models import Grid, Window
from models.component import fixed
from models.window import Floats

WIDTH_SHARE = 0.1  # of the contracted demand, else of the connection: assumption, no contract of a park was at hand
BEYOND_CNY_PER_KWH = 0.1  # assumption: about a fifth of what a kWh costs


class _Outcome(Protocol):
    @property
    def weight(self) -> float: ...
    @property
    def window(self) -> Window: ...
    @property
    def schedule(self) -> Schedule: ...


@dataclass(frozen=True)
class GridPlan:
    """One grid: import less export as planned, shape (steps,) [kW], and what lies beyond its band."""

    planned_kw: Floats
    exchange_kw: np.ndarray  # the same in each scenario, shape (scenarios, steps)
    beyond_kwh: Floats  # in each scenario, shape (scenarios,)


def default_band(site: Site) -> Band:
    """A tenth of the largest contract (or connection) of the site's grids."""
    grids = [c for c in site.components if isinstance(c, Grid)]
    widest = max((c.contract_kw or fixed(c.connection_kw) for c in grids), default=0.0)
    return Band(WIDTH_SHARE * widest, BEYOND_CNY_PER_KWH)


def grid_plans(
    site: Site, outcomes: Sequence[_Outcome], band: Band, solved: Mapping[str, Floats]
) -> dict[str, GridPlan]:
    """The planned exchange of every grid as ``solved``; as near to the mean as may be where nothing leaves the band."""
    weights = np.array([o.weight for o in outcomes])
    found = {}
    for c in site.components:
        if isinstance(c, Grid):
            net = np.array([_net(o.schedule, c) for o in outcomes])
            least, most = net.max(axis=0) - band.width_kw, net.min(axis=0) + band.width_kw
            fits = least <= most + 1e-6
            planned = np.where(fits, np.clip(weights @ net, least, most), solved.get(c.name, 0.0))
            hours = outcomes[0].window.weights
            beyond = np.maximum(np.abs(net - planned) - band.width_kw, 0.0) @ hours
            found[c.name] = GridPlan(planned, net, np.where(beyond < 1e-6, 0.0, beyond))
    return found


def _net(schedule: Schedule, c: Grid) -> Floats:
    table = schedule.tables[c.name]
    sold = table["export_kw"].to_numpy(float) if "export_kw" in table else 0.0
    return np.asarray(table["import_kw"].to_numpy(float) - sold, float)
