"""What every answer carries, which host names count, and what the log and the metrics tell."""

from __future__ import annotations

import json
import logging
import uuid

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.logs import Lines
from api.records import people, sessions
from api.settings import Settings
from api.store import Store
from tests.service.conftest import BASE, ClientOf

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/me", "/nothing", "/sign-in", "/openapi.json"])
def test_every_answer_is_dressed(nobody: TestClient, path: str) -> None:
    headers = nobody.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy  # nothing from other hosts
    assert uuid.UUID(headers["x-request-id"]).version == 7


@pytest.mark.parametrize(("path", "status"), [("/healthz", 200), ("/openapi.json", 200), ("/nothing", 404)])
def test_head_is_get_without_the_body(nobody: TestClient, path: str, status: int) -> None:
    got, head = nobody.get(path), nobody.head(path)
    assert head.status_code == got.status_code == status
    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]


def test_request_ids_are_our_own(nobody: TestClient) -> None:
    one, two = (nobody.get("/healthz", headers={"X-Request-Id": "forged"}).headers["x-request-id"] for _ in range(2))
    assert "forged" not in (one, two)
    assert one < two


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9999", "localhost", "localhost:1", "[::1]:8765"])
def test_loopback_names_are_served_on_any_port(nobody: TestClient, host: str) -> None:
    assert nobody.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "localhost.evil.example", "127.0.0.1.nip.io", ""]
)
def test_a_name_that_only_points_here_is_refused(nobody: TestClient, host: str) -> None:
    answer = nobody.get("/healthz", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["type"] == "/problems/misdirected"


def test_behind_a_proxy_the_proxy_vouches_for_the_name(settings: Settings, store: Store) -> None:
    app = create_app(settings.model_copy(update={"behind_proxy": True, "host": "0.0.0.0"}), store)
    assert TestClient(app, base_url="http://ems.park.example").get("/healthz").status_code == 200


def test_a_request_is_one_line_of_json_in_the_log(
    client_of: ClientOf, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    client = client_of("viewer")
    with caplog.at_level(logging.INFO, "ems.http"):
        answer = client.get("/api/v1/sites/nowhere?secret=1")
    [line] = [json.loads(Lines().format(record)) for record in caplog.records if hasattr(record, "told")]
    assert line["who"].startswith("token:viewer")
    assert line["request"] == answer.headers["x-request-id"]
    assert (line["method"], line["status"], line["level"]) == ("GET", 404, "info")
    assert (line["path"], line["route"]) == ("/api/v1/sites/nowhere", "/api/v1/sites/{site}")
    assert line["ms"] > 0
    assert "secret" not in json.dumps(line)


def test_no_secret_reaches_the_log(
    nobody: TestClient, client_of: ClientOf, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with store.write() as c:
        people.add(c, "dispatcher", "viewer", None, None, "test")
        link, _ = sessions.make_link(c, "dispatcher", "test")
    with caplog.at_level(logging.DEBUG):
        made = client_of("admin").post("/api/v1/tokens", json={"name": "scada", "role": "viewer"}).json()["secret"]
        nobody.get("/api/v1/me", headers={"Authorization": f"Bearer {made}"})
        nobody.get(f"/sign-in/{link}")
        cookie = nobody.cookies["ems_session"]
        csrf = nobody.get("/api/v1/me").headers["x-csrf-token"]
        nobody.post("/sign-in", data={"name": "dispatcher", "password": "hunter2hunter2"})
    lines = "\n".join(Lines().format(record) for record in caplog.records if record.name.startswith("ems"))
    assert lines.count('"message"') == 5 + 1  # one for each request, and the failed sign-in
    for secret in (link, made, cookie, csrf, "hunter2"):
        assert secret not in lines


def test_a_traceback_is_one_line_too() -> None:
    try:
        raise ValueError("broken\nin two")
    except ValueError as error:
        record = logging.LogRecord("ems", logging.ERROR, "", 0, "failed %s", ("here",), (ValueError, error, None))
    text = Lines().format(record)
    assert "\n" not in text
    assert json.loads(text)["message"] == "failed here"
    assert "broken" in json.loads(text)["traceback"]


def test_requests_are_counted_by_route_and_not_by_address(client_of: ClientOf) -> None:
    client = client_of("viewer")
    for site in ("a", "b", "c"):
        client.get(f"/api/v1/sites/{site}")
    client.get("/nothing/at/all")
    client.request("BREW", "/healthz")
    text = client.get("/metrics").text
    assert 'ems_http_requests_total{method="GET",route="/api/v1/sites/{site}",status="404"} 3.0' in text
    assert 'ems_http_requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert 'ems_http_requests_total{method="other",route="/healthz",status="405"} 1.0' in text
    assert 'ems_http_request_seconds_count{method="GET",route="/api/v1/sites/{site}"} 3.0' in text


def test_two_applications_count_apart(settings: Settings, store: Store) -> None:
    one, two = (TestClient(create_app(settings, store, "key"), base_url=BASE) for _ in range(2))
    one.get("/healthz")
    assert 'route="/healthz"' not in two.get("/metrics", headers={"Authorization": "Bearer key"}).text
