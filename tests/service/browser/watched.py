"""Someone at a screen: a browser context with a language, a width and a role, of which everything odd is noted."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.service.browser.seed import Seeded

HEIGHT = {1280: 900, 390: 844}
WAIT_MS = 15_000
UNNAMED = re.compile(
    r"^\s*- (button|link|textbox|combobox|checkbox|radio|slider|spinbutton|searchbox|option|dialog)(?!\S)(?!.*\")"
)
FOCUSED = """() => {
  const e = document.activeElement;
  return e === document.body ? "" : e.id || e.textContent.trim().slice(0, 60) || e.getAttribute("aria-label");
}"""
_numbers = count()


@dataclass
class Running:
    """The service: where it is, what it holds, what it said, and an administrator's way in."""

    link: str
    seeded: Seeded
    said: list[str]
    _admin: httpx.Client | None = None

    @property
    def url(self) -> str:
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def admin(self) -> httpx.Client:
        """Signed in by the link that the service printed, which works once."""
        if self._admin is None:
            client = httpx.Client(base_url=self.url, headers={"Origin": self.url, "Accept": "application/json"})
            assert client.get(self.link).status_code == 303
            client.headers["X-CSRF-Token"] = client.get("/api/v1/me").headers["X-CSRF-Token"]
            self._admin = client
        return self._admin

    def sign_in_link(self, role: str) -> str:
        """A one-time link of a new user with that role."""
        name = f"{role}_{next(_numbers)}"
        assert self.admin.post("/api/v1/users", json={"name": name, "role": role}).status_code == 201
        answer = self.admin.post(f"/api/v1/users/{name}/sign-in-link")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["url"])

    def job(self, path: str, **asked: Any) -> dict[str, Any]:
        """Ask for long work and wait for its end."""
        answer = self.admin.post(path, json=asked)
        assert answer.status_code == 202, answer.text
        where = answer.headers["Location"]
        for _ in range(600):
            found: dict[str, Any] = self.admin.get(where).json()
            if found["state"] in ("succeeded", "failed", "cancelled"):
                return found
            time.sleep(0.1)
        raise TimeoutError(where)


@dataclass
class Visitor:
    """``page`` is playwright's; ``expected`` are patterns of messages that a test provokes on purpose."""

    browser: Any
    running: Running
    lang: str
    width: int
    role: str | None
    scheme: str = "light"
    expected: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        mobile = self.width < 500
        self.context = self.browser.new_context(
            base_url=self.running.url,
            viewport={"width": self.width, "height": HEIGHT[self.width]},
            has_touch=mobile,
            color_scheme=self.scheme,
            accept_downloads=True,
        )
        self.context.set_default_timeout(WAIT_MS)
        self.context.add_cookies([{"name": "ems_lang", "value": self.lang, "url": self.running.url}])
        self.context.on("request", self._asked)
        self.context.on("weberror", lambda e: self.faults.append(f"page error: {e.error}"))
        self.context.on("console", self._said)
        self.page = self.context.new_page()
        if self.role is not None:
            self.context.request.get(self.running.sign_in_link(self.role), max_redirects=0)

    def _asked(self, request: Any) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and url.hostname != "127.0.0.1":
            self.faults.append(f"asked for {request.url}")

    def _said(self, message: Any) -> None:
        text = f"{message.type}: {message.text}"
        if message.type in ("error", "warning") and not any(re.search(p, text) for p in self.expected):
            self.faults.append(f"{text} at {message.location.get('url', '')}")

    def go(self, path: str) -> Any:
        self.page.goto(path)
        return self.page

    def resize(self, width: int) -> None:
        """Another screen; figures follow a moment later."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": HEIGHT[width]})
        self.page.wait_for_timeout(250)

    def close(self) -> list[str]:
        self.context.close()
        return [f"{self.lang} {self.width}: {fault}" for fault in self.faults]

    def shape_faults(self) -> list[str]:
        """What keeps people with keyboard or screen reader, or on a phone, from using the page as it is now."""
        page = self.page
        where = urlsplit(page.url).path
        found = []
        if page.evaluate("document.documentElement.lang") != {"zh": "zh-CN", "en": "en"}[self.lang]:
            found.append("the language of the page is not said")
        for what, selector in (("h1", "h1"), ("main", "main"), ("header", "body > header"), ("title", "head title")):
            if page.locator(selector).count() != 1:
                found.append(f"{page.locator(selector).count()} of {what}")
        snapshot = page.locator("body").aria_snapshot()
        found += [f"no name: {line.strip()}" for line in snapshot.splitlines() if UNNAMED.match(line)]
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            found.append(f"{beyond} px wider than the screen")
        return [f"{where} ({self.lang}, {self.width}): {x}" for x in found]

    def tabbed(self, most: int = 80) -> list[str]:
        """What the Tab key reaches from the top of the page, in order: ids, else text."""
        self.page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        reached: list[str] = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            name = self.page.evaluate(FOCUSED)
            if not name:
                break
            reached.append(name)
        return reached

    def photograph(self, file: Path) -> None:
        """The whole page; figures are drawn when they come into sight, so it is scrolled through first."""
        file.parent.mkdir(parents=True, exist_ok=True)
        height = self.page.evaluate("document.documentElement.scrollHeight")
        for y in range(0, height, 700):
            self.page.evaluate(f"scrollTo({{top: {y}, behavior: 'instant'}})")
            self.page.wait_for_timeout(80)
        self.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        self.page.wait_for_timeout(200)
        self.page.screenshot(path=file, full_page=True)
