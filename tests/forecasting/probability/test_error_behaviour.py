"""How forecasts err by the hour, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.error_behaviour import behaviour


def course(values: list[float], minutes: int = 60, start: str = "2026-05-01 10:00") -> pd.Series[float]:
    return pd.Series(values, pd.date_range(start, periods=len(values), freq=f"{minutes}min", tz="Asia/Shanghai"))


def test_errors_of_hours_and_days_over_the_means_of_what_came() -> None:
    """Two days of two hours: errors 1, 3 and -1, 1 on a mean of 4; of days 4 and 0 on a mean of 8."""
    came = pd.concat([course([4.0, 4.0]), course([4.0, 4.0], start="2026-05-02 10:00")]).asfreq("h")
    said = came + pd.concat([course([1.0, 3.0]), course([-1.0, 1.0], start="2026-05-02 10:00")])
    found = behaviour(came, said, came.notna())
    assert found.hour == pytest.approx(np.sqrt((1 + 9 + 1 + 1) / 4) / 4)
    assert found.day == pytest.approx(np.sqrt((16 + 0) / 2) / 8)
    assert found.next_hour == pytest.approx(1.0), "pairs (1, 3) and (-1, 1)"


def test_quarters_are_judged_by_their_hours_and_hours_in_part_are_left_out() -> None:
    error = course([2.0, -2.0, 2.0, -2.0, 1.0, 1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 5.0, 9.0, 9.0, 9.0, 9.0], 15)
    came = error * 0 + 10.0
    counted = pd.Series([True] * 12 + [False] + [True] * 3, error.index)
    found = behaviour(came, came + error, counted)
    assert found.hour == pytest.approx(np.sqrt((0 + 1 + 25) / 3) / 10)


def test_an_hour_and_the_first_of_the_next_day_are_no_pair() -> None:
    late, early = course([1.0], start="2026-05-01 23:00"), course([5.0], start="2026-05-02 00:00")
    error = pd.concat([late, early])
    with pytest.raises(ValueError, match="no two hours in a row"):
        behaviour(error * 0 + 1.0, error + 1.0, error.notna())
