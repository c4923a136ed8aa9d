"""Sun and forecast sky of a plant's intervals, and the sky over other points of the same weather run.

A weather run puts clouds somewhat beside their place and time, so that the mean of several points errs less than one,
and their spread tells how sure it is. Averages over points: Lorenz, Hurka, Heinemann and Beyer (2009), IEEE Journal of
Selected Topics in Applied Earth Observations and Remote Sensing 2, 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.horizon import nanoseconds
from forecasting.irradiance import Spot
from forecasting.sun import Floats, clear_sky_ghi, sun_vectors

LOWEST_SUN_DEG = 5.0  # daylight rule: the sun's elevation above which an interval counts
COMPARED = ("sky", "sky_mean", "sky_day", "diffuse_share")  # features taken over all points


def sun_of(spot: Spot, index: pd.DatetimeIndex, minutes: int) -> pd.DataFrame:
    """The sun in the middle of each interval, and the hours since it stood highest."""
    middles = nanoseconds(index) + minutes * 30_000_000_000
    east, north, up = sun_vectors(spot.latitude, spot.longitude, spot.altitude_m, middles).T
    table = pd.DataFrame({"cos_zenith": up}, index)
    table["elevation_deg"] = np.degrees(np.arcsin(np.clip(up, -1.0, 1.0)))
    table["apparent_zenith_deg"] = 90.0 - table["elevation_deg"]
    table["azimuth_deg"] = np.degrees(np.arctan2(east, north)) % 360.0
    solar = (middles / 3.6e12 + spot.longitude / 15.0) % 24.0
    table["hour_from_noon"] = solar - 12.0 + _equation_of_time(index)
    return table


def _equation_of_time(index: pd.DatetimeIndex) -> Floats:
    """Sundial ahead of the clock [h]; Spencer (1971), Search 2, 172."""
    b = 2.0 * np.pi * (index.day_of_year.to_numpy() - 1) / 365.0
    minutes = 229.18 * (
        0.0000075 + 0.001868 * np.cos(b) - 0.032077 * np.sin(b) - 0.014615 * np.cos(2 * b) - 0.04089 * np.sin(2 * b)
    )
    return np.asarray(minutes / 60.0)


def sky_of(
    weather: pd.DataFrame, sun: pd.DataFrame, lit: npt.NDArray[np.bool_], minutes: int
) -> dict[str, pd.Series[float]]:
    """Clear-sky index of the weather, that of the hours around, their mean and spread, and that of the whole day."""
    index = pd.DatetimeIndex(weather.index)
    clear = pd.Series(clear_sky_ghi(sun["cos_zenith"].to_numpy()), index)
    ratio = (weather["ghi_w_per_m2"] / clear.where(lit)).clip(0.0, 1.3)
    hour = max(1, round(60 / minutes))
    day = index.normalize()
    by_day = ratio.groupby(day)
    around = ratio.rolling(4 * hour + 1, center=True, min_periods=1)
    sums = pd.DataFrame({"ghi": weather["ghi_w_per_m2"], "clear": clear}).groupby(day).sum()
    out = {"sky": ratio, "sky_mean": around.mean(), "sky_spread": around.std()}
    out |= {f"sky_{h:+d}h": by_day.shift(-h * hour) for h in (-2, -1, 1, 2)}
    out["sky_day"] = pd.Series((sums["ghi"] / sums["clear"]).reindex(day).to_numpy(), index)
    out["diffuse_share"] = (weather["dhi_w_per_m2"] / weather["ghi_w_per_m2"].where(lit)).clip(0.0, 1.0)
    return out


def course_of_day(
    weather: pd.DataFrame, sky: dict[str, pd.Series[float]], hour_from_noon: pd.Series[float]
) -> dict[str, pd.Series[float]]:
    """What the run says of the whole day: the sky's extremes, spread and halves; mean and change of the rest.

    Args:
        weather: columns but for the irradiance; a falling pressure or a turning wind tells a front.
        sky: `sky_of` of the plant.
        hour_from_noon: of the plant [h].
    """
    day = pd.DatetimeIndex(weather.index).normalize()
    ratio, out = sky["sky"], {}
    for how in ("min", "max", "std"):
        out[f"sky_day_{how}"] = ratio.groupby(day).transform(how)
    out |= _halves(ratio, hour_from_noon, "sky")
    for column in weather:
        values = weather[column].groupby(day)
        out[f"{column}_day"] = values.transform("mean")
        out[f"{column}_change"] = values.transform("last") - values.transform("first")
    return out


def _halves(ratio: pd.Series[float], hour_from_noon: pd.Series[float], name: str) -> dict[str, pd.Series[float]]:
    """Means before and after the sun stands highest."""
    day = pd.DatetimeIndex(ratio.index).normalize()
    halves = {"morning": hour_from_noon < 0, "afternoon": hour_from_noon >= 0}
    return {f"{name}_{half}": ratio.where(rows).groupby(day).transform("mean") for half, rows in halves.items()}


def sky_around(
    points: Sequence[tuple[Spot, pd.DataFrame]],
    own: dict[str, pd.Series[float]],
    hour_from_noon: pd.Series[float],
    minutes: int,
) -> dict[str, pd.Series[float]]:
    """Mean, extremes and spread of the forecast sky over a plant and further points; nothing without points.

    Args:
        points: where they are, and the run's ``ghi_w_per_m2`` and ``dhi_w_per_m2`` there, known when the plant's own
            weather was; a point without a value at an interval is left out of it.
        own: `sky_of` of the plant.
        hour_from_noon: of the plant [h].
        minutes: length of the intervals.
    """
    if not points:
        return {}
    index = pd.DatetimeIndex(hour_from_noon.index)
    skies = [own, *(_sky_at(spot, weather.dropna(), minutes) for spot, weather in points)]
    out: dict[str, pd.Series[float]] = {}
    for name in COMPARED:
        values = pd.concat([sky[name].reindex(index) for sky in skies], axis=1)
        out |= {f"{name}_around_{how}": values.agg(how, axis=1) for how in ("mean", "min", "max", "std")}
    mean, hour = out["sky_around_mean"], max(1, round(60 / minutes))
    out["sky_around_4h"] = mean.rolling(4 * hour + 1, center=True, min_periods=1).mean()
    return out | _halves(mean, hour_from_noon, "sky_around")


def _sky_at(spot: Spot, weather: pd.DataFrame, minutes: int) -> dict[str, pd.Series[float]]:
    sun = sun_of(spot, pd.DatetimeIndex(weather.index), minutes)
    return sky_of(weather, sun, (sun["elevation_deg"] > LOWEST_SUN_DEG).to_numpy(), minutes)
