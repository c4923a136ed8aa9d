"""`plan.json`: the versioned contract of a plan, complete enough to be audited again without anything else.

The JSON Schema is published as `docs/plan.schema.json`; `tests/test_plan_file.py` holds plans against it.
"""

from __future__ import annotations

import json
import math
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ems.accounts import CAUSES
from ems.audit import audit
from ems.kpis import KPI_TEXT
from ems.objective import Objective
from ems.plan import Judged, Plan
from ems.schedule import Schedule
from ems.site import Site
from forecasting.errors import InputError
from forecasting.notes import Note
from models import Violation, Window, unit_of

SCHEMA_VERSION = "1.0"
PACKAGES = ("park-ems", "pyomo", "highspy", "pandas", "numpy", "pvlib")


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
        "objective": {"name": plan.objective.name, "carbon_cny_per_kg": plan.objective.carbon_cny_per_kg, "wish_weight": plan.objective.wish_weight},
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
            str(c): {"unit": unit_of(str(c)), "values": _values(plan.inputs.table[c].to_numpy(float))} for c in plan.inputs.table
        },
        "bands": list(plan.inputs.bands),
        "marginal_values": {
            bus: {"unit": f"CNY/{_stock_unit(site.buses[bus])}", "values": _values(x)} for bus, x in sorted(plan.marginal.items())
        },
        "components": {
            c.name: {"kind": c.kind, "label": {"zh": c.label("zh"), "en": c.label("en")}} for c in site.components
        },
        "provenance": _provenance(plan),
    }


def _provenance(plan: Plan) -> dict[str, Any]:
    sky, figures = plan.inputs.weather, plan.file.figures()
    counts = {s: sum(f.provenance.status == s for f in figures) for s in ("sourced", "computed", "assumption", "default", "unmarked")}
    factor = plan.inputs.factor
    return {
        "weather": {"kind": sky.kind, "source": sky.source, "issued_at": sky.issued_at.isoformat() if sky.issued_at else None},
        "site_digest": plan.file.digest,
        "site_figures": counts,
        "tariff": plan.inputs.tariff_id,
        "grid_factor": {"id": factor.id, "value": factor.value, "issuer": factor.issuer, "announcement": factor.announcement} if factor else None,
        "solver": plan.solver_message,
        "versions": {name: version(name) for name in PACKAGES},
        "created_at": pd.Timestamp.now("UTC").isoformat(timespec="seconds"),
    }


def _series(site: Site, schedule: Schedule) -> dict[str, Any]:
    return {
        f"{c.name}.{q.name}": {
            "unit": unit_of(q.name),
            "meaning": {"zh": q.zh, "en": q.en},
            "at": "end" if q.at_end else "mean",
            "bus": next((p.bus for p in c.ports if p.quantity is q or p.quantity == q), None),
            "sign": q.sign,
            "values": _values(schedule.tables[c.name][q.name].to_numpy(float)),
        }
        for c in site.components
        for q in c.quantities
    }


def _stock_unit(carrier: str) -> str:
    return "kg" if carrier in ("hydrogen", "water") else "kWh"


def _accounts(judged: Judged) -> list[dict[str, Any]]:
    return [
        {"component": c, "cause": cause, "carrier": line.carrier, "cny": float(line.cny), "kgco2e": float(line.kgco2e)}
        for (c, cause), line in zip(judged.accounts.index, judged.accounts.itertuples(index=False), strict=True)
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
    index = _index(content)
    columns: dict[str, Any] = {"time": [t.isoformat() for t in index], "tariff_band": content["bands"]}
    columns |= {name: x["values"] for name, x in content["inputs"].items()}
    columns |= {name: x["values"] for name, x in content["series"].items()}
    return str(pd.DataFrame(columns).to_csv(index=False))


def _index(content: dict[str, Any]) -> pd.DatetimeIndex:
    step = pd.Timedelta(minutes=int(content["step_minutes"]))
    start = pd.Timestamp(content["start"]).tz_convert("UTC")
    return pd.date_range(start, periods=int(content["steps"]), freq=step).tz_convert(content["timezone"])


def read_plan(path: Path) -> dict[str, Any]:
    """A stored plan; raises `InputError` where it is no plan of a version this software reads."""
    from ems.state import load_json

    data = load_json(path)
    found = str(data.get("schema_version", ""))
    if found.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise InputError(str(path), "schema_version", found or None, f"{SCHEMA_VERSION.split('.')[0]}.x", "is this a plan.json?")
    return data


def audit_plan(data: dict[str, Any], source: str) -> list[Violation]:
    """Judge a stored or hand-edited plan from what it holds: site definition, inputs, start state, series, objective."""
    try:
        site = Site.model_validate(data["site"]["definition"])
        steps, minutes = int(data["steps"]), int(data["step_minutes"])
        index = _index(data)
        table = pd.DataFrame({k: _floats(v["values"], steps, f"inputs.{k}") for k, v in data["inputs"].items()}, index=index)
        frame = pd.DataFrame({k: _floats(v["values"], steps, f"series.{k}") for k, v in data["series"].items()}, index=index)
        w = Window(table, data["state_start"]["components"], step_minutes=minutes)
        goal = Objective(**data["objective"])
        schedule = Schedule.from_frame(frame, data["sizes"])
        return audit(site, w, schedule, goal, data["objective_cny"])
    except KeyError as error:
        raise InputError(source, str(error.args[0]), None, "a complete plan.json", "the field is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(source, "content", None, "a complete plan.json", " ".join(str(error).split())[:300]) from error


def _floats(values: Any, steps: int, name: str) -> list[float]:
    if not isinstance(values, list) or len(values) != steps:
        raise ValueError(f"{name} holds {len(values) if isinstance(values, list) else 'no'} values, the plan has {steps} steps")
    return [float("nan") if v is None else float(v) for v in values]
