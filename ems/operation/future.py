"""What the rest of a month costs, told at every midnight by what stores then hold and the peaks paid for by then.

    V(x) = max over cuts of  a + g . x                    x = levels [kWh or kg], peaks [kW];  a, V [CNY], g [CNY/unit]

A day's plan sees neither the dark week to come nor that a peak, once paid, serves all days that follow. It minimises
its own cost and V at its last midnight: stock is then worth what it will save, a peak what it will spare. The cuts
come from `ems.operation.future_fit`; they are a lower bound of what is to be expected, and convex. Beside V stands what
a machine that is off then is expected to cost: its next start (`ems.operation.restarts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ems.build import Law
from ems.operation.aims import Aims, keeping_stock, paying_above
from ems.site import Site
from ems.state import States
from models import Formulation, Grid, Store, Window, pyo

BLOCK, RESTARTS = "future", "restarts"  # names of the laws' blocks
LOWEST_CNY = -1e8  # of V, before there is a cut
Cuts = np.ndarray  # (cuts, 1 + stores + peaks): a, then g
Restarts = Mapping[str, Sequence[Sequence[float]]]


@dataclass(frozen=True)
class Future:
    """Cuts at the end of each day of a month but the last, where stocks are settled instead.

    Attributes:
        stores: names, in the order of the slopes.
        peaks: grid and key of the demand charge, after them.
        midnights: ends of the days.
        cuts: one array per midnight.
        expected_cny: lower bound of the month's expected cost from its opening.
        restarts: machine -> midnight -> module: what it is expected to cost that the module is off then [CNY], see
            `ems.operation.restarts`.
    """

    stores: tuple[str, ...]
    peaks: tuple[tuple[str, str], ...]
    midnights: pd.DatetimeIndex
    cuts: tuple[Cuts, ...]
    expected_cny: float
    restarts: Restarts = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "stores": list(self.stores),
            "peaks": [list(p) for p in self.peaks],
            "midnights": [m.isoformat() for m in self.midnights],
            "cuts": [np.round(c, 6).tolist() for c in self.cuts],
            "expected_cny": self.expected_cny,
            "restarts": {name: np.round(v, 3).tolist() for name, v in self.restarts.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], timezone: str) -> Future:
        return cls(
            tuple(data["stores"]),
            tuple((grid, key) for grid, key in data["peaks"]),
            pd.DatetimeIndex(pd.to_datetime(data["midnights"], utc=True)).tz_convert(timezone),
            tuple(np.array(c, float) for c in data["cuts"]),
            data["expected_cny"],
            {name: [tuple(v) for v in values] for name, values in data["restarts"].items()},
        )

    def at(self, end: pd.Timestamp) -> Cuts | None:
        """Cuts of the midnight ``end``; None from the end of the month on."""
        k = int(self.midnights.searchsorted(end))
        return self.cuts[k] if k < len(self.cuts) else None

    def off_cny(self, end: pd.Timestamp) -> dict[str, Sequence[float]]:
        """What each module is expected to cost that is off at the midnight ``end``, before the end of the month."""
        k = int(self.midnights.searchsorted(end))
        return {name: values[k] for name, values in self.restarts.items()}

    def seen(self, site: Site, opening: States, w: Window) -> tuple[Site, list[Law]]:
        """The site as a plan of ``w`` sees it, and the law that makes it look ahead.

        Up to the month's end peaks are paid from the running one on; the next month pays above that too. From the
        month's end on stocks are to be those of ``opening``, at the prices of the site file.
        """
        running = {
            c.name: {key: w.start(c.name, key, 0.0) for key in c.charges}
            for c in site.components
            if isinstance(c, Grid) and c.charges
        }
        park = paying_above(site, Aims(running, {}, 0.0))
        cuts = self.at(_end(w))
        if cuts is None:
            return keeping_stock(park, opening), []
        return unvalued(park), [self.law(park, w, cuts), self.restart_law(park, w)]

    def law(self, site: Site, w: Window, cuts: Cuts) -> Law:
        """A law of `ems.build.build` that adds V at the window's end to the objective."""
        last = len(w.inputs) - 1
        paid = []
        for name, key in self.peaks:
            grid = site.component(name)
            assert isinstance(grid, Grid)
            paid.append(grid.charges[key].opened(w, name, key)[0].paid_kw)

        def add(m: Any, parts: Mapping[str, Formulation]) -> None:
            b = pyo.Block()
            m.add_component(BLOCK, b)
            x = [m.part[name].level[last] for name in self.stores]
            x += [kw + m.part[g].charge[k].above_paid[0] for kw, (g, k) in zip(paid, self.peaks, strict=True)]
            b.cost = pyo.Var(bounds=(LOWEST_CNY, None))
            b.cut = pyo.Constraint(
                range(len(cuts)),
                rule=lambda b, k: (
                    b.cost
                    >= float(cuts[k, 0]) + pyo.quicksum(float(g) * v for g, v in zip(cuts[k, 1:], x, strict=True))
                ),
            )
            m.objective.set_value(m.objective.expr + b.cost)

        return add

    def restart_law(self, site: Site, w: Window) -> Law:
        """A law that adds to the objective what modules off at the window's end are expected to cost."""
        last, off_cny = len(w.inputs) - 1, self.off_cny(_end(w))

        def add(m: Any, parts: Mapping[str, Formulation]) -> None:
            b = pyo.Block()
            m.add_component(RESTARTS, b)
            b.off = pyo.Var([(n, k) for n, v in off_cny.items() for k in range(len(v))], bounds=(0, 1))
            b.modules = pyo.Constraint(
                list(off_cny),
                rule=lambda b, n: (
                    pyo.quicksum(b.off[n, k] for k in range(len(off_cny[n]))) == len(off_cny[n]) - m.part[n].hot[last]
                ),
            )
            cost = pyo.quicksum(cny * b.off[n, k] for n, v in off_cny.items() for k, cny in enumerate(v))
            m.objective.set_value(m.objective.expr + cost)

        return add

    def from_opening(self, site: Site, w: Window) -> Future:
        """The same with V at the end of ``w`` counted from what it would be with the stocks and peaks of the opening.

        No plan changes by it. The objective is then the cost of the window and not that of the month, so that a gap
        in per cent is one of the window's cost.
        """
        k = int(self.midnights.searchsorted(_end(w)))
        if k == len(self.cuts):
            return self
        moved = self.cuts[k].copy()
        moved[:, 0] -= float(np.max(moved @ self._opening(site, w)))
        return replace(self, cuts=(*self.cuts[:k], moved, *self.cuts[k + 1 :]))

    def _opening(self, site: Site, w: Window) -> np.ndarray:
        """1, levels and peaks paid at the opening of a window."""
        stores = [c for c in (site.component(name) for name in self.stores) if isinstance(c, Store)]
        levels = [w.start(c.name, c.level_name, c.start_share * c.top) for c in stores]
        return np.array([1.0, *levels, *(w.start(grid, key, 0.0) for grid, key in self.peaks)])

    def value(self, end: pd.Timestamp, levels: Sequence[float], peaks_kw: Sequence[float]) -> float:
        """V at a midnight before the month's end [CNY]."""
        cuts = self.at(end)
        if cuts is None:
            raise ValueError(f"{end} is not before the end of the month: stocks are settled there")
        return float(np.max(cuts @ np.array([1.0, *levels, *peaks_kw])))


def _end(w: Window) -> pd.Timestamp:
    return pd.Timestamp(w.inputs.index[-1]) + pd.Timedelta(hours=w.step_h)


def unvalued(site: Site) -> Site:
    """The site whose stock at the end of a window is worth nothing by itself."""
    nothing = {"end_short_cny_per_unit": 0.0, "end_surplus_cny_per_unit": 0.0, "end_short_kgco2e_per_unit": 0.0}
    return site.with_components(**{c.name: nothing for c in site.components if isinstance(c, Store)})
