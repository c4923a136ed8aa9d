"""Quantiles for rungs that forecast one figure: from errors they made when nothing of the day was known.

Conditions that tell alike rows apart: the forecast itself, and the columns named here where the cases have them.
A short past (less than `dressed` asks for) leaves quantiles out: the table then holds the mean alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.ladder.cases import COUNTED, MEASURED, Cases
from forecasting.ladder.dressed import dressed
from forecasting.ladder.quantiles import LEVELS, quantile_table
from forecasting.ladder.rung import TooLittle

CONDITIONS = ("clear_share", "sky_mean", "working", "clock_sine", "clock_cosine")


@dataclass(frozen=True)
class Dressing:
    """Forecasts of the past beside what came, on rows to learn from, and what quantiles do not exceed [unit]."""

    point: pd.Series[float]
    measured: pd.Series[float]
    conditions: pd.DataFrame
    highest: float

    @classmethod
    def learned(cls, past: Cases, point: pd.Series[float]) -> Dressing:
        """From ``point``, forecasts of the rows of ``past`` made without knowing what came [unit]."""
        rows = past.learnable
        return cls(point.reindex(rows.index), rows[MEASURED], _conditions(rows), past.highest)

    def of(self, ahead: Cases, point: pd.Series[float]) -> pd.DataFrame:
        """The quantile table of a forecast; where nothing counts (night), quantiles are the forecast itself."""
        empty = quantile_table(
            point.index, point.to_numpy(float), np.repeat(point.to_numpy(float)[:, None], len(LEVELS), 1)
        )
        lit = ahead.table[COUNTED].to_numpy(bool) & point.notna().to_numpy()
        rows = ahead.table[lit]
        conditions = pd.concat([self.conditions, _conditions(rows)])
        conditions = conditions[~conditions.index.duplicated()]  # rows forecast may be among those learned from
        try:
            empty.loc[lit] = dressed(
                point[lit], self.point, self.measured, conditions if len(conditions.columns) else None,
                highest=self.highest,
            )  # fmt: skip
        except TooLittle:
            empty.loc[lit, empty.columns[1:]] = np.nan
        return empty


def _conditions(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[[c for c in CONDITIONS if c in rows]]
