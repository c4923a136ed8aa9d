"""Who may ask for what: every route of the application, every role, every kind of proof that does not hold.

The table says it in full. A route that is not in it fails the test.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from starlette.testclient import TestClient

from api import tables
from api.contract.base import Role
from api.http.app import create_app
from api.http.guard import COOKIE, CSRF_HEADER
from api.http.principal import ROLES
from api.ids import digest
from api.records import people, sessions
from api.settings import Settings
from api.store import Store
from tests.service.conftest import BASE, make_token
from tests.service.http.world import FOREIGN, HOME, Things, fill


@dataclass(frozen=True)
class Case:
    """One route. ``need``: the least role, or public. ``ok``: what those who may are answered.

    ``path`` holds names of `Things`; ``about`` says what a foreigner learns: "site" (404, as if it did not exist),
    "list" (200, without what is foreign), None (the same for every site).
    """

    need: Role | Literal["public"]
    ok: int
    path: str
    about: Literal["site", "list"] | None = None
    json: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    content: bytes | None = None


SITE_TEXT = {"yaml": "name: demo"}
POINTS = {"start": "2026-06-15T00:00:00+08:00", "resolution": "PT15M", "unit": "kW", "values": [1.0]}
TABLE: dict[str, Case] = {
    # the caller, users and tokens
    "GET /api/v1/me": Case("viewer", 200, "/api/v1/me"),
    "GET /api/v1/tokens": Case("admin", 200, "/api/v1/tokens", "list"),
    "POST /api/v1/tokens": Case("admin", 201, "/api/v1/tokens", json={"name": "x", "role": "viewer", "sites": [HOME]}),
    "DELETE /api/v1/tokens/{id}": Case("admin", 204, "/api/v1/tokens/{token}", "site"),
    "GET /api/v1/users": Case("admin", 200, "/api/v1/users", "list"),
    "POST /api/v1/users": Case("admin", 201, "/api/v1/users", json={"name": "x", "role": "viewer", "sites": [HOME]}),
    "GET /api/v1/users/{name}": Case("admin", 200, "/api/v1/users/{user}", "site"),
    "PATCH /api/v1/users/{name}": Case("admin", 200, "/api/v1/users/{user}", "site", json={"role": "viewer"}),
    "POST /api/v1/users/{name}/sign-in-link": Case("admin", 201, "/api/v1/users/{user}/sign-in-link", "site"),
    "GET /api/v1/audit-log": Case("engineer", 200, "/api/v1/audit-log?site={site}", "site"),
    "POST /api/v1/backups": Case("admin", 200, "/api/v1/backups"),
    # parks
    "GET /api/v1/sites": Case("viewer", 200, "/api/v1/sites", "list"),
    "GET /api/v1/sites/{site}": Case("viewer", 200, "/api/v1/sites/{site}", "site"),
    "PUT /api/v1/sites/{site}": Case("engineer", 428, "/api/v1/sites/{site}", "site", json=SITE_TEXT),
    "POST /api/v1/sites/{site}/validate": Case(
        "engineer", 200, "/api/v1/sites/{site}/validate", "site", json=SITE_TEXT
    ),
    "GET /api/v1/sites/{site}/versions": Case("viewer", 200, "/api/v1/sites/{site}/versions", "site"),
    "GET /api/v1/sites/{site}/columns": Case("viewer", 200, "/api/v1/sites/{site}/columns", "site"),
    "GET /api/v1/sites/{site}/rolling": Case("viewer", 200, "/api/v1/sites/{site}/rolling", "site"),
    "PUT /api/v1/sites/{site}/rolling": Case(
        "operator", 200, "/api/v1/sites/{site}/rolling", "site", json={"minutes": 30}
    ),
    # measurements
    "GET /api/v1/sites/{site}/series": Case("viewer", 200, "/api/v1/sites/{site}/series", "site"),
    "GET /api/v1/sites/{site}/series/{name}": Case("viewer", 200, "/api/v1/sites/{site}/series/{series}", "site"),
    "PUT /api/v1/sites/{site}/series/{name}": Case(
        "engineer", 200, "/api/v1/sites/{site}/series/{series}", "site",
        json={"kind": "measurement", "unit": "kW", "resolution": "PT15M"},
    ),
    "DELETE /api/v1/sites/{site}/series/{name}": Case(
        "engineer", 204, "/api/v1/sites/{site}/series/{series}", "site"
    ),
    "GET /api/v1/sites/{site}/series/{name}/points": Case(
        "viewer", 200,
        "/api/v1/sites/{site}/series/{series}/points?from=2026-06-15T00:00:00Z&to=2026-06-16T00:00:00Z", "site",
    ),
    "POST /api/v1/sites/{site}/series/{name}/points": Case(
        "operator", 200, "/api/v1/sites/{site}/series/{series}/points", "site", json=POINTS
    ),
    "POST /api/v1/sites/{site}/points": Case(
        "operator", 200, "/api/v1/sites/{site}/points", "site", json={"series": {"meter": POINTS}}
    ),
    # forecasts and plans
    "POST /api/v1/forecasts": Case("operator", 202, "/api/v1/forecasts", "site", json={"site": "{site}"}),
    "GET /api/v1/sites/{site}/forecasts": Case("viewer", 200, "/api/v1/sites/{site}/forecasts", "site"),
    "POST /api/v1/replans": Case("operator", 202, "/api/v1/replans", "site", json={"site": "{site}"}),
    "GET /api/v1/forecasts": Case("viewer", 200, "/api/v1/forecasts", "list"),
    "GET /api/v1/forecasts/{id}": Case("viewer", 200, "/api/v1/forecasts/{forecast}", "site"),
    "POST /api/v1/plans": Case("operator", 202, "/api/v1/plans", "site", json={"site": "{site}"}),
    "GET /api/v1/plans": Case("viewer", 200, "/api/v1/plans", "list"),
    "GET /api/v1/plans/{id}": Case("viewer", 200, "/api/v1/plans/{plan}", "site"),
    "GET /api/v1/plans/{id}/plan.json": Case("viewer", 200, "/api/v1/plans/{plan}/plan.json", "site"),
    "GET /api/v1/plans/{id}/schedule": Case("viewer", 200, "/api/v1/plans/{plan}/schedule", "site"),
    "GET /api/v1/plans/{id}/explain": Case("viewer", 200, "/api/v1/plans/{plan}/explain", "site"),
    "GET /api/v1/plans/{id}/report": Case("viewer", 200, "/api/v1/plans/{plan}/report", "site"),
    "GET /api/v1/plans/{id}/difference": Case("viewer", 200, "/api/v1/plans/{plan}/difference?to={plan}", "site"),
    "POST /api/v1/plans/{id}/approve": Case("operator", 200, "/api/v1/plans/{plan}/approve", "site"),
    "POST /api/v1/plans/{id}/reject": Case("operator", 200, "/api/v1/plans/{plan}/reject", "site"),
    # studies
    "POST /api/v1/studies": Case(
        "engineer", 202, "/api/v1/studies", "site", json={"site": "{site}", "study": "two_days", "groups": []}
    ),
    "GET /api/v1/studies": Case("viewer", 200, "/api/v1/studies", "list"),
    "GET /api/v1/sites/{site}/studies": Case("viewer", 200, "/api/v1/sites/{site}/studies", "site"),
    "GET /api/v1/studies/{id}": Case("viewer", 200, "/api/v1/studies/{study}", "site"),
    "GET /api/v1/studies/{id}/rows": Case("viewer", 200, "/api/v1/studies/{study}/rows", "site"),
    "GET /api/v1/studies/{id}/study.json": Case("viewer", 200, "/api/v1/studies/{study}/study.json", "site"),
    "GET /api/v1/studies/{id}/workbook": Case("viewer", 200, "/api/v1/studies/{study}/workbook", "site"),
    "GET /api/v1/studies/{id}/report": Case("viewer", 200, "/api/v1/studies/{study}/report", "site"),
    # emissions
    "POST /api/v1/reports": Case(
        "engineer", 422, "/api/v1/reports", "site", json={"site": "{site}", "from": "2020-01-01", "to": "2020-01-02"}
    ),
    "GET /api/v1/reports": Case("viewer", 200, "/api/v1/reports", "list"),
    "POST /api/v1/reports/verify": Case("engineer", 422, "/api/v1/reports/verify", content=b"no zip"),
    "GET /api/v1/reports/{id}": Case("viewer", 200, "/api/v1/reports/{report}", "site"),
    "GET /api/v1/reports/{id}/report.json": Case("viewer", 200, "/api/v1/reports/{report}/report.json", "site"),
    "GET /api/v1/reports/{id}/report": Case("viewer", 200, "/api/v1/reports/{report}/report", "site"),
    "GET /api/v1/reports/{id}/workbook": Case("viewer", 200, "/api/v1/reports/{report}/workbook", "site"),
    "GET /api/v1/reports/{id}/pdf": Case("viewer", 200, "/api/v1/reports/{report}/pdf", "site"),
    "GET /api/v1/reports/{id}/evidence": Case("viewer", 200, "/api/v1/reports/{report}/evidence", "site"),
    "GET /api/v1/factors": Case("viewer", 200, "/api/v1/factors"),
    "GET /api/v1/factors/{id}": Case("viewer", 200, "/api/v1/factors/mee-nbs-2025-47.cn-sd.average"),
    "POST /api/v1/inventories": Case(
        "engineer", 422, "/api/v1/inventories", "site", json={"site": "{site}", "inventory": "name: x"}
    ),
    "GET /api/v1/inventories": Case("viewer", 200, "/api/v1/inventories", "list"),
    "GET /api/v1/inventories/{id}": Case("viewer", 200, "/api/v1/inventories/{inventory}", "site"),
    "GET /api/v1/inventories/{id}/inventory.json": Case(
        "viewer", 200, "/api/v1/inventories/{inventory}/inventory.json", "site"
    ),
    "GET /api/v1/inventories/{id}/report": Case("viewer", 200, "/api/v1/inventories/{inventory}/report", "site"),
    "GET /api/v1/inventories/{id}/workbook": Case("viewer", 200, "/api/v1/inventories/{inventory}/workbook", "site"),
    # jobs and alarms
    "GET /api/v1/jobs": Case("viewer", 200, "/api/v1/jobs", "list"),
    "GET /api/v1/jobs/{id}": Case("viewer", 200, "/api/v1/jobs/{job}", "site"),
    "DELETE /api/v1/jobs/{id}": Case("operator", 200, "/api/v1/jobs/{waiting}", "site"),
    "GET /api/v1/jobs/{id}/events": Case("viewer", 200, "/api/v1/jobs/{job}/events", "site"),
    "GET /api/v1/alarms": Case("viewer", 200, "/api/v1/alarms", "list"),
    "POST /api/v1/alarms/{id}/acknowledge": Case("operator", 200, "/api/v1/alarms/{alarm}/acknowledge", "site"),
    # the service about itself
    "GET /openapi.json": Case("public", 200, "/openapi.json"),
    "HEAD /openapi.json": Case("public", 200, "/openapi.json"),
    "GET /healthz": Case("public", 200, "/healthz"),
    "GET /readyz": Case("public", 200, "/readyz"),
    "GET /version": Case("public", 200, "/version"),
    "GET /metrics": Case("viewer", 200, "/metrics"),  # public on the machine itself: see test_meta.py
    # signing in and out
    "GET /sign-in": Case("public", 200, "/sign-in"),
    "POST /sign-in": Case("public", 401, "/sign-in", form={"name": "x", "password": "x"}),
    "GET /sign-in/{secret}": Case("public", 401, "/sign-in/unknown"),
    "POST /sign-out": Case("viewer", 303, "/sign-out"),
    "GET /language": Case("public", 303, "/language"),
    "GET /static/plotly.js": Case("public", 200, "/static/plotly.js"),
    "GET /static/{of}/{name}": Case("public", 404, "/static/x/y.js"),
    # pages
    "GET /": Case("viewer", 303, "/", "list"),
    "GET /parks": Case("viewer", 200, "/parks", "list"),
    "GET /sites/{site}": Case("viewer", 200, "/sites/{site}", "site"),
    "GET /plans/{id}": Case("viewer", 200, "/plans/{plan}", "site"),
    "GET /plans/{id}/figures": Case("viewer", 200, "/plans/{plan}/figures", "site"),
    "GET /sites/{site}/what-if": Case("viewer", 200, "/sites/{site}/what-if", "site"),
    "GET /compare": Case("viewer", 200, "/compare?a={plan}&b={plan}", "site"),
    "GET /sites/{site}/forecast": Case("viewer", 200, "/sites/{site}/forecast", "site"),
    "GET /sites/{site}/edit": Case("viewer", 200, "/sites/{site}/edit", "site"),
    "GET /sites/{site}/studies": Case("viewer", 200, "/sites/{site}/studies", "site"),
    "GET /studies/{id}": Case("viewer", 200, "/studies/{study}", "site"),
    "GET /sites/{site}/reports": Case("viewer", 200, "/sites/{site}/reports", "site"),
    "GET /reports/{id}": Case("viewer", 200, "/reports/{report}", "site"),
    "GET /factors": Case("viewer", 200, "/factors"),
    "GET /sites/{site}/inventories": Case("viewer", 200, "/sites/{site}/inventories", "site"),
    "GET /jobs": Case("viewer", 200, "/jobs", "list"),
    "GET /alarms": Case("viewer", 200, "/alarms", "list"),
    "GET /audit-log": Case("engineer", 200, "/audit-log", "list"),
    "GET /settings": Case("viewer", 200, "/settings", "list"),
}  # fmt: skip


@dataclass
class World:
    """An application over a fresh copy of the filled store."""

    app: FastAPI
    store: Store
    things: dict[str, Things]

    def client(self, **more: Any) -> TestClient:
        return TestClient(self.app, base_url=BASE, follow_redirects=False, **more)

    def with_token(self, role: Role, sites: list[str] | None = None, days: int | None = 1) -> TestClient:
        secret = make_token(self.store, role, sites, days)
        return self.client(headers={"Authorization": f"Bearer {secret}"})

    def ask(self, client: TestClient, route: str, site: str = HOME, **headers: str) -> Any:
        case = TABLE[route]
        names = {field.name: getattr(self.things[site], field.name) for field in fields(Things)}
        body = case.json and {k: v.format(**names) if isinstance(v, str) else v for k, v in case.json.items()}
        method = route.partition(" ")[0]
        more = {"json": body, "data": case.form} if case.content is None else {"content": case.content}
        return client.request(method, case.path.format(**names), headers=headers, **more)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Things]]:
    path = tmp_path_factory.mktemp("matrix") / "filled.db"
    with Store(f"sqlite:///{path}") as store:
        return path, fill(store)


@pytest.fixture(scope="module")
def kept(filled: tuple[Path, dict[str, Things]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world of those who only look."""
    with world_at(tmp_path_factory.mktemp("kept") / "ems.db", filled) as world:
        yield world


