"""Weather from a CSV file: measured, bought, or made elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.horizon import nanoseconds, step_of
from forecasting.irradiance import MINUTE_NS, Spot, resample
from forecasting.notes import Note
from forecasting.other_year import in_year_of
from forecasting.place import Place
from forecasting.resample import on_index
from forecasting.sun import Floats, erbs_diffuse_fraction, sun_vectors
from forecasting.tables import read_series_csv
from forecasting.weather import COLUMNS, Weather

LIMITS = {
    "ghi_w_per_m2": (0.0, 1500.0),
    "dni_w_per_m2": (0.0, 1500.0),
    "dhi_w_per_m2": (0.0, 1000.0),
    "temperature_c": (-70.0, 60.0),
    "wind_m_per_s": (0.0, 80.0),
}


def weather_from_csv(path: Path, place: Place, index: pd.DatetimeIndex) -> Weather:
    """Read ``time``, ``ghi_w_per_m2``, ``temperature_c``, ``wind_m_per_s`` and, if there, ``dhi_`` or ``dni_w_per_m2``.

    A file that holds a whole other year lends its dates (`forecasting.other_year`).
    With DHI given, DNI = (GHI - DHI) / cosZ; with only DNI given, DHI = GHI - DNI cosZ; with neither, DHI by Erbs.
    """
    optional = ("dni_w_per_m2", "dhi_w_per_m2")
    frame = read_series_csv(path, LIMITS, place.timezone, optional=optional)
    frame, moved = in_year_of(frame, index, path.name)
    air = on_index(frame[["temperature_c", "wind_m_per_s"]], index, "hold", path.name)
    assert isinstance(frame.index, pd.DatetimeIndex)
    spot = Spot(place.latitude, place.longitude, place.altitude_m)
    ghi = frame["ghi_w_per_m2"].to_numpy(dtype=float)
    diffuse, note = diffuse_of(frame, ghi, spot)
    if (diffuse > ghi + 1.0 + 0.05 * ghi).any():
        row = int(np.argmax(diffuse - ghi))
        raise InputError(
            path.name, f"row {row + 2}, column dhi_w_per_m2", diffuse[row], f"not above GHI ({ghi[row]:g})"
        )
    table, lost = resample(frame.index, ghi, np.minimum(diffuse, ghi), index, spot, path.name)
    notes = [*moved, *([note] if note else [])]
    if lost > 0.001:
        notes.append(
            Note(
                f"日落后的辐射被略去：{lost:.1%}。",
                f"Irradiance while the sun is down was left out: {lost:.1%} of all.",
            )
        )
    return Weather(table.join(air)[list(COLUMNS)], "file", f"CSV {path.name}", None, tuple(notes))


def diffuse_of(frame: pd.DataFrame, ghi: Floats, spot: Spot) -> tuple[Floats, Note | None]:
    """DHI [W/m2] of a table with ``dhi_`` or ``dni_w_per_m2`` or neither, and what to say of how it came about."""
    if "dhi_w_per_m2" in frame:
        return frame["dhi_w_per_m2"].to_numpy(dtype=float), None
    assert isinstance(frame.index, pd.DatetimeIndex)
    middles = nanoseconds(frame.index) + step_of(frame.index) * MINUTE_NS // 2
    up = np.maximum(sun_vectors(spot.latitude, spot.longitude, spot.altitude_m, middles)[:, 2], 0.0)
    if "dni_w_per_m2" in frame:
        beam = frame["dni_w_per_m2"].to_numpy(dtype=float) * up
        return np.clip(ghi - beam, 0.0, ghi), Note(
            "散射由 GHI 与 DNI 求得。", "Diffuse irradiance follows from GHI and DNI."
        )
    from pvlib.irradiance import get_extra_radiation

    outside = np.asarray(get_extra_radiation(frame.index.day_of_year.to_numpy()), dtype=float) * np.maximum(up, 0.065)
    note = Note(
        "文件无 DNI/DHI，按 Erbs 模型拆分。", "The file has neither DNI nor DHI; GHI was split by the Erbs model."
    )
    return ghi * erbs_diffuse_fraction(ghi / outside), note
