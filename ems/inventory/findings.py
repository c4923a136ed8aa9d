"""What a check found, as a sentence with its arithmetic in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ems.inventory.quantity import Range
from ems.inventory.units import unit_of

Grade = Literal["error", "warning", "rounding"]
GRADES: tuple[Grade, ...] = ("error", "warning", "rounding")
GRADE_TEXT = {"error": ("错误", "error"), "warning": ("提醒", "warning"), "rounding": ("舍入", "rounding")}


@dataclass(frozen=True)
class Finding:
    """``error``: cannot be so; ``warning``: misleads or contradicts; ``rounding``: explained by the digits printed."""

    rule: str
    grade: Grade
    about: tuple[str, ...]  # ids of accounts, measures, changes
    zh: str
    en: str
    computed: Mapping[str, float] = field(default_factory=dict)  # figures of the arithmetic, unrounded


def n(x: float, digits: int = 5) -> str:
    """A number with as many digits as carry the argument."""
    if x == 0:
        return "0"
    if abs(x) >= 10 ** (digits - 1):
        return f"{x:,.0f}"
    text = f"{x:.{digits}g}"
    if "e" in text:
        return text
    whole, _, rest = text.partition(".")
    return f"{int(whole):,}" if not rest and abs(x) >= 1000 else text


def percent(x: float, digits: int = 2, *, signed: bool = True) -> str:
    return f"{100 * x:+.{digits}f} %" if signed else f"{100 * x:.{digits}f} %"


def between(r: Range, scale: float = 1.0, digits: int = 5) -> str:
    """An interval, or one number where its ends are the same."""
    low, high = (n(x / scale, digits) for x in (r.low, r.high))
    return low if low == high else f"{low}…{high}"


def size(unit: str) -> float:
    """Size of a known unit in base units."""
    found = unit_of(unit)
    assert found is not None, unit
    return found.size
