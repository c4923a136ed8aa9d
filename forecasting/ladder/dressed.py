"""A forecast of one figure gets quantiles: the errors it made under conditions like those ahead.

    q_tau = point + quantile_tau(errors of the past rows nearest to the row in conditions)

Conditions are scaled by their spread in the past; what limits the output (no PV below zero or above its capacity)
limits the quantiles too. Analogs: Delle Monache et al. (2013), Monthly Weather Review 141, 3498.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.ladder.quantiles import LEVELS, quantile_table
from forecasting.ladder.rung import TooLittle
from forecasting.notes import Note

NEAREST = 400  # past rows whose errors stand for one row; a quantile of 5 % then rests on 20
LEAST = 480  # past rows: 5 % beyond either end must be seen often, and over more than a few days


def dressed(
    point: pd.Series[float],
    past_point: pd.Series[float],
    past_measured: pd.Series[float],
    conditions: pd.DataFrame | None = None,
    *,
    highest: float | None = None,
    nearest: int = NEAREST,
) -> pd.DataFrame:
    """Quantile table of ``point``, whose values stay its mean.

    Args:
        point: forecast ahead [unit].
        past_point: forecasts of the past as they were issued, never fitted values: those err too little [unit].
        past_measured: what came, on the same index; rows without a measurement or a forecast are left out [unit].
        conditions: columns that tell alike rows from others, for past and ahead; rows on both indexes. Without them
            rows are alike whose forecasts are.
        highest: capacity that nothing exceeds [unit]; ``None`` where there is none.
        nearest: past rows that stand for one row.

    Raises:
        TooLittle: fewer than `LEAST` past rows.
    """
    from scipy.spatial import cKDTree

    past = pd.DataFrame({"point": past_point, "measured": past_measured})
    past = past if conditions is None else past.join(conditions)
    past = past.dropna()
    if len(past) < LEAST:
        raise TooLittle(
            Note(
                f"仅有 {len(past)} 个已核对的历史预测值，少于 {LEAST} 个，不足以估计误差分布。",
                f"Only {len(past)} past forecasts beside measurements, fewer than {LEAST}: too few for quantiles.",
            )
        )
    ahead = point.to_frame("point") if conditions is None else point.to_frame("point").join(conditions)
    columns = ["point"] if conditions is None else ["point", *conditions.columns]
    scale = past[columns].std().replace(0.0, 1.0)
    tree = cKDTree((past[columns] / scale).to_numpy(float))
    errors = (past["measured"] - past["point"]).to_numpy(float)
    known = ahead.notna().all(axis=1).to_numpy()
    quantiles = np.full((len(point), len(LEVELS)), np.nan)
    if known.any():
        _, rows = tree.query((ahead.loc[known, columns] / scale).to_numpy(float), k=min(nearest, len(past)))
        quantiles[known] = np.quantile(errors[rows], LEVELS, axis=1).T
    middle = point.to_numpy(float)
    return bounded(quantile_table(point.index, middle, quantiles + middle[:, None]), highest)


def bounded(table: pd.DataFrame, highest: float | None) -> pd.DataFrame:
    """The table with nothing below zero or above ``highest`` [unit]."""
    return table.clip(lower=0.0, upper=highest)
