"""Printed figures: a number with its unit, and the interval that its last digit leaves open.

    "240.83 万t"  is  240.825 … 240.835      "~15000 t"  is  14500 … 15500      ">110 万t"  is  110 … 120

Two figures contradict each other only where their intervals do not meet; so rounding raises no alarm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import model_validator

from ems.inventory.units import Unit, joined, shown, unit_of
from forecasting.provenance import Strict

_TEXT = re.compile(r"^([~>]?)\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(\S.*)$")
EPS = 1e-9  # relative: equal up to the error of the arithmetic


@dataclass(frozen=True)
class Range:
    """``low`` to ``high``, both possible; arithmetic gives what all combinations can give."""

    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Range) -> Range:
        return Range(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Range | float) -> Range:
        o = other if isinstance(other, Range) else Range(other, other)
        ends = [a * b for a in (self.low, self.high) for b in (o.low, o.high)]
        return Range(min(ends), max(ends))

    def __truediv__(self, other: Range) -> Range:
        """Quotient; ``other`` must not reach zero (`ZeroDivisionError`)."""
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("the divisor reaches zero")
        return self * Range(1 / other.high, 1 / other.low)

    def plus(self, x: float) -> Range:
        return Range(self.low + x, self.high + x)

    def meets(self, other: Range) -> bool:
        room = EPS * max(abs(self.low), abs(self.high), abs(other.low), abs(other.high))
        return self.low <= other.high + room and other.low <= self.high + room


class Quantity(Strict):
    """A figure as printed, such as ``"240.83 万t"``; in a file it is written as that text."""

    value: float  # in the printed unit
    unit: str
    text: str

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return given
        found = _TEXT.match(str(given).strip())
        unit = unit_of(found[3]) if found else None
        if found is None or unit is None:
            raise ValueError('expected a number with its unit, such as "240.83 万t", "~15000 t" or "32.55 %"')
        return {"value": float(found[2].replace(",", "")), "unit": unit.text, "text": str(given).strip()}

    @property
    def as_unit(self) -> Unit:
        unit = unit_of(self.unit)
        assert unit is not None, "checked when it was read"
        return unit

    @property
    def counts(self) -> str:
        """What it counts: mass, energy, mass/money …"""
        return self.as_unit.counts

    @property
    def base(self) -> float:
        """Value in base units (kg, kWh, m3, km, CNY …)."""
        return self.value * self.as_unit.size

    @property
    def step(self) -> float:
        """One unit of the last digit that is meant [printed unit]; a ``~`` makes zeros at the end of no meaning."""
        number = Decimal(self._number)
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)
        if exponent == 0 and self.text[0] in "~>" and number != 0:
            exponent = len(str(abs(int(number)))) - len(str(abs(int(number))).rstrip("0"))
        return float(Decimal(10) ** exponent)

    @property
    def decimals(self) -> int:
        return len(self._number.partition(".")[2])

    @property
    def range(self) -> Range:
        """What the printed figure may stand for [base units]; after ``>`` only more."""
        size = self.as_unit.size
        if self.text.startswith(">"):
            return Range(self.value * size, (self.value + self.step) * size)
        return Range((self.value - self.step / 2) * size, (self.value + self.step / 2) * size)

    @property
    def _number(self) -> str:
        found = _TEXT.match(self.text)
        assert found is not None, "checked when it was read"
        return found[2].replace(",", "")

    def say(self, lang: str) -> str:
        """The figure as printed, its unit and its mark in the reader's language."""
        marks = {"~": ("约 ", "about "), ">": ("超过 ", "more than ")}
        mark = marks[self.text[0]][lang == "en"] if self.text[0] in marks else ""
        sign = "+" if self._number.startswith("+") else ""
        return mark + joined(f"{sign}{self.value:,.{self.decimals}f}", shown(self.unit, lang))


def nearest(x: float, like: Quantity) -> float:
    """A value in base units as it would be printed in the unit and with the digits of a figure."""
    return round(x / like.as_unit.size, like.decimals)
