"""What is remembered about callers, and for how long."""

from __future__ import annotations

import asyncio
import time

import pytest
from starlette.testclient import TestClient

from api.contract.people import TokenRequest
from api.http import identities
from api.http.app import create_app
from api.http.identities import Identities
from api.http.principal import Proof
from api.records import tokens
from api.settings import Settings
from api.store import Store
from tests.service.conftest import BASE, make_token


def test_what_was_read_before_a_change_is_not_remembered_after_it(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request reads a token, the token is revoked, and only then the request goes on."""
    known = Identities(settings, store)
    secret = make_token(store, "viewer")
    read = known._read_token

    def slow(key: str) -> Proof | None:
        found = read(key)
        with store.write() as c:
            tokens.revoke(c, tokens.tokens(c)[0].id, "test")
        known.forget()
        return found

    monkeypatch.setattr(known, "_read_token", slow)
    assert asyncio.run(known.of_token(secret)) is not None  # it was good when it was asked for
    monkeypatch.setattr(known, "_read_token", read)
    assert asyncio.run(known.of_token(secret)) is None


def test_memory_is_bounded_however_many_callers_there_are(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identities, "MOST", 3)
    known = Identities(settings, store)
    for _ in range(5):
        assert asyncio.run(known.of_token(make_token(store, "viewer"))) is not None
    assert len(known._kept) == 3


def test_on_postgresql_a_token_that_another_process_revoked_ends_within_two_seconds(postgres_url: str) -> None:
    with Store(postgres_url) as here, Store(postgres_url) as elsewhere:
        client = TestClient(create_app(Settings(database=postgres_url), here), base_url=BASE)
        with here.write() as c:
            made = tokens.create(c, TokenRequest(name="scada", role="viewer"), "test")
        headers = {"Authorization": f"Bearer {made.secret}"}
        assert client.get("/api/v1/me", headers=headers).status_code == 200
        with elsewhere.write() as c:
            assert tokens.revoke(c, made.id, "test")
        time.sleep(identities.SHARED_S + 0.1)
        assert client.get("/api/v1/me", headers=headers).status_code == 401
