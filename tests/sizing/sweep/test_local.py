"""The executor of one machine: workers are killed, hang and end, and no scenario but the guilty one suffers."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

from api.sweep import local
from api.sweep.journal import Journal
from api.sweep.local import LocalExecutor
from api.sweep.run import sweep
from tests.service.work.bench import eventually
from tests.sizing.sweep.kinds import task
from tests.soak.tormented import alive, children

COLD = local.CODE.replace(
    "from api.sweep.serve", "from api.sweep import serve as s; s.warm = int; from api.sweep.serve"
)


@pytest.fixture(autouse=True)
def cold(monkeypatch):
    """These tasks need no warm start."""
    monkeypatch.setattr(local, "CODE", COLD)


def swept(tmp_path, tasks, workers=2, deadline_s=60.0, **how):
    with LocalExecutor(workers, deadline_s) as executor, Journal(tmp_path / "journal.jsonl") as journal:
        return sweep(tasks, executor, journal, **how)


def log_of(path):
    """What tasks wrote: (name, what) -> how often."""
    return Counter(tuple(line.split()[:2]) for line in path.read_text().splitlines())


def test_every_worker_works(tmp_path):
    rows = swept(tmp_path, [task(f"t{k}", seconds=0.5) for k in range(6)], workers=3)
    pids = Counter(row["sizes"]["pid"] for row in rows)
    assert len(pids) == 3
    assert os.getpid() not in pids
    assert all(0.5 <= row["seconds"] < 1.5 for row in rows)


def test_a_poison_task_fails_alone_with_its_reason(tmp_path):
    log = tmp_path / "log"
    poison = [
        task("dies", "die", log=str(log)),
        task("hangs", "hang", log=str(log)),
        task("fails", "fail", value=7, log=str(log)),
        task("blunders", "blunder"),
        task("devours", "devour"),
        task("unknown", "no_such_function"),
    ]
    good = [task(f"t{k}", log=str(log)) for k in range(6)]
    rows = swept(tmp_path, [*poison, *good], deadline_s=1.0)
    reasons = {row["name"]: row["reason"]["en"] for row in rows if row["status"] == "failed"}
    assert set(reasons) == {t.label["name"] for t in poison}
    assert reasons["dies"] == "The worker died three times on this scenario (killed by SIGKILL)."
    assert reasons["hangs"] == "The worker died three times on this scenario (not back within 1 s)."
    assert reasons["fails"].startswith("study: sizes.a.b is 7")
    assert "ZeroDivisionError: of a kind" in reasons["blunders"]
    assert "more memory" in reasons["devours"]
    assert "no_such_function" in reasons["unknown"]
    seen = log_of(log)
    assert seen["dies", "began"] == seen["hangs", "began"] == 3
    assert seen["fails", "began"] == 1, "an error is no reason to try again"
    assert all(seen[f"t{k}", "began"] == 1 for k in range(6))


def test_a_task_whose_worker_dies_twice_has_its_result(tmp_path):
    log = tmp_path / "log"
    (row,) = swept(tmp_path, [task("a", "die_twice", log=str(log))])
    assert row["status"] == "done"
    assert log_of(log) == {("a", "began"): 4, ("a", "ended"): 1}


def test_kills_at_random_moments_lose_nothing(tmp_path):
    """Whoever works is killed, but no scenario more than twice: three times would be its fault."""
    log, chance, over, struck = tmp_path / "log", random.Random(1), threading.Event(), Counter()
    log.touch()

    def strike():
        while struck.total() < 8 and not over.wait(chance.uniform(0.05, 0.3)):
            at_work = {int(pid): name for name, _, pid in map(str.split, log.read_text().splitlines())}
            victims = [pid for pid, name in at_work.items() if alive(pid) and struck[name] < 2]
            if victims:
                victim = chance.choice(victims)
                struck[at_work[victim]] += 1
                os.kill(victim, signal.SIGKILL)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        rows = swept(tmp_path, [task(f"t{k}", seconds=0.15, value=float(k), log=str(log)) for k in range(20)])
    finally:
        over.set()
        thread.join()
    assert struck.total() >= 4
    assert [row["status"] for row in rows] == ["done"] * 20
    assert [row["kpis"]["emissions_t"] for row in rows] == list(range(20))
    assert log_of(log).total() > 40, "some were begun again"


def test_a_worker_short_of_memory_is_replaced(tmp_path):
    before, failed, after = swept(tmp_path, [task("a"), task("b", "devour"), task("c")], workers=1)
    assert failed["status"] == "failed"
    assert before["sizes"]["pid"] != after["sizes"]["pid"]


def test_what_a_task_writes_goes_with_its_worker(tmp_path):
    (row,) = swept(tmp_path, [task("a", "lay_out")], workers=1)
    assert row["sizes"]["files"] == 1
    assert not os.path.exists(row["levelised"]["folder"])


def test_workers_that_cannot_start_are_no_fault_of_the_scenarios(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "CODE", "raise SystemExit(3)")
    with pytest.raises(local.ChildEnded, match="exit code 3"):
        swept(tmp_path, [task("a")], workers=1)
    assert (tmp_path / "journal.jsonl").read_bytes() == b""


def test_closed_it_ends_what_runs(tmp_path):
    log = tmp_path / "log"
    log.touch()
    with LocalExecutor(2) as executor:
        for name in "abc":
            executor.submit(task(name, "hang", log=str(log)))
        eventually(lambda: len(log_of(log)) == 2)
        pids = [int(line.split()[2]) for line in log.read_text().splitlines()]
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert not any(map(alive, pids))


SCRIPT = """
import sys
from pathlib import Path
from api.sweep import local
from api.sweep.journal import Journal
from api.sweep.run import sweep
from tests.sizing.sweep.kinds import task
folder, local.CODE = Path(sys.argv[1]), sys.argv[2]
tasks = [task(f"t{k}", seconds=0.2, log=str(folder / "log")) for k in range(12)]
with local.LocalExecutor(2) as executor, Journal(folder / "journal.jsonl") as journal:
    sweep(tasks, executor, journal)
print("all")
"""


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGKILL])
def test_stopped_half_way_it_resumes_where_it_was(tmp_path, wish):
    """By Ctrl-C in a terminal, which all processes of the group get, and by SIGKILL."""
    log, journal = tmp_path / "log", tmp_path / "journal.jsonl"
    log.touch()
    running = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path), COLD], start_new_session=True, stderr=subprocess.PIPE
    )
    eventually(lambda: journal.exists() and len(journal.read_bytes().splitlines()) >= 4, 30)
    workers = children(running.pid)
    if wish == signal.SIGINT:
        os.killpg(running.pid, wish)
    else:
        running.kill()
    _, said = running.communicate(timeout=20)
    assert (b"KeyboardInterrupt" in said) == (wish == signal.SIGINT)
    eventually(lambda: not any(map(alive, workers)), 3)
    with Journal(journal) as kept:
        there = {f"t{k}" for k in range(12) if kept.row(f"id-t{k}")}
    assert 4 <= len(there) < 12
    before = log_of(log)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), COLD], capture_output=True, check=True, timeout=60
    )
    assert done.stdout == b"all\n"
    again = log_of(log) - before
    assert {name for name, what in again if what == "began"} == {f"t{k}" for k in range(12)} - there
