"""Lasting changes against what was expected: the level that drifts by day, the base load that rises at night.

    x[w] = median over the days of week w of log(sum of y / sum of e)         by day, 06 to 22 o'clock
    x[d] = log(q(y) / q(e)), q the lower quartile                                     by night, 00 to 05 o'clock
    z    = (x - centre) / sigma                                               centre: the first known weeks or nights

e is what the site's model expects; without one, the median of the same hour in the first weeks' like days.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import NamedTuple

import numpy as np
import pandas as pd

from ems.analysis.finding import Finding, Kind
from ems.analysis.robust import SLACK, Episode, cusum, slope, spread, step_spread
from forecasting.history.days import Days, Matrix
from forecasting.notes import Note
from models.window import Floats

BY_DAY, BY_NIGHT = slice(6, 22), slice(0, 5)
WEEK = 7
FIRST_WEEKS, FIRST_NIGHTS = 8, 42  # what the centre is taken from
LEAST_WEEKS = 16
LEAST_BY_DAY, LEAST_THERMAL, LEAST_BY_NIGHT = 0.04, 0.08, 0.08  # relative changes that nobody need act on
LEAST_SIGMA = 0.015
HIGH_DAY, HIGH_DAY_THERMAL = 0.25, 0.5  # of the expected high day (90 %): days below it tell no ratio
SAME = 0.5  # a night that rises by less than this much more than the day, relatively, is part of the drift


def first_weeks(y: Floats, days: Days) -> Floats:
    """The median of the same hour in like days of the first weeks, hour by hour [unit of the meter]."""
    grid = days.grid(y)
    out = np.full(grid.shape, np.nan)
    for rows in days.classes():
        early = grid[rows[rows < FIRST_WEEKS * WEEK]]
        known = np.isfinite(early).sum(axis=0) >= 3
        out[np.ix_(rows, np.flatnonzero(known))] = np.nanmedian(early[:, known], axis=0) if known.any() else np.nan
    return days.along(out)


def weeks_of_use(y: Floats, days: Days, expected: Floats | None) -> int:
    """Weeks whose level by day can be told."""
    usual = first_weeks(y, days) if expected is None else expected
    return int(np.isfinite(_weeks(y, usual, days, HIGH_DAY)).sum())


def drift(meter: str, y: Floats, days: Days, expected: Floats, *, thermal: bool) -> Iterator[Finding]:
    """Weeks in which the level by day has left that of the first weeks; none where there are too few to tell."""
    x = _weeks(y, expected, days, HIGH_DAY_THERMAL if thermal else HIGH_DAY)
    if np.isfinite(x).sum() < LEAST_WEEKS:
        return
    for e, centre in changes(x, FIRST_WEEKS, LEAST_THERMAL if thermal else LEAST_BY_DAY):
        part = x[e.begin : e.end]
        change = exp(float(np.nanmedian(part[np.isfinite(part)][-4:])) - centre) - 1
        per_week = slope(np.arange(len(part), dtype=float), part)
        moving = "" if np.isnan(per_week) else f"{100 * per_week:+.1f}%"
        text = Note(
            f"日间用量较此前水平变化 {100 * change:+.0f}%" + (f", 每周 {moving}" if moving else ""),
            f"by day {100 * change:+.0f}% against what it was" + (f", {moving} a week" if moving else ""),
        )
        yield at_blocks("drift", meter, days, e, WEEK, 1 + change, text)


def night_base(meter: str, y: Floats, days: Days, expected: Floats) -> Iterator[Finding]:
    """Nights whose base load has risen above that of the first weeks."""
    seen, usual = (_night(days.grid(v)) for v in (y, expected))
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.where((seen > 0) & (usual > 0), np.log(seen / usual), np.nan)
    for e, centre in changes(x, FIRST_NIGHTS, LEAST_BY_NIGHT):
        if e.side < 0:
            continue
        change = exp(float(np.nanmedian(x[e.begin : e.end])) - centre) - 1
        text = Note(f"夜间基荷升高 {100 * change:.0f}%", f"night base load up {100 * change:.0f}%")
        yield at_blocks("night_base", meter, days, e, 1, 1 + change, text)


def without_echoes(found: list[Finding]) -> list[Finding]:
    """Night findings that only tell of a drift which moves day and night alike are left out."""
    drifts = [f for f in found if f.kind == "drift"]
    return [f for f in found if f.kind != "night_base" or not any(_echoes(f, d) for d in drifts)]


def _echoes(night: Finding, by_day: Finding) -> bool:
    assert night.ratio is not None
    assert by_day.ratio is not None
    meet = night.start < by_day.end and by_day.start < night.end
    return meet and by_day.ratio > 1 and night.ratio - 1 < (1 + SAME) * (by_day.ratio - 1)


class Change(NamedTuple):
    """An episode, and the level that it departs from."""

    episode: Episode
    centre: float


def changes(x: Floats, first: int, least: float) -> list[Change]:
    """Lasting changes of logarithms from the level of their ``first`` known values.

    A change that stands for as long again becomes the level that later values are held against. ``least`` is what
    nobody need act on.
    """
    found: list[Change] = []
    begin = 0
    while True:
        known = begin + np.flatnonzero(np.isfinite(x[begin:]))
        if len(known) < first + 1:
            return found
        early = x[known[:first]]
        centre = float(np.median(early))
        sigma = max(LEAST_SIGMA, spread(early), step_spread(early), step_spread(x))
        z = (x - centre) / sigma
        z[: known[first]] = np.nan
        standing = None
        for e in cusum(np.asarray(z, float), slack=max(SLACK, least / sigma)):
            inside = known[(known > e.alarm) & (known < e.end)]
            if len(inside) >= first:
                standing = int(inside[first - 1]) + 1
                found.append(Change(Episode(e.begin, e.alarm, standing, e.side), centre))
                break
            found.append(Change(e, centre))
        if standing is None:
            return found
        begin = int(inside[0])


def _weeks(y: Floats, expected: Floats, days: Days, least: float) -> Floats:
    """Median of each seven days' logarithms, NaN with fewer than three known.

    Working and free days are each taken from their own centre: a model that is more wrong for one kind does not make a
    week of holidays a change.
    """
    x = _log_ratio_by_day(days.grid(y), days.grid(expected), least)
    for rows in days.classes():
        known = rows[np.isfinite(x[rows])]
        x[rows] -= np.median(x[known[: FIRST_WEEKS * WEEK // 2]]) if len(known) else 0.0
    return blocks(x, WEEK, 3)


def _log_ratio_by_day(seen: Matrix, expected: Matrix, least: float) -> Floats:
    """Logarithm of measured over expected by day, shape (days,); NaN where the day tells too little."""
    seen, expected = seen[:, BY_DAY], expected[:, BY_DAY]
    both = np.isfinite(seen) & np.isfinite(expected)
    y, e = (np.where(both, v, 0.0).sum(axis=1) for v in (seen, expected))
    told = (both.mean(axis=1) >= 0.7) & (e > least * float(np.percentile(e, 90))) & (y > 0)
    out = np.full(len(y), np.nan)
    out[told] = np.log(y[told] / e[told])
    return out


def blocks(x: Floats, length: int, least: int) -> Floats:
    """Median of each ``length`` values, NaN where fewer than ``least`` are known."""
    parts = [x[k : k + length] for k in range(0, len(x), length)]
    return np.array([np.nanmedian(p) if np.isfinite(p).sum() >= least else np.nan for p in parts])


def _night(grid: Matrix) -> Floats:
    part = grid[:, BY_NIGHT]
    known = np.isfinite(part).sum(axis=1) >= 3
    out = np.full(len(part), np.nan)
    out[known] = np.nanquantile(part[known], 0.25, axis=1)
    return out


def at_blocks(kind: Kind, meter: str, days: Days, e: Episode, length: int, ratio: float | None, text: Note) -> Finding:
    """The finding of an episode of blocks of ``length`` days."""
    last = len(days.dates) - 1
    start: pd.Timestamp = days.start(e.begin * length)
    end, alarm = (days.end(min(k * length - 1, last)) for k in (e.end, e.alarm + 1))
    return Finding(kind, meter, start, end, alarm, ratio, text)
