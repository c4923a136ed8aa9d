"""The solver's process: killed, hung, cancelled, shared by no one, and always replaced."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from ems import solve as module
from ems.problem import Limits
from ems.solve import Progress, Solver
from tests.optimiser.problems import knapsack, market_split


def child_of(s: Solver) -> int:
    assert s._child is not None
    return s._child.pid


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def works(s: Solver) -> bool:
    return s.solve(knapsack(), Limits(10, 0.0)).objective == pytest.approx(-17)


@contextmanager
def struck(s: Solver, blow: signal.Signals, *, times: int = 1, after: float = 0.5):
    """Send a signal to each child that the solver has, some time after it is first seen, so many times."""
    over, struck_pids = threading.Event(), []

    def strike() -> None:
        while not over.is_set() and len(struck_pids) < times:
            child = s._child
            if child is None or child.pid in struck_pids:
                time.sleep(0.01)
            elif not over.wait(after):
                os.kill(child.pid, blow)
                struck_pids.append(child.pid)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield struck_pids
    finally:
        over.set()
        thread.join()


def test_one_child_serves_many_problems():
    with Solver() as s:
        pid = child_of(s)
        assert works(s)
        assert works(s)
        assert child_of(s) == pid
    assert not alive(pid)


def test_child_is_replaced_after_its_share(monkeypatch):
    monkeypatch.setattr(module, "SOLVES_PER_CHILD", 2)
    with Solver() as s:
        pid = child_of(s)
        assert works(s)
        assert works(s)
        assert works(s)
        assert child_of(s) != pid
        assert not alive(pid)


def test_killed_once_it_tries_again():
    with Solver() as s, struck(s, signal.SIGKILL) as pids:
        answer = s.solve(market_split(), Limits(2.5, 1e-4))
        assert len(pids) == 1
        assert answer.status == "time_limit"
        assert answer.x is not None


def test_killed_every_time_it_says_so_and_the_next_works():
    with Solver() as s:
        with struck(s, signal.SIGKILL, times=2):
            answer = s.solve(market_split(), Limits(20, 1e-4))
        assert answer.status == "no_answer"
        assert answer.x is None
        assert "ended with code -9" in answer.message
        assert works(s)


def test_killed_while_idle():
    with Solver() as s:
        assert works(s)
        os.kill(child_of(s), signal.SIGKILL)
        time.sleep(0.2)
        assert works(s)


def test_hung_child_is_killed_at_the_deadline(monkeypatch):
    """The deadline is 1.5 times the limit and 5 s; the clock runs ten times as fast here."""
    timer = threading.Timer
    monkeypatch.setattr(module.threading, "Timer", lambda seconds, act: timer(seconds / 10, act))
    with Solver() as s:
        assert works(s)
        pid, began = child_of(s), time.perf_counter()
        os.kill(pid, signal.SIGSTOP)
        answer = s.solve(knapsack(), Limits(10))
        assert answer.status == "no_answer"
        assert answer.message.startswith("deadline")
        assert 1.9 < time.perf_counter() - began < 6, "(10 x 1.5 + 5) / 10 s, and no second try"
        assert not alive(pid)
        assert works(s)


def test_cancelled_from_its_own_progress():
    seen: list[int] = []

    def stop(_: Progress) -> None:
        seen.append(child_of(s))
        raise KeyboardInterrupt

    with Solver() as s:
        with pytest.raises(KeyboardInterrupt):
            s.solve(market_split(), Limits(20, 1e-4), stop)
        assert not alive(seen[0])
        assert works(s)


@pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="signals reach the main thread only"
)
def test_cancelled_by_a_signal_while_it_waits():
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with Solver() as s:
            pid = child_of(s)
            timer = threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGUSR1))
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                s.solve(market_split(), Limits(20, 1e-4))
            assert not alive(pid)
            assert works(s)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_two_solvers_in_two_threads():
    """Both run at the same time: together hardly longer than one alone may take."""
    answers = {}

    def run(key: str) -> None:
        with Solver() as s:
            answers[key] = [s.solve(market_split(seed=3), Limits(1.5, 1e-4)), s.solve(knapsack(), Limits(10, 0.0))]

    threads = [threading.Thread(target=run, args=(key,)) for key in "ab"]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert set(answers) == {"a", "b"}
    assert time.perf_counter() - began < 30
    for hard, easy in answers.values():
        assert hard.status == "time_limit"
        assert easy.objective == pytest.approx(-17)


def test_progress_arrives_in_order():
    heard: list[Progress] = []
    with Solver() as s:
        answer = s.solve(market_split(), Limits(2, 1e-4), heard.append)
    assert len(heard) >= 2
    assert [p.seconds for p in heard] == sorted(p.seconds for p in heard)
    objectives = [p.objective for p in heard]
    assert objectives[0] == float("inf"), "first of all comes the bound of the relaxation"
    assert answer.objective <= min(objectives) + 1e-6
    assert all(p.bound <= answer.objective + 1e-6 for p in heard)


PARENT = """
from ems.problem import Limits
from ems.solve import Solver
from tests.optimiser.problems import market_split
with Solver() as s:
    print(s._child.pid, flush=True)
    s.solve(market_split(), Limits(60, 1e-4))
"""


def test_it_does_not_outlive_its_parent_while_it_solves():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    try:
        pid = int(parent.stdout.readline())
        time.sleep(2)  # it solves by now, and neither reads nor writes
        assert alive(pid)
    finally:
        parent.kill()
        parent.wait()
    began = time.perf_counter()
    while alive(pid):
        assert time.perf_counter() - began < 3, "a quarter of a second on an idle machine"
        time.sleep(0.02)


def test_what_the_child_prints_does_not_mix_with_its_answers(monkeypatch, capfd):
    """Lines printed by a library in the child, here by one that is loaded at its start, end up in standard error."""
    noisy = "import os, sys; from ems import solve; real = solve.run; "
    noisy += "solve.run = lambda *a, **k: (os.write(1, b'noise'), real(*a, **k))[1]; solve.serve(os.getppid())"
    popen = module.subprocess.Popen
    monkeypatch.setattr(module.subprocess, "Popen", lambda args, **how: popen([*args[:-1], noisy], **how))
    with Solver() as s:
        assert works(s)
    assert "noise" in capfd.readouterr().err
