"""Tables of a hydrogen account: sums by period, use and source as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ems.emissions.hydrogen_power import Power
from ems.emissions.mixture import AMOUNT, AT, KGCO2E, PV, SOURCES, Array, Mask, Shared, amount, over

LEAST_SHARE = 1e-9  # of a source that is worth a line


def by_source(x: Array) -> dict[str, Any]:
    """A mixture, shape (2, sources), as amount, emissions and shares."""
    total, kg = float(x[AMOUNT].sum()), float(x[KGCO2E].sum())
    return {"amount": total, "kgco2e": kg, "shares": _shares(x)}


def figures(power: Array, kg: Array) -> dict[str, Any]:
    """Hydrogen of some hours, the power that made it, and its emissions.

    ``kgco2e_per_kg`` counts power with bought certificates at the grid's factor; beside it stands the figure that
    counts it as zero.
    """
    x, made = np.asarray(power.sum(axis=0)), float(kg.sum())
    kwh, emitted = float(x[AMOUNT].sum()), float(x[KGCO2E].sum())
    uncertified = emitted - float(x[KGCO2E, AT["certificates"]])
    return {
        "kg": made,
        "kwh": kwh,
        "kwh_per_kg": _per(kwh, made),
        "kgco2e": emitted,
        "kgco2e_per_kg": _per(emitted, made),
        "kgco2e_per_kg_with_certificates": _per(uncertified, made),
        "shares": _shares(x),
        "kg_by_source": {s: share * made for s, share in _shares(x).items()},
    }


def per_period(index: pd.DatetimeIndex, power: Array, kg: Array, pattern: str) -> list[dict[str, Any]]:
    """`figures` of each month (``%Y-%m``) or year (``%Y``) of the park's calendar."""
    names = index.strftime(pattern).to_numpy()
    return [{"period": name, **figures(power[names == name], kg[names == name])} for name in dict.fromkeys(names)]


def uses_table(shared: Shared, labels: Mapping[str, dict[str, str]]) -> list[dict[str, Any]]:
    """Who took hydrogen from the net: kilograms, emissions per kilogram, shares by source."""
    rows = []
    for use, x in shared.uses.items():
        total = np.asarray(x.sum(axis=0))
        found = by_source(total)
        if use == "others" and found["amount"] < 1e-3:
            continue
        label = labels.get(use, {"zh": "未计量的去向", "en": "not metered"})
        rows.append(
            {
                "component": use,
                "label": label,
                "kg": found["amount"],
                "kgco2e": found["kgco2e"],
                "kgco2e_per_kg": _per(found["kgco2e"], found["amount"]),
                "shares": found["shares"],
            }
        )
    return rows


def pv_claims(electricity: Power, power: Array, pv_kwh: Array, export_sold: Array, label: Array) -> dict[str, float]:
    """Every kilowatt-hour of own PV once [kWh]: who claims it; the parts sum to what was generated.

    ``label`` numbers the matching periods: in each, what was fed in is matched before what other uses took.
    """
    uses = electricity.shared.uses
    hydrogen = float(power[:, AMOUNT, PV].sum())
    matched = float(power[:, AMOUNT, AT["matched_pv"]].sum())
    stored = float(electricity.shared.left[AMOUNT, PV] - electricity.opening[AMOUNT, PV])
    fed = uses["export"][:, AMOUNT, PV]
    sold = float(electricity.sources[:, AMOUNT, AT["sold_pv"]].sum() + (fed * export_sold).sum())
    free = fed * (1 - export_sold)
    export = float(free.sum())
    _, period = np.unique(label, return_inverse=True)
    of_period = np.bincount(period, weights=power[:, AMOUNT, AT["matched_pv"]])
    from_export = float(np.minimum(of_period, np.bincount(period, weights=free)).sum())
    others = float(uses["others"][:, AMOUNT, PV].sum()) - (matched - from_export)
    return {
        "generated": float(pv_kwh.sum()),
        "hydrogen_same_hour": hydrogen,
        "hydrogen_matched": matched,
        "other_uses": others,
        "exported_unclaimed": export - from_export,
        "certificates_sold": sold,
        "in_battery_at_end": stored,
    }


def hourly_columns(power: Array, kg: Array, valid: Mask) -> dict[str, dict[str, Any]]:
    """Columns by hour; null in hours without data, per kilogram also where nothing was made."""
    emitted, kwh = power[:, KGCO2E].sum(axis=-1), amount(power)
    columns = {
        "hydrogen_kg": ("kg", "产氢量", "hydrogen made", kg, valid),
        "hydrogen_kwh": ("kWh", "制氢用电(含压缩)", "power for hydrogen, compression included", kwh, valid),
        "hydrogen_kgco2e": ("kgCO2e", "氢的排放", "emissions of hydrogen", emitted, valid),
        "hydrogen_kgco2e_per_kg": (
            "kgCO2e/kg",
            "每千克氢的排放",
            "emissions per kg of hydrogen",
            over(emitted, kg),
            valid & (kg > 0),
        ),
        "hydrogen_own_pv_share": (
            "1",
            "制氢用电中自有光伏的份额",
            "share of own PV in the power for hydrogen",
            over(power[:, AMOUNT, PV] + power[:, AMOUNT, AT["matched_pv"]], kwh),
            valid & (kwh > 0),
        ),
    }
    return {
        name: {"unit": unit, "text": {"zh": zh, "en": en}, "values": _listed(values, known)}
        for name, (unit, zh, en, values, known) in columns.items()
    }


def _listed(values: Array, known: Mask) -> list[float | None]:
    return [float(v) if k else None for v, k in zip(values.tolist(), known.tolist(), strict=True)]


def _shares(x: Array) -> dict[str, float]:
    total = float(x[AMOUNT].sum())
    found = {s: float(x[AMOUNT, AT[s]]) / total for s in SOURCES} if total > 0 else {}
    return {s: share for s, share in found.items() if share > LEAST_SHARE}


def _per(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
