"""Working days of China in 2026 against the announced calendar (State Council, 4 November 2025)."""

from datetime import date, timedelta

import pytest

from forecasting import InputError, WorkCalendar, day_index

CHINA = WorkCalendar("CN")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 1, 4), True), (date(2026, 2, 14), True), (date(2026, 2, 28), True),  # working weekends
        (date(2026, 5, 9), True), (date(2026, 9, 20), True), (date(2026, 10, 10), True),
        (date(2026, 1, 2), False), (date(2026, 2, 17), False), (date(2026, 2, 23), False),
        (date(2026, 6, 19), False), (date(2026, 10, 7), False),
        (date(2026, 7, 4), False), (date(2026, 7, 6), True),
    ],
)  # fmt: skip
def test_days_of_2026(day, works):
    assert CHINA.is_working(day) is works


def test_a_weekend_worked_for_a_holiday_of_the_next_year():
    assert CHINA.is_working(date(2006, 12, 31))  # a Sunday, for New Year 2007


def test_number_of_working_days():
    """2026: 365 - 104 weekend days - 13 public holidays = 248."""
    assert sum(CHINA.is_working(date(2026, 1, 1) + timedelta(d)) for d in range(365)) == 248


def test_intervals_follow_the_local_day():
    index = day_index(date(2026, 2, 13), "Asia/Shanghai", 60).append(day_index(date(2026, 2, 15), "Asia/Shanghai", 60))
    assert CHINA.working(index).tolist() == [True] * 24 + [False] * 24


def test_a_year_without_announcement_is_estimated_and_says_so():
    index = day_index(date(2090, 10, 1), "Asia/Shanghai", 60)
    assert not CHINA.is_announced(2090)
    assert not CHINA.working(index).any()
    assert "2090" in CHINA.notes(index)[0].en
    assert "尚未公布" in CHINA.notes(index)[0].zh
    assert CHINA.notes(day_index(date(2026, 10, 1), "Asia/Shanghai", 60)) == ()


def test_countries_that_move_nothing_need_no_announcement():
    assert WorkCalendar("DE", "BY").is_announced(2090)
    assert not WorkCalendar("DE", "BY").is_working(date(2026, 1, 6))
    assert WorkCalendar("DE", "BE").is_working(date(2026, 1, 6))


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("DE", "ZZ"), ("", None)])
def test_unknown_country(country, subdivision):
    with pytest.raises(InputError, match="country"):
        WorkCalendar(country, subdivision)
