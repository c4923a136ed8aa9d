"""What rungs would have forecast, had they stood there: an expanding window, fitted anew every few weeks.

Adaptive quantities (level, ratios of yesterday) are features of the rows and go on between two fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from forecasting.ladder.cases import Cases
from forecasting.ladder.folds import MIN_DAYS, REFIT_DAYS, folds
from forecasting.ladder.replay import forecast_once
from forecasting.ladder.rung import Rung, TooLittle
from forecasting.notes import Note

Progress = Callable[[str], None]


class Backtest(dict[str, pd.DataFrame]):
    """Quantile tables by name of the rung; ``left_out``: why a rung did not forecast, by name, the last reason."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], left_out: Mapping[str, Note]) -> None:
        super().__init__(tables)
        self.left_out = dict(left_out)


def backtest(
    cases: Cases,
    rungs: Sequence[Rung],
    min_days: int = MIN_DAYS,
    refit_days: int = REFIT_DAYS,
    progress: Progress | None = None,
) -> Backtest:
    """Out-of-sample forecasts of every rung: ``{rung: quantile table}``.

    A rung that has too little to learn from in a fold has no rows there; one that never had enough has no table, but a
    reason under ``left_out``.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    left_out: dict[str, Note] = {}
    for fold in folds(cases, min_days, refit_days):
        for rung in rungs:
            if progress:
                progress(f"{cases.name} {fold.ahead.days[0]:%Y-%m-%d} {rung.name}")
            try:
                parts.setdefault(rung.name, []).append(forecast_once(rung, fold))
            except TooLittle as error:
                left_out[rung.name] = error.reason
    return Backtest({name: pd.concat(tables) for name, tables in parts.items() if tables}, left_out)
