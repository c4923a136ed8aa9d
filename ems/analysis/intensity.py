"""Energy intensity: per floor area, per kilogram of hydrogen, per occupied day. None where a reading is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ems.analysis.meters import building_name, floor_area_m2, users
from ems.emissions.activity import Activity, amount_name
from forecasting.calendar import WorkCalendar
from forecasting.history.days import Days
from forecasting.notes import Note

ENOUGH = 0.95  # of the hours known: below it a sum is no basis of an intensity
HYDROGEN_USE = ("electrolyser", "compressor")


def per_area(activity: Activity, buildings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Amount of each building and carrier per floor area [kWh/m2], for the period as it is, never scaled to a year."""
    rows = []
    for b in buildings:
        area = floor_area_m2(activity.site, b["building"])
        known = b["amount"] is not None and b["known_share"] >= ENOUGH
        name = building_name(activity.site, b["building"])
        rows.append(
            {
                "name": {"zh": name.zh, "en": name.en},
                "carrier": b["carrier"],
                "per": "m2",
                "basis": area,
                "value": b["amount"] / area if known else None,
                "unit": f"{b['unit']}/m2",
                "known_share": b["known_share"],
            }
        )
    return rows


def per_hydrogen(activity: Activity) -> list[dict[str, Any]]:
    """Electricity of electrolysers and compressors per kilogram made [kWh/kg], over the hours in which all is known."""
    rows = []
    all_power, all_made = pd.Series(0.0, activity.table.index), pd.Series(0.0, activity.table.index)
    for c in activity.site.components:
        if c.kind not in HYDROGEN_USE:
            continue
        took = [amount_name(c.name, q.name) for q in c.quantities if q.carrier == "electricity" and q.sign < 0]
        took = [m for m in took if m in activity.table]
        made = amount_name(c.name, "hydrogen_kg_per_h")
        power = activity.table[took].sum(axis=1, skipna=False) if took else None
        if power is not None:
            all_power = all_power + power
        if power is not None and c.kind == "electrolyser" and made in activity.table:
            all_made = all_made + activity.amount(made)
            rows.append(_kwh_per_kg(Note(c.label("zh"), c.label("en")), power, activity.amount(made)))
    if rows:
        rows.append(_kwh_per_kg(Note("制氢与压缩合计", "electrolysis and compression"), all_power, all_made))
    return rows


def _kwh_per_kg(name: Note, power: pd.Series[float], made: pd.Series[float]) -> dict[str, Any]:
    both = power.notna() & made.notna()
    kg = float(made[both].sum())
    known = float(both.mean())
    return {
        "name": {"zh": name.zh, "en": name.en},
        "carrier": "electricity",
        "per": "kg",
        "basis": kg,
        "value": float(power[both].sum()) / kg if kg > 0 and known >= ENOUGH else None,
        "unit": "kWh/kg",
        "known_share": known,
    }


def per_day(activity: Activity, calendar: WorkCalendar) -> list[dict[str, Any]]:
    """Mean of the complete occupied (working) days and of the complete free days of each demand meter."""
    days = Days.of(pd.DatetimeIndex(activity.table.index), calendar)
    rows = []
    for u in (u for u in users(activity) if u.is_demand):
        hours = activity.amount(u.meter)
        by = hours.groupby(days.row)
        sums = by.sum().where(by.count() == by.size()).to_numpy(float)
        for per, here in (("occupied_day", ~days.free), ("free_day", days.free)):
            known = sums[here][np.isfinite(sums[here])]
            rows.append(
                {
                    "name": {"zh": u.name.zh, "en": u.name.en},
                    "carrier": u.carrier,
                    "per": per,
                    "basis": len(known),
                    "value": float(known.mean()) if len(known) else None,
                    "unit": f"{u.unit}/d",
                    "known_share": len(known) / int(here.sum()) if here.any() else None,
                }
            )
    return rows
