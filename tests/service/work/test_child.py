"""The planning process: confined, warm, recycled, killed with all that belongs to it, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.settings import Settings
from api.work.child import Child, ChildEnded, DeadlinePassed, Unfit
from tests.service.work.bench import eventually
from tests.service.work.faults import code
from tests.soak.tormented import alive, children

SETTINGS = Settings(database="sqlite:///unused.db", memory_mb=1024)
PLAN = {"kind": "plan"}
FOREIGN = {"sqlalchemy", "alembic", "fastapi", "starlette", "uvicorn", "psycopg"}  # to a planning process


def ignore(_):
    pass


@pytest.fixture
def child(request):
    """A process in which a plan is what the test's parameter says."""
    made = Child(SETTINGS, code("cold()", f"task({request.param!r})"))
    yield made
    made.kill()


echoing = pytest.mark.parametrize("child", ["echo"], indirect=True)
sleeping = pytest.mark.parametrize("child", ["sleep"], indirect=True)


@echoing
def test_it_is_a_group_of_its_own_with_little_memory_and_no_way_to_the_database(child, monkeypatch):
    monkeypatch.setenv("EMS_DATABASE", "postgresql://someone:secret@host/ems")
    monkeypatch.setenv("PGPASSWORD", "secret")
    said, seen = child.work({**PLAN, "more": b"x" * 300_000}, 30, ignore)
    assert said == "result", "and what it prints does not mix with its answers"
    assert seen["task"]["more"] == b"x" * 300_000, "more than a pipe holds at once"
    assert seen["pid"] == seen["group"] == child.pid != os.getpid()
    assert os.getpgid(seen["solver"]) == child.pid, "the solver is in the same group"
    assert seen["memory"] == (1024 << 20, 1024 << 20)
    with open(f"/proc/{seen['solver']}/limits") as limits:
        assert str(1024 << 20) in limits.read(), "the solver inherits it"
    assert not [v for v in seen["environment"].values() if "secret" in v]


def test_everything_is_imported_before_the_first_task():
    child = Child(SETTINGS, code("task('echo')"))
    try:
        _, seen = child.work(PLAN, 30, ignore)
        loaded = set(seen["modules"])
    finally:
        child.kill()
    assert {"pandas", "pyomo.environ", "ems.build", "pvlib", "holidays"} <= loaded
    assert [m for m in loaded if m.split(".")[0] in FOREIGN] == []


@echoing
def test_it_is_started_ahead_kept_and_replaced_after_its_share(child):
    child._settings = SETTINGS.model_copy(update={"tasks_per_child": 2})
    pids = [child.work(PLAN, 30, ignore)[1]["pid"] for _ in range(2)]
    folder = Path(child._folder)
    assert folder.is_dir()
    assert pids[0] == pids[1] == child.pid
    child.be_ready(ignore)
    assert child.pid != pids[0]
    assert not alive(pids[0])
    assert not folder.exists(), "its files go with it"
    assert child.work(PLAN, 30, ignore)[1]["pid"] == child.pid


@echoing
def test_killed_while_idle_it_costs_no_task(child):
    """Before it was ever asked, and afterwards."""
    child.be_ready(ignore)
    pid = child.pid
    os.kill(pid, signal.SIGKILL)
    eventually(child._gone)
    second = child.work(PLAN, 30, ignore)[1]["pid"]
    assert second != pid
    os.kill(second, signal.SIGKILL)
    eventually(child._gone)
    assert child.work(PLAN, 30, ignore)[1]["pid"] not in (pid, second)


@sleeping
def test_at_the_deadline_it_is_killed_with_its_solver(child):
    child.be_ready(ignore)
    pid = child.pid
    solvers: list[int] = []
    with pytest.raises(DeadlinePassed, match="not back within 1 s"):
        child.work(PLAN, 1.0, lambda _: solvers or solvers.extend(children(pid)))
    assert solvers
    assert child.pid is None
    assert not alive(pid)
    eventually(lambda: not alive(solvers[0]), 1)


@sleeping
def test_a_stopped_process_meets_its_deadline_too(child):
    def stop(_):
        os.kill(child.pid, signal.SIGSTOP)

    child.be_ready(ignore)
    pid = child.pid
    began = time.monotonic()
    with pytest.raises(DeadlinePassed):
        child.work({**PLAN, "more": b"x" * 3_000_000}, 1.0, stop)
    assert time.monotonic() - began < 3
    assert not alive(pid)


@sleeping
def test_what_its_watch_raises_kills_it_at_once(child):
    heard = []

    def hear(progress):
        heard.append(progress)
        if progress:
            heard.append((child.pid, children(child.pid)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        child.work(PLAN, 30, hear)
    said, progress = heard[-2]
    assert (said, progress["phase"]) == ("progress", "inputs")
    assert progress["incumbent"] is None
    pid, solvers = heard[-1]
    assert not alive(pid)
    eventually(lambda: not alive(solvers[0]), 1)


@sleeping
def test_killed_from_outside_it_says_so_and_takes_its_solver_along(child):
    solvers = []

    def strike(progress):
        if progress:
            solvers.extend(children(child.pid))
            os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(ChildEnded, match="killed by SIGKILL"):
        child.work(PLAN, 30, strike)
    eventually(lambda: not alive(solvers[0]), 1)


@pytest.mark.parametrize("child", ["abort"], indirect=True)
def test_aborted_it_says_so(child):
    with pytest.raises(ChildEnded, match="killed by SIGABRT"):
        child.work(PLAN, 30, ignore)


@pytest.mark.parametrize("child", ["devour"], indirect=True)
def test_it_runs_out_of_its_own_memory_and_not_of_the_machines(child):
    child.be_ready(ignore)
    pid, peak = child.pid, [0]

    def measure(_):
        with open(f"/proc/{pid}/statm") as statm:
            peak[0] = max(peak[0], int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))

    said, why = child.work(PLAN, 60, measure)
    assert (said, why["type"]) == ("failed", "out_of_memory")
    assert peak[0] < 1024 << 20
    assert child.pid is None, "the next task gets a fresh process"


def test_one_whose_solver_is_wrong_refuses_to_work():
    child = Child(SETTINGS, code("solver_tells(-35.0)"))
    with pytest.raises(Unfit, match=r"failed its self-test: model linear program has the optimum -35, it said -36"):
        child.work(PLAN, 30, ignore)
    assert child.pid is None


def test_one_that_cannot_start_says_so():
    child = Child(SETTINGS, code("die_at_start()"))
    with pytest.raises(ChildEnded, match="exit code 7"):
        child.work(PLAN, 30, ignore)
    assert child.pid is None


PARENT = """
from api.settings import Settings
from api.work.child import Child
from tests.service.work.faults import code
from tests.soak.tormented import children
child = Child(Settings(database="sqlite:///unused.db"), code("cold()", "task('sleep')"))
def tell(progress):
    if progress:
        print(child.pid, *children(child.pid), child._folder, flush=True)
child.work({"kind": "plan"}, 60, tell)
"""


def test_killed_the_service_leaves_nothing_behind():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    try:
        pid, solver, folder = parent.stdout.readline().split()
        assert alive(int(pid))
        assert alive(int(solver))
        assert Path(folder).is_dir()
    finally:
        parent.kill()
        parent.wait()
    eventually(lambda: not alive(int(pid)) and not alive(int(solver)), 3)  # a quarter of a second on an idle machine
    assert not Path(folder).exists()
