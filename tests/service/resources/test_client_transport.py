"""How the Python client bears refusals, full queues and services that are away."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from api import client_transport, jobs
from api.client import ApiError, Client
from api.http.app import create_app
from api.settings import Settings
from api.store import Store
from tests.service.conftest import make_token
from tests.service.resources.kept import DAY, claim, serving


@pytest.fixture
def ems(app: FastAPI, store: Store) -> Iterator[Client]:
    with serving(app) as url, Client(url, make_token(store, "admin")) as client:
        yield client


def test_a_refusal_is_readable(ems: Client) -> None:
    with pytest.raises(ApiError) as told:
        ems.submit_plan("demo", step_minutes=15, day="2026-02-30")
    assert str(told.value) == "422 The data cannot be used: /day: 2026-02-30 is no day of the calendar"
    with pytest.raises(ApiError, match="404"):
        ems.site("nowhere")
    with Client(str(ems._to._http.base_url), "wrong") as stranger, pytest.raises(ApiError, match="401"):
        stranger.sites()


def test_a_full_queue_is_waited_for(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_transport, "LONGEST_PAUSE_S", 0.2)
    app = create_app(settings.model_copy(update={"queue_limit": 1}), store)
    token = make_token(store, "operator")
    with serving(app) as url:
        with Client(url, token, patience_s=0.1) as hasty:
            hasty.submit_plan("demo", DAY)
            with pytest.raises(ApiError, match="503"):
                hasty.submit_plan("demo", DAY)
        with Client(url, token, patience_s=30) as patient:
            threading.Timer(0.5, claim, args=(store,)).start()
            assert patient.submit_plan("demo", DAY).state == "queued"


def test_a_service_that_is_away_for_a_moment_is_waited_for(app: FastAPI, store: Store) -> None:
    """The first answer is cut off, then nobody listens, then the service is there; the plan is asked for once."""
    with serving(app) as url:
        port = int(url.rpartition(":")[2])
        broken = _Breaking(port, answers=2)
        with broken as detour, Client(detour, make_token(store, "operator")) as client:
            job = client.submit_plan("demo", DAY)
        assert broken.connections >= 3
        with store.read() as c:
            assert [x.id for x in jobs.jobs(c, sites=None)] == [job.id]


class _Breaking:
    """A detour to a port: it hands the first requests on and hangs up before their answers; then it plays fair."""

    def __init__(self, port: int, answers: int) -> None:
        self._port, self._answers, self.connections = port, answers, 0

    def __enter__(self) -> str:
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with caller, socket.create_connection(("127.0.0.1", self._port)) as service:
                time.sleep(0.05)
                service.sendall(caller.recv(65536).replace(b"Connection: keep-alive", b"Connection: close"))
                answer = b""
                while part := service.recv(65536):
                    answer += part
                if self.connections > self._answers:
                    caller.sendall(answer)


def test_what_cannot_safely_be_sent_twice_is_not(store: Store) -> None:
    sent = []

    def refuse(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        raise httpx.ReadError("cut off")

    http = httpx.Client(base_url="http://127.0.0.1:1", transport=httpx.MockTransport(refuse))
    with Client(http=http, patience_s=1) as client:
        with pytest.raises(httpx.ReadError):
            client.create_token("x", "viewer")
        assert sent == ["POST"]
        with pytest.raises(httpx.ReadError):
            client.me()
        assert sent.count("GET") > 1


def test_the_client_needs_no_web_framework_and_no_database() -> None:
    heavy = ("fastapi", "starlette", "sqlalchemy", "uvicorn")
    code = f"import sys, api.client; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
