"""What a rung of the ladder is."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from forecasting.ladder.cases import Cases
from forecasting.notes import Note


class TooLittle(Exception):
    """A rung that cannot be fitted on what there is; ``reason`` says why, in Chinese and English."""

    def __init__(self, reason: Note) -> None:
        super().__init__(reason.en)
        self.reason = reason


class Fitted(Protocol):
    """A rung that has learned what it can."""

    def predict(self, ahead: Cases) -> pd.DataFrame:
        """Forecast of every row of ``ahead``: a table of `forecasting.ladder.quantiles`."""
        ...


class Rung(Protocol):
    """A way to forecast, told apart by its name."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Note: ...

    def fit(self, past: Cases) -> Fitted:
        """Learn from rows whose measurements are all there; raises `TooLittle` where they do not suffice."""
        ...
