"""Ctrl-C: exit code 130, nothing written, no process left behind, whatever the command was doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SLOW = [
    "plan",
    "qingdao",
    "--date",
    "2026-11-23",
    "--weather",
    "climatology",
    "--step",
    "5min",
    "--gap",
    "0",
    "--objective",
    "balanced",
]


def children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def busy_s(pid: int) -> float:
    """CPU time of a process [s]."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize(
    ("whole_group", "solving"), [(False, 0.0), (True, 2.0), (False, 2.0)], ids=["early", "terminal", "kill"]
)
def test_cancelled(whole_group: bool, solving: float, tmp_path: Path) -> None:
    """A terminal sends the signal to all processes of the group, `kill -INT` to one; ``solving``: CPU of the solver."""
    out = tmp_path / "out"
    run = subprocess.Popen(
        [sys.executable, "-m", "api.cli", *SLOW, "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not (found := children(run.pid)) and time.monotonic() < deadline:
            time.sleep(0.02)
        while solving and busy_s(found[0]) < solving and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        assert run.poll() is None, "the plan was quicker than this test"
        (os.killpg if whole_group else os.kill)(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=20)
    finally:
        if run.poll() is None:
            run.kill()
    assert run.returncode in (130, -signal.SIGINT)  # Python may end by the signal itself: 130 to a shell as well
    assert said.strip().splitlines()[-1] == "ems: cancelled, nothing was written"
    assert "Traceback" not in said
    assert not out.exists()
    assert found
    assert not [pid for pid in found if alive(pid)]


def test_cancelled_while_it_is_being_loaded() -> None:
    """Most of the first second goes into imports."""
    run = subprocess.Popen(
        [sys.executable, "-m", "api.cli", *SLOW], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    status = Path(f"/proc/{run.pid}/maps")
    deadline = time.monotonic() + 20
    while "numpy" not in status.read_text() and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=20)
    assert run.returncode in (130, -signal.SIGINT)
    assert said == "ems: cancelled, nothing was written\n"
