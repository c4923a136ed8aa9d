"""How a forecast with its uncertainty is written: one table, the mean beside quantiles of 5 to 95 %.

index     starts of the intervals forecast, with time zone
columns   mean, q05, q10, … q95     in the unit of the series; quantiles never cross
"""

from __future__ import annotations

import numpy as np
import pandas as pd

LEVELS = tuple(np.round(np.arange(0.05, 0.951, 0.05), 2).tolist())
MEAN = "mean"
QUANTILES = tuple(f"q{100 * level:02.0f}" for level in LEVELS)
COLUMNS = (MEAN, *QUANTILES)


def quantile_table(index: pd.Index, mean: np.ndarray, quantiles: np.ndarray) -> pd.DataFrame:
    """The table of a mean, shape (steps,), and quantiles, shape (steps, 19); crossing quantiles are sorted."""
    values = np.column_stack([np.asarray(mean, float), np.sort(np.asarray(quantiles, float), axis=1)])
    return pd.DataFrame(values, index=index, columns=list(COLUMNS))


def levels_of(table: pd.DataFrame) -> np.ndarray:
    """Quantiles of a table, shape (steps, 19)."""
    return table[list(QUANTILES)].to_numpy(float)
