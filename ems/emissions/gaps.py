"""Hours without data: where they are, and which of them no report can be made with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from ems.emissions.activity import HOUR
from models.window import Ints


def runs(hours: pd.DatetimeIndex, codes: Ints) -> Iterator[tuple[pd.Timestamp, pd.Timestamp, int]]:
    """Stretches ``[start, end)`` of hours that share a code other than 0, shape of ``codes``: (hours,)."""
    edges = np.flatnonzero(np.diff(codes, prepend=0, append=0))
    for first, after in pairwise(edges.tolist()):
        if codes[first]:
            yield hours[first], hours[after - 1] + HOUR, int(codes[first])


def empty_months(hours: pd.DatetimeIndex, missing: np.ndarray) -> list[str]:
    """Calendar months that lie in the period from their first to their last hour and have no data: 2026-03."""
    months = hours.tz_localize(None).to_period("M")
    return [
        str(month)
        for month in months.unique()
        if missing[(inside := months == month)].all() and inside.sum() >= _hours_of(month, hours)
    ]


def _hours_of(month: pd.Period, hours: pd.DatetimeIndex) -> float:
    first, after = (
        p.start_time.tz_localize(hours.tz, ambiguous=True, nonexistent="shift_forward") for p in (month, month + 1)
    )
    return float((after - first) / HOUR)
