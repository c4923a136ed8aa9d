"""What the tests of the resources put into the store, as workers do, and a service on a real port."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from api import jobs
from api.contract.jobs import Progress
from api.jobs import Claim
from api.records import forecasts, plans, study_rows
from api.records import reports as report_records
from api.records import studies as records
from api.store import Store
from api.study_figures import figures_of
from ems.plan import make_plan
from ems.plan_file import to_dict, to_json
from ems.site_file import read_site
from ems.solve import Solver
from tests.service import reports, studies
from tests.service.postgres import free_port

DAY = "2026-06-15"
ASKED = {"site": "demo", "day": DAY, "step_minutes": 60, "weather": "climatology"}


@cache
def plan_text() -> str:
    """plan.json of the tutorial park, planned once a test process."""
    from datetime import date

    with Solver() as solver:
        made = make_plan(read_site("demo"), date.fromisoformat(DAY), solver, weather="climatology", step_minutes=60)
    return to_json(to_dict(made))


@cache
def forecast_text() -> str:
    from datetime import date

    from api.measured_past import History
    from api.work.uncertainty import uncertainty
    from ems.forecast_file import forecast_dict
    from ems.inputs import make_inputs

    file, day = read_site("demo"), date.fromisoformat(DAY)
    inputs = make_inputs(file, day, step_minutes=60, weather="climatology")
    return to_json(forecast_dict(file, day, inputs, uncertainty(file, inputs, History(), Path())))


@cache
def _under_scenarios() -> str:
    from datetime import date

    from ems.plan import Uncertain
    from ems.stochastic.risk import Risk
    from ems.stochastic.sources import drawn_ways

    uncertain = Uncertain(lambda file, inputs: drawn_ways(file, inputs, 3), Risk(0.5))
    with Solver() as solver:
        made = make_plan(
            read_site("demo"), date.fromisoformat(DAY), solver,
            weather="climatology", step_minutes=60, uncertain=uncertain,
        )  # fmt: skip
    return to_json(to_dict(made))


def under_scenarios() -> dict[str, Any]:
    """Content of the plan of the same day under three scenarios."""
    return dict(json.loads(_under_scenarios()))


def changed(**changes: Any) -> dict[str, Any]:
    """Content of the plan in which some entries differ."""
    return json.loads(plan_text()) | changes


def submit(store: Store, kind: Any = "plan", **asked: Any) -> str:
    payload = ASKED | {"site_version": 1, "changes": None, "what_if_of": None, "label": ""} | asked
    with store.write() as c:
        return jobs.submit(c, kind, payload["site"], payload, "dispatcher", limit=10_000)


def claim(store: Store) -> Claim:
    with store.write() as c:
        found = jobs.claim(c, "worker", 60, 3)
    assert found is not None
    return found


def finish(store: Store, held: Claim, content: dict[str, Any] | None = None) -> str:
    """End a claimed job with its result, and return the id of that."""
    text = plan_text() if content is None else to_json(content)
    with store.write() as c:
        if held.kind == "study":
            study_rows.add(c, held.id, [studies.row(k) for k in range(3)])
            made = studies.whole()
            found = records.add(c, held, figures_of(made), to_json(made).encode())
        elif held.kind == "report":
            report, evidence, figures = reports.made()
            found = report_records.add(c, held, figures, report, evidence)
        elif held.kind == "forecast":
            found = forecasts.add(c, held, forecast_text().encode())
        else:
            found = plans.add(c, held, json.loads(text), text.encode(), held.payload["site_version"])
        assert jobs.succeed(c, held, found)
    return found


def keep(store: Store, content: dict[str, Any] | None = None, kind: Any = "plan", **asked: Any) -> str:
    """A plan (or forecast) of the tutorial park in the store; returns its id."""
    submit(store, kind, **asked)
    return finish(store, claim(store), content)


@contextmanager
def working(store: Store) -> Iterator[None]:
    """A worker that takes its time, tells progress and has every result ready; it cancels when asked to."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.02):
            with store.write() as c:
                held = jobs.claim(c, "worker", 60, 3)
            if held is None:
                continue
            for k in range(1, 4):
                time.sleep(0.05)
                said = Progress(phase="solve", seconds=float(k), incumbent=900.0 - k, bound=800.0, gap=0.1 / k)
                with store.write() as c:
                    if jobs.beat(c, held, 60, said) == "cancel":
                        jobs.cancelled(c, held)
                        break
            else:
                finish(store, held)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application behind a real server on a free port; its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        app.state.service.drain()
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()
