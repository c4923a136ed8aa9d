"""What pvlib makes of the weather forecast and the name plate: no measurement is needed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecasting.ladder.cases import PHYSICS, Cases
from forecasting.ladder.uncertain import Dressing
from forecasting.notes import Note

TITLE = Note("铭牌物理模型（pvlib）", "Nameplate physics (pvlib)")


@dataclass(frozen=True)
class _Fitted:
    dressing: Dressing

    def predict(self, ahead: Cases) -> pd.DataFrame:
        return self.dressing.of(ahead, ahead.table[PHYSICS].clip(upper=ahead.capacity))


@dataclass(frozen=True)
class Physics:
    """Nameplate physics."""

    name: str = "physics"
    title: Note = TITLE

    def fit(self, past: Cases) -> _Fitted:
        """Only the spread of its errors is learned."""
        return _Fitted(Dressing.learned(past, past.table[PHYSICS].clip(upper=past.capacity)))
