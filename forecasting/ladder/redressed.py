"""Quantiles around a forecast of one figure, from its latest errors: learned anew every few days.

Rungs are fitted every few weeks, but what their forecasts missed is known every morning; errors of the last weeks tell
more of the next days than those of half a year.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.ladder.cases import COUNTED, ISSUED, MEASURED, Cases
from forecasting.ladder.dressed import LEAST, dressed
from forecasting.ladder.quantiles import LEVELS, quantile_table

WINDOW_DAYS = 60
EVERY_DAYS = 5
CONDITIONS = ("clear_share", "sky_mean", "hour_from_noon")  # of PV; columns that cases lack are passed over


def redressed(
    cases: Cases, point: pd.Series[float], conditions: tuple[str, ...] = CONDITIONS, every_days: int = EVERY_DAYS
) -> pd.DataFrame:
    """Quantile table of ``point``, forecasts as issued, on its index.

    A block of ``every_days`` days learns from rows to learn from whose interval had ended when its first forecast was
    issued, those of the last `WINDOW_DAYS` days. Where they are too few, quantiles are NaN; where nothing counts
    (night), they are the forecast.
    """
    rows = cases.table.reindex(point.index)
    columns = [c for c in conditions if c in rows]
    learned = point.index.isin(cases.learnable.index) & point.notna().to_numpy()
    issues = pd.DatetimeIndex(rows[ISSUED])
    ends = pd.DatetimeIndex(point.index) + pd.Timedelta(minutes=cases.step_minutes)
    days = pd.DatetimeIndex(point.index).normalize()
    block = (days - days[0]).days // every_days
    middle = point.to_numpy(float)
    table = quantile_table(point.index, middle, np.repeat(middle[:, None], len(LEVELS), axis=1))
    counted = rows[COUNTED].to_numpy(bool) & np.isfinite(middle)
    for k in np.unique(block):
        ahead = counted & (block == k)
        if not ahead.any():
            continue
        issued = issues[block == k].min()
        past = learned & (ends <= issued) & (days >= issued.normalize() - pd.Timedelta(days=WINDOW_DAYS))
        if past.sum() < LEAST:
            table.iloc[ahead, 1:] = np.nan
            continue
        table.iloc[ahead] = dressed(
            point[ahead], point[past], rows[MEASURED][past], rows.loc[ahead | past, columns] if columns else None,
            highest=cases.capacity,
        )  # fmt: skip
    return table
