"""A study's own series: prices, loads, PV yield, carbon intensity from a CSV file in place of what is forecast.

The file has a column ``time`` (RFC 3339, with offset) and any of the park's input columns, in the unit that their
names end with. It must cover the simulated time, or hold a whole year, whose dates are then taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ems.columns import input_columns
from ems.given import DERIVED, LIMITS
from ems.inputs import asked_columns
from ems.site import Site
from forecasting.errors import InputError, meant
from forecasting.notes import Note
from forecasting.other_year import in_year_of
from forecasting.resample import on_index
from forecasting.tables import column_names, read_series_csv
from models import unit_of


@dataclass(frozen=True)
class Own:
    """Series of a study's own on the hours of its year, and what the reader should know of them."""

    table: pd.DataFrame
    notes: tuple[Note, ...] = ()

    def into(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with these series in place of its own, and those that it has not got."""
        return table.assign(**{str(name): self.table[name] for name in self.table})


def own_columns(path: Path, park: Site, index: pd.DatetimeIndex) -> Own:
    """The series of a file as means on ``index``.

    Raises `InputError` for a column that nothing in the park asks for, a value out of its limits (both named, with
    row and column), a gap, and a file that does not reach over the index.
    """
    known = [*input_columns(park), *(name for c in park.components for name in asked_columns(c))]
    names = [name for name in column_names(path) if name != "time"]
    limits = {name: _limits(path.name, name, known) for name in names}
    if not limits:
        raise InputError(path.name, "columns", "time", f"time and one of {', '.join(dict.fromkeys(known))}")
    frame, moved = in_year_of(read_series_csv(path, limits, str(index.tz)), index, path.name)
    told = ", ".join(names)
    note = Note(f"取自 {path.name} 的序列: {told}。", f"Series taken from {path.name}: {told}.")
    return Own(on_index(frame, index, "hold", path.name), (note, *moved))


def within_limits(table: pd.DataFrame, factors: dict[str, float]) -> pd.DataFrame:
    """The table with columns times their factors; raises `InputError` for unknown columns and impossible values."""
    out = table.copy()
    for name, factor in factors.items():
        where = f"factors.{name}"
        choice = [str(c) for c in table if c not in DERIVED and unit_of(str(c)) != "°C"]
        if name not in choice:
            raise InputError("study", where, name, f"one of {', '.join(choice)}", meant(name, choice))
        scaled = table[name] * factor
        low, high = LIMITS[unit_of(name)]
        if not scaled.between(low, high).all():
            worst = scaled[~scaled.between(low, high)].iloc[0]
            raise InputError("study", where, factor, f"values from {low:g} to {high:g}; one becomes {worst:g}")
        out[name] = scaled
    return out


def _limits(source: str, name: str, known: list[str]) -> tuple[float, float]:
    if name in DERIVED:
        remedy = "name a weather file in the study instead" if name.startswith("ghi") else "leave it out"
        raise InputError(source, f"column {name}", None, "a column from which others do not follow", remedy)
    if name not in known:
        choice = ", ".join(dict.fromkeys(known))
        remedy = meant(name, known, "leave it out, or name it in the component that needs it")
        raise InputError(source, f"column {name}", None, f"a column that the park asks for: {choice}", remedy)
    try:
        return LIMITS[unit_of(name)]
    except (KeyError, ValueError) as error:
        units = ", ".join(LIMITS)
        raise InputError(
            source, f"column {name}", None, f"a name that ends in a unit of {units}", str(error)
        ) from error
