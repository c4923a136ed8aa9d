"""Archived weather forecasts: what was known of an interval when a forecast of it was issued.

    issued,time,ghi_w_per_m2,dhi_w_per_m2,temperature_c,wind_m_per_s
    2026-06-30T20:00:00+08:00,2026-07-01T00:00:00+08:00,0,0,21.4,2.0

A line is one interval of one run: when the run could be had, the start of the interval, then its means. ``issued`` is
the moment from which the run was there to be used, not the hour it is named after.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.errors import InputError, meant
from forecasting.horizon import STEPS_MINUTES, nanoseconds
from forecasting.tables import NUMBER, csv_rows, csv_time

ISSUED, TIME = "issued", "time"
LIMITS = {  # lowest and highest possible value
    "ghi_w_per_m2": (0.0, 1500.0),
    "dhi_w_per_m2": (0.0, 1000.0),
    "dni_w_per_m2": (0.0, 1400.0),
    "temperature_c": (-60.0, 60.0),
    "wind_m_per_s": (0.0, 80.0),
    "humidity_percent": (0.0, 105.0),
    "pressure_hpa": (500.0, 1100.0),
    "cloud_percent": (0.0, 100.0),
    "rain_mm": (0.0, 500.0),
}
MINUTE_NS = 60_000_000_000


@dataclass(frozen=True)
class WeatherRuns:
    """Runs of one source: ``table`` with ``issued`` and ``time`` [ns since 1970] and columns of `LIMITS`, by issue."""

    source: str
    table: pd.DataFrame
    step_minutes: int

    @property
    def columns(self) -> list[str]:
        """What the runs tell."""
        return [c for c in map(str, self.table) if c not in (ISSUED, TIME)]

    def known(self, issued_at: pd.Series[pd.Timestamp]) -> pd.DataFrame:
        """For each interval (index) the newest run that was there at its moment of issue (value).

        Columns: those of the runs, NaN where none was there; ``issued``, when that run was issued. An interval that is
        shorter than those of the runs takes the value of the one it lies in.
        """
        index = pd.DatetimeIndex(issued_at.index)
        step = self.step_minutes * MINUTE_NS
        moments = nanoseconds(pd.DatetimeIndex(pd.to_datetime(issued_at, utc=True)))
        wanted = pd.DataFrame({TIME: nanoseconds(index) // step * step, "at": moments, "row": np.arange(len(index))})
        found = pd.merge_asof(
            wanted.sort_values("at", kind="stable"), self.table, left_on="at", right_on=ISSUED, by=TIME
        ).sort_values("row")
        out = found[[*self.columns, ISSUED]].set_axis(index)
        out[ISSUED] = pd.to_datetime(out[ISSUED], unit="ns", utc=True).dt.tz_convert(index.tz)
        return out

    def as_of(self, moment: pd.Timestamp, index: pd.DatetimeIndex) -> pd.DataFrame:
        """The same with one moment for all intervals."""
        return self.known(pd.Series(moment, index=index))


def read_runs(path: Path) -> WeatherRuns:
    """Read a CSV file of runs; raises `InputError` with row and column for whatever is not as it should be."""
    header, rows = csv_rows(path)
    for name in (ISSUED, TIME, "ghi_w_per_m2", "temperature_c"):
        if name not in header:
            raise InputError(path.name, f"column {name}", "missing", f"{ISSUED}, {TIME} and {', '.join(LIMITS)}"[:200])
    for name in header:
        if name not in (ISSUED, TIME, *LIMITS):
            raise InputError(path.name, f"column {name}", None, "a known column", meant(name, LIMITS, "leave it out"))
    for number, row in rows:
        if len(row) != len(header):
            raise InputError(path.name, f"cells in row {number}", len(row), f"{len(header)}, as in row 1")
    cells = dict(zip(header, zip(*(row for _, row in rows), strict=True), strict=True))
    numbers = [number for number, _ in rows]
    table = pd.DataFrame({name: _moments(path.name, numbers, cells[name]) for name in (ISSUED, TIME)})
    for name, limits in LIMITS.items():
        if name in cells:
            table[name] = _values(path.name, numbers, name, cells[name], limits)
    if (double := table.duplicated([ISSUED, TIME])).any():
        again = numbers[int(double.to_numpy().argmax())]
        raise InputError(path.name, f"row {again}", None, "every interval of a run once")
    return WeatherRuns(path.name, table.sort_values([ISSUED, TIME], ignore_index=True), _step(path.name, table))


def _moments(source: str, rows: list[int], cells: tuple[str, ...]) -> np.ndarray:
    seen: dict[str, int] = {}
    out = np.empty(len(cells), np.int64)
    for k, cell in enumerate(cells):
        if cell not in seen:
            stamp = pd.Timestamp(csv_time(source, rows[k], cell))
            seen[cell] = int(stamp.tz_convert("UTC").as_unit("ns").value)
        out[k] = seen[cell]
    return out


def _values(source: str, rows: list[int], name: str, cells: tuple[str, ...], limits: tuple[float, float]) -> np.ndarray:
    out = np.empty(len(cells))
    for k, cell in enumerate(cells):
        text = cell.strip()
        if not NUMBER.fullmatch(text) or not limits[0] <= float(text) <= limits[1]:
            expected = f"a number from {limits[0]:g} to {limits[1]:g}"
            raise InputError(source, f"row {rows[k]}, column {name}", text, expected)
        out[k] = float(text)
    return out


def _step(source: str, table: pd.DataFrame) -> int:
    """Length of the intervals [min], one for all runs."""
    apart = table.sort_values([ISSUED, TIME]).groupby(ISSUED)[TIME].diff().dropna()
    if apart.empty:
        raise InputError(source, "rows", None, "two intervals of a run at least")
    step = apart.mode()[0] / MINUTE_NS
    if step not in STEPS_MINUTES:
        raise InputError(source, f"column {TIME}", f"{step:g} min", f"intervals of {STEPS_MINUTES} min")
    if (table[TIME] % int(step * MINUTE_NS)).any():
        raise InputError(source, f"column {TIME}", None, f"intervals on full {step:g} minutes")
    return int(step)
