"""The content of a tariff file, validated.

Every figure stands in a block that says whether it was read in a source, computed from one, or assumed.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from forecasting.provenance import Sourced, Strict

Month = Annotated[int, Field(ge=1, le=12)]
Price = Annotated[float, Field(ge=-5, le=20)]
Band = Annotated[str, StringConstraints(min_length=1, max_length=12)]
Span = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
ALL_MONTHS = frozenset(range(1, 13))


class Season(Strict):
    """Hours of each band in some months, on all days, on Monday to Friday, or on Saturday and Sunday.

    ``hours``: band -> spans ``HH:MM-HH:MM`` of the local clock, start included, end not. ``rest``: band of all others.
    """

    months: tuple[Month, ...] = Field(min_length=1)
    days: Literal["all", "weekday", "weekend"] = "all"
    hours: dict[Band, tuple[Span, ...]] = {}
    rest: Band


class Windows(Sourced):
    """Bands over the year."""

    seasons: tuple[Season, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_minute_once(self) -> Self:
        for weekend in (False, True):
            found = [
                m for s in self.seasons if s.days in ("all", "weekend" if weekend else "weekday") for m in s.months
            ]
            if sorted(found) != sorted(ALL_MONTHS):
                raise ValueError(
                    f"{'weekend' if weekend else 'weekday'} months are {sorted(found)}, not each of 1 to 12 once"
                )
        for season in self.seasons:
            minutes = [m for spans in season.hours.values() for span in spans for m in range(*span_minutes(span))]
            if len(minutes) != len(set(minutes)):
                raise ValueError(f"two spans overlap in months {season.months}")
        return self


def span_minutes(span: str) -> tuple[int, int]:
    """Minutes of the day at which a span ``HH:MM-HH:MM`` starts and ends."""
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in span.split("-"))
    if end <= start:
        raise ValueError(f"the span {span} does not end after it starts; split it at midnight")
    return start, end


class ByMonth(Sourced):
    """A figure for some months [CNY/kWh]."""

    cny_per_kwh: dict[Month, Price] = Field(min_length=1)


class Ratios(Sourced):
    """Multiple of the floating base price in each band [1]."""

    by_band: dict[Band, Annotated[float, Field(ge=0, le=10)]] = Field(min_length=1)


class Delivery(Sourced):
    """Transmission and distribution price of one voltage [CNY/kWh], valid from day to day, both included."""

    voltage: str = Field(min_length=1)
    start: date
    end: date | None = None
    cny_per_kwh: Price


class Amount(Sourced):
    """One figure [CNY/kWh]."""

    cny_per_kwh: Price


class Formula(Strict):
    """price = base[month] x ratio[band] + other[month] + delivery[voltage, day] + funds."""

    method: Literal["formula"]
    ratios: Ratios
    base: tuple[ByMonth, ...] = Field(min_length=1)
    other: tuple[ByMonth, ...] = Field(min_length=1)
    delivery: tuple[Delivery, ...] = Field(min_length=1)
    funds: Amount

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, blocks in (("base", self.base), ("other", self.other)):
            found = sorted(m for block in blocks for m in block.cny_per_kwh)
            if found != sorted(ALL_MONTHS):
                raise ValueError(f"{name}: months are {found}, not each of 1 to 12 once")
        for voltage in {d.voltage for d in self.delivery}:
            spans = sorted((d.start, d.end or date.max) for d in self.delivery if d.voltage == voltage)
            if any(b[0] <= a[1] for a, b in pairwise(spans)) or any(s > e for s, e in spans):
                raise ValueError(f"delivery: the periods of {voltage} overlap or end before they start")
        return self


class DirectPrices(Sourced):
    """Price of each band in some months [CNY/kWh]."""

    months: tuple[Month, ...] = tuple(range(1, 13))
    cny_per_kwh: dict[Band, Price] = Field(min_length=1)


class Direct(Strict):
    """Prices written out per voltage, delivery and all charges included."""

    method: Literal["direct"]
    voltages: dict[str, tuple[DirectPrices, ...]] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for voltage, blocks in self.voltages.items():
            found = sorted(m for block in blocks for m in block.months)
            if found != sorted(ALL_MONTHS):
                raise ValueError(f"{voltage}: months are {found}, not each of 1 to 12 once")
        return self


class CapacityCharge(Sourced):
    """Monthly charge by highest demand [CNY/(kW month)] or by transformer size [CNY/(kVA month)].

    ``placeholder`` is true while the figure does not come from the user's own bill or price sheet.
    """

    placeholder: bool
    demand_cny_per_kw_month: float = Field(ge=0)
    capacity_cny_per_kva_month: float = Field(ge=0)


class TariffFile(Strict):
    """A whole tariff."""

    id: str = Field(min_length=1)
    name_zh: str
    name_en: str
    currency: Literal["CNY"]
    timezone: str
    year: int = Field(ge=2000, le=2100)
    windows: Windows
    prices: Formula | Direct = Field(discriminator="method")
    capacity_charge: CapacityCharge | None = None
    export_options: dict[str, Amount] = {}

    @model_validator(mode="after")
    def _bands_priced(self) -> Self:
        used = {b for s in self.windows.seasons for b in (*s.hours, s.rest)}
        if isinstance(self.prices, Formula):
            missing = used - set(self.prices.ratios.by_band)
            if missing:
                raise ValueError(f"no ratio for the bands {sorted(missing)}")
            return self
        for voltage, blocks in self.prices.voltages.items():
            for block in blocks:
                here = [s for s in self.windows.seasons if set(s.months) & set(block.months)]
                missing = {b for s in here for b in (*s.hours, s.rest)} - set(block.cny_per_kwh)
                if missing:
                    raise ValueError(f"{voltage}: no price for the bands {sorted(missing)} in months {block.months}")
        return self
