"""What keeps a valid site from being planned: the files it refers to, and columns that no one makes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pandas as pd

from ems.given import Given
from ems.inputs import absent_columns, calendar_of, export_price, inputs_under, intensity_of, place_of, tariff_of
from ems.site_file import SiteFile
from ems.site_shape import Path_
from forecasting.demand import forecast_demands
from forecasting.errors import InputError, pointer_to
from forecasting.horizon import day_index
from forecasting.place import zone
from forecasting.weather import COLUMNS, Weather, load_weather

STEP_MINUTES = 15  # of most plans


def input_faults(file: SiteFile) -> list[InputError]:
    """Every fault that a plan of today would meet, on the climatology; a site without one is checked in the dark."""
    site = file.site
    today = datetime.now(zone(site.place.timezone)).date()
    index = day_index(today, site.place.timezone, STEP_MINUTES)
    parts: dict[Path_, Callable[[], object]] = {
        ("climatology",): lambda: _sky(file, index),
        ("place", "country"): lambda: calendar_of(file),
        ("tariff", "file"): lambda: tariff_of(file).prices(index, site.tariff.voltage),
        ("tariff", "export", "csv"): lambda: export_price(file, index),
        ("carbon", "csv" if site.carbon.csv else "factors"): lambda: intensity_of(file, index),
    }
    found = [fault for place, part in parts.items() for fault in _tried(file, place, part)]
    if found:
        return found
    sky, calendar = _sky(file, index), calendar_of(file)
    for name, recipe in site.demands.items():
        part = partial(forecast_demands, {name: recipe}, sky, calendar, index, file.folder)
        found += _tried(file, ("demands", name), part)
    return found or list(absent_columns(file, inputs_under(sky, file, Given({})).table))


def _tried(file: SiteFile, place: Path_, part: Callable[[], object]) -> list[InputError]:
    """What a part of the site raises; faults of a file that it refers to are those of the place that names the file."""
    try:
        part()
    except InputError as e:
        if e.pointer:
            return [e]
        line = file.fault(place, "").line
        told = InputError(e.source, e.field, e.value, e.expected, e.remedy, pointer=pointer_to(place), line=line)
        return [told]
    return []


def _sky(file: SiteFile, index: pd.DatetimeIndex) -> Weather:
    if file.site.climatology:
        return load_weather("climatology", place_of(file), index, file.folder / file.site.climatology)
    return Weather(pd.DataFrame(0.0, index=index, columns=list(COLUMNS)), "climatology", "darkness")
