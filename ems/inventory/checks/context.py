"""What rules look at: the inventory, its accounts by year, the registry, the plausible ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ems.inventory.model import Inventory, Measure
from ems.inventory.quantity import Quantity
from ems.inventory.ranges import Ranges, ranges
from ems.inventory.totals import Book, Value, printed
from ems.inventory.units import shown
from forecasting.factors import Factor


@dataclass(frozen=True)
class Context:
    inventory: Inventory
    factors: Mapping[str, Factor]

    @cached_property
    def ranges(self) -> Ranges:
        return ranges()

    @cached_property
    def books(self) -> dict[int, Book]:
        """Accounts of every year that has figures, the reporting year first."""
        years = sorted({f.year for f in self.inventory.figures}, key=lambda y: (y != self.inventory.year, y))
        return {y: Book(self.inventory, y, self.factors) for y in years}

    @cached_property
    def titles(self) -> dict[str, tuple[str, str]]:
        return Book(self.inventory, self.inventory.year, self.factors).titles

    def zh(self, account: str) -> str:
        return self.titles[account][0]

    def en(self, account: str) -> str:
        return self.titles[account][1]

    def value(self, of: str, year: int) -> Value | None:
        """Value of an account in a year, or of a quantity or an intensity that is given for it [base units]."""
        found = self.given(of, year)
        if found is not None:
            return printed(found)
        return self.books[year].value(of) if year in self.books else None

    def given(self, of: str, year: int | None = None) -> Quantity | None:
        """The printed value of a quantity or an intensity in a year, or in any."""
        quantities = ((q.id, q.year, q.value) for q in self.inventory.quantities)
        intensities = ((i.id, i.year, i.value) for i in self.inventory.intensities)
        given = (*quantities, *intensities)
        return next((value for name, at, value in given if name == of and value and year in (None, at)), None)

    def figure(self, of: str, year: int) -> Quantity | None:
        """The printed amount of an account in a year."""
        figure = self.books[year].figure(of) if year in self.books else None
        return figure.amount if figure else None

    def measure(self, name: str) -> Measure:
        return next(m for m in self.inventory.measures if m.id == name)

    @property
    def unit(self) -> str:
        return self.inventory.unit

    def unit_in(self, lang: str) -> str:
        return shown(self.unit, lang)
