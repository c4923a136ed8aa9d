"""Faults put into a clean record, each with the samples that it spoils."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

Rng = np.random.Generator
Series = pd.Series  # of floats, on an equidistant axis with time zone


@dataclass(frozen=True)
class Record:
    """A clean series; ``light`` the clear sky power of PV [unit], zero where a demand has none."""

    series: pd.Series[float]
    light: pd.Series[float]
    capacity: float

    @property
    def per_hour(self) -> int:
        return round(pd.Timedelta(hours=1) / (self.series.index[1] - self.series.index[0]))

    @property
    def days(self) -> int:
        return len(self.series) // (24 * self.per_hour)


Fault = Callable[[Record, Rng], tuple["pd.Series[float]", np.ndarray]]


def days_at(record: Record, rng: Rng, count: int, first: int = 30) -> slice:
    """A stretch of whole days from the 30th day on."""
    size = 24 * record.per_hour
    day = int(rng.integers(first, record.days - count))
    return slice(day * size, (day + count) * size)


def hours_at(record: Record, rng: Rng, hours: float, share: float) -> slice:
    """A stretch of hours in which the sun (of a demand: the demand) allows ``share`` of the capacity."""
    n = round(hours * record.per_hour)
    level = (record.light if record.light.any() else record.series).to_numpy(float)
    fit = np.flatnonzero(level > share * record.capacity)
    fit = fit[(fit > 30 * 24 * record.per_hour) & (fit < len(level) - n)]
    good = fit[level[fit + n - 1] > share * record.capacity]
    start = int(rng.choice(good))
    return slice(start, start + n)


def _put(record: Record, at: slice, values: np.ndarray) -> tuple[pd.Series[float], np.ndarray]:
    out = record.series.copy()
    out.iloc[at] = values
    spoiled = ~np.isclose(out.to_numpy(float), record.series.to_numpy(float), rtol=1e-9, equal_nan=True)
    return out, spoiled


def unit(factor: float, least: int = 2, most: int = 20) -> Fault:
    """Days in another unit."""

    def fault(record: Record, rng: Rng) -> tuple[pd.Series[float], np.ndarray]:
        at = days_at(record, rng, int(rng.integers(least, most + 1)))
        return _put(record, at, record.series.iloc[at].to_numpy(float) * factor)

    return fault


def night(record: Record, rng: Rng) -> tuple[pd.Series[float], np.ndarray]:
    """A zero that drifted: 2 to 10 % of the capacity on top, for one to ten days."""
    at = days_at(record, rng, int(rng.integers(1, 11)))
    return _put(record, at, record.series.iloc[at].to_numpy(float) + rng.uniform(0.02, 0.10) * record.capacity)


def stuck(record: Record, rng: Rng) -> tuple[pd.Series[float], np.ndarray]:
    """One reading for 3 to 30 hours, from a moment at which there is something to read."""
    at = hours_at(record, rng, 1, 0.3)
    end = min(at.start + round(rng.uniform(3, 30) * record.per_hour), len(record.series))
    long = slice(at.start, end)
    out, _ = _put(record, long, np.full(end - at.start, record.series.iloc[at.start]))
    spoiled = np.zeros(len(out), bool)
    spoiled[long] = True
    return out, spoiled


def copied_day(record: Record, rng: Rng) -> tuple[pd.Series[float], np.ndarray]:
    """A day that holds the readings of one up to a month before."""
    at, size = days_at(record, rng, 1, 31), 24 * record.per_hour
    back = int(rng.integers(1, 31)) * size
    return _put(record, at, record.series.iloc[at.start - back : at.stop - back].to_numpy(float))


def outage(record: Record, rng: Rng) -> tuple[pd.Series[float], np.ndarray]:
    """Nothing for 2 to 8 hours."""
    at = hours_at(record, rng, rng.uniform(2, 6), 0.3)
    return _put(record, at, np.zeros(at.stop - at.start))


def curtailed(record: Record, rng: Rng) -> tuple[pd.Series[float], np.ndarray]:
    """Held at 50 to 85 % of the highest of a bright day, give or take 0.3 %."""
    high = record.series.rolling(record.per_hour * 4).min().to_numpy(float)
    noon = int(rng.choice(np.flatnonzero(high > 0.8 * np.nanquantile(high, 0.995))[record.per_hour * 4 :]))
    at = slice(noon - 6 * record.per_hour, noon + 4 * record.per_hour)
    values = record.series.iloc[at].to_numpy(float)
    limit = rng.uniform(0.5, 0.85) * np.nanmax(values) * (1 + 0.003 * rng.standard_normal(len(values)))
    return _put(record, at, np.minimum(values, limit))


def spikes(record: Record, rng: Rng) -> tuple[pd.Series[float], np.ndarray]:
    """Five single readings of 3 to 50 times the highest."""
    values = record.series.to_numpy(float).copy()
    at = rng.choice(len(values), 5, replace=False)
    values[at] = np.nanmax(values) * rng.uniform(3.5, 50, 5)
    return _put(record, slice(0, len(values)), values)


def clock(hours: float, least: int, most: int) -> Fault:
    """Days whose clock is late or early."""

    def fault(record: Record, rng: Rng) -> tuple[pd.Series[float], np.ndarray]:
        at = days_at(record, rng, int(rng.integers(least, most + 1)))
        out, _ = _put(record, at, np.roll(record.series.to_numpy(float), round(hours * record.per_hour))[at])
        spoiled = np.zeros(len(out), bool)
        spoiled[at] = True
        return out, spoiled

    return fault


PV: dict[str, tuple[str, Fault]] = {  # name -> flag that must see it, fault
    "unit x 1000": ("unit_slip", unit(1000.0)),
    "unit / 1000": ("unit_slip", unit(1e-3)),
    "unit x 4": ("unit_slip", unit(4.0)),
    "unit / 4": ("unit_slip", unit(0.25)),
    "night power": ("night_power", night),
    "stuck": ("stuck", stuck),
    "copied day": ("duplicate_day", copied_day),
    "outage": ("outage", outage),
    "curtailed": ("curtailed", curtailed),
    "spikes": ("out_of_range", spikes),
    "clock + 1 h": ("time_shift", clock(1.0, 30, 120)),
    "clock - 8 h": ("time_shift", clock(-8.0, 30, 120)),
}
DEMAND: dict[str, tuple[str, Fault]] = {
    "unit x 1000": ("unit_slip", unit(1000.0)),
    "unit / 1000": ("unit_slip", unit(1e-3)),
    "unit x 4": ("unit_slip", unit(4.0)),
    "unit / 4": ("unit_slip", unit(0.25)),
    "stuck": ("stuck", stuck),
    "copied day": ("duplicate_day", copied_day),
    "outage": ("outage", outage),
    "spikes": ("out_of_range", spikes),
}
