"""Yields of the Qingdao typical year against figures computed elsewhere, and one interval by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from forecasting import PvArray, Weather, days_index, load_weather, pv_yield


def array(**changes):
    return PvArray(**({"tilt_deg": 6, "azimuth_deg": 90, "ac_dc_ratio": 1.2, "loss_share": 0.11} | changes))


def one_moment(**changes):
    """Two hours with the sun straight above a flat module: GHI 800 = DNI 600 + DHI 200, 30 °C, 2 m/s."""
    values = {
        "ghi_w_per_m2": 800.0, "dni_w_per_m2": 600.0, "dhi_w_per_m2": 200.0, "temperature_c": 30.0, "wind_m_per_s": 2.0,
        "apparent_zenith_deg": 0.0, "azimuth_deg": 180.0,
    } | changes  # fmt: skip
    index = pd.date_range("2026-06-21T12:00:00+08:00", periods=2, freq="h")
    return Weather(pd.DataFrame(values, index=index), "file", "by hand")


def test_one_interval_by_hand():
    """Flat module, sun in the zenith: sky and plane are the same, IAM of the beam 1.

    effective = 600 + 0.95 x 200 = 790 W/m2; cell = 30 + 800 / (22 + 6 x 2) = 53.5294 °C
    dc = 0.79 x (1 - 0.003 x 28.5294) x 0.9 = 0.650147; ac = 0.98 dc = 0.637144
    """
    power = pv_yield(one_moment(), array(tilt_deg=0, loss_share=0.1))
    assert power.iloc[0] == pytest.approx(0.637144, abs=2e-5)
    assert power.name == "pv_kw_per_kwp"


def test_clipping_at_the_inverter():
    assert pv_yield(one_moment(), array(tilt_deg=0, ac_dc_ratio=0.5)).tolist() == [0.5, 0.5]


def test_tilted_away_from_a_low_sun_gets_no_beam():
    """Sun in the south at 60° zenith, wall facing north: only diffuse light and the ground's."""
    low = one_moment(ghi_w_per_m2=500.0, apparent_zenith_deg=60.0)
    for sky in ("haydavies", "perez"):
        wall = pv_yield(low, array(tilt_deg=90, azimuth_deg=0, sky=sky)).iloc[0]
        assert 0.02 < wall < 0.2


def test_night_is_zero_and_never_missing():
    dark = one_moment(ghi_w_per_m2=0.0, dni_w_per_m2=0.0, dhi_w_per_m2=0.0, apparent_zenith_deg=120.0)
    for sky in ("haydavies", "perez"):
        assert pv_yield(dark, array(sky=sky)).tolist() == [0.0, 0.0]


@pytest.fixture
def year(epw, qingdao):
    return load_weather(str(epw), qingdao, days_index(date(2026, 1, 1), date(2026, 12, 31), qingdao.timezone, 60), None)


@pytest.mark.parametrize(
    ("tilt", "azimuth", "loss", "kwh_per_kwp"),
    [
        (0, 180, 0.08, 1343), (5, 0, 0.14, 1188), (5, 180, 0.08, 1405), (6, 90, 0.08, 1342), (6, 270, 0.08, 1334),
        (10, 180, 0.14, 1362), (10, 180, 0.11, 1410), (15, 180, 0.08, 1500), (33, 180, 0.08, 1572),
    ],
)  # fmt: skip
def test_yearly_yield(year, tilt, azimuth, loss, kwh_per_kwp):
    power = pv_yield(year, array(tilt_deg=tilt, azimuth_deg=azimuth, loss_share=loss))
    assert power.sum() == pytest.approx(kwh_per_kwp, rel=0.03)


def test_east_west_roof_by_month(year):
    """E/W 6°, 11 % loss: 1294 kWh/kWp, peak 0.81 kW/kWp."""
    both = (pv_yield(year, array()) + pv_yield(year, array(azimuth_deg=270))) / 2
    monthly = [72.0, 86.3, 124.4, 140.2, 152.9, 138.3, 131.5, 116.0, 111.0, 95.2, 64.4, 61.4]
    assert both.sum() == pytest.approx(1294, rel=0.03)
    assert both.max() == pytest.approx(0.81, rel=0.03)
    index = year.table.index
    assert both.groupby(index.month).sum().to_numpy() == pytest.approx(monthly, rel=0.04)


def test_perez_is_near_hay_davies(year):
    south = {sky: pv_yield(year, array(tilt_deg=30, azimuth_deg=180, sky=sky)).sum() for sky in ("haydavies", "perez")}
    assert south["perez"] == pytest.approx(south["haydavies"], rel=0.03)
    assert south["perez"] != south["haydavies"]


def test_climatology_gives_about_the_same_year(qingdao, climatology_file):
    index = days_index(date(2026, 1, 1), date(2026, 12, 31), qingdao.timezone, 60)
    smooth = load_weather("climatology", qingdao, index, climatology_file)
    power = pv_yield(smooth, array(tilt_deg=10, azimuth_deg=180))
    assert power.sum() == pytest.approx(1410, rel=0.03)
    assert np.isfinite(power).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"tilt_deg": -1},
        {"azimuth_deg": 360},
        {"loss_share": 1.0},
        {"ac_dc_ratio": 0},
        {"gamma_per_k": 0.003},
        {"colour": 1},
    ],
)
def test_impossible_arrays(changes):
    with pytest.raises(ValidationError):
        array(**changes)
