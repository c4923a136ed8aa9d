"""Weather on the time axis of a plan: a forecast, a typical or synthetic year, a file, a climatology."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.horizon import step_of
from forecasting.notes import Note
from forecasting.place import Place

COLUMNS = (
    "ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2", "temperature_c", "wind_m_per_s",
    "apparent_zenith_deg", "azimuth_deg",
)  # fmt: skip
Kind = Literal["forecast", "climatology", "synthetic", "typical_year", "file", "none"]


@dataclass(frozen=True)
class Weather:
    """Interval means on one time axis.

    Attributes:
        table: ``ghi_w_per_m2``, ``dni_w_per_m2``, ``dhi_w_per_m2`` [W/m2], ``temperature_c`` [°C], ``wind_m_per_s``
            [m/s, 10 m above ground], ``apparent_zenith_deg``, ``azimuth_deg`` [°, azimuth clockwise from north].
        kind: what the figures are; a climatology is never called a forecast; ``none`` holds zeros that nothing may use.
        source: where they come from.
        issued_at: when the source issued or fetched them; ``None`` for a typical year, a climatology or a file.
        notes: what the reader has to know about their quality.
    """

    table: pd.DataFrame
    kind: Kind
    source: str
    issued_at: datetime | None = None
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if tuple(self.table.columns) != COLUMNS:
            raise InputError(self.source, "columns", ", ".join(map(str, self.table.columns)), ", ".join(COLUMNS))
        step_of(self.table.index, self.source)
        bad = self.table.columns[~np.isfinite(self.table.to_numpy(dtype=float)).all(axis=0)]
        if len(bad):
            raise InputError(self.source, f"column {bad[0]}", "missing values", "a value in every interval")


def load_weather(
    spec: str,
    place: Place,
    index: pd.DatetimeIndex,
    climatology_file: Path | None,
    cache_dir: Path | None = None,
    now: datetime | None = None,
    base_url: str | None = None,
) -> Weather:
    """Weather for every interval of ``index``.

    Args:
        spec: ``open-meteo``; ``climatology``; ``synthetic``, a year drawn around the climatology, or ``synthetic:N``,
            another such year; the path of an ``.epw`` or ``.csv`` file; or ``auto``: Open-Meteo, and if that fails the
            climatology, with the reason in the notes.
        place: the site.
        index: starts of the intervals, with time zone.
        climatology_file: monthly figures of the site (YAML).
        cache_dir: folder for fetched forecasts; ``None`` for the user's cache folder.
        now: the present moment, with time zone; ``None`` for the clock of this machine.
        base_url: another address of the forecast service.
    """
    step_of(index)
    moment = now if now is not None else datetime.now(UTC)
    if moment.tzinfo is None:
        raise InputError("weather", "now", moment.isoformat(), "a moment with its time zone")
    if spec == "climatology":
        return _climatology(place, index, climatology_file)
    if spec.partition(":")[0] == "synthetic":
        from forecasting.synthetic import SEED, synthetic_year

        return synthetic_year(_monthly(climatology_file, "synthetic"), place, index, _drawing(spec, SEED))
    if spec in ("auto", "open-meteo"):
        from forecasting.open_meteo import fetch

        try:
            return fetch(place, index, cache_dir, moment, base_url, patient=spec == "open-meteo")
        except InputError as error:
            if spec == "open-meteo" or climatology_file is None:
                raise
            return _instead(_climatology(place, index, climatology_file), str(error))
    path = Path(spec)
    if path.suffix.lower() == ".epw":
        from forecasting.epw import typical_year

        return typical_year(path, place, index)
    if path.suffix.lower() == ".csv":
        from forecasting.weather_csv import weather_from_csv

        return weather_from_csv(path, place, index)
    raise InputError(
        "weather", "spec", spec, "auto, open-meteo, climatology, synthetic, or the path of an .epw or .csv file"
    )


def _drawing(spec: str, usual: int) -> int:
    """Seed of ``synthetic`` or ``synthetic:N``."""
    _, colon, number = spec.partition(":")
    if colon and not number.isdecimal():
        raise InputError("weather", "spec", spec, "synthetic, or synthetic:N with a whole number N")
    return int(number) if colon else usual


def _climatology(place: Place, index: pd.DatetimeIndex, file: Path | None) -> Weather:
    from forecasting.climatology import climatology

    return climatology(_monthly(file, "climatology"), place, index)


def _monthly(file: Path | None, wanted: str) -> Path:
    if file is None:
        raise InputError(
            "weather", f"climatology file, which {wanted} weather is made from", None, "a YAML file of monthly figures",
            "name one under climatology in the site, or choose another weather",
        )  # fmt: skip
    return file


def _instead(weather: Weather, reason: str) -> Weather:
    note = Note(
        f"天气预报不可用，改用气候平均值（非预报）。原因：{reason}",
        f"No weather forecast could be had; climatology is used instead. Reason: {reason}",
    )
    return Weather(weather.table, weather.kind, weather.source, weather.issued_at, (note, *weather.notes))
