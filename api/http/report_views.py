"""What the resource of a report says, made from the content of its `report.json`."""

from __future__ import annotations

from typing import Any

from api.contract.reports import Report, ReportSummary

PARTS = ("report.json", "report", "workbook", "pdf", "evidence")


def whole(summary: ReportSummary, request: dict[str, Any], content: dict[str, Any] | None) -> Report:
    """A `Report`; without its results as long as it has none."""
    base = f"/api/v1/reports/{summary.id}"
    links = {"self": base, "job": f"/api/v1/jobs/{summary.id}"}
    told: dict[str, Any] = {"request": request, "links": links}
    if content is not None:
        links |= {part: f"{base}/{part}" for part in PARTS}
        told |= {name: content[name] for name in ("coverage", "gaps", "inventory", "baseline", "notes")}
        told["inventory"] = {m: content["inventory"][m] for m in ("location", "market")}
        told["avoided"] = {name: _totals(side) for name, side in content["avoided"].items()}
        told["headline"] = content["uncertainty"]["headline"]
    return Report.model_validate(summary.model_dump() | told)


def _totals(side: dict[str, Any]) -> dict[str, float]:
    return {f"{method}_kg": side[method]["total_kg"] for method in ("location", "market")}
