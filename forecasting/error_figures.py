"""Figures of how forecasts err: what a file of `sites/forecast_errors` holds.

    k = value / reach           reach: clear-sky yield of PV, usual mean of a demand, both in the unit of the value
    K                           k of the whole local day: sum of values over sum of reach
    h                           k around the interval, over `AROUND_MINUTES`
    other k = constant + day K + hour (h - K) + season x residual(class of K, u),     u = Phi(z)
    corr(z_t, z_t') = day_share + (1 - day_share) exp(-(|t - t'| / hours) ^ roughness)    within a day
                      day_share x day_to_day ^ days                                       between days

One side gives the forecast of a known course (``given_actual``), the other what may come of a forecast
(``given_forecast``).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from forecasting.ladder.quantiles import LEVELS
from forecasting.provenance import Sourced, Strict

Floats = npt.NDArray[np.float64]
AROUND_MINUTES = 180
SPREAD_LEVELS = (0.005, *LEVELS, 0.995)
SEASONS = ("winter", "spring", "summer", "autumn")


class Correlation(Strict):
    """How errors hang together in time."""

    day_share: float = Field(ge=0, le=1, description="share of the variance that a day has in common [1]")
    hours: float = Field(gt=0, description="time over which the rest is forgotten [h]")
    roughness: float = Field(gt=0, le=2, description="1: every interval brings its own, 2: smooth courses [1]")
    day_to_day: float = Field(ge=0, lt=1, description="correlation of what neighbouring days have in common [1]")


class Side(Strict):
    """Distribution of one of the two, forecast and actual, where the other is known."""

    constant: float = Field(description="[1]")
    day: float = Field(description="per k of the day [1]")
    hour: float = Field(description="per k around the interval less that of the day [1]")
    edges: tuple[float, ...] = Field(description="upper ends of all classes of K but the last [1]")
    spread: tuple[tuple[float, ...], ...] = Field(description="residuals at `SPREAD_LEVELS` of each class of K [1]")
    season: dict[Literal["winter", "spring", "summer", "autumn"], float]
    highest: float = Field(gt=0, description="highest k that is drawn [1]")
    correlation: Correlation

    @model_validator(mode="after")
    def _shapes(self) -> Side:
        if len(self.spread) != len(self.edges) + 1 or list(self.edges) != sorted(self.edges):
            raise ValueError("give ascending edges and one row of spread more than edges")
        if any(len(row) != len(SPREAD_LEVELS) or list(row) != sorted(row) for row in self.spread):
            raise ValueError(f"a row of spread is {len(SPREAD_LEVELS)} ascending residuals")
        if set(self.season) != set(SEASONS) or min(self.season.values()) <= 0:
            raise ValueError("give a factor above zero for each of the four seasons")
        return self

    def location(self, day: Floats, around: Floats) -> Floats:
        """Middle of the other k, shape (n,)."""
        return self.constant + self.day * day + self.hour * (around - day)

    def classes(self, day: Floats) -> npt.NDArray[np.int64]:
        """Class of cloudiness, or of activity, of each value, shape (n,)."""
        return np.asarray(np.searchsorted(self.edges, day), dtype=np.int64)

    def drawn(self, day: Floats, around: Floats, season: Floats, share: Floats) -> Floats:
        """k of the other at the share u of its distribution, shape (n,), not below zero nor above ``highest``."""
        classes, residual = self.classes(day), np.zeros(len(day))
        for c, row in enumerate(self.spread):
            here = classes == c
            residual[here] = np.interp(share[here], SPREAD_LEVELS, row)
        return np.clip(self.location(day, around) + season * residual, 0.0, self.highest)

    def factors(self, index: pd.DatetimeIndex) -> Floats:
        """Factor of the season of each interval, shape (n,)."""
        return np.array([self.season[SEASONS[m % 12 // 3]] for m in index.month])  # type: ignore[index]


class ErrorFigures(Sourced):
    """One file."""

    kind: Literal["pv", "demand"]
    forecast: str = Field(min_length=3, description="whose errors these are")
    made_by: str = Field(min_length=3, description="the command that fits them again")
    rows: int = Field(gt=0)
    days: int = Field(gt=0)
    rmse: float = Field(gt=0, description="root mean square error over capacity, as a check [1]")
    given_actual: Side
    given_forecast: Side


def shares(values: pd.Series[float], reach: pd.Series[float]) -> tuple[Floats, Floats]:
    """K of the day and h around each interval, shape (n,) each; NaN where nothing can be reached.

    The window around an interval does not look past midnight.
    """
    index = pd.DatetimeIndex(values.index)
    day = index.normalize()
    sums = pd.DataFrame({"value": values, "reach": reach}).groupby(day)
    whole = sums.transform("sum")
    step = (index[1] - index[0]) / pd.Timedelta(minutes=1) if len(index) > 1 else AROUND_MINUTES
    width = max(round(AROUND_MINUTES / step), 1) | 1
    near = sums.rolling(width, center=True, min_periods=1).sum().droplevel(0).reindex(index)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (
            np.where(whole["reach"] > 0, whole["value"] / whole["reach"], np.nan),
            np.where(near["reach"] > 0, near["value"] / near["reach"], np.nan),
        )
