"""Event streams of a real server: many at once, broken off, and when the server stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from api import jobs
from api.contract.jobs import Progress
from api.http import sse
from api.store import Store
from tests.service.conftest import make_token
from tests.service.resources.kept import claim, finish, serving, submit

LISTENERS = 60


@pytest.fixture
def client(app: FastAPI, store: Store) -> Iterator[httpx.Client]:
    with serving(app) as url:
        limits = httpx.Limits(max_connections=200)
        headers = {"Authorization": f"Bearer {make_token(store, 'viewer')}"}
        with httpx.Client(base_url=url, headers=headers, limits=limits, timeout=20) as opened:
            yield opened


def test_sixty_listeners_hear_everything_and_take_no_thread_each(
    app: FastAPI, client: httpx.Client, store: Store
) -> None:
    submit(store)
    held = claim(store)
    heard: list[str] = []

    def listen() -> None:
        heard.append(client.get(f"/api/v1/jobs/{held.id}/events").text)

    threads = [threading.Thread(target=listen) for _ in range(LISTENERS)]
    for thread in threads:
        thread.start()
    _until(lambda: app.state.service.hub.open == LISTENERS)
    assert client.get("/api/v1/sites").status_code == 200  # there is a thread left for others
    servers = [t for t in threading.enumerate() if "AnyIO" in t.name]
    assert len(servers) <= 41
    for k in range(3):
        with store.write() as c:
            jobs.beat(c, held, 60, Progress(phase="solve", seconds=float(k)))
        time.sleep(0.1)
    finish(store, held)
    for thread in threads:
        thread.join()
    assert len(heard) == LISTENERS
    assert {text.replace(": keep-alive\n\n", "") for text in heard} == {heard[0]}
    assert [heard[0].count(f"event: {name}\n") for name in ("queued", "started", "progress", "finished")] == [
        1,
        1,
        3,
        1,
    ]
    _until(lambda: app.state.service.hub.open == 0)


def test_a_listener_who_leaves_is_forgotten(
    app: FastAPI, client: httpx.Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_S", 0.2)
    job = submit(store)
    with client.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 1000"
        while next(lines) != ": keep-alive":
            pass
        assert app.state.service.hub.open == 1
    _until(lambda: app.state.service.hub.open == 0)


def test_a_stream_ends_after_its_time_so_that_the_caller_is_looked_at_again(
    client: httpx.Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_S", 0.1)
    monkeypatch.setattr(sse, "LIFETIME_S", 0.3)
    text = client.get(f"/api/v1/jobs/{submit(store)}/events").text
    assert "event: queued" in text
    assert "finished" not in text


def test_streams_end_when_the_server_stops(app: FastAPI, store: Store) -> None:
    job, heard, ended = submit(store), threading.Event(), threading.Event()
    with serving(app) as url:
        headers = {"Authorization": f"Bearer {make_token(store, 'viewer')}"}

        def listen() -> None:
            with httpx.stream("GET", f"{url}/api/v1/jobs/{job}/events", headers=headers, timeout=20) as answer:
                for line in answer.iter_lines():
                    if line == "event: queued":
                        heard.set()
            ended.set()  # a whole answer: one that was cut off raises

        threading.Thread(target=listen).start()
        assert heard.wait(10)
        assert not ended.is_set()
        began = time.monotonic()
    assert ended.wait(2)
    assert time.monotonic() - began < 4


def _until(true: object, seconds: float = 10) -> None:
    assert callable(true)
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)
