"""Forced outages: every module fails and is repaired by chance, as a process of two states in calendar time.

    time to failure ~ exponential(mtbf_h),   time to repair ~ exponential(mttr_h)

A module fails whether it works or waits; identical modules are counted, so one that waits fails before one that works.
The figures are assumptions unless a site brings its own log. A plan sees an outage only once it has happened, and
reckons with the mean time to repair from then on, which is all that an exponential repair lets anyone know.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ems.site import Site
from models.commitment import Machine


@dataclass(frozen=True)
class Reliability:
    """Mean hours of one module between failures and to repair."""

    mtbf_h: float
    mttr_h: float

    @property
    def availability(self) -> float:
        return self.mtbf_h / (self.mtbf_h + self.mttr_h)


ASSUMED: Mapping[str, Reliability] = {  # by kind; assumptions of the order of a well-kept plant, not measured anywhere
    "electrolyser": Reliability(1500.0, 24.0),
    "fuel_cell": Reliability(1500.0, 24.0),
    "gas_engine": Reliability(800.0, 14.0),
    "heat_pump": Reliability(4000.0, 24.0),
    "electric_chiller": Reliability(4000.0, 24.0),
    "absorption_chiller": Reliability(6000.0, 24.0),
    "gas_boiler": Reliability(6000.0, 12.0),
}


@dataclass(frozen=True)
class Outage:
    """One module of a component out of service in ``[start, end)``; its repair is thought to take ``expected_h``."""

    component: str
    start: pd.Timestamp
    end: pd.Timestamp
    expected_h: float


@dataclass(frozen=True)
class Outages:
    """All outages of a run, in the order of their start."""

    of: tuple[Outage, ...] = ()

    def beginning(self, after: pd.Timestamp | None, until: pd.Timestamp) -> tuple[Outage, ...]:
        """Outages that begin in ``(after, until]`` and last beyond ``until``."""
        return tuple(o for o in self.of if (after is None or o.start > after) and o.start <= until < o.end)


def drawn(
    site: Site, index: pd.DatetimeIndex, seed: int, reliability: Mapping[str, Reliability] | None = None
) -> Outages:
    """Outages of a site's machines over equidistant intervals, in whole intervals; the same for every policy.

    ``reliability`` is by component or kind and replaces `ASSUMED`; kinds that it does not name never fail. Every module
    has its own stream of chance: a machine more or less changes nothing for the others.
    """
    known = ASSUMED if reliability is None else reliability
    step = index[1] - index[0]
    found: list[Outage] = []
    for c in site.components:
        r = known.get(c.name, known.get(c.kind))
        if r is None or not isinstance(c, Machine):
            continue
        for module in range(c.modules):
            rng = np.random.default_rng([seed, zlib.crc32(c.name.encode()), module])
            hours = rng.exponential(r.mtbf_h)
            while index[0] + pd.Timedelta(hours=hours) < index[-1] + step:
                repair = rng.exponential(r.mttr_h)
                start = _floor(index, step, hours)
                end = max(start + step, _floor(index, step, hours + repair))
                found.append(Outage(c.name, start, end, r.mttr_h))
                hours += repair + rng.exponential(r.mtbf_h)
    return Outages(tuple(sorted(found, key=lambda o: (o.start, o.component))))


def _floor(index: pd.DatetimeIndex, step: pd.Timedelta, hours: float) -> pd.Timestamp:
    return index[0] + int(pd.Timedelta(hours=hours) / step) * step
