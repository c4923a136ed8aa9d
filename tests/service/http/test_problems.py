"""Every error is a problem document that says what, where and how to go on."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.contract.base import Fault, Text
from api.http.app import create_app
from api.http.problems import KINDS, ProblemError, busy
from api.settings import Settings
from api.store import Store
from forecasting.errors import InputError
from tests.service.conftest import BASE, ClientOf

USER: dict[str, Any] = {"name": "dispatcher", "role": "operator"}


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    """The document of an answer that must be this problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["type"] == f"/problems/{kind}"
    assert found["status"] == status
    assert found["title"]
    assert found["instance"] == answer.headers["X-Request-Id"]
    return found


def test_an_unknown_address_is_a_problem_and_not_a_redirect(nobody: TestClient) -> None:
    problem(nobody.get("/api/v1/nothing"), 404, "not-found")
    problem(nobody.get("/healthz/"), 404, "not-found")


def test_a_method_that_is_not_there_names_all_that_are(nobody: TestClient) -> None:
    answer = nobody.put("/api/v1/tokens", json={})
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    ("body", "kind", "pointers"),
    [
        ({}, "invalid", ["/name", "/role"]),
        (USER | {"role": "king"}, "invalid", ["/role"]),
        (USER | {"sites": ["a", "B"]}, "invalid", ["/sites/1"]),
        (USER | {"a/b~c": 1}, "invalid", ["/a~1b~0c"]),
        ([], "invalid", [""]),
        (USER | {"password": "hidden\0secret"}, "input", [""]),  # no schema can say what is wrong here
        (USER | {"password": "half\ud800a pair"}, "input", [""]),
    ],
)
def test_a_bad_body_is_answered_with_pointers_to_its_faults(
    client_of: ClientOf, body: Any, kind: str, pointers: list[str]
) -> None:
    answer = client_of("admin").post(
        "/api/v1/users", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    found = problem(answer, 422, kind)
    assert [fault["pointer"] for fault in found["errors"]] == pointers
    assert all(fault["detail"] for fault in found["errors"])
    assert "hidden" not in answer.text


def test_faults_outside_the_body_are_named_by_parameter(client_of: ClientOf) -> None:
    admin = client_of("admin")
    assert problem(admin.delete("/api/v1/tokens/x"), 422, "invalid")["errors"][0]["pointer"] == "#id"
    found = problem(admin.get("/api/v1/audit-log?limit=0&from=2026-01-01T00:00:00"), 422, "invalid")
    assert [fault["pointer"] for fault in found["errors"]] == ["#from", "#limit"]


def test_a_union_of_types_leaves_no_trace_in_the_pointer(client_of: ClientOf) -> None:
    body = {"site": "demo", "state": {"battery": 3}}
    found = problem(client_of("admin").post("/api/v1/plans", json=body), 422, "invalid")
    assert {fault["pointer"] for fault in found["errors"]} == {"/state", "/state/battery"}


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (b'{"name": ', 422, "invalid"),
        (b'{"name": "\xff"}', 400, "bad-request"),
        (b"[" * 100_000, 400, "bad-request"),
        (b'{"name": NaN}', 422, "invalid"),
        (b"", 422, "invalid"),
    ],
)
def test_what_is_no_json_is_refused(client_of: ClientOf, content: bytes, status: int, kind: str) -> None:
    headers = {"Content-Type": "application/json"}
    problem(client_of("admin").post("/api/v1/users", content=content, headers=headers), status, kind)


