from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecasting import InputError, day_index, load_weather
from forecasting.sun import clear_sky_ghi, sun_vectors

DAY = date(2026, 6, 21)


@pytest.fixture
def write(qingdao, tmp_path):
    """Write a day of weather in steps of 15 min: clear sky x 0.7, diffuse share 0.4."""

    def make(columns, zone=None, **replace):
        index = day_index(DAY, qingdao.timezone, 15)
        middles = (index + pd.Timedelta("450s")).as_unit("ns").asi8
        up = sun_vectors(qingdao.latitude, qingdao.longitude, qingdao.altitude_m, middles)[:, 2]
        ghi = 0.7 * clear_sky_ghi(up)
        values = {
            "ghi_w_per_m2": ghi,
            "dhi_w_per_m2": 0.4 * ghi,
            "dni_w_per_m2": np.where(up > 0, 0.6 * ghi / np.maximum(up, 1e-3), 0.0),
            "temperature_c": 20 + np.arange(96) / 10,
            "wind_m_per_s": np.full(96, 3.0),
        } | replace
        frame = pd.DataFrame({name: values[name] for name in columns})
        frame.insert(0, "time", [t.isoformat() for t in (index.tz_convert(zone) if zone else index)])
        path = tmp_path / "weather.csv"
        frame.to_csv(path, index=False)
        return str(path), ghi

    return make


BASE = ["ghi_w_per_m2", "temperature_c", "wind_m_per_s"]


@pytest.mark.parametrize("zone", [None, "UTC"])
@pytest.mark.parametrize("more", [["dhi_w_per_m2"], ["dni_w_per_m2"], ["dhi_w_per_m2", "dni_w_per_m2"]])
def test_own_step_comes_back_unchanged(write, qingdao, more, zone):
    path, ghi = write(BASE + more, zone)
    weather = load_weather(path, qingdao, day_index(DAY, qingdao.timezone, 15), None)
    assert weather.kind == "file"
    assert weather.table["ghi_w_per_m2"].to_numpy() == pytest.approx(ghi, abs=1e-9)
    assert weather.table["temperature_c"].to_numpy() == pytest.approx(20 + np.arange(96) / 10)
    assert weather.table["dhi_w_per_m2"].sum() == pytest.approx(0.4 * ghi.sum(), rel=0.01)


def test_without_split_erbs_is_used_and_noted(write, qingdao):
    path, _ = write(BASE)
    weather = load_weather(path, qingdao, day_index(DAY, qingdao.timezone, 60), None)
    assert "Erbs" in weather.notes[0].en
    share = weather.table["dhi_w_per_m2"].sum() / weather.table["ghi_w_per_m2"].sum()
    assert 0.3 < share < 0.75


def test_hourly_from_quarter_hours_is_the_mean(write, qingdao):
    path, ghi = write([*BASE, "dhi_w_per_m2"])
    table = load_weather(path, qingdao, day_index(DAY, qingdao.timezone, 60), None).table
    assert table["ghi_w_per_m2"].to_numpy() == pytest.approx(ghi.reshape(24, 4).mean(axis=1), abs=1e-9)
    assert table["temperature_c"].iloc[0] == pytest.approx(20.15)


@pytest.mark.parametrize(
    ("replace", "says"),
    [
        ({"ghi_w_per_m2": np.full(96, 400.0)}, "at night"),
        ({"ghi_w_per_m2": np.full(96, -1.0)}, "ghi_w_per_m2.*0 to 1500"),
        ({"temperature_c": np.full(96, 300.0)}, "temperature_c.*-70 to 60"),
        ({"dhi_w_per_m2": np.full(96, 500.0)}, "dhi_w_per_m2.*not above GHI"),
    ],
)
def test_impossible_weather(write, qingdao, replace, says):
    path, _ = write([*BASE, "dhi_w_per_m2"] if "dhi_w_per_m2" in replace else BASE, **replace)
    with pytest.raises(InputError, match=says):
        load_weather(path, qingdao, day_index(DAY, qingdao.timezone, 60), None)


def test_range_must_cover_the_day(write, qingdao):
    path, _ = write(BASE)
    with pytest.raises(InputError, match=r"2026-06-21T00:00:00\+08:00 to 2026-06-22.*2026-06-22T00:00:00"):
        load_weather(path, qingdao, day_index(date(2026, 6, 22), qingdao.timezone, 60), None)


def test_missing_column(write, qingdao):
    path, _ = write(["ghi_w_per_m2", "temperature_c"])
    with pytest.raises(InputError, match="wind_m_per_s"):
        load_weather(path, qingdao, day_index(DAY, qingdao.timezone, 60), None)
