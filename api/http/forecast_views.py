"""What a forecast says of its uncertainty, made from the text that is kept."""

from __future__ import annotations

from typing import Any

from api.http import plan_views

TOLD = ("unit", "title", "model", "model_title", "source", "why", "quality")


def uncertainty(content: dict[str, Any]) -> dict[str, Any] | None:
    """An `Uncertainty`; None of a forecast that was made before quantiles were kept."""
    kept = content.get("uncertainty")
    if kept is None:
        return None
    return {
        "issued_at": kept["issued_at"],
        "history": kept["history"],
        "notes": kept["notes"],
        "columns": {name: _column(content, x) for name, x in kept["series"].items()},
    }


def coverage(column: dict[str, Any]) -> float | None:
    """Share of past measurements within the 80 % band of the method used; None where that was never checked."""
    score = column["score"]
    if score is None:
        return None
    return next((row["coverage_80"] for row in score["rows"] if row["chosen"]), None)


def _column(content: dict[str, Any], x: dict[str, Any]) -> dict[str, Any]:
    values = {"mean": x["mean"], **x["quantiles"]}
    axis = plan_views.series(content, {q: {"unit": x["unit"], "values": v} for q, v in values.items()})
    told = {name: x[name] for name in TOLD}
    return told | {"coverage_80": coverage(x), "mean": axis.pop("mean"), "quantiles": axis}
