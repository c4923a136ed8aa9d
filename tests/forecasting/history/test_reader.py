"""Wide, long and Parquet say the same; units by hand; what cannot be understood is refused with row and column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.errors import InputError
from forecasting.history.reader import DemandMeter, PvMeter, read_history
from forecasting.irradiance import Spot
from forecasting.pv import PvArray

ZONE = "Asia/Shanghai"
ARRAY = PvArray(tilt_deg=20, azimuth_deg=180, ac_dc_ratio=0.85, loss_share=0.10)
ROOF = PvMeter("roof.power", "kW", 85.0, 100.0, Spot(36.3, 120.4, 20.0), ARRAY)
HALL, FILLING = DemandMeter("hall.electricity", "kW"), DemandMeter("forklifts.hydrogen", "kg/h")
KNOWN = (ROOF, HALL, FILLING)
TIMES = pd.date_range("2026-03-01", periods=96 * 3, freq="15min", tz=ZONE)


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(5).uniform(20, 60, len(TIMES)).round(2)


def write(path: Path, table: pd.DataFrame) -> Path:
    table.to_csv(path, index=False)
    return path


def wide(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"time": [t.isoformat() for t in TIMES], **columns})


def long(name: str, unit: str, values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"time": [t.isoformat() for t in TIMES], "meter": name, "value": values, "unit": unit})


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_history(path, KNOWN, ZONE)
    return str(caught.value)


def test_wide_long_and_parquet_say_the_same(tmp_path: Path, values: np.ndarray) -> None:
    pytest.importorskip("pyarrow")
    flat = wide(**{"hall.electricity_kw": values})
    binary = tmp_path / "c.parquet"
    pd.DataFrame({"time": TIMES, "hall.electricity_kw": values}).to_parquet(binary)
    files = [
        write(tmp_path / "a.csv", flat),
        write(tmp_path / "b.csv", long("hall.electricity", "kW", values)),
        binary,
        write(tmp_path / "d.csv", flat.sample(frac=1, random_state=1)),  # in any order
    ]
    for file in files:
        m = read_history(file, KNOWN, ZONE)["hall.electricity"]
        assert (m.unit, m.kind) == ("kW", "demand")
        assert m.values.tolist() == values.tolist()  # noqa: PD011
        assert (m.values.index == TIMES).all()  # noqa: PD011


@pytest.mark.parametrize(
    ("column", "factor"),
    [("kw", 1.0), ("w", 1e-3), ("mw", 1000.0), ("kwh", 4.0), ("mwh", 4000.0), ("mj", 4 / 3.6), ("gj", 4000 / 3.6)],
)
def test_units_of_power_and_of_energy_in_a_quarter_of_an_hour(
    tmp_path: Path, values: np.ndarray, column: str, factor: float
) -> None:
    m = read_history(write(tmp_path / "a.csv", wide(**{f"hall.electricity_{column}": values})), KNOWN, ZONE)
    assert m["hall.electricity"].values.to_numpy() == pytest.approx(values * factor)  # noqa: PD011


def test_a_mass_becomes_a_flow_and_a_series_may_be_kept_in_megawatts(tmp_path: Path, values: np.ndarray) -> None:
    file = write(tmp_path / "a.csv", wide(**{"forklifts.hydrogen_kg": values, "hall.electricity_kw": values}))
    m = read_history(file, (FILLING, DemandMeter("hall.electricity", "MW")), ZONE)
    assert m["forklifts.hydrogen"].values.to_numpy() == pytest.approx(values * 4)  # noqa: PD011
    assert m["hall.electricity"].values.to_numpy() == pytest.approx(values / 1000)  # noqa: PD011


def test_status_of_a_meter(tmp_path: Path, values: np.ndarray) -> None:
    status = [""] * len(TIMES)
    status[40:44] = ["curtailed"] * 4
    file = write(tmp_path / "a.csv", wide(**{"hall.electricity_kw": values, "hall.status": status}))
    m = read_history(file, KNOWN, ZONE)["hall.electricity"]
    assert np.flatnonzero(m.flags["curtailed"]).tolist() == [40, 41, 42, 43]
    assert not m.usable.iloc[40:44].any()


def test_a_plant_is_held_against_its_sky(tmp_path: Path) -> None:
    m = read_history(write(tmp_path / "a.csv", wide(**{"roof.power_kw": np.full(len(TIMES), 30.5)})), KNOWN, ZONE)
    assert m["roof.power"].kind == "pv"
    assert m["roof.power"].capacity == 85.0
    assert not m["roof.power"].usable.any()


def test_an_empty_cell_is_missing_and_a_missing_line_as_well(tmp_path: Path, values: np.ndarray) -> None:
    table = wide(**{"hall.electricity_kw": values.astype(object)})
    table.loc[3, "hall.electricity_kw"] = ""
    m = read_history(write(tmp_path / "a.csv", table.drop(index=[7, 8])), KNOWN, ZONE)["hall.electricity"]
    assert np.flatnonzero(m.flags["missing"]).tolist() == [3, 7, 8]


def test_the_hour_that_comes_twice_is_two_hours(tmp_path: Path) -> None:
    """Berlin, 25 October 2026: 02:00+02:00 and 02:00+01:00; without offset nobody could tell them apart."""
    times = pd.date_range("2026-10-25", "2026-10-26", freq="h", tz="Europe/Berlin", inclusive="left")
    table = pd.DataFrame({"time": [t.isoformat() for t in times], "hall.electricity_kw": np.arange(25.0)})
    m = read_history(write(tmp_path / "a.csv", table), KNOWN, "Europe/Berlin")["hall.electricity"]
    assert m.values.tolist() == list(range(25))  # noqa: PD011
    table["time"] = [t.tz_localize(None).isoformat() for t in times]
    said = refused(write(tmp_path / "b.csv", table))
    assert "row 2, column time" in said
    assert "local clock time" in said


def test_what_cannot_be_understood_is_refused(tmp_path: Path, values: np.ndarray) -> None:
    def of(name: str, table: pd.DataFrame) -> str:
        return refused(write(tmp_path / f"{name}.csv", table))

    assert "hall.electricty" in of("misspelt", wide(**{"hall.electricty_kw": values}))
    assert "did you mean hall.electricity?" in of("misspelt", wide(**{"hall.electricty_kw": values}))
    assert "a unit at the end of its name" in of("unitless", wide(**{"hall.electricity": values}))
    assert "its unit is 'kg'" in of("kind", wide(**{"hall.electricity_kg": values}))
    assert "every series once" in of("both", wide(**{"hall.electricity_kw": values, "hall.electricity_mw": values}))
    text = wide(**{"hall.electricity_kw": values.astype(object)})
    text.loc[5, "hall.electricity_kw"] = "NaN"
    assert "row 7, column hall.electricity_kw is 'NaN'" in of("text", text)
    twice = wide(**{"hall.electricity_kw": values})
    twice.loc[9, "time"] = twice.loc[8, "time"]
    assert "row 11, column time" in of("twice", twice)
    off = wide(**{"hall.electricity_kw": values})
    off.loc[9, "time"] = "2026-03-01T02:17:00+08:00"
    assert "times on full 15 min" in of("off", off)
    assert "column unit" in of("long", long("hall.electricity", "kg", values))
    assert "is 'barn'" in of("meter", long("barn", "kW", values))
    assert "column unit is 'missing'" in of("columns", long("hall.electricity", "kW", values).drop(columns="unit"))
    assert "status of a series of the file" in of("status", wide(**{"hall.electricity_kw": values, "roof.status": ""}))
    empty = wide(**{"hall.electricity_kw": [""] * len(TIMES)})
    assert "two or more" in of("empty", empty)


def test_parquet_that_is_none(tmp_path: Path, values: np.ndarray) -> None:
    pytest.importorskip("pyarrow")
    file = tmp_path / "a.parquet"
    file.write_bytes(b"no such thing")
    assert "a Parquet file" in refused(file)
    pd.DataFrame({"time": TIMES.tz_localize(None), "hall.electricity_kw": values}).to_parquet(file)
    assert "times with time zone" in refused(file)
