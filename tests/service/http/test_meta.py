"""The service about itself: alive, ready, figures, version, copies."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.http.app import create_app
from api.settings import Settings
from api.store import Store
from api.work.tally import Tally
from tests.service.conftest import BASE, ClientOf


class Crew:
    """Workers as far as the endpoints see them."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.living = True

    def alive(self) -> bool:
        return self.living

    def wake(self) -> None: ...


def test_alive_and_ready_and_what_version(nobody: TestClient) -> None:
    assert nobody.get("/healthz").json() == {"status": "ok"}
    assert nobody.get("/readyz").json() == {"status": "ok"}
    version = nobody.get("/version").json()
    assert version["api"] == "v1"
    assert version["plan_schema"]
    assert set(version["packages"]) >= {"highspy", "pandas", "sqlalchemy"}


def test_not_ready_without_workers_or_while_stopping(app: FastAPI, nobody: TestClient) -> None:
    crew = Crew()
    app.state.service.workers = crew
    assert nobody.get("/readyz").status_code == 200
    crew.living = False
    answer = nobody.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    crew.living = True
    app.state.service.drain()
    assert nobody.get("/readyz").status_code == 503
    assert nobody.get("/healthz").status_code == 200


def test_not_ready_without_a_database(nobody: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, OSError("gone"))

    monkeypatch.setattr(store, "ready", away)
    assert nobody.get("/readyz").status_code == 503
    assert nobody.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("address", "proxy", "status"),
    [("127.0.0.1", False, 200), ("::1", False, 200), ("192.0.2.1", False, 401), ("127.0.0.1", True, 401)],
)
def test_figures_are_for_this_machine_or_for_a_token(
    settings: Settings, store: Store, address: str, proxy: bool, status: int
) -> None:
    app = create_app(settings.model_copy(update={"behind_proxy": proxy}), store, "key")
    client = TestClient(app, base_url=BASE, client=(address, 1))
    assert client.get("/metrics").status_code == status
    assert client.get("/metrics", headers={"Authorization": "Bearer key"}).status_code == 200


def test_figures_tell_of_jobs_and_of_the_work_done(app: FastAPI, client_of: ClientOf) -> None:
    crew = Crew()
    app.state.service.workers = crew
    crew.tally.finish("plan", "succeeded", summary={"outcome": "optimal", "timings": {"solve_s": 1.5}})
    crew.tally.finish("plan", "failed", "deadline")
    app.state.service.metrics.points.inc(96)
    answer = client_of("viewer").get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        'ems_jobs{state="queued"} 0.0',
        'ems_jobs_finished_total{kind="plan",state="succeeded"} 1.0',
        'ems_jobs_failed_total{reason="deadline"} 1.0',
        'ems_plans_total{outcome="optimal"} 1.0',
        "ems_solve_seconds_total 1.5",
        "ems_series_points_total 96.0",
        "ems_event_streams 0.0",
        'ems_build_info{python="',
    ):
        assert f"\n{line}" in answer.text


def test_a_backup_is_a_database_and_is_written_in_the_log(client_of: ClientOf, tmp_path: Path) -> None:
    admin = client_of("admin")
    answer = admin.post("/api/v1/backups")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.sqlite3"
    assert 'filename="ems-' in answer.headers["content-disposition"]
    assert int(answer.headers["content-length"]) == len(answer.content)
    file = tmp_path / "copy.db"
    file.write_bytes(answer.content)
    with sqlite3.connect(file) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM tokens").fetchone() == (1,)
    [entry] = admin.get("/api/v1/audit-log", params={"action": "backup.create"}).json()["items"]
    assert entry["after"] == {"bytes": len(answer.content)}


def test_a_backup_of_all_sites_is_not_for_an_administrator_of_some(client_of: ClientOf) -> None:
    assert client_of("admin", sites=["demo"]).post("/api/v1/backups").status_code == 403


def test_housekeeping_runs_while_the_service_does(app: FastAPI, client_of: ClientOf, store: Store) -> None:
    client = client_of("viewer")
    with TestClient(app, base_url=BASE):  # starts and stops what an application does beside requests
        client.get("/api/v1/me")
    with store.read() as c:
        assert c.execute(sa.text("SELECT last_used_at FROM tokens")).scalar_one() is not None
