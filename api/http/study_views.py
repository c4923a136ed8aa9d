"""What the resources of a study say, made from the content of its `study.json`."""

from __future__ import annotations

from typing import Any

from api.contract.studies import Study, StudySummary

PARTS = ("study.json", "workbook", "report", "rows")
HELD = ("months", "buses", "series", "cash_flow")  # of an alternative: they are in study.json


def whole(summary: StudySummary, request: dict[str, Any], content: dict[str, Any] | None) -> Study:
    """A `Study`; without its results as long as it has none."""
    base = f"/api/v1/studies/{summary.id}"
    there = PARTS if content is not None else ("rows",)
    links = {"self": base, "job": f"/api/v1/jobs/{summary.id}"} | {part: f"{base}/{part}" for part in there}
    told: dict[str, Any] = {"request": request, "links": links}
    if content is not None:
        told |= {name: content[name] for name in ("compared", "truth", "notes")}
        told |= {name: _short(content[name]) for name in ("design", "reference")}
    return Study.model_validate(summary.model_dump() | told)


def _short(alternative: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in alternative.items() if key not in HELD}
