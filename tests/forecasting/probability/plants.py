"""A made plant whose errors are known: cloudiness that a forecast half knows, wrong by whole days and by hours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.ladder.cases import Cases

STEP = 30  # minutes


def plant(days: int = 160, seed: int = 1, wider_after: int | None = None) -> tuple[Cases, pd.Series]:
    """Cases of a plant of 10 kW and the point forecasts that were issued; errors double after a day if told."""
    rng = np.random.default_rng(seed)
    index = pd.date_range("2025-01-01", periods=days * 48, freq=f"{STEP}min", tz="Asia/Shanghai")
    hour = index.hour + index.minute / 60
    clear = np.maximum(np.sin(np.pi * (hour - 6) / 12), 0.0) * 9.0
    sky = np.repeat(rng.beta(2, 1.2, days), 48)
    size = np.ones(days) if wider_after is None else np.where(np.arange(days) < wider_after, 1.0, 2.5)
    whole = np.repeat(rng.normal(0, 0.10, days) * size, 48)
    parts = np.repeat(rng.normal(0, 0.06, days * 16), 3) * np.repeat(size, 48)
    measured = np.clip(clear * (sky + whole + parts), 0, 10)
    point = pd.Series(clear * np.clip(sky, 0, 1), index)
    table = pd.DataFrame(
        {"measured": measured, "usable": True, "counted": clear > 0.5, "issued_at": index.normalize(),
         "clear_share": clear / 10, "sky_mean": sky},
        index,
    )  # fmt: skip
    return Cases("plant", table, ("clear_share", "sky_mean"), 10.0, "kW", "pv", STEP), point
