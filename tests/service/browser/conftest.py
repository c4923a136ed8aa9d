"""A running service, and a real browser that reaches nothing else.

Both are started once for each process of pytest. The service is `ems serve` on a free port with a database of its own.
Its database is seeded before it starts with plans of every outcome, as workers would have kept them.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.service.browser.seed import Seeded, seed
from tests.service.browser.watched import Running, Visitor
from tests.tools import BROWSER_FLAGS, absent, chromium

ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
START_S = 60


def needed() -> str:
    """The path of a browser that Playwright can drive, or a skipped test."""
    if find_spec("playwright") is None:
        absent("no Playwright here: pip install 'park-ems[dev]'")
    return chromium()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """For one file at a time: while Playwright is there, nothing else in the process can run an event loop."""
    program = needed()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=[*BROWSER_FLAGS, ONLY_HERE])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seeded]:
    """The database before the service opens it; nothing is made where there is no browser."""
    needed()
    file = tmp_path_factory.mktemp("service") / "ems.db"
    return file, seed(file)


@pytest.fixture(scope="session")
def running(seeded: tuple[Path, Seeded]) -> Iterator[Running]:
    file, known = seeded
    # weather from the network must fail here as it does in a control room without one, wherever these tests run
    env = os.environ | {
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1",
    }
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "serve",
        "--database",
        f"sqlite:///{file}",
        "--port",
        "0",
        "--lang",
        "en",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env, start_new_session=True)
    said: list[str] = []
    link: list[str] = []
    heard = threading.Event()

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+/sign-in/\S+", line):
                link.append(found[0])
                heard.set()
        heard.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        assert heard.wait(START_S), "the service printed no sign-in link"
        assert link, "".join(said)
        yield Running(link[0], known, said)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


@pytest.fixture
def visit(browser: Any, running: Running) -> Iterator[Callable[..., Visitor]]:
    """``visit("zh", 1280, role="operator")``: someone signed in; at the end nothing may have gone wrong in a page."""
    opened: list[Visitor] = []

    def visitor(lang: str = "zh", width: int = 1280, role: str | None = "admin", **more: Any) -> Visitor:
        opened.append(Visitor(browser, running, lang, width, role, **more))
        return opened[-1]

    yield visitor
    faults = [fault for v in opened for fault in v.close()]
    assert faults == []
