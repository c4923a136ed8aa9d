"""A synthetic year has the climatology's means, days that differ and follow each other, and says what it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, rankdata

from api.cli import main
from forecasting import InputError, Place, PvArray, days_index, load_weather, pv_yield, synthetic
from forecasting.clearness import autoregressive, quantiles
from forecasting.climatology import read_figures
from forecasting.weather import Weather

SITES = Path(__file__).resolve().parents[3] / "sites"
EPW = SITES.parents[1] / "shared/data/weather/CHN_SD_Qingdao.Intl.AP.548570_TMYx.epw"
PLACES = {
    "qingdao": Place(35.7, 119.8, 20.0, "Asia/Shanghai"),
    "office_park": Place(39.9, 116.4, 45.0, "Asia/Shanghai"),
    "coal_mine": Place(37.6, 112.5, 900.0, "Asia/Shanghai"),
}
ROOF = PvArray(tilt_deg=10, azimuth_deg=180, ac_dc_ratio=0.85, loss_share=0.11)


def year(spec: str, site: str = "qingdao", of: int = 2026, step: int = 60) -> Weather:
    place = PLACES[site]
    index = days_index(date(of, 1, 1), date(of, 12, 31), place.timezone, step)
    return load_weather(spec, place, index, SITES / site / "climatology.yaml")


def daily(series: pd.Series) -> np.ndarray:
    return series.groupby(pd.DatetimeIndex(series.index).date).sum().to_numpy()


@pytest.mark.parametrize("site", PLACES)
def test_months_keep_the_means_of_the_file(site):
    figures = read_figures(SITES / site / "climatology.yaml")
    table = year("synthetic", site).table
    month = table.groupby(table.index.month).mean()
    assert (month["ghi_w_per_m2"] * 0.024).to_numpy() == pytest.approx(figures.ghi_kwh_per_m2_d.values, rel=1e-3)
    assert (month["dhi_w_per_m2"] * 0.024).to_numpy() == pytest.approx(figures.dhi_kwh_per_m2_d.values, rel=0.08)
    assert month["temperature_c"].to_numpy() == pytest.approx(figures.temperature_c.values, abs=0.02)
    assert month["wind_m_per_s"].to_numpy() == pytest.approx(figures.wind_m_per_s.values, abs=0.05)


def test_direct_light_agrees_with_the_file_that_does_not_give_it():
    """DNI is no input: it follows from GHI and DHI of every hour."""
    dni = read_figures(SITES / "qingdao" / "climatology.yaml").dni_kwh_per_m2_d
    assert year("synthetic").table["dni_w_per_m2"].sum() / 1000 == pytest.approx(365 * np.mean(dni.values), rel=0.06)


@pytest.mark.parametrize("of", [2024, 2026])
def test_every_year_is_alike_and_again_the_same(of):
    first = year("synthetic", of=of).table
    synthetic._irradiance.cache_clear()
    synthetic._anomaly.cache_clear()
    assert first.equals(year("synthetic", of=of).table)
    plain = year("synthetic", of=2027).table
    of_july = [t[t.index.month == 7]["ghi_w_per_m2"].to_numpy() for t in (first, plain)]
    assert of_july[0] == pytest.approx(of_july[1], abs=8)  # the sun stands a little otherwise on a date of another year
    assert of_july[0].sum() == pytest.approx(of_july[1].sum(), rel=1e-3)


def test_dark_days_come_in_a_row():
    table, month = year("synthetic").table, pd.date_range("2026-01-01", periods=365).month
    light = daily(table["ghi_w_per_m2"])
    scores = np.concatenate([norm.ppf((rankdata(light[month == m]) - 0.5) / (month == m).sum()) for m in range(1, 13)])
    assert 0.15 < np.corrcoef(scores[1:], scores[:-1])[0, 1] < 0.4
    warm = daily(table["temperature_c"] - year("climatology").table["temperature_c"]) / 24
    assert 0.5 < np.corrcoef(warm[1:], warm[:-1])[0, 1] < 0.85
    assert warm.std() == pytest.approx(2.5, rel=0.15)


def test_long_series_has_the_correlation_it_is_asked_for():
    x = autoregressive(40_000, 0.29, np.random.default_rng(5))
    assert np.corrcoef(x[1:], x[:-1])[0, 1] == pytest.approx(0.29, abs=0.015)
    assert x.std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("mean", [0.3, 0.4, 0.5, 0.6, 0.7])
def test_distribution_of_daily_clearness_is_the_published_one(mean):
    """Herzog (1985) gives gamma of Bendt's distribution in closed form; the quantiles here solve for it."""
    low, top = 0.05, 0.6313 + 0.267 * mean - 11.9 * (mean - 0.75) ** 8
    xi = (top - low) / (top - mean)
    gamma = -1.498 + (1.184 * xi - 27.182 * np.exp(-1.5 * xi)) / (top - low)
    share = (np.arange(2000) + 0.5) / 2000
    expected = np.log((1 - share) * np.exp(gamma * low) + share * np.exp(gamma * top)) / gamma
    found = quantiles("file", mean, share)
    assert found == pytest.approx(expected, abs=0.012)
    assert found.mean() == pytest.approx(mean, abs=1e-4)


