"""A typical day for every date, from monthly figures: what is usual, not what is to come.

    shapes            c(t) = Haurwitz clear-sky GHI,  q(t) = 1000 cosZ^0.6: diffuse light fades later than beam  [W/m2]
    daily sums        C_d, D_d of c and q at the site                                                [kWh/m2]
    day factors       K_d, Q_d = straight lines between twelve mid-month values (periodic)
    irradiance        GHI = K_d c(t),  DHI = min(Q_d q(t), GHI),  DNI = (GHI - DHI) / cosZ
    temperature       T = T_d + A cos(2 pi (h - h_max) / 24),  h = local mean solar time             [h]
    wind              W_d

The mid-month values solve twelve linear equations each, so that the mean of every month of a 365-day year is the
figure in the file. The exponent 0.6 is an assumption: at Qingdao it meets the monthly DNI within 6 %, while DHI loses
1.5 % where it is cut at low sun (0.5 and 0.75 do no better on both).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from forecasting.errors import InputError
from forecasting.horizon import days_index, nanoseconds
from forecasting.irradiance import FineAxis, on_plan
from forecasting.notes import Note
from forecasting.place import Place
from forecasting.provenance import Sourced, Strict
from forecasting.sun import Floats, clear_sky_ghi, sun_vectors
from forecasting.weather import COLUMNS, Weather
from forecasting.yaml_files import read_yaml

YEAR = 2025  # any year of 365 days
DIFFUSE_EXPONENT = 0.6
Daily = Annotated[float, Field(ge=0, le=12)]


class Energies(Sourced):
    """Twelve monthly means of a daily sum [kWh/(m2 d)]."""

    values: tuple[Daily, ...] = Field(min_length=12, max_length=12)


class Temperatures(Sourced):
    """Twelve monthly means [°C]."""

    values: tuple[Annotated[float, Field(ge=-60, le=50)], ...] = Field(min_length=12, max_length=12)


class Winds(Sourced):
    """Twelve monthly means [m/s], 10 m above ground."""

    values: tuple[Annotated[float, Field(ge=0, le=40)], ...] = Field(min_length=12, max_length=12)


class Amplitude(Sourced):
    """Half the daily range of the mean day [K] and the warmest hour in local mean solar time [h]."""

    value: float = Field(ge=0, le=20)
    warmest_hour: float = Field(ge=0, lt=24)


class MonthlyFigures(Strict):
    """The content of a climatology file."""

    name: str
    ghi_kwh_per_m2_d: Energies
    dhi_kwh_per_m2_d: Energies
    dni_kwh_per_m2_d: Energies | None = None
    temperature_c: Temperatures
    wind_m_per_s: Winds
    diurnal_amplitude_k: Amplitude


def read_figures(path: Path) -> MonthlyFigures:
    """The monthly figures of a file; raises `InputError` where they contradict each other."""
    figures = read_yaml(path, MonthlyFigures)
    if any(d > g for d, g in zip(figures.dhi_kwh_per_m2_d.values, figures.ghi_kwh_per_m2_d.values, strict=True)):
        raise InputError(path.name, "dhi_kwh_per_m2_d", None, "no month above ghi_kwh_per_m2_d")
    return figures


def climatology(path: Path, place: Place, index: pd.DatetimeIndex) -> Weather:
    """The typical day of every date in ``index``."""
    figures = read_figures(path)
    axis = FineAxis.of(index)
    sun = sun_vectors(place.latitude, place.longitude, place.altitude_m, axis.middles_ns)
    weights = day_weights(day_of_year(local_middles(axis, place)))
    total_day, diffuse_day = clear_sky_days(place)
    ghi = weights @ nodes(figures.ghi_kwh_per_m2_d.values, total_day) * clear_sky_ghi(sun[:, 2])
    dhi = weights @ nodes(figures.dhi_kwh_per_m2_d.values, diffuse_day) * diffuse_shape(sun[:, 2])
    table = on_plan(axis, ghi, np.clip(dhi, 0.0, ghi), sun).join(usual_air(figures, place, axis))
    note = Note(
        "气候平均典型日：按月平均值生成，平滑无云变化，不是预报。",
        "Typical days from monthly means, smooth and without passing clouds; not a forecast.",
    )
    return Weather(table[list(COLUMNS)], "climatology", f"climatology {figures.name}", None, (note,))


def usual_air(figures: MonthlyFigures, place: Place, axis: FineAxis) -> pd.DataFrame:
    """Temperature [°C] and wind [m/s] of the typical days in every plan interval."""
    weights, flat = day_weights(day_of_year(local_middles(axis, place))), np.ones(365)
    solar_hour = (axis.middles_ns / 3.6e12 + place.longitude / 15.0) % 24.0
    swing = figures.diurnal_amplitude_k
    wave = swing.value * np.cos(2 * np.pi * (solar_hour - swing.warmest_hour) / 24.0)
    temperature = weights @ nodes(figures.temperature_c.values, flat) + wave
    wind = np.maximum(weights @ nodes(figures.wind_m_per_s.values, flat), 0.0)
    columns = {"temperature_c": axis.mean(temperature), "wind_m_per_s": axis.mean(wind)}
    return pd.DataFrame(columns, index=axis.index.rename("time"))


def local_middles(axis: FineAxis, place: Place) -> pd.DatetimeIndex:
    """Middles of the fine steps on the clock of the place."""
    return pd.DatetimeIndex(axis.middles_ns, tz="UTC").tz_convert(place.timezone)


def nodes(monthly_means: tuple[float, ...], daily: Floats) -> Floats:
    """Mid-month values x with mean over month m of (weights_d · x) daily_d = monthly_means_m."""
    month = months()
    weighted = day_weights(np.arange(365)) * daily[:, None]
    matrix = np.stack([weighted[month == m].mean(axis=0) for m in range(12)])
    return np.asarray(np.linalg.solve(matrix, np.asarray(monthly_means)))


def day_weights(day: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Floats:
    """Shares of the twelve mid-month values in each day of a 365-day year (0 = 1 January); rows sum to 1."""
    month = months()
    middles = np.array([np.flatnonzero(month == m).mean() for m in range(12)])
    around = np.concatenate([[middles[-1] - 365], middles, [middles[0] + 365]])
    right = np.searchsorted(around, day, side="right")
    share = (day - around[right - 1]) / (around[right] - around[right - 1])
    out = np.zeros((len(day), 12))
    rows = np.arange(len(day))
    out[rows, (right - 2) % 12] += 1 - share
    out[rows, (right - 1) % 12] += share
    return out


def diffuse_shape(cos_zenith: Floats) -> Floats:
    """Course of diffuse irradiance over a mean day, 1000 cosZ^0.6 [W/m2]; only its shape matters."""
    return np.asarray(1000.0 * np.maximum(cos_zenith, 0.0) ** DIFFUSE_EXPONENT)


@lru_cache(maxsize=8)
def clear_sky_days(place: Place) -> tuple[Floats, Floats]:
    """Daily sums [kWh/m2] of both shapes on the 365 local days, in steps of 20 min."""
    index = days_index(date(YEAR, 1, 1), date(YEAR, 12, 31), place.timezone, 20)
    middles = index + pd.Timedelta(minutes=10)
    up = sun_vectors(place.latitude, place.longitude, place.altitude_m, nanoseconds(middles))[:, 2]
    day = day_of_year(middles)
    total, diffuse = np.zeros(365), np.zeros(365)
    np.add.at(total, day, clear_sky_ghi(up) / 3000.0)
    np.add.at(diffuse, day, diffuse_shape(up) / 3000.0)
    return total, diffuse


def months() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Month of each day of a 365-day year, 0 to 11."""
    return np.array([(date(YEAR, 1, 1) + timedelta(d)).month - 1 for d in range(365)])


def day_of_year(local: pd.DatetimeIndex) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """0 to 364; 29 February counts as the 28th."""
    day = local.day_of_year.to_numpy() - 1
    late = local.is_leap_year & (day >= 59)
    return np.asarray(np.where(late, day - 1, day), dtype=np.int64)
