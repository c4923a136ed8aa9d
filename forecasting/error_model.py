"""Forecast errors as they are: what a forecast would have been of a course that is known, and what may come of one.

For backtests of operation, where actual weather is drawn or measured but no archived forecast exists, and for sites
without history. Figures and their sources: `forecasting.error_figures`, `sites/forecast_errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from forecasting.clearness import autoregressive
from forecasting.error_figures import Correlation, ErrorFigures, Side, shares
from forecasting.errors import InputError
from forecasting.ladder.quantiles import LEVELS, quantile_table
from forecasting.notes import Note
from forecasting.yaml_files import read_yaml

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ErrorModel:
    """Errors of day-ahead forecasts of PV or of a demand."""

    figures: ErrorFigures

    @classmethod
    def read(cls, path: Path) -> ErrorModel:
        """The model of a file of `sites/forecast_errors`; raises `InputError` for what is none."""
        return cls(read_yaml(path, ErrorFigures))

    def deviates(self, index: pd.DatetimeIndex, rng: np.random.Generator) -> pd.Series[float]:
        """Standard normal errors that hang together over the day and from day to day, for `forecast`.

        Two roofs of one park share theirs: hand the same ones to `forecast` for both.
        """
        return deviates(self.figures.given_actual.correlation, index, rng)

    def forecast(
        self,
        actual: pd.Series[float],
        clear: pd.Series[float] | float,
        rng: np.random.Generator | None = None,
        *,
        deviates: pd.Series[float] | None = None,
        highest: float | None = None,
    ) -> pd.Series[float]:
        """The day-ahead forecast that belongs to an actual course, never below zero.

        Args:
            actual: what came, whole local days [kW/kWp of PV, kW of a demand].
            clear: the clear-sky yield beside it; for a demand its usual mean [unit of ``actual``].
            rng: source of the errors, or else:
            deviates: errors of `deviates`.
            highest: what no forecast exceeds, such as the rating of the inverters [unit of ``actual``].
        """
        return self._drawn(self.figures.given_actual, actual, clear, rng, deviates).clip(upper=highest)

    def course(
        self,
        forecast: pd.Series[float],
        clear: pd.Series[float] | float,
        rng: np.random.Generator | None = None,
        *,
        deviates: pd.Series[float] | None = None,
        highest: float | None = None,
    ) -> pd.Series[float]:
        """A course that may come of a forecast: one scenario. Arguments as of `forecast`."""
        return self._drawn(self.figures.given_forecast, forecast, clear, rng, deviates).clip(upper=highest)

    def spread(
        self, forecast: pd.Series[float], clear: pd.Series[float] | float, *, highest: float | None = None
    ) -> pd.DataFrame:
        """Quantile table around a forecast of a site without history; the mean is that of the quantiles."""
        side = self.figures.given_forecast
        columns = [self._other(side, forecast, clear, np.full(len(forecast), level)).to_numpy() for level in LEVELS]
        quantiles = np.column_stack(columns)
        return quantile_table(forecast.index, quantiles.mean(axis=1), quantiles).clip(upper=highest)

    @property
    def note(self) -> Note:
        """What the reader of a spread without history must know."""
        f = self.figures
        return Note(
            f"假设：本地尚无历史数据，预测误差取自：{f.source_zh or f.source}。",
            f"Assumption: no history of this site yet; errors of forecasts are taken from: {f.source} ({f.forecast}).",
        )

    def _drawn(
        self,
        side: Side,
        known: pd.Series[float],
        clear: pd.Series[float] | float,
        rng: np.random.Generator | None,
        errors: pd.Series[float] | None,
    ) -> pd.Series[float]:
        index = pd.DatetimeIndex(known.index)
        if rng is not None and errors is None:
            errors = deviates(side.correlation, index, rng)
        elif errors is None or rng is not None or not index.isin(errors.index).all():
            raise ValueError("give either a source of errors, rng, or the errors of every interval, deviates")
        return self._other(side, known, clear, np.asarray(ndtr(errors.reindex(index).to_numpy(float))))

    def _other(
        self, side: Side, known: pd.Series[float], clear: pd.Series[float] | float, share: Floats
    ) -> pd.Series[float]:
        reach = clear if isinstance(clear, pd.Series) else pd.Series(float(clear), known.index)
        if not known.index.equals(reach.index) or not np.isfinite(known).all() or not np.isfinite(reach).all():
            raise InputError("forecast errors", "clear", None, "finite values of both series on one time axis")
        if (known < 0).any() or (reach < 0).any() or not (reach > 0).any():
            raise InputError("forecast errors", "values", float(known.min()), "no negative values, and some reach")
        day, around = shares(known, reach)
        lit = (reach > 0).to_numpy()
        index = pd.DatetimeIndex(known.index)
        out = np.zeros(len(known))
        out[lit] = side.drawn(day[lit], around[lit], side.factors(index)[lit], share[lit]) * reach.to_numpy(float)[lit]
        return pd.Series(out, known.index, name=known.name)


def deviates(correlation: Correlation, index: pd.DatetimeIndex, rng: np.random.Generator) -> pd.Series[float]:
    """Standard normal values on ``index`` with a correlation over the day and from day to day."""
    days, of_day = np.unique(index.normalize(), return_inverse=True)
    common = autoregressive(len(days), correlation.day_to_day, rng)
    fresh, rest = rng.standard_normal(len(index)), np.empty(len(index))
    since = (index - index.normalize()).to_numpy().astype("timedelta64[ns]").astype(np.int64)
    ends = np.flatnonzero(np.diff(of_day)) + 1
    for rows in np.split(np.arange(len(index)), ends):
        rest[rows] = _root(correlation.hours, correlation.roughness, since[rows].tobytes()) @ fresh[rows]
    share = correlation.day_share
    return pd.Series(np.sqrt(share) * common[of_day] + np.sqrt(1.0 - share) * rest, index)


@lru_cache(maxsize=64)
def _root(hours: float, roughness: float, moments: bytes) -> Floats:
    """Cholesky factor of the correlations of a day's intervals, shape (n, n)."""
    at = np.frombuffer(moments, dtype=np.int64) / 3.6e12
    apart = np.abs(at[:, None] - at[None, :])
    return np.asarray(np.linalg.cholesky(np.exp(-((apart / hours) ** roughness)) + 1e-8 * np.eye(len(at))))
