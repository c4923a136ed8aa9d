"""A series as it was measured, with what speaks against each of its samples."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecasting.history.quality import QualityReport
from forecasting.ladder.cases import Kind


@dataclass(frozen=True)
class Measured:
    """Samples of one series on an equidistant axis; nothing is filled and nothing is corrected.

    Attributes:
        name: the series as files and pages call it.
        values: [unit]; index: starts of the intervals, with time zone, without gaps; NaN where there is none.
        flags: one column of booleans for each of `forecasting.history.quality.FLAGS`, same index.
        unit: of the series.
        capacity: nameplate AC of PV, highest usable measurement of a demand [unit].
        kind: PV or demand.
        report: the same in figures and words, with the verdict.
    """

    name: str
    values: pd.Series[float]
    flags: pd.DataFrame
    unit: str
    capacity: float
    kind: Kind
    report: QualityReport

    @property
    def usable(self) -> pd.Series[bool]:
        """Whether models may learn from a sample and be scored by it."""
        return ~self.flags.any(axis=1)
