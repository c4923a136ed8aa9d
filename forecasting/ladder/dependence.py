"""How the errors of a day hang together: what makes of quantiles courses that a store can be planned against.

    z_t   = normal score of the rank of y_t within its own quantiles, u_t                  one per interval of the past
    R     = w R_seen + (1 - w) R_smooth,   w = n / (n + PRIOR_DAYS),  n days that both intervals were seen
    R_seen    2 sin(pi rho / 6),  rho Spearman's rank correlation of two times of day
    R_smooth  share + (1 - share) exp(-(hours apart / hours)^roughness), of the same scores, as far as days tell
    days apart by k: share x to_next^k

Few days make noisy correlations of many pairs: they are drawn to the smooth ones. Gaussian copula of forecast errors:
Pinson et al. (2009), Wind Energy 12, 51; 2 sin(pi rho / 6): Pearson (1907), as in Kruskal (1958), JASA 53, 814.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.error_figures import Correlation
from forecasting.error_fit import fit_correlation
from forecasting.ladder.cases import MEASURED, Cases
from forecasting.ladder.quantiles import LEVELS, levels_of
from forecasting.ladder.rung import TooLittle
from forecasting.notes import Note

Floats = npt.NDArray[np.float64]
LEAST_DAYS = 20
PRIOR_DAYS = 60
SMALLEST = 1e-6  # eigenvalue


@dataclass(frozen=True)
class Dependence:
    """Correlation of normal scores of forecast errors.

    Attributes:
        minutes: minutes since local midnight of rows and columns of ``within``.
        within: correlations of one day, shape (n, n), drawn to the smooth ones.
        smooth: of times of day that were not seen, and of neighbouring days.
        days: that it was learned from; 0 where it is taken from elsewhere.
    """

    minutes: tuple[int, ...]
    within: Floats
    smooth: Correlation
    days: int

    @classmethod
    def assumed(cls, smooth: Correlation) -> Dependence:
        """Of a site without history: the smooth correlation of `forecasting.error_model` alone."""
        return cls((), np.zeros((0, 0)), smooth, 0)

    def matrix(self, index: pd.DatetimeIndex) -> Floats:
        """Correlations of all intervals of an index, one day or several, shape (n, n), positive definite."""
        minute = 60 * index.hour.to_numpy() + index.minute.to_numpy()
        day = (index.tz_localize(None).normalize() - index[0].tz_localize(None).normalize()).days.to_numpy()
        found = smooth_correlation(self.smooth, minute)
        at = pd.Index(self.minutes).get_indexer(minute)
        seen = at >= 0
        found[np.ix_(seen, seen)] = self.within[np.ix_(at[seen], at[seen])]
        apart = np.abs(day[:, None] - day[None, :])
        found = np.where(apart == 0, found, self.smooth.day_share * self.smooth.day_to_day**apart)
        return positive(found)


def fit_dependence(cases: Cases, table: pd.DataFrame) -> Dependence:
    """Learn from out-of-sample forecasts ``table`` and what came of them.

    Raises:
        TooLittle: fewer than `LEAST_DAYS` days.
    """
    z = normal_scores(cases, table)
    index = pd.DatetimeIndex(z.index)
    minute = 60 * index.hour + index.minute
    days = z.groupby([index.tz_localize(None).normalize(), minute]).first().unstack()  # noqa: PD010
    if len(days) < LEAST_DAYS:
        raise TooLittle(
            Note(
                f"仅有 {len(days)} 天的历史误差，少于 {LEAST_DAYS} 天，不足以估计日内相关性。",
                f"Errors of {len(days)} days, fewer than {LEAST_DAYS}: too few for their correlation over the day.",
            )
        )
    smooth = fit_correlation([z])
    rank = days.corr(method="spearman", min_periods=LEAST_DAYS)
    seen = 2.0 * np.sin(np.pi * rank.to_numpy(float) / 6.0)
    there = days.notna().to_numpy(float)
    pairs = there.T @ there
    weight = np.where(np.isfinite(seen), pairs / (pairs + PRIOR_DAYS), 0.0)
    mixed = weight * np.nan_to_num(seen) + (1.0 - weight) * smooth_correlation(smooth, days.columns.to_numpy(int))
    return Dependence(tuple(int(m) for m in days.columns), positive(mixed), smooth, len(days))


def normal_scores(cases: Cases, table: pd.DataFrame) -> pd.Series[float]:
    """Normal scores of what came within its quantiles, rows to learn from.

    Beyond the outer quantiles, where a table does not tell how far, values are ranked among themselves.
    """
    from scipy.special import ndtri

    rows = table.index.intersection(cases.learnable.index)
    table = table.loc[rows].dropna()
    measured, quantiles = cases.table.loc[table.index, MEASURED].to_numpy(float), levels_of(table)
    width = np.maximum(quantiles[:, -1] - quantiles[:, 0], 1e-9 * cases.capacity)
    share = np.array([_share(y, q) for y, q in zip(measured, quantiles, strict=True)])
    for outside, distance, base in (
        (measured < quantiles[:, 0], (quantiles[:, 0] - measured) / width, 0.0),
        (measured > quantiles[:, -1], (measured - quantiles[:, -1]) / width, 1.0),
    ):
        rank = pd.Series(distance[outside]).rank().to_numpy() - 0.5
        tail = LEVELS[0] * (1.0 - rank / max(int(outside.sum()), 1))
        share[outside] = np.abs(base - tail)
    return pd.Series(ndtri(np.clip(share, 1e-4, 1 - 1e-4)), table.index)


def _share(y: float, quantiles: Floats) -> float:
    """Share of the distribution that is not above ``y``; the middle of the range where quantiles coincide there."""
    low, high = np.searchsorted(quantiles, y, side="left"), np.searchsorted(quantiles, y, side="right")
    if high > low:
        return float(0.5 * (LEVELS[low] + LEVELS[high - 1]))
    return float(np.interp(y, quantiles, LEVELS))


def smooth_correlation(c: Correlation, minutes: Floats | npt.NDArray[np.int64]) -> Floats:
    """Correlations of times of one day by three figures, shape (n, n)."""
    hours = np.abs(minutes[:, None] - minutes[None, :]) / 60.0
    return np.asarray(c.day_share + (1.0 - c.day_share) * np.exp(-((hours / c.hours) ** c.roughness)))


def positive(matrix: Floats) -> Floats:
    """The matrix without negative eigenvalues, its diagonal 1."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    whole = (vectors * np.maximum(values, SMALLEST)) @ vectors.T
    scale = np.sqrt(np.diag(whole))
    return np.asarray(whole / scale[:, None] / scale[None, :])
