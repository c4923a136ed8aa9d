"""Gradient-boosted trees fitted to the quantiles themselves, on this plant's rows and, where there are any, on those of
other plants.

    least sum of pinball losses for each of `FITTED`, straight lines between them; the mean by least squares

Features and targets are shares of the nameplate, so that plants are alike enough to learn from each other: a year of
one plant holds few days of each kind of sky. Trees are scikit-learn's, missing values are allowed. Quantile regression:
Koenker and Bassett (1978), Econometrica 46, 33. The same settings everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.ladder.boosted import TITLE
from forecasting.ladder.cases import Cases
from forecasting.ladder.learning import enough, figures, known_of_others, shares, told
from forecasting.ladder.quantiles import LEVELS
from forecasting.notes import Note
from forecasting.sun import Floats

FITTED = (0.05, 0.15, 0.30, 0.50, 0.70, 0.85, 0.95)  # a fit for each of all 19 levels would tell no more
ROUNDS = 150


def grown(x: Floats, y: Floats, rounds: int = ROUNDS) -> list[Any]:
    """Trees of the mean, then of every level of `FITTED`, for features (rows, features) and shares (rows,)."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    aims: list[dict[str, Any]] = [
        {"loss": "squared_error"},
        *({"loss": "quantile", "quantile": level} for level in FITTED),
    ]
    with threadpool_limits(1, "openmp"):  # threads that wait for each other at every split cost more than they bring
        return [
            HistGradientBoostingRegressor(
                **aim, max_iter=rounds, learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=60,
                l2_regularization=5.0, max_features=0.4, max_bins=63, early_stopping=False, random_state=0,
            ).fit(x, y)
            for aim in aims
        ]  # fmt: skip


def _said(trees: list[Any], x: Floats) -> Floats:
    """What every tree says, shape (trees, rows)."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "openmp"):
        return np.array([tree.predict(x) for tree in trees])


@dataclass(frozen=True)
class _Fitted:
    trees: list[Any]
    highest: float

    def predict(self, ahead: Cases) -> pd.DataFrame:
        def say(rows: pd.DataFrame) -> Floats:
            mean, *levels = ahead.capacity * _said(self.trees, figures(rows, ahead.features))
            ordered = np.sort(np.column_stack(levels), axis=1)
            said = np.apply_along_axis(lambda q: np.interp(LEVELS, FITTED, q), 1, ordered)
            return np.asarray(np.clip(np.column_stack([mean, said]), 0.0, self.highest))

        return told(ahead, say)


@dataclass(frozen=True)
class BoostedQuantiles:
    """Gradient-boosted quantiles of a plant, learned from ``others`` too: plants with the same features."""

    others: Sequence[Cases] = ()
    name: str = "boosted"
    title: Note = TITLE
    rounds: int = ROUNDS

    def fit(self, past: Cases) -> _Fitted:
        """All rows to learn from; of the others those that had ended when the last of the past had."""
        rows = enough(past)
        every = [(rows, past.capacity), *known_of_others(past, self.others)]
        x = np.vstack([figures(known, past.features) for known, _ in every])
        y = np.concatenate([shares(known, capacity) for known, capacity in every])
        return _Fitted(grown(x, y, self.rounds), past.highest)
