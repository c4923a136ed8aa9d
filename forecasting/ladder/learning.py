"""What learners share: rows as figures, shares of the capacity as targets, and the least past to learn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.ladder.cases import COUNTED, MEASURED, Cases
from forecasting.ladder.folds import known_at
from forecasting.ladder.quantiles import COLUMNS, LEVELS, quantile_table
from forecasting.ladder.rung import TooLittle
from forecasting.notes import Note
from forecasting.sun import Floats

THINNED_MINUTES = 60  # other plants give a row an hour: neighbours in time tell the same
LEAST_DAYS = 60  # usable days: two months, so that clear and dark days are both among them


def enough(past: Cases) -> pd.DataFrame:
    """Rows to learn from; raises `TooLittle` where they are of fewer than `LEAST_DAYS` days."""
    rows = past.learnable
    days = pd.DatetimeIndex(rows.index).normalize().nunique()
    if days < LEAST_DAYS:
        raise TooLittle(
            Note(
                f"学习型模型需要至少 {LEAST_DAYS} 天可用实测数据，现有 {days} 天。",
                f"Learners need {LEAST_DAYS} days of usable measurements; there are {days}.",
            )
        )
    return rows


def figures(rows: pd.DataFrame, features: tuple[str, ...]) -> Floats:
    """Features, shape (rows, features), NaN where unknown."""
    return rows[list(features)].to_numpy(float)


def shares(rows: pd.DataFrame, capacity: float) -> Floats:
    """Measured as a share of the capacity, shape (rows,)."""
    return np.asarray(rows[MEASURED].to_numpy(float) / capacity)


def known_of_others(past: Cases, others: Sequence[Cases]) -> list[tuple[pd.DataFrame, float]]:
    """Rows of other plants to learn from and their capacity: those that had ended when the last of the past had.

    Raises:
        InputError: a plant lacks features of the past.
    """
    end = past.table.index[-1] + pd.Timedelta(minutes=past.step_minutes)
    out = []
    for other in others:
        if lacking := [f for f in past.features if f not in other.features]:
            raise InputError(other.name, "features", ", ".join(lacking), f"those of {past.name}, or leave it out")
        every = max(1, THINNED_MINUTES // other.step_minutes)
        out.append((known_at(other, end).learnable.iloc[::every], other.capacity))
    return out


def told(ahead: Cases, say: Callable[[pd.DataFrame], Floats]) -> pd.DataFrame:
    """Table of a learner: ``say`` gives mean and quantiles of rows that count, (rows, 1 + levels) [unit]."""
    rest = resting(ahead).to_numpy(float)
    table = quantile_table(ahead.table.index, rest, np.repeat(rest[:, None], len(LEVELS), axis=1))
    rows = counted(ahead)
    if len(rows):
        table.loc[rows.index, list(COLUMNS)] = say(rows)
    return table


def counted(cases: Cases) -> pd.DataFrame:
    """Rows that a learner forecasts; the others (night) are what `resting` says."""
    return cases.table[cases.table[COUNTED].to_numpy(bool)]


def resting(cases: Cases) -> pd.Series[float]:
    """Forecast of rows that do not count: the sun below the daylight rule leaves physics x level, a demand nothing."""
    if cases.kind == "pv" and "level_share" in cases.table:
        return (cases.table["level_share"] * cases.capacity).clip(0.0, cases.capacity)
    return pd.Series(np.nan, cases.table.index)
