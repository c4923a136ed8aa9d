"""From a claimed job to a task that needs no database, and from its result back into the store."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from api.ids import digest
from api.jobs import Claim
from api.records import forecasts, plans, readings, reports, results, running, series, sites, studies
from api.records.history import history
from api.tables import EPOCH
from ems.bundle import Bundle
from forecasting.errors import InputError
from forecasting.horizon import days_index

REPORT_S = 1800.0  # a year of days and of random draws takes minutes
OF_ALL = 4  # searches beside one for each scenario: all together, the expected day, that one kept, and followed
LEARN_S = 60.0  # for each history that a forecast learns from
INPUTS_S = 120.0  # weather over a slow network, the baseline, the audit: what is not the solver's
LOOK_AHEAD_S = (
    900.0  # the month's look-ahead, once: the rounds that it may take (`ems.operation.beyond.FIT_S`), and a day
)


@dataclass(frozen=True)
class Prepared:
    """A task for a planning process, and after how many seconds it is stopped."""

    task: dict[str, Any]
    seconds: float


def prepare(c: sa.Connection, claim: Claim, journals: Path) -> Prepared:
    """Read everything that a job needs; raises `InputError` and, where the site version is not there, `KeyError`.

    ``journals`` is the folder in which studies note what is done.
    """
    asked, version = claim.payload, claim.payload["site_version"]
    there = sites.get(c, claim.site, version)
    if there is None:
        raise KeyError(f"{claim.site}, version {version}")
    if claim.kind == "study":
        return _study(claim, sites.bundle(c, claim.site, version), journals)
    if claim.kind == "report":
        return _report(c, claim, sites.bundle(c, claim.site, version), there.timezone)
    day, step = date.fromisoformat(asked["day"]), asked["step_minutes"]
    index = days_index(day, day, there.timezone, step)
    start, end = index[0].to_pydatetime(), index[-1].to_pydatetime() + timedelta(minutes=step)
    now = datetime.now(UTC)
    at = _next_step(now, step) if "live" in asked else None
    if at is not None:  # the job may have waited over midnight
        day = at.astimezone(ZoneInfo(there.timezone)).date()
        index = days_index(day, day, there.timezone, step)
        start, end = index[0].to_pydatetime(), index[-1].to_pydatetime() + timedelta(minutes=step)
    task: dict[str, Any] = {
        "at": None if at is None else at.isoformat(),
        "kind": claim.kind,
        "bundle": sites.bundle(c, claim.site, version),
        "day": asked["day"],
        "step_minutes": step,
        "weather": asked["weather"],
        "given": series.given(c, claim.site, start, end),
    }
    if claim.kind != "plan":
        past = history(c, claim.site, asked.get("meters", {}), start)
        return Prepared(task | {"history": past}, INPUTS_S + LEARN_S * len(past.meters))
    limit = asked["time_limit_s"]
    if at is not None:
        live = asked["live"]
        after = days_index(day + timedelta(days=1), day + timedelta(days=1), there.timezone, step)
        return Prepared(
            task
            | {
                "now": now.isoformat(),
                "given_tomorrow": series.given(c, claim.site, end, after[-1].to_pydatetime() + timedelta(minutes=step)),
                "objective": asked["objective"],
                "time_limit_s": limit,
                "gap": asked["gap"],
                "standing": _previous(c, running.standing(c, claim.site, at)),
                "readings": running.readings(c, claim.site, live["names"], live["imports"], now, there.timezone),
            },
            2 * solver_seconds(limit) + INPUTS_S + LOOK_AHEAD_S,  # where two days give no plan, today is searched alone
        )
    state = asked["state"]
    task |= {
        "objective": asked["objective"],
        "time_limit_s": limit,
        "gap": asked["gap"],
        "changes": asked["changes"],
        "scenarios": (count := asked.get("scenarios", 0)),  # jobs that waited through an update ask for none
        "risk_weight": asked.get("risk_weight", 0.0),
        "state": state if isinstance(state, dict) else None,
        "previous": _previous(c, plans.approved_before(c, claim.site, start)) if state == "previous" else None,
    }
    searches = 1 if not count else count + OF_ALL
    return Prepared(task, searches * solver_seconds(limit) + INPUTS_S)


def complete(c: sa.Connection, claim: Claim, result: dict[str, Any]) -> str:
    """Keep what a job made, within the transaction that ends it; returns its id."""
    if claim.kind == "forecast":
        return forecasts.add(c, claim, result["text"])
    if claim.kind == "study":
        return studies.add(c, claim, result["summary"], result["text"])
    if claim.kind == "report":
        return reports.add(c, claim, result["summary"], result["text"], result["bundle"])
    return plans.add(c, claim, result["summary"], result["text"], claim.payload["site_version"])


def solver_seconds(limit: float) -> float:
    """How long the solver may take at most: killed at limit x 1.5 + 5 s, and asked once more without presolve."""
    return 2 * (limit * 1.5 + 5)


ASKED = ("study", "files", "set", "resolution", "points", "years", "groups")  # what the result of a study depends on


def _study(claim: Claim, bundle: Bundle, journals: Path) -> Prepared:
    """A study; who asks for the same again goes on where its journal ends."""
    asked = {name: claim.payload[name] for name in ASKED}
    content = json.dumps([bundle.digest, asked, version_of("park-ems")], sort_keys=True)
    task = asked | {
        "kind": "study",
        "job": claim.id,
        "bundle": bundle,
        "journal": str(journals / digest(content.encode())[:32]),
    }
    return Prepared(task, claim.payload["time_limit_s"])


def _report(c: sa.Connection, claim: Claim, bundle: Bundle, timezone: str) -> Prepared:
    """A report, with the texts of its plans, or with the measurements as they are now."""
    asked = claim.payload
    task = {name: asked[name] for name in ("from", "to", "accounting", "files", "baseline")}
    kept: list[dict[str, Any]] = []
    for day, id in asked["plans"].items():
        found = results.text(c, id)
        assert found is not None  # plans are never deleted
        kept.append({"id": id, "day": day, "content": found[0]})
    measured = None
    if asked["source"] == "measured":
        measured = readings.readings(c, claim.site, asked["meters"], *_bounds(asked, timezone))
        if not measured:
            what = f"measurements of {asked['from']} to {asked['to']} in series named as meters"
            raise InputError("series", "measured", "none", what, f"send them: POST /api/v1/sites/{claim.site}/points")
    more = {"kind": "report", "bundle": bundle, "plans": kept, "readings": measured}
    return Prepared(task | more, REPORT_S)


def _bounds(asked: dict[str, Any], timezone: str) -> tuple[datetime, datetime]:
    """The period as moments."""
    index = days_index(date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"]), timezone, 60)
    return index[0].to_pydatetime(), index[-1].to_pydatetime() + timedelta(hours=1)


def _next_step(now: datetime, step_minutes: int) -> datetime:
    """The first step that begins at ``now`` or later."""
    step = timedelta(minutes=step_minutes)
    return EPOCH - (EPOCH - now) // step * step


def _previous(c: sa.Connection, id: str | None) -> dict[str, Any] | None:
    if id is None:
        return None
    found = results.text(c, id)
    assert found is not None
    return {"id": id, "content": found[0]}
