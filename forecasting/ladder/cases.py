"""One series as it was, beside all that could be known of it when each forecast was issued.

What leaks from the future can only leak here: a rung sees nothing but the features of its row, and is fitted on rows
whose measurements were there when it was fitted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from forecasting.errors import InputError

MEASURED, USABLE, COUNTED, ISSUED, PHYSICS = "measured", "usable", "counted", "issued_at", "physics"
HEAD = (MEASURED, USABLE, COUNTED, ISSUED)
Kind = Literal["pv", "demand"]


@dataclass(frozen=True)
class Cases:
    """Rows of one series, one for each interval forecast.

    Attributes:
        name: the series as files and pages call it.
        table: index: starts of the intervals, with time zone, ascending. Columns: ``measured`` [unit], NaN where there
            is none; ``usable``, false where quality flags forbid learning and scoring from it; ``counted``, whether
            scores count it (daylight rule); ``issued_at``, when its forecast was issued; then features, all known at
            ``issued_at``, NaN where unknown. ``physics`` [unit] is the pvlib output of PV.
        features: columns that learners use.
        capacity: what errors are a share of [unit]: nameplate AC of PV, highest usable measurement of a demand.
        unit: of the series.
        kind: PV is bounded by zero and its capacity, a demand by zero.
        step_minutes: length of the intervals.
    """

    name: str
    table: pd.DataFrame
    features: tuple[str, ...]
    capacity: float
    unit: str
    kind: Kind
    step_minutes: int

    def __post_init__(self) -> None:
        missing = [c for c in (*HEAD, *self.features) if c not in self.table]
        if missing:
            raise InputError(self.name, "columns", ", ".join(missing), "all of a table of cases")
        if not self.table.index.is_monotonic_increasing or self.table.index.has_duplicates:
            raise InputError(self.name, "index", None, "ascending starts of intervals, each once")

    @property
    def days(self) -> pd.DatetimeIndex:
        """Local midnight of each row."""
        return pd.DatetimeIndex(self.table.index).normalize()

    def between(self, first: pd.Timestamp | None, end: pd.Timestamp | None) -> Cases:
        """Rows of ``[first, end)``."""
        rows = pd.Series(True, self.table.index)
        if first is not None:
            rows &= self.table.index >= first
        if end is not None:
            rows &= self.table.index < end
        return replace(self, table=self.table[rows])

    @property
    def learnable(self) -> pd.DataFrame:
        """Rows to learn from: measured, usable, counted."""
        t = self.table
        return t[t[MEASURED].notna() & t[USABLE] & t[COUNTED]]

    @property
    def highest(self) -> float:
        """What forecasts do not exceed [unit]: the capacity, or the highest usable measurement above it.

        Some plants give more than their nameplate. To be asked of a past, never of rows ahead.
        """
        measured = self.learnable[MEASURED]
        return max(self.capacity, float(measured.max())) if len(measured) else self.capacity
