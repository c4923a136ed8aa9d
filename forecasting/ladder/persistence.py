"""The newest usable day again: power at the same time of day, under the clear sky of today."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecasting.ladder.cases import Cases
from forecasting.ladder.pv_cases import CLEAR
from forecasting.ladder.rung import TooLittle
from forecasting.ladder.uncertain import Dressing
from forecasting.notes import Note

TITLE = Note("持续性（晴空指数）", "Persistence of the clear-sky index")


def smart_persistence(table: pd.DataFrame) -> pd.Series[float]:
    """Yesterday's clear-sky index x today's clear sky [unit]; its mean of the day where a time of day has none."""
    return table["kappa"].fillna(table["kappa_day"]).fillna(0.0) * table[CLEAR]


@dataclass(frozen=True)
class _Fitted:
    dressing: Dressing

    def predict(self, ahead: Cases) -> pd.DataFrame:
        return self.dressing.of(ahead, smart_persistence(ahead.table).clip(upper=ahead.capacity))


@dataclass(frozen=True)
class Persistence:
    """Smart persistence of the clear-sky index."""

    name: str = "persistence"
    title: Note = TITLE

    def fit(self, past: Cases) -> _Fitted:
        """Only the spread of its errors is learned; raises `TooLittle` where nothing was measured."""
        if past.learnable.empty:
            raise TooLittle(Note("没有可用的实测数据。", "Nothing usable has been measured."))
        return _Fitted(Dressing.learned(past, smart_persistence(past.table).clip(upper=past.capacity)))
