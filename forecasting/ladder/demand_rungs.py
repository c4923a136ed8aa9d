"""Regression of a demand on calendar and temperature, and the ladder that it is a rung of.

    y_hour = b_0 + b . terms        an own ridge regression for every hour of the local clock

Terms: kind of the day and of its neighbours, degrees of heating and cooling with and without people at work, the lags
of `forecasting.ladder.demand_cases`, the recipe with and without its level, production plans. Weights of the past halve
every `MEMORY_DAYS`. Ridge: Hoerl and Kennard (1970), Technometrics 12, 55.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.ladder.blend import Blend
from forecasting.ladder.boosted import Boosted
from forecasting.ladder.cases import MEASURED, PHYSICS, Cases
from forecasting.ladder.demand_recipe import RECIPE, RECIPE_LEVEL
from forecasting.ladder.forest import Forest
from forecasting.ladder.naive import FOUR_WEEKS, LIKE_DAYS, WEEKLY, filled
from forecasting.ladder.quantiles import LEVELS, MEAN, quantile_table
from forecasting.ladder.replay import fit_once, replayed
from forecasting.ladder.rung import Fitted, Rung, TooLittle
from forecasting.ladder.uncertain import Dressing
from forecasting.notes import Note

Floats = npt.NDArray[np.float64]
TITLE = Note("日历×温度回归", "Regression on calendar and temperature")
LEAST_DAYS = 28
MEMORY_DAYS = 120.0
HEATING_C, COOLING_C = 15.0, 22.0  # degrees of heating below, of cooling above; usual bases, an assumption
PULL_ROWS = 3.0  # ridge: coefficients are drawn to zero as by so many rows
LAGS = ("four_weeks", "mean_like", "last_like")
OTHER_LAGS = ("last_day", "last_hours", "mean_week")


@dataclass(frozen=True)
class _Lines:
    by_hour: Mapping[int, Floats]
    usual: Floats

    def predict(self, ahead: Cases) -> pd.DataFrame:
        hours = pd.DatetimeIndex(ahead.table.index).hour
        coefficients = np.array([self.by_hour.get(int(h), self.usual) for h in hours])
        mean = (terms(ahead.table) * coefficients).sum(axis=1).clip(min=0.0)
        return quantile_table(ahead.table.index, mean, np.full((len(mean), len(LEVELS)), np.nan))


@dataclass(frozen=True)
class _Mean:
    """The regression alone, without quantiles."""

    name: str = "regression mean"
    title: Note = TITLE

    def fit(self, past: Cases) -> _Lines:
        rows = past.learnable
        index = pd.DatetimeIndex(rows.index)
        days = index.normalize().nunique()
        if days < LEAST_DAYS:
            raise TooLittle(
                Note(
                    f"回归需要至少 {LEAST_DAYS} 天可用实测数据，现有 {days} 天。",
                    f"The regression needs {LEAST_DAYS} days of usable measurements; there are {days}.",
                )
            )
        x, y, w = terms(rows), rows[MEASURED].to_numpy(float), _remembered(index)
        hour = index.hour.to_numpy()
        by_hour = {int(h): ridge(x[hour == h], y[hour == h], w[hour == h]) for h in np.unique(hour)}
        return _Lines(by_hour, ridge(x, y, w))


_MEAN = _Mean()


@dataclass(frozen=True)
class _Fitted:
    lines: Fitted
    dressing: Dressing

    def predict(self, ahead: Cases) -> pd.DataFrame:
        return self.dressing.of(ahead, self.lines.predict(ahead)[MEAN])


@dataclass(frozen=True)
class Regression:
    """Calendar x temperature."""

    name: str = "regression"
    title: Note = TITLE

    def fit(self, past: Cases) -> _Fitted:
        """Coefficients from all rows to learn from, spread from a replay of the past."""
        lines = fit_once(_MEAN, past)
        seen = replayed(_MEAN, past)
        point = pd.Series(np.nan, past.table.index) if seen is None else seen[MEAN].reindex(past.table.index)
        return _Fitted(lines, Dressing.learned(past, point))


def terms(table: pd.DataFrame) -> Floats:
    """Terms, shape (rows, terms), the constant first; what is unknown adds nothing."""
    working = table["working"].to_numpy(float)
    columns = [np.ones(len(table)), working, working * table["worked_before"], working * table["works_after"]]
    columns += [np.asarray(table["weekday"] == day, float) for day in (5, 6)]
    columns += [filled(table, name) for name in LAGS] + [table[name] for name in OTHER_LAGS]
    for name in ("temperature_c", "day_temperature_c", "past_temperature_c"):
        if name in table:
            for degrees in ((HEATING_C - table[name]).clip(lower=0), (table[name] - COOLING_C).clip(lower=0)):
                columns += [degrees, working * degrees]
    if PHYSICS in table:
        columns += [table[PHYSICS], table["level"] * table[PHYSICS]]
    columns += [table[name] for name in table if str(name).startswith("plan.")]
    return np.asarray(np.nan_to_num(np.column_stack([np.asarray(c, float) for c in columns])))


def ridge(x: Floats, y: Floats, w: Floats) -> Floats:
    """Coefficients of terms (rows, terms) whose first is the constant, for weighted rows.

    Terms are scaled by their spread, so that the pull to zero is the same for all; one that never varies gets zero.
    """
    mean, spread = np.average(x, axis=0, weights=w), x.std(axis=0)
    varies = spread > 1e-9
    z = (x[:, varies] - mean[varies]) / spread[varies]
    level = float(np.average(y, weights=w))
    normal = (z * w[:, None]).T @ z + PULL_ROWS * np.eye(z.shape[1])
    out = np.zeros(x.shape[1])
    out[varies] = np.linalg.solve(normal, (z * w[:, None]).T @ (y - level)) / spread[varies]
    out[0] = level - mean[varies] @ out[varies]
    return out


def _remembered(index: pd.DatetimeIndex) -> Floats:
    """Weight of every row [1]."""
    age_days = np.asarray((index[-1] - index) / pd.Timedelta(days=1), float)
    return np.asarray(0.5 ** (age_days / MEMORY_DAYS))


_REGRESSION, _BOOSTED, _FOREST = (
    Regression(),
    Boosted(),
    Forest(),
)  # one of each, the blend shares their fits


def demand_rungs() -> tuple[Rung, ...]:
    """The ladder of a demand, lowest first; the first is the reference."""
    blend = Blend((LIKE_DAYS, RECIPE_LEVEL, _REGRESSION, _BOOSTED, _FOREST))
    return (WEEKLY, FOUR_WEEKS, LIKE_DAYS, RECIPE, RECIPE_LEVEL, _REGRESSION, _BOOSTED, _FOREST, blend)
