"""Measured series from a file, wide or long, CSV or Parquet; what cannot be understood is refused.

    time,roof.power_kw,roof.status,hall.electricity_kwh      time,meter,value,unit,status
    2026-01-01T00:00:00+08:00,0,,41.5                         2026-01-01T00:00:00+08:00,roof.power,0,kW,
    2026-01-01T00:15:00+08:00,0,outage,                       2026-01-01T00:00:00+08:00,hall.electricity,41.5,kWh,good

- A value is what flowed in the interval that begins at its time. A cell may be empty: nothing was measured.
- In wide files the unit is the end of the name (_kw _mw _w _kwh _mwh _mj _gj _kg_per_h _kg); in long files a column.
  Energy and mass become power and flow by the length of the interval. A unit of another kind is refused.
- Status, where there is one: good, estimated, suspect, missing, curtailed, outage; an empty cell is good.
- Times carry their offset from UTC, lie on one grid and come once; lines may come in any order. Intervals that are
  missing stay missing. Columns that the caller does not know are refused, none is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.calendar import WorkCalendar
from forecasting.errors import InputError, meant
from forecasting.history.days import Floats
from forecasting.history.judge import full_axis, judge_demand, judge_pv
from forecasting.history.measured import Measured
from forecasting.history.sky import sky_of
from forecasting.horizon import STEPS_MINUTES, nanoseconds
from forecasting.irradiance import Spot
from forecasting.place import zone
from forecasting.pv import PvArray
from forecasting.tables import NUMBER, csv_rows, csv_time

LONG = ("time", "meter", "value", "unit")
STATUS = "status"
Ints = npt.NDArray[np.int64]
Cells = Sequence[str] | Floats  # text of a CSV file; numbers of a Parquet file
MINUTE_NS, HOUR_NS = 60_000_000_000, 3_600_000_000_000
# unit -> what it counts, factor to kW or kg/h, whether it is an amount of the interval
UNITS = {
    "W": ("power", 1e-3, False),
    "kW": ("power", 1.0, False),
    "MW": ("power", 1e3, False),
    "kWh": ("power", 1.0, True),
    "MWh": ("power", 1e3, True),
    "MJ": ("power", 1 / 3.6, True),
    "GJ": ("power", 1e3 / 3.6, True),
    "kg/h": ("flow", 1.0, False),
    "kg": ("flow", 1.0, True),
}
ENDINGS = {f"_{unit.lower().replace('/', '_per_')}": unit for unit in UNITS}


@dataclass(frozen=True)
class PvMeter:
    """Power of a plant: ``name`` without unit, ``unit`` of the series made of it (kW, MW, W), ``capacity`` and
    ``dc_peak`` [unit]."""

    name: str
    unit: str
    capacity: float
    dc_peak: float
    spot: Spot
    array: PvArray

    def judged(self, values: pd.Series[float], status: pd.Series[str] | None) -> Measured:
        """Held against the sky over the plant."""
        full = full_axis(pd.DatetimeIndex(values.index), self.name)
        sky = sky_of(self.spot, self.array, self.dc_peak, full)
        return judge_pv(self.name, values, sky, self.capacity, self.unit, status)


@dataclass(frozen=True)
class DemandMeter:
    """A demand: ``name`` without unit, ``unit`` of the series made of it (kW, MW, W, kg/h); see `judge_demand`."""

    name: str
    unit: str
    calendar: WorkCalendar | None = None
    limit: float | None = None
    weatherly: bool = False

    def judged(self, values: pd.Series[float], status: pd.Series[str] | None) -> Measured:
        """Held against itself and the calendar."""
        return judge_demand(
            self.name, values, self.unit,
            calendar=self.calendar, limit=self.limit, weatherly=self.weatherly, status=status,
        )  # fmt: skip


KnownMeter = PvMeter | DemandMeter


def read_history(path: Path, known: Sequence[KnownMeter], timezone: str) -> dict[str, Measured]:
    """Every series of a file by its name, judged.

    Args:
        path: CSV, or Parquet (needs pyarrow).
        known: the series that may be in the file.
        timezone: IANA zone of the place, whose days count.

    Raises:
        InputError: with row and column, for whatever is not as it should be.
    """
    sheet = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    names = {meter.name: meter for meter in known}
    lines = _long(sheet, names) if {"meter", "value"} & set(sheet.columns) else _wide(sheet, names)
    return {name: _judged(sheet.source, names[name], part, timezone) for name, part in lines.items()}


@dataclass(frozen=True)
class _Sheet:
    """Cells as text, or numbers of a Parquet file; ``rows`` as the user counts them."""

    source: str
    columns: Mapping[str, Cells]
    rows: Sequence[int]
    times_ns: Ints

    def numbers(self, column: str) -> Floats:
        """Values of a column; NaN where a cell is empty."""
        cells = self.columns[column]
        if isinstance(cells, np.ndarray):
            return cells
        out = np.full(len(cells), np.nan)
        for k, cell in enumerate(cells):
            text = str(cell).strip()
            if text:
                if not NUMBER.fullmatch(text) or not np.isfinite(float(text)):
                    raise InputError(
                        self.source, f"row {self.rows[k]}, column {column}", text,
                        "a finite number such as 12.5, or nothing where none was measured",
                    )  # fmt: skip
                out[k] = float(text)
        return out


@dataclass(frozen=True)
class _Part:
    """Rows of one series: times, readings [``units``], status or None, numbers."""

    times_ns: Ints
    readings: Floats
    units: Sequence[str]
    status: Sequence[str] | None
    rows: Sequence[int]


def _csv(path: Path) -> _Sheet:
    header, rows = csv_rows(path)
    for number, row in rows:
        if len(row) != len(header):
            raise InputError(path.name, f"cells in row {number}", len(row), f"{len(header)}, as in row 1")
    columns = dict(zip(header, zip(*(row for _, row in rows), strict=True), strict=True))
    if "time" not in columns:
        raise _no_time(path.name)
    numbers = [number for number, _ in rows]
    times = [csv_time(path.name, number, cell) for number, cell in zip(numbers, columns.pop("time"), strict=True)]
    try:
        stamps = nanoseconds(pd.DatetimeIndex(pd.to_datetime(times, utc=True)))
    except (ValueError, OverflowError) as error:
        raise InputError(path.name, "column time", None, "years 1678 to 2261", str(error)) from error
    return _Sheet(path.name, columns, numbers, stamps)


def _parquet(path: Path) -> _Sheet:
    try:
        table = pd.read_parquet(path)
    except ImportError as error:
        raise InputError(path.name, "format", "Parquet", "pyarrow installed", "install it, or save as CSV") from error
    except (OSError, ValueError) as error:
        raise InputError(path.name, "content", None, "a Parquet file", str(error)[:200]) from error
    if "time" not in table and table.index.name == "time":
        table = table.reset_index()
    if "time" not in table:
        raise _no_time(path.name)
    times = table.pop("time")
    if not isinstance(times.dtype, pd.DatetimeTZDtype) or times.isna().any():
        raise InputError(path.name, "column time", str(times.dtype), "times with time zone, one in every row")
    columns: dict[str, Cells] = {}
    for name in map(str, table.columns):
        if pd.api.types.is_numeric_dtype(table[name]):
            numbers = table[name].to_numpy(float, na_value=np.nan)
            if np.isinf(numbers).any():
                row = int(np.isinf(numbers).argmax())
                raise InputError(path.name, f"row {row + 1}, column {name}", numbers[row], "a finite number or nothing")
            columns[name] = numbers
        else:
            columns[name] = table[name].fillna("").astype(str).tolist()
    return _Sheet(path.name, columns, range(1, len(table) + 1), nanoseconds(pd.DatetimeIndex(times)))


def _no_time(source: str) -> InputError:
    return InputError(source, "column time", "missing", "time and one column a series, or time,meter,value,unit")


def _wide(sheet: _Sheet, known: Mapping[str, KnownMeter]) -> dict[str, _Part]:
    """One column a series, beside it perhaps one of its status."""
    out: dict[str, _Part] = {}
    states = {name.removesuffix(f".{STATUS}"): name for name in sheet.columns if name.endswith(f".{STATUS}")}
    for column in sheet.columns:
        if column in states.values():
            continue
        ending = next((e for e in sorted(ENDINGS, key=len, reverse=True) if column.endswith(e)), "")
        name = column.removesuffix(ending)
        if name not in known:
            raise _unknown(sheet.source, f"column {column}", name, known)
        if not ending:
            endings = ", ".join(ENDINGS)
            raise InputError(sheet.source, f"column {column}", None, f"a unit at the end of its name ({endings})")
        if name in out:
            raise InputError(sheet.source, f"column {column}", None, "every series once")
        unit = _unit(sheet.source, f"column {column}: its unit", ENDINGS[ending], known[name])
        owners = [stem for stem in states if name == stem or name.startswith(f"{stem}.")]
        status = [str(s) for s in sheet.columns[states[max(owners, key=len)]]] if owners else None
        out[name] = _Part(sheet.times_ns, sheet.numbers(column), [unit] * len(sheet.rows), status, sheet.rows)
    for stem, column in states.items():
        if not any(name == stem or name.startswith(f"{stem}.") for name in out):
            raise InputError(sheet.source, f"column {column}", None, "the status of a series of the file")
    if not out:
        raise InputError(sheet.source, "columns", "time", "one series at least")
    return out


def _long(sheet: _Sheet, known: Mapping[str, KnownMeter]) -> dict[str, _Part]:
    """One line a reading."""
    if missing := [name for name in LONG[1:] if name not in sheet.columns]:
        raise InputError(sheet.source, f"column {missing[0]}", "missing", f"the columns {', '.join(LONG)}")
    values = sheet.numbers("value")
    lines: dict[str, list[int]] = {}
    units: list[str] = []
    for k, (meter, unit) in enumerate(zip(sheet.columns["meter"], sheet.columns["unit"], strict=True)):
        name = str(meter).strip()
        where = f"row {sheet.rows[k]}, column"
        if name not in known:
            raise _unknown(sheet.source, f"{where} meter", name, known)
        units.append(_unit(sheet.source, f"{where} unit", str(unit).strip(), known[name]))
        lines.setdefault(name, []).append(k)
    said = sheet.columns.get(STATUS)
    return {
        name: _Part(
            sheet.times_ns[at], values[at], [units[k] for k in at],
            None if said is None else [str(said[k]) for k in at], [sheet.rows[k] for k in at],
        )
        for name, at in lines.items()
    }  # fmt: skip


def _judged(source: str, meter: KnownMeter, part: _Part, timezone: str) -> Measured:
    """One series on its axis, in the unit it is wanted in."""
    order = np.argsort(part.times_ns, kind="stable")
    t = part.times_ns[order]
    step = _step(source, meter.name, part, order, t)
    hours = step / HOUR_NS
    into = UNITS[meter.unit][1]
    factor = np.array([UNITS[u][1] / (hours if UNITS[u][2] else 1.0) / into for u in part.units])
    index = pd.DatetimeIndex(t, tz="UTC").tz_convert(zone(timezone))
    values = pd.Series((part.readings * factor)[order], index=index, name=meter.name)
    status = None if part.status is None else pd.Series([part.status[k] for k in order.tolist()], index=index)
    if values.notna().sum() < 2:
        raise InputError(source, meter.name, f"{values.notna().sum()} values", "two or more")
    return meter.judged(values, status)


def _step(source: str, name: str, part: _Part, order: npt.NDArray[np.intp], t: Ints) -> int:
    """Length of the intervals [ns]: the commonest distance of two times; all lie on its grid, none comes twice."""
    if len(t) < 2:
        raise InputError(source, f"rows of {name}", len(t), "two or more, which tell the length of an interval")
    apart = np.diff(t)
    if len(same := np.flatnonzero(apart == 0)):
        first, second = (part.rows[order[same[0] + k]] for k in (0, 1))
        raise InputError(
            source, f"row {second}, column time", _text(t[same[0]]), f"every time once for {name}", f"as in row {first}"
        )
    kinds, count = np.unique(apart, return_counts=True)
    step = int(kinds[count.argmax()])
    if step / MINUTE_NS not in STEPS_MINUTES:
        steps = ", ".join(map(str, STEPS_MINUTES))
        raise InputError(source, f"column time of {name}", f"{step / MINUTE_NS:g} min", f"intervals of {steps} min")
    if len(off := np.flatnonzero(t % step)):
        row = part.rows[order[off[0]]]
        raise InputError(source, f"row {row}, column time", _text(t[off[0]]), f"times on full {step / MINUTE_NS:g} min")
    return step


def _unit(source: str, where: str, unit: str, meter: KnownMeter) -> str:
    """A unit of the kind that the series has."""
    fitting = [u for u, (kind, _, _) in UNITS.items() if kind == UNITS[meter.unit][0]]
    if unit not in fitting:
        raise InputError(source, where, unit, ", ".join(fitting), f"{meter.name} is kept in {meter.unit}")
    return unit


def _unknown(source: str, where: str, name: str, known: Mapping[str, KnownMeter]) -> InputError:
    remedy = meant(name, known, "correct the name or leave it out")
    return InputError(source, where, name, f"one of {', '.join(known)}"[:200], remedy)


def _text(time_ns: int) -> str:
    return pd.Timestamp(int(time_ns), tz="UTC").isoformat()
