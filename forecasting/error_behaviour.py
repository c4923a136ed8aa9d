"""How forecasts of the sun err by the hour: what an operator feels, and what tells drawn errors from measured ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

HOUR = pd.Timedelta(hours=1)
LIT = 0.1  # of the brightest interval under a clear sky: darker ones say little of a forecast


class Behaviour(NamedTuple):
    """Errors of hourly means in hours that count.

    ``hour``: RMSE over the mean of what came [1]; ``day``: the same of the days' sums [1]; ``next_hour``: correlation
    of an error with that of the next hour of the same day [1].
    """

    hour: float
    day: float
    next_hour: float


def behaviour(actual: pd.Series[float], forecast: pd.Series[float], counted: pd.Series[bool]) -> Behaviour:
    """Behaviour of a forecast beside what came, on one equidistant index of an hour or less [one unit].

    An hour counts if all its intervals do. Raises ``ValueError`` where no two hours in a row do.
    """
    table = pd.DataFrame({"actual": actual, "error": forecast - actual}).where(counted)
    parts = round(HOUR / (pd.DatetimeIndex(actual.index)[1] - actual.index[0]))
    hours = table.resample("1h").agg(["mean", "count"])
    whole = hours["error", "count"] == parts
    came, error = hours.loc[whole, ("actual", "mean")], hours.loc[whole, ("error", "mean")]
    day = pd.DatetimeIndex(error.index).normalize()
    later = error.reindex(pd.DatetimeIndex(error.index) + HOUR).set_axis(error.index)
    pairs = later.notna() & (pd.DatetimeIndex(error.index + HOUR).normalize() == day)
    if not pairs.any():
        raise ValueError("no two hours in a row count")
    days = pd.DataFrame({"actual": came, "error": error}).groupby(day).sum()
    return Behaviour(
        hour=_rms(error) / float(came.mean()),
        day=_rms(days["error"]) / float(days["actual"].mean()),
        next_hour=float(error[pairs].corr(later[pairs])),
    )


def _rms(errors: pd.Series[float]) -> float:
    return float(np.sqrt(np.mean(errors.to_numpy(float) ** 2)))
