"""A real Chromium on pages of the application in memory, which listens on a free port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI
from playwright import sync_api

from api.http.guard import COOKIE
from tests import tools


@pytest.fixture(scope="module")
def chromium() -> Iterator[sync_api.Browser]:
    program = tools.chromium()
    with sync_api.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=program, args=tools.BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """The application behind a real server on a free port."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


class Screen:
    """A signed-in page that keeps every complaint and allows no request elsewhere."""

    def __init__(self, browser: sync_api.Browser, address: str, cookie: str, lang: str, width: int, dark: bool) -> None:
        scheme = "dark" if dark else "light"
        self.context = browser.new_context(
            base_url=address, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        self.context.set_default_timeout(20_000)
        cookies = {COOKIE: cookie, "ems_lang": lang}
        self.context.add_cookies([{"name": k, "value": v, "url": address} for k, v in cookies.items()])
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("requestfailed", self._failed)
        self.page.route("**/*", lambda r: r.continue_() if r.request.url.startswith(address) else self._refuse(r))

    def _failed(self, request: sync_api.Request) -> None:
        if not request.url.endswith("/events"):  # a page that is left ends its stream
            self.complaints.append(f"{request.url} {request.failure}")

    def _refuse(self, route: sync_api.Route) -> None:
        self.complaints.append(f"asks for {route.request.url}")
        route.abort()

    def see_everything(self) -> None:
        """Scroll past every figure until each is drawn."""
        for box in self.page.locator(".drawing").all():
            box.scroll_into_view_if_needed()
            box.locator(".main-svg").first.wait_for()
