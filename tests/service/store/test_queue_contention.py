"""Many threads at one queue at once; on PostgreSQL they are what workers on many hosts are."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

import sqlalchemy as sa

from api import jobs
from api.contract.jobs import FINISHED, Progress
from api.jobs import QueueFull
from api.records import idempotency, results
from api.store import Store
from api.tables import job_events
from api.tables import jobs as table
from api.tables import results as result_table
from tests.service.store.queue import ATTEMPTS, WHY, at_once, job, submit

THREADS = 8


def test_no_job_is_taken_twice(store: Store) -> None:
    ids = [submit(store) for _ in range(100)]

    def take() -> list[str]:
        mine = []
        while True:
            with store.write() as c:
                claim = jobs.claim(c, threading.current_thread().name, 3600, ATTEMPTS)
            if claim is None:
                return mine
            mine.append(claim.id)

    taken = at_once(*[take] * THREADS)
    assert sorted(id for mine in taken for id in mine) == ids


def test_the_bound_of_the_queue_is_exact(store: Store) -> None:
    def offer() -> int:
        accepted = 0
        for _ in range(10):
            try:
                submit(store, limit=23)
                accepted += 1
            except QueueFull:
                pass
        return accepted

    assert sum(at_once(*[offer] * THREADS)) == 23


def test_every_job_ends_once_among_workers_who_fall_silent_fail_and_race(store: Store) -> None:
    ids = [submit(store) for _ in range(60)]
    claims: Counter[tuple[str, int]] = Counter()
    until = time.monotonic() + 50

    def work(seed: int) -> None:
        dice = random.Random(seed)
        while time.monotonic() < until:
            with store.write() as c:
                claim = jobs.claim(c, str(seed), 0.05, ATTEMPTS)
                jobs.sweep(c, ATTEMPTS)
            if claim is None:
                with store.read() as c:
                    open_ = sa.select(sa.func.count()).where(table.c.state.not_in(FINISHED))
                    if c.execute(open_).scalar_one() == 0:
                        return
                time.sleep(0.01)
                continue
            claims[claim.id, claim.fence] += 1
            time.sleep(dice.choice([0, 0.02, 0.08]))  # the last is longer than the lease
            with store.write() as c:
                jobs.beat(c, claim, 0.05, Progress(phase="solve", seconds=0.1))
            fate = dice.random()
            if fate < 0.2:
                continue  # silent for good
            with store.write() as c:
                if fate < 0.4:
                    jobs.give_back(c, claim, WHY, ATTEMPTS)
                elif fate < 0.5:
                    jobs.fail(c, claim, WHY)
                elif jobs.beat(c, claim, 0.05) != "lost":
                    result, _ = results.add(c, claim.id, "plan", "toy", b"{}")
                    assert jobs.succeed(c, claim, result)

    def change_ones_mind() -> None:
        for id in ids[::6]:
            try:
                with store.write() as c:
                    jobs.cancel(c, id, "dispatcher")
            except jobs.AlreadyFinished:
                pass
            time.sleep(0.005)

    at_once(*[lambda seed=seed: work(seed) for seed in range(THREADS)], change_ones_mind)
    assert set(claims.values()) == {1}
    with store.read() as c:
        ended = sa.select(job_events.c.job).where(job_events.c.type == "finished")
        assert sorted(c.execute(ended).scalars()) == ids
        made = sorted(c.execute(sa.select(result_table.c.job)).scalars())
    states = {id: job(store, id) for id in ids}
    assert made == [id for id, j in states.items() if j.state == "succeeded"]
    assert {j.state for j in states.values()} == set(FINISHED)
    assert max(j.attempts for j in states.values()) == ATTEMPTS


def test_many_requests_with_one_key_make_one_job(store: Store) -> None:
    def ask() -> str:
        with store.write() as c:
            if (known := idempotency.known(c, "token", "key")) is not None:
                return known[1]
            id = jobs.submit(c, "plan", "toy", {}, "dispatcher", limit=100)
            time.sleep(0.01)  # so that the others arrive in between
            idempotency.remember(c, "token", "key", "digest of the body", id)
            return id

    assert len(set(at_once(*[ask] * THREADS))) == 1


def test_a_row_that_another_is_just_changing_holds_nobody_up(postgres_url: str) -> None:
    with Store(postgres_url) as store:
        first, second = submit(store), submit(store)
        with store.write() as c:
            held = jobs.claim(c, "slow", -1, ATTEMPTS)  # its lease has ended: others look at it
            assert held is not None
            assert held.id == first
            other = at_once(lambda: _claim(store))[0]
            assert other == second


def _claim(store: Store) -> str | None:
    with store.write() as c:
        claim = jobs.claim(c, "fast", 60, ATTEMPTS)
    return claim and claim.id
