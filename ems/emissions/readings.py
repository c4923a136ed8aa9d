"""A CSV file as readings of meters, all of it checked; the format is told in `ems.emissions.measured_source`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ems.emissions.activity import HOUR, Meter
from forecasting.errors import InputError, meant
from forecasting.horizon import STEPS_MINUTES, nanoseconds
from forecasting.tables import csv_rows, csv_time
from models.window import Floats, Ints

LONG = ("time", "meter", "value", "unit")
MINUTE_NS = 60_000_000_000
HOUR_NS = HOUR.value


@dataclass(frozen=True)
class Unit:
    """A unit that readings may come in: ``reading x factor`` in the meter's unit, times hours where it is a rate."""

    of: str  # unit of the meter
    factor: float
    rate: bool = False

    def amount(self, step_ns: int) -> float:
        """What a reading of 1 counts in an interval."""
        return self.factor * (step_ns / HOUR_NS if self.rate else 1.0)


UNITS = {
    "kWh": Unit("kWh", 1.0),
    "MWh": Unit("kWh", 1000.0),
    "MJ": Unit("kWh", 1 / 3.6),
    "GJ": Unit("kWh", 1000 / 3.6),
    "kW": Unit("kWh", 1.0, rate=True),
    "MW": Unit("kWh", 1000.0, rate=True),
    "kg": Unit("kg", 1.0),
    "t": Unit("kg", 1000.0),
    "kg/h": Unit("kg", 1.0, rate=True),
    "m3": Unit("m3", 1.0),
    "L": Unit("L", 1.0),
    "km": Unit("km", 1.0),
}
ENDINGS = {f"_{unit.lower().replace('/', '_per_')}": unit for unit in UNITS}  # of names: _kwh, _kg_per_h


@dataclass(frozen=True)
class Readings:
    """Readings of one meter in the order of time; empty cells are left out."""

    meter: Meter
    title: str  # how the file calls it
    times_ns: Ints  # starts of the intervals, since 1970 [ns]
    amounts: Floats  # [unit of the meter]
    step_ns: int


def read_readings(file: Path, known: Mapping[str, Meter], midnight: pd.Timestamp) -> list[Readings]:
    """Every meter of a wide or long file; intervals lie on the grid that starts at ``midnight``.

    Raises `InputError` with row and column for whatever is not as it should be.
    """
    header, rows = csv_rows(file)
    for number, row in rows:
        if len(row) != len(header):
            raise InputError(file.name, f"cells in row {number}", len(row), f"{len(header)}, as in row 1")
    if "time" not in header:
        raise InputError(file.name, "column time", "missing", "time and one column a meter, or time,meter,value,unit")
    sheet = _Sheet(file.name, header, rows, midnight.value)
    return _long(sheet, known) if {"meter", "value"} & set(header) else _wide(sheet, known)


@dataclass(frozen=True)
class _Sheet:
    source: str
    header: list[str]
    rows: list[tuple[int, list[str]]]  # with their numbers, from 2
    midnight_ns: int

    @cached_property
    def columns(self) -> dict[str, tuple[str, ...]]:
        return dict(zip(self.header, zip(*(row for _, row in self.rows), strict=True), strict=True))

    def times(self) -> Ints:
        """Starts of the intervals since 1970 [ns], shape (rows,)."""
        cells = zip(self.rows, self.columns["time"], strict=True)
        times = [csv_time(self.source, number, cell) for (number, _), cell in cells]
        try:
            return nanoseconds(pd.DatetimeIndex(pd.to_datetime(times, utc=True)))
        except (ValueError, OverflowError) as error:
            raise InputError(self.source, "column time", None, "years 1678 to 2261", str(error)) from error

    def values(self, column: str, positions: Ints) -> Floats:
        """Readings of some rows; NaN where there is none."""
        cells = [self.columns[column][k].strip() for k in positions.tolist()]
        numbers = pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce")  # strict, but not to the last digit
        readable = np.isfinite(numbers.to_numpy(float))
        for k in np.flatnonzero(~readable).tolist():
            if cells[k]:
                expected = "a finite number such as 12.5, or nothing where none was read"
                raise self._refused(positions[k], column, cells[k], expected)
        values = np.array([float(cell) if cell else math.nan for cell in cells])
        if (values < 0).any():
            k = int((values < 0).argmax())
            raise self._refused(positions[k], column, cells[k], "0 or more: a meter counts one way")
        return values

    def _refused(self, k: int, column: str, cell: str, expected: str) -> InputError:
        return InputError(self.source, f"row {self.rows[k][0]}, column {column}", cell, expected)

    def in_order(self, times: Ints, positions: Ints, of: str) -> Ints:
        """Positions in the order of time; raises `InputError` where two have the same."""
        order = positions[np.argsort(times[positions], kind="stable")]
        if len(same := np.flatnonzero(np.diff(times[order]) == 0)):
            first, second = (self.rows[order[same[0] + k]][0] for k in (0, 1))
            at = f"row {second}, column time"
            raise InputError(
                self.source, at, _text(times[order[same[0]]]), f"every time once{of}", f"as in row {first}"
            )
        return order

    def step(self, times: Ints, order: Ints, of: str) -> int:
        """Length of the intervals [ns]: the smallest distance of two times; all lie on its grid."""
        t = times[order]
        if len(t) < 2:
            raise InputError(self.source, f"rows{of}", len(t), "two or more, which tell the length of an interval")
        k = int(np.diff(t).argmin())
        step = int(t[k + 1] - t[k])
        if step / MINUTE_NS not in STEPS_MINUTES:
            first, second = (self.rows[order[k + j]][0] for j in (0, 1))
            raise InputError(
                self.source,
                f"column time{of}",
                f"{step / MINUTE_NS:g} min from row {first} to row {second}",
                f"intervals of {', '.join(map(str, STEPS_MINUTES))} min",
                "emissions are accounted by the hour",
            )
        if len(off := np.flatnonzero((t - self.midnight_ns) % step)):
            where = f"row {self.rows[order[off[0]]][0]}, column time"
            raise InputError(self.source, where, _text(t[off[0]]), f"times on full {step / MINUTE_NS:g} min{of}")
        return step


