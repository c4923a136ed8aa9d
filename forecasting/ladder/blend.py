"""The mix of rungs that would have erred least in the past, on days that none of them had seen.

    mean     sum w_m mean_m,    w >= 0, sum w = 1, by least squares on replayed forecasts, drawn towards equal weights
    q_tau    sum v_m q_tau,m,   v in tenths by least pinball loss on the same, drawn likewise; recalibrated daily

Or weights are given, for members that are about as good: what the first weeks of replay tell of them does not last.

Averaging quantiles keeps the shape of the members: Ratcliff (1979), Psychological Bulletin 86, 446; Lichtendahl,
Grushka-Cockayne and Winkler (2013), Management Science 59, 1594. Equal weights are hard to beat on short pasts: Smith
and Wallis (2009), Oxford Bulletin of Economics and Statistics 71, 331.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.ladder.boosted import Boosted
from forecasting.ladder.cases import COUNTED, MEASURED, Cases
from forecasting.ladder.forest import Forest
from forecasting.ladder.level import Level
from forecasting.ladder.quantiles import MEAN, levels_of, quantile_table
from forecasting.ladder.recalibrated import recalibrated
from forecasting.ladder.replay import fit_once, replayed
from forecasting.ladder.rung import Fitted, Rung, TooLittle
from forecasting.ladder.weights import of_means, of_quantiles
from forecasting.notes import Note
from forecasting.sun import Floats

TITLE = Note("加权组合", "Blend")
PULL_DAYS = 20.0  # equal weights count as much as so many days of replay
QUANTILE_PULL_DAYS = 180.0  # those of quantiles for more: tails tell members apart slowly
LEAST_DAYS = 20  # of replay: fewer tell no weights


@dataclass(frozen=True)
class Weights:
    """Of each member, by name: in the mean, and in the quantiles."""

    mean: Mapping[str, float]
    quantiles: Mapping[str, float]


@dataclass(frozen=True)
class _Fitted:
    members: Mapping[str, Fitted]
    weights: Weights
    past: Cases
    replay: pd.DataFrame
    highest: float

    def predict(self, ahead: Cases) -> pd.DataFrame:
        """Quantiles are recalibrated day by day with what had been measured when each row was forecast, no later."""
        mixed = _mixed({name: member.predict(ahead) for name, member in self.members.items()}, self.weights)
        both = replace(ahead, table=pd.concat([self.past.table, ahead.table]))
        out = recalibrated(both, pd.concat([self.replay, mixed]), self.highest).loc[mixed.index]
        night = ~ahead.table[COUNTED].to_numpy(bool)
        out.loc[night] = mixed.loc[night]
        return out


@dataclass(frozen=True)
class Blend:
    """Weighted mix of other rungs; those that have too little to learn from are left out.

    Attributes:
        members: what is mixed.
        name: of the rung.
        title: of the rung, for pages.
        votes: given weights of the members, nothing is learned then; they are shared by those that could be replayed.
    """

    members: tuple[Rung, ...] = (Level(), Boosted(), Forest())
    name: str = "blend"
    title: Note = TITLE
    votes: tuple[float, ...] = ()

    def fit(self, past: Cases) -> _Fitted:
        """Weights, then calibration, both from the replay; members from all rows."""
        fitted, replays = {}, {}
        for rung in self.members:
            try:
                fitted[rung.name] = fit_once(rung, past)
            except TooLittle:
                continue
            seen = replayed(rung, past)
            if seen is not None:
                replays[rung.name] = seen
        rows = past.learnable
        common = rows.index
        for table in replays.values():
            common = common.intersection(table.index[table[MEAN].notna()])
        days = pd.DatetimeIndex(common).normalize().nunique()
        if len(replays) < 2 or days < LEAST_DAYS:
            raise TooLittle(
                Note(
                    f"组合需要至少两个模型和 {LEAST_DAYS} 天样本外预报，现有 {len(replays)} 个、{days} 天。",
                    f"A blend needs two members and {LEAST_DAYS} days of replay; there are {len(replays)} and {days}.",
                )
            )
        tables = {name: table.loc[common] for name, table in replays.items()}
        weights = (
            self._given(tables) if self.votes else _learned(tables, rows.loc[common, MEASURED], past.capacity, days)
        )
        replay = _mixed(tables, weights)
        members = {name: fitted[name] for name in replays}
        return _Fitted(members, weights, replace(past, table=past.table.loc[common]), replay, past.highest)

    def _given(self, names: Iterable[str]) -> Weights:
        votes = {rung.name: vote for rung, vote in zip(self.members, self.votes, strict=True)}
        given = {name: votes[name] for name in names}
        return Weights(given, given)


def _learned(tables: Mapping[str, pd.DataFrame], measured: pd.Series[float], capacity: float, days: int) -> Weights:
    """From replays on the index of what was measured [unit], of so many days."""
    share = np.asarray(measured.to_numpy(float) / capacity)
    means = np.asarray(np.column_stack([table[MEAN] for table in tables.values()]) / capacity)
    quantiles = [levels_of(table) / capacity for table in tables.values()]
    return Weights(
        dict(zip(tables, of_means(means, share, PULL_DAYS / days).tolist(), strict=True)),
        dict(zip(tables, of_quantiles(quantiles, share, QUANTILE_PULL_DAYS / days).tolist(), strict=True)),
    )


def _mixed(tables: Mapping[str, pd.DataFrame], weights: Weights) -> pd.DataFrame:
    """Weighted mean and quantiles; what a member leaves empty in a row is shared among the others."""
    index = next(iter(tables.values())).index
    mean = _averaged([(weights.mean[name], table[[MEAN]].to_numpy(float)) for name, table in tables.items()])
    quantiles = _averaged([(weights.quantiles[name], levels_of(table)) for name, table in tables.items()])
    return quantile_table(index, mean[:, 0], quantiles)


def _averaged(parts: Sequence[tuple[float, Floats]]) -> Floats:
    """Weighted mean of the figures that are there; NaN where none of any weight is."""
    top = np.add.reduce([np.where(np.isfinite(values), weight * values, 0.0) for weight, values in parts])
    bottom = np.add.reduce([np.isfinite(values) * weight for weight, values in parts])
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0))
