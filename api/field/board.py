"""The newest of every point: value, age, whether it may be used, and what was thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from api.field.means import IntervalMean
from api.field.numbers import Garbage, finite
from api.field.parts import Point
from api.field.units import factor

Quality = Literal["good", "stale", "bad", "none"]


@dataclass(frozen=True)
class Reading:
    """What is known of a point at a moment. ``value`` is the last good one, in the unit of the point."""

    value: float | None
    age_s: float | None  # of that value
    quality: Quality
    why: str = ""  # where it is bad


@dataclass
class Counts:
    good: int = 0
    bad: int = 0
    dropped: int = 0  # replaced by a newer one before it was looked at


class _Newest:
    """State of one point."""

    def __init__(self, point: Point, mean: IntervalMean | None) -> None:
        self.point, self.mean = point, mean
        self.factor = factor(point.sent_in or point.unit, point.unit)
        self.value: float | None = None
        self.at_s = 0.0  # monotonic, of the last good value
        self.why_bad = ""
        self.counts = Counts()


class Board:
    """All points of a site. One thread writes and reads it: that of the event loop.

    ``monotonic`` tells ages, ``wall`` the intervals to which values belong; both in seconds.
    """

    def __init__(
        self,
        points: Mapping[str, Point],
        means: Mapping[str, IntervalMean],
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic, self._wall = monotonic, wall
        self._newest = {name: _Newest(point, means.get(name)) for name, point in points.items()}

    def take(self, name: str, number: object, unit: str | None = None) -> None:
        """A number from a peer, as it was sent; what is wrong with it is noted, never raised."""
        newest = self._newest[name]
        try:
            value = self._checked(newest, number, unit)
        except Garbage as error:
            self.refuse(name, str(error))
            return
        newest.value, newest.at_s, newest.why_bad = value, self._monotonic(), ""
        newest.counts.good += 1
        if newest.mean is not None:
            newest.mean.add(self._wall(), value)

    def refuse(self, name: str, why: str) -> None:
        """A value that cannot be used: the point is bad until a good one comes."""
        newest = self._newest[name]
        newest.why_bad = why
        newest.counts.bad += 1
        if newest.mean is not None:
            newest.mean.lose(self._wall())

    def drop(self, name: str, count: int) -> None:
        self._newest[name].counts.dropped += count

    def reading(self, name: str) -> Reading:
        newest = self._newest[name]
        age = None if newest.value is None else self._monotonic() - newest.at_s
        if newest.why_bad:
            return Reading(newest.value, age, "bad", newest.why_bad)
        if age is None:
            return Reading(None, None, "none")
        return Reading(newest.value, age, "stale" if age > newest.point.stale_s else "good")

    def counts(self, name: str) -> Counts:
        return self._newest[name].counts

    @staticmethod
    def _checked(newest: _Newest, number: object, unit: str | None) -> float:
        point = newest.point
        if unit is not None and unit != (point.sent_in or point.unit):
            raise Garbage(f"in {unit[:20]} instead of {point.sent_in or point.unit}")
        value = finite(point.amount(finite(number)) * newest.factor)
        low, high = point.range
        if not low <= value <= high:
            raise Garbage(f"{value:g} outside [{low:g}, {high:g}]")
        return value