def test_sun_of_the_year_is_that_of_the_climatology_but_weeks_are_darker():
    drawn, smooth = (pv_yield(year(spec), ROOF) for spec in ("synthetic", "climatology"))
    assert drawn.sum() == pytest.approx(smooth.sum(), rel=0.02)
    darkest = [np.convolve(daily(y), np.ones(7) / 7, "valid").min() for y in (drawn, smooth)]
    assert darkest[0] < 0.7 * darkest[1]
    assert drawn.max() <= ROOF.ac_dc_ratio


def test_spread_of_days_is_that_of_a_measured_year():
    if not EPW.exists():
        pytest.skip("no typical year of Qingdao beside the project")
    drawn, measured = (daily(pv_yield(year(spec), ROOF)) for spec in ("synthetic", str(EPW)))
    assert drawn.mean() == pytest.approx(measured.mean(), rel=0.02)
    assert drawn.std() == pytest.approx(measured.std(), rel=0.15)
    assert np.quantile(drawn, [0.25, 0.5, 0.75]) == pytest.approx(np.quantile(measured, [0.25, 0.5, 0.75]), rel=0.07)


def test_quarter_hours_have_the_light_of_their_hour():
    hours = year("synthetic").table["ghi_w_per_m2"].to_numpy()
    quarters = year("synthetic", step=15).table["ghi_w_per_m2"].to_numpy().reshape(-1, 4).mean(axis=1)
    assert quarters == pytest.approx(hours, abs=1e-6)


def test_it_says_what_it_is():
    sky = year("synthetic")
    assert sky.kind == "synthetic"
    assert "neither a forecast nor measured" in sky.notes[0].en
    assert "既非预报" in sky.notes[0].zh


def test_a_site_without_climatology_is_told():
    place = PLACES["qingdao"]
    index = days_index(date(2026, 7, 1), date(2026, 7, 2), place.timezone, 60)
    with pytest.raises(InputError, match=r"climatology file, which synthetic weather is made from.*name one"):
        load_weather("synthetic", place, index, None)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[2.831,", "[5.9,", r"ghi_kwh_per_m2_d is '1\.\d+ of what arrives outside the atmosphere'"),
        ("[1.000,", "[0.0001,", r"dhi_kwh_per_m2_d, month 1 is '0\.0001'"),
    ],
)
def test_figures_that_no_sky_has_are_refused(tmp_path, old, new, says):
    broken = tmp_path / "climatology.yaml"
    text = (SITES / "qingdao" / "climatology.yaml").read_text(encoding="utf-8")
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    place = PLACES["qingdao"]
    index = days_index(date(2026, 7, 1), date(2026, 7, 2), place.timezone, 60)
    with pytest.raises(InputError, match=says):
        load_weather("synthetic", place, index, broken)


def test_beyond_the_polar_circle_a_file_is_needed():
    place = Place(70.0, 25.0, 0.0, "Europe/Oslo")
    index = days_index(date(2026, 7, 1), date(2026, 7, 2), place.timezone, 60)
    with pytest.raises(InputError, match=r"month 12 at latitude 70.*a weather file"):
        load_weather("synthetic", place, index, SITES / "qingdao" / "climatology.yaml")


def test_the_command_line_takes_the_word(capsys):
    args = ["forecast", "demo", "--date", "2026-06-15", "--weather", "synthetic", "--step", "1h", "--lang", "en"]
    assert main(args) == 0
    assert "Synthetic year" in capsys.readouterr().out
