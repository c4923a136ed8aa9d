"""Series of the service as pandas has them, and back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo

import numpy as np
import pandas as pd

from api.contract.plans import Forecast, Schedule
from api.contract.series import MOST_POINTS, Points, SeriesInfo, SeriesValues, seconds_of

Moment = str | datetime | pd.Timestamp


def moment(at: Moment) -> pd.Timestamp:
    """A time with its offset from UTC; raises ValueError for one without."""
    found = pd.Timestamp(at)
    if pd.isna(found) or found.tz is None:
        raise ValueError(f"{at} has no offset from UTC: write 2026-11-23T00:00:00+08:00, or use tz_localize")
    return found


def day_text(day: date | str | None) -> str | None:
    return day.isoformat()[:10] if isinstance(day, date) else day


def frame(schedule: Schedule) -> pd.DataFrame:
    """One row a step in the zone of the site; ``attrs`` has units, meanings and tariff bands."""
    first = next(iter(schedule.series.values()))
    index = _index(first.start, first.resolution, len(first.values)).tz_convert(schedule.timezone)
    table = pd.DataFrame({name: _floats(x.values) for name, x in schedule.series.items()}, index=index)
    table.attrs = {
        "plan": schedule.plan,
        "units": {name: x.unit for name, x in schedule.series.items()},
        "meanings": {name: x.meaning.model_dump() for name, x in schedule.columns.items()},
        "bands": schedule.bands,
    }
    return table


def forecast_frame(forecast: Forecast) -> pd.DataFrame:
    """One row a step in the zone of the site; quantiles stand beside the inputs as ``column.q10``."""
    table = dict(forecast.series)
    for name, x in (forecast.uncertainty.columns if forecast.uncertainty else {}).items():
        table |= {f"{name}.{q}": values for q, values in {"mean": x.mean, **x.quantiles}.items()}
    first = next(iter(table.values()))
    index = _index(first.start, first.resolution, len(first.values)).tz_convert(forecast.timezone)
    found = pd.DataFrame({name: _floats(x.values) for name, x in table.items()}, index=index)
    found.attrs = {"forecast": forecast.id, "units": {name: x.unit for name, x in table.items()}}
    return found


def points_frame(parts: Sequence[SeriesValues], tz: tzinfo | None) -> pd.DataFrame:
    """Value and quality of a series by time in the zone ``tz``."""
    tables = [
        pd.DataFrame(
            {"value": _floats(x.values), "quality": pd.array(x.quality, dtype="str")},
            index=_index(x.start, x.resolution, len(x.values)).tz_convert(tz),
        )
        for x in parts
    ]
    table = pd.concat(tables)
    table.attrs = {"unit": parts[0].unit, "resolution": parts[0].resolution}
    return table


def spans(start: pd.Timestamp, end: pd.Timestamp, resolution: str) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """[start, end) in pieces that the service sends at once."""
    most = pd.Timedelta(seconds=seconds_of(resolution)) * (MOST_POINTS - 1)
    while start < end:
        yield start, min(start + most, end)
        start += most


def chunks(values: pd.Series[float], info: SeriesInfo, issued_at: datetime | None) -> Iterator[Points]:
    """Points of a series, one batch for each run of times without a hole; raises ValueError for times that do not fit.

    NaN is sent as missing; a time that is not in the index is not sent at all.
    """
    index = values.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
        raise ValueError("the values need a DatetimeIndex with a time zone")
    if (unit := values.attrs.get("unit", info.unit)) != info.unit:
        raise ValueError(f"the values are in {unit}, {info.name} is in {info.unit}")
    step = seconds_of(info.resolution)
    seconds = index.tz_convert("UTC").as_unit("ns").asi8 / 1e9
    steps = np.diff(seconds)
    if (seconds % step).any() or (steps <= 0).any():
        raise ValueError(f"times must rise, and be whole multiples of {info.resolution} in UTC")
    breaks = np.flatnonzero(steps != step) + 1
    for run in np.split(np.arange(len(index)), breaks):
        for k in range(0, len(run), MOST_POINTS):
            part = values.iloc[run[k : k + MOST_POINTS]]
            yield Points(
                start=part.index[0].to_pydatetime(),
                resolution=info.resolution,
                unit=info.unit,
                values=[None if math.isnan(v) else v for v in part.astype(float).tolist()],
                issued_at=issued_at,
            )


def _floats(values: Sequence[float | None]) -> np.ndarray:
    return np.array([math.nan if v is None else v for v in values], dtype=float)


def _index(start: datetime, resolution: str, count: int) -> pd.DatetimeIndex:
    step = pd.Timedelta(seconds=seconds_of(resolution))
    return pd.date_range(pd.Timestamp(start).tz_convert("UTC"), periods=count, freq=step)