@pytest.fixture
def world(
    request: pytest.FixtureRequest, route: str, filled: tuple[Path, dict[str, Things]], tmp_path: Path
) -> Iterator[World]:
    """A fresh world for a route that changes something."""
    if route.startswith(("GET", "HEAD")):
        yield request.getfixturevalue("kept")
        return
    with world_at(tmp_path / "ems.db", filled) as fresh:
        yield fresh


@contextmanager
def world_at(path: Path, filled: tuple[Path, dict[str, Things]]) -> Iterator[World]:
    shutil.copy(filled[0], path)
    settings = Settings(database=f"sqlite:///{path}", workers=0)
    with Store(settings.database) as store:
        yield World(create_app(settings, store), store, filled[1])


def routes(app: FastAPI) -> set[str]:
    """Every method and path that the application answers."""
    found = set()
    for route in iter_route_contexts(app.routes):
        assert not isinstance(route.route, Mount), "what is mounted escapes this test"
        found |= {f"{method} {route.path}" for method in route.methods or ()}
    return found


def test_the_table_holds_every_route_and_no_other(app: FastAPI) -> None:
    there = routes(app)
    assert there - set(TABLE) == set(), "say in the table who may ask for these"
    assert set(TABLE) - there == set(), "these are gone"


@pytest.mark.parametrize("route", TABLE)
def test_who_may_ask(world: World, route: str) -> None:
    case = TABLE[route]
    for proof, client in bad_proofs(world).items():
        answer = world.ask(client, route)
        assert answer.status_code == (case.ok if case.need == "public" else 401), proof
        if case.need != "public":
            assert answer.json()["type"] == "/problems/unauthenticated", proof
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), proof
    for role in ROLES:
        answer = world.ask(world.with_token(role), route)
        if role == case.need or case.need == "public":
            break
        assert answer.status_code == 403, role
        assert answer.json()["type"] == "/problems/forbidden"
    assert answer.status_code == case.ok, answer.text


