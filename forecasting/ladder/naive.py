"""What needs no model: a demand as it was a week ago, over four weeks, and over days of the same kind.

These are what models of a demand are held against. Where a figure is unknown the next in line stands in for it:
week_ago, four_weeks, mean_like, last_like, mean_week, then the mean of all there is.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecasting.ladder.cases import MEASURED, Cases
from forecasting.ladder.rung import TooLittle
from forecasting.ladder.uncertain import Dressing
from forecasting.notes import Note

ORDER = ("week_ago", "four_weeks", "mean_like", "last_like", "mean_week")


@dataclass(frozen=True)
class _Fitted:
    column: str
    usual: float
    dressing: Dressing

    def predict(self, ahead: Cases) -> pd.DataFrame:
        return self.dressing.of(ahead, filled(ahead.table, self.column).fillna(self.usual))


@dataclass(frozen=True)
class Naive:
    """One column of `forecasting.ladder.demand_cases` as the forecast."""

    name: str
    title: Note
    column: str

    def fit(self, past: Cases) -> _Fitted:
        """Learns the spread of its errors, and the mean for rows of which the past says nothing else."""
        rows = past.learnable
        if rows.empty:
            raise TooLittle(Note("没有可用的实测数据。", "There is no usable measurement."))
        point = filled(past.table, self.column)
        return _Fitted(self.column, float(rows[MEASURED].mean()), Dressing.learned(past, point))


def filled(table: pd.DataFrame, column: str) -> pd.Series[float]:
    """A column of lags with the others standing in for it where it is unknown [unit]."""
    values = table[column]
    for other in ORDER:
        values = values.fillna(table[other])
    return values


WEEKLY = Naive("weekly", Note("上周同日", "Weekly naive"), "week_ago")
FOUR_WEEKS = Naive("four_weeks", Note("四周同日平均", "Four-week mean"), "four_weeks")
LIKE_DAYS = Naive("like_days", Note("同类日平均", "Mean of days of the same kind"), "mean_like")
