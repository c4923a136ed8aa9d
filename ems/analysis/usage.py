"""Consumption by building, carrier and tariff band; hours without a reading count as nothing, their share is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ems.analysis.meters import User, building_name, users
from ems.emissions.activity import Activity


def consumption(activity: Activity, bands: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each consumption meter: amount, share of its carrier, by band (electricity), share of hours known.

    Shares are of the carrier's demands and machines together, as far as they are metered.
    """
    rows = [_row(activity, u, np.asarray(bands)) for u in users(activity)]
    sums: dict[str, float] = {}
    for row in rows:
        sums[row["carrier"]] = sums.get(row["carrier"], 0.0) + (row["amount"] or 0.0)
    for row in rows:
        total = sums[row["carrier"]]
        row["share"] = row["amount"] / total if row["amount"] is not None and total > 0 else None
    return rows


def _row(activity: Activity, u: User, bands: np.ndarray[tuple[int], np.dtype[Any]]) -> dict[str, Any]:
    y = activity.amount(u.meter).to_numpy(float)
    known = np.isfinite(y)
    by_band = {str(b): float(np.nansum(y[bands == b])) for b in dict.fromkeys(bands)}
    return {
        "meter": u.meter,
        "component": u.component,
        "name": {"zh": u.name.zh, "en": u.name.en},
        "building": u.building or None,
        "carrier": u.carrier,
        "unit": u.unit,
        "is_demand": u.is_demand,
        "amount": float(y[known].sum()) if known.any() else None,
        "known_share": float(known.mean()),
        "by_band": by_band if u.carrier == "electricity" and known.any() else None,
    }


def by_building(activity: Activity, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The meters of each building together, a row for each carrier; None where one of them has no reading."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["building"]:
            found.setdefault((row["building"], row["carrier"]), []).append(row)
    out = []
    for (building, carrier), members in found.items():
        name, amounts = building_name(activity.site, building), [m["amount"] for m in members]
        out.append(
            {
                "building": building,
                "name": {"zh": name.zh, "en": name.en},
                "carrier": carrier,
                "unit": members[0]["unit"],
                "amount": None if None in amounts else sum(amounts),
                "known_share": float(np.mean([m["known_share"] for m in members])),
            }
        )
    return out


def carriers(activity: Activity) -> dict[str, tuple[str, pd.Series[float]]]:
    """carrier -> (unit, demand of all its demand meters by hour); NaN where one of them has no reading."""
    out: dict[str, tuple[str, pd.Series[float]]] = {}
    for u in (u for u in users(activity) if u.is_demand):
        y = activity.amount(u.meter)
        out[u.carrier] = (u.unit, out[u.carrier][1] + y if u.carrier in out else y)
    return out
