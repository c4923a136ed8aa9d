"""The JSON Schema of `report.json`, published as `docs/emission-report.schema.json`."""

from __future__ import annotations

from typing import Any

from ems.emissions.document import KIND, SCHEMA_VERSION
from ems.plan_schema import BOTH, MAYBE, NUMBER, TEXT, TIME, list_of, map_of, object_of
from ems.provenance import STATUSES

DAY = {"type": "string", "format": "date"}
NULL_TEXT = {"type": ["string", "null"]}
STATUS = {"enum": list(STATUSES)}
SCOPE = {"enum": ["1", "2_location", "2_market", "3", "memo"]}
BY_MONTH = map_of(NUMBER, description="local month, as 2026-01 -> kgCO2e")
LINE = object_of(
    {
        "scope": SCOPE,
        "component": TEXT,
        "label": BOTH,
        "cause": TEXT,
        "cause_text": BOTH,
        "carrier": TEXT,
        "meter": TEXT,
        "unit": {**TEXT, "description": "of the activity"},
        "activity": {**NUMBER, "description": "sum over the hours with data"},
        "factor_id": TEXT,
        "factor": {**NUMBER, "description": "mean over what was counted, kgCO2e per unit"},
        "kg": NUMBER,
        "formula": TEXT,
        "months": map_of(object_of({"activity": NUMBER, "kg": NUMBER})),
    },
    description="one activity x one factor",
)
TOTALS = object_of(dict.fromkeys(("total_kg", "scope1_kg", "scope2_kg", "scope3_kg"), NUMBER))
INVENTORY = object_of({"location": TOTALS, "market": TOTALS, "memo": list_of(LINE, description="in no total")})
FACTOR = object_of(
    {
        "id": TEXT,
        "value": {**MAYBE, "description": "null where it varies by the hour"},
        "unit": TEXT,
        "use": TEXT,
        "region": NULL_TEXT,
        "data_year": {"type": ["integer", "null"]},
        "issuer": TEXT,
        "announcement": TEXT,
        "published": NULL_TEXT,
        "status": STATUS,
        "source": TEXT,
        "uncertainty": {**MAYBE, "description": "relative half width of the 95 % interval"},
        "digest": TEXT,
    }
)
FIGURE = object_of(
    {
        "text": BOTH,
        "value": MAYBE,
        "unit": TEXT,
        "status": STATUS,
        "source": TEXT,
    }
)
ASSUMPTION = object_of({"name": TEXT, **FIGURE["properties"], "file": {"enum": ["accounting"]}})
PART = object_of(
    {
        "scope": SCOPE,
        **dict.fromkeys(("component", "cause", "carrier", "meter"), TEXT),
        "activity": NUMBER,
        "factor_id": TEXT,
        "kg": NUMBER,
    }
)
AVOIDED_BY = {
    "type": "object",
    "properties": {
        "total_kg": NUMBER,
        "by_cause": list_of(
            {
                "type": "object",
                "properties": {"cause": TEXT, "cause_text": BOTH, "carrier": TEXT, "kg": NUMBER, "months": BY_MONTH},
                "required": ["cause", "cause_text", "carrier", "kg", "months"],
            },
            description="by what the energy was used for; adds up to the total",
        ),
        "by_carrier": map_of(NUMBER),
        "months": BY_MONTH,
        "lines": list_of({"type": "object", "required": ["scope", "component", "cause", "carrier", "kg"]}),
    },
    "required": ["total_kg", "by_cause", "by_carrier", "months", "lines"],
}
AVOIDED = object_of(
    {
        "location": AVOIDED_BY,
        "market": AVOIDED_BY,
        "hours_left_out": {"type": "integer", "minimum": 0},
        "not_counted": list_of(BOTH),
        "parts": object_of(
            {"baseline": list_of(PART), "actual": list_of(PART)},
            description="lines of both sides over the hours that count; avoided is their difference",
        ),
    }
)
BASELINE = object_of({"title": BOTH, "assumptions": list_of(FIGURE), "lines": list_of(LINE), "inventory": INVENTORY})
CONTRIBUTION = object_of(
    {
        "source": TEXT,
        "kind": {"enum": ["plan", "baseline", "measured", "entered", "computed", "factor"]},
        "text": BOTH,
        "half_width": NUMBER,
        "share": {**NUMBER, "description": "of the variance"},
    }
)
HEADLINE = object_of(
    {
        "name": {**TEXT, "description": "inventory.location, avoided.grid_only.market"},
        "text": BOTH,
        "value_kg": NUMBER,
        "low_kg": {**NUMBER, "description": "95 % interval by error propagation"},
        "high_kg": NUMBER,
        "relative": MAYBE,
        "drawn_low_kg": {**NUMBER, "description": "the same by Monte Carlo"},
        "drawn_high_kg": NUMBER,
        "contributions": list_of(CONTRIBUTION),
    }
)
SPLIT = dict.fromkeys(("change_kg", "factors_kg", "activity_kg", "method_kg"), NUMBER)
DIFFERENCE = object_of(
    {
        "against": object_of(
            {
                "created_at": TEXT,
                "period": {"type": "object"},
                "inputs_digest": TEXT,
                "accounting_digest": TEXT,
            }
        ),
        "headlines": list_of(
            object_of(
                {
                    "name": TEXT,
                    "method": {"enum": ["location", "market"]},
                    "baseline": NULL_TEXT,
                    "old_kg": NUMBER,
                    "new_kg": NUMBER,
                    **SPLIT,
                    "recomputed_kg": {**NUMBER, "description": "what the older inputs give with the software of today"},
                    "lines": list_of(
                        object_of(
                            {
                                "side": {"enum": ["actual", "baseline"]},
                                "scope": SCOPE,
                                **dict.fromkeys(("component", "cause", "carrier", "meter"), TEXT),
                                **SPLIT,
                            }
                        )
                    ),
                }
            )
        ),
        "factors": list_of(
            object_of({"id": TEXT, "old": MAYBE, "new": MAYBE, "unit": TEXT, "in": {"enum": ["both", "old", "new"]}})
        ),
        **dict.fromkeys(("factors_kg", "activity_kg", "method_kg"), NUMBER),
    },
    description="newer minus older; the three parts add up to the change",
)


