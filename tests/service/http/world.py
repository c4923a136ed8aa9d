"""Two parks with one of everything each, to be asked for by people who may and who may not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from api import jobs
from api.contract.base import Text
from api.contract.people import TokenRequest
from api.contract.series import SeriesDefinition
from api.measured_past import History
from api.records import alarms, forecasts, people, plans, series, tokens
from api.records.sites import import_packaged
from api.store import Store
from api.work.uncertainty import uncertainty
from ems.forecast_file import forecast_dict
from ems.inputs import make_inputs
from ems.plan import make_plan
from ems.plan_file import to_dict, to_json
from ems.site_file import read_site
from ems.solve import Solver
from tests.service import reports, studies

DAY = date(2026, 6, 15)
HOME, FOREIGN = "demo", "qingdao"


@dataclass(frozen=True)
class Things:
    """One of everything of one park, by what a path calls it."""

    site: str
    plan: str
    forecast: str
    study: str
    report: str
    inventory: str
    job: str  # finished
    waiting: str  # a job that can be cancelled
    alarm: str
    series: str
    user: str
    token: str


def fill(store: Store) -> dict[str, Things]:
    """Put both parks into an empty store."""
    import_packaged(store)
    sites = (HOME, FOREIGN)
    old = Text(zh="数据过期", en="old data")
    roofs = {HOME: "roof.", FOREIGN: "pv_halls_east."}
    kept = {
        site: studies.keep(store, site, studies.whole(), study=studies.STUDY.replace("roof.", roofs[site]))
        for site in sites
    }
    reported = {site: reports.keep_fake(store, site) for site in sites}
    checked = {site: reports.keep_inventory(store, site) for site in sites}
    with store.write() as c:
        made = {site: (_made(c, "plan", site), _made(c, "forecast", site)) for site in sites}
        alarms.hold(c, [alarms.Cause(site, "stale", "meter", "warning", old) for site in sites])
    return {site: _things(store, site, *made[site], kept[site], reported[site], checked[site]) for site in sites}


def _things(store: Store, site: str, plan: tuple[str, str], forecast: tuple[str, str], *kept: str) -> Things:
    with store.write() as c:
        waiting = jobs.submit(c, "plan", site, _asked(site), "dispatcher", limit=100)
        definition = SeriesDefinition(kind="measurement", unit="kW", resolution="PT15M")
        series.define(c, site, "meter", definition, 900)
        [alarm] = alarms.alarms(c, sites=[site])
        user = people.add(c, f"user_{site}", "operator", [site], None, "test").name
        token = tokens.create(c, TokenRequest(name=f"token of {site}", role="viewer", sites=[site]), "test").id
    return Things(site, plan[1], forecast[1], *kept, plan[0], waiting, alarm.id, "meter", user, token)


def _made(c: Any, kind: Any, site: str) -> tuple[str, str]:
    """A job that has succeeded, and what it made."""
    job = jobs.submit(c, kind, site, _asked(site), "dispatcher", limit=100)
    claim = jobs.claim(c, "worker", 60, 3)
    assert claim is not None
    assert claim.id == job
    text = _plan() if kind == "plan" else _forecast()
    made = plans.add(c, claim, json.loads(text), text, 1) if kind == "plan" else forecasts.add(c, claim, text)
    assert jobs.succeed(c, claim, made)
    return job, made


def _asked(site: str) -> dict[str, Any]:
    return {"site": site, "day": DAY.isoformat(), "step_minutes": 60, "site_version": 1}


@cache
def _plan() -> bytes:
    with Solver() as solver:
        made = make_plan(read_site(HOME), DAY, solver, weather="climatology", step_minutes=60)
    return to_json(to_dict(made)).encode()


@cache
def _forecast() -> bytes:
    file = read_site(HOME)
    inputs = make_inputs(file, DAY, weather="climatology", step_minutes=60)
    return json.dumps(forecast_dict(file, DAY, inputs, uncertainty(file, inputs, History(), Path()))).encode()