@pytest.mark.parametrize("given", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
def test_a_body_of_another_type_is_refused(client_of: ClientOf, given: str | None) -> None:
    headers = {} if given is None else {"Content-Type": given}
    answer = client_of("admin").post("/api/v1/users", content=json.dumps(USER), headers=headers)
    problem(answer, 415, "unsupported-media-type")


JSON = {"Content-Type": "application/json"}
CHUNKED = JSON | {"Transfer-Encoding": "chunked"}
MB = 1024 * 1024


@pytest.mark.parametrize(("size", "status"), [(MB, 413), (MB // 2, 422)])
def test_a_body_that_is_too_large_is_refused_by_its_length(limited: TestClient, size: int, status: int) -> None:
    assert limited.post("/api/v1/users", content=b" " * (size + 1), headers=JSON).status_code == status


def test_a_body_of_unknown_length_is_counted_as_it_comes(limited: TestClient) -> None:
    chunks = (b" " * 10_000 for _ in range(1000))
    problem(limited.post("/api/v1/users", content=chunks, headers=CHUNKED), 413, "too-large")


def test_a_small_body_of_unknown_length_passes(limited: TestClient) -> None:
    text = json.dumps(USER).encode()
    assert limited.post("/api/v1/users", content=iter([text[:5], text[5:]]), headers=CHUNKED).status_code == 201


def test_of_a_stranger_no_large_body_is_read(limited: TestClient) -> None:
    del limited.headers["Authorization"]
    problem(limited.post("/api/v1/users", content=b" " * 70_000, headers=JSON), 413, "too-large")
    chunks = (b" " * 10_000 for _ in range(7))
    problem(limited.post("/api/v1/users", content=chunks, headers=CHUNKED), 413, "too-large")
    assert limited.post("/sign-in", data={"name": "x" * 70_000}).status_code == 413


def test_a_database_that_is_away_is_503_before_a_large_body_is_read(
    nobody: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, OSError("gone"))

    monkeypatch.setattr(store, "read", away)
    headers = JSON | {"Authorization": "Bearer ems_x"}
    problem(nobody.post("/api/v1/users", content=b" " * 70_000, headers=headers), 503, "unavailable")


@pytest.fixture
def limited(settings: Settings, store: Store) -> TestClient:
    app = create_app(settings.model_copy(update={"body_limit_mb": 1}), store, "key")
    return TestClient(app, base_url=BASE, headers={"Authorization": "Bearer key"})


def test_a_fault_of_the_service_is_logged_with_its_cause_and_told_without(
    app: FastAPI, nobody: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("the secret cause")

    with caplog.at_level(logging.ERROR):
        answer = nobody.get("/api/v1/broken")
    found = problem(answer, 500, "internal")
    assert "secret" not in answer.text
    [record] = [r for r in caplog.records if r.exc_info]
    assert "the secret cause" in str(record.exc_info[1])  # type: ignore[index]
    assert vars(record)["told"]["request"] == found["instance"]


def test_a_database_that_does_not_answer_is_503_and_counted(app: FastAPI, nobody: TestClient, store: Store) -> None:
    @app.get("/api/v1/away")
    def away() -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, OSError("connection refused to db.secret"))

    answer = nobody.get("/api/v1/away")
    problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert "secret" not in answer.text
    assert b"ems_database_errors_total 1.0" in app.state.service.metrics.text()


def test_unusable_input_keeps_its_place_and_its_remedy(app: FastAPI, nobody: TestClient) -> None:
    @app.get("/api/v1/input")
    def unusable() -> None:
        raise InputError("site.yaml", "buses", 3, "a mapping", "see the guide")

    [fault] = problem(nobody.get("/api/v1/input"), 422, "input")["errors"]
    assert fault["expected"] == "a mapping"
    assert fault["remedy"] == "see the guide"
    assert "buses" in fault["detail"]


def test_a_problem_speaks_the_language_of_its_reader(app: FastAPI, nobody: TestClient) -> None:
    @app.get("/api/v1/both")
    def both() -> None:
        raise ProblemError("conflict", Text(zh="已批准", en="approved already"), errors=[Fault(pointer="", detail="x")])

    assert problem(nobody.get("/api/v1/both"), 409, "conflict")["detail"] == "approved already"
    answer = nobody.get("/api/v1/both", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert problem(answer, 409, "conflict")["detail"] == "已批准"
    assert answer.headers["Content-Language"] == "zh"
    nobody.cookies.set("ems_lang", "zh")
    assert nobody.get("/api/v1/both").json()["title"] == KINDS["conflict"][1].zh


def test_waiting_times_are_whole_seconds(app: FastAPI, nobody: TestClient) -> None:
    @app.get("/api/v1/full")
    def full() -> None:
        raise busy(2.1)

    answer = nobody.get("/api/v1/full")
    problem(answer, 503, "busy")
    assert answer.headers["Retry-After"] == "3"


def test_a_browser_gets_its_errors_as_pages(nobody: TestClient) -> None:
    page = {"Accept": "text/html,*/*"}
    answer = nobody.get("/nothing", headers=page)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    problem(nobody.get("/api/v1/nothing", headers=page), 404, "not-found")


def test_a_stranger_is_sent_to_sign_in_and_back(nobody: TestClient) -> None:
    answer = nobody.get("/jobs?site=demo", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fjobs%3Fsite%3Ddemo"
