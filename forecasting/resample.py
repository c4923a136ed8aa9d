"""Bring a table to another time step."""

from __future__ import annotations

from math import gcd
from typing import Literal

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.horizon import nanoseconds, step_of

MINUTE_NS = 60_000_000_000


def on_index(
    frame: pd.DataFrame, index: pd.DatetimeIndex, how: Literal["hold", "linear"], source: str = "time series"
) -> pd.DataFrame:
    """Return interval means of ``frame`` on ``index``.

    A coarser step takes the mean of the intervals it covers. A finer step holds the value of the interval it lies in
    (``hold``, keeps every mean) or joins the middles of the intervals by straight lines (``linear``, smoother, keeps
    means only on straight stretches). An index outside the range of the frame is refused.
    """
    own, step = step_of(frame.index, source), step_of(index)
    assert isinstance(frame.index, pd.DatetimeIndex)
    t, wanted = nanoseconds(frame.index), nanoseconds(index)
    first, last = t[0], t[-1] + own * MINUTE_NS
    if wanted[0] < first or wanted[-1] + step * MINUTE_NS > last:
        end = frame.index[-1] + pd.Timedelta(minutes=own)
        need = f"{index[0].isoformat()} to {(index[-1] + pd.Timedelta(minutes=step)).isoformat()}"
        raise InputError(source, "time", f"{frame.index[0].isoformat()} to {end.isoformat()}", need)
    fine = gcd(gcd(own, step), int((wanted[0] - first) // MINUTE_NS))
    per_step = step // fine
    middles = wanted[:, None] + (np.arange(per_step) * fine * MINUTE_NS + fine * MINUTE_NS // 2)[None, :]
    values = frame.to_numpy(dtype=float)
    if how == "hold" or own <= fine:
        picked = values[(middles - first) // (own * MINUTE_NS)]
    else:
        centres = t + own * MINUTE_NS // 2
        picked = np.stack([np.interp(middles, centres, column) for column in values.T], axis=-1)
    return pd.DataFrame(picked.mean(axis=1), index=index, columns=frame.columns)


def means(values: pd.Series[float], index: pd.DatetimeIndex, resolution: pd.Timedelta) -> pd.Series[float]:
    """Interval means on ``index`` of values that each hold for ``resolution`` from their time on.

    Keeps every integral, whatever the two steps are. NaN where an interval is not covered whole: what is missing is
    not filled.
    """
    known = values.dropna().sort_index()
    known = known[~known.index.duplicated(keep="last")]
    if known.empty:
        return pd.Series(np.nan, index=index)
    assert isinstance(known.index, pd.DatetimeIndex)
    base, step = nanoseconds(index)[0], step_of(index) * MINUTE_NS
    starts = nanoseconds(known.index) - base
    lengths = np.minimum(np.append(np.diff(starts), resolution.value), resolution.value)
    corners = np.stack([starts, starts + lengths], axis=1).ravel().astype(float)
    edges = np.append(nanoseconds(index) - base, nanoseconds(index)[-1] - base + step).astype(float)

    def integral(rate: np.ndarray) -> np.ndarray:
        parts = np.stack([np.zeros(len(rate)), rate * lengths], axis=1).ravel()
        return np.diff(np.interp(edges, corners, np.cumsum(parts)))

    whole = integral(np.ones(len(known))) >= step * (1 - 1e-9)
    return pd.Series(np.where(whole, integral(known.to_numpy(float)) / step, np.nan).round(9), index=index)
