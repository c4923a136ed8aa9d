"""Two real parks behind the pages, filled once for the tests of a file; browsers of any role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import jobs
from api.contract.base import Role
from api.http.app import create_app
from api.http.guard import COOKIE, CSRF_HEADER
from api.records import forecasts, people, plans, sessions
from api.settings import Settings
from api.store import Store
from tests.service.conftest import BASE
from tests.service.http.world import DAY, HOME, Things, fill
from tests.service.pages.page_html import Page

_numbers = count()
CHANGES = {
    "outages": [
        {"component": "electrolyser", "start": f"{DAY}T08:00:00+08:00", "end": f"{DAY}T12:00:00+08:00"},
        {"component": "electrolyser", "modules": 1},
    ],
    "parameters": {"grid": {"connection_kw": 500.0}},
    "prices": {"import_factor": 1.5, "import_offset_cny_per_kwh": -0.1},
    "demands": {"electricity": 1.1, "workshop.electricity_kw": 0.9},
    "weather": {"sun_factor": 0.4, "temperature_offset_k": -8.0},
}


@dataclass(frozen=True)
class Served:
    """``things`` is what each park holds."""

    app: Any
    store: Store
    things: dict[str, Things]

    @property
    def home(self) -> Things:
        return self.things[HOME]

    def browser(self, role: Role = "viewer", sites: list[str] | None = None, lang: str = "en") -> TestClient:
        name = f"{role}_{next(_numbers)}"
        with self.store.write() as c:
            people.add(c, name, role, sites, None, "test")
            cookie = sessions.open(c, name, "link")
        found = TestClient(self.app, base_url=BASE, follow_redirects=False, headers={"Accept": "text/html"})
        found.cookies.set(COOKIE, cookie, domain="127.0.0.1")
        found.cookies.set("ems_lang", lang, domain="127.0.0.1")
        found.headers[CSRF_HEADER] = found.get("/api/v1/me").headers[CSRF_HEADER]
        return found

    def page(self, path: str, role: Role = "viewer", lang: str = "en", **more: Any) -> Page:
        """A page that nothing is wrong with."""
        answer = self.browser(role, lang=lang, **more).get(path)
        assert answer.status_code == 200, answer.text[:2000]
        found = Page(answer.text)
        faults = found.faults()
        assert faults == [], faults
        return found

    def what_if(self, changes: dict[str, Any] = CHANGES, **content: Any) -> str:
        """A what-if of the park's plan: the same content but for what is given."""
        whole = json.loads(self.app.state.service.contents.text(self.home.plan))
        whole |= {"changes": changes} | content
        asked = {
            "site": HOME,
            "day": whole["date"],
            "what_if_of": self.home.plan,
            "changes": changes,
            "label": "dear day",
        }
        with self.store.write() as c:
            made = jobs.submit(c, "plan", HOME, asked, "dispatcher", limit=100)
            while (claim := jobs.claim(c, "worker", 60, 3)) is not None and claim.id != made:
                jobs.cancelled(c, claim)
            assert claim is not None
            found = plans.add(c, claim, whole, json.dumps(whole).encode(), 1)
            assert jobs.succeed(c, claim, found)
        return found

    def old_forecast(self) -> str:
        """The park's forecast as it was kept before there were quantiles."""
        whole = json.loads(self.app.state.service.contents.text(self.home.forecast))
        del whole["uncertainty"]
        asked = {"site": HOME, "day": whole["date"], "site_version": 1}
        with self.store.write() as c:
            made = jobs.submit(c, "forecast", HOME, asked, "dispatcher", limit=100)
            while (claim := jobs.claim(c, "worker", 60, 3)) is not None and claim.id != made:
                jobs.cancelled(c, claim)
            assert claim is not None
            found = forecasts.add(c, claim, json.dumps(whole).encode())
            assert jobs.succeed(c, claim, found)
        return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = Settings(database=f"sqlite:///{tmp_path_factory.mktemp('served') / 'ems.db'}", workers=0)
    with Store(settings.database) as store:
        things = fill(store)
        yield Served(create_app(settings, store), store, things)
