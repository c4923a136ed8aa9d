"""Ledgers as plain rows of the document: what each line counted, month by month, and what hours it has no data for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ems.emissions.activity import Activity, Gap
from ems.emissions.ledger import Ledger, Line, Method, Scope
from models.window import Floats

Texts = Mapping[str, tuple[str, str]]  # name -> (Chinese, English)
METHODS: tuple[Method, ...] = ("location", "market")


def counted(method: Method) -> tuple[Scope, ...]:
    """Scopes in the total of one method."""
    return "1", "2_location" if method == "location" else "2_market", "3"


def line_rows(ledger: Ledger, labels: Texts, causes: Texts) -> list[dict[str, Any]]:
    """Every line with its sums [unit of the activity, kgCO2e], hours without data left out."""
    months = ledger.index.strftime("%Y-%m")
    return [_row(line, months, labels, causes) for line in ledger.lines]


def _row(line: Line, months: pd.Index, labels: Texts, causes: Texts) -> dict[str, Any]:
    kg = line.kg
    activity = np.where(np.isnan(kg), np.nan, line.activity)
    sums = pd.DataFrame({"activity": activity, "kg": kg}).groupby(np.asarray(months), sort=False).sum()
    return {
        "scope": line.scope,
        "component": line.component,
        "label": both(labels, line.component),
        "cause": line.cause,
        "cause_text": both(causes, line.cause),
        "carrier": line.carrier,
        "meter": line.meter,
        "unit": line.unit,
        "activity": float(np.nansum(activity)),
        "factor_id": line.factor.id,
        "factor": _mean(line, activity),
        "kg": float(np.nansum(kg)),
        "formula": line.formula,
        "months": {str(m): {"activity": float(x["activity"]), "kg": float(x["kg"])} for m, x in sums.iterrows()},
    }


def _mean(line: Line, activity: Floats) -> float:
    """Mean factor over what was counted [kgCO2e per unit]; of the hours where nothing was."""
    values = np.asarray(line.factor.kg_per_unit, float)
    if values.ndim == 0 or values.min() == values.max():
        return float(values.flat[0])
    total = float(np.nansum(activity))
    return float(np.nansum(line.kg)) / total if total else float(np.nanmean(values))


def inventory_rows(ledger: Ledger, labels: Texts, causes: Texts) -> dict[str, Any]:
    """Totals by both methods [kgCO2e], and the lines that are in none."""
    return {
        **{
            method: {
                "total_kg": ledger.inventory(method),
                "scope1_kg": ledger.total("1"),
                "scope2_kg": ledger.total("2_location" if method == "location" else "2_market"),
                "scope3_kg": ledger.total("3"),
            }
            for method in METHODS
        },
        "memo": line_rows(ledger.where(lambda line: line.scope == "memo"), labels, causes),
    }


def without(ledger: Ledger, hours: pd.DatetimeIndex) -> Ledger:
    """The ledger with nothing known in some hours."""
    out = np.asarray(ledger.index.isin(hours))
    return replace(ledger, lines=tuple(replace(x, activity=np.where(out, np.nan, x.activity)) for x in ledger.lines))


def gap_rows(gaps: Sequence[Gap], park: Activity) -> list[dict[str, Any]]:
    """Gaps for the document."""
    return [
        {
            "meter": g.meter,
            "label": {"zh": park.meters[g.meter].zh, "en": park.meters[g.meter].en}
            if g.meter in park.meters
            else {"zh": "", "en": ""},
            "start": g.start.isoformat(),
            "end": g.end.isoformat(),
            "hours": g.hours,
            "why": {"zh": g.why.zh, "en": g.why.en},
        }
        for g in gaps
    ]


def both(texts: Texts, name: str) -> dict[str, str]:
    zh, en = texts.get(name, (name, name))
    return {"zh": zh, "en": en}


def plain(x: Floats) -> list[float | None]:
    """Values for JSON: null where there is none."""
    return [float(v) if math.isfinite(v) else None for v in x]
