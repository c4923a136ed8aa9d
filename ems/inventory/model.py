"""A corporate inventory as it is entered: flat records, each with its provenance, after the GHG Protocol standard.

The records are those of the sheets of a workbook as well. Accounts are named: ``total``, ``scope-1`` to ``scope-3``,
and the ids of segments and lines. A line is one source of emissions in one scope; a figure is what the inventory
prints of an account in a year. Figures are kept as printed (`Quantity`); nothing here is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from ems.inventory.quantity import Quantity
from forecasting.provenance import Strict

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Scope = Literal[1, 2, 3]
Consolidation = Literal["equity_share", "financial_control", "operational_control"]
Role = Literal["saved", "replaced", "captured", "generated"]
MeasureKind = Literal[
    "gas_power", "equipment", "waste_heat", "clean_energy", "plant", "office", "behaviour", "hydrogen_transport",
    "logistics",
]  # fmt: skip
SCOPES: tuple[Scope, ...] = (1, 2, 3)
TOTAL = "total"


def scope_id(scope: int) -> str:
    return f"scope-{scope}"


def counting(*kinds: str) -> Callable[[Quantity], Quantity]:
    """A check that a figure counts what it should."""

    def check(q: Quantity) -> Quantity:
        if q.counts not in kinds:
            raise ValueError(f"expected a unit of {' or '.join(kinds)}, {q.unit} is one of {q.counts}")
        return q

    return check


def _positive(q: Quantity) -> Quantity:
    if q.value < 0:
        raise ValueError("expected a figure that is not negative; a removal is a line with removal: true")
    return q


Mass = Annotated[Quantity, AfterValidator(counting("mass")), AfterValidator(_positive)]
SignedMass = Annotated[Quantity, AfterValidator(counting("mass"))]
Share = Annotated[Quantity, AfterValidator(counting("1"))]
Count = Annotated[Quantity, AfterValidator(counting("count"))]
Power = Annotated[Quantity, AfterValidator(counting("power")), AfterValidator(_positive)]
Distance = Annotated[Quantity, AfterValidator(counting("distance")), AfterValidator(_positive)]
Year = Annotated[int, Field(ge=1990, le=2100)]


class Text(Strict):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Segment(Strict):
    id: Id
    title: Text


class Line(Strict):
    """One source of emissions; a removal is taken off the sum of its scope."""

    id: Id
    title: Text
    scope: Scope
    segment: Id | None = None
    carrier: Id | None = None
    removal: bool = False


class Boundary(Strict):
    """What an inventory of a year covers; ``restated``: made again for the boundary of the reporting year."""

    year: Year
    entities: Count | None = None
    consolidation: Consolidation | None = None
    scopes: tuple[Scope, ...] = SCOPES
    restated: bool = False


class Entity(Strict):
    """A company: ``held`` is the share owned, ``counted`` the share of its emissions in the inventory."""

    id: Id
    title: Text
    segment: Id | None = None
    held: Share
    financial_control: bool = False
    operational_control: bool = False
    counted: Share
    emissions: Mass | None = Field(None, description="of the whole company")
    counted_emissions: Mass | None = Field(None, description="as they entered the inventory")


class Figures(Strict):
    """What is printed of an account in a year."""

    of: Id
    year: Year
    amount: Mass | None = None
    share: Share | None = Field(None, description="of the total")
    share_of_scope: Share | None = None


class Activity(Strict):
    """What a line burnt, bought or drove in a year, and the factor of the registry that it was reckoned with."""

    line: Id
    year: Year
    amount: Quantity
    factor: Id | None = None


class Measured(Strict):
    """A quantity beside the emissions: output, revenue, floor area, the emissions of a country."""

    id: Id
    title: Text
    year: Year | None = None
    value: Quantity | None = None


class Intensity(Strict):
    """Emissions of an account per unit of a quantity; ``of`` is empty where it is not of this inventory's accounts."""

    id: Id
    title: Text
    of: Id | None = None
    per: Id | None = None
    year: Year
    value: Quantity


class Change(Strict):
    """A change that is told: of an account, a quantity or an intensity."""

    of: Id
    since: Year
    until: Year
    before: Quantity | None = None
    after: Quantity | None = None
    relative: Share | None = None
    absolute: Quantity | None = None
    read_as: Literal["abatement", "growth"] | None = None


class Comparison(Strict):
    """An account of a year against what was expected of it: ``difference`` is actual minus expected."""

    id: Id
    of: Id
    year: Year
    against: Text
    difference: SignedMass


class Sum(Strict):
    """A total of other things that is printed with its parts."""

    id: Id
    title: Text
    total: Quantity
    parts: tuple[Quantity, ...] = Field(min_length=2)


class Claim(Strict):
    """What is said about the boundary over years."""

    id: Id
    kind: Literal["boundary_unchanged"]
    since: Year
    until: Year


