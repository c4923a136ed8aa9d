"""Long work over HTTP: one job for one request, followed and stopped."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import jobs
from api.contract.jobs import JobEvent, Progress
from api.http import sse
from api.http.app import create_app
from api.http.sse import written
from api.records import audit_log
from api.settings import Settings
from api.store import Store
from tests.service.conftest import BASE, ClientOf, make_token
from tests.service.resources.kept import ASKED, claim, finish, keep, submit

PLANS = "/api/v1/plans"


@pytest.fixture
def operator(client_of: ClientOf) -> TestClient:
    return client_of("operator")


def post(client: TestClient, key: str | None = None, path: str = PLANS, **asked: Any) -> Any:
    return client.post(path, json=ASKED | asked, headers={} if key is None else {"Idempotency-Key": key})


def test_asking_for_a_plan_gives_a_job_and_its_address(operator: TestClient) -> None:
    answer = post(operator, label="first", time_limit_s=5)
    assert answer.status_code == 202
    assert answer.headers["retry-after"] == "1"
    job = answer.json()
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert (job["state"], job["kind"], job["site"]) == ("queued", "plan", "demo")
    assert operator.get(answer.headers["location"]).json() == job
    wanted = {"day": "2026-06-15", "label": "first", "time_limit_s": 5.0, "site_version": 1, "objective": "cost"}
    assert wanted.items() <= job["request"].items()


def test_what_is_left_open_is_fixed_when_it_is_asked(operator: TestClient) -> None:
    body = {"site": "demo"}
    job = operator.post("/api/v1/forecasts", json=body).json()
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=1)
    assert job["request"] == {
        "site": "demo",
        "day": tomorrow.isoformat(),
        "step_minutes": 15,
        "weather": "auto",
        "meters": {
            "roof.power_kw": "roof.power",
            "workshop.electricity_kw": "workshop.electricity",
            "forklifts.hydrogen_kg_per_h": "forklifts.hydrogen",
        },
        "site_version": 1,
    }


def test_the_same_key_gives_the_same_job(operator: TestClient, client_of: ClientOf) -> None:
    first = post(operator, "key")
    assert "idempotency-replayed" not in first.headers
    again = post(operator, "key")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (202, "true")
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    other = post(operator, "key", label="other")
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "#Idempotency-Key")
    assert post(operator, "key", path="/api/v1/forecasts").status_code == 422  # another route, another request
    assert post(client_of("operator"), "key").json()["id"] != first.json()["id"]  # another caller, another key
    assert post(operator).json()["id"] != first.json()["id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ключ".encode(), "tab\there"])
def test_a_key_is_visible_text_of_bounded_length(operator: TestClient, key: str | bytes) -> None:
    answer = operator.post(PLANS, json=ASKED, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#Idempotency-Key")


def test_a_replay_is_answered_though_the_site_has_changed(operator: TestClient, client_of: ClientOf) -> None:
    engineer = client_of("engineer")
    changes = {"outages": [{"component": "battery"}]}
    outage = {"outages": [{"component": "electrolyser"}]}
    first = post(operator, "key", changes=outage)
    assert first.status_code == 202, first.text
    assert post(operator, changes=changes).status_code == 422  # a battery has no outages
    site = engineer.get("/api/v1/sites/demo")
    text = site.json()["yaml"].replace("name: electrolyser", "name: splitter")
    assert engineer.put(
        "/api/v1/sites/demo", json={"yaml": text}, headers={"If-Match": site.headers["etag"]}
    ).is_success
    assert post(operator, "key", changes=outage).json()["id"] == first.json()["id"]
    assert post(operator, changes=outage).status_code == 422


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_race_with_one_key_makes_one_job(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    from api.records.sites import import_packaged

    url = f"sqlite:///{tmp_path / 'race.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    settings = Settings(database=url)
    with Store(url) as store:
        import_packaged(store)
        app = create_app(settings, store)
        token = make_token(store, "operator")
        start = threading.Barrier(8)

        def ask(k: int) -> tuple[int, str, str]:
            client = TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {token}"})
            start.wait()
            answer = post(client, f"key-{k % 2}")
            return answer.status_code, f"key-{k % 2}", answer.json()["id"]

        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(ask, range(8)))
        assert len(found) == 2
        assert {status for status, _, _ in found} == {202}
        with store.read() as c:
            assert len(jobs.jobs(c, sites=None)) == 2


def test_a_full_queue_says_when_to_come_again(store: Store, settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"queue_limit": 2}), store)
    client = TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {make_token(store, 'operator')}"})
    assert [post(client, f"k{k}").status_code for k in range(3)] == [202, 202, 503]
    full = post(client, "k2")
    assert full.headers["content-type"] == "application/problem+json"
    assert int(full.headers["retry-after"]) > 0
    assert full.json()["type"] == "/problems/busy"
    assert post(client, "k1").status_code == 202  # what was accepted stays accepted
    claim(store)
    assert post(client, "k2").status_code == 202  # the key was not used up by the refusal


def test_who_asks_too_often_is_told_to_wait(store: Store, settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"jobs_per_minute": 2}), store)
    client = TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {make_token(store, 'operator')}"})
    assert [post(client, f"k{k}").status_code for k in range(3)] == [202, 202, 429]
    assert int(post(client, "k2").headers["retry-after"]) > 0
    assert post(client, "k0").status_code == 202  # a replay costs nothing


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"day": "2026-02-30"}, "/day"),
        ({"day": "26-02-03"}, "/day"),
        ({"step_minutes": 7}, "/step_minutes"),
        ({"step_minutes": "15"}, "/step_minutes"),
        ({"time_limit_s": 0}, "/time_limit_s"),
        ({"objective": "fun"}, "/objective"),
        ({"changes": {"outages": [{"component": "electrolizer"}]}}, "/changes/outages/0/component"),
        ({"changes": {"parameters": {"grid": {"conection_kw": 1.0}}}}, "/changes/parameters/grid/conection_kw"),
        (
            {"changes": {"outages": [{"component": "electrolyser", "start": "2026-06-15T08:00:00"}]}},
            "/changes/outages/0/start",
        ),
        ({"state": {"battery": {"level_kwh": 1e9}}}, "/state"),
        ({"state": {"batery": {}}}, "/state"),
        ({"what_if_of": "019a2f3e-7d0c-7b51-9c3a-5f0e8a6b1c2d"}, "/what_if_of"),
        ({"label": "half a pair \ud800"}, ""),
    ],
)
def test_what_cannot_be_planned_is_refused_at_once(operator: TestClient, wrong: dict[str, Any], pointer: str) -> None:
    import json

    answer = operator.post(PLANS, content=json.dumps(ASKED | wrong), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert operator.get("/api/v1/jobs").json()["items"] == []


def test_a_what_if_needs_a_plan_of_the_same_site_that_one_may_see(store: Store, client_of: ClientOf) -> None:
    plan = keep(store)
    assert post(client_of("operator"), what_if_of=plan).status_code == 202
    assert post(client_of("operator"), site="qingdao", what_if_of=plan).status_code == 422


def test_a_foreign_site_looks_as_if_it_did_not_exist(client_of: ClientOf, store: Store) -> None:
    job = submit(store)
    foreign = client_of("operator", sites=["qingdao"])
    assert post(foreign).status_code == 404
    assert post(foreign, site="nowhere").status_code == 404
    for method in ("GET", "DELETE"):
        assert foreign.request(method, f"/api/v1/jobs/{job}").status_code == 404
    assert foreign.get(f"/api/v1/jobs/{job}/events").status_code == 404
    assert foreign.get("/api/v1/jobs").json()["items"] == []


def test_lists_are_filtered_and_come_in_pages(store: Store, client_of: ClientOf) -> None:
    ids = [submit(store, kind) for kind in ("plan", "forecast", "plan")]
    client = client_of()

    def found(**query: Any) -> list[str]:
        return [job["id"] for job in client.get("/api/v1/jobs", params=query).json()["items"]]

    assert found() == ids[::-1]
    assert found(kind="forecast") == [ids[1]]
    assert found(state="running") == []
    assert found(site="qingdao") == []
    page = client.get("/api/v1/jobs", params={"limit": 2}).json()
    assert found(cursor=page["next_cursor"]) == [ids[0]]


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_soon(store: Store, operator: TestClient) -> None:
    submit(store)
    running = claim(store)
    waiting = submit(store)
    answer = operator.delete(f"/api/v1/jobs/{waiting}")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    answer = operator.delete(f"/api/v1/jobs/{running.id}")
    assert (answer.status_code, answer.json()["state"], answer.json()["cancel_requested"]) == (202, "running", True)
    with store.write() as c:
        assert jobs.beat(c, running, 60) == "cancel"
        jobs.cancelled(c, running)
    over = operator.delete(f"/api/v1/jobs/{running.id}")
    assert (over.status_code, over.json()["type"]) == (409, "/problems/conflict")
    with store.read() as c:
        noted = [entry.object for entry in audit_log.entries(c, None, action="job.cancel")]
    assert noted == [running.id, waiting]


def test_events_end_with_the_job(store: Store, client_of: ClientOf) -> None:
    submit(store)
    held = claim(store)
    with store.write() as c:
        jobs.beat(c, held, 60, Progress(phase="solve", seconds=1.0, incumbent=5.0, bound=4.0, gap=0.2))
    finish(store, held)
    answer = client_of().get(f"/api/v1/jobs/{held.id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    blocks = answer.text.strip().split("\n\n")
    assert blocks[0] == "retry: 1000"
    told = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks[1:]]
    assert [(x["id"], x["event"]) for x in told] == [
        ("1", "queued"),
        ("2", "started"),
        ("3", "progress"),
        ("4", "finished"),
    ]
    events = [JobEvent.model_validate_json(x["data"]) for x in told]
    assert events[2].data["gap"] == 0.2
    assert events[3].data["result"].startswith("/api/v1/plans/")


def test_events_go_on_after_the_last_that_was_received(store: Store, client_of: ClientOf) -> None:
    keep(store)
    client = client_of()
    job = client.get("/api/v1/jobs").json()["items"][0]["id"]
    url = f"/api/v1/jobs/{job}/events"
    for how in ({"headers": {"Last-Event-ID": "2"}}, {"params": {"last_event_id": 2}}):
        text = client.get(url, **how).text  # type: ignore[arg-type]
        assert text.count("id: ") == 1
        assert "id: 3\nevent: finished" in text
    assert client.get(url, headers={"Last-Event-ID": "3"}).status_code == 204  # browsers stop asking
    for odd in ("-1", "x", "99999999999"):
        assert client.get(url, headers={"Last-Event-ID": odd}).status_code == 422


def test_a_stream_that_is_one_too_many_is_refused(
    store: Store, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "MOST", 0)
    answer = client_of().get(f"/api/v1/jobs/{submit(store)}/events")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_a_draining_service_takes_no_new_listeners(app: FastAPI, store: Store, client_of: ClientOf) -> None:
    client = client_of()
    app.state.service.drain()
    assert client.get(f"/api/v1/jobs/{submit(store)}/events").status_code == 503


def test_an_event_is_written_on_single_lines() -> None:
    event = JobEvent.model_validate(
        {"seq": 7, "at": "2026-11-23T00:00:00Z", "type": "retry", "data": {"why": "two\nlines\r\nof text"}}
    )
    lines = written(event).decode().split("\n")
    assert lines[:2] == ["id: 7", "event: retry"]
    assert lines[3:] == ["", ""]
    assert JobEvent.model_validate_json(lines[2].removeprefix("data: ")) == event


def test_the_examples_of_the_document_are_accepted(app: FastAPI, client_of: ClientOf) -> None:
    schemas = app.openapi()["components"]["schemas"]
    engineer = client_of("engineer")
    for asked in schemas["PlanRequest"]["examples"]:
        assert engineer.post(PLANS, json=asked).status_code == 202
    for asked in schemas["ForecastRequest"]["examples"]:
        assert engineer.post("/api/v1/forecasts", json=asked).status_code == 202
    measured, forecast = schemas["SeriesDefinition"]["examples"]
    assert engineer.put("/api/v1/sites/qingdao/series/meter.grid_kw", json=measured).status_code == 201
    assert engineer.put("/api/v1/sites/qingdao/series/sky", json=forecast).status_code == 201
    (points,), (batch,) = schemas["Points"]["examples"], schemas["Batch"]["examples"]
    assert engineer.post("/api/v1/sites/qingdao/series/meter.grid_kw/points", json=points).json() == {"points": 4}
    assert engineer.post("/api/v1/sites/qingdao/points", json=batch).json() == {"points": 4}
