"""A real service that is killed again and again, with everything that hangs on it, and what became of its processes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.service.postgres import free_port

READY_S = 60.0
GONE_S = 3.0


class Tormented:
    """`ems serve` on a port that stays the same over all its deaths."""

    def __init__(self, folder: Path, database: str, *options: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ready_s: list[float] = []  # after each start
        self.orphans = 0  # processes that outlived the service by GONE_S
        self.struck = {"planner": 0, "solver": 0}
        self._folder, self._database = folder, database
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self._folder / "service.log"

    def token(self, name: str) -> str:
        """The secret of a new token of an operator; the service must not run."""
        command = ["token", "create", "--role", "operator", "--name", name, "--database", self._database]
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *command], capture_output=True, text=True, check=True, timeout=120
        )
        return done.stdout.strip()

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        command = ["serve", "--database", self._database, "--port", str(self.port), *self._options]
        with self.log.open("ab") as log:
            began = time.monotonic()
            self._process = subprocess.Popen([sys.executable, "-m", "api.cli", *command], stdout=log, stderr=log)
        while not self.ready():
            late = time.monotonic() - began > READY_S
            assert not late, f"not ready within {READY_S:g} s, see {self.log}"
            assert self._process.poll() is None, f"ended with code {self._process.poll()}, see {self.log}"
            time.sleep(0.02)
        self.ready_s.append(time.monotonic() - began)

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """SIGKILL; what it started must end by itself."""
        assert self._process is not None
        below = self.below()
        self._process.kill()
        self._process.wait()
        until = time.monotonic() + GONE_S
        while time.monotonic() < until and any(map(alive, below)):
            time.sleep(0.02)
        self.orphans += sum(map(alive, below))

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(60)
        finally:
            self._process.kill()

    def strike(self, chance: random.Random) -> bool:
        """Kill one of its planning processes or, three times out of four, of their solvers; False: there is none."""
        assert self._process is not None
        what = "solver" if chance.random() < 0.75 else "planner"
        planners = children(self._process.pid)
        victims = planners if what == "planner" else [pid for p in planners for pid in children(p)]
        if not victims:
            return False
        try:
            os.kill(chance.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.struck[what] += 1
        return True

    def below(self) -> list[int]:
        """All processes that hang on it."""
        assert self._process is not None
        planners = children(self._process.pid)
        return [*planners, *(pid for p in planners for pid in children(p))]


def alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    fields = _stat(pid)
    return bool(fields) and fields[0] not in "ZX"


def children(pid: int) -> list[int]:
    """The processes that this one started and that have not ended."""
    found = ((int(name), _stat(int(name))) for name in os.listdir("/proc") if name.isdigit())
    return [child for child, fields in found if fields and fields[0] not in "ZX" and int(fields[1]) == pid]


def _stat(pid: int) -> list[str]:
    """State, parent and more of a process, as proc(5) has them; empty where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
