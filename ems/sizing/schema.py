"""The JSON Schema of `study.json`, published as `docs/study.schema.json`."""

from __future__ import annotations

from typing import Any

from ems.plan_schema import BOTH, MAYBE, NUMBER, TEXT, TIME, list_of, map_of, object_of
from ems.provenance import STATUSES
from ems.sizing.cash_flow import FINANCING, OPERATION
from ems.sizing.document import KIND, SCHEMA_VERSION

LINES = ("capex", "incentives", "replacement", "residual", *OPERATION, "tax", *FINANCING)
BY_YEAR = list_of(NUMBER, description="one value for each of the years 0 … N")
BY_MONTH = list_of(NUMBER, description="one value a month, kWh or kg")
NUMBERS = map_of(MAYBE, description="null where a figure has no meaning")
SIZE = object_of({"value": NUMBER, "unit": TEXT, "component": TEXT, "field": TEXT, "label": BOTH})
BUS = object_of(
    {"carrier": TEXT, "unit": {"enum": ["kWh", "kg"]}, "label": BOTH, "in": map_of(BY_MONTH), "out": map_of(BY_MONTH)},
    description="component.quantity -> flow by month; the sums of in and out are equal",
)
DEVICE = object_of(
    {
        "kind": TEXT,
        "label": BOTH,
        "capacity": NUMBER,
        "unit": TEXT,
        "full_load_hours": NUMBER,
        "starts": MAYBE,
        "made": map_of(NUMBER),
        "peak": NUMBER,
        "utilisation": NUMBER,
    }
)
KPIS = {
    "type": "object",
    "properties": {"grid_peaks_kw": map_of(NUMBER, description="month -> highest import")},
    "required": ["grid_import_kwh", "grid_peaks_kw", "emissions_t", "renewable_share", "hydrogen_made_kg"],
    "additionalProperties": MAYBE,
}
MONEY = object_of(
    {
        "capex_cny": {**NUMBER, "description": "before incentives"},
        "incentives_cny": NUMBER,
        "operating_first_year_cny": {**NUMBER, "description": "before tax"},
        "life_cycle_cost_cny": {**NUMBER, "description": "present value, after tax"},
        "annual_cost_cny": {**NUMBER, "description": "life-cycle cost as an equal yearly payment"},
        "by_component": map_of(object_of({"capex_cny": NUMBER, "annual_cny": NUMBER})),
        "by_cause": list_of(
            object_of({"component": TEXT, "cause": TEXT, "carrier": TEXT, "year_cny": NUMBER}),
            description="bills of the simulated year, prices of the base year",
        ),
    }
)
LEVELISED = object_of(
    {
        "electricity_cny_per_kwh": MAYBE,
        "hydrogen_cny_per_kg": MAYBE,
        "heat_cny_per_kwh": MAYBE,
        "cooling_cny_per_kwh": MAYBE,
    }
)
ALLOCATION = object_of(
    {
        "home": map_of(map_of(NUMBER), description="component -> bus -> share of its cost"),
        "used": map_of(NUMBER, description="bus -> kWh or kg that are used"),
        "passed": map_of(map_of(NUMBER), description="to bus -> from bus -> kWh or kg whose cost is passed on"),
        "taken": map_of(map_of(NUMBER), description="carrier -> bus -> kWh or kg that users take"),
        "emissions_t": map_of(NUMBER, description="component -> tCO2e of the year"),
    },
    description="how costs pass to users: what levelised costs are computed from",
)
CASH_FLOW = object_of(
    {
        "years": list_of({"type": "integer"}),
        "lines": object_of(dict.fromkeys(LINES, BY_YEAR), description="paid above zero, received below"),
        "project": {**BY_YEAR, "description": "after tax, before financing"},
        "equity": {**BY_YEAR, "description": "after financing"},
        "discount": {**BY_YEAR, "description": "worth today of a payment at the end of each year"},
    }
)
ALTERNATIVE = {
    "sizes": map_of(SIZE, description="component.field -> size"),
    "months": list_of({"type": "integer", "minimum": 1, "maximum": 12}),
    "buses": map_of(BUS),
    "devices": map_of(DEVICE),
    "kpis": KPIS,
    "money": MONEY,
    "levelised": LEVELISED,
    "allocation": ALLOCATION,
    "cash_flow": CASH_FLOW,
}
BOUND = object_of(
    {
        "value": NUMBER,
        "min": NUMBER,
        "max": NUMBER,
        "at": {"enum": ["min", "max", "free"]},
        "worth_cny": {**NUMBER, "description": "what a max one unit higher would save a year, after tax; 0 below it"},
    }
)
LIMIT = object_of(
    {
        "name": TEXT,
        "unit": TEXT,
        "limit": NUMBER,
        "worth_cny": {**MAYBE, "description": "what one more unit would save a year; null without duals"},
        "binding": {"type": ["boolean", "null"]},
    }
)
SERIES = object_of(
    {
        "start": TIME,
        "step_minutes": {"type": "integer"},
        "timezone": TEXT,
        "columns": map_of(
            object_of({"unit": TEXT, "meaning": BOTH, "values": list_of(NUMBER, description="one value a step")})
        ),
    }
)
COMPARED = object_of(
    {
        "npv_cny": NUMBER,
        "irr": MAYBE,
        "equity_irr": MAYBE,
        "payback_years": MAYBE,
        "discounted_payback_years": MAYBE,
        "abatement_cny_per_t": MAYBE,
        "min_dscr": MAYBE,
        "abated_t_per_year": NUMBER,
        "why": map_of(BOTH, description="figure that is null -> why"),
        "incremental": object_of({"project": BY_YEAR, "equity": BY_YEAR, "cumulative": BY_YEAR}),
    },
    description="design against reference, nominal, after tax",
)
SIDE = {
    "type": "object",
    "required": ["operating_cny", "annual_cost_cny", "life_cycle_cost_cny", "emissions_t"],
}
TRUTH = {
    "type": "object",
    "properties": {
        "days": {"type": "integer"},
        "outcomes": map_of({"type": "integer"}),
        "violations": {"type": "integer"},
        "promised": SIDE,
        "operated": SIDE,
        "gap": object_of({"operating": MAYBE, "life_cycle": MAYBE}, description="operated / promised - 1"),
        "unserved_kwh": NUMBER,
        "unserved_kg": NUMBER,
        "why": list_of(BOTH),
        "stock_values_cny": map_of(map_of(NUMBER), description="store, month: value of a unit at midnight [CNY]"),
        "missed": map_of(map_of(NUMBER), description="bus: demand that operation did not serve beyond the promise"),
        "devices": list_of({"type": "object", "required": ["component", "promised", "operated"]}),
        "tightened": list_of({"type": "object"}),
    },
    "required": ["days", "outcomes", "violations", "promised", "operated", "gap", "why", "devices", "tightened"],
    "description": "the sizes operated for the year by the day-ahead plan",
}
ROW = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "name": TEXT,
        "group": {"enum": ["front", "sensitivity", "grid", "scenario"]},
        "set": {"type": "object", "description": "path of the study -> value"},
        "carbon_cap_t": MAYBE,
        "objective": {"enum": ["cost", "carbon"]},
        "status": {"enum": ["done", "failed"]},
        "reason": {"anyOf": [BOTH, {"type": "null"}]},
        "seconds": NUMBER,
        **dict.fromkeys(("sizes", "kpis", "money", "levelised", "compared"), NUMBERS),
    },
    "required": ["id", "name", "group", "set", "carbon_cap_t", "objective", "status", "reason", "seconds", "sizes",
                 "kpis", "money", "levelised", "compared"],
}  # fmt: skip
FIGURE = object_of(
    {
        "name": TEXT,
        "value": NUMBER,
        "unit": TEXT,
        "status": {"enum": list(STATUSES)},
        "source": TEXT,
        "file": {"enum": ["study", "site"]},
    }
)


