"""The inputs of a study's year: hours, own series in place of forecasts, factors, files beside the study."""

from __future__ import annotations

import numpy as np
import pytest

from ems.sizing.year import year_of
from forecasting import InputError
from tests.sizing.year.studied import case_site, demo, study, week, write_csv


@pytest.mark.parametrize(("of", "hours"), [(2026, 8760), (2028, 8784)])
def test_a_year_has_all_its_hours_once(of, hours):
    year = year_of(demo(), study(year=of))
    assert len(year.window.inputs) == hours
    assert year.window.weights.sum() == hours
    assert year.window.design
    assert sorted(year.window.months) == list(range(1, 13))
    assert year.inputs.weather.kind == "synthetic"
    assert year.resolution_error is None


def test_a_horizon_occurs_as_often_as_it_says():
    year = year_of(demo(), study(horizon={"start": "2026-03-02", "days": 7, "per_year": 52.14}))
    assert len(year.window.inputs) == 168
    assert year.window.weights.sum() == pytest.approx(168 * 52.14)


def test_own_series_take_the_place_of_forecasts(tmp_path):
    write_csv(
        tmp_path / "own.csv", "2026-03-02", 14 * 24, 30, import_cny_per_kwh=-0.1, **{"workshop.electricity_kw": 7}
    )
    before = year_of(demo(), week()).inputs.table
    year = year_of(demo(), week(columns="own.csv"), folder=tmp_path)
    table = year.inputs.table
    assert (table["workshop.electricity_kw"] == 7).all()
    assert (table["import_cny_per_kwh"] == -0.1).all()
    assert (table["negative_import_price_share"] == 1).all()
    assert table["roof.yield_kw_per_kwp"].equals(before["roof.yield_kw_per_kwp"])
    assert any("own.csv: import_cny_per_kwh, workshop.electricity_kw" in n.en for n in year.inputs.notes)


def test_own_temperature_moves_what_follows_from_it(tmp_path):
    write_csv(tmp_path / "own.csv", "2026-03-02", 7 * 24, temperature_c=45)
    before, after = (
        year_of(demo(), s, folder=tmp_path).inputs.table for s in (week(), week(columns="own.csv"))
    )  # fmt: skip
    assert (after["temperature_c"] == 45).all()
    assert after["roof.yield_kw_per_kwp"].sum() < 0.95 * before["roof.yield_kw_per_kwp"].sum()  # hot cells


def test_own_series_of_another_year_lend_their_dates(tmp_path):
    write_csv(tmp_path / "own.csv", "2021-01-01", 8760, grid_kgco2e_per_kwh=np.arange(8760) / 10_000)
    year = year_of(demo(), week(columns="own.csv"), folder=tmp_path)
    assert year.inputs.table["grid_kgco2e_per_kwh"].iloc[0] == pytest.approx((31 + 28 + 1) * 24 / 10_000)
    assert any("own.csv is of 2021" in n.en for n in year.inputs.notes)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"workshop.electricty_kw": 1}, r"own\.csv: column workshop\.electricty_kw .*mean workshop\.electricity_kw"),
        ({"import_cny_per_kwh": 99}, r"own\.csv: row 2, column import_cny_per_kwh is '99' \(expected: -5 to 20\)"),
        ({"ghi_w_per_m2": 100}, r"own\.csv: column ghi_w_per_m2 .*name a weather file"),
        ({}, r"own\.csv: columns is 'time' \(expected: time and one of temperature_c"),
    ],
)  # fmt: skip
def test_wrong_columns_are_named(tmp_path, columns, says):
    write_csv(tmp_path / "own.csv", "2026-03-02", 168, **columns)
    with pytest.raises(InputError, match=says):
        year_of(demo(), week(columns="own.csv"), folder=tmp_path)


def test_series_that_end_too_early_are_refused(tmp_path):
    write_csv(tmp_path / "own.csv", "2026-03-02", 167, import_cny_per_kwh=1)
    with pytest.raises(InputError, match=r"own\.csv: time is '2026-03-02.*2026-03-09"):
        year_of(demo(), week(columns="own.csv"), folder=tmp_path)


def test_factors_scale_their_columns():
    factors = {"import_cny_per_kwh": 1.5, "roof.yield_kw_per_kwp": 0.9}
    plain, changed = (year_of(demo(), week(factors=f)).inputs.table for f in ({}, factors))
    assert changed["import_cny_per_kwh"].to_numpy() == pytest.approx(1.5 * plain["import_cny_per_kwh"].to_numpy())
    assert changed["roof.yield_kw_per_kwp"].sum() == pytest.approx(0.9 * plain["roof.yield_kw_per_kwp"].sum())
    assert changed["workshop.electricity_kw"].equals(plain["workshop.electricity_kw"])


