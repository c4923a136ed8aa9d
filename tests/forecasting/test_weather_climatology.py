from datetime import date

import numpy as np
import pytest

from forecasting import InputError, Place, day_index, days_index, load_weather
from forecasting.climatology import MonthlyFigures, day_weights
from forecasting.yaml_files import read_yaml


@pytest.fixture
def figures(climatology_file):
    return read_yaml(climatology_file, MonthlyFigures)


@pytest.mark.parametrize("year", [2025, 2026, 2028])
@pytest.mark.parametrize("step", [60, 15])
def test_month_means_are_those_of_the_file(qingdao, climatology_file, figures, year, step):
    index = days_index(date(year, 1, 1), date(year, 12, 31), qingdao.timezone, step)
    month = load_weather("climatology", qingdao, index, climatology_file).table.groupby(index.month).mean()
    assert (month["ghi_w_per_m2"] * 0.024).to_numpy() == pytest.approx(figures.ghi_kwh_per_m2_d.values, rel=0.01)
    assert (month["dhi_w_per_m2"] * 0.024).to_numpy() == pytest.approx(figures.dhi_kwh_per_m2_d.values, rel=0.02)
    assert (month["dni_w_per_m2"] * 0.024).to_numpy() == pytest.approx(figures.dni_kwh_per_m2_d.values, rel=0.06)
    assert month["temperature_c"].to_numpy() == pytest.approx(figures.temperature_c.values, abs=0.1)
    assert month["wind_m_per_s"].to_numpy() == pytest.approx(figures.wind_m_per_s.values, abs=0.05)


def test_day_weights_sum_to_one_and_have_no_jumps():
    weights = day_weights(np.arange(365))
    assert weights.sum(axis=1) == pytest.approx(np.ones(365))
    assert np.abs(np.diff(np.vstack([weights, weights[:1]]), axis=0)).max() < 0.04
    assert weights[15].argmax() == 0
    assert weights[15].max() == pytest.approx(1.0)


def test_a_day_is_typical_deterministic_and_says_what_it_is(qingdao, climatology_file):
    index = day_index(date(2026, 7, 1), qingdao.timezone, 15)
    first, second = (load_weather("climatology", qingdao, index, climatology_file) for _ in range(2))
    assert first.table.equals(second.table)
    assert first.kind == "climatology"
    assert "not a forecast" in first.notes[0].en
    assert "不是预报" in first.notes[0].zh
    assert first.table["temperature_c"].idxmax().hour == 14
    assert first.table["temperature_c"].max() - first.table["temperature_c"].min() == pytest.approx(4.8, abs=0.05)
    cos_zenith = np.cos(np.radians(first.table["apparent_zenith_deg"]))
    closure = first.table["dni_w_per_m2"] * cos_zenith + first.table["dhi_w_per_m2"] - first.table["ghi_w_per_m2"]
    assert closure.abs().max() < 1e-9


def test_summer_time_shifts_the_sun_on_the_clock(climatology_file):
    place = Place(52.5, 13.4, 40, "Europe/Berlin")
    noon = {}
    for day in (date(2026, 3, 28), date(2026, 3, 30)):
        table = load_weather("climatology", place, day_index(day, place.timezone, 15), climatology_file).table
        noon[day.day] = table["apparent_zenith_deg"].idxmin().hour
    assert noon == {28: 12, 30: 13}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[2.831,", "[", "ghi_kwh_per_m2_d"),
        ("[2.831,", "[28.31,", "ghi_kwh_per_m2_d"),
        ("[2.831,", "[.nan,", "ghi_kwh_per_m2_d"),
        ("[1.000,", "[3.000,", "dhi_kwh_per_m2_d"),
        ("status: assumption", "status: guess", "status"),
        ("name: Qingdao TMYx", "name: Qingdao TMYx\nname: twice", "given twice"),
        ("name: Qingdao TMYx", "nmae: Qingdao TMYx", "name"),
        ("name:", "\tname:", "content"),
    ],
)
def test_faulty_files(qingdao, climatology_file, tmp_path, old, new, says):
    broken = tmp_path / "climatology.yaml"
    broken.write_text(climatology_file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says) as caught:
        load_weather("climatology", qingdao, day_index(date(2026, 7, 1), qingdao.timezone, 60), broken)
    assert caught.value.source == "climatology.yaml"


def test_climatology_needs_its_file(qingdao, tmp_path):
    index = day_index(date(2026, 7, 1), qingdao.timezone, 60)
    with pytest.raises(InputError, match="climatology file"):
        load_weather("climatology", qingdao, index, None)
    with pytest.raises(InputError, match="check the path"):
        load_weather("climatology", qingdao, index, tmp_path / "none.yaml")
    with pytest.raises(InputError, match=r"spec.*'tomorrow'"):
        load_weather("tomorrow", qingdao, index, None)
