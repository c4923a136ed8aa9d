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
