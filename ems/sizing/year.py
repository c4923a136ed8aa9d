"""The inputs of a year, full or as typical days, as a closed window for a design."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from ems.changed_inputs import with_waste
from ems.given import Given
from ems.inputs import Inputs, absent_columns, asked_columns, inputs_under, place_of
from ems.site import Site
from ems.site_file import SiteFile
from ems.sizing.columns import Own, own_columns, within_limits
from ems.sizing.parks import with_candidates
from ems.sizing.study import Study
from forecasting.buildings import Building
from forecasting.errors import InputError
from forecasting.horizon import days_index
from forecasting.notes import Note
from forecasting.weather import COLUMNS, Weather, load_weather
from models import Grid, Window
from models.vapour_compression import TEMPERATURE, VapourCompression

WORDS = ("synthetic", "climatology", "auto", "open-meteo", "none")  # weather that is no file
SKY = ("temperature_c", "ghi_w_per_m2")  # input columns that are weather


@dataclass(frozen=True)
class Year:
    """What is simulated: its inputs hour by hour, and the window that the linear program is built on."""

    inputs: Inputs
    window: Window
    resolution_error: dict[str, Any] | None = None  # of typical days: by column, and against the full year


def year_of(
    file: SiteFile,
    study: Study,
    resolution: str = "full",
    folder: Path | None = None,
    say: Callable[[str], None] | None = None,
) -> Year:
    """Inputs of the study's year (or horizon) with its own series and factors, and the window asked for.

    Args:
        file: the site.
        study: weather and series named in it are files relative to ``folder``, or words such as ``synthetic``.
        resolution: ``full``, every hour, or ``typical:N``, N typical days and the peak days beside them.
        folder: where the study lies; none: beside the site file.
        say: is told ``inputs`` and ``typical`` when these begin.
    """
    many, told = typical_days(resolution), say or (lambda phase: None)
    told("inputs")
    inputs = study_inputs(file, study, folder or file.folder)
    per_year = study.horizon.per_year if study.horizon else 1.0
    if many is None:
        return Year(inputs, Window(inputs.table, period_weights=(per_year,), design=True))
    if per_year != 1:
        raise InputError(
            "study", "horizon.per_year", per_year, f"1 with typical days ({resolution})", "use the full resolution"
        )
    park = with_candidates(file.site, study)
    for c in park.components:
        if isinstance(c, Grid) and any(charge.coincident_hours for charge in c.demand_charges):
            remedy = "take the full resolution: typical days do not hold these hours"
            raise InputError("--resolution", c.name, resolution, "full where peaks are coincident", remedy)
    told("typical")
    from ems.sizing.typical import typical

    found = typical(inputs.table, many, columns_used(park))
    errors = {"columns": found.error, "against_full_year": None}
    return Year(replace(inputs, notes=(*inputs.notes, *found.notes)), found.window, errors)


def typical_days(resolution: str) -> int | None:
    """N of ``typical:N``, none for ``full``."""
    if resolution == "full":
        return None
    if not (found := re.fullmatch(r"typical:(\d{1,3})", resolution)) or not 1 <= int(found[1]) <= 366:
        raise InputError("--resolution", "", resolution, "full, or typical:N with N from 1 to 366, such as typical:24")
    return int(found[1])


def study_inputs(file: SiteFile, study: Study, folder: Path) -> Inputs:
    """Every hour of the study's year: forecast, own series in its place, times the factors."""
    park = with_candidates(file.site, study)
    index = study_index(study, park.place.timezone)
    own = own_columns(folder / study.columns, park, index) if study.columns else Own(pd.DataFrame(index=index))
    sky = _sky(file, study, folder, index)
    if TEMPERATURE in own.table:
        sky = replace(sky, table=sky.table.assign(temperature_c=own.table[TEMPERATURE]))
    inputs = inputs_under(sky, file, Given({}))
    table = inputs.table
    if sky.kind == "none":
        _weatherless(file, own.table)
        table = table.drop(columns=list(SKY))
    table = with_waste(within_limits(own.into(table), study.factors))
    full = replace(file, site=park)
    for fault in absent_columns(full, table):
        raise fault
    for c in park.components:
        if isinstance(c, VapourCompression) and TEMPERATURE not in table:
            raise _needs_weather(c.name, TEMPERATURE)
    return replace(inputs, table=table, notes=(*own.notes, *_scaled(study), *inputs.notes))


def columns_used(park: Site) -> set[str]:
    """Input columns on which the operation of the park depends."""
    used = {name for c in park.components for name in asked_columns(c)}
    return used | {TEMPERATURE} if any(isinstance(c, VapourCompression) for c in park.components) else used


def study_index(study: Study, timezone: str) -> pd.DatetimeIndex:
    """Starts of all hours of the horizon, or of the calendar year: 8760, or 8784 in leap years."""
    first, last = date(study.year, 1, 1), date(study.year, 12, 31)
    if h := study.horizon:
        first, last = h.start, h.start + timedelta(days=h.days - 1)
    return days_index(first, last, timezone, 60)


def _sky(file: SiteFile, study: Study, folder: Path, index: pd.DatetimeIndex) -> Weather:
    if study.weather == "none":
        return Weather(pd.DataFrame(0.0, index=index, columns=list(COLUMNS)), "none", "no weather")
    spec = study.weather if study.weather in WORDS else str(folder / study.weather)
    climatology = file.folder / file.site.climatology if file.site.climatology else None
    return load_weather(spec, place_of(file), index, climatology)


def _weatherless(file: SiteFile, own: pd.DataFrame) -> None:
    """Refuse to make anything out of weather that there is not."""
    for name in file.site.arrays:
        if f"{name}.yield_kw_per_kwp" not in own:
            raise _needs_weather(name, f"{name}.yield_kw_per_kwp")
    for name, recipe in file.site.demands.items():
        if isinstance(recipe, Building) and TEMPERATURE not in own:
            raise _needs_weather(name, TEMPERATURE)


def _needs_weather(name: str, column: str) -> InputError:
    remedy = f"give the column {column} in the study's columns, or name a weather"
    return InputError("study", "weather", "none", f"weather, from which {name} follows", remedy)


def _scaled(study: Study) -> tuple[Note, ...]:
    if not study.factors:
        return ()
    told = ", ".join(f"{name} ×{factor:g}" for name, factor in study.factors.items())
    return (Note(f"本研究设定: {told}。", f"Set by the study: {told}."),)
