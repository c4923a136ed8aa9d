"""What jobs make, keys of repeated requests, the audit log, names."""

from __future__ import annotations

import gzip
import time
import uuid
from itertools import pairwise

import pytest
import sqlalchemy as sa

from api import jobs
from api.ids import digest, new_id
from api.records import audit_log, forecasts, idempotency, results
from api.store import Store
from tests.service.store.queue import claim, submit


def test_a_result_is_kept_to_the_byte_under_its_digest(store: Store) -> None:
    text = '{"名":"園区","x":1.5}'.encode() * 1000
    job = submit(store)
    with store.write() as c:
        id, name = results.add(c, job, "plan", "toy", text)
    with store.read() as c:
        found = results.text(c, id)
        assert results.text(c, "no such result") is None
    assert found is not None
    assert (gzip.decompress(found[0]), found[1]) == (text, name)
    assert name == digest(text)
    assert len(found[0]) < len(text) / 10


def test_the_same_text_is_kept_as_the_same_bytes(store: Store) -> None:
    texts = []
    for _ in range(2):
        job = submit(store)
        with store.write() as c:
            id, _ = results.add(c, job, "plan", "toy", b"{}" * 50)
            texts.append(results.text(c, id))
        time.sleep(0.01)
    assert texts[0] == texts[1]


def test_forecasts_are_listed_by_site_the_newest_first_and_plans_are_none(store: Store) -> None:
    made = []
    for site in ("toy", "toy", "other"):
        with store.write() as c:
            jobs.submit(c, "forecast", site, {}, "dispatcher", limit=9)
        mine = claim(store)
        with store.write() as c:
            made.append(forecasts.add(c, mine, b'{"steps":96}'))
            jobs.succeed(c, mine, made[-1])
    plan = submit(store)
    with store.write() as c:
        plan_id, _ = results.add(c, plan, "plan", "toy", b"{}")
    with store.read() as c:
        assert [f.id for f in forecasts.forecasts(c, sites=None)] == made[::-1]
        assert [f.id for f in forecasts.forecasts(c, sites=["toy"], limit=1)] == [made[1]]
        assert [f.id for f in forecasts.forecasts(c, sites=["toy"], limit=1, before=made[1])] == [made[0]]
        assert [f.id for f in forecasts.forecasts(c, sites=None, site="other")] == [made[2]]
        found = forecasts.forecast(c, made[0])
        assert forecasts.forecast(c, plan_id) is None
        job = jobs.job(c, found.job) if found else None
    assert found is not None
    assert job is not None
    assert (found.site, found.digest) == ("toy", digest(b'{"steps":96}'))
    assert job.result == f"/api/v1/forecasts/{made[0]}"


def test_a_key_is_known_to_who_sent_it_and_to_nobody_else(store: Store) -> None:
    id = submit(store)
    with store.write() as c:
        assert idempotency.known(c, "ann", "k") is None
        idempotency.remember(c, "ann", "k", "digest", id)
    with store.read() as c:
        assert idempotency.known(c, "ann", "k") == ("digest", id)
        assert idempotency.known(c, "bob", "k") is None
        assert idempotency.known(c, "an", "nk") is None
    with pytest.raises(sa.exc.IntegrityError), store.write() as c:
        idempotency.remember(c, "ann", "k", "another", id)


def test_a_key_of_a_request_that_came_to_nothing_is_free(store: Store) -> None:
    def refuse() -> None:
        with store.write() as c:
            id = jobs.submit(c, "plan", "toy", {}, "ann", limit=9)
            idempotency.remember(c, "ann", "k", "digest", id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        refuse()
    with store.read() as c:
        assert idempotency.known(c, "ann", "k") is None
        assert jobs.jobs(c, sites=None) == []


def test_the_audit_log_tells_who_did_what_the_newest_first(store: Store) -> None:
    with store.write() as c:
        audit_log.append(c, "ann", "plan.approve", "p1", site="toy", before={"status": "proposed"}, after={"x": [1]})
        audit_log.append(c, "bob", "site.replace", "other", site="other", request="r")
        audit_log.append(c, "ann", "user.create", "user:bob")
    with store.read() as c:
        every = audit_log.entries(c, None)
        assert [e.object for e in every] == ["user:bob", "other", "p1"]
        assert [e.object for e in audit_log.entries(c, ["toy"])] == ["p1"]  # not what belongs to no site
        assert [e.object for e in audit_log.entries(c, None, every[0].id, 1)] == ["other"]
        assert [e.object for e in audit_log.entries(c, None, who="ann", action="plan.approve")] == ["p1"]
        assert [e.object for e in audit_log.entries(c, None, object="other", site="other")] == ["other"]
        assert audit_log.entries(c, ["toy"], site="other") == []
    oldest = every[-1]
    assert (oldest.who, oldest.before, oldest.after, oldest.request) == (
        "ann",
        {"status": "proposed"},
        {"x": [1]},
        None,
    )
    assert every[1].request == "r"
    assert every[-1].at < every[0].at


def test_names_sort_as_they_were_made_and_are_uuids_of_version_7() -> None:
    names = [new_id() for _ in range(2000)]
    assert len(set(names)) == len(names)
    made = [uuid.UUID(name) for name in names]
    assert {(u.version, u.variant) for u in made} == {(7, uuid.RFC_4122)}
    assert abs((made[-1].int >> 80) - time.time() * 1000) < 1000
    assert sum(a > b for a, b in pairwise(names)) < 20  # but for those of the same quarter microsecond
