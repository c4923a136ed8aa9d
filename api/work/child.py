"""A planning process, as the service sees it: start, hand over a task, listen, kill.

It runs one line of code and speaks pickles over pipes, so nothing of the service is imported again or inherited. It
leads a session of its own: it and its solver are one process group, which is killed as one. It never sees the
database: it imports nothing that could open one, and gets no variable of the environment that could name one.
"""

from __future__ import annotations

import os
import pickle
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from api.work.frames import Message, take
from api.work.reasons import Failure

CODE = "from api.work.confine import confine; at = confine(); from api.work.serve import serve; serve(*at)"
KEPT = {  # of the environment: what programs need to find their files and the network
    *("PATH", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TZDIR", "TMPDIR", "LD_LIBRARY_PATH"),
    *("XDG_CACHE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
}
START_S = 60.0  # imports and canary models take about two seconds on an idle machine
TICK_S = 0.25
NICENESS = 5  # the service and its database go first
PREFIX = "park-ems-"  # of the folders of planning processes; the number of the service's process follows

Watch = Callable[[Message | None], None]
ON_THE_WAY = ("progress", "row")  # what is said before the task has ended


class Room(Protocol):
    """What a process may take: address space of it and of its solver, each; and tasks, then a fresh one comes."""

    @property
    def memory_mb(self) -> int: ...

    @property
    def tasks_per_child(self) -> int: ...


class ChildEnded(Exception):
    """The planning process is gone, by no will of ours; the message says how it ended."""


class DeadlinePassed(Exception):
    """The planning process did not come back in time and was killed."""


class Unfit(Exception):
    """The planning process found itself unable to plan; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure["en"])
        self.failure = failure


def remove_left_folders() -> None:
    """Remove folders of services that were killed together with their planning processes."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}[0-9]*-*"):
        try:
            os.kill(int(folder.name.removeprefix(PREFIX).split("-")[0]), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (PermissionError, ValueError):  # of another user, or not one of ours
            continue


class Child:
    """One planning process at a time, for one thread; started again whenever it is not there."""

    def __init__(self, settings: Room, code: str = CODE, niceness: int = NICENESS) -> None:
        self._settings, self._code, self._niceness = settings, code, niceness
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""
        self._heard = bytearray()
        self._tasks = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def be_ready(self, watch: Watch) -> None:
        """Have a process that is alive, fit and not worn out; a new one is waited for.

        Raises what `work` raises, and what ``watch`` does.
        """
        if self._process is not None and (self._tasks >= self._settings.tasks_per_child or self._gone()):
            self.kill()
        if self._process is not None:
            return
        self._start()
        said, what = self._converse(b"", START_S, watch)
        if said != "ready":
            self.kill()
            raise Unfit(what)

    def work(self, task: dict[str, Any], seconds: float, watch: Watch) -> Message:
        """Hand over a task; returns ("result", …) or ("failed", {"type", "zh", "en"}).

        ``watch`` is called about four times a second with None, and with all that is said on the way. Where it raises,
        the process is killed and the exception goes on. Raises `DeadlinePassed` after ``seconds``, `ChildEnded` and
        `Unfit`.
        """
        self.be_ready(watch)
        self._tasks += 1
        answer = self._converse(pickle.dumps(task, protocol=5), seconds, watch)
        if answer[0] == "failed" and answer[1]["type"] == "out_of_memory":
            self.kill()  # what is left of its memory is in pieces
        return answer

    def _start(self) -> None:
        self._folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
        path = os.pathsep.join(os.path.abspath(p) for p in sys.path if p)
        once = {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        told = [str(self._settings.memory_mb), self._folder, str(os.getpid()), str(self._niceness)]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", self._code, *told],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={k: v for k, v in os.environ.items() if k in KEPT} | once,
                start_new_session=True,
                bufsize=0,
            )
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)

    def _converse(self, out: bytes, seconds: float, watch: Watch) -> Message:
        """Send, then listen until it is said how the task ended; whatever goes wrong ends the process."""
        try:
            return self._exchange(out, seconds, watch)
        except BaseException:
            self.kill()
            raise

    def _exchange(self, out: bytes, seconds: float, watch: Watch) -> Message:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        into, from_ = self._process.stdin.fileno(), self._process.stdout.fileno()
        end, left = time.monotonic() + seconds, memoryview(out)
        with selectors.DefaultSelector() as pipes:
            pipes.register(from_, selectors.EVENT_READ)
            if left:
                pipes.register(into, selectors.EVENT_WRITE)
            while True:
                for key, _ in pipes.select(TICK_S):
                    if key.fd == from_:
                        self._listen(from_)
                    else:
                        left = self._send(into, left)
                        if not left:
                            pipes.unregister(into)
                while (message := take(self._heard)) is not None:
                    if message[0] not in ON_THE_WAY:
                        return message
                    watch(message)
                watch(None)
                if time.monotonic() > end:
                    raise DeadlinePassed(f"not back within {seconds:.0f} s")

    def _listen(self, pipe: int) -> None:
        data = os.read(pipe, 1 << 20)
        if not data:
            raise ChildEnded(self._last_word())
        self._heard += data

    @staticmethod
    def _send(pipe: int, left: memoryview) -> memoryview:
        try:
            return left[os.write(pipe, left) :]
        except BrokenPipeError:  # it is gone: reading from it will tell
            return left[:0]

    def _gone(self) -> bool:
        """Whether the process has ended; it stays in the table of processes, so that its group keeps its number."""
        assert self._process is not None
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _last_word(self) -> str:
        """How the process ended; kills it where it only closed its pipe."""
        process = self._process
        assert process is not None
        self.kill()
        code = process.returncode
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        """End the process and its solver, whatever they are doing."""
        process, self._process = self._process, None
        if process is None:
            return
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._heard.clear()
        self._tasks = 0
