"""The JSON Schema of `forecast.json` and `score.json`, published as `docs/forecast.schema.json`."""

from __future__ import annotations

from typing import Any

from ems.forecasts.document import SCHEMA_VERSION
from ems.plan_schema import BOTH, MAYBE, NUMBER, TEXT, TIME, list_of, map_of, object_of
from forecasting.ladder.quantiles import QUANTILES

DATE = {"type": "string", "format": "date"}
MAYBE_TIME = {**TIME, "type": ["string", "null"]}
VALUES = list_of(NUMBER, description="one value per step, in the unit of the series")
KNOWN = list_of(MAYBE, description="one value per time; null where there is none")
SHARE = {**MAYBE, "description": "share of the denominator; null where the method has no quantiles in every interval"}
PERIOD = object_of({"from": DATE, "to": DATE})


def forecast_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the content that `ems.forecasts.document` makes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Forecasts with their uncertainty, or scores of forecasts",
        "description": "Steps are left-labelled intervals [start, start + step). A new major version breaks readers.",
        **object_of(
            {
                "kind": {"enum": ["probabilistic_forecast", "forecast_score"]},
                "schema_version": {"const": SCHEMA_VERSION},
                "provenance": object_of({"versions": map_of(TEXT), "site_digest": TEXT}),
                "site": object_of({"name": TEXT, "title": BOTH}),
                "timezone": {**TEXT, "description": "IANA name"},
                "protocol": object_of(
                    {"issue_hour": {"type": "integer"}, "days_before": {"type": "integer"}},
                    description="when each day's forecast of the past is taken to be issued, local time",
                ),
                "history": _or_null({"file": TEXT, "from": DATE, "to": DATE}),
                "period": PERIOD,
                "issued_at": {**MAYBE_TIME, "description": "null: scores are not issued"},
                "step_minutes": {"type": ["integer", "null"]},
                "weather": _or_null({"kind": TEXT, "source": TEXT, "issued_at": MAYBE_TIME}),
                "series": map_of(_series(), description="column of the inputs -> its forecast and scores"),
                "scenarios": _or_null(
                    {
                        "weights": list_of(NUMBER, description="of sum 1"),
                        "series": map_of(list_of(VALUES, description="one course per scenario")),
                        "kept": object_of(
                            {
                                "mean": list_of(NUMBER, minItems=2, maxItems=2),
                                "std": list_of(NUMBER, minItems=2, maxItems=2),
                                "distance": {**NUMBER, "description": "of all drawn to the nearest kept, 1: one alone"},
                            },
                            description="sums over all steps and series [kW]: of all courses drawn, of those kept",
                        ),
                    }
                ),
                "notes": list_of(BOTH),
            }
        ),
    }


def _series() -> dict[str, Any]:
    return object_of(
        {
            "title": BOTH,
            "unit": TEXT,
            "kind": {"enum": ["pv", "demand"]},
            "model": {**TEXT, "description": "method used; assumed: forecast of the inputs, errors assumed"},
            "model_title": BOTH,
            "source": {
                "enum": ["history", "mean_by_history", "assumed"],
                "description": "what mean and errors rest on; mean_by_history: errors assumed",
            },
            "why": _maybe(BOTH, "evidence for the method; null where there is no history"),
            "times": _maybe(list_of(TIME), "null where only scores were asked for"),
            "mean": _maybe(VALUES),
            "quantiles": _maybe(object_of(dict.fromkeys(QUANTILES, VALUES))),
            "recent": _or_null(
                {"times": list_of(TIME), **dict.fromkeys(("measured", "mean", "q10", "q90"), KNOWN)},
                "the last days of the history, and what would have been forecast of them",
            ),
            "score": _or_null(
                {
                    "reference": TEXT,
                    "reference_title": BOTH,
                    "capacity": {**NUMBER, "description": "the denominator of all shares"},
                    "unit": {**TEXT, "description": "of the capacity"},
                    "counted": {**BOTH, "description": "which intervals count"},
                    "from": DATE,
                    "to": DATE,
                    "rows": list_of(_row()),
                    "reliability": map_of(
                        object_of({"title": BOTH, "levels": list_of(NUMBER), "observed": list_of(NUMBER)}),
                        description="share of measurements at or below each quantile",
                    ),
                }
            ),
            "left_out": list_of(object_of({"rung": TEXT, "title": BOTH, "reason": BOTH})),
            "quality": _or_null({"level": {"enum": ["used", "refused"]}, "sentences": list_of(BOTH)}),
        }
    )


def _row() -> dict[str, Any]:
    return object_of(
        {
            "rung": {**TEXT, "description": "issued: what was really issued, from the archive"},
            "title": BOTH,
            "n": {"type": "integer", "minimum": 1},
            "rmse": SHARE,
            "mae": SHARE,
            "bias": {**SHARE, "description": "forecast less measured"},
            "pinball": SHARE,
            "crps": SHARE,
            "skill": {**MAYBE, "description": "1 - RMSE over that of the reference"},
            "coverage_80": {**MAYBE, "description": "share of measurements from q10 to q90"},
            "width_80": SHARE,
            "chosen": {"type": "boolean"},
        }
    )


def _maybe(content: dict[str, Any], description: str = "") -> dict[str, Any]:
    told = {"description": description} if description else {}
    return {"oneOf": [{"type": "null"}, content], **told}


def _or_null(properties: dict[str, Any], description: str = "") -> dict[str, Any]:
    return _maybe(object_of(properties), description)
