"""What the service finds in its database: a plan of every outcome, stale weather, and measurements that stopped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from api import jobs
from api.contract.series import SeriesDefinition
from api.records import plans, series
from api.records.sites import import_packaged
from api.store import Store
from ems.plan import make_plan
from ems.plan_file import to_dict, to_json
from ems.site_file import read_site
from ems.solve import Solver
from tests.service import reports, studies

SITE = "demo"
OUTCOMES = ("time_limit", "relaxed", "fallback", "infeasible")


@dataclass(frozen=True)
class Seeded:
    """Days by what is there; each holds one plan."""

    today: date
    outcomes: dict[str, tuple[str, str]]  # outcome -> (day, plan)
    stale: tuple[str, str]
    measured: str  # day on which measurements begin
    study: str  # that has succeeded
    report: str  # that has succeeded


def seed(file: Path) -> Seeded:
    """Fill a new database as a worker would, with plans that differ in what they say of themselves."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    site = read_site(SITE)
    with Solver() as solver:
        made = make_plan(site, today + timedelta(days=10), solver, weather="climatology", step_minutes=60)
    text = to_json(to_dict(made))
    with Store(f"sqlite:///{file}") as store:
        import_packaged(store)
        kept = {
            outcome: _keep(store, json.loads(text), today + timedelta(days=10 + k), outcome)
            for k, outcome in enumerate(OUTCOMES)
        }
        old = _keep(store, json.loads(text), today + timedelta(days=20), "optimal", weather_hours=40)
        measured = _measure(store)
        study = studies.keep(store, SITE)
        report = reports.keep_fake(store, SITE)
        reports.keep_inventory(store, SITE)
    return Seeded(today, kept, old, measured, study, report)


def _keep(
    store: Store, content: dict[str, Any], day: date, outcome: str, weather_hours: int | None = None
) -> tuple[str, str]:
    moved = timedelta(days=(day - date.fromisoformat(content["date"])).days)
    content["date"] = day.isoformat()
    for key in ("start", "end"):
        content[key] = (datetime.fromisoformat(content[key]) + moved).isoformat()
    content |= {"outcome": outcome, "outcome_text": {"zh": f"测试结果 {outcome}", "en": f"made to be {outcome}"}}
    if outcome == "time_limit":
        content["gap"] = 0.034
    if outcome == "relaxed":
        content["wishes"] = [
            {
                "component": "workshop", "quantity": "unserved_kw", "amount": 12.0, "worst": 30.0,
                "first": content["start"], "last": content["start"],
                "text": {"zh": "车间用电缺 12 kWh。", "en": "workshop lacks 12 kWh."},
            }
        ]  # fmt: skip
    if outcome == "infeasible":
        content["violations"] = [{"component": "grid", "law": "import", "worst": 42.0, "at": content["start"]}]
    if weather_hours is not None:
        issued = datetime.now(UTC) - timedelta(hours=weather_hours)
        content["provenance"]["weather"] = {"kind": "forecast", "source": "Open-Meteo", "issued_at": issued.isoformat()}
    asked = {"site": SITE, "day": content["date"], "step_minutes": 60, "weather": "climatology", "site_version": 1}
    with store.write() as c:
        jobs.submit(c, "plan", SITE, asked, "dispatcher", limit=100)
        claim = jobs.claim(c, "seed", 60, 3)
        assert claim is not None
        id = plans.add(c, claim, content, json.dumps(content).encode(), 1)
        assert jobs.succeed(c, claim, id)
    return content["date"], id


def _measure(store: Store) -> str:
    """Six hours of measured demand that ended three hours ago, at whatever time of the day the tests run."""
    start = pd.Timestamp.now("Asia/Shanghai").floor("15min") - pd.Timedelta(hours=9)
    with store.write() as c:
        definition = SeriesDefinition(kind="measurement", unit="kW", resolution="PT15M")
        row, _ = series.define(c, SITE, "workshop.electricity_kw", definition, 900)
        values = [40.0 + k for k in range(24)]
        series.add(c, [series.Chunk(row, start.to_pydatetime(), series.MEASURED, values, ["good"] * len(values))])
    return start.date().isoformat()
