"""What happened in a park, hour by hour: amounts of every meter, with the gaps told.

An amount is what flowed in the interval that begins at its label [kWh, kg, m3, L, km]. A missing hour is NaN and
stands among the gaps; it is never filled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ems.site import Site
from forecasting.errors import InputError
from forecasting.notes import Note

Kind = Literal["plan", "baseline", "measured", "entered", "computed"]
HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class Meter:
    """One column of an activity: where it sits, what it counts, and how it came to be known."""

    name: str  # component.quantity with the unit of the amount at its end: grid.import_kwh
    component: str
    carrier: str
    unit: str  # of the amount: kWh, kg, m3, L, km
    zh: str
    en: str
    kind: Kind


@dataclass(frozen=True)
class Gap:
    """Hours without data: ``[start, end)``, of one meter or of all (``meter`` empty)."""

    meter: str
    start: pd.Timestamp
    end: pd.Timestamp
    why: Note

    @property
    def hours(self) -> float:
        return float((self.end - self.start) / HOUR)


@dataclass(frozen=True)
class Activity:
    """Hourly amounts of a park over a period, shape (hours, meters)."""

    site: Site
    meters: Mapping[str, Meter]
    table: pd.DataFrame  # index: starts of hours in the park's zone; columns: names of meters
    gaps: tuple[Gap, ...] = ()

    def amount(self, meter: str) -> pd.Series[float]:
        """Amounts of a meter; raises `InputError` where there is no such meter."""
        if meter not in self.table:
            known = ", ".join(sorted(self.meters))
            raise InputError("activity", "meter", meter, f"one of {known}")
        return self.table[meter]

    def total(self, meter: str) -> float:
        """Sum over the hours that are known [unit of the meter]."""
        return float(self.amount(meter).sum())

    def between(self, start: pd.Timestamp, end: pd.Timestamp) -> Activity:
        """The part in ``[start, end)``, with its gaps cut to it."""
        rows = self.table.loc[(self.table.index >= start) & (self.table.index < end)]
        gaps = tuple(
            Gap(g.meter, max(g.start, start), min(g.end, end), g.why)
            for g in self.gaps
            if g.start < end and g.end > start
        )
        return Activity(self.site, self.meters, rows, gaps)

    def with_meters(self, more: Sequence[tuple[Meter, pd.Series[float]]]) -> Activity:
        """The activity with further columns; a meter that is there already is refused."""
        if double := sorted({m.name for m, _ in more} & set(self.meters)):
            raise InputError("activity", "meter", double[0], "a name that is not taken")
        table = self.table.assign(**{m.name: values for m, values in more})
        return Activity(self.site, {**self.meters, **{m.name: m for m, _ in more}}, table, self.gaps)


def amount_name(component: str, quantity: str) -> str:
    """Name of the meter that counts a rate: ``grid``, ``import_kw`` -> ``grid.import_kwh``."""
    for rate, stock in (("_kg_per_h", "_kg"), ("_kw", "_kwh")):
        if quantity.endswith(rate):
            return f"{component}.{quantity.removesuffix(rate)}{stock}"
    raise ValueError(f"{quantity!r} is no rate: its name ends in neither _kw nor _kg_per_h")
