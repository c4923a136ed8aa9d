"""Typical years in EnergyPlus weather files (EPW).

A file has 8760 hours in one fixed offset from UTC. Requested dates take the hours of the same month and day. Whether
the irradiance of the hour labelled t (pvlib's label, the start of the hour in the file's own count) belongs to the sun
half an hour before, at, or half an hour after t differs between files, so it is measured:

    error(s) = mean |DNI cosZ(t + s) + DHI - GHI|,  s = -30, 0, +30 min;  the smallest wins

The three columns then still disagree a little, mostly at low sun. GHI and DNI are kept and the rest is diffuse,
DHI = GHI - DNI cosZ: the cautious reading for PV.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.errors import InputError
from forecasting.files import read_text
from forecasting.horizon import nanoseconds
from forecasting.irradiance import MINUTE_NS, FineAxis, Spot, covering_hours, resample
from forecasting.notes import Note
from forecasting.place import Place, distance_km
from forecasting.sun import Floats, sun_vectors
from forecasting.weather import COLUMNS, Weather

MAX_BYTES = 20_000_000
FAR_KM = 500
SHIFTS_MINUTES = (-30, 0, 30)
LIMITS = {
    "ghi": (0, 1500), "dni": (0, 1500), "dhi": (0, 1000), "temp_air": (-70, 70), "wind_speed": (0, 60),
}  # fmt: skip


@dataclass(frozen=True)
class TypicalYear:
    """A parsed file: 8760 rows of ghi, dni, dhi, temp_air, wind_speed, and where its sun belongs."""

    hours: Floats
    rows: dict[tuple[int, int, int], int]
    spot: Spot
    offset_hours: float
    shift_minutes: int
    closure_w_per_m2: dict[int, float]
    city: str


def typical_year(path: Path, place: Place, index: pd.DatetimeIndex) -> Weather:
    """Weather of the typical year in ``path`` for the dates of ``index``."""
    if not path.is_file():
        raise InputError(path.name, "file", None, "an EPW weather file", "check the path")
    year = read_epw(path, path.stat().st_mtime_ns)
    away = distance_km((year.spot.latitude, year.spot.longitude), (place.latitude, place.longitude))
    if away > FAR_KM:
        raise InputError(
            path.name, "distance to the site", f"{away:.0f} km", f"at most {FAR_KM} km", "use a nearer station"
        )
    labels = covering_hours(index)
    labels = labels + pd.Timedelta(hours=-year.offset_hours % 1)  # full hours in the time of the file
    values = year.hours[_rows(labels, year)]
    centres = labels + pd.Timedelta(minutes=year.shift_minutes)
    starts = centres - pd.Timedelta(minutes=30)
    table, _ = resample(starts, values[:, 0], values[:, 2], index, year.spot, path.name)
    axis = FineAxis.of(index)
    for column, name in ((3, "temperature_c"), (4, "wind_m_per_s")):
        table[name] = axis.mean(np.interp(axis.middles_ns, nanoseconds(centres), values[:, column]))
    return Weather(
        table[list(COLUMNS)], "typical_year", f"EPW {path.name} ({year.city})", None, _notes(year, away, index)
    )


@lru_cache(maxsize=4)
def read_epw(path: Path, mtime_ns: int) -> TypicalYear:
    """Parse and check one file; ``mtime_ns`` makes a changed file a new one for the cache."""
    import pvlib

    read_text(path, MAX_BYTES, "an EPW weather file")  # refuses what is huge, binary or not text
    try:
        frame, meta = pvlib.iotools.read_epw(path.absolute())
    except Exception as error:  # the parser raises whatever the text provokes
        raise InputError(path.name, "content", f"{type(error).__name__}: {error}", "an EPW weather file") from error
    if len(frame) != 8760:
        raise InputError(path.name, "rows", len(frame), "8760 hours")
    for name, (low, high) in LIMITS.items():
        column = pd.to_numeric(frame[name], errors="coerce")
        bad = np.flatnonzero(~column.between(low, high).to_numpy())
        if len(bad):
            raise InputError(path.name, f"{name}, hour {bad[0] + 1}", frame[name].iloc[bad[0]], f"{low} to {high}")
    spot = Spot(float(meta["latitude"]), float(meta["longitude"]), float(meta["altitude"]))
    values = frame[list(LIMITS)].to_numpy(dtype=float)
    local = pd.DatetimeIndex(frame.index)
    keys = zip(local.month, local.day, local.hour, strict=True)
    rows = {key: i for i, key in enumerate(keys)}
    if len(rows) != 8760:
        raise InputError(path.name, "dates", f"{len(rows)} different hours", "every hour of a year once")
    errors = {
        minutes: float(np.abs(_gap(values, nanoseconds(local), spot, minutes)).mean()) for minutes in SHIFTS_MINUTES
    }
    shift = min(errors, key=lambda minutes: errors[minutes])
    values[:, 2] = np.clip(values[:, 2] + _gap(values, nanoseconds(local), spot, shift), 0.0, values[:, 0])
    return TypicalYear(values, rows, spot, float(meta["TZ"]), shift, errors, str(meta["city"]))


def _gap(values: Floats, labels_ns: npt.NDArray[np.int64], spot: Spot, shift_minutes: int) -> Floats:
    """GHI - DNI cosZ - DHI [W/m2] of every hour with the sun at the label plus the shift."""
    sun = sun_vectors(spot.latitude, spot.longitude, spot.altitude_m, labels_ns + shift_minutes * MINUTE_NS)
    return np.asarray(values[:, 0] - values[:, 1] * np.maximum(sun[:, 2], 0.0) - values[:, 2])


def _rows(labels: pd.DatetimeIndex, year: TypicalYear) -> npt.NDArray[np.int64]:
    """Row of the file for each full hour, by month, day and hour in the file's own time; 29 February takes the 28th."""
    local = labels.tz_convert("UTC").tz_localize(None) + pd.Timedelta(hours=year.offset_hours)
    day = np.where((local.month == 2) & (local.day == 29), 28, local.day)
    keys = zip(local.month, day, local.hour, strict=True)
    return np.array([year.rows[int(m), int(d), int(h)] for m, d, h in keys], dtype=np.int64)


def _notes(year: TypicalYear, away: float, index: pd.DatetimeIndex) -> tuple[Note, ...]:
    errors = ", ".join(f"{minutes:+d} min {error:.1f}" for minutes, error in year.closure_w_per_m2.items())
    notes = [
        Note("典型年气象数据，不是预报。", "Weather of a typical year, not a forecast."),
        Note(
            f"太阳位置取小时标签偏移 {year.shift_minutes:+d} 分钟；闭合误差 W/m2：{errors}。",
            f"Sun position taken {year.shift_minutes:+d} min from the hour label; closure error W/m2: {errors}.",
        ),
    ]
    if away > 5:
        notes.append(
            Note(
                f"气象站 {year.city} 距园区 {away:.0f} km。", f"The station {year.city} is {away:.0f} km from the site."
            )
        )
    if ((index.month == 2) & (index.day == 29)).any():
        notes.append(Note("2 月 29 日采用 2 月 28 日的数据。", "29 February takes the weather of 28 February."))
    return tuple(notes)
