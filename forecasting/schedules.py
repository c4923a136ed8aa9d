"""How full and busy buildings are over the day.

All profiles are assumptions of this project: plain shapes of usual Chinese working hours, not measurements. Values are
shares of full use at full hours of the local clock, 0:00 to 23:00, joined by straight lines.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.horizon import step_of

Use = Literal["production_hall", "exhibition", "office", "dormitory"]

WORKING: dict[Use, tuple[float, ...]] = {
    "production_hall": (
        0.12, 0.10, 0.10, 0.10, 0.10, 0.12, 0.20, 0.50, 0.90, 1.00, 1.00, 0.95,
        0.70, 0.90, 1.00, 1.00, 0.95, 0.75, 0.50, 0.45, 0.40, 0.30, 0.20, 0.15,
    ),
    "exhibition": (
        0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.10, 0.40, 0.80, 0.90, 0.90,
        0.70, 0.85, 0.90, 0.90, 0.70, 0.30, 0.10, 0.05, 0.05, 0.05, 0.05, 0.05,
    ),
    "office": (
        0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.10, 0.30, 0.80, 1.00, 1.00, 0.95,
        0.65, 0.90, 1.00, 1.00, 0.95, 0.70, 0.40, 0.25, 0.15, 0.10, 0.05, 0.05,
    ),
    "dormitory": (
        0.55, 0.45, 0.40, 0.40, 0.40, 0.45, 0.65, 0.60, 0.30, 0.20, 0.20, 0.25,
        0.40, 0.30, 0.20, 0.20, 0.25, 0.50, 0.75, 0.90, 1.00, 1.00, 0.90, 0.70,
    ),
}  # fmt: skip

FREE: dict[Use, tuple[float, ...]] = {
    "production_hall": (0.10,) * 24,
    "exhibition": tuple(0.8 * x for x in WORKING["exhibition"]),
    "office": (
        0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.10, 0.15, 0.15, 0.15,
        0.10, 0.15, 0.15, 0.15, 0.10, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05,
    ),
    "dormitory": (
        0.55, 0.45, 0.40, 0.40, 0.40, 0.40, 0.45, 0.55, 0.60, 0.55, 0.50, 0.50,
        0.55, 0.50, 0.45, 0.45, 0.50, 0.60, 0.75, 0.90, 1.00, 1.00, 0.90, 0.70,
    ),
}  # fmt: skip


def occupancy(use: Use, index: pd.DatetimeIndex, working: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Share of full use [1] in the middle of every interval of ``index`` (local time)."""
    hour = (index.hour + index.minute / 60.0).to_numpy(dtype=float) + step_of(index) / 120.0
    hours = np.arange(25)
    busy, free = (np.interp(hour, hours, (*table[use], table[use][0])) for table in (WORKING, FREE))
    return np.asarray(np.where(working, busy, free))
