"""Bearer tokens: kept as hashes, ended at once, never above what their maker may do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import tables
from api.http.app import create_app
from api.settings import Settings
from api.store import Store
from tests.service.conftest import BASE, ClientOf, make_token

ASKED = {"name": "scada", "role": "operator", "sites": ["demo"], "days": 30}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_new_token_works_and_its_secret_is_kept_nowhere(
    client_of: ClientOf, nobody: TestClient, store: Store, tmp_path: Path
) -> None:
    answer = client_of("admin").post("/api/v1/tokens", json=ASKED)
    assert answer.status_code == 201
    made = answer.json()
    assert re.fullmatch(r"ems_[A-Za-z0-9_-]{43}", made["secret"])
    assert nobody.get("/api/v1/me", headers=bearer(made["secret"])).json() == {
        "name": "token:scada",
        "role": "operator",
        "sites": ["demo"],
        "how": "token",
    }
    store.close()
    assert not [file for file in tmp_path.iterdir() if made["secret"].encode() in file.read_bytes()]


def test_the_audit_log_tells_what_was_granted_and_no_secret_nor_hash(client_of: ClientOf, store: Store) -> None:
    admin = client_of("admin")
    made = admin.post("/api/v1/tokens", json=ASKED).json()
    admin.delete(f"/api/v1/tokens/{made['id']}")
    entries = admin.get("/api/v1/audit-log", params={"object": f"token:{made['id']}"}).json()["items"]
    assert [entry["action"] for entry in entries] == ["token.revoke", "token.create"]
    assert entries[1]["after"] | {"expires_at": ""} == {
        "name": "scada", "role": "operator", "sites": ["demo"], "expires_at": ""
    }  # fmt: skip
    assert entries[1]["who"].startswith("token:admin")
    assert entries[1]["request"]
    with store.read() as c:
        kept = c.execute(sa.select(tables.tokens.c.secret).where(tables.tokens.c.id == made["id"])).scalar_one()
    assert kept not in str(entries)
    assert made["secret"] not in str(entries)


def test_revoking_counts_from_the_next_request_on(client_of: ClientOf, nobody: TestClient) -> None:
    admin = client_of("admin")
    made = admin.post("/api/v1/tokens", json=ASKED).json()
    assert nobody.get("/api/v1/me", headers=bearer(made["secret"])).status_code == 200
    assert admin.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    refused = nobody.get("/api/v1/me", headers=bearer(made["secret"]))
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="park-ems", error="invalid_token"'
    assert admin.delete(f"/api/v1/tokens/{made['id']}").status_code == 204  # again: nothing changes
    [kept] = [token for token in admin.get("/api/v1/tokens").json() if token["id"] == made["id"]]
    assert kept["revoked_at"]


def test_a_token_ends_when_it_expires_however_often_it_is_used(
    nobody: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = make_token(store, "viewer")
    assert nobody.get("/api/v1/me", headers=bearer(secret)).status_code == 200
    with store.write() as c:
        c.execute(sa.update(tables.tokens).values(expires_at=datetime.now(UTC) + timedelta(seconds=0.2)))
    nobody.app.state.service.identities.forget()  # type: ignore[attr-defined]
    assert nobody.get("/api/v1/me", headers=bearer(secret)).status_code == 200
    from time import sleep

    sleep(0.25)
    assert nobody.get("/api/v1/me", headers=bearer(secret)).status_code == 401


@pytest.mark.parametrize(
    "given",
    ["Bearer", "Bearer ", "Bearer ems_", "Bearer ems_" + "a" * 43, "Basic YTpi", "Bearer a.b.c", "Bearer \u00e4\u00f6"],
)
def test_what_is_no_token_is_refused(nobody: TestClient, given: str) -> None:
    answer = nobody.get("/api/v1/me", headers={"Authorization": given.encode("latin-1")})  # type: ignore[dict-item]
    assert answer.status_code == 401


def test_a_name_is_taken_while_its_token_works(client_of: ClientOf) -> None:
    admin = client_of("admin")
    made = admin.post("/api/v1/tokens", json=ASKED).json()
    assert admin.post("/api/v1/tokens", json=ASKED).status_code == 409
    admin.delete(f"/api/v1/tokens/{made['id']}")
    assert admin.post("/api/v1/tokens", json=ASKED).status_code == 201


def test_last_use_is_noted_without_a_write_per_request(app: FastAPI, client_of: ClientOf, store: Store) -> None:
    client = client_of("viewer")
    writes = 0

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def count(_c: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal writes
        writes += statement.startswith("UPDATE tokens")

    try:
        for _ in range(20):
            client.get("/api/v1/me")
        assert writes == 0
        app.state.service.identities.write_down()
        app.state.service.identities.write_down()
        assert writes == 1
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    with store.read() as c:
        assert c.execute(sa.select(tables.tokens.c.last_used_at)).scalar_one() is not None


def test_reads_of_a_known_caller_do_not_ask_the_database(client_of: ClientOf) -> None:
    client = client_of("viewer")
    client.get("/api/v1/me")
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        assert client.get("/api/v1/me").status_code == 200
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert asked == []


def test_an_administrator_of_some_sites_grants_no_more_than_those(client_of: ClientOf) -> None:
    local = client_of("admin", sites=["demo", "qingdao"])
    everywhere = {"name": "all", "role": "viewer", "sites": None}
    assert local.post("/api/v1/tokens", json=everywhere).status_code == 403
    assert local.post("/api/v1/tokens", json=everywhere | {"sites": ["demo", "other"]}).status_code == 403
    assert local.post("/api/v1/tokens", json=everywhere | {"name": "one", "sites": ["demo"]}).status_code == 201
    wide = client_of("admin").post("/api/v1/tokens", json=everywhere).json()
    assert wide["id"] not in [token["id"] for token in local.get("/api/v1/tokens").json()]
    assert local.delete(f"/api/v1/tokens/{wide['id']}").status_code == 404


def test_the_key_of_the_machine_is_an_administrator_and_nothing_else_is(settings: Settings, store: Store) -> None:
    client = TestClient(create_app(settings, store, local_key="the key"), base_url=BASE)
    assert client.get("/api/v1/me", headers=bearer("the key")).json()["role"] == "admin"
    assert client.get("/api/v1/me", headers=bearer("the kez")).status_code == 401
    without = TestClient(create_app(settings, store), base_url=BASE)
    assert without.get("/api/v1/me", headers=bearer("None")).status_code == 401