@pytest.mark.parametrize(
    ("factors", "says"),
    [
        ({"import_cny_kwh": 2}, r"factors\.import_cny_kwh .*did you mean import_cny_per_kwh"),
        ({"temperature_c": 1.1}, r"factors\.temperature_c"),
        ({"workshop.electricity_kw": -1}, r"factors\.workshop\.electricity_kw is -1.*values from 0"),
        ({"roof.yield_kw_per_kwp": 9}, r"factors\.roof\.yield_kw_per_kwp is 9.*one becomes"),
    ],
)
def test_wrong_factors_are_named(factors, says):
    with pytest.raises(InputError, match=says):
        year_of(demo(), week(factors=factors))


def test_weather_files_lie_beside_the_study(tmp_path):
    write_csv(tmp_path / "sky.csv", "2026-03-01", 9 * 24, ghi_w_per_m2=0, temperature_c=3.5, wind_m_per_s=1)
    here = {"horizon": {"start": "2026-03-02", "days": 7, "per_year": 1}, "weather": "sky.csv"}
    year = year_of(demo(), study(**here), folder=tmp_path)
    assert (year.inputs.table["temperature_c"] == 3.5).all()
    assert year.inputs.table["roof.yield_kw_per_kwp"].sum() == 0


def case_study(**more):
    return study(horizon={"start": "2026-03-02", "days": 2, "per_year": 1}, weather="none", **more)


def test_a_case_may_be_entered_without_any_forecast(tmp_path):
    series = {"sun_kw_per_kwp": 0.5, "wanted_electricity_kw": np.arange(48), "import_cny_per_kwh": 0.2}
    write_csv(tmp_path / "case.csv", "2026-03-02", 48, **series, grid_kgco2e_per_kwh=0.4)
    table = year_of(case_site(), case_study(columns="case.csv"), folder=tmp_path).window.inputs
    assert {str(name) for name in table} == {*series, "grid_kgco2e_per_kwh", "export_cny_per_kwh", "negative_import_price_share"}  # fmt: skip  # noqa: E501
    assert table["wanted_electricity_kw"].to_numpy() == pytest.approx(np.arange(48))


def test_without_weather_nothing_is_made_up(tmp_path):
    with pytest.raises(InputError, match=r"weather is 'none' .*roof.*roof\.yield_kw_per_kwp"):
        year_of(demo(), case_study())
    write_csv(tmp_path / "sun.csv", "2026-03-02", 48, **{"roof.yield_kw_per_kwp": 0.1})
    with pytest.raises(InputError, match=r"weather is 'none' .*workshop.*temperature_c"):
        year_of(demo(), case_study(columns="sun.csv"), folder=tmp_path)
    write_csv(tmp_path / "case.csv", "2026-03-02", 48, sun_kw_per_kwp=0.5)
    with pytest.raises(InputError, match=r"users_electricity\.column.*wanted_electricity_kw"):
        year_of(case_site(), case_study(columns="case.csv"), folder=tmp_path)


def test_a_heat_pump_needs_the_air(tmp_path):
    pump = {"kind": "heat_pump", "name": "pump", "capacity_kw": 10, "cop": [[0, 3]], "min_load": 0}
    outlet = {"kind": "spill", "name": "out", "carrier": "heat", "bus": "heat", "limit": 1, "price_cny_per_unit": 1}
    site = case_site()
    site = type(site)(
        **{**vars(site), "site": site.site.model_copy(update={"buses": {**site.site.buses, "heat": "heat"}})}
    )
    write_csv(tmp_path / "case.csv", "2026-03-02", 48, sun_kw_per_kwp=0.5, wanted_electricity_kw=1)
    with pytest.raises(InputError, match=r"weather is 'none' .*pump.*temperature_c"):
        year_of(site, case_study(columns="case.csv", add=[pump, outlet]), folder=tmp_path)


@pytest.mark.parametrize("resolution", ["typical", "typical:0", "typical:367", "daily", "typical:1.5"])
def test_unknown_resolutions_are_named(resolution):
    with pytest.raises(InputError, match=r"--resolution: is '.*typical:N with N from 1 to 366"):
        year_of(demo(), week(), resolution)


def test_phases_are_told():
    heard: list[str] = []
    year_of(demo(), week(), "typical:3", say=heard.append)
    assert heard == ["inputs", "typical"]
