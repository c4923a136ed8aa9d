from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter, ValidationError

from forecasting import (
    Building,
    CsvDemand,
    InputError,
    Process,
    Recipe,
    Weather,
    WorkCalendar,
    day_index,
    days_index,
    forecast_demands,
    load_weather,
)  # fmt: skip

CHINA = WorkCalendar("CN")
MONDAY, SUNDAY = date(2026, 7, 6), date(2026, 7, 5)


def still_air(index, temperature):
    columns = {
        "ghi_w_per_m2": 0.0, "dni_w_per_m2": 0.0, "dhi_w_per_m2": 0.0, "temperature_c": temperature,
        "wind_m_per_s": 1.0, "apparent_zenith_deg": 100.0, "azimuth_deg": 0.0,
    }  # fmt: skip
    return Weather(pd.DataFrame(columns, index=index), "file", "still air")


def demands(recipes, day, temperature=15.0, step=60, base_dir=Path()):
    index = day_index(day, "Asia/Shanghai", step)
    return forecast_demands(recipes, still_air(index, temperature), CHINA, index, base_dir)


def office(**changes):
    plain = {
        "recipe": "building", "use": "office", "floor_area_m2": 10_000, "base_w_per_m2": 4, "occupied_w_per_m2": 20,
        "heat_loss_w_per_m2_k": 1.5, "heat_balance_c": 20, "heat_setback_k": 5, "heating_below_c": 10,
        "cooling_w_per_m2_k": 3, "cooling_balance_c": 22, "cooling_above_c": 22, "gains_w_per_m2": 15,
    }  # fmt: skip
    return Building(**(plain | changes))


def test_office_electricity_by_hand():
    """Full use at 09:00 to 10:00 (share 1): 10 000 m2 x (4 + 20) W/m2 = 240 kW; 00:00 to 03:00 share 0.05: 50 kW."""
    table = demands({"office": office()}, MONDAY)
    assert list(table.columns) == ["office.electricity_kw", "office.heat_kw", "office.cooling_kw"]
    assert table["office.electricity_kw"].iloc[9] == pytest.approx(240.0)
    assert table["office.electricity_kw"].iloc[1] == pytest.approx(50.0)
    assert (table[["office.heat_kw", "office.cooling_kw"]] == 0).all(axis=None)


def test_office_heat_by_hand():
    """-5 °C at full use: 1.5 x 25 - 15 = 22.5 W/m2, 225 kW; at share 0.05: 1.5 x 20.25 - 0.75, 296.25 kW."""
    heat = demands({"office": office()}, MONDAY, -5.0)["office.heat_kw"]
    assert heat.iloc[9] == pytest.approx(225.0)
    assert heat.iloc[1] == pytest.approx(296.25)


def test_office_cooling_by_hand():
    """32 °C at full use: 3 x 10 + 15 = 45 W/m2 = 450 kW; at share 0.05 one twentieth."""
    cooling = demands({"office": office()}, MONDAY, 32.0)["office.cooling_kw"]
    assert cooling.iloc[9] == pytest.approx(450.0)
    assert cooling.iloc[1] == pytest.approx(22.5)


@pytest.mark.parametrize(
    ("temperature", "heats", "cools"), [(9.9, True, False), (10.1, False, False), (22.1, False, True)]
)
def test_seasons_by_daily_mean(temperature, heats, cools):
    table = demands({"office": office()}, MONDAY, temperature)
    assert (table["office.heat_kw"].max() > 0) == heats
    assert (table["office.cooling_kw"].max() > 0) == cools


def test_a_cold_morning_of_a_warm_day_is_not_heated():
    """0 °C until noon, 24 °C after: the daily mean of 12 °C is above the 10 °C of a heating day."""
    swing = np.repeat([0.0, 24.0], 12)
    assert demands({"office": office()}, MONDAY, swing)["office.heat_kw"].max() == 0
    assert demands({"office": office(heating_below_c=13)}, MONDAY, swing)["office.heat_kw"].max() > 0


def test_weekend_and_steps():
    hall = Building.typical("production_hall", 70_000)
    sunday = demands({"hall": hall}, SUNDAY)["hall.electricity_kw"]
    assert sunday.tolist() == pytest.approx([70.0 * (4 + 26 * 0.10)] * 24)
    fine = demands({"hall": hall}, MONDAY, step=5)["hall.electricity_kw"].resample("h").mean()
    assert fine.to_numpy() == pytest.approx(demands({"hall": hall}, MONDAY)["hall.electricity_kw"].to_numpy(), rel=0.06)


def test_hydrogen_by_hand():
    """350 kg over ten hours of a working day: 35 kg/h from 08:00 to 18:00; nothing on Sunday."""
    process = Process(
        recipe="process", column="hydrogen_kg_per_h", amount_per_working_day=350, amount_per_free_day=0,
        start="08:00", end="18:00",
    )  # fmt: skip
    rate = demands({"h2_testing": process}, MONDAY)["h2_testing.hydrogen_kg_per_h"]
    assert rate.tolist() == [0.0] * 8 + [35.0] * 10 + [0.0] * 6
    assert demands({"h2_testing": process}, SUNDAY).sum().sum() == 0


