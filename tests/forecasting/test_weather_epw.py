"""The typical year of Qingdao against figures computed elsewhere from the same file (monthly means, closure)."""

import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecasting import InputError, Place, day_index, days_index, load_weather
from forecasting.epw import read_epw

GHI_KWH_PER_M2_D = [2.831, 3.674, 4.785, 5.647, 6.063, 5.716, 5.349, 4.737, 4.600, 3.800, 2.682, 2.436]
TEMPERATURE_C = [-0.44, 0.758, 5.73, 11.737, 17.782, 21.326, 25.654, 25.767, 21.91, 16.557, 8.801, 1.839]
WIND_M_PER_S = [3.132, 4.099, 5.655, 4.79, 4.565, 4.106, 3.128, 3.369, 4.542, 5.039, 3.205, 5.623]


@pytest.fixture
def year(qingdao):
    return days_index(date(2026, 1, 1), date(2026, 12, 31), qingdao.timezone, 60)


def test_sun_belongs_at_the_label_of_this_file(epw):
    parsed = read_epw(epw, epw.stat().st_mtime_ns)
    assert parsed.shift_minutes == 0
    assert parsed.closure_w_per_m2[0] == pytest.approx(2.84, abs=0.15)
    assert parsed.closure_w_per_m2[30] == pytest.approx(10.8, abs=0.5)
    assert parsed.closure_w_per_m2[-30] == pytest.approx(11.4, abs=0.5)


def test_monthly_means(epw, qingdao, year):
    weather = load_weather(str(epw), qingdao, year, None)
    month = weather.table.groupby(year.month).mean()
    assert weather.kind == "typical_year"
    assert weather.issued_at is None
    assert (month["ghi_w_per_m2"] * 0.024).to_numpy() == pytest.approx(GHI_KWH_PER_M2_D, rel=0.005)
    assert month["temperature_c"].to_numpy() == pytest.approx(TEMPERATURE_C, abs=0.1)
    assert month["wind_m_per_s"].to_numpy() == pytest.approx(WIND_M_PER_S, abs=0.06)
    assert weather.table["dni_w_per_m2"].sum() / 1000 == pytest.approx(1653, rel=0.01)
    assert weather.table["dhi_w_per_m2"].sum() / 1000 == pytest.approx(575, rel=0.03)


def test_noon_lies_where_the_sun_is_highest(epw, qingdao, year):
    """In a mean day the energy before and after solar noon (about 12:02 at 119.8 E) is alike."""
    ghi = load_weather(str(epw), qingdao, year, None).table["ghi_w_per_m2"]
    hour = year.hour + 0.5
    assert (ghi * hour).sum() / ghi.sum() == pytest.approx(12.0, abs=0.2)


def test_quarter_hours_keep_hours_and_closure(epw, qingdao):
    day = date(2026, 5, 20)
    fine = load_weather(str(epw), qingdao, day_index(day, qingdao.timezone, 15), None).table
    coarse = load_weather(str(epw), qingdao, day_index(day, qingdao.timezone, 60), None).table
    for column in ("ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2", "temperature_c", "wind_m_per_s"):
        assert fine[column].resample("h").mean().to_numpy() == pytest.approx(coarse[column].to_numpy(), abs=1e-9)
    cos_zenith = np.cos(np.radians(fine["apparent_zenith_deg"]))
    closure = fine["dni_w_per_m2"] * cos_zenith + fine["dhi_w_per_m2"] - fine["ghi_w_per_m2"]
    assert closure.abs().max() < 1e-9


def test_leap_day_takes_the_day_before_and_says_so(epw, qingdao):
    leap = load_weather(str(epw), qingdao, day_index(date(2028, 2, 29), qingdao.timezone, 60), None)
    before = load_weather(str(epw), qingdao, day_index(date(2028, 2, 28), qingdao.timezone, 60), None)
    inside = slice(2, 22)
    assert leap.table["temperature_c"].iloc[inside].tolist() == before.table["temperature_c"].iloc[inside].tolist()
    assert any("29 February" in note.en for note in leap.notes)
    assert not any("29 February" in note.en for note in before.notes)


def test_another_zone_sees_the_same_moments(epw, qingdao):
    shanghai = day_index(date(2026, 5, 20), "Asia/Shanghai", 60)
    here = load_weather(str(epw), qingdao, shanghai, None).table
    there = load_weather(str(epw), qingdao, shanghai.tz_convert("Europe/Berlin"), None).table
    assert here.to_numpy() == pytest.approx(there.to_numpy())


def test_second_reading_comes_from_memory(epw, qingdao, year):
    load_weather(str(epw), qingdao, year, None)
    begin = time.perf_counter()
    load_weather(str(epw), qingdao, year, None)
    assert time.perf_counter() - begin < 1.0
    assert read_epw.cache_info().hits > 0


def test_notes_name_shift_and_distance(epw, qingdao, year):
    text = " ".join(note.en for note in load_weather(str(epw), qingdao, year, None).notes)
    assert "+0 min from the hour label" in text
    assert "81 km" in text


def test_a_station_on_the_other_side_of_the_earth_is_refused(epw, year):
    with pytest.raises(InputError, match="distance to the site"):
        load_weather(str(epw), Place(52.5, 13.4, 40, "Europe/Berlin"), year, None)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda text: text[:1000], "epw"),
        (lambda text: "hello\n", "EPW weather file"),
        (lambda text: "\n".join(text.splitlines()[:-24]), "8736"),
        (lambda text: text.replace(",99999,0,0,0,", ",99999,0,-5,0,").replace(",0,0,0,", ",0,-9,0,"), "epw"),
    ],
)
def test_damaged_files(epw, qingdao, year, tmp_path, damage, says):
    broken = tmp_path / "broken.epw"
    broken.write_text(damage(epw.read_text()))
    with pytest.raises(InputError, match=says):
        load_weather(str(broken), qingdao, year, None)


def test_files_that_are_not_there_or_not_text(qingdao, year, tmp_path):
    with pytest.raises(InputError, match="check the path"):
        load_weather(str(tmp_path / "none.epw"), qingdao, year, None)
    binary = Path(tmp_path / "b.epw")
    binary.write_bytes(b"\0" * 100)
    with pytest.raises(InputError, match="binary"):
        load_weather(str(binary), qingdao, year, None)