def study_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the content that `ems.sizing.document.study_dict` makes."""
    counts = map_of({"type": "integer"})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Result of a sizing study of a park",
        "description": "Money is nominal, outflows are positive; year 0 is the end of the base year.",
        **object_of(
            {
                "kind": {"const": KIND},
                "schema_version": {"const": SCHEMA_VERSION},
                "site": object_of({"name": TEXT, "title": BOTH}),
                "study": {"type": "object", "description": "the study file with its defaults"},
                "resolution": {**TEXT, "description": "full, or typical:N"},
                "weather": TEXT,
                "components": map_of(object_of({"kind": TEXT, "label": BOTH})),
                "cause_text": map_of(BOTH),
                "assumptions": list_of(FIGURE, description="every number that went in"),
                "notes": list_of(BOTH),
                "design": object_of(
                    {**ALTERNATIVE, "bounds": map_of(BOUND), "limits": list_of(LIMIT), "series": SERIES}
                ),
                "reference": object_of(ALTERNATIVE),
                "compared": COMPARED,
                "truth": {"anyOf": [TRUTH, {"type": "null"}]},
                "resolution_error": {"type": ["object", "null"]},
                **dict.fromkeys(("front", "sensitivity", "grid", "scenarios"), list_of(ROW)),
                "timings": map_of(NUMBER, description="seconds by phase"),
                "provenance": object_of(
                    {
                        "weather": object_of({"kind": TEXT, "source": TEXT, "issued_at": {"type": ["string", "null"]}}),
                        "site_digest": TEXT,
                        "site_figures": counts,
                        "study_digest": TEXT,
                        "study_figures": counts,
                        "tariff": TEXT,
                        "grid_factor": {"type": ["object", "null"]},
                        "versions": map_of(TEXT),
                        "created_at": TIME,
                    }
                ),
            }
        ),
    }
