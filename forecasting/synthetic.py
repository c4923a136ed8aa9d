"""A year with clear and dark days, warm and cold spells, from monthly figures: for studies, not for the plan of a day.

Sizes chosen on mean days are too small for dark weeks. This year has the means of the climatology file, and around
them the spread and the order of days that are usual (`forecasting.clearness`). One place and one file make one year.

    GHI            extraterrestrial x hourly clearness, each day times one factor that keeps its daily clearness,
                   each month times one factor, close to 1, that keeps the figure of the file                   [W/m2]
    DHI            GHI x f^p,  f the diffuse share by Erbs from the clearness of each hour, p one exponent a month,
                   so that the mean is the figure of the file; overcast hours stay overcast                     [W/m2]
    temperature    typical day + anomaly;  a_d = 0.65 a_(d-1) + sqrt(1 - 0.65^2) 2.5 K e_d at noon, straight
                   lines between, less what would change the mean of a month                                    [°C]
    wind           typical day                                                                                  [m/s]

Diffuse share by Erbs, Klein and Duffie (1982), Solar Energy 28, 293; the exponent is of this project (at Qingdao 1.1
to 1.4: Erbs alone gives 20 % more diffuse light than the file). DNI follows from both, so the file's DNI is a check.

Assumptions: 0.65 and 2.5 K, the lag-1 correlation and standard deviation of daily mean temperatures around their
month (0.62 and 2.4 K in the TMYx of Qingdao, 35° north, by the sea); clearness and temperature are independent.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.clearness import autoregressive, daily_clearness, hourly_clearness
from forecasting.climatology import (
    YEAR,
    day_of_year,
    day_weights,
    months,
    nodes,
    read_figures,
    usual_air,
)
from forecasting.errors import InputError
from forecasting.irradiance import MINUTE_NS, FineAxis, Spot, covering_hours, resample
from forecasting.notes import Note
from forecasting.place import Place
from forecasting.sun import Floats, clear_sky_ghi, erbs_diffuse_fraction, sun_vectors
from forecasting.weather import COLUMNS, Weather

SEED = 1981  # any will do; it is not chosen for what comes of it
TEMPERATURE_DAY_TO_DAY, TEMPERATURE_STD_K = 0.65, 2.5
FINE = 4  # parts of an hour over which the sun is integrated
STEEPEST = 10.0  # exponent of the diffuse share: beyond it a file contradicts itself
DARK_WH_PER_M2 = 100.0  # extraterrestrial, mean day of a month: below it there is no clearness to speak of
Monthly = tuple[float, ...]


def synthetic_year(path: Path, place: Place, index: pd.DatetimeIndex, seed: int = SEED) -> Weather:
    """The synthetic weather of every date in ``index``; all years are alike, 29 February takes the 28th.

    Another ``seed`` is another year of the same climate. Raises `InputError` for a file whose monthly irradiance no sky
    can give.
    """
    figures = read_figures(path)
    spot = Spot(place.latitude, place.longitude, place.altitude_m)
    hours, axis = covering_hours(index), FineAxis.of(index)
    row = _hour_of_year(hours, place)
    ghi, dhi = _irradiance(path.name, figures.ghi_kwh_per_m2_d.values, figures.dhi_kwh_per_m2_d.values, place, seed)
    table, _ = resample(hours, ghi[row], dhi[row], index, spot, path.name)
    table = table.join(usual_air(figures, place, axis))
    fine = pd.DatetimeIndex(axis.middles_ns, tz="UTC")
    table["temperature_c"] += axis.mean(_anomaly(seed)[_hour_of_year(fine, place)])
    note = Note(
        f"合成气象年: 按 {figures.name} 的月平均值与固定随机种子生成, 含晴天阴天与冷暖过程, 供规划研究; "
        "既非预报, 亦非实测。",
        f"Synthetic year, drawn around the monthly means of {figures.name} with a fixed seed: clear and dark days, "
        "warm and cold spells, for studies; neither a forecast nor measured.",
    )
    drawing = "" if seed == SEED else f" {seed}"
    return Weather(table[list(COLUMNS)], "synthetic", f"synthetic year{drawing}, {figures.name}", None, (note,))


@lru_cache(maxsize=8)
def _irradiance(source: str, ghi_kwh: Monthly, dhi_kwh: Monthly, place: Place, seed: int) -> tuple[Floats, Floats]:
    """GHI and DHI [W/m2] of every hour of the year, shape (8760,) each, from their monthly means."""
    outside, sine = _outside(place)
    month, given = months(), 1000 * np.array(ghi_kwh)
    usual = _monthly_means(outside)
    if (usual < DARK_WH_PER_M2).any():
        dark = int(np.argmin(usual)) + 1
        raise InputError(
            source, f"month {dark} at latitude {place.latitude:g}", f"{usual.min() / 1000:.2f} kWh/(m2 d) of sun",
            "a sun that rises in every month", "use a weather file instead",
        )  # fmt: skip
    clear = np.divide(clear_sky_ghi(sine), outside, out=np.zeros_like(outside), where=outside > 0)
    days, hours = (np.random.default_rng([seed, k]) for k in (1, 2))
    clearness = daily_clearness(source, given / usual, month, days)
    hourly = hourly_clearness(clearness, sine.reshape(365, 24), clear.reshape(365, 24), hours)
    ghi = outside.reshape(365, 24) * hourly
    ghi *= (clearness * outside.reshape(365, 24).sum(axis=1) / ghi.sum(axis=1))[:, None]
    ghi *= (given / _monthly_means(ghi.ravel()))[month][:, None]
    flat = ghi.ravel()
    share = erbs_diffuse_fraction(np.divide(flat, outside, out=np.zeros_like(flat), where=outside > 0))
    return flat, _diffuse(source, flat, share, 1000 * np.array(dhi_kwh))


def _diffuse(source: str, ghi: Floats, share: Floats, given: Floats) -> Floats:
    """DHI [W/m2] of every hour: ``share`` ^ p of GHI, p such that each month has the mean daily sum given [Wh/m2]."""
    from scipy.optimize import brentq

    month, exponent = months().repeat(24), np.zeros(12)
    for m in range(12):
        inside = month == m
        light, part, days = ghi[inside], share[inside], inside.sum() / 24

        def missed(p: float, light: Floats = light, part: Floats = part, target: float = given[m] * days) -> float:
            return float((light * part**p).sum() - target)

        if not missed(STEEPEST) < 0 < missed(0.0):
            kwh = given[m] / 1000
            expected = "more than nothing and less than GHI, as far as dark days allow"
            raise InputError(source, f"dhi_kwh_per_m2_d, month {m + 1}", f"{kwh:g}", expected, "check the figure")
        exponent[m] = brentq(missed, 0.0, STEEPEST)
    return np.asarray(ghi * share ** exponent[month])


@lru_cache(maxsize=8)
def _anomaly(seed: int) -> Floats:
    """Deviation of the temperature from the typical day in every hour of the year, shape (8760,) [K]."""
    noons = TEMPERATURE_STD_K * autoregressive(365, TEMPERATURE_DAY_TO_DAY, np.random.default_rng([seed, 3]))
    hours = np.interp(np.arange(8760) + 0.5, 24 * np.arange(365) + 12, noons, period=8760)
    means = tuple(_monthly_means(hours) / 24)
    return np.asarray(hours - np.repeat(day_weights(np.arange(365)) @ nodes(means, np.ones(365)), 24))


def _outside(place: Place) -> tuple[Floats, Floats]:
    """Extraterrestrial irradiance on a level plane [W/m2] and sine of the sun's height, every hour, shape (8760,)."""
    from pvlib.irradiance import get_extra_radiation

    first = pd.Timestamp(YEAR, 1, 1, tz="UTC").as_unit("ns").value - _offset_hours(place) * 60 * MINUTE_NS
    width = 60 * MINUTE_NS // FINE
    middles = first + width // 2 + width * np.arange(8760 * FINE)
    up = sun_vectors(place.latitude, place.longitude, place.altitude_m, middles)[:, 2]
    sine = np.maximum(up, 0.0).reshape(8760, FINE).mean(axis=1)
    return np.asarray(get_extra_radiation(np.repeat(np.arange(1, 366), 24))) * sine, sine


def _monthly_means(hours: Floats) -> Floats:
    """Mean daily sum of each month of hourly values, shape (12,)."""
    month = months()
    return np.asarray(np.bincount(month, hours.reshape(365, 24).sum(axis=1)) / np.bincount(month))


def _hour_of_year(moments: pd.DatetimeIndex, place: Place) -> npt.NDArray[np.int64]:
    """0 to 8759 in the time of the place's meridian, which knows no summer time."""
    own = moments.tz_convert("UTC").tz_localize(None) + pd.Timedelta(hours=_offset_hours(place))
    return np.asarray(day_of_year(own) * 24 + own.hour.to_numpy(), dtype=np.int64)


def _offset_hours(place: Place) -> int:
    return round(place.longitude / 15)
