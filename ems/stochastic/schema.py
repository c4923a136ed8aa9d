"""JSON Schema of the part of `plan.json` that tells of scenarios."""

from __future__ import annotations

from typing import Any

from ems.kpis import KPI_TEXT
from ems.plan_schema import BOTH, MAYBE, NUMBER, TEXT, VALUES, list_of, map_of, object_of


def stochastic_schema() -> dict[str, Any]:
    """JSON Schema of `ems.stochastic.section.stochastic_dict`, or null."""
    whole = object_of(
        {
            "risk": object_of(
                {
                    "weight": {**NUMBER, "description": "of the CVaR beside the expected cost"},
                    "alpha": {**NUMBER, "description": "CVaR is the mean of the dearest share 1 - alpha"},
                }
            ),
            "expected_cny": MAYBE,
            "cvar_cny": MAYBE,
            "objective_cny": {**MAYBE, "description": "expected cost and weighted risk"},
            "bound_cny": {**MAYBE, "description": "of that"},
            "gap": MAYBE,
            "value": {
                "oneOf": [
                    {"type": "null"},
                    object_of(
                        {
                            "stochastic_cny": {**MAYBE, "description": "VSS; null: the usual plan cannot be kept"},
                            "information_cny": {**MAYBE, "description": "EVPI"},
                            "information_least_cny": MAYBE,
                            "information_most_cny": MAYBE,
                            "expected_day_cny": {**MAYBE, "description": "the plan for the expected day, held"},
                            "rules_cny": {**MAYBE, "description": "operation by rules"},
                            "perfect_cny": {**MAYBE, "description": "a plan of its own for every scenario"},
                        }
                    ),
                ]
            },
            "band": {
                "oneOf": [{"type": "null"}, object_of({"width_kw": NUMBER, "beyond_cny_per_kwh": NUMBER})],
                "description": "around the planned exchange with the grid; null: one scenario",
            },
            "grids": map_of(
                object_of({"planned_kw": VALUES, "exchange_kw": list_of(VALUES, description="scenario by scenario")}),
                description="grid -> import less export, as planned and in each scenario",
            ),
            "scenarios": list_of(
                object_of(
                    {
                        "weight": NUMBER,
                        "objective_cny": MAYBE,
                        "total_cny": {**MAYBE, "description": "with what lies beyond the band"},
                        "beyond_band_kwh": NUMBER,
                        "violations": {"type": "integer", "minimum": 0},
                        "kpis": object_of(dict.fromkeys(KPI_TEXT, MAYBE)),
                    }
                )
            ),
            "decided_ahead": object_of(
                {
                    "planned": list_of(TEXT, description="components that do the same in all scenarios"),
                    "committed": list_of(TEXT, description="machines that run at the same times in all scenarios"),
                }
            ),
            "text": list_of(BOTH),
        }
    )
    return {
        "oneOf": [{"type": "null"}, whole],
        "description": "planned under scenarios; null: for the expected day alone. Series are those of that day",
    }
