"""What a sheet is: columns with one or more lines of heading, and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

Value = str | float | datetime | None


@dataclass(frozen=True)
class Column:
    """``heads`` are the lines of its heading, ``form`` is the number format of a spreadsheet, empty for texts.

    ``fills`` are background colours, one a value, empty for none.
    """

    heads: tuple[str, ...]
    values: Sequence[Value]
    form: str = ""
    fills: Sequence[str] = ()


@dataclass(frozen=True)
class Sheet:
    """``frozen`` columns stay in sight, as the heading does; all columns have as many lines of heading as the first."""

    name: str
    columns: Sequence[Column]
    frozen: int = 0
