"""Days on which a meter counts in another unit, told by `forecasting.history.slips`, as findings with their edges."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import numpy as np
import pandas as pd

from ems.analysis.finding import Finding
from forecasting.history.days import Days
from forecasting.history.slips import FACTORS, LARGE, NEAR_SLOT, Day, slipped_days, stretches
from forecasting.notes import Note
from models.window import Floats

HOUR = pd.Timedelta(hours=1)
NOTICEABLE = 0.05  # of the high level: hours below it tell no ratio


def unit_slips(meter: str, y: Floats, days: Days, expected: Floats | None, *, thermal: bool) -> Iterator[Finding]:
    """Stretches of days in another unit; heat and cold without a model change too much for factors below 1000."""
    per = days.grid(y if expected is None else _over(y, expected))
    factors = [f for f in FACTORS if abs(log(f)) > LARGE or expected is not None or not thermal]
    found = slipped_days(per, days, factors)
    for first, last, factor in stretches([d.factor for d in found], [d.ratio for d in found]):
        ratio = float(np.median([d.ratio for d in found[first : last + 1] if d.factor]))
        zh, en = FACTORS[factor]
        start, end = _edges(found, days, first, last, log(ratio))
        alarm = days.end(first if abs(log(factor)) > LARGE else min(first + 1, last))
        text = Note(f"{zh}(实测为参照的 {ratio:.3g} 倍)", f"{en} (measured is {ratio:.3g} of the reference)")
        yield Finding("unit_slip", meter, start, end, alarm, ratio, text)


def _over(y: Floats, expected: Floats) -> Floats:
    least = NOTICEABLE * float(np.nanpercentile(expected, 95))
    return np.where(expected > max(least, 1e-9), y / np.where(expected > 0, expected, 1.0), np.nan)


def _edges(found: list[Day], days: Days, first: int, last: int, middle: float) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Begin and end of a slip, with the hours of the days before and after that slip as well."""
    before = found[first - 1].away[::-1] if first else np.array([])
    after = found[last + 1].away if last + 1 < len(found) else np.array([])
    lead, tail = (int(np.argmin([*(np.abs(a - middle) < NEAR_SLOT), False])) for a in (before, after))
    return days.start(first) - lead * HOUR, days.end(last) + tail * HOUR
