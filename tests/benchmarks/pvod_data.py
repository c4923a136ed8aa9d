"""PVOD v1.0 as cases: stations, weather runs, power, and flags by rule.

Yao et al. (2021), Solar Energy 230, 951; doi 10.11922/sciencedb.01094, CC BY 4.0. Times are UTC, days those of Beijing;
one weather run per local day, new at midnight. ``Capacity`` [kW] is taken as nameplate AC; DC peak is the number of
panels x their power. ``nwp_directirrad`` is direct horizontal. A column ``Array_Tilt`` of "South 33°" is the tilt of an
array that faces south. Altitude follows from the median pressure forecast (ISO 2533: 44331 (1 - (p / 1013.25)^0.19)).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.history.judge import full_axis, judge_pv
from forecasting.history.sky import sky_of
from forecasting.irradiance import Spot
from forecasting.ladder.cases import Cases
from forecasting.ladder.pv_cases import PvPlant, pv_cases
from forecasting.pv import PvArray

FOLDER = Path(__file__).resolve().parents[2].parent / "shared/data/pvod"
PARQUET, METADATA = FOLDER / "pvod_stations_0_1_2_4_6.parquet", FOLDER / "metadata.csv"
ZONE = "Asia/Shanghai"
# Assumptions of one plant as of all: losses of soiling, mismatch, wiring, transformer (PVsyst's usual 10 to 15 %);
# multicrystalline modules of 2015 to 2017 by their data sheets.
LOSS_SHARE, GAMMA_PER_K = 0.12, -0.0041


def plants(metadata: Path = METADATA) -> dict[int, dict[str, object]]:
    """Rows of the metadata by number of the station."""
    table = pd.read_csv(metadata)
    return {int(re.sub(r"\D", "", row["Station_ID"])): dict(row) for _, row in table.iterrows()}


def plant_of(number: int, row: dict[str, object], pressure_hpa: float) -> PvPlant:
    """What physics knows of a station [MW]."""
    capacity = float(str(row["Capacity"])) / 1000.0
    found = re.search(r"Pmax:\s*([\d.]+)", str(row["Module"]))
    dc_peak = float(str(row["Panel_Number"])) * float(found[1]) / 1e6 if found else capacity
    tilt = float(re.sub(r"[^\d.]", "", str(row["Array_Tilt"])))
    altitude = 44331.0 * (1.0 - (pressure_hpa / 1013.25) ** 0.19)
    array = PvArray(
        tilt_deg=tilt, azimuth_deg=180.0, ac_dc_ratio=capacity / dc_peak, loss_share=LOSS_SHARE, gamma_per_k=GAMMA_PER_K
    )
    spot = Spot(float(str(row["Latitude"])), float(str(row["Longitude"])), altitude)
    return PvPlant(f"station{number:02d}", spot, array, dc_peak, capacity, "MW")


def frames(parquet: Path = PARQUET) -> dict[int, pd.DataFrame]:
    """Rows of each station in local time, each interval once (the later of two rows that share a start)."""
    table = pd.read_parquet(parquet)
    out = {}
    for number, rows in table.groupby("station"):
        times = pd.DatetimeIndex(rows["date_time"]).tz_localize("UTC").tz_convert(ZONE)
        rows = rows.drop(columns=["station", "date_time"]).set_axis(times).sort_index(kind="stable").astype(float)
        out[int(number)] = rows[~rows.index.duplicated(keep="last")]
    return out


def weather_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The forecast's columns as the project names them."""
    total = rows["nwp_globalirrad"].clip(lower=0.0)
    from_north = np.radians(rows["nwp_winddirection"])
    return pd.DataFrame(
        {
            "ghi_w_per_m2": total,
            "dhi_w_per_m2": (total - rows["nwp_directirrad"]).clip(lower=0.0),
            "temperature_c": rows["nwp_temperature"],
            "wind_m_per_s": rows["nwp_windspeed"],
            "humidity_percent": rows["nwp_humidity"],
            "pressure_hpa": rows["nwp_pressure"],
            "wind_from_east_m_per_s": rows["nwp_windspeed"] * np.sin(from_north),
            "wind_from_north_m_per_s": rows["nwp_windspeed"] * np.cos(from_north),
        }
    )


def usable_of(plant: PvPlant, rows: pd.DataFrame) -> pd.Series[bool]:
    """What the project's quality flags leave, on the index of the rows; they look at power and sun, at no forecast."""
    full = full_axis(pd.DatetimeIndex(rows.index), plant.name)
    sky = sky_of(plant.spot, plant.array, plant.dc_peak, full)
    judged = judge_pv(plant.name, rows["power"].reindex(full), sky, plant.capacity, plant.unit)
    return judged.usable.reindex(rows.index)


def around_of(
    number: int, rows: dict[int, pd.DataFrame], known: dict[int, dict[str, object]]
) -> list[tuple[Spot, pd.DataFrame]]:
    """The weather runs at the places of all other stations, new at the same midnight; nothing measured."""
    return [
        (plant_of(n, known[n], float(r["nwp_pressure"].median())).spot, weather_of(r))
        for n, r in rows.items()
        if n != number
    ]


def cases_of(
    number: int,
    rows: pd.DataFrame,
    row: dict[str, object],
    known_days: int = 1,
    usable: pd.Series[bool] | None = None,
    around: Sequence[tuple[Spot, pd.DataFrame]] = (),
) -> Cases:
    """Forecasts issued at 00:00 Beijing for the day; flags as judged, unless ``usable`` gives them."""
    plant = plant_of(number, row, float(rows["nwp_pressure"].median()))
    index = pd.DatetimeIndex(rows.index)
    issued = pd.Series(index.normalize(), index)
    judged = usable_of(plant, rows) if usable is None else usable
    return pv_cases(plant, weather_of(rows), rows["power"], judged, issued, known_days, around)


def all_cases(parquet: Path = PARQUET, metadata: Path = METADATA, known_days: int = 1) -> list[Cases]:
    """Cases of every station."""
    known, rows = plants(metadata), frames(parquet)
    return [cases_of(n, r, known[n], known_days, around=around_of(n, rows, known)) for n, r in rows.items()]
