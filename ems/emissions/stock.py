"""Stores of a carrier as one mixture: how much of the content leaves in each hour.

    drawn[t] = discharge[t] / eta_out / (level[t] + discharge[t] / eta_out)       level at the end of the hour

Levels are those of the meters. Where there are none they follow from charge and discharge, from the level at which
the site file starts the store, or from the least level with which it never runs dry, whichever is higher.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ems.emissions.metered import Metered
from ems.emissions.mixture import AMOUNT, AT, KGCO2E, SOURCES, Array, Mask, Stores, over
from forecasting.errors import InputError
from models.storage import Store


def stores(
    metered: Metered, found: Sequence[Store], levels: pd.DataFrame | None, opening_kg_per_unit: float
) -> tuple[Stores, Mask]:
    """The stores as one, and the hours in which they are known.

    Args:
        metered: amounts.
        found: stores of one carrier.
        levels: level at the end of each hour, columns ``component.level_kwh`` or ``component.level_kg``.
        opening_kg_per_unit: what a unit of the content at the start counts for [kgCO2e/unit]; its source is unknown.
    """
    hours = metered.hours
    charge, discharge, taken, level = (np.zeros(hours) for _ in range(4))
    opening = 0.0
    for store in found:
        put, got = metered.must(store, f"charge_{store.RATE}"), metered.must(store, f"discharge_{store.RATE}")
        into, out = store.charge_efficiency * put, got / store.discharge_efficiency
        known = _levels(metered, store, levels)
        if known is None:
            steps = np.nancumsum(into - out)
            start = max(store.start_share * store.top, -float(steps.min(initial=0.0)))
            known = start + steps
        else:
            start = max(float(known[0] - into[0] + out[0]), 0.0) if hours else 0.0
        opening += start / store.charge_efficiency if np.isfinite(start) else 0.0
        charge, discharge = charge + put, discharge + got
        taken, level = taken + out, level + known
    content = np.zeros((2, len(SOURCES)))
    content[AMOUNT, AT["unknown"]] = opening
    content[KGCO2E, AT["unknown"]] = opening * opening_kg_per_unit
    valid = np.isfinite(charge + discharge + level)
    drawn = over(
        np.where(valid, taken, 0.0), np.maximum(np.where(valid, level, 0.0), 0.0) + np.where(valid, taken, 0.0)
    )
    return Stores(charge, discharge, drawn, content).only(valid), valid


def _levels(metered: Metered, store: Store, levels: pd.DataFrame | None) -> Array | None:
    if levels is None:
        return None
    name = f"{store.name}.{store.level_name}"
    if name not in levels:
        raise InputError("levels", name, None, "the level at the end of each hour", "give all stores or none")
    return levels[name].reindex(metered.activity.table.index).to_numpy(float)
