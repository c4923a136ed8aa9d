"""Quantile regression forest: trees of random splits whose leaves keep all the measurements that fell into them.

A forecast is the distribution of the past measurements that share leaves with it (Meinshausen 2006, Journal of Machine
Learning Research 7, 983), trees as by Geurts, Ernst and Wehenkel (2006), Machine Learning 63, 3. Leaves of 20 or more:
a day of 15 min steps is one piece of evidence, not ninety-six. Needs the extra ``learning``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from forecasting.ladder.cases import Cases
from forecasting.ladder.learning import enough, figures, shares, told
from forecasting.ladder.quantiles import LEVELS
from forecasting.ladder.rung import TooLittle
from forecasting.notes import Note
from forecasting.sun import Floats

TITLE = Note("分位数森林", "Quantile forest")
TREES, LEAST_LEAF, COLUMN_SHARE = 120, 20, 0.5


def installed() -> bool:
    """Whether the extra ``learning`` is there."""
    return find_spec("quantile_forest") is not None


def grown(x: Floats, y: Floats, trees: int = TREES) -> Any:
    """A quantile forest for features without gaps (rows, features) and shares of the capacity (rows,)."""
    try:
        from quantile_forest import ExtraTreesQuantileRegressor
    except ImportError as error:
        raise TooLittle(
            Note(
                "未安装附加包 learning（quantile-forest）。", "The extra `learning` (quantile-forest) is not installed."
            )
        ) from error
    forest = ExtraTreesQuantileRegressor(
        trees, min_samples_leaf=LEAST_LEAF, max_features=COLUMN_SHARE, max_samples_leaf=None, random_state=0, n_jobs=1
    )
    return forest.fit(x, y)


@dataclass(frozen=True)
class _Fitted:
    forest: Any
    middle: Floats

    def predict(self, ahead: Cases) -> pd.DataFrame:
        def say(rows: pd.DataFrame) -> Floats:
            x = filled(figures(rows, ahead.features), self.middle)
            said = np.column_stack([self.forest.predict(x, quantiles=q) for q in ("mean", list(LEVELS))])
            return np.asarray(ahead.capacity * said)

        return told(ahead, say)


@dataclass(frozen=True)
class Forest:
    """Quantile forest."""

    name: str = "forest"
    title: Note = TITLE
    trees: int = TREES

    def fit(self, past: Cases) -> _Fitted:
        """Trees from all rows to learn from; a missing feature is taken as the middle of its past."""
        rows = enough(past)
        x = figures(rows, past.features)
        middle = middle_of(x)
        return _Fitted(grown(filled(x, middle), shares(rows, past.capacity), self.trees), middle)


def middle_of(x: Floats) -> Floats:
    """Median of every feature, shape (features,); zero where it never was known."""
    known = ~np.isnan(x).all(axis=0)
    middle = np.zeros(x.shape[1])
    middle[known] = np.nanmedian(x[:, known], axis=0)
    return middle


def filled(x: Floats, middle: Floats) -> Floats:
    """Features (rows, features) with the middle where they are unknown."""
    return np.where(np.isnan(x), middle, x)
