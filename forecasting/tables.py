"""Strict reader of time series in CSV files.

The column ``time`` holds RFC 3339 times with their offset (``2026-07-01T08:00:00+08:00``). Local clock times without
offset are refused: where the clocks are changed, one hour a year exists twice and one not at all.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.files import read_text
from forecasting.horizon import STEPS_MINUTES, nanoseconds
from forecasting.place import zone

MAX_BYTES = 100_000_000
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def read_series_csv(
    path: Path,
    columns: Mapping[str, tuple[float, float]],
    timezone: str,
    *,
    label: Literal["left", "right"] = "left",
    optional: Collection[str] = (),
) -> pd.DataFrame:
    """Read numeric columns on one equidistant time axis; anything doubtful is refused with row and column.

    Args:
        path: the CSV file, UTF-8, comma separated, first row with column names.
        columns: lowest and highest possible value of each column to be read, in the unit its name ends with.
        timezone: IANA zone of the returned index.
        label: ``left`` when a time names the start of its interval, ``right`` when it names the end.
        optional: columns that may be missing.

    Returns:
        The columns found, left-labelled, index named ``time``.
    """
    header, rows = csv_rows(path)
    wanted = {name: header.index(name) for name in columns if name in header}
    for name in columns:
        if name not in wanted and name not in optional:
            raise InputError(
                path.name, f"column {name}", "missing", f"the columns {', '.join(columns)}", _like(name, header)
            )
    if "time" not in header:
        raise InputError(path.name, "column time", "missing", "a column of RFC 3339 times", _like("time", header))
    at = header.index("time")
    times: list[datetime] = []
    values: dict[str, list[float]] = {name: [] for name in wanted}
    for number, row in rows:
        if len(row) != len(header):
            raise InputError(path.name, f"cells in row {number}", len(row), f"{len(header)}, as in row 1")
        times.append(csv_time(path.name, number, row[at]))
        for name, position in wanted.items():
            values[name].append(_number(path.name, number, name, row[position], columns[name]))
    index = _axis(path.name, times, timezone)
    if label == "right":
        index = index - (index[1] - index[0])
    return pd.DataFrame(values, index=index.rename("time"), dtype=float)


def column_names(path: Path) -> list[str]:
    """Names of the columns of a CSV file, ``time`` among them; raises `InputError` for what is no such file."""
    return csv_rows(path)[0]


def csv_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and numbered rows; row 1 is the header, as in a spreadsheet. Raises `InputError` for what is no CSV."""
    name, text = path.name, read_text(path, MAX_BYTES, "CSV text")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(name, f"row {reader.line_num}", None, "comma separated cells", str(error)) from error
    while rows and not any(cell.strip() for cell in rows[-1][1]):
        rows.pop()  # blank lines at the end
    if len(rows) < 3:
        raise InputError(name, "rows", max(len(rows) - 1, 0), "a row of names and two or more rows of data")
    header = [cell.strip() for cell in rows[0][1]]
    double = sorted({cell for cell in header if header.count(cell) > 1})
    if double:
        raise InputError(name, "column names", ", ".join(double), "every column name once")
    return header, rows[1:]


def _like(name: str, header: list[str]) -> str:
    close = get_close_matches(name, header, n=2, cutoff=0.5)
    found = f"the file has {', '.join(header)}"[:200]
    return f"did you mean {' or '.join(close)}? {found}" if close else found


def csv_time(source: str, row: int, cell: str) -> datetime:
    """A time with its offset from UTC; raises `InputError` with its row for anything else."""
    text = cell.strip()
    match = RFC_3339.fullmatch(text)
    if match and match.group(3) is None:
        raise InputError(
            source, f"row {row}, column time", text, "a time with its offset, such as 2026-07-01T08:00:00+08:00",
            "a local clock time alone is not unique: when the clocks are changed, an hour is missing or comes twice",
        )  # fmt: skip
    try:
        if not match:
            raise ValueError(text)
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise InputError(
            source, f"row {row}, column time", text, "an RFC 3339 time, such as 2026-07-01T08:00:00+08:00"
        ) from error


def _number(source: str, row: int, column: str, cell: str, limits: tuple[float, float]) -> float:
    text = cell.strip()
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise InputError(source, f"row {row}, column {column}", text, "a finite number, such as 12.5")
    value = float(text)
    if not limits[0] <= value <= limits[1]:
        raise InputError(source, f"row {row}, column {column}", text, f"{limits[0]:g} to {limits[1]:g}")
    return value


def _axis(source: str, times: list[datetime], timezone: str) -> pd.DatetimeIndex:
    """Check that the times rise in one step that divides the hour."""
    try:
        index = pd.to_datetime(times, utc=True).as_unit("us")
    except (ValueError, OverflowError) as error:
        raise InputError(source, "column time", None, "years 1678 to 2261", str(error)) from error
    steps = np.diff(nanoseconds(index))
    step = steps[0]
    wrong = np.flatnonzero(steps != step)
    at = int(wrong[0]) if len(wrong) else 0
    if step <= 0 or (steps <= 0).any():
        at = int(np.flatnonzero(steps <= 0)[0])
        what = "given twice" if steps[at] == 0 else "earlier than the row before"
        raise InputError(
            source, f"row {at + 3}, column time", times[at + 1].isoformat(), "rising times", f"it is {what}"
        )
    if len(wrong):
        raise InputError(
            source, f"row {at + 3}, column time", times[at + 1].isoformat(),
            f"{step / 60e9:g} min after row {at + 2}, as before; it is {steps[at] / 60e9:g} min",
            "fill the gap in the source: nothing is filled here",
        )  # fmt: skip
    if step / 60e9 not in STEPS_MINUTES:
        raise InputError(source, "column time", f"{step / 60e9:g} min", f"a step of {STEPS_MINUTES} min")
    return index.tz_convert(zone(timezone))
