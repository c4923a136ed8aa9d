"""Random lives of many jobs in the hands of many workers, held against a model of a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api import jobs
from api.contract.jobs import FINISHED, Progress
from api.jobs import AlreadyFinished, Claim
from api.records import results
from api.store import Store
from api.tables import job_events as event_table
from api.tables import jobs as table
from api.tables import metadata
from api.tables import results as result_table
from tests.service.store.queue import ATTEMPTS, WHY, claim_any, expire, submit


@dataclass
class Expected:
    """What the model knows of a job."""

    state: str = "queued"
    fence: int = 0
    attempts: int = 0
    silent: bool = False
    unwanted: bool = False
    starts: int = 0
    retries: int = 0
    results: int = 0

    def free(self) -> bool:
        again = self.state == "running" and self.silent and self.attempts < ATTEMPTS and not self.unwanted
        return self.state == "queued" or again

    def release(self) -> None:
        self.state = "cancelled" if self.unwanted else "failed" if self.attempts >= ATTEMPTS else "queued"
        self.retries += self.state == "queued"


class Lives(RuleBasedStateMachine):
    store: Store
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[str, Expected] = {}
        with self.store.write() as c:
            for name in ("results", "job_events", "jobs"):
                c.execute(metadata.tables[name].delete())

    def holds(self, claim: Claim) -> bool:
        job = self.model[claim.id]
        return job.state == "running" and job.fence == claim.fence

    def unfinished(self) -> list[str]:
        return sorted(id for id, job in self.model.items() if job.state not in FINISHED)

    @initialize()
    def begin(self) -> None:
        for _ in range(3):
            self.submit()

    @precondition(lambda self: len(self.unfinished()) < 3)
    @rule()
    def submit(self) -> None:
        self.model[submit(self.store)] = Expected()

    @precondition(lambda self: self.unfinished())
    @rule(target=claims, worker=st.sampled_from(["a", "b", "c"]), then_silent=st.booleans())
    def claim(self, worker: str, then_silent: bool) -> Any:
        found = claim_any(self.store, worker)
        free = sorted(id for id, job in self.model.items() if job.free())
        if not free:
            assert found is None
            return multiple()
        assert found is not None
        assert found.id == free[0]
        job = self.model[found.id]
        job.retries += job.state == "running"
        job.state, job.silent, job.fence, job.attempts = "running", False, job.fence + 1, job.attempts + 1
        job.starts += 1
        assert (found.fence, found.attempt) == (job.fence, job.attempts)
        assert job.attempts <= ATTEMPTS
        if then_silent:
            self.fall_silent()
        return found

    def fall_silent(self) -> None:
        for id, job in self.model.items():
            if job.state == "running":
                expire(self.store, id)
                job.silent = True

    @rule(claim=claims, progress=st.booleans())
    def beat(self, claim: Claim, progress: bool) -> None:
        word = Progress(phase="solve", seconds=1.0) if progress else None
        with self.store.write() as c:
            heard = jobs.beat(c, claim, 3600, word)
        job = self.model[claim.id]
        if not self.holds(claim):
            assert heard == "lost"
            return
        assert heard == ("cancel" if job.unwanted else "hold")
        job.silent = False

    @rule(claim=claims)
    def succeed(self, claim: Claim) -> None:
        """As a worker does: the result and the end together, or neither."""
        holds = self.holds(claim)
        with self.store.write() as c:
            try:
                with c.begin_nested():
                    result, _ = results.add(c, claim.id, "plan", "toy", b"{}")
                    if not jobs.succeed(c, claim, result):
                        raise LookupError
            except (LookupError, sa.exc.IntegrityError):
                assert not holds
                return
        assert holds
        self.model[claim.id].state, self.model[claim.id].results = "succeeded", 1

    @rule(claim=claims, how=st.sampled_from(["failed", "cancelled"]))
    def end(self, claim: Claim, how: str) -> None:
        with self.store.write() as c:
            ended = jobs.fail(c, claim, WHY) if how == "failed" else jobs.cancelled(c, claim)
        assert ended == self.holds(claim)
        if ended:
            self.model[claim.id].state = how

    @rule(claim=claims)
    def give_back(self, claim: Claim) -> None:
        with self.store.write() as c:
            state = jobs.give_back(c, claim, WHY, ATTEMPTS)
        if not self.holds(claim):
            assert state is None
            return
        self.model[claim.id].release()
        assert state == self.model[claim.id].state

    @rule(claim=claims)
    def put_back(self, claim: Claim) -> None:
        """The worker is stopped: that is no failed attempt."""
        with self.store.write() as c:
            state = jobs.put_back(c, claim)
        if not self.holds(claim):
            assert state is None
            return
        job = self.model[claim.id]
        if job.unwanted:
            job.state = "cancelled"
        else:
            job.state, job.attempts, job.retries = "queued", job.attempts - 1, job.retries + 1
        assert state == job.state

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(self.unfinished() or sorted(self.model)))
        job = self.model[id]
        with self.store.write() as c:
            if job.state in FINISHED:
                with pytest.raises(AlreadyFinished):
                    jobs.cancel(c, id, "dispatcher")
                return
            jobs.cancel(c, id, "dispatcher")
        job.unwanted = True
        if job.state == "queued":
            job.state = "cancelled"

    @precondition(lambda self: any(job.state == "running" for job in self.model.values()))
    @rule()
    def sweep(self) -> None:
        with self.store.write() as c:
            swept = jobs.sweep(c, ATTEMPTS)
        over = [id for id, job in self.model.items() if job.state == "running" and job.silent and not job.free()]
        assert sorted(swept) == sorted(over)
        for id in over:
            self.model[id].release()

    @precondition(lambda self: any(job.state == "running" for job in self.model.values()))
    @rule()
    def die_and_start_again(self) -> None:
        if not self.store.sqlite:
            return
        with self.store.write() as c:
            left = jobs.recover(c, ATTEMPTS)
        running = [id for id, job in self.model.items() if job.state == "running"]
        assert sorted(left) == sorted(running)
        for id in running:
            self.model[id].release()

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        with self.store.read() as c:
            rows = {row.id: row for row in c.execute(sa.select(table))}
            events: dict[str, list[str]] = {id: [] for id in rows}
            for row in c.execute(sa.select(event_table).order_by(event_table.c.job, event_table.c.seq)):
                events[row.job].append(row.type)
                assert row.seq == len(events[row.job])
            made = [row.job for row in c.execute(sa.select(result_table.c.job))]
        assert set(rows) == set(self.model)
        for id, job in self.model.items():
            row = rows[id]
            assert (row.state, row.fence, row.attempts) == (job.state, job.fence, job.attempts)
            assert events[id].count("finished") == (job.state in FINISHED)
            assert events[id].count("started") == job.starts
            assert events[id].count("retry") == job.retries
            assert (row.state == "running") == (row.lease_until is not None)
            assert (row.state == "failed") == (row.reason is not None)
            assert (row.state in FINISHED) == (row.finished_at is not None)
            assert made.count(id) == job.results == (row.state == "succeeded")


@pytest.fixture(params=["sqlite", "postgresql"])
def lives(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[type[Lives], int]]:
    url = f"sqlite:///{tmp_path / 'ems.db'}"
    sqlite = request.param == "sqlite"
    with Store(url if sqlite else request.getfixturevalue("postgres_url")) as store:
        yield type("Lives", (Lives,), {"store": store}), 30 if sqlite else 6


def test_no_job_has_two_holders_and_each_ends_once(lives: tuple[type[Lives], int]) -> None:
    machine, examples = lives
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.generate],  # making a failure shorter would take minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
