"""The expanding window: what is known when a rung is fitted, and the rows it then forecasts.

fold k     days [min_days + k refit_days, min_days + (k + 1) refit_days) of the series
fitted on  rows whose interval had ended when the first forecast of the fold was issued
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from forecasting.errors import InputError
from forecasting.ladder.cases import ISSUED, Cases

MIN_DAYS, REFIT_DAYS = 120, 45


@dataclass(frozen=True)
class Fold:
    """Rows to learn from and rows to forecast; the latter hold measurements that no rung may read."""

    past: Cases
    ahead: Cases


def folds(cases: Cases, min_days: int = MIN_DAYS, refit_days: int = REFIT_DAYS) -> Iterator[Fold]:
    """The expanding window, days counted from the first row; a fold without rows is passed over."""
    if min_days < 1 or refit_days < 1:
        raise InputError(cases.name, "min_days, refit_days", f"{min_days}, {refit_days}", "at least 1 each")
    if not len(cases.table):
        return
    first, last = cases.days[0], cases.days[-1]
    start = first + pd.DateOffset(days=min_days)
    while start <= last:
        end = start + pd.DateOffset(days=refit_days)
        ahead = cases.between(start, end)
        if len(ahead.table):
            yield Fold(known_at(cases, ahead.table[ISSUED].min()), ahead)
        start = end


def known_at(cases: Cases, moment: pd.Timestamp) -> Cases:
    """Rows whose interval had ended at ``moment``."""
    return cases.between(None, moment - pd.Timedelta(minutes=cases.step_minutes) + pd.Timedelta(1, "ns"))
