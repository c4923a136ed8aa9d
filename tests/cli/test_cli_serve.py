"""`ems serve` as a process: it starts, says where it is, refuses what is unsafe or taken, and ends in order."""

from __future__ import annotations

import json
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.cli import main
from tests.soak.running import Running, running
from tests.tools import tool


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("serve"), "--workers", "0", "--lang", "en") as started:
        yield started


def test_it_says_where_it_is_and_how_to_sign_in_once(service: Running) -> None:
    said = service.log.read_text(encoding="utf-8")
    assert f"ems: listening on {service.url}, database {service.folder / 'ems.db'}" in said
    link = re.search(r"sign in once within 15 minutes: (\S+)", said)
    assert link is not None
    assert link[1].startswith(f"{service.url}/sign-in/")
    assert "ems user link admin" in said
    with httpx.Client() as browser:
        browser.get(link[1])
        page = browser.post(link[1])  # if a page asks first, so that previews of links do not use it up
        assert page.status_code < 500
        assert browser.get(f"{service.url}/api/v1/me").json()["name"] == "admin"
    with httpx.Client() as another:
        another.get(link[1])
        another.post(link[1])
        assert another.get(f"{service.url}/api/v1/me").status_code == 401


def test_it_offers_the_packaged_parks(service: Running) -> None:
    with service.client() as client:
        assert {s["name"] for s in client.get("/api/v1/sites").json()["items"]} >= {"demo", "qingdao"}


def test_its_key_lies_only_in_a_file_of_its_owner(service: Running) -> None:
    lock = service.folder / "ems.db.lock"
    assert lock.stat().st_mode & 0o077 == 0
    key = json.loads(lock.read_text(encoding="utf-8"))["key"]
    assert len(key) >= 40
    assert key not in service.log.read_text(encoding="utf-8")


def test_a_second_service_on_the_same_file_is_told_where_the_first_is(
    service: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--database", service.database, "--port", "0"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"process {service.process.pid} serves it at {service.url}" in said


def test_a_port_that_is_taken_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--database", f"sqlite:///{tmp_path}/ems.db", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert f"--port {port}" in said
    assert "--port 0 takes any" in said


REFUSED = {
    "other machines without TLS": (["--host", "0.0.0.0"], ["0.0.0.0 is reachable", "--tls-cert", "--behind-proxy"]),
    "half of TLS": (["--tls-cert", "c.pem"], ["--tls-cert and --tls-key belong together"]),
    "no such certificate": (["--tls-cert", "c.pem", "--tls-key", "k.pem"], ["c.pem", "PEM"]),
    "no such port": (["--port", "70000"], ["--port: is 70000", "less than or equal to 65535"]),
    "no worker": (["--workers", "-1"], ["--workers: is -1"]),
    "no queue": (["--queue-limit", "0"], ["--queue-limit: is 0"]),
    "half of an identity provider": (["--oidc-issuer", "https://id.example"], ["--oidc-audience", "--oidc-…"]),
    "no such database": (["--database", "mysql://u:secret@h/n"], ["--database", "postgresql+psycopg://"]),
    "a database that is away": (
        ["--database", "postgresql+psycopg://ems:secret@127.0.0.1:1/ems?connect_timeout=2"],
        ["127.0.0.1:1/ems", "refused"],
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_one_sentence_without_secrets(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options, words = REFUSED[what]
    monkeypatch.setenv("EMS_DATABASE", f"sqlite:///{tmp_path}/ems.db")
    assert main(["serve", "--port", "0", *options]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ems: ")
    assert said.count("\n") == 1
    assert not [w for w in words if w not in said], said
    assert "secret" not in said


def test_workers_of_their_own_need_a_shared_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worker", "--database", f"sqlite:///{tmp_path}/ems.db"]) == 2
    assert "an SQLite file belongs to one process" in capsys.readouterr().err


def test_it_ends_in_order_while_work_is_under_way(tmp_path: Path) -> None:
    service = Running(tmp_path, ("--workers", "1")).start()
    with service.client() as client:
        day = {"site": "qingdao", "day": "2026-11-23", "weather": "climatology", "step_minutes": 5, "gap": 0.0}
        job = client.post("/api/v1/plans", json=day).headers["Location"]
        with client.stream("GET", f"{job}/events") as events:
            lines = events.iter_lines()
            assert "event: started" in lines  # reads up to that line
            service.process.send_signal(signal.SIGTERM)
            rest = list(lines)  # the stream ends, it does not break
    assert "event: finished" not in rest
    assert service.process.wait(20) == 0
    assert "Traceback" not in service.log.read_text(encoding="utf-8")
    service = Running(tmp_path, ("--workers", "0")).start()
    try:
        with service.client() as client:
            left = client.get(job).json()
        assert (left["state"], left["attempts"]) == ("queued", 0)
    finally:
        service.stop()


def test_a_service_with_tls_of_its_own_is_reached_by_its_certificate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cert, key = tmp_path / "c.pem", tmp_path / "k.pem"
    asked = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ems.example"
    subprocess.run([tool("openssl"), *asked.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    options = ("--host", "0.0.0.0", "--tls-cert", str(cert), "--tls-key", str(key), "--workers", "0")
    service = Running(tmp_path, options, trust=ssl.create_default_context(cafile=str(cert)))
    service.trust.check_hostname = False
    service.start()
    try:
        assert service.url.startswith("https://127.0.0.1:")
        assert main(["user", "list", "--database", service.database, "--lang", "en"]) == 0
        assert "admin" in capsys.readouterr().out
    finally:
        assert service.stop(signal.SIGINT) == 0


def test_commands_that_need_no_service_load_none_of_it() -> None:
    code = """
import sys
from api.arguments import parser
parser()
from api import commands, plan_command
print([m for m in ("fastapi", "sqlalchemy", "uvicorn", "httpx", "jinja2", "api.settings") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
