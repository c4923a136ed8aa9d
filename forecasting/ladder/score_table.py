"""The honest table: every rung on the same intervals, with denominator, daylight rule and reference beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.ladder.cases import MEASURED, Cases
from forecasting.ladder.quantiles import COLUMNS, LEVELS, MEAN, levels_of
from forecasting.ladder.scores import bias, coverage, mae, pinball, rmse, skill
from forecasting.ladder.sky import LOWEST_SUN_DEG
from forecasting.notes import Note

PERCENT = ("rmse", "mae", "bias", "pinball", "width")  # of the capacity
INTERVAL = ("q10", "q90")  # holds 80 % of what comes


@dataclass(frozen=True)
class ScoreTable:
    """Scores of forecasts of one series.

    Attributes:
        table: one row per rung; ``rmse, mae, bias, pinball, width`` in % of ``capacity``, ``skill`` of the RMSE over
            that of the reference [1], ``coverage`` of the interval q10 to q90 in %; NaN where a rung has no quantiles.
        reference: rung that skill is counted from.
        intervals: on which every rung is scored, those that all of them forecast.
        first, last: local days of the first and the last of them.
        capacity: the denominator [unit].
        unit: of the series.
        kind: what it is of.
    """

    table: pd.DataFrame
    reference: str
    intervals: int
    first: pd.Timestamp
    last: pd.Timestamp
    capacity: float
    unit: str
    kind: str

    @property
    def rule(self) -> Note:
        """Which intervals count, and what errors are a share of."""
        n, capacity = self.intervals, f"{self.capacity:g} {self.unit}"
        if self.kind == "pv":
            return Note(
                f"误差为交流额定容量 {capacity} 的百分比；仅计太阳高度角大于 {LOWEST_SUN_DEG:g}° 且实测有效的时段，"
                f"共 {n} 个，各方法相同；技巧以 {self.reference} 为参照。",
                f"Errors in % of nameplate AC, {capacity}; only intervals with the sun above {LOWEST_SUN_DEG:g}° and a "
                f"usable measurement, {n} of them, the same for all; skill over {self.reference}.",
            )
        return Note(
            f"误差为最高有效实测值 {capacity} 的百分比；计入所有实测有效的时段，共 {n} 个，各方法相同；"
            f"技巧以 {self.reference} 为参照。",
            f"Errors in % of the highest usable measurement, {capacity}; all intervals with a usable measurement, "
            f"{n} of them, the same for all; skill over {self.reference}.",
        )


def score_table(cases: Cases, forecasts: Mapping[str, pd.DataFrame], reference: str) -> ScoreTable:
    """Scores of every forecast, tables of `forecasting.ladder.quantiles`, on the intervals that all have.

    Raises:
        InputError: the reference is not among them, or they have no measured interval in common.
    """
    if reference not in forecasts:
        raise InputError(cases.name, "reference", reference, f"one of {', '.join(forecasts)}")
    rows = cases.learnable.index
    for table in forecasts.values():
        rows = rows.intersection(table.index[table[MEAN].notna()])
    if rows.empty:
        raise InputError(cases.name, "forecasts", "no common interval", "measured intervals that all rungs forecast")
    measured = cases.table.loc[rows, MEASURED].to_numpy(float) / cases.capacity
    scores = {name: _of(measured, t.loc[rows, list(COLUMNS)] / cases.capacity) for name, t in forecasts.items()}
    table = pd.DataFrame(scores).T
    table.insert(3, "skill", [skill(value, scores[reference]["rmse"]) for value in table["rmse"]])
    table[[*PERCENT, "coverage"]] *= 100.0
    days = pd.DatetimeIndex(rows).normalize()
    return ScoreTable(
        table, reference, len(rows), days[0], days[-1], cases.capacity, cases.unit, cases.kind
    )  # fmt: skip


def _of(measured: np.ndarray, table: pd.DataFrame) -> dict[str, float]:
    mean, quantiles = table[MEAN].to_numpy(float), levels_of(table)
    low, high = (table[q].to_numpy(float) for q in INTERVAL)
    known = np.isfinite(quantiles).all(axis=1)
    whole = bool(known.all())  # quantiles of part of the rows are not compared with those of all
    return {
        "rmse": rmse(mean, measured),
        "mae": mae(mean, measured),
        "bias": bias(mean, measured),
        "pinball": float(pinball(measured, quantiles, np.array(LEVELS)).mean()) if whole else float("nan"),
        "coverage": coverage(measured, low, high) if whole else float("nan"),
        "width": float(np.mean(high - low)) if whole else float("nan"),
    }
