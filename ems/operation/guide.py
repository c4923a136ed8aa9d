"""What the rest of the month asks of a day: looked at once a day, from where the park stands.

A day's plan sees neither the dark week to come nor that a peak, once paid, serves all days that follow. A linear
program of the rest of the month in steps of three hours does: its inputs are the forecast as far as it reaches and
a likely course beyond, its stocks and peak those of the moment. From it a plan takes

    the peak to plan with                           below it a plan pays no demand charge, above it the whole price
    the level of each store at the plan's midnight  a target: short of it a unit costs 1.2, above it earns 0.8 of
    what a unit is worth there                      the dual of the store's balance

Likely courses are other years of the same climate, with clear and dark days: mean weather would need no stock and
no peak. Once a week all of them are looked at and the peak is the mean of theirs; on the days between one is, in turn,
with that peak as paid. The factors (an assumption) keep a plan near the target where prices would let it go to either
end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ems.objective import Objective
from ems.operation.aims import Aims, keeping_stock, paying_above, paying_all, relaxed
from ems.operation.outlook import Outlook
from ems.operation.rolling import horizon
from ems.problem import Limits
from ems.site import Site
from ems.solve import Solver
from ems.state import States
from models import Grid, Store, Window

COARSE_MINUTES = 180
SHORT, SURPLUS = 1.2, 0.8
ALL_EVERY_DAYS = 7
LIMITS = Limits(seconds=120.0)
Peaks = Mapping[str, Mapping[str, float]]  # grid -> key of the charge -> kW


@dataclass(frozen=True)
class Guide:
    """Peaks [kW], and per store the level and value of a unit at the end of each coarse step, by that moment."""

    peaks_kw: Peaks
    levels: pd.DataFrame
    stock_cny: pd.DataFrame

    def site(self, site: Site, end: pd.Timestamp) -> Site:
        """The site as a plan sees it whose window ends at ``end``."""
        row = min(int(self.levels.index.searchsorted(end)), len(self.levels) - 1)
        stores = {}
        for c in site.components:
            if isinstance(c, Store):
                share = float(self.levels[c.name].iloc[row]) / c.top
                value = max(0.0, float(self.stock_cny[c.name].iloc[row]))
                stores[c.name] = {
                    "end_target_share": float(np.clip(share, c.min_share, 1.0)),
                    "end_short_cny_per_unit": SHORT * value,
                    "end_surplus_cny_per_unit": SURPLUS * value,
                }
        return paying_above(site, Aims(self.peaks_kw, {}, 0.0)).with_components(**stores)


@dataclass
class Guides:
    """The guide of every day of a month, made when it is first asked for.

    Attributes:
        likely: courses of the whole month, tables of inputs.
        opening: what stocks are to end with.
        outlook: what is known of the hours ahead.
        step_minutes, least_h: of the plans, see `ems.operation.rolling.horizon`.
    """

    likely: Sequence[pd.DataFrame]
    opening: States
    outlook: Outlook
    goal: Objective
    step_minutes: int
    least_h: float
    days: dict[pd.Timestamp, Guide] = field(default_factory=dict)
    _peaks: Peaks = field(default_factory=dict)

    def seen(self, site: Site, state: States, now: pd.Timestamp, solver: Solver) -> Site:
        """The site as the plan sees it that begins ``now``; raises ``ValueError`` where there is no guide."""
        day, index = now.normalize(), horizon(now, self.step_minutes, self.least_h)
        if day not in self.days:
            self.days[day] = self._made(site, state, self.outlook.inputs(now, index), solver)
        return self.days[day].site(site, index[-1] + pd.Timedelta(minutes=self.step_minutes))

    def _made(self, site: Site, state: States, near: pd.DataFrame, solver: Solver) -> Guide:
        turn = len(self.days)
        every = turn % ALL_EVERY_DAYS == 0
        courses = self.likely if every else [self.likely[turn % len(self.likely)]]
        peaks = {} if every else self._peaks
        found = [guide(site, self.opening, state, joined(near, course), self.goal, solver, peaks) for course in courses]
        if every:
            self._peaks = {
                grid: {key: float(np.mean([g.peaks_kw[grid][key] for g in found])) for key in keys}
                for grid, keys in found[0].peaks_kw.items()
            }
        return Guide(self._peaks, _mean([g.levels for g in found]), _mean([g.stock_cny for g in found]))


def _mean(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return sum(tables[1:], tables[0]) / len(tables)


def guide(
    site: Site,
    opening: States,
    state: States,
    ahead: pd.DataFrame,
    goal: Objective,
    solver: Solver,
    paid: Peaks | None = None,
) -> Guide:
    """The guide from one course of the rest of a month.

    ``ahead`` begins now, ``opening`` is what stocks are to end with, ``paid`` peaks cost nothing. Raises
    ``ValueError`` where the program has no answer.
    """
    table = _coarse(ahead)
    kept = {c.name: state[c.name] for c in site.components if isinstance(c, Store | Grid) and c.name in state}
    w = Window(table, kept, step_minutes=COARSE_MINUTES)
    park = keeping_stock(site, opening)
    park = paying_above(park, Aims(paid, {}, 0.0)) if paid else paying_all(park)
    found = relaxed(park, w, goal, solver, LIMITS)
    ends = pd.DatetimeIndex(table.index) + pd.Timedelta(minutes=COARSE_MINUTES)
    stores = [c for c in site.components if isinstance(c, Store)]
    levels = {c.name: found.tables[c.name][c.level_name].to_numpy(float) for c in stores}
    values = {c.name: found.stock_cny[c.name] for c in stores}
    return Guide(found.peaks_kw, pd.DataFrame(levels, index=ends), pd.DataFrame(values, index=ends))


def joined(near: pd.DataFrame, course: pd.DataFrame) -> pd.DataFrame:
    """The rest of the month as far as it is forecast, and a likely course beyond."""
    return pd.concat([near, course.loc[course.index > near.index[-1], list(near)]])


def _coarse(table: pd.DataFrame) -> pd.DataFrame:
    """Means over `COARSE_MINUTES`; a last step that is not whole is left out, unless it is all there is."""
    many = max(1, COARSE_MINUTES // round((table.index[1] - table.index[0]) / pd.Timedelta(minutes=1)))
    whole = len(table) // many * many
    means = table.iloc[:whole].groupby(np.arange(whole) // many).mean()
    return means.set_axis(table.index[:whole:many], axis=0)