@pytest.mark.parametrize("step", [5, 12, 20, 60])
def test_process_amount_is_kept_when_hours_cut_an_interval(step):
    process = Process(
        recipe="process",
        column="heat_kw",
        amount_per_working_day=90,
        amount_per_free_day=30,
        start="07:50",
        end="18:10",
    )
    assert demands({"dryer": process}, MONDAY, step=step).sum().sum() * step / 60 == pytest.approx(90)
    assert demands({"dryer": process}, SUNDAY, step=step).sum().sum() * step / 60 == pytest.approx(30)


def test_process_amount_is_kept_when_the_clocks_change():
    process = Process(
        recipe="process",
        column="water_kg_per_h",
        amount_per_working_day=0,
        amount_per_free_day=46,
        start="00:00",
        end="24:00",
    )
    index = day_index(date(2026, 3, 29), "Europe/Berlin", 60)
    table = forecast_demands({"w": process}, still_air(index, 5.0), WorkCalendar("DE"), index, Path())
    assert table["w.water_kg_per_h"].tolist() == pytest.approx([2.0] * 23)


def write(path, values, start="2026-07-06T00:00:00+08:00"):
    times = pd.date_range(start, periods=len(values), freq="h")
    rows = [f"{t.isoformat()},{v}" for t, v in zip(times, values, strict=True)]
    path.write_text("\n".join(["time,meter_7_kw", *rows]))


def test_measured_column_stands_alone_or_replaces_a_modelled_one(tmp_path):
    write(tmp_path / "m.csv", range(24))
    column = {"file": "m.csv", "column": "meter_7_kw"}
    recipes = {
        "office": office(overrides={"electricity_kw": column}),
        "pumps": CsvDemand(recipe="csv", columns={"electricity_kw": column}),
    }
    table = demands(recipes, MONDAY, -5.0, base_dir=tmp_path)
    assert table["office.electricity_kw"].tolist() == list(range(24))
    assert table["pumps.electricity_kw"].tolist() == list(range(24))
    assert table["office.heat_kw"].iloc[9] == pytest.approx(225.0)


def test_measured_column_must_cover_the_day(tmp_path):
    write(tmp_path / "m.csv", range(20))
    recipe = CsvDemand(recipe="csv", columns={"electricity_kw": {"file": "m.csv", "column": "meter_7_kw"}})
    with pytest.raises(InputError, match=r"m\.csv: time.*2026-07-06T20:00:00"):
        demands({"pumps": recipe}, MONDAY, base_dir=tmp_path)


def test_weather_of_another_axis_is_refused():
    index = day_index(MONDAY, "Asia/Shanghai", 60)
    with pytest.raises(InputError, match="same intervals"):
        forecast_demands({}, still_air(index, 5.0), CHINA, index[:-1], Path())


PROCESS = {
    "recipe": "process", "column": "heat_kw", "amount_per_working_day": 1, "amount_per_free_day": 0,
    "start": "08:00", "end": "18:00",
}  # fmt: skip


@pytest.mark.parametrize(
    "recipe",
    [
        {"recipe": "building", "use": "office"},
        {"recipe": "castle"},
        {"recipe": "csv", "columns": {}},
        PROCESS | {"column": "hydrogen"},
        PROCESS | {"start": "18:00", "end": "08:00"},
        PROCESS | {"amount_per_working_day": -1},
    ],
)  # fmt: skip
def test_impossible_recipes(recipe):
    with pytest.raises(ValidationError):
        TypeAdapter(Recipe).validate_python(recipe)


def test_heated_and_cooled_at_once():
    with pytest.raises(ValidationError, match="heated and cooled"):
        office(heating_below_c=18, cooling_above_c=15)


def test_level_of_a_park(qingdao, climatology_file):
    """90 000 m2 of roof over about 113 000 m2 of floor: a few megawatts, and tens of kWh per m2 and year."""
    index = days_index(date(2026, 1, 1), date(2026, 12, 31), qingdao.timezone, 60)
    weather = load_weather("climatology", qingdao, index, climatology_file)
    areas = {"production_hall": 70_000, "exhibition": 8_000, "office": 20_000, "dormitory": 15_000}
    table = forecast_demands({use: Building.typical(use, a) for use, a in areas.items()}, weather, CHINA, index, Path())
    total = {kind: table.filter(like=kind).sum(axis=1) for kind in ("electricity_kw", "heat_kw", "cooling_kw")}
    assert 2_000 < total["electricity_kw"].max() < 4_000
    assert 1_500 < total["heat_kw"].max() < 5_000
    assert 1_000 < total["cooling_kw"].max() < 5_000
    assert 60 < total["electricity_kw"].sum() / 113_000 < 150
    assert np.isfinite(table.to_numpy()).all()
    assert (table >= 0).all(axis=None)
