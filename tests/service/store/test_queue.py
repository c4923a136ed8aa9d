"""The life of a job, on both databases."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from api import jobs
from api.clock import now
from api.contract.jobs import Progress
from api.jobs import AlreadyFinished, QueueFull
from api.records import results
from api.store import Store
from api.tables import job_events
from api.tables import jobs as table
from tests.service.store.queue import ATTEMPTS, LEASE_S, WHY, claim, claim_any, expire, job, submit, types


def test_a_job_is_queued_started_progresses_and_succeeds_once_with_its_result(store: Store) -> None:
    id = submit(store)
    assert (job(store, id).state, job(store, id).created_by, job(store, id).request) == (
        "queued",
        "dispatcher",
        {"site": "toy"},
    )
    mine = claim(store, "first")
    assert (mine.id, mine.kind, mine.site, mine.attempt, mine.created_by) == (id, "plan", "toy", 1, "dispatcher")
    progress = Progress(phase="solve", seconds=1.5, incumbent=12.0, bound=11.0, gap=0.08)
    with store.write() as c:
        assert jobs.beat(c, mine, LEASE_S, progress) == "hold"
    assert job(store, id).progress == progress
    with store.write() as c:
        result, _ = results.add(c, id, "plan", "toy", b"{}")
        assert jobs.succeed(c, mine, result)
    ended = job(store, id)
    assert (ended.state, ended.result, ended.attempts) == ("succeeded", f"/api/v1/plans/{result}", 1)
    assert ended.created_at < (ended.started_at or ended.created_at) < (ended.finished_at or ended.created_at)
    assert types(store, id) == ["queued", "started", "progress", "finished"]
    with store.read() as c:
        assert jobs.events(c, id, after=3)[0].data == {"state": "succeeded", "result": ended.result, "reason": None}
        assert jobs.newest_events(c, [id]) == {id: 4}
    with store.write() as c:
        assert not jobs.succeed(c, mine, result)
        assert not jobs.fail(c, mine, WHY)
        assert jobs.beat(c, mine, LEASE_S) == "lost"
        assert jobs.give_back(c, mine, WHY, ATTEMPTS) is None
    assert types(store, id) == ["queued", "started", "progress", "finished"]


def test_jobs_are_taken_in_the_order_in_which_they_came(store: Store) -> None:
    came = [submit(store) for _ in range(20)]
    assert [claim(store).id for _ in came] == came
    assert claim_any(store) is None


def test_a_full_queue_refuses_and_says_when_to_come_again(store: Store) -> None:
    for _ in range(3):
        submit(store, limit=3)
    with pytest.raises(QueueFull) as full:
        submit(store, limit=3)
    assert full.value.retry_after_s > 0
    claim(store)
    submit(store, limit=3)  # one no longer waits


def test_a_silent_worker_loses_its_job_and_cannot_end_it(store: Store) -> None:
    id = submit(store)
    silent = claim(store, "silent")
    assert claim_any(store) is None  # it is held
    expire(store, id)
    heir = claim(store, "heir")
    assert (heir.id, heir.attempt, heir.fence) == (id, 2, silent.fence + 1)
    with store.write() as c:
        assert jobs.beat(c, silent, LEASE_S) == "lost"
        assert not jobs.fail(c, silent, WHY)
        assert not jobs.cancelled(c, silent)
        assert jobs.fail(c, heir, WHY)
    assert job(store, id).reason == WHY
    assert types(store, id) == ["queued", "started", "retry", "started", "finished"]


def test_who_was_silent_but_is_not_replaced_may_go_on(store: Store) -> None:
    id = submit(store)
    mine = claim(store)
    expire(store, id)
    with store.write() as c:
        assert jobs.beat(c, mine, LEASE_S) == "hold"
    assert claim_any(store) is None


def test_a_job_that_comes_to_nothing_three_times_has_failed_with_the_reason(store: Store) -> None:
    id = submit(store)
    for expected in ("queued", "queued", "failed"):
        mine = claim(store)
        with store.write() as c:
            assert jobs.give_back(c, mine, WHY, ATTEMPTS) == expected
    assert claim_any(store) is None
    assert (job(store, id).reason, job(store, id).attempts) == (WHY, 3)
    assert types(store, id) == ["queued", *["started", "retry"] * 2, "started", "finished"]


def test_three_silent_workers_fail_a_job_when_someone_sweeps(store: Store) -> None:
    id, other = submit(store), submit(store)
    for _ in range(3):
        assert claim(store).id == id
        expire(store, id)
    assert claim(store).id == other
    with store.write() as c:
        assert jobs.sweep(c, ATTEMPTS) == [id]
        assert jobs.sweep(c, ATTEMPTS) == []
    reason = job(store, id).reason
    assert reason is not None
    assert reason.type == "worker_lost"
    assert job(store, other).state == "running"
    assert types(store, id)[-2:] == ["started", "finished"]


def test_a_job_that_waits_is_cancelled_at_once(store: Store) -> None:
    id = submit(store)
    with store.write() as c:
        assert jobs.cancel(c, id, "dispatcher").state == "cancelled"
    assert claim_any(store) is None
    assert types(store, id) == ["queued", "finished"]
    with store.write() as c, pytest.raises(AlreadyFinished) as ended:
        jobs.cancel(c, id, "dispatcher")
    assert ended.value.job.id == id
    with store.write() as c, pytest.raises(LookupError):
        jobs.cancel(c, "no such job", "dispatcher")


def test_the_worker_of_a_running_job_hears_that_it_is_to_stop(store: Store) -> None:
    id = submit(store)
    mine = claim(store)
    for _ in range(2):
        with store.write() as c:
            asked = jobs.cancel(c, id, "dispatcher")
            assert (asked.state, asked.cancel_requested) == ("running", True)
    with store.write() as c:
        assert jobs.beat(c, mine, LEASE_S) == "cancel"
        assert jobs.cancelled(c, mine)
    assert (job(store, id).state, types(store, id)) == ("cancelled", ["queued", "started", "finished"])


def test_a_job_to_be_cancelled_is_never_begun_again(store: Store) -> None:
    given_back, silent = submit(store), submit(store)
    first = claim(store)
    claim(store)
    for id in (given_back, silent):
        with store.write() as c:
            jobs.cancel(c, id, "dispatcher")
    with store.write() as c:
        assert jobs.give_back(c, first, WHY, ATTEMPTS) == "cancelled"
    expire(store, silent)
    assert claim_any(store) is None
    with store.write() as c:
        assert jobs.sweep(c, ATTEMPTS) == [silent]
    for id in (given_back, silent):
        assert (job(store, id).state, job(store, id).reason) == ("cancelled", None)
        assert types(store, id)[-1] == "finished"


def test_whoever_opens_the_file_again_takes_up_what_the_dead_process_left(store: Store) -> None:
    once, thrice, unwanted, waiting = (submit(store) for _ in range(4))
    with store.write() as c:
        c.execute(table.update().where(table.c.id == thrice).values(attempts=ATTEMPTS - 1))
    for _ in range(3):
        claim(store)
    with store.write() as c:
        jobs.cancel(c, unwanted, "dispatcher")
    with store.write() as c:
        if not store.sqlite:
            with pytest.raises(RuntimeError, match="other processes"):
                jobs.recover(c, ATTEMPTS)
            return
        assert sorted(jobs.recover(c, ATTEMPTS)) == [once, thrice, unwanted]
    states = [job(store, id).state for id in (once, thrice, unwanted, waiting)]
    assert states == ["queued", "failed", "cancelled", "queued"]
    assert types(store, once) == ["queued", "started", "retry"]
    assert claim(store).attempt == 2


def test_what_is_rolled_back_never_happened(store: Store) -> None:
    id = submit(store)
    mine = claim(store)

    def succeed_and_break() -> None:
        with store.write() as c:
            result, _ = results.add(c, id, "plan", "toy", b"{}")
            assert jobs.succeed(c, mine, result)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        succeed_and_break()
    assert (job(store, id).state, types(store, id)) == ("running", ["queued", "started"])
    with store.write() as c:
        result, _ = results.add(c, id, "plan", "toy", b"{}")
        assert jobs.succeed(c, mine, result)


def test_the_database_itself_refuses_a_second_end_and_a_second_result(store: Store) -> None:
    id = submit(store)
    mine = claim(store)
    with store.write() as c:
        results.add(c, id, "plan", "toy", b"{}")
        assert jobs.fail(c, mine, WHY)
    with pytest.raises(sa.exc.IntegrityError), store.write() as c:
        c.execute(job_events.insert().values(job=id, seq=99, at=now(c), type="finished", data={}))
    with pytest.raises(sa.exc.IntegrityError), store.write() as c:
        results.add(c, id, "plan", "toy", b"[]")


def test_of_much_progress_the_whole_course_stays_in_few_events(store: Store) -> None:
    id = submit(store)
    mine = claim(store)
    with store.write() as c:
        for k in range(1000):
            jobs.beat(c, mine, LEASE_S, Progress(phase="solve", seconds=float(k)))
    with store.read() as c:
        found = [e for e in jobs.events(c, id) if e.type == "progress"]
    assert 100 < len(found) <= 500
    seconds = [e.data["seconds"] for e in found]
    assert seconds[0] < 20
    assert seconds[-1] == 999
    assert seconds == sorted(seconds)
    newest = job(store, id).progress
    assert newest is not None
    assert newest.seconds == 999


def test_lists_show_the_newest_first_page_by_page_and_only_what_one_may_see(store: Store) -> None:
    here = [submit(store, "toy") for _ in range(3)]
    there = submit(store, "other")
    mine = claim(store)
    with store.read() as c:
        assert [j.id for j in jobs.jobs(c, sites=None)] == [there, *here[::-1]]
        assert [j.id for j in jobs.jobs(c, sites=["toy"], limit=2)] == here[:0:-1]
        assert [j.id for j in jobs.jobs(c, sites=["toy"], limit=2, before=here[1])] == [here[0]]
        assert jobs.jobs(c, sites=[]) == []
        assert [j.id for j in jobs.jobs(c, sites=None, state="running")] == [mine.id]
        assert [j.id for j in jobs.jobs(c, sites=None, site="other", kind="plan")] == [there]
        assert jobs.jobs(c, sites=["toy"], site="other") == []
        assert jobs.jobs(c, sites=None, kind="forecast") == []
        assert jobs.job(c, "no such job") is None
        assert jobs.newest_events(c, [*here, "no such job"]) == {here[0]: 2, here[1]: 1, here[2]: 1}


def test_the_clock_is_the_databases_and_close_to_this_machines(store: Store) -> None:
    with store.read() as c:
        assert abs(now(c) - datetime.now(UTC)) < timedelta(seconds=5)
        before = now(c)
        time.sleep(0.001)
        assert before < now(c)  # it does not stand still within a transaction
