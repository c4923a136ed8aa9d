"""What a pathway file says: sources with business as usual, measures, green power, offsets, actuals, targets.

A track gives amounts for some years; between two of them it is a straight line, after the last it stays. Years before
the first have no value: a pathway that needs one is refused.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from ems.inventory.model import MeasureKind
from forecasting.provenance import Strict
from models.window import Floats

Year = Annotated[int, Field(ge=1990, le=2100)]
Share = Annotated[float, Field(ge=0, le=1)]
Track = Annotated[dict[Year, Annotated[float, Field(ge=0)]], Field(min_length=1)]
Shares = Annotated[dict[Year, Share], Field(min_length=1)]
Scope = Literal["1", "2", "3"]


class Words(Strict):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Source(Strict):
    """Emissions of one kind as they would grow: ``emissions_t`` times ``intensity_index`` (1 where none is given)."""

    title: Words
    scope: Scope
    purchased_electricity: bool = False
    emissions_t: Track
    intensity_index: Track | None = Field(
        None, description="what changes without the company, such as the grid's factor"
    )


class Measure(Strict):
    """What the company does itself about one source."""

    title: Words
    source: str
    saves_t: Track
    ledger: tuple[MeasureKind, ...] = Field(
        (), description="kinds of the inventory's measures ledger that it stands for"
    )


class GreenPower(Strict):
    """Share of the electricity still bought that is bought green; what that avoids is what the source emits."""

    share: Shares


class Offset(Strict):
    """Reductions outside the inventory that are set against what is left."""

    title: Words
    method: str = Field("", description="the method under which credits are issued; empty: none, and that is told")
    supply_subtracted: bool = Field(description="whether emissions of making what replaces the old are subtracted")
    tonnes_t: Track


class Actual(Strict):
    """What an inventory found."""

    total_t: float = Field(gt=0)
    companies: int | None = Field(None, ge=1, description="entities within the boundary")


class Reference(Strict):
    """Linear reduction: share of the base year's emissions that is taken off each year, down to ``floor_share``."""

    title: Words
    base_year: Year
    annual_share: Share
    floor_share: Share = 0.1


class Targets(Strict):
    peak_year: Year | None = None
    neutrality_year: Year | None = None


class Pathway(Strict):
    """A pathway from ``first_year`` to ``last_year``, both included."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: Words
    first_year: Year
    last_year: Year
    sources: dict[str, Source] = Field(min_length=1)
    measures: dict[str, Measure] = {}
    green_power: GreenPower | None = None
    offsets: dict[str, Offset] = {}
    actuals: dict[Year, Actual] = {}
    inventory: str | None = Field(None, description="inventory file whose measures ledger feeds the measures")
    reference: Reference | None = None
    targets: Targets = Targets()

    @model_validator(mode="after")
    def _fits(self) -> Pathway:
        if self.first_year >= self.last_year:
            raise ValueError(f"first_year {self.first_year} must lie before last_year {self.last_year}")
        for name, measure in self.measures.items():
            if measure.source not in self.sources:
                known = ", ".join(self.sources)
                raise ValueError(f"measures.{name}.source is {measure.source!r} (expected: one of {known})")
            if measure.ledger and self.inventory is None:
                raise ValueError(f"measures.{name}.ledger is given, but no inventory is named")
        for name, source in self.sources.items():
            if min(source.emissions_t) > self.first_year:
                raise ValueError(
                    f"sources.{name}.emissions_t begins {min(source.emissions_t)}, after {self.first_year}"
                )
        if self.green_power and not any(s.purchased_electricity for s in self.sources.values()):
            raise ValueError("green_power is given, but no source is purchased_electricity")
        return self

    @property
    def years(self) -> list[int]:
        return list(range(self.first_year, self.last_year + 1))


def along(track: dict[int, float], years: list[int], *, before: float | None = None) -> Floats:
    """Values of a track, shape (years,): straight between its points, constant after the last.

    ``before`` stands for years before the first point; without it the first point holds for them too.
    """
    points = sorted(track.items())
    known = [y for y, _ in points]
    return np.asarray(np.interp(years, known, [v for _, v in points], left=before), float)
