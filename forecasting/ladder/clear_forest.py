"""Quantile forest of the share of a clear sky's power, on this plant's rows and, where there are any, on other plants'.

    target = (measured / capacity) / (clear / capacity + FLOOR);   its quantiles x the same denominator are the forecast

A leaf then keeps what skies and plants do to power, not the hour of day and the season of the rows that fell into it,
so that rows of other plants and other months serve as well as own ones. Clear-sky normalisation: Bacher, Madsen and
Nielsen (2009), Solar Energy 83, 1772; the forest as in `forecasting.ladder.forest`. Photovoltaics alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.ladder.cases import Cases
from forecasting.ladder.forest import filled, grown, middle_of
from forecasting.ladder.learning import enough, figures, known_of_others, shares, told
from forecasting.ladder.quantiles import LEVELS
from forecasting.notes import Note
from forecasting.sun import Floats

TITLE = Note("晴空归一化分位数森林", "Quantile forest of the clear-sky share")
TREES = 120  # as many as the plain forest has: fewer leave the mean loss of five plants to the random start
FLOOR = 0.03  # of the capacity: keeps rows of a low sun, whose ratios mean little, from ruling the splits


def _clear(rows: pd.DataFrame) -> Floats:
    """Denominator of the target, shape (rows,)."""
    return np.asarray(rows["clear_share"].to_numpy(float) + FLOOR)


@dataclass(frozen=True)
class _Fitted:
    forest: Any
    middle: Floats
    highest: float

    def predict(self, ahead: Cases) -> pd.DataFrame:
        def say(rows: pd.DataFrame) -> Floats:
            x = filled(figures(rows, ahead.features), self.middle)
            ratio = np.column_stack([self.forest.predict(x, quantiles=q) for q in ("mean", list(LEVELS))])
            return np.asarray(np.clip(ahead.capacity * _clear(rows)[:, None] * ratio, 0.0, self.highest))

        return told(ahead, say)


@dataclass(frozen=True)
class ClearForest:
    """Quantile forest of the clear-sky share, learned from ``others`` too: plants with the same features."""

    others: Sequence[Cases] = ()
    name: str = "clear_forest"
    title: Note = TITLE
    trees: int = TREES

    def fit(self, past: Cases) -> _Fitted:
        """All rows to learn from; of the others those that had ended when the last of the past had."""
        every = [(enough(past), past.capacity), *known_of_others(past, self.others)]
        x = np.vstack([figures(rows, past.features) for rows, _ in every])
        y = np.concatenate([shares(rows, capacity) / _clear(rows) for rows, capacity in every])
        middle = middle_of(x)
        return _Fitted(grown(filled(x, middle), y, self.trees), middle, past.highest)
