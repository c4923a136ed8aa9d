"""Quantiles that hold what they promise: moved, day by day, by what they missed in the days before.

    e_tau  = (y - q_tau) / s,   s = q_90 - q_10 + 1 % of the capacity               rows of the last weeks, as issued
    q'_tau = q_tau + s (d_tau - d_50 + c d_50),   d_tau = quantile_tau(e_tau)        by group of output
    c        least (pinball of the last weeks with it / the least of any) + CAUTION (c - 1/2)^2
    q''    = q'_50 + f (q' - q'_50),   f_(d+1) = f_d exp(GAIN (80 % - share of day d within q''_10 to q''_90))

Rows are grouped by the mean forecast, for errors near zero and near full output are unlike those between; a group's
shift is drawn to that of all rows the fewer rows it has. Where the middle lay wrong for weeks it need not go on to: c,
how much of that is believed, follows from what it would have brought. The last step makes good what a window of weeks
misses when the season changes. Sources: Romano, Patterson and Candes (2019), NeurIPS 32 (conformalised quantile
regression); Gibbs and Candes (2021), NeurIPS 34 (adaptive conformal inference: the feedback, here on widths).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.ladder.cases import ISSUED, Cases
from forecasting.ladder.quantiles import LEVELS, MEAN, levels_of, quantile_table
from forecasting.ladder.scores import pinball

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WINDOW_DAYS, LEAST_DAYS = 60, 10
GROUPS = 4
PULL = 200  # rows: a group of as many takes half its shift from all rows
BELIEFS = (0.0, 0.25, 0.5, 0.75, 1.0)  # shares of a median's shift that may be believed
CAUTION = 0.2  # all or nothing must save 5 % of the loss to be believed rather than one half
GAIN = 0.05  # per day
NARROWEST, WIDEST = 0.5, 3.0  # of the factor f
LOW, MIDDLE, HIGH = LEVELS.index(0.1), LEVELS.index(0.5), LEVELS.index(0.9)
INSIDE = 0.8


def recalibrated(cases: Cases, table: pd.DataFrame, highest: float | None = None) -> pd.DataFrame:
    """The forecasts of a backtest, and any that follow it, with quantiles moved by what was known at each issue.

    Args:
        cases: rows of ``table`` beside what came of them, as far as it is known; rows to learn from are measured,
            usable and counted ones whose interval had ended at the issue of the forecast that is moved.
        table: forecasts as issued, of one rung, without what they were fitted on. The mean stays.
        highest: what quantiles do not exceed, known when the last were issued [unit]; the capacity where not given.

    Until `LEAST_DAYS` days were measured nothing is moved. Rows without quantiles stay as they are.
    """
    rows = cases.table.reindex(table.index)
    learned = table.index.isin(cases.learnable.index) & table.notna().all(axis=1).to_numpy()
    ends = pd.DatetimeIndex(table.index) + pd.Timedelta(minutes=cases.step_minutes)
    history = _History(
        day=pd.factorize(pd.DatetimeIndex(table.index).normalize())[0].astype(np.int64),
        measured=rows["measured"].to_numpy(float),
        mean=table[MEAN].to_numpy(float),
        quantiles=levels_of(table),
        learned=np.asarray(learned, dtype=bool),
        capacity=cases.capacity,
    )
    issues = pd.DatetimeIndex(rows[ISSUED])
    known_until = np.searchsorted(ends.as_unit("ns").asi8, issues.as_unit("ns").asi8, side="right")
    moved = history.quantiles.copy()
    top = cases.capacity if highest is None else highest
    factor, settled = 1.0, -1  # the last day whose coverage has been fed back
    days = int(history.day[-1]) + 1
    losses = np.full((days, len(BELIEFS)), np.nan)  # NaN: nothing moved, or nothing measured yet
    shifts: dict[int, Floats] = {}  # of days moved
    for day in range(days):
        here = history.day == day
        known = int(known_until[here].min())
        last = int(history.day[min(known, len(history.day) - 1)]) - 1  # the last whole day that is known
        while settled < last:
            settled += 1
            if settled in shifts:
                then = history.day == settled
                factor = _fed_back(factor, history, moved, then)
                losses[settled] = history.losses(then, shifts.pop(settled))
        if (shift := history.shift(here, known)) is not None:
            shifts[day] = shift
            belief = _believed(losses[max(0, settled + 1 - WINDOW_DAYS) : settled + 1])
            moved[here] = np.clip(_widened(history.quantiles[here] + _believing(belief, shift), factor), 0.0, top)
    return quantile_table(table.index, history.mean, moved)


@dataclass(frozen=True)
class _History:
    """Forecasts as issued and what came, one row each."""

    day: Ints
    measured: Floats
    mean: Floats
    quantiles: Floats
    learned: npt.NDArray[np.bool_]
    capacity: float

    def shift(self, here: npt.NDArray[np.bool_], known: int) -> Floats | None:
        """What moves quantiles of rows ``here`` by errors of the last days of the first ``known`` rows; None if few."""
        own, past = self.quantiles[here], np.flatnonzero(self.learned[:known])
        days = np.unique(self.day[past])
        if len(days) < LEAST_DAYS:
            return None
        past = past[self.day[past] >= days[-min(WINDOW_DAYS, len(days))]]
        missed = (self.measured[past, None] - self.quantiles[past]) / self._scale(self.quantiles[past])[:, None]
        edges = np.quantile(self.mean[past], np.arange(1, GROUPS) / GROUPS)
        group = np.searchsorted(edges, self.mean[past])
        everywhere = _own(missed)
        shifts = np.empty((GROUPS, len(LEVELS)))
        for g in range(GROUPS):
            rows = int((group == g).sum())
            trust = rows / (rows + PULL)
            shifts[g] = trust * _own(missed[group == g]) + (1 - trust) * everywhere if rows else everywhere
        return self._scale(own)[:, None] * shifts[np.searchsorted(edges, self.mean[here])]

    def losses(self, here: npt.NDArray[np.bool_], shift: Floats) -> Floats:
        """Pinball sums of a day's learned rows with each of `BELIEFS` in its shift, shape (beliefs,)."""
        own, rows = self.quantiles[here], self.learned[here]
        y, levels = self.measured[here][rows], np.array(LEVELS)
        return np.array([pinball(y, own[rows] + _believing(share, shift[rows]), levels).sum() for share in BELIEFS])

    def _scale(self, quantiles: Floats) -> Floats:
        return np.asarray(quantiles[:, HIGH] - quantiles[:, LOW] + 0.01 * self.capacity)


