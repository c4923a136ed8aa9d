"""Scores of forecasts: of a mean, of quantiles, of ensembles. Small values are better, but for skill and coverage.

    pinball     (y - q) (tau - [y < q])                               Koenker and Bassett (1978), Econometrica 46, 33
    CRPS        2 x mean pinball over levels; of an ensemble  sum_i w_i |x_i - y| - 1/2 sum_ij w_i w_j |x_i - x_j|
    energy      the same with Euclidean norms of whole trajectories          Gneiting and Raftery (2007), JASA 102, 359
    variogram   sum_kl (|y_k - y_l|^p - sum_i w_i |x_ik - x_il|^p)^2         Scheuerer and Hamill (2015), MWR 143, 1321

Energy and variogram scores see what the others cannot: whether the parts of a trajectory belong together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def rmse(forecast: Floats, measured: Floats) -> float:
    """Root of the mean squared error, in the unit of the series."""
    return float(np.sqrt(np.mean((forecast - measured) ** 2)))


def mae(forecast: Floats, measured: Floats) -> float:
    """Mean absolute error, in the unit of the series."""
    return float(np.mean(np.abs(forecast - measured)))


def bias(forecast: Floats, measured: Floats) -> float:
    """Mean of forecast less measured: positive where too much was promised."""
    return float(np.mean(forecast - measured))


def skill(score: float, reference: float) -> float:
    """Share of the reference's error that is avoided: 1 is perfect, 0 as good as the reference; NaN beside no error."""
    return 1.0 - score / reference if reference > 0 else float("nan")


def pinball(measured: Floats, quantiles: Floats, levels: Floats) -> Floats:
    """Pinball loss of each value and level, shape (n, k), from values (n,), quantiles (n, k) and levels (k,)."""
    short = measured[:, None] - quantiles
    return np.asarray(np.maximum(levels * short, (levels - 1.0) * short))


def crps_quantiles(measured: Floats, quantiles: Floats, levels: Floats) -> Floats:
    """CRPS of each value, shape (n,), from equidistant quantiles (n, k)."""
    return np.asarray(2.0 * pinball(measured, quantiles, levels).mean(axis=1))


def crps_ensemble(measured: Floats, members: Floats, weights: Floats | None = None) -> Floats:
    """CRPS of each value, shape (n,), from members (m, n) of weights (m,) that add up to 1; equal where not given."""
    w = _weights(members, weights)
    order = np.argsort(members, axis=0)
    sorted_members, sorted_weights = np.take_along_axis(members, order, axis=0), w[order]
    below = np.cumsum(sorted_weights, axis=0) - sorted_weights / 2  # E|X - X'| = 4 sum w_i x_i (F_i - 1/2)
    spread = 2.0 * (sorted_weights * sorted_members * (2.0 * below - 1.0)).sum(axis=0)
    return np.asarray((w[:, None] * np.abs(members - measured)).sum(axis=0) - spread / 2)


def coverage(measured: Floats, low: Floats, high: Floats) -> float:
    """Share of values within their intervals, ends included."""
    return float(np.mean((low <= measured) & (measured <= high)))


def energy_score(measured: Floats, members: Floats, weights: Floats | None = None) -> float:
    """Energy score of one trajectory (steps,) from members (m, steps)."""
    w = _weights(members, weights)
    squares = (members**2).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2.0 * members @ members.T, 0.0))
    np.fill_diagonal(apart, 0.0)
    return float(w @ np.linalg.norm(members - measured, axis=1) - w @ apart @ w / 2)


def variogram_score(measured: Floats, members: Floats, weights: Floats | None = None, order: float = 0.5) -> float:
    """Variogram score of one trajectory (steps,) from members (m, steps), every pair of steps counting alike."""
    w = _weights(members, weights)
    seen = np.abs(measured[:, None] - measured[None, :]) ** order
    expected = np.zeros_like(seen)
    for weight, member in zip(w, members, strict=True):  # one by one: m x steps x steps would not fit for 15 min days
        expected += weight * np.abs(member[:, None] - member[None, :]) ** order
    return float(((seen - expected) ** 2).sum())


def _weights(members: Floats, weights: Floats | None) -> Floats:
    return np.full(len(members), 1.0 / len(members)) if weights is None else np.asarray(weights, float)
