"""Which emission factors a report uses, frozen: hour by hour for the grid, one for each fuel and delivered medium.

The grid has two of them: the location-based average of its region, and the market-based residual mix. Each comes as
vintages, every one with the first day it serves; the average may come from a CSV file over time instead. What the
accounting file leaves open for a fuel or a delivery is the intensity of the site file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from ems.emissions.ledger import Factor, Ledger, Line, Method
from ems.emissions.vintages import (
    GRID_UNIT,
    Intensity,
    Park,
    Parts,
    Vintage,
    entry_of,
    frozen,
    older,
    over_time,
    served,
    together,
)
from ems.site import Name, Site
from ems.site_file import Figure, Provenance
from forecasting.errors import InputError, meant
from forecasting.factors import Factor as Entry
from forecasting.factors import around
from forecasting.notes import Note
from forecasting.provenance import Strict
from models.component import Component
from models.supply import GasSupply, HydrogenSupply, Spill, WaterSupply

MASS_UNIT = "kgCO2e/kg"
STATED: dict[type[Component], str] = {  # intensity that a site file gives
    GasSupply: "intensity_kgco2e_per_kwh",
    HydrogenSupply: "intensity_kgco2e_per_kg",
}
Use = Literal["location", "market", "fuels", "delivered"]


class FactorChoice(Strict):
    """Section ``factors`` of an accounting file."""

    region: str = Field("", description="grid region of the park, such as CN-SD; empty: its country")
    location: tuple[Vintage, ...] = Field((), description="averages of the grid; empty where intensity is given")
    market: tuple[Vintage, ...] = Field(min_length=1, description="residual mix of the grid")
    intensity: Intensity | None = Field(None, description="location-based intensity over time instead of location")
    fuels: dict[Name, str] = Field(
        default_factory=dict, description="gas supply or release of gas -> id of a factor per kWh LHV"
    )
    delivered: dict[Name, str] = Field(default_factory=dict, description="hydrogen or water supply -> id, per kg")

    @field_validator("region")
    @classmethod
    def _known(cls, region: str) -> str:
        if region:
            around(region)
        return region


@dataclass(frozen=True)
class FactorSet:
    """The factors of a report over its hours."""

    index: pd.DatetimeIndex
    location: Factor  # of all hours, shape (hours,); its id names every vintage in it
    market: Factor  # of all hours, shape (hours,)
    parts: Mapping[Method, Parts]  # the same, vintage by vintage with the hours it serves
    fuels: Mapping[str, Factor]  # gas supply or release of gas -> per kWh LHV
    delivered: Mapping[str, Factor]  # hydrogen or water supply -> per kg
    registry: Mapping[str, Entry]
    notes: tuple[Note, ...] = ()

    def of(self, key: str, unit: str, asked_by: str = "factors") -> Factor:
        """A factor of the registry by its id; raises `InputError` for an unknown id or another unit than ``unit``."""
        return frozen(entry_of(key, unit, self.registry, asked_by))

    def between(self, start: pd.Timestamp, end: pd.Timestamp) -> FactorSet:
        """The factors of the hours in ``[start, end)``."""
        rows = np.asarray((self.index >= start) & (self.index < end))

        def cut(factor: Factor) -> Factor:
            values = factor.kg_per_unit
            return replace(factor, kg_per_unit=values[rows]) if np.ndim(values) else factor

        parts: dict[Method, Parts] = {
            method: tuple((mask[rows], cut(factor)) for mask, factor in found if mask[rows].any())
            for method, found in self.parts.items()
        }
        return replace(self, index=self.index[rows], location=cut(self.location), market=cut(self.market), parts=parts)

    def grid_lines(self, line: Line, method: Method) -> tuple[Line, ...]:
        """A line of grid electricity, one for each vintage that serves in the period; its own factor is replaced.

        Outside its hours the activity of a line is 0, so that the lines add to the amount of the meter.
        """
        return tuple(
            replace(line, activity=np.where(mask, line.activity, 0.0), factor=factor)
            for mask, factor in self.parts[method]
        )

    def section(self, *ledgers: Ledger) -> list[dict[str, Any]]:
        """Every factor that the lines of some ledgers use, for the document; ``value`` is null where it varies."""
        used = {line.factor.id: line.factor for ledger in ledgers for line in ledger.lines}
        return [self._row(factor) for _, factor in sorted(used.items())]

    def _row(self, factor: Factor) -> dict[str, Any]:
        entry = self.registry.get(factor.id)
        values = np.unique(factor.kg_per_unit)
        row: dict[str, Any] = {
            "id": factor.id,
            "value": float(values[0]) if len(values) == 1 else None,
            "unit": factor.unit,
            "use": entry.use if entry else "",
            "region": entry.region if entry else None,
            "data_year": factor.data_year,
            "issuer": entry.issuer if entry else "",
            "announcement": factor.announcement,
            "published": entry.published if entry else None,
            "status": factor.status,
            "source": factor.source,
            "uncertainty": factor.uncertainty,
            "digest": entry.digest if entry else _digest(factor),
        }
        return row


def frozen_factors(
    choice: FactorChoice,
    registry: Mapping[str, Entry],
    index: pd.DatetimeIndex,
    site: Site,
    *,
    folder: Path | None = None,
    figures: Iterable[Figure] = (),
) -> FactorSet:
    """The factors of a period.

    Args:
        choice: what the accounting file asks for.
        registry: the factors there are.
        index: starts of the hours of the period, in the zone of the park.
        site: the park; intensities of its supplies serve where the choice names no factor for them.
        folder: where the CSV file of an intensity over time lies; not needed without one.
        figures: numbers of the site with their provenance, so that the status of an intensity is told.

    Raises:
        InputError: unknown id, wrong unit, a region in which the park does not lie, vintages that overlap or leave days
            of the period without a factor, a CSV file with holes, or a component that is no supply.
    """
    _known_components(choice, site)
    park = Park(site.place.country, choice.region)
    if choice.region and park.country not in around(choice.region):
        raise InputError("factors", "region", choice.region, f"a region of {park.country}, where the park lies")
    if choice.intensity:
        if choice.location:
            raise InputError("factors", "location", None, "either location or intensity", "leave one of them out")
        location: Parts = (over_time(choice.intensity, index, park, folder),)
    else:
        location = served(choice.location, "location", registry, index, park)
    parts: dict[Method, Parts] = {
        "location": location,
        "market": served(choice.market, "market", registry, index, park),
    }
    told = {(f.name, f.value): f.provenance for f in figures}
    return FactorSet(
        index,
        together(parts["location"], index),
        together(parts["market"], index),
        parts,
        _of_supplies(site, burnt_or_vented, choice.fuels, GRID_UNIT, "fuels", registry, told),
        _of_supplies(site, delivered, choice.delivered, MASS_UNIT, "delivered", registry, told),
        registry,
        tuple(older(parts, registry)),
    )


def burnt_or_vented(c: Component) -> bool:
    """Gas that is taken, all of which becomes CO2, and gas that is let go, which warms as methane before that."""
    return isinstance(c, GasSupply) or (isinstance(c, Spill) and c.carrier == "gas")


def delivered(c: Component) -> bool:
    return isinstance(c, HydrogenSupply | WaterSupply)


def _known_components(choice: FactorChoice, site: Site) -> None:
    for field, names, wanted in (("fuels", choice.fuels, burnt_or_vented), ("delivered", choice.delivered, delivered)):
        fitting = [c.name for c in site.components if wanted(c)]
        for name in names:
            if name not in fitting:
                expected = f"one of {', '.join(fitting)}" if fitting else "nothing: the site has no such supply"
                raise InputError(f"factors.{field}", "component", name, expected, meant(name, fitting))


def _of_supplies(
    site: Site,
    wanted: Callable[[Component], bool],
    ids: Mapping[str, str],
    unit: str,
    field: str,
    registry: Mapping[str, Entry],
    told: Mapping[tuple[str, float], Provenance],
) -> dict[str, Factor]:
    """Factor of every component that is wanted: the one chosen, else the intensity of the site, if it has one."""
    found = {}
    for c in filter(wanted, site.components):
        stated = STATED.get(type(c))
        if c.name in ids:
            found[c.name] = frozen(entry_of(ids[c.name], unit, registry, f"factors.{field}.{c.name}"))
        elif stated:
            value = float(getattr(c, stated))
            known = told.get((f"{c.name}.{stated}", value), Provenance("unmarked"))
            source = known.source or "site file"
            found[c.name] = Factor(f"site:{c.name}.{stated}", np.asarray(value), unit, source, known.status)
        elif isinstance(c, Spill):
            expected = "the id of a factor for gas that is let go, such as methane.vented.lhv"
            raise InputError(f"factors.{field}", c.name, "without a factor", expected)
    return found


def _digest(factor: Factor) -> str:
    """Version of a factor that is in no registry: of its id, unit and values."""
    values = np.ascontiguousarray(factor.kg_per_unit, "<f8").tobytes()
    return sha256(f"{factor.id} {factor.unit} ".encode() + values).hexdigest()[:16]


@dataclass(frozen=True)
class FactorChange:
    """One use for which two sets of factors differ; a side without a factor is None."""

    use: Use
    component: str  # empty for the grid
    old: Factor | None
    new: Factor | None

    def row(self) -> dict[str, Any]:
        """Plain values for the document; means over the hours [kgCO2e per unit]."""
        return {
            "use": self.use,
            "component": self.component,
            **{
                f"{side}_{key}": value
                for side, factor in (("old", self.old), ("new", self.new))
                for key, value in (
                    ("id", factor.id if factor else None),
                    ("announcement", factor.announcement if factor else None),
                    ("mean", float(np.mean(factor.kg_per_unit)) if factor else None),
                )
            },
            "unit": next(f.unit for f in (self.new, self.old) if f),
        }


def factor_difference(old: FactorSet, new: FactorSet) -> tuple[FactorChange, ...]:
    """Every use in which the factors of two sets differ in id or value, over the same hours or not.

    What a change amounts to is `ledger.difference` of the accounts of one activity with either set.
    """
    pairs: list[tuple[Use, str, Factor | None, Factor | None]] = [
        ("location", "", old.location, new.location),
        ("market", "", old.market, new.market),
        *(("fuels", n, old.fuels.get(n), new.fuels.get(n)) for n in sorted({*old.fuels, *new.fuels})),
        *(
            ("delivered", n, old.delivered.get(n), new.delivered.get(n))
            for n in sorted({*old.delivered, *new.delivered})
        ),
    ]
    return tuple(FactorChange(*pair) for pair in pairs if not _same(pair[2], pair[3]))


def _same(one: Factor | None, other: Factor | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.id == other.id and np.array_equal(one.kg_per_unit, other.kg_per_unit)
