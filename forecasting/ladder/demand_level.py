"""How high a demand runs beside the recipe of the site: one figure that follows the meter.

    level_d = (sum w measured + prior) / (sum w recipe + prior)     usable days up to d - back, clamped
              w halves every ten days that counted; other days (outage, no data, recipe near zero) change nothing

The prior is a day of the recipe at its usual height: until meters say otherwise the recipe stands as it is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

HALF_LIFE_DAYS = 10.0
LOWEST, HIGHEST = 0.2, 5.0  # floor areas and habits are assumptions: they may be wrong by more than a PV nameplate
LEAST_MEASURED = 0.5  # share of the intervals of a day that must be usable for the day to count


def adaptive_level(good: pd.Series[float], recipe: pd.Series[float], back: int) -> pd.Series[float]:
    """Level of every interval [1], from days known when it was forecast.

    Args:
        good: usable measurements, NaN elsewhere [unit].
        recipe: what the site's recipe gives, on the same index [unit].
        back: days from the day forecast to the last one that is known.
    """
    index = pd.DatetimeIndex(good.index)
    day = index.tz_localize(None).normalize()
    both = pd.DataFrame({"measured": good, "recipe": recipe.where(good.notna())}).groupby(day).sum()
    share = good.notna().groupby(day).mean()
    usual = float(recipe.groupby(day).sum().mean())
    days = pd.date_range(day[0], day[-1], freq="D")
    both, share = both.reindex(days, fill_value=0.0), share.reindex(days, fill_value=0.0)
    counts = (share >= LEAST_MEASURED).to_numpy() & (both["recipe"] > 0.01 * usual).to_numpy()
    measured, given = both["measured"].to_numpy(float), both["recipe"].to_numpy(float)
    keep = 0.5 ** (1.0 / HALF_LIFE_DAYS)
    top = bottom = max(usual, 1e-9)
    after = np.empty(len(days))
    for d in range(len(days)):
        if counts[d]:
            top, bottom = keep * top + measured[d], keep * bottom + given[d]
        after[d] = np.clip(top / bottom, LOWEST, HIGHEST)
    row = days.get_indexer(day) - back
    return pd.Series(np.where(row >= 0, after[np.maximum(row, 0)], 1.0), index=index)
