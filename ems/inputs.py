"""Everything a window needs, in one table: weather, PV yield, demands, prices, carbon intensity.

Index: left-labelled tz-aware steps ``[start, start + step)`` of one local day (or several). Columns end in their unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from ems.changed_inputs import changed_inputs, changed_weather, with_waste
from ems.changes import Changes
from ems.given import Given, Series
from ems.site_file import SiteFile
from forecasting.calendar import WorkCalendar
from forecasting.demand import forecast_demands
from forecasting.errors import InputError, meant
from forecasting.factors import Factor, load_factors
from forecasting.horizon import days_index
from forecasting.notes import Note
from forecasting.place import Place
from forecasting.pv import pv_yield
from forecasting.resample import on_index
from forecasting.tables import read_series_csv
from forecasting.tariff import Tariff, load_tariff
from forecasting.weather import Weather, load_weather
from models import Component, Grid, Window, unit_of

BAND = "tariff_band"


@dataclass(frozen=True)
class Inputs:
    """The table with what must be said about it."""

    table: pd.DataFrame  # numbers only
    bands: pd.Series[str]  # tariff band of each step
    weather: Weather
    tariff_id: str
    factor: Factor | None
    notes: tuple[Note, ...]

    def window(self, state: dict[str, dict[str, object]] | None = None) -> Window:
        return Window(self.table, state or {})


def place_of(file: SiteFile) -> Place:
    p = file.site.place
    return Place(p.latitude, p.longitude, p.altitude_m, p.timezone)


def make_inputs(
    file: SiteFile,
    first: date,
    last: date | None = None,
    *,
    step_minutes: int = 15,
    weather: str = "auto",
    now: datetime | None = None,
    changes: Changes | None = None,
    given: Series | None = None,
) -> Inputs:
    """Forecast the inputs of the local days ``first`` … ``last``; raises `InputError` for data that cannot be used.

    ``given``: input column -> series from outside that replaces it where it covers every step (see `ems.given`).
    ``changes``: what-if on top of all that; outages and parameters are for `ems.changes.changed_site`.
    """
    site = file.site
    index = days_index(first, last or first, site.place.timezone, step_minutes)
    climatology = file.folder / site.climatology if site.climatology else None
    sky = load_weather(weather, place_of(file), index, climatology, now=now)
    changes, series = changes or Changes(), Given(given or {})
    sky = replace(sky, table=series.into(sky.table, "temperature_c"))
    inputs = inputs_under(changed_weather(sky, changes.weather), file, series)
    for fault in absent_columns(file, inputs.table):
        raise fault
    return changed_inputs(inputs, changes, site) if changes.hypothetical else inputs


def inputs_under(sky: Weather, file: SiteFile, given: Given) -> Inputs:
    """The inputs of the intervals of a weather, all columns that the site makes; a component may ask for others."""
    site = file.site
    index = pd.DatetimeIndex(sky.table.index)
    calendar = calendar_of(file)
    tariff = tariff_of(file)
    prices = tariff.prices(index, site.tariff.voltage)

    columns: dict[str, object] = {
        "temperature_c": sky.table["temperature_c"],
        "ghi_w_per_m2": sky.table["ghi_w_per_m2"],
    }
    for name, array in site.arrays.items():
        columns[f"{name}.yield_kw_per_kwp"] = pv_yield(sky, array)
    demands = forecast_demands(site.demands, sky, calendar, index, file.folder)
    columns |= {str(name): demands[name] for name in demands}
    columns["import_cny_per_kwh"] = prices["import_cny_per_kwh"]
    columns["export_cny_per_kwh"] = export_price(file, index)
    intensity, factor = intensity_of(file, index)
    columns["grid_kgco2e_per_kwh"] = intensity
    table = pd.DataFrame(columns, index=index)
    given.unknown(table)
    table = with_waste(given.into(table, *(str(c) for c in table if c != "temperature_c")))
    _validate(table, file.path)
    notes = (*given.notes, *sky.notes, *tariff.notes(index, site.tariff.voltage), *calendar.notes(index))
    return Inputs(table, prices["band"].astype(str), sky, tariff.content.id, factor, notes)


def calendar_of(file: SiteFile) -> WorkCalendar:
    try:
        return WorkCalendar(file.site.place.country)
    except InputError as error:
        remedy = "two letters, as CN or DE"
        raise file.fault(("place", "country"), "place.country", error.value, error.expected, remedy) from error


def tariff_of(file: SiteFile) -> Tariff:
    """The tariff of the site, which must know its voltage."""
    choice = file.site.tariff
    tariff = load_tariff((file.folder / choice.file).resolve())
    if choice.voltage not in tariff.voltages:
        known = ", ".join(tariff.voltages)
        place = ("tariff", "voltage")
        raise file.fault(place, "tariff.voltage", choice.voltage, f"one of {known}", f"as in {tariff.source}")
    return tariff


def export_price(file: SiteFile, index: pd.DatetimeIndex) -> object:
    export = file.site.tariff.export
    if export.mode == "spot":
        path = file.folder / str(export.csv)
        frame = read_series_csv(path, {"export_cny_per_kwh": (-5.0, 20.0)}, str(index.tz))
        return on_index(frame, index, "hold", path.name)["export_cny_per_kwh"]
    return export.price_cny_per_kwh if export.mode == "fixed" else 0.0


def intensity_of(file: SiteFile, index: pd.DatetimeIndex) -> tuple[object, Factor | None]:
    carbon = file.site.carbon
    if carbon.csv:
        path = file.folder / carbon.csv
        frame = read_series_csv(path, {"grid_kgco2e_per_kwh": (0.0, 2.0)}, str(index.tz))
        return on_index(frame, index, "hold", path.name)["grid_kgco2e_per_kwh"], None
    registry = (file.folder / carbon.factors).resolve()
    factors = load_factors(registry)
    place = ("carbon", "grid")
    if carbon.grid not in factors:
        remedy = meant(carbon.grid, factors, f"such as {next(iter(factors))}")
        raise file.fault(place, "carbon.grid", carbon.grid, f"an id of {registry.name}", remedy)
    factor = factors[carbon.grid]
    if factor.unit != "kgCO2e/kWh":
        raise file.fault(place, "carbon.grid", f"{carbon.grid} in {factor.unit}", "a factor in kgCO2e/kWh")
    return factor.value, factor


def _validate(table: pd.DataFrame, path: Path) -> None:
    """The last gate before the optimiser: finite numbers under names that carry a unit."""
    for name in table:
        unit_of(str(name))
        values = table[name].to_numpy(float)
        if not np.isfinite(values).all():
            raise InputError(
                str(path),
                str(name),
                f"no number at {table.index[int(np.argmin(np.isfinite(values)))]}",
                "a number in every step",
            )


def absent_columns(file: SiteFile, table: pd.DataFrame) -> Iterator[InputError]:
    """Every column that a component asks for and the table has not."""
    for k, c in enumerate(file.site.components):
        for column in asked_columns(c):
            if column not in table:
                unit = column.rsplit("_", 1)[-1]
                known = [str(name) for name in table if str(name).endswith(unit)] or [str(name) for name in table]
                place, expected = ("components", k, "column"), f"one of {', '.join(known)}"
                yield file.fault(place, f"{c.name}.column", column, expected, meant(column, known))


def asked_columns(c: Component) -> list[str]:
    """The columns that a component names; temperature is there without being asked for."""
    names = [getattr(c, field, "") for field in ("need_column", "yield_column", "column")]
    names += [c.import_price, c.export_price, c.intensity] if isinstance(c, Grid) else []
    return [name for name in dict.fromkeys(map(str, names)) if name]
