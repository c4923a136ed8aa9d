"""A solver that hangs, aborts, vanishes or devours memory: every job ends typed, and the operator has a plan."""

import os
import signal

import pytest

from ems.plan_file import audit_plan
from tests.service.work.bench import child_of, eventually
from tests.service.work.faults import code
from tests.soak.tormented import alive, children


@pytest.mark.parametrize(
    ("fault", "zh", "en"),
    [
        ("crash()", "求解器进程异常退出, 代码 -6", "ended with code -6"),
        ("vanish()", "求解器进程异常退出, 代码 -9", "ended with code -9"),
        ("bomb()", "内存不足", "out of memory"),
        ("hang()", "超时未停止", "did not stop in time"),
    ],
)
def test_the_plan_by_rules_takes_its_place(office, fault, zh, en):
    with office.at_work(code(f"solver({fault!r})"), memory_mb=1024) as workers:
        id = office.submit(time_limit_s=1.0)
        planner = eventually(lambda: child_of(workers).pid)
        job = office.until(id)
        assert (job.state, job.attempts) == ("succeeded", 1), job.reason
        content = office.text(job)
        assert content["outcome"] == "fallback"
        assert zh in content["outcome_text"]["zh"]
        assert en in content["outcome_text"]["en"]
        assert audit_plan(content, "as stored") == []
        assert child_of(workers).pid == planner, "the planning process itself took no harm"


def test_the_planning_process_runs_out_of_memory_and_the_next_job_is_done(office):
    with office.at_work(code("cold()", "task('devour')"), memory_mb=1024):
        job = office.until(office.submit())
        assert (job.state, job.attempts, job.reason.type) == ("failed", 1, "out_of_memory")
        again = office.until(office.submit())
        assert again.reason.type == "out_of_memory"


def test_the_planning_process_aborts_three_times(office):
    with office.at_work(code("cold()", "task('abort')")):
        job = office.until(office.submit())
    assert (job.state, job.attempts, job.reason.type) == ("failed", 3, "crashed")
    assert "SIGABRT" in job.reason.text.en


def test_the_planning_process_hangs(office, monkeypatch):
    monkeypatch.setattr("api.work.prepare.INPUTS_S", -12.0)  # of 13 s that are left to a solver with a limit of 1 s
    with office.at_work(code("cold()", "task('sleep')")) as workers:
        planner = eventually(lambda: child_of(workers).pid)
        job = office.until(office.submit(time_limit_s=1.0))
        assert (job.state, job.attempts, job.reason.type) == ("failed", 1, "deadline")
        assert not alive(planner)


def test_solvers_killed_under_way_cost_nothing_but_time(office):
    with office.at_work() as workers:
        office.until(office.submit())
        id = office.submit(step_minutes=15)
        planner = child_of(workers).pid
        (solver,) = children(planner)
        os.kill(solver, signal.SIGKILL)
        job = office.until(id)
        assert (job.state, job.attempts) == ("succeeded", 1)
        assert office.text(job)["outcome"] == "optimal"
        assert children(planner) != [solver]
