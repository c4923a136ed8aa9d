"""Each fault of a demand's record is flagged where it is, under its name, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from forecasting.history.judge import judge_demand
from forecasting.history.measured import Measured
from forecasting.history.quality import FLAGS

Judge = Callable[[pd.Series], Measured]


def flagged(m: Measured) -> dict[str, tuple[str, str, int]]:
    found = {f: m.flags.index[m.flags[f]] for f in FLAGS}
    return {f: (f"{t[0]:%m-%d %H:%M}", f"{t[-1]:%m-%d %H:%M}", len(t)) for f, t in found.items() if len(t)}


def test_a_clean_record_is_left_as_it_is(use: pd.Series, judged_use: Judge) -> None:
    m = judged_use(use)
    assert flagged(m) == {}
    assert m.capacity == use.max()
    assert m.report.level is None


@pytest.mark.parametrize("factor", [1000.0, 1e-3, 4.0, 0.25])
def test_days_in_another_unit(use: pd.Series, judged_use: Judge, factor: float) -> None:
    use["2026-05-11":"2026-05-20"] *= factor
    m = judged_use(use)
    assert flagged(m) == {"unit_slip": ("05-11 00:00", "05-20 23:45", 10 * 96)}
    assert m.capacity < 300


def test_a_demand_that_follows_the_weather_may_change_fourfold(use: pd.Series) -> None:
    use["2026-05-11":"2026-05-20"] *= 4
    assert flagged(judge_demand("hall.heat", use, "kW", weatherly=True)) == {}
    use["2026-05-11":"2026-05-20"] *= 250
    assert set(flagged(judge_demand("hall.heat", use, "kW", weatherly=True))) == {"unit_slip"}


def test_a_shutdown_read_in_watts_is_still_another_unit(use: pd.Series, judged_use: Judge) -> None:
    use["2026-05-11":"2026-05-15"] *= 1000
    use["2026-05-13"] /= 8
    assert flagged(judged_use(use)) == {"unit_slip": ("05-11 00:00", "05-15 23:45", 5 * 96)}


def test_a_shutdown_is_none(use: pd.Series, judged_use: Judge) -> None:
    use["2026-05-11":"2026-05-15"] /= 8
    assert flagged(judged_use(use)) == {}


def test_spikes_and_signs(use: pd.Series, judged_use: Judge) -> None:
    use["2026-04-07 10:00"], use["2026-04-08 10:00"] = 900.0, -3.0
    m = judged_use(use)
    assert flagged(m) == {"out_of_range": ("04-07 10:00", "04-08 10:00", 2)}
    assert m.capacity < 300


def test_more_than_the_connection_carries(use: pd.Series) -> None:
    use["2026-04-07 10:00"] = 400.0
    assert flagged(judge_demand("hall", use, "kW", limit=350.0)) == {"out_of_range": ("04-07 10:00", "04-07 10:00", 1)}


def test_a_dead_meter_reads_zero_where_there_is_always_something(use: pd.Series, judged_use: Judge) -> None:
    use["2026-04-07 10:00":"2026-04-08 08:45"] = 0.0
    assert flagged(judged_use(use)) == {"outage": ("04-07 10:00", "04-08 08:45", 92)}


def test_a_demand_may_be_zero_where_it_often_is(use: pd.Series, judged_use: Judge) -> None:
    night = (use.index.hour < 6) & (use.index.day % 2 == 0)
    use[night] = 0.0
    assert flagged(judged_use(use)) == {}


def test_stuck_readings_and_copied_days(use: pd.Series, judged_use: Judge) -> None:
    use["2026-04-07 10:00":"2026-04-07 13:45"] = 187.5
    use["2026-04-22"] = use["2026-04-21"].to_numpy()
    assert flagged(judged_use(use)) == {
        "stuck": ("04-07 10:00", "04-07 13:45", 16),
        "duplicate_day": ("04-22 00:00", "04-22 23:45", 96),
    }


def test_the_clocks_go_forward_and_back(use: pd.Series) -> None:
    """A year in Berlin has a day of 23 hours and one of 25; every interval has its place."""
    index = pd.date_range("2026-01-01", "2027-01-01", freq="h", tz="Europe/Berlin", inclusive="left")
    values = pd.Series(np.where((index.hour >= 7) & (index.hour < 19), 90.0, 30.0), index)
    values *= 1 + 0.03 * np.random.default_rng(1).standard_normal(len(index))
    m = judge_demand("hall", values.drop(values.index[[2000]]), "kW")
    assert len(m.values) == len(index) == 8760
    assert flagged(m) == {"missing": (f"{index[2000]:%m-%d %H:%M}", f"{index[2000]:%m-%d %H:%M}", 1)}
    assert (m.report.days, m.report.usable_days) == (365, 365)
