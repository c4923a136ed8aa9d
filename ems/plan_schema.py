"""The JSON Schema of `plan.json`, published as `docs/plan.schema.json`."""

from __future__ import annotations

from typing import Any, get_args

from ems.kpis import KPI_TEXT
from ems.objective import ObjectiveName
from ems.plan_file import SCHEMA_VERSION
from ems.schedule import Outcome

NUMBER = {"type": "number"}
MAYBE = {"type": ["number", "null"]}
TEXT = {"type": "string"}
TIME = {"type": "string", "format": "date-time", "description": "RFC 3339 with offset"}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def _map(values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values, **more}


def _list(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


BOTH = _object({"zh": TEXT, "en": TEXT}, description="the same in Chinese and English")
VALUES = _list(NUMBER, description="one value per step")
SERIES = _map(
    _object(
        {
            "unit": TEXT,
            "meaning": BOTH,
            "at": {"enum": ["mean", "end"], "description": "mean of the step, or value at its end"},
            "bus": {"type": ["string", "null"]},
            "sign": {"enum": [-1, 0, 1], "description": "+1 into the bus, -1 out of it, 0 no flow"},
            "values": VALUES,
        }
    ),
    description="component.quantity -> series; flows are >= 0 and named by direction",
)
ACCOUNTS = _list(
    _object({"component": TEXT, "cause": TEXT, "carrier": TEXT, "cny": NUMBER, "kgco2e": NUMBER}),
    description="lines that can be subtracted: saving = baseline - plan",
)
VIOLATIONS = _list(_object({"component": TEXT, "law": TEXT, "worst": MAYBE, "at": TIME}))
KPIS = _object(dict.fromkeys(KPI_TEXT, MAYBE))
STATE = _object({"at": TIME, "components": _map({"type": "object"})})
FACTOR = {"type": "number", "minimum": 0, "maximum": 10}
CHANGES = {
    "oneOf": [
        {"type": "null"},
        _object(
            {
                "outages": _list(
                    _object(
                        {
                            "component": TEXT,
                            "modules": {"type": ["integer", "null"], "description": "null: all of them"},
                            "start": {**TIME, "type": ["string", "null"], "description": "null: from the start on"},
                            "end": {**TIME, "type": ["string", "null"], "description": "null: to the end"},
                        }
                    )
                ),
                "parameters": _map(_map(NUMBER), description="component -> parameter -> number"),
                "prices": _object(
                    {"import_factor": FACTOR, "import_offset_cny_per_kwh": NUMBER, "export_factor": FACTOR}
                ),
                "demands": _map(FACTOR, description="input column, deferrable demand or carrier -> factor"),
                "weather": _object({"sun_factor": FACTOR, "temperature_offset_k": NUMBER}),
            }
        ),
    ],
    "description": "what differs from the park as it is; null: nothing. Site, inputs and series hold it already",
}


def plan_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the content that `ems.plan_file.to_dict` makes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Day-ahead plan of a park",
        "description": "Steps are left-labelled intervals [start, start + step). A new major version breaks readers.",
        **_object(
            {
                "schema_version": {"const": SCHEMA_VERSION},
                "site": _object({"name": TEXT, "title": BOTH, "definition": {"type": "object"}}),
                "date": {"type": "string", "format": "date"},
                "timezone": {**TEXT, "description": "IANA name"},
                "start": TIME,
                "end": TIME,
                "step_minutes": {"type": "integer", "minimum": 5, "maximum": 60},
                "steps": {"type": "integer", "minimum": 1},
                "objective": _object(
                    {
                        "name": {"enum": list(get_args(ObjectiveName))},
                        "carbon_cny_per_kg": NUMBER,
                        "wish_weight": NUMBER,
                    }
                ),
                "changes": CHANGES,
                "outcome": {"enum": list(get_args(Outcome))},
                "outcome_text": BOTH,
                "objective_cny": MAYBE,
                "bound_cny": {**MAYBE, "description": "no plan can cost less; null where nothing was proven"},
                "gap": {**MAYBE, "description": "relative, between objective and bound"},
                "timings": _map(NUMBER, description="seconds by phase"),
                "violations": {**VIOLATIONS, "description": "broken laws; a plan that has any is not released"},
                "wishes": _list(
                    _object(
                        {
                            "component": TEXT,
                            "quantity": TEXT,
                            "amount": NUMBER,
                            "worst": NUMBER,
                            "first": TIME,
                            "last": TIME,
                            "text": BOTH,
                        }
                    ),
                    description="wishes left unmet: how much [kWh or kg], worst rate, when, why",
                ),
                "why": _list(BOTH),
                "notes": _list(BOTH, description="data quality and assumptions"),
                "kpis": KPIS,
                "kpi_text": _map(BOTH),
                "baseline": _object(
                    {
                        "name": TEXT,
                        "objective_cny": MAYBE,
                        "kpis": KPIS,
                        "violations": VIOLATIONS,
                        "accounts": ACCOUNTS,
                        "series": SERIES,
                    },
                    description="rule-based operation of the same day",
                ),
                "accounts": ACCOUNTS,
                "cause_text": _map(
                    _object(
                        {"en": TEXT, "zh": TEXT, "kind": {"enum": ["paid", "wear", "stock", "wish", "tie", "emission"]}}
                    )
                ),
                "state_start": STATE,
                "state_end": {**STATE, "description": "opens the next plan: ems plan --state plan.json"},
                "sizes": _map(NUMBER),
                "series": SERIES,
                "inputs": _map(_object({"unit": TEXT, "values": VALUES})),
                "bands": _list(TEXT, description="tariff band of each step"),
                "marginal_values": _map(
                    _object({"unit": TEXT, "values": VALUES}),
                    description="bus -> value of one more kWh or kg, commitment fixed",
                ),
                "components": _map(_object({"kind": TEXT, "label": BOTH})),
                "provenance": _object(
                    {
                        "weather": _object({"kind": TEXT, "source": TEXT, "issued_at": {"type": ["string", "null"]}}),
                        "site_digest": TEXT,
                        "site_figures": _map({"type": "integer"}, description="figures of the site file by status"),
                        "tariff": TEXT,
                        "grid_factor": {"type": ["object", "null"]},
                        "solver": TEXT,
                        "versions": _map(TEXT),
                        "created_at": TIME,
                    }
                ),
            }
        ),
    }
