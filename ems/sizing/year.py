"""The inputs of a year, full or as typical days, as a closed window for a design."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from ems.inputs import Inputs, make_inputs
from ems.site_file import SiteFile
from ems.sizing.study import Study
from models import Window

HOURS = 8760.0


@dataclass(frozen=True)
class Year:
    """What is simulated: its inputs hour by hour, and the window that the linear program is built on."""

    inputs: Inputs
    window: Window


def year_of(file: SiteFile, study: Study, resolution: str = "full") -> Year:
    """Inputs of the study's year (or horizon) with its factors, and the window of the resolution asked for."""
    first, last, per_year = date(study.year, 1, 1), date(study.year, 12, 31), 1.0
    if h := study.horizon:
        first, last, per_year = h.start, h.start + timedelta(days=h.days - 1), h.per_year
    inputs = make_inputs(file, first, last, step_minutes=60, weather=study.weather)
    table: pd.DataFrame = inputs.table.copy()
    for column, factor in study.factors.items():
        table[column] = table[column] * factor
    full = Window(table, period_weights=(per_year,), design=True)
    return Year(inputs, full)
