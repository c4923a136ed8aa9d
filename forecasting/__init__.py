"""From weather, calendar and tariff to columns on the time axis of a plan.

    Place, day_index                  where and when: left-labelled intervals, aware of their zone
    load_weather -> Weather           forecast, typical year, climatology or file, with notes on its quality
    pv_yield(weather, PvArray)        kW AC per kWp DC
    forecast_demands(recipes, ...)    electricity, heat, cooling [kW] and process rates
    load_tariff -> Tariff             bands and prices [CNY/kWh]
    load_factors -> {id: Factor}      emission factors
    read_series_csv, on_index         strict reading of time series, other time steps
    InputError                        the one error for outside data that cannot be used

Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forecasting.buildings import Building as Building
    from forecasting.calendar import WorkCalendar as WorkCalendar
    from forecasting.csv_demand import CsvColumn as CsvColumn
    from forecasting.csv_demand import CsvDemand as CsvDemand
    from forecasting.demand import Process as Process
    from forecasting.demand import Recipe as Recipe
    from forecasting.demand import forecast_demands as forecast_demands
    from forecasting.errors import InputError as InputError
    from forecasting.factors import Factor as Factor
    from forecasting.factors import load_factors as load_factors
    from forecasting.horizon import day_index as day_index
    from forecasting.horizon import days_index as days_index
    from forecasting.horizon import step_of as step_of
    from forecasting.notes import Note as Note
    from forecasting.place import Place as Place
    from forecasting.pv import PvArray as PvArray
    from forecasting.pv import pv_yield as pv_yield
    from forecasting.resample import on_index as on_index
    from forecasting.tables import read_series_csv as read_series_csv
    from forecasting.tariff import Tariff as Tariff
    from forecasting.tariff import load_tariff as load_tariff
    from forecasting.weather import Weather as Weather
    from forecasting.weather import load_weather as load_weather

_HOME = {
    "Building": "buildings",
    "CsvColumn": "csv_demand",
    "CsvDemand": "csv_demand",
    "Factor": "factors",
    "InputError": "errors",
    "Note": "notes",
    "Place": "place",
    "Process": "demand",
    "PvArray": "pv",
    "Recipe": "demand",
    "Tariff": "tariff",
    "Weather": "weather",
    "WorkCalendar": "calendar",
    "day_index": "horizon",
    "days_index": "horizon",
    "forecast_demands": "demand",
    "load_factors": "factors",
    "load_tariff": "tariff",
    "load_weather": "weather",
    "on_index": "resample",
    "pv_yield": "pv",
    "read_series_csv": "tables",
    "step_of": "horizon",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"forecasting.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