def _believing(share: float, shift: Floats) -> Floats:
    """A shift with this share of what it moves the median by; how it moves the others from there stays."""
    middle = shift[:, [MIDDLE]]
    return np.asarray(shift - middle + share * middle)


def _believed(losses: Floats) -> float:
    """The share to believe after losses of past days, shape (days, beliefs); one half before there are any."""
    total, beliefs = np.nansum(losses, axis=0), np.array(BELIEFS)
    if total.min() > 0:
        total = total / total.min()
    return float(beliefs[np.argmin(total + CAUTION * (beliefs - 0.5) ** 2)])


def _own(missed: Floats) -> Floats:
    """The shift of every level, shape (19,), from errors (n, 19)."""
    ordered = np.sort(missed, axis=0)
    at = np.array(LEVELS) * (len(ordered) - 1)
    low = at.astype(int)
    high, column = np.minimum(low + 1, len(ordered) - 1), np.arange(len(LEVELS))
    return np.asarray(ordered[low, column] + (at - low) * (ordered[high, column] - ordered[low, column]))


def _widened(quantiles: Floats, factor: float) -> Floats:
    """Quantiles drawn away from their median by a factor; sorted, for a shift may have crossed them."""
    quantiles = np.sort(quantiles, axis=1)
    middle = quantiles[:, [MIDDLE]]
    return np.asarray(middle + factor * (quantiles - middle))


def _fed_back(factor: float, history: _History, moved: Floats, day: npt.NDArray[np.bool_]) -> float:
    """The factor after a day whose measurements are there."""
    rows = day & history.learned
    if not rows.any():
        return factor
    y = history.measured[rows]
    inside = float(np.mean((moved[rows, LOW] <= y) & (y <= moved[rows, HIGH])))
    return float(np.clip(factor * np.exp(GAIN * (INSIDE - inside)), NARROWEST, WIDEST))
