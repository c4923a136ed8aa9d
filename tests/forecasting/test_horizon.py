from datetime import date

import pandas as pd
import pytest

from forecasting import InputError, day_index, days_index, step_of


@pytest.mark.parametrize(
    ("day", "zone", "count"),
    [
        (date(2026, 7, 1), "Asia/Shanghai", 96),
        (date(2026, 3, 29), "Europe/Berlin", 92),
        (date(2026, 10, 25), "Europe/Berlin", 100),
        (date(2026, 4, 5), "Australia/Lord_Howe", 98),  # half an hour of summer time
    ],
)
def test_quarter_hours_of_a_day(day, zone, count):
    index = day_index(day, zone, 15)
    assert len(index) == count
    assert str(index.tz) == zone
    assert index[0].date() == day
    assert (index[0].hour, index[0].minute) == (0, 0)
    assert (index[-1] + pd.Timedelta("15min")).hour == 0


def test_a_day_whose_midnight_does_not_exist_starts_at_one():
    index = day_index(date(2018, 11, 4), "America/Sao_Paulo", 60)
    assert len(index) == 23
    assert index[0].hour == 1


def test_whole_year():
    assert len(days_index(date(2028, 1, 1), date(2028, 12, 31), "Asia/Shanghai", 60)) == 8784


@pytest.mark.parametrize("step", [0, -15, 1, 7, 45, 120, 7.5])
def test_impossible_steps(step):
    with pytest.raises(InputError, match="step_minutes"):
        day_index(date(2026, 1, 1), "Asia/Shanghai", step)


@pytest.mark.parametrize("step", [5, 6, 10, 12, 15, 20, 30, 60])
def test_step_is_read_back(step):
    assert step_of(day_index(date(2026, 1, 1), "Asia/Kathmandu", step)) == step


@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2026-01-01", periods=4, freq="h"),
        pd.date_range("2026-01-01", periods=1, freq="h", tz="UTC"),
        pd.date_range("2026-01-01", periods=4, freq="h", tz="UTC")[::-1],
        pd.date_range("2026-01-01", periods=4, freq="h", tz="UTC")[[0, 1, 3]],
        pd.date_range("2026-01-01 00:07", periods=4, freq="h", tz="UTC"),
        pd.date_range("2026-01-01", periods=4, freq="90min", tz="UTC"),
        pd.RangeIndex(4),
    ],
)
def test_axes_that_are_none(index):
    with pytest.raises(InputError):
        step_of(index)


def test_last_before_first():
    with pytest.raises(InputError, match="not before"):
        days_index(date(2026, 1, 2), date(2026, 1, 1), "UTC", 60)
