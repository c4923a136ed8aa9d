"""Cases of a photovoltaic plant: what was measured beside weather, sun, physics and what had been measured before.

    clear      AC power of the plant under a clear sky (Haurwitz 1945, diffuse part by Erbs 1982)          [unit]
    physics    AC power by pvlib under the weather as it was forecast (`forecasting.pv`)                   [unit]
    known days a forecast of day d, issued at its midnight, knows measurements of the days <= d - 1

Nothing measured enters a row but through `forecasting.ladder.memory`, which cuts at the known days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.horizon import nanoseconds
from forecasting.irradiance import Spot
from forecasting.ladder.cases import COUNTED, ISSUED, MEASURED, PHYSICS, USABLE, Cases
from forecasting.ladder.memory import remembered
from forecasting.ladder.sky import LOWEST_SUN_DEG, course_of_day, sky_around, sky_of, sun_of
from forecasting.pv import PvArray, pv_yield
from forecasting.sun import beam_limit, clear_sky_ghi, erbs_diffuse_fraction
from forecasting.weather import COLUMNS, Weather

SOLAR_CONSTANT = 1361.0  # W/m2; Kopp and Lean (2011), Geophysical Research Letters 38, L01706
CLEAR, LEVEL = "clear", "level"
IRRADIANCE = ["ghi_w_per_m2", "dhi_w_per_m2"]


@dataclass(frozen=True)
class PvPlant:
    """What physics knows of a plant.

    Attributes:
        name: as files and pages call it.
        spot: where it stands.
        array: its modules and inverters.
        dc_peak: of all modules under standard conditions [unit].
        capacity: nameplate AC [unit]; errors are a share of it.
        unit: of power.
    """

    name: str
    spot: Spot
    array: PvArray
    dc_peak: float
    capacity: float
    unit: str


def pv_cases(
    plant: PvPlant,
    weather: pd.DataFrame,
    measured: pd.Series[float],
    usable: pd.Series[bool],
    issued_at: pd.Series[pd.Timestamp],
    known_days: int = 1,
    around: Sequence[tuple[Spot, pd.DataFrame]] = (),
) -> Cases:
    """Cases of every interval of ``weather``.

    Args:
        plant: the plant.
        weather: as it was forecast for each interval; index: starts, with time zone, ascending, gaps allowed; columns
            ``ghi_w_per_m2``, ``dhi_w_per_m2``, ``temperature_c``, ``wind_m_per_s``; further numeric columns become
            features. Rows with a gap in them are left out.
        measured: power [unit].
        usable: false where quality flags forbid learning and scoring.
        issued_at: when the forecast of each interval was issued.
        known_days: the newest day measured in full when day d is forecast is d - known_days: 1 for a forecast issued
            at midnight, 2 for one issued during the day before.
        around: further points of the same weather runs and what was forecast there, `forecasting.ladder.sky`.

    Raises:
        InputError: ``known_days`` would let a forecast see what came after its issue.
    """
    table = weather.dropna()
    index = pd.DatetimeIndex(table.index)
    issued = issued_at.reindex(index)
    if known_days < 1 or (issued < index.normalize() - pd.Timedelta(days=known_days - 1)).any():
        raise InputError(
            plant.name, "known_days", known_days, "days that are measured in full when the forecast is issued"
        )
    minutes = _step(index)
    sun = sun_of(plant.spot, index, minutes)
    out = pd.DataFrame({MEASURED: measured.reindex(index), USABLE: usable.reindex(index, fill_value=False)})
    out[COUNTED] = sun["elevation_deg"] > LOWEST_SUN_DEG
    out[ISSUED] = issued
    out[PHYSICS] = plant.dc_peak * _yield(plant, table, sun, minutes)
    out[CLEAR] = plant.dc_peak * _yield(plant, _clear_sky(table, sun), sun, minutes)
    sky = sky_of(table, sun, out[COUNTED].to_numpy(bool), minutes)
    features = {
        **{column: table[column] for column in table.columns if column != "dhi_w_per_m2"},
        **sun[["cos_zenith", "azimuth_deg", "hour_from_noon"]],
        **sky,
        **course_of_day(table.drop(columns=IRRADIANCE), sky, sun["hour_from_noon"]),
        **sky_around(around, sky, sun["hour_from_noon"], minutes),
        "physics_share": out[PHYSICS] / plant.capacity,
        "clear_share": out[CLEAR] / plant.capacity,
        **remembered(out, plant.capacity, known_days),
    }
    out = out.assign(**features)
    features["level_share"] = out["level_share"] = (out[LEVEL] * out["physics_share"]).clip(upper=1.0)
    return Cases(plant.name, out, tuple(features), plant.capacity, plant.unit, "pv", minutes)


def _step(index: pd.DatetimeIndex) -> int:
    """The commonest distance of two starts [min]."""
    return int(pd.Series(np.diff(nanoseconds(index))).mode()[0] // 60_000_000_000)


def _yield(plant: PvPlant, weather: pd.DataFrame, sun: pd.DataFrame, minutes: int) -> pd.Series[float]:
    """AC power per DC peak power, on an index that may have gaps."""
    index = pd.DatetimeIndex(weather.index)
    table = weather[["ghi_w_per_m2", "dhi_w_per_m2", "temperature_c", "wind_m_per_s"]].join(
        sun[["cos_zenith", "apparent_zenith_deg", "azimuth_deg"]]
    )
    up = table["cos_zenith"].clip(lower=0.0).to_numpy()
    beam = np.divide(table["ghi_w_per_m2"] - table["dhi_w_per_m2"], up, out=np.zeros(len(up)), where=up > 0)
    table["dni_w_per_m2"] = np.clip(beam, 0.0, beam_limit(up))
    full = pd.date_range(index[0], index[-1], freq=f"{minutes}min")
    whole = table.reindex(full)[list(COLUMNS)].fillna(0.0)  # the intervals put in are taken out again below
    return pv_yield(Weather(whole, "forecast", plant.name), plant.array).reindex(index)


def _clear_sky(weather: pd.DataFrame, sun: pd.DataFrame) -> pd.DataFrame:
    """The same weather under a clear sky."""
    up = sun["cos_zenith"].to_numpy()
    clear = clear_sky_ghi(up)
    share = erbs_diffuse_fraction(np.divide(clear, SOLAR_CONSTANT * up, out=np.zeros(len(up)), where=up > 0))
    return weather.assign(ghi_w_per_m2=clear, dhi_w_per_m2=clear * share)
