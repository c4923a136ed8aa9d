"""Jobs done by real workers: results kept with their ending, stopped when asked to, done again after accidents."""

import os
import signal
import subprocess
import time
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from api import jobs, tables
from api.work import prepare
from api.work import worker as module
from tests.service.work.bench import child_of, eventually
from tests.service.work.faults import code
from tests.soak.tormented import alive, children

SLEEPING = code("cold()", "task('sleep')")


def rows(office, table):
    with office.store.read() as c:
        return c.execute(sa.select(table)).all()


def started(office, id):
    """Wait until the planning process is at work on the job."""
    return eventually(lambda: (j := office.job(id)).progress is not None and j)


def test_a_fault_of_the_software_is_logged_and_typed(office, capfd):
    with office.at_work(code("cold()", "task('blunder')")):
        job = office.until(office.submit())
    assert (job.state, job.attempts, job.reason.type) == ("failed", 1, "internal")
    assert "RuntimeError" in job.reason.text.en
    assert "RuntimeError: a fault of the software" in capfd.readouterr().err


def test_a_result_that_cannot_be_kept_fails_and_leaves_nothing(office):
    with office.at_work(code("cold()", "task('nonsense')")):
        job = office.until(office.submit())
    assert (job.state, job.reason.type) == ("failed", "internal")
    assert rows(office, tables.results) == []


def test_cancelling_ends_the_processes_at_once(office):
    with office.at_work(SLEEPING) as workers:
        id = office.submit()
        started(office, id)
        pid = child_of(workers).pid
        solvers = children(pid)
        assert solvers
        began = time.monotonic()
        with office.store.write() as c:
            jobs.cancel(c, id, "dispatcher")
        eventually(lambda: not alive(pid) and not alive(solvers[0]), 3)
        assert time.monotonic() - began < 2
        assert office.until(id).state == "cancelled"
        assert office.events(id).count("finished") == 1
        eventually(lambda: workers.tally.finished == {("plan", "cancelled"): 1})


def test_killed_from_outside_the_job_is_begun_again_and_at_last_has_failed(office):
    with office.at_work(SLEEPING) as workers:
        id = office.submit()
        for attempt in (1, 2, 3):
            eventually(lambda n=attempt: (j := office.job(id)).attempts == n and j.progress is not None)
            os.kill(child_of(workers).pid, signal.SIGKILL)
        job = office.until(id)
        assert (job.state, job.attempts, job.reason.type) == ("failed", 3, "crashed")
        assert "SIGKILL" in job.reason.text.en
        assert office.events(id).count("retry") == 2
        eventually(lambda: workers.tally.retried == {"crashed": 2})


def test_stopping_in_order_puts_the_job_back_without_counting_the_attempt(office):
    with office.at_work(SLEEPING) as workers:
        id = office.submit()
        started(office, id)
        pid = child_of(workers).pid
        began = time.monotonic()
        workers.stop()
        assert time.monotonic() - began < 3
    assert not alive(pid)
    job = office.job(id)
    assert (job.state, job.attempts) == ("queued", 0)


def test_what_a_dead_service_left_running_is_done_by_the_next(office):
    id = office.submit()
    with office.store.write() as c:
        assert jobs.claim(c, "a dead one", 3600, 3)
    with office.at_work():
        job = office.until(id)
    assert (job.state, job.attempts) == ("succeeded", 2)
    assert "retry" in office.events(id)


@pytest.mark.parametrize("other", ["works on it", "has finished it"])
def test_a_silent_worker_loses_its_job_and_its_result_is_thrown_away(office, monkeypatch, caplog, other):
    """The lease ends while the plan is made; another takes the job."""
    real = module.Child.work
    ids: list[str] = []

    def slow(self, task, seconds, watch):
        answer = real(self, task, seconds, lambda _: None)  # no heartbeat
        with office.store.write() as c:
            c.execute(sa.update(tables.jobs).values(lease_until=datetime(2020, 1, 1, tzinfo=UTC)))
            claim = jobs.claim(c, "another", 3600, 3)
            if other == "has finished it":
                ids.append(prepare.complete(c, claim, answer[1]))
                assert jobs.succeed(c, claim, ids[0])
        return answer

    monkeypatch.setattr(module.Child, "work", slow)
    with office.at_work() as workers:
        id = office.submit()
        eventually(lambda: "its work is thrown away" in caplog.text)
        assert workers.tally.finished == {}
    assert office.job(id).state == {"works on it": "running", "has finished it": "succeeded"}[other]
    assert [row.id for row in rows(office, tables.results)] == ids
    assert not [r for r in caplog.records if r.exc_info], "nothing went wrong"


def test_folders_of_dead_services_are_removed(office, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = subprocess.Popen(["true"])
    dead.wait()
    for name in (f"park-ems-{dead.pid}-abc", f"park-ems-{os.getpid()}-abc", "park-ems-9x9-abc", "other"):
        (tmp_path / name / "site").mkdir(parents=True)
    with office.at_work(workers=0):
        pass
    left = {p.name for p in tmp_path.iterdir() if p.is_dir()}
    assert left == {f"park-ems-{os.getpid()}-abc", "park-ems-9x9-abc", "other"}


def test_losing_the_lease_under_way_stops_the_process(office):
    with office.at_work(SLEEPING, lease_s=0.6) as workers:
        id = office.submit()
        started(office, id)
        pid = child_of(workers).pid
        with office.store.write() as c:
            c.execute(sa.update(tables.jobs).values(fence=77))
        eventually(lambda: not alive(pid), 3)


def test_the_lease_is_kept_while_the_plan_takes_longer(office):
    with office.at_work(SLEEPING, lease_s=0.9):
        id = office.submit()
        started(office, id)
        time.sleep(2.5)
        job = office.job(id)
        assert (job.state, job.attempts) == ("running", 1)


def test_a_wrong_solver_makes_jobs_fail_in_words_and_none_is_planned(office, monkeypatch):
    monkeypatch.setattr(module, "UNFIT_S", 0.1)
    with office.at_work(code("solver_tells(-35.0)")):
        job = office.until(office.submit())
    assert (job.state, job.attempts, job.reason.type) == ("failed", 3, "internal")
    assert "self-test" in job.reason.text.en
    assert "自检" in job.reason.text.zh
