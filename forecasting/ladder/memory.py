"""What a plant's own past tells of a day, cut at what was measured when the forecast was issued.

level_d   = sum w measured / sum w physics over usable rows of days <= d - known_days, clamped
            w halves every ten days that were usable; other days (outage, curtailment, no data) change nothing
ratio_n   = the same over the n newest usable days, without weights; of the whole day or of the hours around
kappa     = measured / clear of the newest usable day, at the same time of day
climate   = mean of kappa over all usable days so far, at the same time of day
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.ladder.cases import COUNTED, MEASURED, PHYSICS, USABLE
from forecasting.sun import Floats

Ints = npt.NDArray[np.intp]
HALF_LIFE_DAYS = 10.0
LOWEST_LEVEL, HIGHEST_LEVEL = 0.3, 1.7  # half a plant out beside a poor weather model, and a poor model alone
USABLE_SHARE = 0.5  # of the physical energy of a day, for the day to count
PRIOR_DAYS = 1.0  # the nameplate counts as one day


def remembered(table: pd.DataFrame, capacity: float, known_days: int) -> dict[str, pd.Series[float]]:
    """Features of every row from the days known when it was forecast.

    Args:
        table: ``measured``, ``usable``, ``counted``, ``physics``, ``clear`` on the index of the cases.
        capacity: nameplate [unit].
        known_days: the newest day known for day d is d - known_days.
    """
    index = pd.DatetimeIndex(table.index)
    slot, day = index.hour * 60 + index.minute, index.normalize().tz_localize(None)
    good = table[MEASURED].notna() & table[USABLE] & table[COUNTED]
    days = pd.date_range(day[0], day[-1], freq="D")
    slots = np.unique(slot)
    at, column = days.get_indexer(day), np.searchsorted(slots, slot)
    shape = (len(days), len(slots))
    y, p, c = (_grid(table[k].where(good).to_numpy(float), at, column, shape) for k in (MEASURED, PHYSICS, "clear"))
    whole = table[PHYSICS].where(table[COUNTED]).groupby(day).sum().reindex(days).to_numpy(float)
    enough = np.nansum(p, axis=1) >= USABLE_SHARE * np.nan_to_num(whole, nan=np.inf)
    y, p, c = (np.where(enough[:, None], a, np.nan) for a in (y, p, c))

    width = max(1, round(60 / _minutes(slots)))
    by_day = {
        "level": _level(y, p, enough),
        "ratio_1d": _ratio(_newest(y, 1, enough), _newest(p, 1, enough)),
        "ratio_3d": _ratio(_newest(y, 3, enough), _newest(p, 3, enough)),
        "ratio_7d": _ratio(_newest(y, 7, enough), _newest(p, 7, enough)),
        "kappa_day": _ratio(_newest(y, 1, enough), _newest(c, 1, enough)),
    }
    by_slot = {
        "ratio_1d_hour": _ratio(
            _around(_newest(y, 1, enough, False), width), _around(_newest(p, 1, enough, False), width)
        ),
        "ratio_7d_hour": _ratio(
            _around(_newest(y, 7, enough, False), width), _around(_newest(p, 7, enough, False), width)
        ),
        "kappa": _ratio(_newest(y, 1, enough, False), _newest(c, 1, enough, False)),
        "climate": _ratio(np.nancumsum(y, axis=0), np.nancumsum(c, axis=0)),
    }
    row = at - known_days
    seen = row >= 0
    out: dict[str, pd.Series[float]] = {}
    for name, values in by_day.items():
        first = 1.0 if name == "level" else np.nan
        out[name] = pd.Series(np.where(seen, values[np.maximum(row, 0)], first), index)
    for name, values in by_slot.items():
        out[name] = pd.Series(np.where(seen, values[np.maximum(row, 0), column], np.nan), index)
    return out


def _grid(values: Floats, row: Ints, column: Ints, shape: tuple[int, int]) -> Floats:
    """Days x times of day; the mean where clocks go back and a time comes twice."""
    seen = np.isfinite(values)
    total, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (row[seen], column[seen]), values[seen])
    np.add.at(count, (row[seen], column[seen]), 1.0)
    return np.asarray(np.divide(total, count, out=np.full(shape, np.nan), where=count > 0))


def _minutes(slots: np.ndarray) -> int:
    return int(np.diff(slots).min()) if len(slots) > 1 else 60


def _level(y: Floats, p: Floats, enough: np.ndarray) -> Floats:
    """Level after each day, shape (days,)."""
    keep = 0.5 ** (1.0 / HALF_LIFE_DAYS)
    made, could = np.nansum(y, axis=1), np.nansum(p, axis=1)
    prior = PRIOR_DAYS * float(np.median(could[enough][:7])) if enough.any() else 1.0
    top = bottom = max(prior, 1e-9)
    out = np.empty(len(y))
    for d in range(len(y)):
        if enough[d]:
            top, bottom = keep * top + made[d], keep * bottom + could[d]
        out[d] = np.clip(top / bottom, LOWEST_LEVEL, HIGHEST_LEVEL)
    return out


def _newest(values: Floats, n: int, enough: np.ndarray, whole_day: bool = True) -> Floats:
    """Sums over the newest ``n`` days with enough data up to each day: shape (days,), or (days, slots)."""
    daily = np.nansum(values, axis=1)[:, None] if whole_day else np.nan_to_num(values)
    sums = np.cumsum(daily[enough], axis=0)
    count = np.cumsum(enough)
    late, early = count - 1, count - 1 - n
    zero = np.zeros(daily.shape[1])
    total = np.array([sums[j] if j >= 0 else zero for j in late]) - np.array(
        [sums[j] if j >= 0 else zero for j in early]
    )
    return np.asarray(total[:, 0] if whole_day else total)


def _around(values: Floats, width: int) -> Floats:
    """Sums over the neighbours of a slot within ``width``."""
    out = values.copy()
    for k in range(1, width + 1):
        out[:, k:] += values[:, :-k]
        out[:, :-k] += values[:, k:]
    return out


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """Their ratio, at most 3; nothing where there was nothing to compare with."""
    ratio = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 1e-6)
    return np.asarray(np.clip(ratio, 0.0, 3.0))
