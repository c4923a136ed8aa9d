"""Demands of the park from recipes: buildings, processes, files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, StringConstraints, model_validator

from forecasting.buildings import Building
from forecasting.calendar import WorkCalendar
from forecasting.csv_demand import CsvColumn, CsvDemand
from forecasting.errors import InputError
from forecasting.horizon import nanoseconds, step_of
from forecasting.provenance import Strict
from forecasting.weather import Weather

Clock = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
UNIT = re.compile(r"^[a-z][a-z0-9_]*_(kw|(kg|m3|t|l|mj|gj|pieces)_per_h)$")


class Process(Strict):
    """An amount per day, drawn evenly within some hours of the local clock.

        rate = amount / (end - start)      e.g. 350 kg over 08:00 to 18:00 -> 35 kg/h

    ``column`` names the result with the unit of its rate (``hydrogen_kg_per_h``, ``heat_kw``); amounts are in that unit
    times hours (kg, kWh). An interval that lies only in part within the hours takes its share.
    """

    recipe: Literal["process"]
    column: str = Field(pattern=UNIT.pattern)
    amount_per_working_day: float = Field(ge=0)
    amount_per_free_day: float = Field(ge=0)
    start: Clock
    end: Clock
    override: CsvColumn | None = None

    @model_validator(mode="after")
    def _in_one_day(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end {self.end} is not after start {self.start}")
        return self

    def demand(self, index: pd.DatetimeIndex, calendar: WorkCalendar) -> pd.DataFrame:
        """One column, named ``column``."""
        begins, step_ns = nanoseconds(index), step_of(index) * 60_000_000_000
        rate = np.zeros(len(index))
        for day in dict.fromkeys(index.date):
            amount = self.amount_per_working_day if calendar.is_working(day) else self.amount_per_free_day
            first, last = (_moment(pd.Timestamp(day), clock, index) for clock in (self.start, self.end))
            inside = np.clip(np.minimum(begins + step_ns, last) - np.maximum(begins, first), 0, None) / step_ns
            rate += inside * amount / ((last - first) / 3.6e12)
        return pd.DataFrame({self.column: rate}, index=index)


def _moment(day: pd.Timestamp, clock: str, index: pd.DatetimeIndex) -> int:
    """A local clock time of a day [ns since 1970]; a time that the clocks skip moves to the next that exists."""
    naive = day + pd.Timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))
    return int(naive.tz_localize(index.tz, ambiguous=True, nonexistent="shift_forward").as_unit("ns").value)


Recipe = Annotated[Building | Process | CsvDemand, Field(discriminator="recipe")]


def forecast_demands(
    recipes: Mapping[str, Building | Process | CsvDemand],
    weather: Weather,
    calendar: WorkCalendar,
    index: pd.DatetimeIndex,
    base_dir: Path,
) -> pd.DataFrame:
    """Demands on ``index``, columns ``<recipe>.<result>``, such as ``offices.heat_kw``, ``h2.hydrogen_kg_per_h``.

    Args:
        recipes: how each demand comes about.
        weather: on the same index.
        calendar: working days.
        index: starts of the intervals in the zone whose clock the recipes mean.
        base_dir: folder that relative file names start from.
    """
    if not weather.table.index.equals(index):
        raise InputError(weather.source, "index", None, "the same intervals as the demands")
    tables = []
    for name, recipe in recipes.items():
        if isinstance(recipe, Building):
            table = recipe.demand(weather, calendar)
            for result, column in recipe.overrides.items():
                table[result] = column.read(index, base_dir)
        elif isinstance(recipe, Process):
            table = recipe.demand(index, calendar)
            if recipe.override is not None:
                table[recipe.column] = recipe.override.read(index, base_dir)
        else:
            table = recipe.demand(index, base_dir)
        tables.append(table.add_prefix(f"{name}."))
    return pd.concat(tables, axis=1) if tables else pd.DataFrame(index=index)
