"""The reference: the optimal mix of climatology and smart persistence.

    forecast = (a kappa_climate + b kappa_yesterday) clear,  a, b >= 0 by least squares on the past

Murphy (1992), Weather and Forecasting 7, 692; for the sun Yang (2019), Journal of Renewable and Sustainable Energy 11,
022701. Clear-sky indices are those of power, of the same time of day; both are known when the forecast is issued.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.ladder.cases import MEASURED, Cases
from forecasting.ladder.persistence import smart_persistence
from forecasting.ladder.pv_cases import CLEAR
from forecasting.ladder.rung import TooLittle
from forecasting.ladder.uncertain import Dressing
from forecasting.notes import Note

TITLE = Note("气候—持续性最优组合（参照）", "Climatology and persistence (reference)")
LEAST_DAYS = 14


def _parts(table: pd.DataFrame) -> np.ndarray:
    """Climatology and persistence, shape (rows, 2) [unit]."""
    persistence = smart_persistence(table)
    return np.column_stack([(table["climate"] * table[CLEAR]).fillna(persistence), persistence])


@dataclass(frozen=True)
class _Fitted:
    weights: np.ndarray
    dressing: Dressing

    def predict(self, ahead: Cases) -> pd.DataFrame:
        return self.dressing.of(ahead, _point(self.weights, ahead))


@dataclass(frozen=True)
class Cliper:
    """Climatology and persistence."""

    name: str = "cliper"
    title: Note = TITLE

    def fit(self, past: Cases) -> _Fitted:
        """Two weights from all rows to learn from."""
        from scipy.optimize import nnls

        rows = past.learnable
        days = len(set(pd.DatetimeIndex(rows.index).date))
        if days < LEAST_DAYS:
            raise TooLittle(
                Note(f"仅 {days} 天可用数据，少于 {LEAST_DAYS} 天。", f"{days} usable days, fewer than {LEAST_DAYS}.")
            )
        weights, _ = nnls(_parts(rows), rows[MEASURED].to_numpy(float))
        return _Fitted(weights, Dressing.learned(past, _point(weights, past)))


def _point(weights: np.ndarray, cases: Cases) -> pd.Series[float]:
    return pd.Series(_parts(cases.table) @ weights, cases.table.index).clip(0.0, cases.capacity)