class Measure(Strict):
    """A measure and what it is said to avoid."""

    id: Id
    kind: MeasureKind
    title: Text
    who: Text | None = None
    year: Year | None = None
    emissions: Mass | None = Field(None, description="avoided, as told")
    factor: Id | None = None
    method: Text | None = None
    baseline: Literal["measure", "previous_year", "base_year", "other_technology"] | None = None
    part_of: Id | None = Field(None, description="the measure that contains this one")
    inside: bool = Field(True, description="in the boundary of this inventory; else at others, beside it")
    overlaps: tuple[Id, ...] = Field((), description="measures that may count the same tonnes")
    capacity: Power | None = None
    technology: Id | None = None
    distance: Distance | None = None
    vehicles: Id | None = None
    replaced_by: Id | None = Field(None, description="carrier that takes the place of what is replaced")
    supply_emissions: Mass | None = Field(None, description="of making and carrying the carrier that replaces")


class Flow(Strict):
    """An amount of a measure: saved, replaced, captured (and destroyed) or generated."""

    measure: Id
    carrier: Id
    role: Role
    amount: Quantity
    line: Id | None = Field(None, description="the line of the inventory in which the same stream is burnt")


class Inventory(Strict):
    """A corporate inventory; lists are the sheets of its workbook."""

    name: Id
    title: Text
    organisation: Text
    standard: str = "GHG Protocol Corporate Accounting and Reporting Standard"
    consolidation: Consolidation
    year: Year
    base_year: Year
    unit: str = "t"
    segments: tuple[Segment, ...] = ()
    lines: tuple[Line, ...] = Field(min_length=1)
    boundaries: tuple[Boundary, ...] = ()
    entities: tuple[Entity, ...] = ()
    figures: tuple[Figures, ...] = Field(min_length=1)
    activities: tuple[Activity, ...] = ()
    quantities: tuple[Measured, ...] = ()
    intensities: tuple[Intensity, ...] = ()
    changes: tuple[Change, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    sums: tuple[Sum, ...] = ()
    claims: tuple[Claim, ...] = ()
    measures: tuple[Measure, ...] = ()
    flows: tuple[Flow, ...] = ()

    @model_validator(mode="after")
    def _named(self) -> Inventory:
        """Every id once, and every reference to one that is there."""
        if self.unit not in ("t", "kt", "Mt", "千t", "万t", "亿t"):
            raise ValueError(f"unit is {self.unit!r} (expected one of t, kt, Mt, 千t, 万t, 亿t)")
        for name, ids in self._ids():
            if double := sorted({i for i in ids if ids.count(i) > 1}):
                raise ValueError(f"{name}: {double[0]!r} is given twice")
        for where, given, known in self._references():
            if given is not None and given not in known:
                raise ValueError(f"{where} is {given!r} (expected one of {', '.join(sorted(known))})")
        return self

    def _ids(self) -> Iterator[tuple[str, list[Any]]]:
        accounts = [TOTAL, *map(scope_id, SCOPES), *(s.id for s in self.segments), *(x.id for x in self.lines)]
        yield "accounts (total, scopes, segments, lines)", accounts
        yield "entities", [x.id for x in self.entities]
        yield "measures", [x.id for x in self.measures]
        yield "boundaries", [x.year for x in self.boundaries]
        yield "figures", [(x.of, x.year) for x in self.figures]
        yield "activities", [(x.line, x.year) for x in self.activities]
        yield "quantities", [(x.id, x.year) for x in self.quantities]
        yield "intensities", [(x.id, x.year) for x in self.intensities]

    def _references(self) -> Iterator[tuple[str, str | None, set[str]]]:
        segments, lines = {s.id for s in self.segments}, {x.id for x in self.lines}
        accounts = {TOTAL, *map(scope_id, SCOPES)} | segments | lines
        quantities, measures = {q.id for q in self.quantities}, {m.id for m in self.measures}
        for k, line in enumerate(self.lines):
            yield f"lines.{k}.segment", line.segment, segments
        for k, entity in enumerate(self.entities):
            yield f"entities.{k}.segment", entity.segment, segments
        for k, figure in enumerate(self.figures):
            yield f"figures.{k}.of", figure.of, accounts
        for k, activity in enumerate(self.activities):
            yield f"activities.{k}.line", activity.line, lines
        for k, intensity in enumerate(self.intensities):
            yield f"intensities.{k}.of", intensity.of, accounts
            yield f"intensities.{k}.per", intensity.per, quantities
        every = accounts | quantities | {i.id for i in self.intensities}
        for k, change in enumerate(self.changes):
            yield f"changes.{k}.of", change.of, every
        for k, compared in enumerate(self.comparisons):
            yield f"comparisons.{k}.of", compared.of, accounts
        for k, measure in enumerate(self.measures):
            yield f"measures.{k}.part_of", measure.part_of, measures
            for other in measure.overlaps:
                yield f"measures.{k}.overlaps", other, measures
        for k, flow in enumerate(self.flows):
            yield f"flows.{k}.measure", flow.measure, measures
            yield f"flows.{k}.line", flow.line, lines

    def flows_of(self, measure: str) -> tuple[Flow, ...]:
        return tuple(f for f in self.flows if f.measure == measure)
