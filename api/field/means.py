"""Values of intervals from readings as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from api.contract.series import Quality

GOOD_SHARE, ESTIMATED_SHARE = 0.9, 0.5  # of an interval that readings cover; below there is no value


@dataclass(frozen=True)
class Interval:
    """Value of ``[start_s, start_s + length)``, seconds since 1970."""

    start_s: int
    value: float | None
    quality: Quality


class IntervalMean:
    """Mean over time, or the last value, of each interval; needs the same memory however many readings come.

    A reading holds until the next one, at most ``holds_s`` seconds. An interval in which nothing was read is not told.
    """

    def __init__(
        self, length_s: int, holds_s: float, kind: Literal["mean", "last"], tell: Callable[[Interval], object]
    ) -> None:
        self._length_s, self._holds_s, self._kind, self._tell = length_s, holds_s, kind, tell
        self._value: float | None = None
        self._until_s = 0.0  # how long the value holds
        self._at_s = 0.0  # up to where is accounted
        self._start_s: int | None = None
        self._sum = self._covered_s = 0.0
        self._last: float | None = None

    def add(self, at_s: float, value: float) -> None:
        """A good reading."""
        self.advance(at_s)
        self._value, self._until_s = value, at_s + self._holds_s

    def lose(self, at_s: float) -> None:
        """From now on nothing is known."""
        self.advance(at_s)
        self._value = None

    def advance(self, to_s: float) -> None:
        """Account for the time up to ``to_s``, and tell the intervals that have ended."""
        if self._start_s is None or to_s < self._at_s:  # the first reading, or a clock that was put back
            self._begin(to_s)
            return
        while to_s >= (end := self._start_s + self._length_s):
            self._hold(end)
            self._finish()
            if self._value is None or self._until_s <= end:  # nothing holds any longer: go to where we are
                self._begin(to_s)
                return
            self._begin(end)
        self._hold(to_s)

    def _begin(self, at_s: float) -> None:
        self._at_s, self._start_s = at_s, int(at_s // self._length_s) * self._length_s
        self._sum = self._covered_s = 0.0
        self._last = None

    def _hold(self, to_s: float) -> None:
        held_s = min(to_s, self._until_s) - self._at_s
        if self._value is not None and held_s > 0:
            self._sum += self._value * held_s
            self._covered_s += held_s
            self._last = self._value
        self._at_s = to_s

    def _finish(self) -> None:
        if self._start_s is None or self._last is None:
            return
        share = self._covered_s / self._length_s
        if share < ESTIMATED_SHARE:
            self._tell(Interval(self._start_s, None, "missing"))
            return
        value = self._sum / self._covered_s if self._kind == "mean" else self._last
        self._tell(Interval(self._start_s, value, "good" if share >= GOOD_SHARE else "estimated"))
