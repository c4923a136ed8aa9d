"""The rest of the day, corrected by what was measured of it so far.

    e      = sum(measured - forecast) / sum(scale)          over the last measurements, a window of some hours   [1]
    new(t) = forecast(t) + w(lead) e scale(t)               0 <= w <= 1, falling with the lead                   [unit]

The scale is the power under a clear sky for PV, so that e is an error of the clear-sky index and nothing changes at
night; it is 1 for a demand, so that e is an offset in its unit. The lead is counted from the end of the last
measurement: late meters weigh less by themselves. Weights are fitted on the past, see `forecasting.intraday_fit`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.horizon import step_of

STALE_H = 3.0  # older measurements say nothing of now
LEAST_SHARE = 0.5  # of the window that must be measured
LEAST_SCALE = 0.2  # mean clear-sky power over the window, as share of its highest; a lower sun says little of the day


@dataclass(frozen=True)
class Weights:
    """How much of the last error remains ahead.

    Attributes:
        window_h: hours of measurements that the error is taken from.
        lead_h: leads [h], rising, that the weights are given at.
        weight: weights [1], 0 to 1; between leads by straight lines, beyond the last one zero.
    """

    window_h: float
    lead_h: tuple[float, ...]
    weight: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.lead_h) != len(self.weight) or np.any(np.diff(self.lead_h) <= 0):
            raise InputError("intraday weights", "lead_h", self.lead_h, "rising leads, as many as weights")
        if not all(0 <= w <= 1 for w in self.weight):
            raise InputError("intraday weights", "weight", self.weight, "0 to 1")

    @classmethod
    def fading(cls, half_life_h: float, window_h: float = 1.0) -> Weights:
        """Weights that halve every ``half_life_h`` and end at ten of them; an assumption, not fitted."""
        leads = np.linspace(0.0, 10.0 * half_life_h, 41)
        return cls(window_h, tuple(leads.tolist()), tuple((0.5 ** (leads / half_life_h)).tolist()))

    @property
    def off(self) -> bool:
        return not any(self.weight)

    def at(self, lead_h: np.ndarray) -> np.ndarray:
        """Weights of leads [h]."""
        if self.off:
            return np.zeros(len(lead_h))
        return np.asarray(np.interp(lead_h, self.lead_h, self.weight, right=0.0))


OFF = Weights(1.0, (), ())


def corrected(
    forecast: pd.Series[float],
    measured_so_far: pd.Series[float],
    now: pd.Timestamp,
    clear: pd.Series[float] | None,
    weights: Weights,
) -> pd.Series[float]:
    """The forecast with all intervals from ``now`` on corrected, never below zero; earlier ones stay as they were.

    Args:
        forecast: [unit], from before the window of ``weights`` to the end of what is asked for.
        measured_so_far: [unit], of intervals of the same step; NaN and gaps where nothing came or a flag forbids it.
            What is not over at ``now`` is not looked at.
        now: the moment of the correction.
        clear: output under a clear sky on the index of the forecast for PV; ``None`` for a demand.
        weights: as fitted on the past.

    Returns:
        On the index of the forecast. Unchanged where the last hours hold too few measurements or too little sun.
    """
    shift = correction(forecast, measured_so_far, now, clear, weights)
    new = (forecast + shift).clip(lower=0.0)
    if clear is not None:
        last = _last(measured_so_far, now, pd.Timedelta(minutes=step_of(forecast.index)), weights.window_h)
        index = float((last / clear.reindex(last.index)).max()) if len(last) and shift.any() else 1.0
        new = new.clip(upper=np.maximum(forecast, clear.reindex(forecast.index) * max(index, 1.0)))
    return new.where(shift != 0, forecast)


def correction(
    forecast: pd.Series[float],
    measured_so_far: pd.Series[float],
    now: pd.Timestamp,
    clear: pd.Series[float] | None,
    weights: Weights,
) -> pd.Series[float]:
    """What `corrected` adds before its limits [unit]; for quantiles and scenarios that move with the mean."""
    index = pd.DatetimeIndex(forecast.index)
    none = pd.Series(0.0, index=index)
    if weights.off:
        return none
    step = pd.Timedelta(minutes=step_of(index))
    last = _last(measured_so_far, now, step, weights.window_h)
    if last.empty:
        return none
    if not last.index.isin(index).all():
        raise InputError(
            "intraday correction", "forecast", f"{index[0]} to {index[-1]}", "the hours before now, as measured too",
            f"start it at {last.index[0]} or before",
        )  # fmt: skip
    scale = pd.Series(1.0, index=index) if clear is None else clear.reindex(index)
    whole = max(round(pd.Timedelta(hours=weights.window_h) / step), 1)
    total = float(scale[last.index].sum())
    if len(last) < LEAST_SHARE * whole or total < LEAST_SCALE * len(last) * float(scale.max()):
        return none
    error = float((last - forecast[last.index]).sum()) / total
    lead_h = np.asarray((index - (last.index[-1] + step)) / pd.Timedelta(hours=1), float)
    added = np.where(index >= now, weights.at(lead_h) * error * scale.to_numpy(float), 0.0)
    return pd.Series(added, index=index)


def _last(measured: pd.Series[float], now: pd.Timestamp, step: pd.Timedelta, window_h: float) -> pd.Series[float]:
    """The newest measurements over at ``now``, of a window that ends with the last of them; none where it is stale."""
    known = measured.dropna()
    known = known[pd.DatetimeIndex(known.index) <= now - step]
    if known.empty:
        return known
    last = pd.DatetimeIndex(known.index)[-1]
    if now - (last + step) > pd.Timedelta(hours=STALE_H):
        return known.iloc[:0]
    return known[pd.DatetimeIndex(known.index) > last - pd.Timedelta(hours=window_h)]
