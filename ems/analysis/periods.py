"""Year on year and period on period (同比, 环比), with calendars made comparable and coverage told.

    change     (this - that) / that                                      where both are known in full
    comparable sum over working and free days of n_k (m_k - m'_k) / sum of n_k m'_k

n_k days of a kind in this period, m_k the mean of its known days of that kind, m'_k that of the other period: so
neither a holiday that moved nor the length of a month is taken for a change. A mean of fewer than `LEAST_DAYS` days, or
of fewer than half of the days of a kind, is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from forecasting.calendar import WorkCalendar

LEAST_DAYS, LEAST_SHARE = 2, 0.5
FULL = 1.0


@dataclass(frozen=True)
class Period:
    """Local days, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=k) for k in range((self.last - self.first).days + 1)]

    @property
    def year_before(self) -> Period:
        """The same dates a year earlier; 29 February takes the 28th."""
        first, last = (d.replace(year=d.year - 1, day=min(d.day, 28) if d.month == 2 else d.day) for d in self._ends)
        return Period(first, last if not _ends_month(self.last) else _month_end(last))

    @property
    def before(self) -> Period:
        """The period just before: whole months before whole months, else as many days."""
        end = self.first - timedelta(days=1)
        if self.first.day == 1 and _ends_month(self.last):
            months = 12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1
            at = 12 * self.first.year + self.first.month - 1 - months
            return Period(date(at // 12, at % 12 + 1, 1), end)
        return Period(end - (self.last - self.first), end)

    @property
    def _ends(self) -> tuple[date, date]:
        return self.first, self.last


def _ends_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _month_end(day: date) -> date:
    after = day.replace(day=28) + timedelta(days=4)
    return after.replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class Daily:
    """Sums of the days of a meter: known hours over hours, and the sum of full days."""

    sums: pd.Series[float]  # index: dates; NaN where an hour is missing
    known: pd.Series[float]  # share of the day's hours that is known
    partial: pd.Series[float]  # sums over the hours that are known

    @classmethod
    def of(cls, hours: pd.Series[float]) -> Daily:
        index = pd.DatetimeIndex(hours.index)
        by = hours.groupby(index.date)
        return cls(by.sum(min_count=1).where(by.count() == by.size()), by.count() / by.size(), by.sum())


def measured(daily: Daily, period: Period, calendar: WorkCalendar) -> dict[str, Any]:
    """Total over the known hours, share of hours known, and the means of working and free days."""
    days = period.days
    known = daily.known.reindex(days).fillna(0.0)
    sums = daily.sums.reindex(days)
    coverage = float(known.mean())
    free = np.array([not calendar.is_working(d) for d in days], bool)
    kinds = {}
    for kind, here in (("working", ~free), ("free", free)):
        of = sums[here].dropna()
        enough = len(of) >= min(LEAST_DAYS, int(here.sum())) and len(of) >= LEAST_SHARE * here.sum() and len(of)
        kinds[kind] = {"days": int(here.sum()), "known": len(of), "mean": float(of.mean()) if enough else None}
    total = float(daily.partial.reindex(days).sum()) if coverage > 0 else None
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "days": len(days),
        "total": total,
        "coverage": coverage,
        "kinds": kinds,
    }


def compared(daily: Daily, period: Period, calendar: WorkCalendar) -> dict[str, Any]:
    """This period, the same a year before, the one just before, and the changes; None where data are missing."""
    this = measured(daily, period, calendar)
    out: dict[str, Any] = {"this": this}
    for key, other in (("year_on_year", period.year_before), ("period_on_period", period.before)):
        that = measured(daily, other, calendar)
        out[key] = {"that": that, "change": _change(this, that), "comparable": _comparable(this, that)}
    return out


def _change(this: dict[str, Any], that: dict[str, Any]) -> float | None:
    if this["coverage"] < FULL or that["coverage"] < FULL or not that["total"]:
        return None
    return float(this["total"] / that["total"] - 1)


def _comparable(this: dict[str, Any], that: dict[str, Any]) -> float | None:
    now = then = 0.0
    for kind, here in this["kinds"].items():
        if here["days"]:
            mean, other = here["mean"], that["kinds"][kind]["mean"]
            if mean is None or other is None:
                return None
            now, then = now + here["days"] * mean, then + here["days"] * other
    return now / then - 1 if then > 0 else None
