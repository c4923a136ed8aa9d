"""What the resources of a plan say, made from the content of its `plan.json`."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from api.contract.base import Text, Told
from api.contract.plans import Column, Explanation
from api.contract.series import iso_resolution
from api.http.problems import unusable
from ems.interval import explain_interval

DETAILS = ("outcome_text", "why", "notes", "wishes", "violations", "kpis", "kpi_text")
PARTS = ("plan.json", "schedule", "explain", "report", "approve", "reject")


def detail(content: dict[str, Any], id: str) -> dict[str, Any]:
    """The part of a `Plan` that never changes."""
    base = f"/api/v1/plans/{id}"
    return {name: content[name] for name in DETAILS} | {
        "baseline_kpis": content["baseline"]["kpis"],
        "changes": content.get("changes"),
        "stochastic": _stochastic(content.get("stochastic")),
        "links": {"self": base} | {part: f"{base}/{part}" for part in PARTS},
    }


def _stochastic(told: dict[str, Any] | None) -> dict[str, Any] | None:
    """`UnderScenarios`; None where the plan is for the expected day alone."""
    if told is None:
        return None
    value = told["value"] or {}
    return {name: told[name] for name in ("expected_cny", "cvar_cny", "gap", "scenarios", "text")} | {
        "risk_weight": told["risk"]["weight"],
        "risk_alpha": told["risk"]["alpha"],
        "vss_cny": value.get("stochastic_cny"),
        "evpi_cny": value.get("information_cny"),
    }


def whole(summary: Told, detail_json: bytes) -> bytes:
    """A `Plan` or `Forecast` as JSON: the summary's object and the detail's object as one."""
    return summary.model_dump_json().encode()[:-1] + b"," + detail_json[1:]


def series(content: dict[str, Any], columns: dict[str, Any]) -> dict[str, Any]:
    """Columns of a plan as `Series` on its axis."""
    axis = {"start": content["start"], "resolution": iso_resolution(60 * content["step_minutes"])}
    return {name: axis | {"unit": x["unit"], "values": x["values"]} for name, x in columns.items()}


def schedule(content: dict[str, Any], id: str) -> dict[str, Any]:
    """A `Schedule`."""
    fields = Column.model_fields
    return {
        "plan": id,
        "site": content["site"]["name"],
        "timezone": content["timezone"],
        "bands": content["bands"],
        "series": series(content, content["series"]),
        "columns": {name: {f: x[f] for f in fields} for name, x in content["series"].items()},
    }


def explanation(content: dict[str, Any], id: str, at: pd.Timestamp | None) -> Explanation:
    """Why the plan, or the interval in which ``at`` lies, is as it is; a 422 problem where it lies outside."""
    about: dict[str, Any] = {"plan": id, "outcome_text": content["outcome_text"], "why": content["why"]}
    if at is None:
        return Explanation(**about)
    start, step = pd.Timestamp(content["start"]), pd.Timedelta(minutes=content["step_minutes"])
    k = (at - start) // step
    if not 0 <= k < content["steps"]:
        raise unusable("#at", f"the plan holds from {content['start']} to {content['end']}")
    return Explanation(
        **about,
        at=(start + k * step).tz_convert(content["timezone"]).to_pydatetime(),
        band=content["bands"][k],
        marginal_values={bus: x["values"][k] for bus, x in content["marginal_values"].items()},
        flows={name: x["values"][k] for name, x in content["series"].items()},
        sentences=[Text(zh=n.zh, en=n.en) for n in explain_interval(content, k)],
    )


def to_bytes(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
