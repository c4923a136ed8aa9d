"""The audit log, read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.records import audit_log
from api.store import Store
from tests.service.conftest import ClientOf


@pytest.fixture
def _entries(store: Store) -> None:
    with store.write() as c:
        for k in range(7):
            audit_log.append(c, f"user{k % 2}", "plan.approved", f"plan{k}", site="demo" if k % 3 else "other")
        audit_log.append(c, "root", "user.create", "user:x", after={"role": "viewer"})


@pytest.mark.usefixtures("_entries")
def test_pages_follow_each_other_without_gap_or_overlap(client_of: ClientOf) -> None:
    client = client_of("engineer")
    found, cursor = [], None
    for _ in range(20):
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/audit-log", params=query).json()
        found += [entry["id"] for entry in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == sorted(set(found), reverse=True)
    assert len(found) == 7 + 1 + 1  # and the token of this reader


@pytest.mark.usefixtures("_entries")
@pytest.mark.parametrize(
    ("query", "objects"),
    [
        ({"site": "other"}, ["plan6", "plan3", "plan0"]),
        ({"who": "user1", "site": "demo"}, ["plan5", "plan1"]),
        ({"action": "user.create"}, ["user:x"]),
        ({"object": "plan4"}, ["plan4"]),
        ({"from": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, []),
        ({"to": (datetime.now(UTC) - timedelta(days=1)).isoformat()}, []),
    ],
)
def test_filters_narrow(client_of: ClientOf, query: dict[str, str], objects: list[str]) -> None:
    found = client_of("engineer").get("/api/v1/audit-log", params=query).json()["items"]
    assert [entry["object"] for entry in found] == objects


@pytest.mark.usefixtures("_entries")
def test_an_engineer_of_one_site_reads_what_concerns_it(client_of: ClientOf) -> None:
    client = client_of("engineer", sites=["demo"])
    assert {entry["site"] for entry in client.get("/api/v1/audit-log").json()["items"]} == {"demo"}
    assert client.get("/api/v1/audit-log", params={"site": "other"}).status_code == 404