@pytest.mark.parametrize("route", [route for route, case in TABLE.items() if case.need not in ("public", "viewer")])
def test_higher_roles_may_what_lower_ones_may(world: World, route: str) -> None:
    assert world.ask(world.with_token("admin"), route).status_code == TABLE[route].ok


@pytest.mark.parametrize("route", [route for route, case in TABLE.items() if case.about == "site"])
def test_what_is_foreign_looks_as_if_it_did_not_exist(world: World, route: str) -> None:
    foreigner = world.with_token("admin", [HOME])
    absent = world.ask(foreigner, route, FOREIGN)
    assert absent.status_code == 404, absent.text
    assert absent.json()["type"] == "/problems/not-found"
    there = world.ask(world.with_token("admin", [FOREIGN]), route, FOREIGN)
    assert there.status_code == TABLE[route].ok, there.text


@pytest.mark.parametrize("route", [route for route, case in TABLE.items() if case.about == "list"])
def test_lists_leave_out_what_is_foreign(world: World, route: str) -> None:
    there = world.things[FOREIGN]
    names = (there.site, there.plan, there.study, there.report, there.inventory, there.waiting)
    answer = world.ask(world.with_token("admin", [HOME]), route)
    text = answer.text + answer.headers.get("location", "")
    assert not [name for name in names if name in text]
    assert HOME in text


