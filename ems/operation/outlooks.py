"""Sources of what is ahead: forecasts that err as day-ahead forecasts do, corrected as the day unfolds, or certainty.

An outlook is asked at ``now`` for the intervals of a window. `Erring` knows the forecast issued the day before (drawn
once, see `ems.operation.draws`, the same for every policy) and what was measured of the intervals that are over; from
both it corrects the rest of the window (`forecasting.intraday`). Nothing later than ``now`` is looked at. `Perfect`
knows all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ems.operation.outlook import Scenario
from forecasting.intraday import Weights, corrected
from models.window import Floats

PV_WEIGHTS = Weights.fading(half_life_h=2.0, window_h=2.0)  # assumption: clouds keep for hours, not for days
DEMAND_WEIGHTS = Weights.fading(half_life_h=2.0, window_h=2.0)
ASSUMED_CORRECTIONS = (PV_WEIGHTS, DEMAND_WEIGHTS)  # where there is no other year to fit them on


NEAR_H = 2.0  # what comes sooner is known well enough
TODAY = 0.5  # share of the caution on what is left of today, which measurements correct


def caution_share(now: pd.Timestamp, index: pd.DatetimeIndex) -> Floats:
    """Share of the full caution by interval: none for the next hours, half for the rest of today, all after it."""
    near, today = index - now < pd.Timedelta(hours=NEAR_H), index.normalize() == now.normalize()
    return np.asarray(np.where(near, 0.0, np.where(today, TODAY, 1.0)))


@dataclass(frozen=True)
class Perfect:
    """Certainty: what will come is what is told."""

    actual: pd.DataFrame

    def inputs(self, now: pd.Timestamp, index: pd.DatetimeIndex) -> pd.DataFrame:
        return self.actual.loc[index]

    def scenarios(self, now: pd.Timestamp, index: pd.DatetimeIndex, count: int) -> tuple[Scenario, ...]:
        return (Scenario(1.0, self.inputs(now, index)),)


@dataclass(frozen=True)
class Erring:
    """Forecasts with errors around what comes.

    Attributes:
        actual: inputs as they come, columns of `ems.inputs`.
        issued: the same as forecast the day before; columns that are known ahead equal those of ``actual``.
        clear: output under a clear sky, one column for each yield; its columns name what follows the sun.
        loads: columns of demands that are corrected during the day.
        spread: scenario -> what may come less what is forecast, same index; scenarios are made of them.
        pv, load: weights of the correction.
        caution: what a plan takes off the sun that is still to come, times `caution_share`; none: nothing.
    """

    actual: pd.DataFrame
    issued: pd.DataFrame
    clear: pd.DataFrame
    loads: tuple[str, ...] = ()
    spread: Mapping[int, pd.DataFrame] = field(default_factory=dict)
    pv: Weights = PV_WEIGHTS
    load: Weights = DEMAND_WEIGHTS
    caution: pd.DataFrame | None = None

    def inputs(self, now: pd.Timestamp, index: pd.DatetimeIndex) -> pd.DataFrame:
        table = self._corrected(now, index)
        if self.caution is not None:
            sun, share = list(map(str, self.caution)), caution_share(now, index)
            table[sun] = (table[sun] + self.caution.loc[index].mul(share, axis=0)).clip(lower=0.0)
        return table

    def within(self, index: pd.DatetimeIndex) -> pd.DataFrame:
        """Inputs of a window while its first interval goes on: as measured, and what that tells of the others."""
        return pd.concat([self.actual.loc[index[:1]], self.inputs(index[1], index[1:])])

    def _corrected(self, now: pd.Timestamp, index: pd.DatetimeIndex) -> pd.DataFrame:
        table = self.issued.loc[index].copy()
        step = index[1] - index[0] if len(index) > 1 else pd.Timedelta(hours=1)
        back = max(self.pv.window_h, self.load.window_h) * pd.Timedelta(hours=1) + step
        known = self.actual.loc[now - back : now - step]
        if known.empty:
            return table
        whole = known.index.union(index)
        for column in (*map(str, self.clear), *self.loads):
            clear = self.clear[column].loc[whole] if column in self.clear else None
            weights = self.load if clear is None else self.pv
            told = corrected(self.issued[column].loc[whole], known[column], now, clear, weights)
            table[column] = told.loc[index]
        return table

    def scenarios(self, now: pd.Timestamp, index: pd.DatetimeIndex, count: int) -> tuple[Scenario, ...]:
        """The expected inputs, and beside them those moved by the deviations of ``spread``, all equally likely.

        Never below zero; with a count of 1 the expected inputs alone.
        """
        expected = self.inputs(now, index)
        others = sorted(self.spread)[: count - 1]
        weight = 1.0 / (1 + len(others))
        found = [Scenario(weight, expected)]
        for k in others:
            moved = expected.copy()
            for column in (*map(str, self.clear), *self.loads):
                lead = np.asarray((index - now) / pd.Timedelta(hours=1), float)
                weights = self.pv if column in self.clear else self.load
                open_share = 1.0 - weights.at(lead)  # what a measurement of the last hours leaves unknown
                moved[column] = (expected[column] + open_share * self.spread[k][column].loc[index]).clip(lower=0.0)
            found.append(Scenario(weight, moved))
        return tuple(found)
