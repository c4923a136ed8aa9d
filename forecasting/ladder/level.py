"""Physics x adaptive level: the same curve, as high as the plant has been of late.

The level of each row is worked out in `forecasting.ladder.memory` from what was known when it was forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecasting.ladder.cases import PHYSICS, Cases
from forecasting.ladder.pv_cases import LEVEL
from forecasting.ladder.uncertain import Dressing
from forecasting.notes import Note

TITLE = Note("物理模型×自适应水平", "Physics x adaptive level")


def levelled(cases: Cases) -> pd.Series[float]:
    """Level x physics [unit]."""
    return (cases.table[LEVEL] * cases.table[PHYSICS]).clip(upper=cases.capacity)


@dataclass(frozen=True)
class _Fitted:
    dressing: Dressing

    def predict(self, ahead: Cases) -> pd.DataFrame:
        return self.dressing.of(ahead, levelled(ahead))


@dataclass(frozen=True)
class Level:
    """Adaptive level x physics."""

    name: str = "level"
    title: Note = TITLE

    def fit(self, past: Cases) -> _Fitted:
        """Only the spread of its errors is learned; the level goes on from day to day by itself."""
        return _Fitted(Dressing.learned(past, levelled(past)))