@pytest.mark.parametrize("route", TABLE)
def test_a_session_changes_nothing_without_its_csrf_value(world: World, route: str) -> None:
    case = TABLE[route]
    page = session(world, "admin")
    bare = world.ask(page.client, route)
    if route.startswith(("GET", "HEAD")) or case.need == "public":
        assert bare.status_code == case.ok
        return
    assert bare.status_code == 403
    assert bare.json()["type"] == "/problems/csrf"
    assert world.ask(page.client, route, **{CSRF_HEADER: page.csrf}).status_code == case.ok


def bad_proofs(world: World) -> dict[str, TestClient]:
    """Clients whose proof does not hold, be it none, over, taken back, or of someone who may no longer."""
    expired, revoked = world.with_token("admin"), world.with_token("admin")
    disabled, over = session(world, "admin"), session(world, "admin")
    now = datetime.now(UTC)
    token, user = tables.tokens, tables.users
    with world.store.write() as c:
        c.execute(sa.update(token).where(token.c.secret == digest_of(expired)).values(expires_at=now))
        c.execute(sa.update(token).where(token.c.secret == digest_of(revoked)).values(revoked_at=now))
        c.execute(sa.update(user).where(user.c.name == disabled.name).values(disabled_at=now))
        of_over = tables.sessions.c.user == over.name
        c.execute(sa.update(tables.sessions).where(of_over).values(expires_at=now))
    return {
        "nobody": world.client(),
        "expired token": expired,
        "revoked token": revoked,
        "made up token": world.client(headers={"Authorization": "Bearer ems_" + "A" * 43}),
        "session of a disabled user": disabled.client,
        "session that is over": over.client,
    }


@dataclass(frozen=True)
class Session:
    """A browser that is signed in, its user, and the CSRF value that its pages hold."""

    client: TestClient
    name: str
    csrf: str


_numbers = count(1)


def session(world: World, role: Role) -> Session:
    name = f"{role}_{next(_numbers)}"
    with world.store.write() as c:
        people.add(c, name, role, None, None, "test")
        cookie = sessions.open(c, name, "link")
        csrf = c.execute(sa.select(tables.sessions.c.csrf).where(tables.sessions.c.user == name)).scalar_one()
    client = world.client()
    client.cookies.set(COOKIE, cookie, domain="127.0.0.1")
    return Session(client, name, csrf)


def digest_of(client: TestClient) -> str:
    return digest(client.headers["Authorization"].removeprefix("Bearer ").encode())
