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


def object_of(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def map_of(values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values, **more}


def list_of(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


BOTH = object_of({"zh": TEXT, "en": TEXT}, description="the same in Chinese and English")
VALUES = list_of(NUMBER, description="one value per step")
SERIES = map_of(
    object_of(
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
ACCOUNTS = list_of(
    object_of({"component": TEXT, "cause": TEXT, "carrier": TEXT, "cny": NUMBER, "kgco2e": NUMBER}),
    description="lines that can be subtracted: saving = baseline - plan",
)
VIOLATIONS = list_of(object_of({"component": TEXT, "law": TEXT, "worst": MAYBE, "at": TIME}))
KPIS = object_of(dict.fromkeys(KPI_TEXT, MAYBE))
STATE = object_of({"at": TIME, "components": map_of({"type": "object"})})
FACTOR = {"type": "number", "minimum": 0, "maximum": 10}
CHANGES = {
    "oneOf": [
        {"type": "null"},
        object_of(
            {
                "outages": list_of(
                    object_of(
                        {
                            "component": TEXT,
                            "modules": {"type": ["integer", "null"], "description": "null: all of them"},
                            "start": {**TIME, "type": ["string", "null"], "description": "null: from the start on"},
                            "end": {**TIME, "type": ["string", "null"], "description": "null: to the end"},
                        }
                    )
                ),
                "parameters": map_of(map_of(NUMBER), description="component -> parameter -> number"),
                "prices": object_of(
                    {"import_factor": FACTOR, "import_offset_cny_per_kwh": NUMBER, "export_factor": FACTOR}
                ),
                "demands": map_of(FACTOR, description="input column, deferrable demand or carrier -> factor"),
                "weather": object_of({"sun_factor": FACTOR, "temperature_offset_k": NUMBER}),
            }
        ),
    ],
    "description": "what differs from the park as it is; null: nothing. Site, inputs and series hold it already",
}


def plan_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the content that `ems.plan_file.to_dict` makes."""
    from ems.stochastic.schema import stochastic_schema  # made of the pieces above

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Day-ahead plan of a park",
        "description": "Steps are left-labelled intervals [start, start + step). A new major version breaks readers.",
        **object_of(
            {
                "schema_version": {"const": SCHEMA_VERSION},
                "site": object_of({"name": TEXT, "title": BOTH, "definition": {"type": "object"}}),
                "date": {"type": "string", "format": "date"},
                "timezone": {**TEXT, "description": "IANA name"},
                "start": TIME,
                "end": TIME,
                "step_minutes": {"type": "integer", "minimum": 5, "maximum": 60},
                "steps": {"type": "integer", "minimum": 1},
                "objective": object_of(
                    {
                        "name": {"enum": list(get_args(ObjectiveName))},
                        "carbon_cny_per_kg": NUMBER,
                        "wish_weight": NUMBER,
                    }
                ),
                "changes": CHANGES,
                "stochastic": stochastic_schema(),
                "outcome": {"enum": list(get_args(Outcome))},
                "outcome_text": BOTH,
                "objective_cny": MAYBE,
                "bound_cny": {**MAYBE, "description": "no plan can cost less; null where nothing was proven"},
                "gap": {**MAYBE, "description": "relative, between objective and bound"},
                "timings": map_of(NUMBER, description="seconds by phase"),
                "violations": {**VIOLATIONS, "description": "broken laws; a plan that has any is not released"},
                "wishes": list_of(
                    object_of(
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
                "why": list_of(BOTH),
                "notes": list_of(BOTH, description="data quality and assumptions"),
                "kpis": KPIS,
                "kpi_text": map_of(BOTH),
                "baseline": object_of(
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
                "cause_text": map_of(
                    object_of(
                        {"en": TEXT, "zh": TEXT, "kind": {"enum": ["paid", "wear", "stock", "wish", "tie", "emission"]}}
                    )
                ),
                "state_start": STATE,
                "state_end": {**STATE, "description": "opens the next plan: ems plan --state plan.json"},
                "sizes": map_of(NUMBER),
                "series": SERIES,
                "inputs": map_of(object_of({"unit": TEXT, "values": VALUES})),
                "bands": list_of(TEXT, description="tariff band of each step"),
                "marginal_values": map_of(
                    object_of({"unit": TEXT, "values": VALUES}),
                    description="bus -> value of one more kWh or kg, commitment fixed",
                ),
                "components": map_of(object_of({"kind": TEXT, "label": BOTH})),
                "provenance": object_of(
                    {
                        "weather": object_of({"kind": TEXT, "source": TEXT, "issued_at": {"type": ["string", "null"]}}),
                        "site_digest": TEXT,
                        "site_figures": map_of({"type": "integer"}, description="figures of the site file by status"),
                        "tariff": TEXT,
                        "grid_factor": {"type": ["object", "null"]},
                        "solver": TEXT,
                        "versions": map_of(TEXT),
                        "created_at": TIME,
                    }
                ),
            }
        ),
    }
