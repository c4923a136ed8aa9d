"""Part-load curves: the data sheet as points, and its concave hull as tangents for the optimiser.

A converter with rated input ``capacity`` makes ``output = capacity * y(x)`` from ``input = capacity * x``.
Where y is concave, ``output <= slope_k * input + intercept_k * online_capacity`` for every chord k of the
points is exact as long as more output is never unwanted, and scaling the intercept by the capacity that is
online carries it over to "off" and to any number of identical modules that share the load equally.

So that output is not hidden below the curve where no one wants it (a full tank, a curtailed sun), a tie-break of
``tie * (steepest * input - output)`` makes it dearer to hide a unit than to let it go by a spill that costs less
than the tie; along the curve the term is all but zero and never pays for more input.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from models.window import Floats

SPARED = 1e-3  # of the output: what a chord may leave out, a fifth of what the audit allows
SPARED_IN_DESIGN = 2.5e-3  # of the output, in a year of 8 760 steps
TIE_CNY_PER_KG = 0.2  # of hydrogen made: above what its water costs
TIE_CNY_PER_KWH = 0.001  # of electricity made: both far below every real price


def read_off(points: tuple[tuple[float, float], ...], at: Any) -> Floats:
    """Value of a table of (argument, value) at given arguments: linear between points, the nearest beyond them."""
    arguments, values = np.array(sorted(points), float).T
    return np.asarray(np.interp(np.asarray(at, float), arguments, values), float)


class Chord(NamedTuple):
    slope: float
    intercept: float  # per unit of online capacity


@dataclass(frozen=True)
class Curve:
    """Points of output over input, both per unit of rated input; x rising, from minimum to full load."""

    x: tuple[float, ...]
    y: tuple[float, ...]

    @classmethod
    def of_specific_input(cls, points: tuple[tuple[float, float], ...], min_load: float) -> Curve:
        """From (load share, input per output), such as kWh/kg: y = x / specific(x).

        Loads below ``min_load`` are cut off; the curve starts exactly there.
        """
        load, specific = (np.array(c, float) for c in zip(*sorted(points), strict=True))
        if not load[0] <= min_load <= load[-1]:
            raise ValueError(f"the curve runs from {load[0]} to {load[-1]}: the minimum load {min_load} lies outside")
        x = np.unique(np.concatenate([[min_load], load[load > min_load]]))
        return cls(tuple(x.tolist()), tuple((x / np.interp(x, load, specific)).tolist()))

    @cached_property
    def hull(self) -> tuple[int, ...]:
        """Indices of the points on the upper concave hull."""
        kept: list[int] = []
        for i in range(len(self.x)):
            while len(kept) > 1 and self._turns_up(kept[-2], kept[-1], i):
                kept.pop()
            kept.append(i)
        return tuple(kept)

    def _turns_up(self, a: int, b: int, c: int) -> bool:
        ab = (self.y[b] - self.y[a]) * (self.x[c] - self.x[a])
        ac = (self.y[c] - self.y[a]) * (self.x[b] - self.x[a])
        return ab <= ac

    @cached_property
    def corners(self) -> tuple[int, ...]:
        """Points of the hull that are worth a chord: left out where the line over it misses less than `SPARED`."""
        kept = [self.hull[0]]
        for k, candidate in enumerate(self.hull[1:], 1):
            later = self.hull[k + 1 :]
            if not later or self._missed(kept[-1], later[0]) > SPARED:
                kept.append(candidate)
        return tuple(kept)

    def _missed(self, a: int, b: int) -> float:
        """Largest share of the output that a chord from ``a`` to ``b`` leaves out."""
        between = np.arange(a, b + 1)
        chord = np.interp(np.take(self.x, between), (self.x[a], self.x[b]), (self.y[a], self.y[b]))
        return float(np.max(1 - chord / np.take(self.y, between)))

    @cached_property
    def chords(self) -> tuple[Chord, ...]:
        """Upper chords: output <= slope * input + intercept * online capacity."""
        return tuple(self._chord(a, b) for a, b in zip(self.corners, self.corners[1:], strict=False))

    @cached_property
    def usual(self) -> Chord:
        """Chord of the whole hull at three quarters of full input: no point of the curve lies above its line.

        What is lost on the way, ``input - factor * output``, therefore never lies below this line's loss. Recovered
        heat is bound to it: exact where machines usually run, a little low elsewhere, and deaf to hidden output.
        """
        hull = np.take(self.x, self.hull)
        k = int(np.clip(np.searchsorted(hull, 0.75 * self.x[-1]), 1, len(hull) - 1))
        return self._chord(self.hull[k - 1], self.hull[k])

    @cached_property
    def straight(self) -> bool:
        """The same efficiency at every load."""
        y = np.array(self.y)
        return bool(np.ptp(y / np.array(self.x)) <= 1e-9 * y.max())

    @cached_property
    def designed(self) -> tuple[tuple[Chord, ...], float]:
        """Chords that a design needs, and the load below which it runs fewer modules instead.

        Where modules are shares, a load below that of the best efficiency is carried better by fewer of them: chords
        left of it never bind. ``SPARED_IN_DESIGN`` says what the rest may leave out.
        """
        best = int(np.argmax(np.array(self.y) / np.array(self.x)))
        kept = [best]
        while kept[-1] < len(self.x) - 1:
            a = kept[-1]
            kept.append(max(b for b in self.hull if b > a and (b == a + 1 or self._missed(a, b) <= SPARED_IN_DESIGN)))
        if len(kept) == 1:
            return (Chord(self.y[best] / self.x[best], 0.0),), self.x[best]
        return tuple(self._chord(a, b) for a, b in pairwise(kept)), self.x[best]

    @property
    def steepest(self) -> float:
        """Most output that one more unit of input gives anywhere on the curve."""
        return self.chords[0].slope

    def _chord(self, a: int, b: int) -> Chord:
        slope = (self.y[b] - self.y[a]) / (self.x[b] - self.x[a])
        intercept = self.y[a] - slope * self.x[a]
        return Chord(slope, intercept if abs(intercept) > 1e-12 else 0.0)

    @cached_property
    def hull_error(self) -> float:
        """Largest share by which the hull promises more than the points give."""
        hull = np.interp(self.x, np.take(self.x, self.hull), np.take(self.y, self.hull))
        return float(np.max(hull / np.array(self.y) - 1))

    def output(self, given: Floats, online: Floats) -> Floats:
        """Output of the data-sheet curve for an input and an online capacity, shapes (steps,); 0 where off.

        Between points y is linear, which is how data sheets are read; below the first point the first chord
        goes on (only a violated minimum load gets there).
        """
        safe = np.where(online > 0, online, 1.0)
        x = given / safe
        first = self._chord(0, 1)
        y = np.where(x < self.x[0], first.slope * x + first.intercept, np.interp(x, self.x, self.y))
        return np.asarray(np.where(online > 1e-9, online * y, 0.0), float)
