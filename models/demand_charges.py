"""Charges on the highest import: of a month, in some hours of it, with a ratchet, or at given hours of the year.

    peak[m]   = highest import of month m in the spans and days that count
    billed[m] = max(peak[m], share * highest peak of the months that the ratchet looks at)
    charge[m] = sum over k of (price_k - price_(k-1)) * max(billed[m] - above_k, 0)

A coincident peak is the highest import of the given hours of a year, charged once. Means of a step stand for the
meter's demand. Public holidays count as the weekday that they are.

A day's plan pays what exceeds the peak that is billed already; what a ratchet bills anyway is spread over the month,
so that the days of a month add up to its bill. In a closed year every month has its own peak, the ratchet goes round
the year, and a charge counts as often as its month occurs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from models import pyo
from models.component import NonNegative, Positive, Share
from models.tiers import Rising
from models.window import Expr, Floats, Ints, Unit, Window

Month = Annotated[int, Field(ge=1, le=12)]
Span = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
HourOfYear = Annotated[
    str,
    StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d$"),
    Field(description="MM-DD HH:MM, local time, when the hour begins"),
]
ALL_MONTHS = tuple(range(1, 13))


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DemandTier(_Strict):
    """Price of a kW above a threshold."""

    above_kw: Positive
    price_cny_per_kw: NonNegative


class Ratchet(_Strict):
    """What is billed at least: a share of the highest peak of named months, or of the months before."""

    share: Share
    months: tuple[Month, ...] = Field((), description="the months whose peaks count, wherever in the year they lie")
    lookback_months: int = Field(0, ge=0, le=11, description="so many months before the billed one count")

    @model_validator(mode="after")
    def _one_of_two(self) -> Ratchet:
        if bool(self.months) == bool(self.lookback_months):
            raise ValueError("a ratchet looks at named months or at the months before: give months or lookback_months")
        return self

    def looks_at(self, month: int) -> tuple[int, ...]:
        """Months whose peaks bind the bill of ``month``, itself left out."""
        before = tuple((month - k - 1) % 12 + 1 for k in range(1, self.lookback_months + 1))
        return tuple(m for m in self.months or before if m != month)


class Opened(NamedTuple):
    """One billing period of a charge in a dispatch window."""

    steps: Ints
    counted: Ints  # those of the steps at which the import counts
    floor_kw: float  # billed whatever the import
    paid_kw: float  # up to which import costs no more


class DemandCharge(_Strict):
    """A price per kW of the highest import, every month that it is charged; a coincident peak once a year."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    price_cny_per_kw: NonNegative = Field(description="per month; of a coincident peak per year")
    tiers: tuple[DemandTier, ...] = Field((), description="dearer above some kW; rising prices only")
    months: tuple[Month, ...] = Field(ALL_MONTHS, min_length=1, description="in which it is charged")
    spans: tuple[Span, ...] = Field((), description="local time, start included, end not; empty: all day")
    days: Literal["all", "weekday", "weekend"] = "all"
    ratchet: Ratchet | None = None
    coincident_hours: tuple[HourOfYear, ...] = ()
    expected_peak_kw: NonNegative = Field(
        0.0, description="peak that will be billed anyway: below it a day's plan pays nothing"
    )

    @field_validator("spans")
    @classmethod
    def _in_order(cls, spans: tuple[str, ...]) -> tuple[str, ...]:
        for span in spans:
            start, end = _minutes(span)
            if end <= start:
                raise ValueError(f"the span {span} does not end after it starts; split it at midnight")
        return spans

    @field_validator("tiers")
    @classmethod
    def _rising(cls, tiers: tuple[DemandTier, ...], info: ValidationInfo) -> tuple[DemandTier, ...]:
        _rising_blocks(info.data.get("price_cny_per_kw", 0.0), tiers)
        return tiers

    @model_validator(mode="after")
    def _fits(self) -> DemandCharge:
        told_otherwise = self.spans or self.ratchet or self.days != "all" or self.months != ALL_MONTHS
        if self.coincident_hours and told_otherwise:
            raise ValueError("a coincident peak is told by its hours alone: leave months, spans, days and ratchet out")
        return self

    @cached_property
    def price(self) -> Rising:
        """What billed kW cost [CNY]."""
        return _rising_blocks(self.price_cny_per_kw, self.tiers)

    @property
    def period(self) -> Unit:
        """How long a peak is remembered."""
        return "Y" if self.coincident_hours else "M"

    def counts(self, w: Window) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Steps whose import counts, whatever the month, shape (steps,)."""
        index = pd.DatetimeIndex(w.inputs.index)
        if self.coincident_hours:
            return np.isin(index.strftime("%m-%d %H:%M"), [*self._coincident_starts(w)])
        minute = np.asarray(index.hour * 60 + index.minute)
        inside = np.full(len(index), not self.spans)
        for span in self.spans:
            start, end = _minutes(span)
            inside |= (minute >= start) & (minute < end)
        working = np.asarray(index.dayofweek < 5)
        return np.asarray(inside & {"all": True, "weekday": working, "weekend": ~working}[self.days])

    def _coincident_starts(self, w: Window) -> Iterator[str]:
        """Beginnings of the steps that lie in the hours; raises ``ValueError`` for typical periods, which have none."""
        if w.chronology is not None:
            raise ValueError(
                f"the coincident peak {self.name!r} is charged at hours of the year, which typical periods do not "
                "have: take the full year"
            )
        step = max(1, round(w.step_h * 60))
        for hour in self.coincident_hours:
            first = pd.Timestamp(f"2000-{hour}")
            for minute in range(0, 60, step):
                yield (first + pd.Timedelta(minutes=minute)).strftime("%m-%d %H:%M")

    # ---- a closed year -------------------------------------------------------------------------------------------

    def looks_at(self, month: int) -> tuple[int, ...]:
        return self.ratchet.looks_at(month) if self.ratchet else ()

    def months_in(self, w: Window) -> list[int]:
        """Months of a closed window that are billed; the year of a coincident peak is month 0."""
        return [0] if self.coincident_hours else [m for m in w.months if m in self.months]

    def steps_in(self, w: Window, month: int) -> Ints:
        """Steps of a closed window that count in a month."""
        return np.flatnonzero(self.counts(w) & (w.months[month] > 0 if month else True))

    def times(self, w: Window, month: int) -> float:
        """How often the month's charge is paid in a closed window."""
        return w.month_counts[month] if month else 1.0

    def formulate_closed(self, b: Any, w: Window, bought: Any, most: float) -> Expr:
        """Declare the peaks of a closed window on ``b``; returns their cost [CNY]."""
        billed = self.months_in(w)
        known = sorted({*billed, *(r for m in billed for r in self.looks_at(m) if r in w.months)})
        b.month_peak = pyo.Var(known, bounds=(0, most))
        steps = [(m, int(t)) for m in known for t in self.steps_in(w, m)]
        b.peak = pyo.Constraint(steps, rule=lambda b, m, t: bought[t] <= b.month_peak[m])
        pay = b.month_peak
        if self.ratchet:
            b.billed = pay = pyo.Var(billed, bounds=(0, most))
            b.at_least = pyo.Constraint(billed, rule=lambda b, m: pay[m] >= b.month_peak[m])
            before = [(m, r) for m in billed for r in self.looks_at(m) if r in w.months]
            share = self.ratchet.share
            b.ratcheted = pyo.Constraint(before, rule=lambda b, m, r: pay[m] >= share * b.month_peak[r])
        return pyo.quicksum(self.times(w, m) * self.price.added(b, f"m{m}", 0.0, pay[m], most) for m in billed)

    def billed_closed(self, bought: Floats, w: Window) -> dict[int, float]:
        """Billed demand of every month of a closed window [kW]."""
        peak = {
            m: float(bought[self.steps_in(w, m)].max(initial=0.0)) for m in ([0] if self.coincident_hours else w.months)
        }
        share = self.ratchet.share if self.ratchet else 0.0
        return {
            m: max(peak[m], share * max((peak[r] for r in self.looks_at(m) if r in peak), default=0.0))
            for m in self.months_in(w)
        }

    def bill_closed(self, bought: Floats, w: Window) -> Floats:
        """Charge of a closed window, in the first step of each month [CNY each time that the step occurs]."""
        bill = np.zeros(len(bought))
        for m, kw in self.billed_closed(bought, w).items():
            first = int(np.flatnonzero(w.months[m])[0]) if m else 0
            bill[first] += self.times(w, m) * float(self.price.cost(kw)) / w.occurrences[first]
        return bill

    # ---- one window after the other ------------------------------------------------------------------------------

    def memory(self) -> tuple[int, ...]:
        """Months whose peaks the next windows must know, the present one aside."""
        return tuple(sorted({r for m in self.months for r in self.looks_at(m)}))

    def opened(self, w: Window, component: str, key: str) -> list[Opened]:
        """Billing periods of a dispatch window; only the first has a past.

        The ratchet of a month that begins within the window knows the peaks before the window.
        """
        past = {m: w.start(component, month_key(key, m), 0.0) for m in self.memory()}
        running, counts, found = w.start(component, key, 0.0), self.counts(w), []
        for k, (label, steps) in enumerate(w.calendar(self.period)):
            if self.coincident_hours or label.month in self.months:
                share = self.ratchet.share if self.ratchet else 0.0
                floor = share * max((past[m] for m in self.looks_at(label.month)), default=0.0)
                paid = max(floor, self.expected_peak_kw, running if k == 0 else 0.0)
                found.append(Opened(steps, steps[counts[steps]], floor, paid))
            if k == 0:
                past[label.month] = running
        return found

    def formulate_open(self, b: Any, w: Window, bought: Any, most: float, opened: list[Opened]) -> Expr:
        """Declare what the peaks of a dispatch window add on ``b``; returns its cost [CNY]."""
        b.above_paid = pyo.Var(range(len(opened)), bounds=lambda b, k: (0, max(0.0, most - opened[k].paid_kw)))
        steps = [(k, int(t)) for k, o in enumerate(opened) for t in o.counted]
        b.peak = pyo.Constraint(steps, rule=lambda b, k, t: bought[t] <= opened[k].paid_kw + b.above_paid[k])
        cost = pyo.quicksum(
            self.price.added(b, f"p{k}", o.paid_kw, b.above_paid[k], max(0.0, most - o.paid_kw))
            for k, o in enumerate(opened)
        )
        return cost + sum(float(self.price.cost(o.floor_kw) * w.month_share[o.steps].sum()) for o in opened)

    def bill_open(self, bought: Floats, w: Window, opened: list[Opened]) -> Floats:
        """Charge of a dispatch window, shape (steps,): what each step adds to the peak, and the spread floor [CNY]."""
        bill = np.zeros(len(bought))
        for o in opened:
            counted = np.isin(o.steps, o.counted)
            peak = np.maximum.accumulate(np.maximum(np.where(counted, bought[o.steps], 0.0), o.paid_kw))
            bill[o.steps] += np.diff(self.price.cost(peak), prepend=self.price.cost(o.paid_kw))
            bill[o.steps] += self.price.cost(o.floor_kw) * w.month_share[o.steps]
        return bill

    def keys(self, key: str) -> list[str]:
        """Names of what the next window must know [kW]."""
        return [key, *(month_key(key, m) for m in self.memory())]

    def state_end(self, bought: Floats, w: Window, component: str, key: str) -> dict[str, float]:
        """Peak of the period under way, 0 where a new one begins at the end, and those that a ratchet looks at."""
        state = {name: w.start(component, name, 0.0) for name in self.keys(key)}
        counts, unit = self.counts(w), self.period
        periods = w.calendar(unit)
        ends = [label for label, _ in periods[1:]] + [w.end_period(unit)]
        for (label, steps), following in zip(periods, ends, strict=True):
            state[key] = max(state[key], float(bought[steps[counts[steps]]].max(initial=0.0)))
            if following != label:
                if label.month in self.memory():
                    state[month_key(key, label.month)] = state[key]
                state[key] = 0.0
        return state


def month_key(key: str, month: int) -> str:
    """Name of a month's peak in the state: ``peak_summer_kw`` -> ``peak_summer_m07_kw``."""
    return f"{key.removesuffix('_kw')}_m{month:02d}_kw"


def _rising_blocks(first: float, tiers: tuple[DemandTier, ...]) -> Rising:
    return Rising.of_prices([0.0, *(t.above_kw for t in tiers)], [first, *(t.price_cny_per_kw for t in tiers)])


def _minutes(span: str) -> tuple[int, int]:
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in span.split("-"))
    return start, end
