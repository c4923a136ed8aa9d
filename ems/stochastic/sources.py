"""Where the scenarios of a plan come from: errors of forecasts as they are known, or a file.

A file holds one row for each scenario and step, in any order of scenarios:

    scenario,weight,time,pv.yield_kw_per_kwp,halls.electricity_kw
    1,0.3,2026-07-01T00:00:00+08:00,0,412

``weight`` may be left out: then all are equally likely. Columns are those of the inputs; those that are not in the
file stay as they are expected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ems.forecasts.courses import DRAWN, courses
from ems.forecasts.make import park_forecast
from ems.given import DERIVED, LIMITS
from ems.inputs import Inputs
from ems.operation.outlook import Scenario
from ems.site_file import SiteFile
from forecasting.errors import InputError, meant
from forecasting.notes import Note
from forecasting.resample import means
from forecasting.tables import csv_rows, csv_time
from models import unit_of

MOST = 30
SEED = 1


@dataclass(frozen=True)
class Ways:
    """How the day may turn out, and what must be said about where that comes from."""

    scenarios: tuple[Scenario, ...]
    notes: tuple[Note, ...]


def drawn_ways(file: SiteFile, inputs: Inputs, count: int, seed: int = SEED) -> Ways:
    """``count`` weighted courses around the expected inputs: many are drawn, few are kept."""
    found = park_forecast(file, inputs, {}, None)
    kept = courses(found, count, seed)
    scenarios = tuple(
        Scenario(float(weight), inputs.table.assign(**{column: x[k] for column, x in kept.columns.items()}))
        for k, weight in enumerate(kept.weights)
    )
    told = Note(
        f"情景: 按已知预报误差抽取 {DRAWN} 个(种子 {seed}), 归并为 {count} 个加权情景。",
        f"Scenarios: {DRAWN} drawn from known errors of forecasts (seed {seed}), reduced to {count} with weights.",
    )
    return Ways(scenarios, (told, *found.notes))


def read_ways(path: Path, inputs: Inputs) -> Ways:
    """The scenarios of a file; raises `InputError` with row or column for anything that does not fit the inputs."""
    header, rows = csv_rows(path)
    name, table = path.name, inputs.table
    for column in ("scenario", "time"):
        if column not in header:
            raise InputError(name, f"column {column}", "missing", "the columns scenario, time and those of inputs")
    columns = [c for c in header if c not in ("scenario", "time", "weight")]
    known = [str(c) for c in table if c not in DERIVED]
    for c in columns:
        if c not in known:
            raise InputError(name, f"column {c}", None, "a column of the inputs", meant(c, known))
    if not columns:
        raise InputError(name, "columns", ", ".join(header), "one column of the inputs or more")
    cells = pd.DataFrame([row for _, row in rows if len(row) == len(header)], columns=header)
    if len(cells) != len(rows):
        number = next(k for k, row in rows if len(row) != len(header))
        raise InputError(name, f"row {number}", "cells", f"{len(header)}, as in row 1")
    cells["time"] = [csv_time(name, number, cell) for (number, _), cell in zip(rows, cells["time"], strict=True)]
    groups = list(cells.groupby("scenario", sort=False))
    if len(groups) > MOST:
        raise InputError(
            name, "scenario", len(groups), f"at most {MOST} scenarios", "reduce them to a few with weights"
        )
    weights = [_weight(name, str(label), group, len(groups)) for label, group in groups]
    if abs(sum(weights) - 1) > 1e-3:
        raise InputError(name, "weight", f"{sum(weights):g}", "weights of the scenarios that add up to 1")
    scenarios = []
    for weight, (label, group) in zip(weights, groups, strict=True):
        course = table.copy()
        for c in columns:
            course[c] = _column(name, str(label), group, c, table)
        scenarios.append(Scenario(weight / sum(weights), course))
    zh, en = f"情景: {len(groups)} 个, 取自 {name}。", f"Scenarios: {len(groups)}, from {name}."
    return Ways(tuple(scenarios), (Note(zh, en),))


def _weight(name: str, label: str, group: pd.DataFrame, count: int) -> float:
    if "weight" not in group:
        return 1.0 / count
    said = set(group["weight"])
    weight = _number(said.pop()) if len(said) == 1 else math.nan
    if not 0 < weight <= 1:
        raise InputError(name, f"weight of scenario {label}", None, "one number above 0 and up to 1, in every row")
    return weight


def _column(name: str, label: str, group: pd.DataFrame, column: str, table: pd.DataFrame) -> np.ndarray:
    """One column of a scenario on the steps of the plan."""
    low, high = LIMITS[unit_of(column)]
    where = f"column {column} of scenario {label}"
    values = np.array([_number(cell) for cell in group[column]])
    wrong = ~((values >= low) & (values <= high))
    if wrong.any():
        at = group[wrong]
        raise InputError(
            name, f"{where}, {at['time'].iloc[0].isoformat()}", at[column].iloc[0], f"a number from {low:g} to {high:g}"
        )
    index = pd.DatetimeIndex(table.index)
    times = pd.DatetimeIndex(pd.to_datetime(group["time"].tolist(), utc=True)).tz_convert(index.tz)
    if times.has_duplicates:
        raise InputError(name, where, times[times.duplicated()][0].isoformat(), "every time once")
    apart = times.sort_values().to_series().diff().min() if len(times) > 1 else index[1] - index[0]
    found = means(pd.Series(values, index=times), index, pd.Timedelta(apart))
    if found.isna().any():
        raise InputError(
            name, where, "missing", f"every step of the plan, {index[found.isna()][0].isoformat()} as well"
        )
    return found.to_numpy(float)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
