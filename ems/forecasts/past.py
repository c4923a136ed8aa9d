"""Weather as it was forecast for every interval of a history and of the day ahead, and recipes under that weather.

With archived runs each past interval has the newest run that was there at its issue; without, the climatology, which
was known at any time. The day ahead has the weather that its plan has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ems.given import Given
from ems.inputs import Inputs, inputs_under, place_of
from ems.site_file import SiteFile
from forecasting.errors import InputError
from forecasting.history.runs import ISSUED as RUN
from forecasting.history.runs import WeatherRuns
from forecasting.horizon import step_of
from forecasting.irradiance import Spot
from forecasting.ladder.demand_cases import AFTERNOON_BEFORE
from forecasting.notes import Note
from forecasting.resample import on_index
from forecasting.weather import Weather, load_weather
from forecasting.weather_csv import diffuse_of

ISSUE = AFTERNOON_BEFORE  # plans are made in the afternoon for the day after
KNOWN_DAYS = ISSUE.back  # the newest day measured in full then lies so many days before the day forecast
SKY = ("ghi_w_per_m2", "dhi_w_per_m2", "temperature_c", "wind_m_per_s")


@dataclass(frozen=True)
class Past:
    """Intervals of a history and of the day ahead, with what was known of each at its issue.

    Attributes:
        index: all of them, whole local days without gaps.
        issued: moment of issue of each.
        weather: columns of ``SKY`` first, then what else the runs tell; NaN where no run was there.
        recipes: demands of the site's recipes under that weather, NaN where there is none.
        ahead: where the day ahead begins in ``index``.
        note: whose weather it is.
    """

    index: pd.DatetimeIndex
    issued: pd.Series[pd.Timestamp]
    weather: pd.DataFrame
    recipes: pd.DataFrame
    ahead: pd.Timestamp
    note: Note


def past_of(file: SiteFile, index: pd.DatetimeIndex, inputs: Inputs | None, runs: WeatherRuns | None) -> Past:
    """The past on ``index``, which ends with the day that ``inputs`` are of; without them there is no day ahead."""
    issued = pd.Series(ISSUE.of(index), index=index)
    climate = load_weather("climatology", place_of(file), index, _climatology(file))
    weather = climate.table[list(SKY)] if runs is None else _known(file, runs, issued)
    ahead = index[-1] + pd.Timedelta(minutes=step_of(index))
    if inputs is not None:
        ahead = pd.Timestamp(inputs.table.index[0])
        day = index[index >= ahead]
        sky = on_index(inputs.weather.table[list(SKY)], day, "hold", "weather of the day ahead")
        told = weather.loc[day].drop(columns=list(SKY), errors="ignore")
        weather = pd.concat([weather[index < ahead], sky.join(told)])
    recipes = inputs_under(_with(climate, weather), file, Given({})).table
    return Past(index, issued, weather, recipes.where(weather.notna().all(axis=1), np.nan), ahead, _note(runs))


def _climatology(file: SiteFile) -> Path:
    if file.site.climatology is None:
        raise file.fault(
            ("climatology",), "climatology", None, "a file of monthly figures", "history needs usual weather"
        )
    return file.folder / file.site.climatology


def _known(file: SiteFile, runs: WeatherRuns, issued: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    """Archived weather with its diffuse part, which is worked out where the runs do not tell it."""
    for column in ("ghi_w_per_m2", "temperature_c", "wind_m_per_s"):
        if column not in runs.columns:
            raise InputError(runs.source, f"column {column}", "missing", "one of the columns of every run")
    table = runs.known(issued).drop(columns=RUN)
    place = file.site.place
    spot = Spot(place.latitude, place.longitude, place.altitude_m)
    diffuse, _ = diffuse_of(table, table["ghi_w_per_m2"].to_numpy(float), spot)
    table["dhi_w_per_m2"] = np.minimum(diffuse, table["ghi_w_per_m2"])
    rest = [c for c in table if c not in SKY and c != "dni_w_per_m2"]
    return table[[*SKY, *rest]]


def _with(climate: Weather, weather: pd.DataFrame) -> Weather:
    """The usual weather with what was forecast of temperature and sun in its place, as recipes ask for it."""
    table = climate.table.copy()
    for column in ("temperature_c", "wind_m_per_s", "ghi_w_per_m2", "dhi_w_per_m2"):
        table[column] = weather[column].fillna(table[column])
    return replace(climate, table=table)


def _note(runs: WeatherRuns | None) -> Note:
    if runs is None:
        return Note(
            "未提供历史天气预报: 评分按气候平均天气, 有预报时误差会更小。",
            "No archived weather forecasts were given: scores rest on usual weather; with them errors are smaller.",
        )
    return Note(f"历史天气预报取自 {runs.source}, 按发布时刻。", f"Past weather forecasts: {runs.source}, as issued.")
