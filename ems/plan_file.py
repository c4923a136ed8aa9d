"""`plan.json`: the versioned contract of a plan, complete enough to be audited again without anything else.

The JSON Schema is published as `docs/plan.schema.json`; `tests/plan` holds plans against it.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ems.accounts import CAUSES
from ems.audit import audit
from ems.columns import series_columns
from ems.kpis import KPI_TEXT, kpis
from ems.plan import Judged, Plan
from ems.provenance import provenance
from ems.schedule import Schedule
from ems.site import Site
from ems.stochastic.section import stochastic_dict
from ems.stored_plan import finite, index_of, part, stored_plan
from forecasting.errors import InputError
from forecasting.notes import Note
from models import Violation, Window, unit_of

SCHEMA_VERSION = "1.2"


def to_dict(plan: Plan) -> dict[str, Any]:
    """The plan as JSON-ready values; missing numbers are null, never NaN."""
    site, r, b = plan.file.site, plan.released, plan.baseline
    index = r.schedule.index
    step = pd.Timedelta(hours=plan.window.step_h)
    return {
        "schema_version": SCHEMA_VERSION,
        "site": {"name": site.name, "title": site.title.model_dump(), "definition": site.model_dump(mode="json")},
        "date": plan.day.isoformat(),
        "timezone": site.place.timezone,
        "start": index[0].isoformat(),
        "end": (index[-1] + step).isoformat(),
        "step_minutes": round(plan.window.step_h * 60),
        "steps": len(index),
        "objective": {
            "name": plan.objective.name,
            "carbon_cny_per_kg": plan.objective.carbon_cny_per_kg,
            "wish_weight": plan.objective.wish_weight,
        },
        "changes": plan.changes.model_dump(mode="json") if plan.changes else None,
        "stochastic": stochastic_dict(site, plan.stochastic) if plan.stochastic else None,
        "outcome": plan.outcome,
        "outcome_text": _text(plan.outcome_text),
        "objective_cny": _number(r.objective_cny),
        "bound_cny": _number(plan.bound_cny),
        "gap": _number(plan.gap),
        "timings": {f"{phase}_s": round(s, 4) for phase, s in plan.timings.items()},
        "violations": [violation_to_dict(v) for v in r.violations],
        "wishes": [
            {
                "component": x.component,
                "quantity": x.quantity,
                "amount": x.amount,
                "worst": x.worst,
                "first": x.first.isoformat(),
                "last": x.last.isoformat(),
                "text": _text(x.text),
            }
            for x in r.wishes
        ],
        "why": [_text(n) for n in plan.why],
        "notes": [_text(n) for n in plan.notes],
        "kpis": {name: _number(v) for name, v in r.kpis.items()},
        "kpi_text": {name: {"en": en, "zh": zh} for name, (en, zh) in KPI_TEXT.items()},
        "baseline": {
            "name": "rule_based",
            "objective_cny": _number(b.objective_cny),
            "kpis": {name: _number(v) for name, v in b.kpis.items()},
            "violations": [violation_to_dict(v) for v in b.violations],
            "accounts": _accounts(b),
            "series": _series(site, b.schedule),
        },
        "accounts": _accounts(r),
        "cause_text": {name: {"en": en, "zh": zh, "kind": kind} for name, (en, zh, kind) in CAUSES.items()},
        "state_start": {"at": index[0].isoformat(), "components": {k: dict(v) for k, v in plan.window.state.items()}},
        "state_end": {"at": (index[-1] + step).isoformat(), "components": plan.state_end},
        "sizes": dict(r.schedule.sizes),
        "series": _series(site, r.schedule),
        "inputs": {
            str(c): {"unit": unit_of(str(c)), "values": _values(plan.inputs.table[c].to_numpy(float))}
            for c in plan.inputs.table
        },
        "bands": list(plan.inputs.bands),
        "marginal_values": {
            bus: {"unit": f"CNY/{_stock_unit(site.buses[bus])}", "values": _values(x)}
            for bus, x in sorted(plan.marginal.items())
        },
        "components": {
            c.name: {"kind": c.kind, "label": {"zh": c.label("zh"), "en": c.label("en")}} for c in site.components
        },
        "provenance": provenance(plan.file, plan.inputs) | {"solver": plan.solver_message},
    }


def _series(site: Site, schedule: Schedule) -> dict[str, Any]:
    tables = schedule.tables
    return {
        name: {**column, "values": _values(tables[(at := name.split(".", 1))[0]][at[1]].to_numpy(float))}
        for name, column in series_columns(site).items()
    }


def _stock_unit(carrier: str) -> str:
    return "kg" if carrier in ("hydrogen", "water") else "kWh"


def _accounts(judged: Judged) -> list[dict[str, Any]]:
    return [
        {"component": c, "cause": cause} | {str(k): v for k, v in line.items()}
        for (c, cause), line in zip(judged.accounts.index, judged.accounts.to_dict("records"), strict=True)
    ]


def _text(note: Note) -> dict[str, str]:
    return {"zh": note.zh, "en": note.en}


def violation_to_dict(v: Violation) -> dict[str, Any]:
    return {"component": v.component, "law": v.law, "worst": _number(v.worst), "at": v.at.isoformat()}


def _number(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None


def _values(x: np.ndarray) -> list[float]:
    return [float(f"{v:.9g}") for v in x]  # nine digits: far below every tolerance, a third of the size


def to_json(content: dict[str, Any]) -> str:
    """Compact JSON text; a NaN that slipped in is an error, not a token."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def to_csv(content: dict[str, Any]) -> str:
    """The schedule as CSV: time (RFC 3339), band, inputs, then every series under ``component.quantity``."""
    index = index_of(content)
    columns: dict[str, Any] = {"time": [t.isoformat() for t in index], "tariff_band": content["bands"]}
    columns |= {name: x["values"] for name, x in content["inputs"].items()}
    columns |= {name: x["values"] for name, x in content["series"].items()}
    return str(pd.DataFrame(columns).to_csv(index=False))


