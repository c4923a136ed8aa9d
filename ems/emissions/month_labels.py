"""Local months of hours."""

from __future__ import annotations

import numpy as np
import pandas as pd


def month_labels(index: pd.DatetimeIndex) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Month of each hour in the zone of the index, such as 2026-01; shape (hours,)."""
    months, which = np.unique(np.asarray(index.year * 12 + index.month - 1), return_inverse=True)
    names = np.array([f"{m // 12:04d}-{m % 12 + 1:02d}" for m in months], dtype=object)
    return np.asarray(names[which])
