"""Cases of a demand: what was known of calendar, weather, production plans and its own past when each day was issued.

Only whole local days are looked back at: with issue at 00:00 of the day yesterday is the last one, with issue at 15:00
of the day before it is the day before that. ``back`` below is that distance in days.

    week_ago      same clock time of the last usable same weekday, up to four weeks back                     [unit]
    four_weeks    mean of the same clock time and weekday over four weeks                                      [unit]
    last_like     same clock time of the last known day of the same kind (working or free)                     [unit]
    mean_like     mean of the same clock time over the last ten known days of the same kind                    [unit]
    last_day      mean of the last known day                                                                    [unit]
    last_hours    mean of its last three hours: what runs through the night                                     [unit]
    mean_week     mean of the last seven known days                                                             [unit]
    level         adaptive level of the recipe, see `forecasting.ladder.demand_level`                           [1]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.calendar import WorkCalendar
from forecasting.errors import InputError
from forecasting.horizon import step_of
from forecasting.ladder.cases import COUNTED, ISSUED, MEASURED, PHYSICS, USABLE, Cases
from forecasting.ladder.demand_level import adaptive_level

Floats = npt.NDArray[np.float64]
WEEKS, LIKE_DAYS, NIGHT_H = 4, 10, 3
LAGS = ("week_ago", "four_weeks", "last_like", "mean_like", "last_day", "last_hours", "mean_week")


@dataclass(frozen=True)
class Issue:
    """When forecasts of a local day are issued: ``hour`` o'clock, ``days_before`` the day itself."""

    days_before: int = 0
    hour: int = 0

    @property
    def back(self) -> int:
        """Days from the day forecast to the last one that is wholly measured at issue."""
        return 1 + ceil(self.days_before - self.hour / 24)

    def of(self, index: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """Moment of issue of every interval."""
        days = pd.DatetimeIndex(index.tz_localize(None).normalize()) - pd.Timedelta(days=self.days_before)
        moments = days + pd.Timedelta(hours=self.hour)
        return moments.tz_localize(index.tz, ambiguous=np.ones(len(moments), bool), nonexistent="shift_forward")


MIDNIGHT = Issue()
AFTERNOON_BEFORE = Issue(days_before=1, hour=15)


def demand_cases(
    name: str,
    measured: pd.Series[float],
    usable: pd.Series[bool],
    calendar: WorkCalendar,
    *,
    unit: str = "kW",
    issue: Issue = MIDNIGHT,
    temperature: pd.Series[float] | None = None,
    plans: Mapping[str, pd.Series[float]] | None = None,
    recipe: pd.Series[float] | None = None,
) -> Cases:
    """Cases of every interval of ``measured``; intervals ahead are those without a measurement.

    Args:
        name: of the series.
        measured: [unit], on an equidistant axis of whole local days, past and ahead; NaN where there is nothing.
        usable: false where quality flags forbid learning from a sample.
        calendar: working days.
        unit: of the series.
        issue: when the forecast of a day is issued.
        temperature: air temperature as forecast at issue, on the same index [°C].
        plans: columns known ahead, such as planned production; on the same index, any unit.
        recipe: what the site's recipe of this demand gives on the same index [unit].
    """
    index = pd.DatetimeIndex(measured.index)
    step = step_of(index, name)
    good = measured.where(usable)
    if not good.notna().any():
        raise InputError(name, "measured", "no usable measurement", "one at least", "check the quality report")
    table = pd.DataFrame({MEASURED: measured, USABLE: usable.astype(bool), COUNTED: True}, index=index)
    table[ISSUED] = issue.of(index)
    parts = [_calendar(index, calendar), _lags(good, calendar, issue.back, step)]
    if temperature is not None:
        parts.append(_weather(temperature))
    if plans:
        parts.append(pd.DataFrame({f"plan.{key}": series for key, series in plans.items()}, index=index))
    features = pd.concat(parts, axis=1)
    if recipe is not None:
        features[PHYSICS] = recipe
        features["level"] = adaptive_level(good, recipe, issue.back)
    table = pd.concat([table, features], axis=1)
    return Cases(name, table, tuple(map(str, features)), float(good.max()), unit, "demand", step)


def _calendar(index: pd.DatetimeIndex, calendar: WorkCalendar) -> pd.DataFrame:
    """Kind of the day and of its neighbours, clock and season."""
    days = pd.date_range(index[0].date(), index[-1].date(), freq="D")
    around = pd.date_range(days[0] - pd.Timedelta(days=15), days[-1] + pd.Timedelta(days=1), freq="D")
    working = pd.Series([calendar.is_working(d.date()) for d in around], index=around)
    run = working.groupby(working.cumsum()).cumcount().where(~working, 0)  # free days in a row, today included
    of_day = pd.DataFrame(
        {
            "weekday": days.weekday,
            "working": working.reindex(days).to_numpy(float),
            "worked_before": working.shift(1).reindex(days).to_numpy(float),
            "works_after": working.shift(-1).reindex(days).to_numpy(float),
            "free_days": run.reindex(days).to_numpy(float),
            "day_of_year": days.day_of_year,
        },
        index=days,
    )
    rows = of_day.reindex(index.tz_localize(None).normalize()).set_axis(index)
    rows["minute"] = 60.0 * index.hour + index.minute
    angle = rows["minute"] / 1440.0 * 2.0 * np.pi
    rows["clock_sine"], rows["clock_cosine"] = np.sin(angle), np.cos(angle)
    return rows.astype(float)


def _weather(temperature: pd.Series[float]) -> pd.DataFrame:
    """Air, its mean of the day, and the mean of the two days before, which walls remember."""
    index = pd.DatetimeIndex(temperature.index)
    days = index.tz_localize(None).normalize()
    daily = temperature.groupby(days).mean()
    before = daily.shift(1).rolling(2, min_periods=1).mean()
    return pd.DataFrame(
        {
            "temperature_c": temperature,
            "day_temperature_c": daily.reindex(days).to_numpy(),
            "past_temperature_c": before.reindex(days).to_numpy(),
        },
        index=index,
    )


def by_day(values: pd.Series[float]) -> pd.DataFrame:
    """Local days x clock times; an hour that comes twice is averaged, one that is skipped is NaN."""
    index = pd.DatetimeIndex(values.index)
    days, minute = index.tz_localize(None).normalize(), 60 * index.hour + index.minute
    long = pd.DataFrame({"day": days, "minute": minute, "value": values.to_numpy(float)})
    table = long.pivot_table(index="day", columns="minute", values="value", aggfunc="mean", dropna=False)
    return table.reindex(pd.date_range(days[0], days[-1], freq="D"))


def _lags(good: pd.Series[float], calendar: WorkCalendar, back: int, step: int) -> pd.DataFrame:
    """What the past of the series says of every interval."""
    matrix = by_day(good)
    values = matrix.to_numpy(float)
    working = np.array([calendar.is_working(d.date()) for d in matrix.index])
    known = np.isfinite(values).mean(axis=1) >= 0.9
    shape = values.shape
    of = {key: np.full(shape, np.nan) for key in LAGS}
    night = NIGHT_H * 60 // step
    for d in range(shape[0]):
        last = d - back  # the last day known
        weeks = [d - 7 * k for k in range(1, WEEKS + 1) if 0 <= d - 7 * k <= last]
        of["week_ago"][d] = _first(values[weeks])
        of["four_weeks"][d] = _mean(values[weeks])
        past = np.flatnonzero(known[: max(last + 1, 0)])
        like = past[working[past] == working[d]][-LIKE_DAYS:]
        of["last_like"][d] = _first(values[like[::-1]])
        of["mean_like"][d] = _mean(values[like])
        if len(past) and last - past[-1] < 3:
            of["last_day"][d] = np.nanmean(values[past[-1]])
            of["last_hours"][d] = _mean(values[past[-1], -night:].reshape(-1, 1))
        of["mean_week"][d] = _mean(values[past[-7:]].reshape(-1, 1))
    index = pd.DatetimeIndex(good.index)
    day = (index.tz_localize(None).normalize() - matrix.index[0]).days
    slot = np.searchsorted(matrix.columns, 60 * index.hour + index.minute)
    return pd.DataFrame({key: table[day, slot] for key, table in of.items()}, index=index)


def _mean(rows: Floats) -> Floats | float:
    """Mean of every column over what is there; NaN where nothing is."""
    count = np.isfinite(rows).sum(axis=0)
    return np.where(count > 0, np.nansum(rows, axis=0) / np.maximum(count, 1), np.nan)


def _first(rows: Floats) -> Floats | float:
    """First finite value of every column; NaN where there is none."""
    if not len(rows):
        return np.nan
    return np.asarray(rows[np.isfinite(rows).argmax(axis=0), np.arange(rows.shape[1])])
