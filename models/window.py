"""The stretch of time a model is built on: inputs, the state it starts from, and how steps follow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

Expr = Any  # a Pyomo linear expression or a number; Pyomo ships no types
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Unit = Literal["M", "Y"]  # calendar month or year
Ints = np.ndarray[tuple[int], np.dtype[np.int_]]


@dataclass(frozen=True)
class Chronology:
    """The days of a year in their order: the typical period that stands for each, and the month it lies in."""

    period: tuple[int, ...]  # 0 …
    month: tuple[int, ...]  # 1 … 12


@dataclass(frozen=True)
class Window:
    """One run of steps for dispatch; a closed year, or several typical periods, each closed on itself, for sizing.

    ``inputs`` is tz-aware, equidistant within a period, left-labelled ``[start, start + step)``, without gaps.
    ``state`` maps component -> quantity -> value at the opening (or a list of ``[hours ago, modules]`` events).
    ``design`` asks for the linear program of a design: modules are not whole, demand is served as a law, every month
    has its own peak. With a ``chronology`` stores carry over from one typical period to the next.
    Only the window knows time: technologies ask it for the step before, for sums and for past events.
    """

    inputs: pd.DataFrame
    state: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    period_weights: tuple[float, ...] = ()  # occurrences of each typical period in a year; empty for dispatch
    step_minutes: int = 0  # only needed where a single step cannot tell
    design: bool = False
    chronology: Chronology | None = None

    @cached_property
    def t(self) -> range:
        return range(len(self.inputs))

    @cached_property
    def step_h(self) -> float:
        if self.step_minutes:
            return self.step_minutes / 60
        return float((self.inputs.index[1] - self.inputs.index[0]) / pd.Timedelta(hours=1))

    @cached_property
    def period(self) -> int:
        return len(self.inputs) // max(1, len(self.period_weights))

    @cached_property
    def occurrences(self) -> Floats:
        """How often each step occurs in the year, shape (steps,); once in dispatch."""
        times = np.repeat(self.period_weights, self.period) if self.period_weights else np.ones(len(self.inputs))
        return np.asarray(times, float)

    @cached_property
    def weights(self) -> Floats:
        """Hours that each step stands for, shape (steps,) [h]."""
        return np.asarray(self.occurrences * self.step_h, float)

    @cached_property
    def months(self) -> dict[int, Floats]:
        """Hours that each step stands for in each month that occurs, shape (steps,) [h]: 1 … 12 -> hours."""
        if self.chronology is None:
            month = np.asarray(pd.DatetimeIndex(self.inputs.index).month)
            return {int(m): np.asarray(np.where(month == m, self.weights, 0.0)) for m in np.unique(month)}
        period, month = np.array(self.chronology.period), np.array(self.chronology.month)
        many = len(self.period_weights)
        return {
            int(m): np.asarray(np.repeat(np.bincount(period[month == m], minlength=many), self.period) * self.step_h)
            for m in np.unique(month)
        }

    @cached_property
    def month_counts(self) -> dict[int, float]:
        """How many such months the window stands for: 1 for a whole one, 7/31 for a week of January."""
        return {m: float(hours.sum() / self._month_hours[m]) for m, hours in self.months.items()}

    @cached_property
    def month_share(self) -> Floats:
        """Share of its month that each step is, each time it occurs, shape (steps,)."""
        if self.period_weights:
            shares = sum((hours / self._month_hours[m] for m, hours in self.months.items()), np.zeros(len(self.inputs)))
            return np.asarray(shares / self.occurrences)
        share = np.zeros(len(self.inputs))
        for label, steps in self.calendar("M"):
            share[steps] = self.step_h / self._hours_of(label)
        return share

    @cached_property
    def _month_hours(self) -> dict[int, float]:
        """Length of each month that occurs [h]: 1 … 12 -> hours; typical periods know no clock change."""
        if self.chronology is not None:
            year = int(pd.DatetimeIndex(self.inputs.index).year[0])
            return {m: 24.0 * pd.Period(year=year, month=m, freq="M").days_in_month for m in self.months}
        return {label.month: self._hours_of(label) for label, _ in reversed(self.calendar("M"))}

    def _hours_of(self, month: pd.Period) -> float:
        zone = pd.DatetimeIndex(self.inputs.index).tz
        first, after = (p.start_time.tz_localize(zone) for p in (month, month + 1))
        return float((after - first) / pd.Timedelta(hours=1))

    def calendar(self, unit: Unit) -> list[tuple[pd.Period, Ints]]:
        """Months or years of the local calendar that the window touches, in order, with their steps."""
        labels = pd.DatetimeIndex(self.inputs.index).tz_localize(None).to_period(unit)
        return [(label, np.flatnonzero(labels == label)) for label in labels.unique()]

    def end_period(self, unit: Unit) -> pd.Period:
        """The month or year in which the step after the last one begins."""
        end = pd.DatetimeIndex(self.inputs.index)[-1] + pd.Timedelta(hours=self.step_h)
        return end.tz_localize(None).to_period(unit)

    @cached_property
    def year_share(self) -> float:
        """Share of a year that the window stands for; a design's window is its year, with or without a leap day."""
        return 1.0 if self.design else float(self.weights.sum() / 8760)

    @cached_property
    def hour_of_day(self) -> Floats:
        """Local wall-clock hour at the start of each step [h]."""
        index = pd.DatetimeIndex(self.inputs.index)
        return np.asarray(index.hour + index.minute / 60, float)

    def column(self, name: str) -> list[float]:
        """Values of one input column; raises ``KeyError`` with the columns that exist."""
        if name not in self.inputs:
            raise KeyError(f"inputs have no column {name!r}; there are: {', '.join(map(str, self.inputs.columns))}")
        return [float(v) for v in self.inputs[name].to_numpy()]

    def start(self, component: str, key: str, default: float) -> float:
        """State of a component when the window opens."""
        return float(self.state.get(component, {}).get(key, default))

    def before(self, x: Any, t: int, component: str, key: str, default: float) -> Expr:
        """``x`` one step earlier: the start state when the window opens, the period's end when it wraps."""
        if t % self.period:
            return x[t - 1]
        return x[t + self.period - 1] if self.period_weights else self.start(component, key, default)

    def lag(self, events: Sequence[Expr], t: int, steps: int, component: str, key: str) -> Expr:
        """Events ``steps`` before ``t``; before the opening they come from the state's list of events."""
        if t % self.period >= steps:
            return events[t - steps]
        if self.period_weights:
            first = t - t % self.period
            return events[first + (t - first - steps) % self.period]
        ago = steps - t
        past = self.state.get(component, {}).get(key, ())
        return float(sum(count for hours, count in past if round(hours / self.step_h) == ago))

    def recent(self, events: Sequence[Expr], t: int, hours: float, component: str, key: str) -> list[Expr]:
        """Events of the last ``hours`` up to and including step ``t``."""
        return [self.lag(events, t, j, component, key) for j in range(self.steps_of(hours))]

    def steps_of(self, hours: float) -> int:
        """Whole steps that cover ``hours``, rounded up."""
        return math.ceil(hours / self.step_h - 1e-9)

    def total(self, rate: Callable[[int], Expr]) -> Expr:
        """Sum of a rate over the hours it stands for: kW becomes kWh, kg/h kg, CNY/h CNY."""
        from models import pyo

        return pyo.quicksum(float(self.weights[t]) * rate(t) for t in self.t)
