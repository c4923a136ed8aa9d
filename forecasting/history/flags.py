"""Flags that hold for every series: what is not there, what was marked, what cannot be, what the record betrays.

No flag looks at a forecast: what is hard to forecast stays in.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.history.days import Days, Flags, Floats
from forecasting.history.quality import CURTAILED, OUTAGE, TOLD
from forecasting.history.record import longest_by_chance, mark_days, repeated, standing

STATUS = {  # words of a status column -> flag
    "good": None,
    "": None,
    "estimated": TOLD,
    "suspect": TOLD,
    "missing": TOLD,
    "curtailed": CURTAILED,
    "outage": OUTAGE,
}
WEEK = pd.Timedelta(days=7)
SETTING = 3  # long runs at one value that make it a setting, such as full load
NOTICEABLE = 0.05  # of the high level: readings below it repeat because the meter is coarse


def told(status: pd.Series[str], flag: str) -> Flags:
    """What a status column says."""
    return status.map(STATUS).eq(flag).to_numpy(bool)


def checked_status(name: str, status: pd.Series[str]) -> pd.Series[str]:
    """Words of a status column; raises `InputError` for a word that nobody knows."""
    words = status.fillna("").astype(str).str.strip().str.lower()
    if len(odd := words[~words.isin(list(STATUS))]):
        known = ", ".join(word for word in STATUS if word)
        raise InputError(f"{name}: status", odd.index[0].isoformat(), odd.iloc[0], known, "leave it empty where good")
    return words


def stuck(y: Floats, days: Days, ceiling: float) -> Flags:
    """Readings that stand still for longer than chance allows; at ``ceiling`` and above a machine may stand."""
    need = longest_by_chance(y, int(WEEK / days.step))
    high = float(np.nanpercentile(y, 95)) if np.isfinite(y).any() else 0.0
    long = [(a, b) for a, b in standing(y) if b - a >= need and NOTICEABLE * high <= y[a] < ceiling]
    often = Counter(float(y[a]) for a, _ in long)
    out = np.zeros(len(y), bool)
    for a, b in long:
        out[a:b] = often[float(y[a])] < SETTING
    return out


def duplicate_days(y: Floats, days: Days) -> Flags:
    """Days that hold the readings of an earlier one."""
    rows = np.zeros(len(days.dates), bool)
    rows[list(repeated(days.grid(y)))] = True
    return mark_days(days, rows)
