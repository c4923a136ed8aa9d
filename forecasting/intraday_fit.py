"""Weights of the intraday correction, fitted on the past and switched off where they do not help.

    w(lead) = sum e s r / sum (e s)^2     over moments of the past, e, s as in `forecasting.intraday`,
                                          r = measured - forecast at that lead, same local day; falling, 0 to 1

Fitted on the first two thirds of the days, checked on the last: a lead counts up to the first hour in which the check
shows a gain of less than 1 %, the window is the one that gains most, and where none gains the correction stays off.
What is kept is then fitted on all days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.horizon import step_of
from forecasting.intraday import LEAST_SCALE, LEAST_SHARE, OFF, Weights

Floats = npt.NDArray[np.float64]
WINDOWS_H = (0.5, 1.0, 2.0, 4.0)
LONGEST_H = 12.0
LEAST_DAYS = 21  # two weeks to fit, one to check
CHECKED = 1 / 3
LEAST_GAIN = 0.01  # of the RMSE of an hour of lead; less is as likely to be a loss on other days


@dataclass(frozen=True)
class IntradayFit:
    """Weights with what speaks for them: squared errors on days that they were not fitted on.

    ``check``: one row per hour of lead; ``rmse_before``, ``rmse_after`` [unit] of the days checked. Empty where the
    past is too short to check anything; the weights are then off.
    """

    weights: Weights
    check: pd.DataFrame


def fit_weights(
    forecast: pd.Series[float], measured: pd.Series[float], clear: pd.Series[float] | None = None
) -> IntradayFit:
    """Fit on forecasts as they were issued for each day and what came.

    Args:
        forecast: [unit], equidistant, whole local days; NaN where there was none.
        measured: [unit], on the same index; NaN where nothing usable came.
        clear: output under a clear sky for PV, ``None`` for a demand.
    """
    index = pd.DatetimeIndex(forecast.index)
    days = index.normalize().unique()
    residual = measured - forecast
    if residual.notna().groupby(index.normalize()).any().sum() < LEAST_DAYS:
        return IntradayFit(OFF, pd.DataFrame(columns=["rmse_before", "rmse_after"], dtype=float))
    split = days[round(len(days) * (1 - CHECKED))]
    early = np.asarray(index < split)
    best, gained, check = OFF, 0.0, _check(Pairs.of(residual, clear, WINDOWS_H[0]).where(~early), OFF)
    for window_h in WINDOWS_H:
        pairs = Pairs.of(residual, clear, window_h)
        weights, table = _trusted(pairs.where(~early), pairs.where(early).weights())
        gain = float((table["rmse_before"] ** 2 - table["rmse_after"] ** 2).sum())
        if gain > gained:
            longest = sum(w > 0 for w in weights.weight)
            best, gained, check = _cut(pairs.weights(), longest), gain, table
    return IntradayFit(best, check)


@dataclass(frozen=True)
class Pairs:
    """What the correction would have added with weight 1, and what was missing, at every moment and lead.

    Attributes:
        added, missing: [unit], shape (moments, leads); NaN where nothing can be said.
        step_h: hours of an interval.
        window_h: of the measurements that the error is taken from.
    """

    added: Floats
    missing: Floats
    step_h: float
    window_h: float

    @classmethod
    def of(cls, residual: pd.Series[float], clear: pd.Series[float] | None, window_h: float) -> Pairs:
        index = pd.DatetimeIndex(residual.index)
        step_h = step_of(index) / 60.0
        whole, leads = max(round(window_h / step_h), 1), round(LONGEST_H / step_h)
        scale = pd.Series(1.0, index=index) if clear is None else clear
        known = residual.notna()
        rolled = pd.DataFrame({"r": residual.fillna(0.0), "s": scale.where(known, 0.0), "n": known.astype(float)})
        sums = rolled.rolling(whole).sum()
        count = sums["n"]
        bright = sums["s"] >= LEAST_SCALE * count * float(scale.max())
        error = (sums["r"] / sums["s"].where(bright & (count >= LEAST_SHARE * whole) & known)).to_numpy(float)
        after = np.arange(len(index))[:, None] + 1 + np.arange(leads)[None, :]
        inside = after < len(index)
        after = np.minimum(after, len(index) - 1)
        day = index.normalize().asi8
        inside &= day[after] == day[:, None]
        at, missing = scale.to_numpy(float)[after], residual.to_numpy(float)[after]
        usable = inside & np.isfinite(missing) & np.isfinite(error)[:, None] & (at > 0)
        nothing = np.full(after.shape, np.nan)
        return cls(np.where(usable, error[:, None] * at, nothing), np.where(usable, missing, nothing), step_h, window_h)

    def where(self, moments: npt.NDArray[np.bool_]) -> Pairs:
        return replace(self, added=self.added[moments], missing=self.missing[moments])

    def weights(self) -> Weights:
        """Least squares at every lead, then the nearest falling curve within 0 and 1."""
        from sklearn.isotonic import IsotonicRegression

        power = np.nansum(self.added**2, axis=0)
        free = np.divide(np.nansum(self.added * self.missing, axis=0), power, out=np.zeros(len(power)), where=power > 0)
        leads = self.step_h * np.arange(len(free))
        falling = IsotonicRegression(y_min=0.0, y_max=1.0, increasing=False)
        curve = falling.fit(leads, free, sample_weight=power + 1e-12 * (power.max() + 1.0)).predict(leads)
        return Weights(self.window_h, tuple(leads.tolist()), tuple(np.clip(curve, 0.0, 1.0).tolist()))


def _check(pairs: Pairs, weights: Weights) -> pd.DataFrame:
    """Errors before and after, by the hour of lead [unit]; hours without a single pair are left out."""
    leads = pairs.step_h * np.arange(pairs.added.shape[1])
    after = pairs.missing - weights.at(leads) * pairs.added
    hours = np.floor(leads).astype(int)
    rows = {}
    for hour in np.unique(hours):
        part = hours == hour
        if np.isfinite(after[:, part]).any():
            rows[int(hour)] = [float(np.sqrt(np.nanmean(e[:, part] ** 2))) for e in (pairs.missing, after)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["rmse_before", "rmse_after"]).rename_axis("lead_h")


def _trusted(pairs: Pairs, weights: Weights) -> tuple[Weights, pd.DataFrame]:
    """The weights up to the first hour of lead in which they gain too little, and their errors."""
    table = _check(pairs, weights)
    useless = table.index[table["rmse_after"] > (1.0 - LEAST_GAIN) * table["rmse_before"]]
    if len(useless):
        weights = _cut(weights, round(float(useless[0]) / pairs.step_h))
    return weights, _check(pairs, weights)


def _cut(weights: Weights, longest: int) -> Weights:
    """Weights of the first ``longest`` leads, zero from there on."""
    if longest == 0:
        return OFF
    kept = [w if k < longest else 0.0 for k, w in enumerate(weights.weight)]
    return replace(weights, weight=tuple(kept))
