"""Days of the tutorial park whose numbers a reader can follow: every hour is like the other.

Each hour the workshop takes 100 kWh and the electrolyser 55 kWh for 1 kg, which the fork lifts take at once. The roof
makes 60 kWh; the rest, 95 kWh, is bought. The rules buy 100 kWh in place of 95.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from ems.emissions.accounting_file import AccountingFile, accounting_of, default_accounting
from ems.emissions.activity import Activity, Gap, Kind
from ems.emissions.basis import Basis, Source, basis_of
from ems.emissions.meters import rate_meters
from ems.site_file import SiteFile, read_site
from forecasting.horizon import days_index
from forecasting.notes import Note

HOURLY = {
    "grid.import_kwh": 95.0,
    "roof.power_kwh": 60.0,
    "workshop.served_kwh": 100.0,
    "electrolyser.power_kwh": 55.0,
    "electrolyser.hydrogen_kg": 1.0,
    "forklifts.served_kg": 1.0,
}
FIRST, LAST = date(2026, 6, 15), date(2026, 6, 16)
MADE_AT = "2026-07-01T00:00:00+00:00"


def demo() -> SiteFile:
    return read_site("demo")


def accounting(text: str | None = None) -> AccountingFile:
    read = default_accounting(demo())
    return read if text is None else accounting_of(text, read.path, demo())


def activity(kind: Kind = "plan", first: date = FIRST, last: date = LAST, **other: float) -> Activity:
    """Days with the amounts of `HOURLY`, some of them ``other`` (dots as two underscores); all else is zero."""
    site = demo().site
    index = days_index(first, last, site.place.timezone, 60)
    amounts = HOURLY | {name.replace("__", "."): value for name, value in other.items()}
    meters = {m.name: m for m in rate_meters(site, kind).values()}
    assert set(amounts) <= set(meters), set(amounts) - set(meters)
    table = pd.DataFrame({name: np.full(len(index), amounts.get(name, 0.0)) for name in meters}, index=index)
    return Activity(site, meters, table)


def source(first: date = FIRST, last: date = LAST, **other: float) -> Source:
    rules = activity("baseline", first, last, grid__import_kwh=100.0)
    park = activity("plan", first, last, **other)
    levels = pd.DataFrame({"battery.level_kwh": 80.0, "tank.level_kg": 30.0}, index=park.table.index)
    return Source("plans", park, rules, levels)


def basis(*baselines: str, read: Source | None = None, text: str | None = None) -> Basis:
    found = read or source()
    index = found.park.table.index
    return basis_of(demo(), accounting(text), found, index[0].date(), index[-1].date(), baselines)


def with_gap(found: Source, meter: str, hours: int) -> Source:
    """The same without the first hours of a meter."""
    table = found.park.table.copy()
    table.loc[table.index[:hours], meter] = np.nan
    gap = Gap(meter, table.index[0], table.index[hours], Note("没有读数", "no reading"))
    return replace(found, park=replace(found.park, table=table, gaps=(gap,)))
