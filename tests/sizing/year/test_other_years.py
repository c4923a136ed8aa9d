"""Series of another calendar year lend their dates."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from forecasting import InputError, Place, days_index, load_weather
from forecasting.other_year import in_year_of
from tests.sizing.year.studied import write_csv
from tests.toys import TZ


def of_year(year: int, zone: str = TZ, minutes: int = 60) -> pd.DataFrame:
    """A year whose values are month, day and hour as one number."""
    index = days_index(date(year, 1, 1), date(year, 12, 31), zone, minutes)
    return pd.DataFrame({"x": index.month * 10_000 + index.day * 100 + index.hour}, index=index, dtype=float)


@pytest.mark.parametrize("minutes", [60, 15])
def test_dates_go_by_month_day_and_hour(minutes):
    frame, notes = in_year_of(of_year(2023, minutes=minutes), of_year(2026).index, "loads.csv")
    local = pd.DatetimeIndex(frame.index)
    assert (frame["x"] == local.month * 10_000 + local.day * 100 + local.hour).all()
    assert (local[0], len(frame)) == (pd.Timestamp("2026-01-01", tz=TZ), 365 * 1440 // minutes)
    assert "loads.csv is of 2023; 2026 takes" in notes[0].en


def test_a_leap_day_takes_the_day_before_and_is_left_out():
    longer, _ = in_year_of(of_year(2023), of_year(2028).index, "x")
    assert (longer.loc["2028-02-29", "x"].to_numpy() == 22_800 + np.arange(24)).all()
    shorter, _ = in_year_of(of_year(2024), of_year(2026).index, "x")
    assert len(shorter) == 8760
    assert shorter.loc["2026-03-01", "x"].iloc[0] == 30_100


def test_summer_time_of_both_years_is_left_alone():
    """Dates go by the offset at the file's beginning: noon in July is noon, between the changes of clocks."""
    zone = "Europe/Berlin"
    frame, _ = in_year_of(of_year(2023, zone), of_year(2026, zone).index, "x")
    assert frame["x"][pd.Timestamp("2026-07-01T12:00", tz=ZoneInfo(zone))] == 70_112
    assert len(frame) == 8760


def test_what_covers_the_dates_or_is_no_whole_year_stays():
    whole = of_year(2026)
    assert in_year_of(whole, whole.index[:48], "x") == (whole, ())
    part = of_year(2023).iloc[:-24]
    frame, notes = in_year_of(part, whole.index, "x")
    assert frame is part
    assert notes == ()


def test_weather_files_lend_their_year(tmp_path):
    file = write_csv(
        tmp_path / "w.csv", "2023-01-01", 8760,
        ghi_w_per_m2=np.tile(np.maximum(0, np.sin((np.arange(24) - 6) / 12 * np.pi)) * 500, 365).round(1),
        temperature_c=np.arange(8760) / 1000, wind_m_per_s=2,
    )  # fmt: skip
    place = Place(36.1, 120.4, 20, TZ)
    sky = load_weather(str(file), place, days_index(date(2026, 7, 1), date(2026, 7, 2), TZ, 60), None)
    assert sky.table["temperature_c"].iloc[0] == pytest.approx(181 * 24 / 1000)
    assert any("w.csv is of 2023" in n.en for n in sky.notes)
    short = write_csv(tmp_path / "s.csv", "2023-07-01", 48, ghi_w_per_m2=0, temperature_c=1, wind_m_per_s=2)
    with pytest.raises(InputError, match=r"s\.csv: time is '2023"):
        load_weather(str(short), place, days_index(date(2026, 7, 1), date(2026, 7, 2), TZ, 60), None)
