"""What the sun allows a plant: its elevation, and AC power under a clear sky."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.horizon import nanoseconds, step_of
from forecasting.irradiance import Spot
from forecasting.pv import PvArray, pv_yield
from forecasting.sun import beam_limit, clear_sky_ghi, erbs_diffuse_fraction, sun_vectors
from forecasting.weather import COLUMNS, Weather

SOLAR_CONSTANT = 1361.0  # W/m2; Kopp and Lean (2011), Geophysical Research Letters 38, L01706
MILD_C, BREEZE_M_PER_S = 15.0, 3.0  # air of the clear sky: a bound within some percent, not a forecast


@dataclass(frozen=True)
class Sky:
    """``elevation_deg`` of the sun in the middle of each interval [°], ``clear`` AC power [unit]."""

    elevation_deg: pd.Series[float]
    clear: pd.Series[float]


def sky_of(spot: Spot, array: PvArray, dc_peak: float, index: pd.DatetimeIndex) -> Sky:
    """The sky over a plant on an equidistant axis; ``dc_peak`` of all modules [unit]."""
    middles = nanoseconds(index) + step_of(index) * 30_000_000_000
    east, north, up = sun_vectors(spot.latitude, spot.longitude, spot.altitude_m, middles).T
    elevation = np.degrees(np.arcsin(np.clip(up, -1.0, 1.0)))
    total = clear_sky_ghi(up)
    outside = SOLAR_CONSTANT * up
    diffuse = total * erbs_diffuse_fraction(np.divide(total, outside, out=np.zeros(len(up)), where=up > 0))
    beam = np.divide(total - diffuse, up, out=np.zeros(len(up)), where=up > 0)
    table = pd.DataFrame(
        {
            "ghi_w_per_m2": total,
            "dni_w_per_m2": np.clip(beam, 0.0, beam_limit(up)),
            "dhi_w_per_m2": diffuse,
            "temperature_c": MILD_C,
            "wind_m_per_s": BREEZE_M_PER_S,
            "apparent_zenith_deg": 90.0 - elevation,
            "azimuth_deg": np.degrees(np.arctan2(east, north)) % 360.0,
        },
        index=index,
    )
    clear = dc_peak * pv_yield(Weather(table[list(COLUMNS)], "synthetic", "clear sky"), array)
    return Sky(pd.Series(elevation, index), clear)
