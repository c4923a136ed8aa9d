"""Single readings far from what the same hour of like days and the hours around them say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ems.analysis.finding import Finding
from ems.analysis.robust import NORMAL
from forecasting.history.days import Days, Matrix, runs
from forecasting.notes import Note
from models.window import Floats

HOUR = pd.Timedelta(hours=1)
WINDOW = 11  # like days around the day itself
LIMIT = 10.0  # robust standard deviations
LEAST_SHARE = 0.04  # of the meter's high level (95 %): the smallest standard deviation that is believed
LONGEST, BESIDE = 2, 4  # h
BEYOND = 1.2  # times the 99.5 % quantile: what a meter reads when it reads high


def usual(y: Floats, days: Days) -> tuple[Floats, Floats]:
    """Moving median of the same hour of like days, and the robust spread around it [unit of the meter], by hour."""
    grid = days.grid(y)
    middle, wide = np.full(grid.shape, np.nan), np.full(grid.shape, np.nan)
    for rows in days.classes():
        part = pd.DataFrame(grid[rows])
        median = _moving(part)
        around = NORMAL * _moving((part - median).abs())
        # eleven days tell a spread badly: hours beside it and the year's usual spread of the hour steady it
        beside = np.fmax(np.fmax(np.roll(around, -1, axis=1), around), np.roll(around, 1, axis=1))
        middle[rows], wide[rows] = median, np.fmax(beside, pd.DataFrame(around).median().to_numpy())
    return days.along(middle), days.along(wide)


def _moving(part: pd.DataFrame) -> Matrix:
    return np.asarray(part.rolling(WINDOW, center=True, min_periods=3).median(), float)


def spikes(meter: str, y: Floats, days: Days) -> Iterator[Finding]:
    """At most `LONGEST` hours out of range and far away from their like."""
    if np.isfinite(y).sum() < 24 * 14:
        return
    middle, wide = usual(y, days)
    least = LEAST_SHARE * float(np.nanpercentile(np.abs(y), 95))
    if least <= 0:
        return
    off, limit = y - middle, LIMIT * np.fmax(wide, least)
    low, high = np.nanquantile(y, (0.005, 0.995))
    far = (y > BEYOND * high) | (y < low / 2)
    for first in (-BESIDE, 1):
        far &= np.abs(off - _median_of(off, first)) > limit
    for a, b in runs(far):
        if b - a <= LONGEST:
            worst = a + int(np.argmax(np.abs(off[a:b])))
            usual_text = f"{middle[worst]:.4g}"
            text = Note(
                f"读数 {y[worst]:.4g}, 同类日同一小时通常为 {usual_text}",
                f"reads {y[worst]:.4g} where {usual_text} is usual at this hour of like days",
            )
            ratio = float(y[worst] / middle[worst]) if middle[worst] > 0 else None
            yield Finding("spike", meter, days.index[a], days.index[b - 1] + HOUR, days.index[a] + HOUR, ratio, text)


def _median_of(off: Floats, first: int) -> Floats:
    """Median deviation of the `BESIDE` hours from ``first`` hours away on; zero, as usual, where none is known."""
    padded = np.pad(off, BESIDE, constant_values=np.nan)
    part = np.stack([padded[BESIDE + k : BESIDE + k + len(off)] for k in range(first, first + BESIDE)])
    return pd.DataFrame(part).median().fillna(0.0).to_numpy(float)
