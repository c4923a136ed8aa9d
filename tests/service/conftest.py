"""A service in memory: its own SQLite file, no workers, tokens and sessions of any role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import passwords
from api.contract.base import Role
from api.contract.people import TokenRequest
from api.http.app import create_app
from api.http.guard import COOKIE, CSRF_HEADER
from api.records import people, sessions, tokens
from api.settings import Settings
from api.store import Store
from tests.service.postgres import postgres, postgres_url  # noqa: F401  fixtures

BASE = "http://127.0.0.1:8765"
ClientOf = Callable[..., TestClient]
_numbers = count()


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashing a password is slow on purpose; tests that do it often need not be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database=f"sqlite:///{tmp_path / 'ems.db'}", workers=0)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store(settings.database) as opened:
        yield opened


@pytest.fixture
def app(settings: Settings, store: Store) -> FastAPI:
    return create_app(settings, store)


@pytest.fixture
def nobody(app: FastAPI) -> TestClient:
    """A client without credentials."""
    return TestClient(app, base_url=BASE, follow_redirects=False)


@pytest.fixture
def client_of(app: FastAPI, store: Store) -> ClientOf:
    """``client_of("operator", sites=["qingdao"])``: a client with a token of that role."""

    def client(role: Role = "viewer", sites: list[str] | None = None) -> TestClient:
        return TestClient(
            app,
            base_url=BASE,
            follow_redirects=False,
            headers={"Authorization": f"Bearer {make_token(store, role, sites)}"},
        )

    return client


@pytest.fixture
def page_of(app: FastAPI, store: Store) -> ClientOf:
    """``page_of("operator")``: a client with a session cookie and the CSRF header, as a page has them."""

    def client(role: Role = "viewer", sites: list[str] | None = None) -> TestClient:
        name = f"{role}_{next(_numbers)}"
        with store.write() as c:
            people.add(c, name, role, sites, None, "test")
            cookie = sessions.open(c, name, "link")
        browser = TestClient(app, base_url=BASE, follow_redirects=False)
        browser.cookies.set(COOKIE, cookie, domain="127.0.0.1")
        browser.headers[CSRF_HEADER] = browser.get("/api/v1/me").headers[CSRF_HEADER]
        return browser

    return client


def make_token(store: Store, role: Role, sites: list[str] | None = None, days: int | None = 1) -> str:
    """The secret of a new token."""
    asked = TokenRequest(name=f"{role}_{next(_numbers)}", role=role, sites=sites, days=days)
    with store.write() as c:
        return tokens.create(c, asked, "test").secret