def read_plan(path: Path) -> dict[str, Any]:
    """A stored plan; raises `InputError` where it is no plan of a version this software reads."""
    from ems.state import load_json

    data = load_json(path)
    found = str(data.get("schema_version", ""))
    if found.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise InputError(
            str(path), "schema_version", found or None, f"{SCHEMA_VERSION.split('.')[0]}.x", "is this a plan.json?"
        )
    return data


def audit_plan(data: dict[str, Any], source: str) -> list[Violation]:
    """Judge a stored or hand-edited plan from what it holds: site, inputs, start state, series, objective, figures."""
    plan = stored_plan(data, source)
    with part(source, "objective_cny"):
        claimed = finite(data["objective_cny"])
    with part(source, "kpis"):
        told = {name: math.nan if v is None else finite(v) for name, v in data["kpis"].items()}
    with part(source, "content"):
        found = audit(plan.site, plan.window, plan.schedule, plan.objective, claimed)
        return found or _figures_again(plan.site, plan.window, plan.schedule, told)


def _figures_again(site: Site, w: Window, schedule: Schedule, told: dict[str, float]) -> list[Violation]:
    """The key figures computed from the series, held against those that the plan tells; the worst by its share."""
    again = kpis(site, w, schedule)
    off = {name: abs(v - again[name]) for name, v in told.items() if math.isfinite(v) and name in again}
    worst = max(off, key=lambda name: off[name] / (1e-3 + 1e-6 * abs(again[name])), default=None)
    if worst is None or off[worst] <= 1e-3 + 1e-6 * abs(again[worst]):
        return []
    return [Violation(site.name, f"key figure {worst} computed again", off[worst], pd.Timestamp(w.inputs.index[-1]))]
