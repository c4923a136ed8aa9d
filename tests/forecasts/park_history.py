"""A made-up history of the demo park: what came, and the weather as it had been forecast."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ems.inputs import make_inputs
from ems.site_file import read_site

LEVEL = 0.85  # of what physics promises


def write_history(folder: Path, first: date, last: date) -> tuple[Path, Path]:
    """Files of measurements and of weather runs, hourly, of the local days first … last."""
    file = read_site("demo")
    inputs = make_inputs(file, first, last, step_minutes=60, weather="synthetic")
    table, rng = inputs.table, np.random.default_rng(7)
    days = len(table) // 24
    roof = next(c for c in file.site.components if c.name == "roof")
    noise = 1 + 0.05 * rng.standard_normal(len(table))
    wide = pd.DataFrame({"roof.power_kw": 600 * LEVEL * table[roof.yield_column].to_numpy() * noise})
    wide["workshop.electricity_kw"] = (
        1.1 * table["workshop.electricity_kw"].to_numpy() * (1 + 0.08 * rng.standard_normal(len(table)))
    )
    wide.insert(0, "time", [t.isoformat() for t in table.index])
    history = folder / "history.csv"
    wide.round(4).to_csv(history, index=False)

    sky = inputs.weather.table
    cloud = np.repeat(1 + 0.15 * rng.standard_normal(days), 24).clip(0.4, 1.3)  # forecasts err by whole days
    runs = pd.DataFrame(
        {
            "issued": [(t.normalize() - pd.Timedelta(hours=12)).isoformat() for t in table.index],
            "time": [t.isoformat() for t in table.index],
            "ghi_w_per_m2": (sky["ghi_w_per_m2"].to_numpy() * cloud).clip(0, 1400).round(1),
            "dhi_w_per_m2": (sky["dhi_w_per_m2"].to_numpy() * cloud).clip(0, 900).round(1),
            "temperature_c": sky["temperature_c"].round(2).to_numpy(),
            "wind_m_per_s": sky["wind_m_per_s"].round(2).to_numpy(),
        }
    )
    known = folder / "runs.csv"
    runs.to_csv(known, index=False)
    return history, known
