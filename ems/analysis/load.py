"""Load duration, peaks and base load of a meter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

SHARES = (0.0, 0.01, 0.02, 0.05, *(k / 10 for k in range(1, 11)))  # of the hours, from the highest down
PEAKS = 5


def load(hours: pd.Series[float]) -> dict[str, Any] | None:
    """Figures of hourly means [kW or kg/h]; None without a reading.

    The base load is the median of the days' lowest hours, the load factor mean over peak, the peaks are the highest
    hour of each of the highest days.
    """
    known = hours.dropna()
    if known.empty:
        return None
    falling = np.sort(known.to_numpy(float))[::-1]
    index = pd.DatetimeIndex(known.index)
    by_day = known.groupby(index.date)
    tops = by_day.max().sort_values(ascending=False, kind="stable").head(PEAKS)
    peak, mean = float(falling[0]), float(falling.mean())
    return {
        "hours": len(falling),
        "mean": mean,
        "peak": peak,
        "peaks": [
            {"at": index[max(by_day.indices[day], key=lambda k: known.iloc[k])].isoformat(), "value": float(value)}
            for day, value in tops.items()
        ],
        "base": float(by_day.min().median()),
        "load_factor": mean / peak if peak > 0 else None,
        "full_load_hours": float(falling.sum() / peak) if peak > 0 else None,
        "duration": [{"share": s, "value": float(np.quantile(falling, 1 - s))} for s in SHARES],
    }
