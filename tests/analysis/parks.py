"""Activities made by hand for the tests of the analysis."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity, Meter
from ems.site_file import SiteFile, read_site
from forecasting.calendar import WorkCalendar
from forecasting.horizon import days_index
from models.window import Floats

WORKSHOP, IMPORT, FORKLIFTS = "workshop.served_kwh", "grid.import_kwh", "forklifts.served_kg"
POWER, MADE = "electrolyser.power_kwh", "electrolyser.hydrogen_kg"
METERS = {
    WORKSHOP: Meter(WORKSHOP, "workshop", "electricity", "kWh", "车间用电", "workshop", "measured"),
    IMPORT: Meter(IMPORT, "grid", "electricity", "kWh", "电网", "grid", "measured"),
    FORKLIFTS: Meter(FORKLIFTS, "forklifts", "hydrogen", "kg", "叉车", "fork lifts", "measured"),
    POWER: Meter(POWER, "electrolyser", "electricity", "kWh", "电解槽", "electrolyser", "measured"),
    MADE: Meter(MADE, "electrolyser", "hydrogen", "kg", "电解槽", "electrolyser", "measured"),
}
CALENDAR = WorkCalendar("CN")


def demo() -> SiteFile:
    return read_site("demo")


def hours(first: date, last: date) -> pd.DatetimeIndex:
    return days_index(first, last, "Asia/Shanghai", 60)


def workshop(index: pd.DatetimeIndex, seed: int = 1) -> Floats:
    """40 kWh by night, 140 from 8 to 18 on working days, 2 % noise, read to 0.01."""
    busy = (index.hour >= 8) & (index.hour < 18) & CALENDAR.working(index)
    noise = np.exp(0.02 * np.random.default_rng(seed).standard_normal(len(index)))
    return np.asarray(np.round((40 + 100 * busy) * noise, 2), float)


def activity(index: pd.DatetimeIndex, **values: Floats) -> Activity:
    """``workshop_served_kwh=…`` becomes the meter ``workshop.served_kwh``."""
    names = {name.replace("_", ".", 1): x for name, x in values.items()}
    return Activity(demo().site, {n: METERS[n] for n in names}, pd.DataFrame(names, index=index))
