"""Year on year and period on period: calendars, coverage, missing data."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ems.analysis.periods import Daily, Period, compared
from forecasting.calendar import WorkCalendar
from forecasting.horizon import days_index

CN = WorkCalendar("CN")


def series(first: date, last: date, working: float, free: float) -> pd.Series[float]:
    index = days_index(first, last, "Asia/Shanghai", 60)
    return pd.Series(np.where(CN.working(index), working, free) / 24, index=index)


def test_a_whole_month_is_held_against_the_month_before_and_the_same_month_a_year_before() -> None:
    march = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert march.before == Period(date(2026, 2, 1), date(2026, 2, 28))
    assert march.year_before == Period(date(2025, 3, 1), date(2025, 3, 31))
    quarter = Period(date(2026, 1, 1), date(2026, 3, 31))
    assert quarter.before == Period(date(2025, 10, 1), date(2025, 12, 31))
    assert Period(date(2025, 2, 1), date(2025, 2, 28)).year_before == Period(date(2024, 2, 1), date(2024, 2, 29))
    assert Period(date(2026, 3, 2), date(2026, 3, 8)).before == Period(date(2026, 2, 23), date(2026, 3, 1))
    assert Period(date(2024, 2, 10), date(2024, 2, 29)).year_before == Period(date(2023, 2, 10), date(2023, 2, 28))


def test_a_moved_holiday_is_a_change_of_the_total_but_not_of_the_comparable() -> None:
    """Spring Festival lay in January and February 2025, in February 2026: the same use of each kind of day."""
    hours = pd.concat(
        [series(date(2025, 1, 1), date(2025, 2, 28), 240, 48), series(date(2026, 1, 1), date(2026, 2, 28), 240, 48)]
    )
    got = compared(Daily.of(hours), Period(date(2026, 2, 1), date(2026, 2, 28)), CN)["year_on_year"]
    kinds = [sum(CN.is_working(d) for d in Period(date(y, 2, 1), date(y, 2, 28)).days) for y in (2026, 2025)]
    totals = [240 * k + 48 * (28 - k) for k in kinds]
    assert kinds[0] < kinds[1]
    assert got["change"] == pytest.approx(totals[0] / totals[1] - 1)
    assert got["comparable"] == pytest.approx(0, abs=1e-12)


def test_a_real_change_is_told_by_both() -> None:
    hours = pd.concat(
        [series(date(2026, 3, 1), date(2026, 3, 31), 100, 20), series(date(2026, 4, 1), date(2026, 4, 30), 110, 22)]
    )
    got = compared(Daily.of(hours), Period(date(2026, 4, 1), date(2026, 4, 30)), CN)["period_on_period"]
    assert got["comparable"] == pytest.approx(0.1)


def test_missing_data_give_no_change_and_tell_their_coverage() -> None:
    hours = pd.concat(
        [series(date(2026, 3, 1), date(2026, 3, 31), 100, 20), series(date(2026, 4, 1), date(2026, 4, 30), 100, 20)]
    )
    hours.iloc[5] = np.nan
    got = compared(Daily.of(hours), Period(date(2026, 4, 1), date(2026, 4, 30)), CN)
    that = got["period_on_period"]["that"]
    assert that["coverage"] == pytest.approx(1 - 1 / 744)
    assert got["period_on_period"]["change"] is None
    assert got["period_on_period"]["comparable"] == pytest.approx(0, abs=1e-12)  # the other days are enough
    assert got["year_on_year"]["that"]["total"] is None
    assert got["year_on_year"]["that"]["coverage"] == 0
    assert got["year_on_year"]["change"] is None
    assert got["year_on_year"]["comparable"] is None


def test_too_few_days_of_a_kind_give_no_comparable_change() -> None:
    hours = series(date(2026, 3, 1), date(2026, 4, 30), 100, 20)
    before = pd.DatetimeIndex(hours.index) < pd.Timestamp("2026-03-20", tz="Asia/Shanghai")
    hours[before] = np.nan
    got = compared(Daily.of(hours), Period(date(2026, 4, 1), date(2026, 4, 30)), CN)["period_on_period"]
    assert got["comparable"] is None
