"""A plant and a workshop whose records are known to the last sample."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from forecasting.calendar import WorkCalendar
from forecasting.history.judge import judge_demand, judge_pv
from forecasting.history.measured import Measured
from forecasting.history.sky import Sky, sky_of
from forecasting.irradiance import Spot
from forecasting.pv import PvArray

ZONE, PEAK, CAPACITY = "Asia/Shanghai", 1000.0, 850.0
SPOT = Spot(36.3, 120.4, 20.0)
ARRAY = PvArray(tilt_deg=20, azimuth_deg=180, ac_dc_ratio=0.85, loss_share=0.10)
INDEX = pd.date_range("2026-03-01", "2026-07-30", freq="15min", tz=ZONE, inclusive="left")


@pytest.fixture(scope="session")
def sky() -> Sky:
    return sky_of(SPOT, ARRAY, PEAK, INDEX)


@pytest.fixture(scope="session")
def clean_power(sky: Sky) -> pd.Series[float]:
    """Power [kW]: two clear days of five, else clouds; noise; 5 % less than it is said to make."""
    rng = np.random.default_rng(7)
    days = len(INDEX) // 96
    dark = np.where(np.arange(days) % 5 < 2, 0.0, rng.uniform(0.2, 0.7, days))
    hours = np.repeat(dark, 24) * rng.uniform(0.6, 1.3, 24 * days)
    clouds = 1.0 - np.interp(np.arange(len(INDEX)), 4 * np.arange(24 * days) + 2, hours)
    noise = 1.0 + (0.01 + 0.08 * (1 - clouds)) * rng.standard_normal(len(INDEX))
    return pd.Series((0.95 * sky.clear * clouds * noise).round(2), INDEX)


@pytest.fixture
def power(clean_power: pd.Series[float]) -> pd.Series[float]:
    return clean_power.copy()


@pytest.fixture
def judged(sky: Sky) -> Callable[[pd.Series[float]], Measured]:
    return lambda values: judge_pv("roof", values, sky, CAPACITY, "kW")


@pytest.fixture
def use() -> pd.Series[float]:
    """A workshop [kW]: 40 by night and on free days, 200 from 8 to 18 on working days, 5 % noise by the hour."""
    rng = np.random.default_rng(3)
    busy = WorkCalendar("CN").working(INDEX) & (INDEX.hour >= 8) & (INDEX.hour < 18)
    return pd.Series((np.where(busy, 200.0, 40.0) * (1 + 0.05 * rng.standard_normal(len(INDEX)))).round(2), INDEX)


@pytest.fixture
def judged_use() -> Callable[[pd.Series[float]], Measured]:
    return lambda values: judge_demand("hall.electricity", values, "kW", calendar=WorkCalendar("CN"))