def _wide(sheet: _Sheet, known: Mapping[str, Meter]) -> list[Readings]:
    """One column a meter; the step is that of the file, so that an empty cell is a reading that is missing."""
    columns = {name: _meter_of(sheet.source, name, known) for name in sheet.header if name != "time"}
    taken: dict[str, str] = {}
    for name, (meter, _) in columns.items():
        if meter.name in taken:
            raise InputError(
                sheet.source, f"column {name}", None, "every meter once", f"as in column {taken[meter.name]}"
            )
        taken[meter.name] = name
    times = sheet.times()
    order = sheet.in_order(times, np.arange(len(times)), "")
    step = sheet.step(times, order, "")
    found = []
    for name, (meter, unit) in columns.items():
        values = sheet.values(name, order)
        there = ~np.isnan(values)
        found.append(Readings(meter, name, times[order][there], values[there] * unit.amount(step), step))
    return found


def _long(sheet: _Sheet, known: Mapping[str, Meter]) -> list[Readings]:
    """One line a reading; the step is that of each meter."""
    if missing := [name for name in LONG if name not in sheet.header]:
        raise InputError(sheet.source, f"column {missing[0]}", "missing", f"the columns {', '.join(LONG)}")
    units: list[Unit] = []
    positions: dict[str, list[int]] = {}
    for k, ((number, _), meter, unit) in enumerate(
        zip(sheet.rows, sheet.columns["meter"], sheet.columns["unit"], strict=True)
    ):
        name = meter.strip()
        if name not in known:
            raise _unknown(sheet.source, f"row {number}, column meter", name, name, known)
        units.append(_unit(sheet.source, f"row {number}, column unit", unit.strip(), known[name]))
        positions.setdefault(name, []).append(k)
    times = sheet.times()
    found = []
    for name, rows in positions.items():
        of = f" of {name}"
        order = sheet.in_order(times, np.array(rows), of)
        step = sheet.step(times, order, of)
        values = sheet.values("value", order) * np.array([units[k].amount(step) for k in order])
        there = ~np.isnan(values)
        found.append(Readings(known[name], name, times[order][there], values[there], step))
    return found


def _meter_of(source: str, name: str, known: Mapping[str, Meter]) -> tuple[Meter, Unit]:
    """The meter that a column counts, and the unit at the end of its name."""
    ending = _ending(name)
    stems = {m.name.removesuffix(_ending(m.name)): m for m in known.values()}
    meter = stems.get(name.removesuffix(ending))
    if meter is None:
        raise _unknown(source, f"column {name}", None, name, known)
    if not ending:
        raise InputError(source, f"column {name}", None, "a unit at the end of its name", f"write {meter.name}")
    return meter, _unit(source, f"column {name}: its unit", ENDINGS[ending], meter)


def _ending(name: str) -> str:
    return next((ending for ending in ENDINGS if name.endswith(ending)), "")


def _unit(source: str, where: str, unit: str, meter: Meter) -> Unit:
    """A unit of the kind that the meter counts."""
    fitting = [u for u, about in UNITS.items() if about.of == meter.unit]
    if unit not in fitting:
        raise InputError(source, where, unit, ", ".join(fitting), f"{meter.name} counts {meter.unit}")
    return UNITS[unit]


def _unknown(source: str, where: str, shown: str | None, name: str, known: Mapping[str, Meter]) -> InputError:
    return InputError(
        source, where, shown, "a meter of the park", meant(name, known, "correct the name or leave it out")
    )


def _text(time_ns: int) -> str:
    return pd.Timestamp(int(time_ns), tz="UTC").isoformat()
