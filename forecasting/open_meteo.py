"""Weather forecast of Open-Meteo (https://open-meteo.com, data under CC BY 4.0).

Irradiance is the mean of the hour BEFORE its time: the value stamped 10:00 belongs to [09:00, 10:00). Temperature and
wind are values at the stamped moment. Source: Open-Meteo documentation of the forecast interface.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting import file_cache
from forecasting.errors import InputError
from forecasting.horizon import nanoseconds
from forecasting.irradiance import FineAxis, Spot, covering_hours, resample
from forecasting.notes import Note
from forecasting.open_meteo_http import get_json
from forecasting.place import Place
from forecasting.sun import Floats
from forecasting.weather import COLUMNS, Weather

BASE_URL = "https://api.open-meteo.com"
SOURCE = "Open-Meteo"
FRESH = timedelta(hours=3)
STALE = timedelta(hours=24)
AHEAD, BACK = timedelta(days=15), timedelta(days=90)
VARIABLES = {
    "shortwave_radiation": ("W/m²", 0.0, 1500.0),
    "diffuse_radiation": ("W/m²", 0.0, 1000.0),
    "direct_normal_irradiance": ("W/m²", 0.0, 1500.0),
    "temperature_2m": ("°C", -70.0, 60.0),
    "wind_speed_10m": ("m/s", 0.0, 80.0),
}


def fetch(
    place: Place, index: pd.DatetimeIndex, cache_dir: Path | None, now: datetime, base_url: str | None, patient: bool
) -> Weather:
    """Forecast for ``index``; ``patient`` waits longer for an answer before it gives up."""
    labels = covering_hours(index, margin_hours=1)
    if labels[-1] > now + AHEAD or labels[0] < now - BACK:
        raise InputError(
            SOURCE, "dates", f"{index[0].date()} to {index[-1].date()}",
            f"days from {(now - BACK).date()} to {(now + AHEAD - timedelta(days=1)).date()}",
            "use climatology or a weather file for other days",
        )  # fmt: skip
    params = {
        "latitude": f"{place.latitude:.4f}", "longitude": f"{place.longitude:.4f}",
        "elevation": f"{place.altitude_m:.0f}",
        "hourly": ",".join(VARIABLES), "wind_speed_unit": "ms", "timeformat": "unixtime", "timezone": "GMT",
        "start_date": labels[0].date().isoformat(), "end_date": labels[-1].date().isoformat(),
    }  # fmt: skip
    url = f"{(base_url or BASE_URL).rstrip('/')}/v1/forecast"
    folder = cache_dir if cache_dir is not None else file_cache.default_folder()
    kept_file = file_cache.file_of(folder, url + "?" + "&".join(f"{k}={v}" for k, v in params.items()))
    kept = file_cache.read(kept_file)
    if kept and timedelta(0) <= now - kept.fetched_at <= FRESH:
        return _weather(kept, labels, index, place, ())
    try:
        answer = get_json(SOURCE, url, params, patient)
        weather = _weather(file_cache.Kept(now, answer), labels, index, place, ())
    except InputError as error:
        if kept is None or now < kept.fetched_at:
            raise
        return _old(kept, labels, index, place, now, error)
    try:
        file_cache.write(kept_file, file_cache.Kept(now, answer))
    except OSError as error:
        why = f"{folder.name}: {error.strerror}"
        note = Note(f"预报未能存入缓存（{why}）。", f"The forecast could not be kept in the cache ({why}).")
        return _weather(file_cache.Kept(now, answer), labels, index, place, (note,))
    return weather


def _old(
    kept: file_cache.Kept, labels: pd.DatetimeIndex, index: pd.DatetimeIndex, place: Place, now: datetime,
    error: InputError,
) -> Weather:  # fmt: skip
    """A kept forecast while the service is down, unless it is stale."""
    hours = (now - kept.fetched_at) / timedelta(hours=1)
    if now - kept.fetched_at > STALE:
        raise InputError(
            SOURCE, "kept forecast", f"{hours:.0f} h old", f"at most {STALE / timedelta(hours=1):.0f} h",
            f"the service itself failed: {error}",
        ) from error  # fmt: skip
    note = Note(
        f"预报服务不可用，采用 {hours:.1f} 小时前获取的预报。原因：{error}",
        f"The forecast service failed; a forecast fetched {hours:.1f} h ago is used. Reason: {error}",
    )
    return _weather(kept, labels, index, place, (note,))


def _weather(
    kept: file_cache.Kept, labels: pd.DatetimeIndex, index: pd.DatetimeIndex, place: Place, notes: tuple[Note, ...]
) -> Weather:
    values = _checked(kept.answer, labels)
    spot = Spot(place.latitude, place.longitude, place.altitude_m)
    starts = labels - pd.Timedelta(hours=1)
    ghi = values["shortwave_radiation"]
    table, _ = resample(starts, ghi, np.minimum(values["diffuse_radiation"], ghi), index, spot, SOURCE)
    axis = FineAxis.of(index)
    for variable, name in (("temperature_2m", "temperature_c"), ("wind_speed_10m", "wind_m_per_s")):
        table[name] = axis.mean(np.interp(axis.middles_ns, nanoseconds(labels), values[variable]))
    return Weather(table[list(COLUMNS)], "forecast", f"{SOURCE}.com (CC BY 4.0)", kept.fetched_at, notes)


def _checked(answer: dict[str, Any], labels: pd.DatetimeIndex) -> dict[str, Floats]:
    """The five variables [unit of ``VARIABLES``] at every label, or the reason why not."""
    hourly, units = answer.get("hourly"), answer.get("hourly_units")
    if not isinstance(hourly, dict) or not isinstance(units, dict):
        raise InputError(SOURCE, "hourly", type(hourly).__name__, "hourly values with their units")
    times = hourly.get("time")
    if not isinstance(times, list) or not all(isinstance(t, int) and not isinstance(t, bool) for t in times):
        raise InputError(SOURCE, "hourly.time", None, "a list of Unix times")
    place_of = {t: i for i, t in enumerate(times)}
    seconds = [int(t) for t in nanoseconds(labels) // 1_000_000_000]
    gone = [label for label, t in zip(labels, seconds, strict=True) if t not in place_of]
    if gone:
        raise InputError(SOURCE, "hourly.time", f"{len(gone)} hours missing, first {gone[0].isoformat()}", "every hour")
    out = {}
    for name, (unit, low, high) in VARIABLES.items():
        column = hourly.get(name)
        if not isinstance(column, list) or len(column) != len(times):
            raise InputError(SOURCE, f"hourly.{name}", None, f"a list of {len(times)} values")
        if units.get(name) != unit:
            raise InputError(SOURCE, f"hourly_units.{name}", units.get(name), unit)
        for label, t in zip(labels, seconds, strict=True):
            value = column[place_of[t]]
            if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
                shown = "null" if value is None else value
                raise InputError(SOURCE, f"hourly.{name} at {label.isoformat()}", shown, f"{low:g} to {high:g} {unit}")
        out[name] = np.array([column[place_of[t]] for t in seconds], dtype=float)
    return out
