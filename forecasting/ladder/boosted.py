"""Gradient-boosted trees on all features known at issue (scikit-learn's histogram trees; missing values are allowed).

Quantiles come from errors that the trees made on parts of the past they had not seen. Small trees, slow learning and
few columns per split, because a year of one plant is little; several seeds are averaged. The same settings everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.ladder.cases import Cases
from forecasting.ladder.learning import counted, enough, figures, resting, shares
from forecasting.ladder.quantiles import LEVELS, MEAN, quantile_table
from forecasting.ladder.replay import fit_once, replayed
from forecasting.ladder.rung import Fitted
from forecasting.ladder.uncertain import Dressing
from forecasting.notes import Note
from forecasting.sun import Floats

SEEDS = (0, 1)
TITLE = Note("梯度提升树", "Gradient-boosted trees")


def grown(x: Floats, y: Floats, weight: Floats | None = None) -> list[Any]:
    """Trees for features (rows, features), shares of the capacity (rows,) and weights of the rows."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "openmp"):  # threads that wait for each other at every split cost more than they bring
        return [
            HistGradientBoostingRegressor(
                max_iter=200, learning_rate=0.04, max_leaf_nodes=15, min_samples_leaf=60, l2_regularization=5.0,
                max_features=0.4, random_state=seed,
            ).fit(x, y, sample_weight=weight)
            for seed in SEEDS
        ]  # fmt: skip


def _points(models: list[Any], ahead: Cases) -> pd.Series[float]:
    """Forecast of every row [unit]."""
    out = resting(ahead)
    rows = counted(ahead)
    if len(rows):
        x = figures(rows, ahead.features)
        out[rows.index] = ahead.capacity * np.mean([m.predict(x) for m in models], axis=0)
    return out.clip(0.0, ahead.capacity if ahead.kind == "pv" else None)


@dataclass(frozen=True)
class _Trees:
    models: list[Any]

    def predict(self, ahead: Cases) -> pd.DataFrame:
        nothing = np.full((len(ahead.table), len(LEVELS)), np.nan)
        return quantile_table(ahead.table.index, _points(self.models, ahead).to_numpy(float), nothing)


@dataclass(frozen=True)
class _Mean:
    """The trees alone, without quantiles."""

    name: str = "boosted mean"
    title: Note = TITLE

    def fit(self, past: Cases) -> _Trees:
        rows = enough(past)
        return _Trees(grown(figures(rows, past.features), shares(rows, past.capacity)))


_MEAN = _Mean()


@dataclass(frozen=True)
class _Fitted:
    trees: Fitted
    dressing: Dressing

    def predict(self, ahead: Cases) -> pd.DataFrame:
        return self.dressing.of(ahead, self.trees.predict(ahead)[MEAN])


@dataclass(frozen=True)
class Boosted:
    """Gradient-boosted trees."""

    name: str = "boosted"
    title: Note = TITLE

    def fit(self, past: Cases) -> _Fitted:
        """Trees from all rows to learn from, spread from a replay of the past."""
        trees = fit_once(_MEAN, past)
        seen = replayed(_MEAN, past)
        point = pd.Series(np.nan, past.table.index) if seen is None else seen[MEAN].reindex(past.table.index)
        return _Fitted(trees, Dressing.learned(past, point))
