"""A few weighted ways in which the day may turn out, all columns together.

Courses of each column hang together over the day (`forecasting.ladder.scenarios`); roofs of a park lie under one sky
and take the same draws; demands are drawn each on its own. Many are drawn, a few are kept with weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ems.forecasts.make import ParkForecast
from forecasting.ladder.reduction import Reduced, reduced
from forecasting.ladder.scenarios import scenarios
from models import PV
from models.component import fixed

DRAWN = 300
SEED = 1
HYDROGEN_KWH_PER_KG = 50.0  # what electrolysers take: brings kg/h beside kW when courses are compared


@dataclass(frozen=True)
class Courses:
    """Weights, and the courses of each column, shape (count, steps) [unit of the column]."""

    weights: np.ndarray
    columns: dict[str, np.ndarray]
    kept: Reduced


def courses(found: ParkForecast, count: int, seed: int = SEED) -> Courses:
    """``count`` weighted courses; raises `InputError` for more than are drawn."""
    drawn: dict[str, np.ndarray] = {}
    for k, s in enumerate(found.series):
        assert s.table is not None
        assert s.dependence is not None
        own = seed if s.target.kind == "pv" else seed + 1 + k
        drawn[s.target.column] = scenarios(s.table, s.dependence, DRAWN, own, s.target.highest)
    side_by_side = np.hstack([_kilowatts(found, column) * x for column, x in drawn.items()])
    kept = reduced(side_by_side, count)
    chosen = list(kept.chosen)
    return Courses(kept.weights, {column: x[chosen] for column, x in drawn.items()}, kept)


def _kilowatts(found: ParkForecast, column: str) -> float:
    """kW that one unit of the column stands for."""
    roofs = [c for c in found.file.site.components if isinstance(c, PV) and c.yield_column == column]
    if roofs:
        return sum(fixed(c.capacity_kwp) for c in roofs)
    return HYDROGEN_KWH_PER_KG if column.endswith("_kg_per_h") else 1.0


def courses_csv(found: ParkForecast, made: Courses) -> str:
    """As `ems plan --scenarios FILE` reads them: scenario, weight, time, one column a series."""
    assert found.inputs is not None
    times = [t.isoformat() for t in found.inputs.table.index]
    parts = [
        pd.DataFrame(
            {"scenario": k + 1, "weight": round(float(weight), 9), "time": times}
            | {column: np.round(x[k], 6) for column, x in made.columns.items()}
        )
        for k, weight in enumerate(made.weights)
    ]
    return pd.concat(parts).to_csv(index=False)
