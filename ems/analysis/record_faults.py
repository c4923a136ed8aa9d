"""What the record itself betrays, whatever the meter measures: gaps, stuck readings, signs, days that came twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ems.analysis.finding import Finding
from forecasting.history.days import Days, Flags, runs
from forecasting.history.record import longest_by_chance, repeated, standing
from forecasting.notes import Note
from models.window import Floats

HOUR = pd.Timedelta(hours=1)
HOURS_A_WEEK = 168
LEAST_ZEROS, LEAST_OFTEN_ZERO = 6, 24  # h
OFTEN = 0.05  # of the hours at zero: a meter that often reads zero may do so for a day
NOTICEABLE = 0.05  # of the high level: readings below it repeat because the meter is coarse
SETTING = 3  # long runs at one value that make it a setting of the machine, such as full load


def gaps(meter: str, y: Floats, days: Days) -> Iterator[Finding]:
    """Hours without a reading."""
    for a, b in runs(np.isnan(y)):
        text = Note(f"缺测 {b - a} 小时", f"{b - a} h without a reading")
        yield Finding("gap", meter, days.index[a], days.index[b - 1] + HOUR, days.index[a] + HOUR, None, text)


def stuck(
    meter: str, y: Floats, days: Days, never_zero: Flags, least_zeros: int, *, dispatched: bool
) -> Iterator[Finding]:
    """Readings that stand still; ``never_zero`` marks hours in which there is always something to read.

    A machine that is ``dispatched`` may stand at full or lowest load: values that it reads at other times, too.
    """
    need = longest_by_chance(y, HOURS_A_WEEK)
    high = float(np.nanpercentile(y, 95)) if np.isfinite(y).any() else 0.0
    long = [(a, b) for a, b in standing(y) if b - a >= need and y[a] >= NOTICEABLE * high]
    stands = Counter(float(y[a]) for a, _ in long)
    for a, b in long:
        elsewhere = int((y == y[a]).sum()) - (b - a)
        if stands[float(y[a])] < SETTING and not (dispatched and elsewhere >= SETTING):
            text = Note(f"连续 {b - a} 小时读数均为 {y[a]:.6g}", f"reads {y[a]:.6g} for {b - a} h")
            start, alarm = days.index[a], days.index[a + need - 1] + HOUR
            yield Finding("stuck", meter, start, days.index[b - 1] + HOUR, alarm, None, text)
    for a, b in runs(y == 0):
        odd = a + np.flatnonzero(never_zero[a:b])
        if len(odd) >= least_zeros:
            text = Note(f"连续 {b - a} 小时读数为零", f"reads zero for {b - a} h")
            alarm = days.index[odd[least_zeros - 1]] + HOUR
            yield Finding("stuck", meter, days.index[odd[0]], days.index[b - 1] + HOUR, alarm, 0.0, text)


def negative(meter: str, y: Floats, days: Days) -> Iterator[Finding]:
    """Amounts below zero: the sign slipped. Stretches less than a day apart are one."""
    below = [*runs(y < 0)]
    joined: list[list[int]] = []
    for a, b in below:
        if joined and a - joined[-1][1] < 24:
            joined[-1][1] = b
        else:
            joined.append([a, b])
    for a, b in joined:
        count = int((y[a:b] < 0).sum())
        text = Note(f"{count} 小时读数为负, 符号错误", f"{count} h below zero: the sign slipped")
        yield Finding("unit_slip", meter, days.index[a], days.index[b - 1] + HOUR, days.index[a] + HOUR, -1.0, text)


def repeated_days(meter: str, y: Floats, days: Days) -> Iterator[Finding]:
    """Days that hold the readings of an earlier one."""
    for row, first in repeated(days.grid(y)).items():
        text = Note(
            f"{days.dates[row]} 的读数与 {days.dates[first]} 逐时相同",
            f"the readings of {days.dates[row]} are those of {days.dates[first]}",
        )
        end = days.end(row)
        yield Finding("repeated_day", meter, days.start(row), end, end, None, text)
