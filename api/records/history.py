"""Stored measurements of a park as the history that forecasts learn from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from api.measured_past import History
from api.records import readings, series
from forecasting.history.reader import UNITS

DAYS = 120  # of the past: the methods that learn ask for 90, and fitting takes as long as the history is
LEAST_DAYS = 14  # below that there is nothing to learn


def history(c: sa.Connection, site: str, meters: Mapping[str, str], end: datetime) -> History:
    """What was measured in the days before ``end``.

    Args:
        meters: what a series may be called -> the meter that it is then; of one meter one series is taken.
        end: start of the day that is forecast.
    """
    start = end - timedelta(days=DAYS)
    used: dict[str, str] = {}
    left: dict[str, tuple[str, str]] = {}
    for name, row in series.named(c, site, meters).items():
        if row.kind != "measurement" or row.last_time is None:
            continue
        if row.unit not in UNITS or (UNITS[row.unit][0] == "flow") != name.endswith("_kg_per_h"):
            left[name] = (f"单位 {row.unit} 不适用", f"its unit {row.unit} does not fit")
            continue
        if _days(series.read(c, row, start, end)) < LEAST_DAYS:
            left[name] = (
                f"该日之前 {DAYS} 天内可用测量不足 {LEAST_DAYS} 天",
                f"fewer than {LEAST_DAYS} days of usable values in the {DAYS} days before",
            )
            continue
        used[name] = meters[name]
    return History(readings.readings(c, site, used, start, end), tuple(used.values()), left)


def _days(points: list[series.Point]) -> int:
    return len({p.time.date() for p in points if p.quality in series.USABLE and p.value is not None})
