"""Users: made, changed, disabled; what changes counts at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from starlette.testclient import TestClient

from api import tables
from api.contract.people import UserChange
from api.records import people
from api.store import Store
from tests.service.conftest import ClientOf

ASKED = {"name": "dispatcher", "role": "operator", "sites": ["demo"], "password": "correct horse battery"}
SIGN_IN = {"name": "dispatcher", "password": "correct horse battery"}


def test_a_user_is_made_and_signs_in(client_of: ClientOf, nobody: TestClient, store: Store) -> None:
    answer = client_of("admin").post("/api/v1/users", json=ASKED)
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/v1/users/dispatcher"
    assert answer.json()["has_password"] is True
    assert "password" not in {key.lower() for key in answer.json()}
    with store.read() as c:
        kept = c.execute(sa.select(tables.users.c.password)).scalar_one()
    assert kept.startswith("$argon2id$")
    assert nobody.post("/sign-in", data=SIGN_IN).status_code == 303


def test_neither_password_nor_hash_is_in_the_audit_log(client_of: ClientOf) -> None:
    admin = client_of("admin")
    admin.post("/api/v1/users", json=ASKED)
    admin.patch("/api/v1/users/dispatcher", json={"password": "another long password"})
    answer = admin.get("/api/v1/audit-log", params={"object": "user:dispatcher"})
    assert [entry["action"] for entry in answer.json()["items"]] == ["user.change", "user.create"]
    assert answer.json()["items"][0]["after"]["password"] == "changed"
    for secret in ("horse", "another", "argon2"):
        assert secret not in answer.text


def test_names_are_taken_once(client_of: ClientOf) -> None:
    admin = client_of("admin")
    assert admin.post("/api/v1/users", json=ASKED).status_code == 201
    assert admin.post("/api/v1/users", json=ASKED).status_code == 409


def test_a_change_counts_from_the_next_request_on(client_of: ClientOf, nobody: TestClient) -> None:
    admin = client_of("admin")
    admin.post("/api/v1/users", json=ASKED)
    nobody.post("/sign-in", data=SIGN_IN)
    assert nobody.get("/api/v1/me").json()["role"] == "operator"
    changed = admin.patch("/api/v1/users/dispatcher", json={"role": "viewer", "all_sites": True}).json()
    assert (changed["role"], changed["sites"]) == ("viewer", None)
    assert nobody.get("/api/v1/me").json()["role"] == "viewer"
    admin.patch("/api/v1/users/dispatcher", json={"disabled": True})
    assert nobody.get("/api/v1/me").status_code == 401
    nobody.cookies.clear()
    assert nobody.post("/sign-in", data=SIGN_IN).status_code == 401
    assert admin.patch("/api/v1/users/dispatcher", json={"disabled": False}).json()["disabled_at"] is None
    assert nobody.post("/sign-in", data=SIGN_IN).status_code == 303


def test_a_new_password_ends_the_sessions_that_the_old_one_opened(client_of: ClientOf, nobody: TestClient) -> None:
    admin = client_of("admin")
    admin.post("/api/v1/users", json=ASKED)
    nobody.post("/sign-in", data=SIGN_IN)
    link = admin.post("/api/v1/users/dispatcher/sign-in-link").json()["url"]
    admin.patch("/api/v1/users/dispatcher", json={"password": "another long password"})
    assert nobody.get("/api/v1/me").status_code == 401
    assert nobody.get(link).status_code == 401


def test_the_last_administrator_of_everything_stays(client_of: ClientOf) -> None:
    admin = client_of("admin")
    chief = {"name": "chief", "role": "admin"}
    admin.post("/api/v1/users", json=chief)
    admin.post("/api/v1/users", json={"name": "local", "role": "admin", "sites": ["demo"]})
    for change in ({"disabled": True}, {"role": "engineer"}, {"sites": ["demo"]}):
        assert admin.patch("/api/v1/users/chief", json=change).status_code == 409
    assert admin.get("/api/v1/users/chief").json()["disabled_at"] is None
    admin.post("/api/v1/users", json=chief | {"name": "deputy"})
    assert admin.patch("/api/v1/users/chief", json={"disabled": True}).status_code == 200


def test_an_administrator_of_some_sites_sees_and_changes_only_their_users(client_of: ClientOf) -> None:
    admin, local = client_of("admin"), client_of("admin", sites=["demo"])
    admin.post("/api/v1/users", json=ASKED)
    admin.post("/api/v1/users", json={"name": "chief", "role": "admin"})
    assert [user["name"] for user in local.get("/api/v1/users").json()] == ["dispatcher"]
    assert local.get("/api/v1/users/chief").status_code == 404
    assert local.patch("/api/v1/users/chief", json={"disabled": True}).status_code == 404
    assert local.post("/api/v1/users/chief/sign-in-link").status_code == 404
    assert local.patch("/api/v1/users/dispatcher", json={"all_sites": True}).status_code == 403
    assert local.patch("/api/v1/users/dispatcher", json={"sites": ["other"]}).status_code == 403
    assert local.patch("/api/v1/users/dispatcher", json={"role": "engineer"}).status_code == 200
    assert local.post("/api/v1/users", json={"name": "other", "role": "viewer"}).status_code == 403


def test_a_sign_in_link_is_made_for_a_user_who_may_sign_in(client_of: ClientOf, nobody: TestClient) -> None:
    admin = client_of("admin")
    admin.post("/api/v1/users", json=ASKED | {"password": None})
    link = admin.post("/api/v1/users/dispatcher/sign-in-link")
    assert link.status_code == 201
    assert link.json()["url"].startswith("http://127.0.0.1:8765/sign-in/")
    assert nobody.get(link.json()["url"]).status_code == 303
    admin.patch("/api/v1/users/dispatcher", json={"disabled": True})
    assert admin.post("/api/v1/users/dispatcher/sign-in-link").status_code == 409
    assert admin.post("/api/v1/users/stranger/sign-in-link").status_code == 404


def test_a_change_that_changes_nothing_leaves_no_trace(client_of: ClientOf) -> None:
    admin = client_of("admin")
    admin.post("/api/v1/users", json=ASKED)
    assert admin.patch("/api/v1/users/dispatcher", json={}).status_code == 200
    entries = admin.get("/api/v1/audit-log", params={"action": "user.change"}).json()["items"]
    assert entries == []


def test_the_first_administrator_is_made_once(store: Store) -> None:
    with store.write() as c:
        assert people.first_admin(c) == "admin"
    with store.write() as c:
        assert people.first_admin(c) == "admin"
        assert len(people.users(c)) == 1


def test_the_first_administrator_has_a_name_of_his_own(store: Store) -> None:
    with store.write() as c:
        people.add(c, "admin", "viewer", None, None, "test")
        assert people.first_admin(c) == "admin2"


def test_on_postgresql_two_who_make_the_same_user_at_once_are_told_apart(postgres_url: str) -> None:
    with Store(postgres_url) as one, ThreadPoolExecutor(8) as pool:

        def make(_: int) -> bool:
            try:
                with one.write() as c:
                    people.add(c, "dispatcher", "viewer", None, None, "test")
            except people.UserExists:
                return False
            return True

        assert sorted(pool.map(make, range(8))) == [False] * 7 + [True]


def test_on_postgresql_two_administrators_cannot_remove_each_other_at_once(postgres_url: str) -> None:
    with Store(postgres_url) as one, ThreadPoolExecutor(2) as pool:
        names = ["chief", "deputy"]
        with one.write() as c:
            for name in names:
                people.add(c, name, "admin", None, None, "test")

        def remove(name: str) -> bool:
            try:
                with one.write() as c:
                    people.change(c, name, UserChange(disabled=True), None, "test")
            except people.LastAdmin:
                return False
            return True

        assert sorted(pool.map(remove, names)) == [False, True]