def report_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the content that `ems.emissions.document.document` makes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Emission report of a park",
        "description": "Amounts in kgCO2e. Hours are left-labelled intervals [start, start + 1 h).",
        **object_of(
            {
                "kind": {"const": KIND},
                "schema_version": {"const": SCHEMA_VERSION},
                "provenance": object_of(
                    {
                        "created_at": TIME,
                        "versions": map_of(TEXT),
                        "site_digest": TEXT,
                        "accounting_digest": TEXT,
                        "inputs_digest": {**TEXT, "description": "SHA-256 over the digests of all inputs"},
                        "source": {"enum": ["plans", "measured"]},
                        "files": list_of(object_of({"path": TEXT, "digest": TEXT})),
                    }
                ),
                "site": object_of({"name": TEXT, "title": BOTH}),
                "period": object_of(
                    {"from": DAY, "to": DAY, "hours": {"type": "integer", "minimum": 1}, "timezone": TEXT}
                ),
                "baseline": {**TEXT, "description": "the one of the headline"},
                "coverage": {"type": "number", "minimum": 0, "maximum": 1},
                "gaps": list_of(
                    object_of(
                        {
                            "meter": {**TEXT, "description": "empty: all of them"},
                            "label": BOTH,
                            "start": TIME,
                            "end": TIME,
                            "hours": NUMBER,
                            "why": BOTH,
                        }
                    )
                ),
                "factors": list_of(FACTOR),
                "inventory": INVENTORY,
                "lines": list_of(LINE),
                "baselines": map_of(BASELINE),
                "avoided": map_of(AVOIDED),
                "certificates": {"type": "object"},
                "hydrogen": {"type": "object", "description": "empty where no hydrogen is made"},
                "vehicles": list_of({"type": "object", "required": ["name", "title", "km", "avoided_kg"]}),
                "indicators": list_of({"type": "object", "required": ["name", "text", "value", "unit", "meets"]}),
                "eligibility": list_of(
                    {"type": "object", "required": ["method", "qualifies", "quantity", "credit_kgco2e", "why"]}
                ),
                "uncertainty": object_of(
                    {
                        "headline": list_of(HEADLINE),
                        "contributions": list_of(CONTRIBUTION),
                        "method": TEXT,
                        "draws": {"type": "integer"},
                        "seed": {"type": "integer"},
                    }
                ),
                "hours": object_of(
                    {
                        "start": TIME,
                        "timezone": TEXT,
                        "columns": map_of(
                            object_of({"unit": TEXT, "text": BOTH, "values": list_of(MAYBE, description="one an hour")})
                        ),
                    }
                ),
                "formulas": list_of(object_of({"name": TEXT, "text": BOTH, "formula": TEXT, "source": TEXT})),
                "assumptions": list_of(ASSUMPTION),
                "notes": list_of(BOTH),
                "difference": {"anyOf": [DIFFERENCE, {"type": "null"}]},
            }
        ),
    }
