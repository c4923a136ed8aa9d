"""Values of intervals, by hand."""

from __future__ import annotations

import pytest

from api.field.means import Interval, IntervalMean


def means(kind: str = "mean", holds_s: float = 30) -> tuple[IntervalMean, list[Interval]]:
    told: list[Interval] = []
    return IntervalMean(60, holds_s, kind, told.append), told  # type: ignore[arg-type]


def test_a_mean_is_over_time_and_not_over_readings() -> None:
    """10 for 45 s, 70 for 15 s: (450 + 1050) / 60 = 25, whatever came how often."""
    mean, told = means()
    for at_s, value in ((600, 10), (620, 10), (630, 10), (640, 10), (645, 70), (646, 70), (647, 70), (659, 70)):
        mean.add(at_s, value)
    mean.advance(660)
    assert told == [Interval(600, pytest.approx(25.0), "good")]


def test_a_stock_is_what_was_read_last() -> None:
    mean, told = means("last")
    for at_s in range(600, 660, 10):
        mean.add(at_s, at_s)
    mean.advance(661)
    assert told == [Interval(600, 650, "good")]


def test_a_reading_holds_over_the_end_of_an_interval() -> None:
    mean, told = means(holds_s=120)
    mean.add(600, 5)
    mean.advance(720)
    assert told == [Interval(600, 5.0, "good"), Interval(660, 5.0, "good")]


@pytest.mark.parametrize(
    ("lost_s", "value", "quality"), [(6, 4.0, "good"), (29, 4.0, "estimated"), (31, None, "missing")]
)
def test_quality_is_the_share_that_readings_cover(lost_s: float, value: float | None, quality: str) -> None:
    mean, told = means(holds_s=60)
    mean.add(600, 4)
    mean.lose(660 - lost_s)
    mean.advance(660)
    assert [(x.value if x.value is None else round(x.value, 9), x.quality) for x in told] == [(value, quality)]


def test_a_silent_night_is_not_told_and_costs_nothing() -> None:
    mean, told = means()
    mean.add(600, 4)
    mean.advance(600 + 86_400 * 365)
    assert [x.start_s for x in told] == [600]
    mean.add(600 + 86_400 * 365 + 60, 1)
    mean.advance(600 + 86_400 * 365 + 120)
    assert [x.start_s for x in told] == [600, 600 + 86_400 * 365 + 60]


def test_a_clock_that_is_put_back_begins_again() -> None:
    mean, told = means()
    for at_s in range(600, 650, 10):
        mean.add(at_s, 1)
    for at_s in range(300, 360, 10):
        mean.add(at_s, 3)
    mean.advance(360)
    assert told == [Interval(300, 3.0, "good")]
