"""Signing in by password and by link, and what a session may do that no other page can."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import passwords, tables
from api.http.app import create_app
from api.http.guard import COOKIE
from api.passwords import hashed
from api.records import people, sessions
from api.settings import Settings
from api.store import Store
from tests.service.conftest import BASE, ClientOf

PASSWORD = "correct horse battery"


@pytest.fixture
def dispatcher(store: Store) -> str:
    """A user with a password."""
    with store.write() as c:
        return people.add(c, "dispatcher", "operator", ["demo"], hashed(PASSWORD), "test").name


def sign_in(client: TestClient, name: str = "dispatcher", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", data={"name": name, "password": password, **more})


def link_for(store: Store, name: str = "dispatcher") -> str:
    with store.write() as c:
        return f"/sign-in/{sessions.make_link(c, name, 'test')[0]}"


def test_a_password_opens_a_session(nobody: TestClient, dispatcher: str, store: Store) -> None:
    answer = sign_in(nobody, next="/jobs")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/jobs"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # over plain HTTP on this machine it would never come back
    me = nobody.get("/api/v1/me").json()
    assert me == {"name": dispatcher, "role": "operator", "sites": ["demo"], "how": "session"}
    with store.read() as c:
        assert nobody.cookies[COOKIE] not in c.execute(sa.select(tables.sessions.c.secret)).scalars().all()


def test_behind_tls_the_cookie_is_for_tls_only(settings: Settings, store: Store, dispatcher: str) -> None:
    app = create_app(settings.model_copy(update={"behind_proxy": True}), store)
    assert "Secure" in sign_in(TestClient(app, base_url=BASE, follow_redirects=False)).headers["set-cookie"]


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(nobody: TestClient, dispatcher: str, where: str) -> None:
    assert sign_in(nobody, next=where).headers["location"] == "/"


@pytest.mark.parametrize(
    ("name", "password"), [("dispatcher", "wrong password"), ("nobody", PASSWORD), ("linked", PASSWORD), ("", "")]
)
def test_wrong_words_look_the_same_whatever_is_wrong(
    nobody: TestClient, dispatcher: str, store: Store, monkeypatch: pytest.MonkeyPatch, name: str, password: str
) -> None:
    with store.write() as c:
        people.add(c, "linked", "viewer", None, None, "test")  # signs in by link only
    checks = []
    monkeypatch.setattr("api.passwords._HASHER", Counting(checks))
    answer = sign_in(nobody, name, password)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert COOKIE not in nobody.cookies
    assert len(checks) == 1  # as long for a user who does not exist
    if password:
        assert password not in answer.text


class Counting:
    """A hasher that counts its slow comparisons."""

    def __init__(self, checks: list[str]) -> None:
        self._real, self._checks = passwords._HASHER, checks

    def verify(self, known: str, given: str) -> bool:
        self._checks.append(known)
        return self._real.verify(known, given)

    def hash(self, password: str) -> str:
        return self._real.hash(password)


def test_failed_sign_ins_are_limited_by_address_and_successes_are_not(
    settings: Settings, store: Store, dispatcher: str
) -> None:
    app = create_app(settings.model_copy(update={"sign_ins_per_minute": 3}), store)
    here = TestClient(app, base_url=BASE, follow_redirects=False, client=("192.0.2.1", 1))
    there = TestClient(app, base_url=BASE, follow_redirects=False, client=("192.0.2.2", 1))
    for _ in range(4):
        assert sign_in(here).status_code == 303
    for _ in range(3):
        assert sign_in(here, password="wrong").status_code == 401
    refused = sign_in(here)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert here.get(link_for(store)).status_code == 429
    assert sign_in(there).status_code == 303


def test_a_link_works_once(nobody: TestClient, dispatcher: str, store: Store) -> None:
    link = link_for(store)
    answer = nobody.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert nobody.get("/api/v1/me").json()["name"] == dispatcher
    nobody.cookies.clear()
    again = nobody.get(link)
    assert again.status_code == 401
    assert COOKIE not in nobody.cookies


def test_a_link_ends_after_a_quarter_of_an_hour(nobody: TestClient, dispatcher: str, store: Store) -> None:
    link = link_for(store)
    with store.write() as c:
        left = c.execute(sa.select(tables.sign_in_links.c.expires_at)).scalar_one() - datetime.now(UTC)
        assert timedelta(minutes=14) < left <= timedelta(minutes=15)
        c.execute(sa.update(tables.sign_in_links).values(expires_at=datetime.now(UTC)))
    assert nobody.get(link).status_code == 401


def test_a_link_of_a_disabled_user_opens_nothing(nobody: TestClient, dispatcher: str, store: Store) -> None:
    link = link_for(store)
    with store.write() as c:
        c.execute(sa.update(tables.users).values(disabled_at=datetime.now(UTC)))
    assert nobody.get(link).status_code == 401
    assert sign_in(nobody).status_code == 401


def test_signing_out_ends_the_session_and_not_only_the_cookie(page_of: ClientOf) -> None:
    page = page_of("operator")
    cookie = page.cookies[COOKIE]
    answer = page.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert COOKIE not in page.cookies
    page.cookies.set(COOKIE, cookie, domain="127.0.0.1")
    assert page.get("/api/v1/me").status_code == 401


def test_a_form_may_bring_the_csrf_value_as_a_field(page_of: ClientOf) -> None:
    page = page_of("operator")
    csrf = page.headers.pop("X-CSRF-Token")
    assert page.post("/sign-out", data={"csrf": "x" + csrf}).status_code == 403
    assert page.post("/sign-out", data={"csrf": csrf}).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": BASE}, 201),
        ({"Origin": BASE}, 201),
        ({"X-CSRF-Token": ""}, 403),
        ({"X-CSRF-Token": "0" * 43}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_a_change_by_a_session_must_come_from_a_page_of_ours(
    page_of: ClientOf, headers: dict[str, str], status: int
) -> None:
    body = {"name": "scada", "role": "viewer"}
    answer = page_of("admin").post("/api/v1/tokens", json=body, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"] == "/problems/csrf"


def test_signing_in_from_a_page_of_another_origin_is_refused(nobody: TestClient, dispatcher: str) -> None:
    form = {"name": "dispatcher", "password": PASSWORD}
    answer = nobody.post("/sign-in", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_token_in_the_header_goes_before_the_cookie(page_of: ClientOf) -> None:
    page = page_of("admin")
    assert page.get("/api/v1/me", headers={"Authorization": "Bearer ems_wrong"}).status_code == 401


def test_a_session_lasts_twelve_hours_from_its_last_use(app: FastAPI, page_of: ClientOf, store: Store) -> None:
    page = page_of("viewer")
    row = tables.sessions.c
    soon = datetime.now(UTC) + timedelta(minutes=5)
    with store.write() as c:
        c.execute(sa.update(tables.sessions).values(expires_at=soon))
    app.state.service.identities.forget()
    assert page.get("/api/v1/me").status_code == 200
    app.state.service.identities.write_down()
    with store.read() as c:
        until = c.execute(sa.select(row.expires_at)).scalar_one()
    assert timedelta(hours=11, minutes=59) < until - datetime.now(UTC) <= timedelta(hours=12)
    with store.write() as c:
        c.execute(sa.update(tables.sessions).values(expires_at=datetime.now(UTC)))
    app.state.service.identities.forget()
    assert page.get("/api/v1/me").status_code == 401


def test_no_session_lasts_longer_than_a_month(app: FastAPI, page_of: ClientOf, store: Store) -> None:
    page = page_of("viewer")
    now = datetime.now(UTC)
    until = now + timedelta(minutes=5)
    with store.write() as c:
        old = now - timedelta(days=30)
        c.execute(sa.update(tables.sessions).values(expires_at=until, created_at=old))
    app.state.service.identities.forget()
    assert page.get("/api/v1/me").status_code == 200
    app.state.service.identities.write_down()
    with store.read() as c:
        assert c.execute(sa.select(tables.sessions.c.expires_at)).scalar_one() == until


def test_sessions_and_links_that_are_over_are_forgotten(store: Store, dispatcher: str) -> None:
    with store.write() as c:
        sessions.open(c, dispatcher, "link")
        sessions.make_link(c, dispatcher, "test")
        past = datetime.now(UTC) - timedelta(seconds=1)
        c.execute(sa.update(tables.sessions).values(expires_at=past))
        c.execute(sa.update(tables.sign_in_links).values(expires_at=past))
        alive = sessions.open(c, dispatcher, "link")
        sessions.sweep(c)
        assert len(c.execute(sa.select(tables.sessions)).all()) == 1
        assert c.execute(sa.select(tables.sign_in_links)).all() == []
    assert alive
