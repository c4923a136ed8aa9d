"""Where the sun stands and how strong a clear sky is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


def sun_vectors(latitude: float, longitude: float, altitude_m: float, moments_ns: npt.NDArray[np.int64]) -> Floats:
    """Unit vectors to the apparent (refracted) sun, columns east, north, up; up = cos(zenith).

    Args:
        latitude: [° north].
        longitude: [° east].
        altitude_m: height above the sea [m].
        moments_ns: moments [ns since 1970-01-01T00:00Z].

    Source: Reda and Andreas (2004), Solar Energy 76, 577, as in pvlib, with refraction at 12 °C.
    """
    key = (latitude, longitude, altitude_m, np.ascontiguousarray(moments_ns).tobytes())
    return _cached(*key)


@lru_cache(maxsize=16)
def _cached(latitude: float, longitude: float, altitude_m: float, moments: bytes) -> Floats:
    from pvlib.solarposition import get_solarposition

    times = pd.DatetimeIndex(np.frombuffer(moments, dtype="datetime64[ns]"), tz="UTC")
    sun = get_solarposition(times, latitude, longitude, altitude_m, method="nrel_numpy")
    elevation = np.radians(sun["apparent_elevation"].to_numpy(dtype=float))
    azimuth = np.radians(sun["azimuth"].to_numpy(dtype=float))
    out = np.column_stack([np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth), np.sin(elevation)])
    out.setflags(write=False)
    return out


def clear_sky_ghi(cos_zenith: Floats) -> Floats:
    """Global horizontal irradiance of a clear sky [W/m2].

    GHI = 1098 cosZ exp(-0.057 / cosZ), zero below the horizon.
    Source: Haurwitz (1945), Journal of Meteorology 2, 154, as restated in Sandia report SAND2012-2389.
    """
    up = np.maximum(cos_zenith, 1e-6)
    return np.where(cos_zenith > 0, 1098.0 * up * np.exp(-0.057 / up), 0.0)


def beam_limit(cos_zenith: Floats) -> Floats:
    """Highest plausible direct normal irradiance [W/m2]: 1.25 x a clear sky's.

    DNI = 1353 x 0.7^(AM^0.678), AM = relative air mass.
    Source: Meinel and Meinel (1976), Applied Solar Energy; AM by Kasten and Young (1989); the margin of 1.25, for skies
    clearer than the mean the formula was fitted to, is an assumption.
    """
    zenith = np.degrees(np.arccos(np.clip(cos_zenith, 0.0, 1.0)))
    air_mass = 1.0 / (np.cos(np.radians(zenith)) + 0.50572 * (96.07995 - zenith) ** -1.6364)
    return np.where(cos_zenith > 0, 1.25 * 1353.0 * 0.7 ** (air_mass**0.678), 0.0)


def erbs_diffuse_fraction(clearness: Floats) -> Floats:
    """Diffuse share of global horizontal irradiance from the clearness index kt = GHI / extraterrestrial.

    Three pieces, joined at kt 0.22 and 0.80. Source: Erbs, Klein and Duffie (1982), Solar Energy 28, 293.
    """
    k = np.clip(clearness, 0.0, 1.0)
    middle = 0.9511 - 0.1604 * k + 4.388 * k**2 - 16.638 * k**3 + 12.336 * k**4
    return np.where(k <= 0.22, 1.0 - 0.09 * k, np.where(k <= 0.80, middle, 0.165))
