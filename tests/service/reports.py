"""Emission reports of the tutorial park over two planned days, made as workers make them but without their process."""

from __future__ import annotations

import gzip
import json
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from api import jobs
from api.contract.reports import ReportRequest
from api.http import report_checks
from api.jobs import Claim
from api.records import inventories, plans, sites
from api.records import reports as records
from api.report_run import KeptPlan, Period, run_report
from api.store import Store
from api.work.prepare import complete, prepare
from api.work.tasks import TASKS, Bench
from ems.bundle import bundle as site_bundle
from ems.inventory.document import inventory_document
from ems.inventory.inventory_file import inventory_of
from ems.plan import make_plan
from ems.plan_file import to_dict, to_json
from ems.site import sites_folder
from ems.site_file import read_site
from ems.solve import Solver
from forecasting.factors import registry

INVENTORY = Path(__file__).parents[2] / "sites/meijin_group/inventory-2022.yaml"
DAYS = ("2026-06-15", "2026-06-16")


@cache
def plan_texts() -> dict[str, str]:
    """plan.json of both days, planned once a test process."""
    with Solver() as solver:
        file = read_site("demo")
        made = {d: make_plan(file, date.fromisoformat(d), solver, weather="climatology", step_minutes=60) for d in DAYS}
    return {day: to_json(to_dict(plan)) for day, plan in made.items()}


def keep_plan(store: Store, day: str, text: str | None = None, **content: Any) -> str:
    """A plan of that day in the store; its id."""
    whole = json.loads(plan_texts()[day] if text is None else text) | content
    asked = {"site": "demo", "day": day, "step_minutes": 60, "site_version": 1, "changes": whole.get("changes")}
    with store.write() as c:
        jobs.submit(c, "plan", "demo", asked, "dispatcher", limit=100)
        held = jobs.claim(c, "worker", 60, 3, ("plan",))
        assert held is not None
        id = plans.add(c, held, whole, to_json(whole).encode(), 1)
        assert jobs.succeed(c, held, id)
    return id


def keep_days(store: Store) -> list[str]:
    return [keep_plan(store, day) for day in DAYS]


def submit(store: Store, **asked: Any) -> str:
    """Ask for a report as the endpoint does."""
    request = ReportRequest.model_validate({"site": "demo", "from": DAYS[0], "to": DAYS[1]} | asked)
    with store.read() as c:
        site = sites.get(c, request.site)
    assert site is not None
    payload = report_checks.payload(request, site, store) | {"site_version": site.version}
    with store.write() as c:
        return jobs.submit(c, "report", request.site, payload, "planner", limit=100)


def begin(store: Store) -> Claim:
    with store.write() as c:
        held = jobs.claim(c, "report-worker", 3600, 3, ("report",))
    assert held is not None
    return held


def finish(store: Store, held: Claim) -> str:
    """Do what was asked for; the id of the report."""
    with tempfile.TemporaryDirectory() as folder:
        with store.read() as c:
            prepared = prepare(c, held, Path(folder))
        bench = Bench(None, Path(folder), lambda *_: None, lambda _: None)  # type: ignore[arg-type]
        made = TASKS["report"](prepared.task, bench)
    with store.write() as c:
        id = complete(c, held, made)
        assert jobs.succeed(c, held, id)
    return id


def keep(store: Store, **asked: Any) -> str:
    """A report that has succeeded; the plans of its days must be there. Reports asked for before are cancelled."""
    id = submit(store, **asked)
    while (held := begin(store)).id != id:
        with store.write() as c:
            jobs.cancelled(c, held)
    return finish(store, held)


@cache
def made() -> tuple[bytes, bytes, dict[str, float]]:
    """report.json, evidence and figures of both days of the tutorial park, computed once a test process."""
    with tempfile.TemporaryDirectory() as folder:
        file = read_site("demo")
        kept = [KeptPlan(f"plan-{day}", day, gzip.compress(text.encode())) for day, text in plan_texts().items()]
        accounting = (file.folder / "emissions.yaml").read_text(encoding="utf-8")
        period = Period(*map(date.fromisoformat, DAYS))
        text, bundle, figures = run_report(
            site_bundle(file), accounting, {}, period, None, kept, Path(folder).resolve()
        )
    return text.encode(), bundle, figures


def keep_fake(store: Store, site: str) -> str:
    """A report in the store under any park, with the content of the tutorial park's; no plans are needed."""
    asked = {"site": site, "site_version": 1, "from": DAYS[0], "to": DAYS[1], "source": "plans", "baseline": None}
    with store.write() as c:
        jobs.submit(c, "report", site, asked | {"label": "", "plans": {}, "meters": {}}, "planner", limit=100)
    held = begin(store)
    text, bundle, figures = made()
    with store.write() as c:
        id = records.add(c, held, figures, text.replace(b'"name":"demo"', f'"name":"{site}"'.encode()), bundle)
        assert jobs.succeed(c, held, id)
    return id


def keep_inventory(store: Store, site: str) -> str:
    """A checked inventory kept with a park."""
    text = INVENTORY.read_text(encoding="utf-8")
    content = inventory_document(inventory_of(text, INVENTORY), registry(sites_folder() / "factors"))
    with store.write() as c:
        return inventories.add(c, site, "", text, content, to_json(content).encode(), "planner")
