"""Figures of forecast errors from forecasts as they were issued beside what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from forecasting.error_figures import SEASONS, SPREAD_LEVELS, Correlation, Side, shares

Strings = npt.NDArray[np.str_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
CLASSES = 4
LEAST_REACH = 0.10  # of the highest: where next to nothing can be reached, shares of it say nothing
LAGS_HOURS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
LAGS_DAYS = (1, 2, 3)


def fit_side(tables: Sequence[pd.DataFrame], given: str, other: str) -> Side:
    """One side of the figures.

    Args:
        tables: one per site; columns ``actual``, ``forecast`` and ``reach`` [one unit], and ``counted``, false where a
            row is not to be learned from. Whole days, for the k of a day is made of all its rows.
        given: column that is known, ``actual`` or ``forecast``.
        other: column that is drawn.

    Intervals weigh by the square of what can be reached: errors at noon cost more than those of the same share at dusk.
    """
    rows = pd.concat([_rows(table, given, other).assign(site=n) for n, table in enumerate(tables)])
    weight = rows["reach"].to_numpy(float)
    root = np.sqrt(weight)
    design = np.column_stack([np.ones(len(rows)), rows["day"], rows["around"] - rows["day"]])
    target = rows["other"].to_numpy(float)
    line = np.linalg.lstsq(design * root[:, None], target * root, rcond=None)[0]
    residual = target - design @ line
    edges = [round(float(e), 2) for e in np.quantile(rows["day"], np.arange(1, CLASSES) / CLASSES)]
    classes = np.searchsorted(edges, rows["day"]).astype(np.int64)
    season = np.array([SEASONS[m % 12 // 3] for m in pd.DatetimeIndex(rows.index).month])
    factor = _factors(residual, classes, season, weight)
    scaled = residual / np.array([factor[s] for s in season])
    spread = np.array([_quantiles(scaled[classes == c], weight[classes == c]) for c in range(CLASSES)])
    score = np.zeros(len(rows))
    for c in range(CLASSES):
        score[classes == c] = np.interp(scaled[classes == c], spread[c], SPREAD_LEVELS)
    z = pd.Series(ndtri(score), rows.index)
    return Side(
        constant=round(float(line[0]), 4),
        day=round(float(line[1]), 4),
        hour=round(float(line[2]), 4),
        edges=tuple(edges),
        spread=tuple(tuple(round(float(q), 4) for q in row) for row in spread),
        season={name: round(f, 3) for name, f in factor.items()},
        highest=round(float(_weighted(target, weight, np.array([0.999]))[0]), 3),
        correlation=fit_correlation([z[(rows["site"] == n).to_numpy()] for n in range(len(tables))]),
    )


def fit_correlation(scores: Sequence[pd.Series[float]]) -> Correlation:
    """Correlation over the day and from day to day of normal scores, one series per site, by least squares."""
    from scipy.optimize import least_squares

    scores = [(z - z.mean()) / z.std() for z in scores]  # what stays of a site is bias: no error comes and goes with it
    within = np.array([_mean_product(scores, pd.Timedelta(hours=lag)) for lag in LAGS_HOURS])
    between = np.array([_mean_product(scores, pd.Timedelta(days=lag)) for lag in LAGS_DAYS])
    lags, days = np.array(LAGS_HOURS), np.array(LAGS_DAYS)
    seen = np.isfinite(np.concatenate([within, between]))  # hourly scores have no pairs half an hour apart

    def missed(x: Floats) -> Floats:
        share, hours, roughness, to_next = x
        alike = share + (1 - share) * np.exp(-((lags / hours) ** roughness))
        return np.asarray((np.concatenate([alike, share * to_next**days]) - np.concatenate([within, between]))[seen])

    found = least_squares(missed, [0.3, 2.0, 1.2, 0.5], bounds=([0, 0.1, 0.3, 0], [0.95, 24, 1.95, 0.95])).x
    share, hours, roughness, to_next = (round(float(v), 3) for v in found)
    return Correlation(day_share=share, hours=hours, roughness=roughness, day_to_day=to_next)


def _rows(table: pd.DataFrame, given: str, other: str) -> pd.DataFrame:
    """Shares of one site: day, around, other, and reach over its highest."""
    day, around = shares(table[given], table["reach"])
    ratio = table[other] / table["reach"].where(table["reach"] > 0)
    rows = pd.DataFrame({"day": day, "around": around, "other": ratio, "reach": table["reach"]}, table.index)
    rows["reach"] /= rows["reach"].max()
    return rows[(rows["reach"] > LEAST_REACH) & table["counted"].to_numpy(bool)].dropna()


def _factors(residual: Floats, classes: Ints, season: Strings, weight: Floats) -> dict[Any, float]:
    """Mean absolute residual of each season over that of all, in days of like class; 1 for a season not seen."""
    usual = np.array([np.average(np.abs(residual[classes == c]), weights=weight[classes == c]) for c in range(CLASSES)])
    ratio = np.abs(residual) / usual[classes]
    seen = {s: season == s for s in SEASONS}
    return {s: float(np.average(ratio[at], weights=weight[at])) if at.any() else 1.0 for s, at in seen.items()}


def _quantiles(values: Floats, weight: Floats) -> Floats:
    return _weighted(values, weight, np.array(SPREAD_LEVELS))


def _weighted(values: Floats, weight: Floats, levels: Floats) -> Floats:
    """Quantiles of weighted values."""
    order = np.argsort(values)
    reached = np.cumsum(weight[order]) - weight[order] / 2
    return np.asarray(np.interp(levels, reached / weight.sum(), values[order]))


def _mean_product(scores: Sequence[pd.Series[float]], lag: pd.Timedelta) -> float:
    """Correlation of scores ``lag`` apart: on one day for hours, at the same hour for days; NaN without such a pair."""
    products: list[Floats] = []
    for z in scores:
        index = pd.DatetimeIndex(z.index)
        later = z.reindex(index + lag)
        good = later.notna().to_numpy()
        if lag < pd.Timedelta(days=1):
            good = good & ((index + lag).normalize() == index.normalize())
        products.append(z.to_numpy(float)[good] * later.to_numpy(float)[good])
    pairs = np.concatenate(products)
    return float(pairs.mean()) if len(pairs) else float("nan")
