"""The executor of one machine: some processes, each fed by a thread of this one over pipes.

The processes are those of `api.work.child`: sessions of their own, so that a terminal's Ctrl-C does not reach them,
killed together with their solvers, ended by themselves when this process is gone, limited in memory.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from api.sweep import reasons
from api.sweep.executor import DEADLINE_S, TRIES, Finished, Task
from api.work.child import Child, ChildEnded, DeadlinePassed

CODE = "from api.work.confine import confine; at = confine(); from api.sweep.serve import serve; serve(*at)"
LEAST_MB = 8192  # of address space, which is more than memory: a full year of a large park needs half of it


class Stopping(Exception):
    """The executor is being closed."""


@dataclass(frozen=True)
class Room:
    """What a process may take."""

    memory_mb: int
    tasks_per_child: int = 500  # then a fresh process: nothing leaks for ever


class LocalExecutor:
    """``workers`` processes (default: one for each core that this process may use)."""

    def __init__(self, workers: int | None = None, deadline_s: float = DEADLINE_S) -> None:
        many = workers or len(os.sched_getaffinity(0))
        machine_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        self._room, self._deadline_s = Room(max(LEAST_MB, machine_mb // many)), deadline_s
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Finished | BaseException] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._work, name=f"sweep-{k}", daemon=True) for k in range(many)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def submit(self, task: Task) -> None:
        self._tasks.put(task)

    def finished(self, seconds: float) -> Finished | None:
        try:
            said = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(said, BaseException):
            raise said
        return said

    def _work(self) -> None:
        child = Child(self._room, CODE)
        try:
            self._be_ready(child)  # while the first tasks are still being made
            while (task := self._tasks.get()) is not None:
                self._answers.put(self._tried(child, task))
        except Stopping:
            pass
        except BaseException as error:
            self._answers.put(error)
        finally:
            child.kill()

    def _tried(self, child: Child, task: Task) -> Finished:
        """The task's end, tried again on a fresh process where one dies or hangs."""
        how, began = "", 0.0
        for _ in range(TRIES):
            self._be_ready(child)
            began = time.perf_counter()
            try:
                _, said = child.work({"task": task}, self._deadline_s, self._obey)
            except (ChildEnded, DeadlinePassed) as error:
                how = str(error)
                continue
            finished: Finished = said["finished"]
            if finished.reason == reasons.OUT_OF_MEMORY:
                child.kill()  # what is left of its memory is in pieces
            return replace(finished, seconds=time.perf_counter() - began)
        return Finished(task.id, None, reasons.worker_lost(TRIES, how), time.perf_counter() - began)

    def _be_ready(self, child: Child) -> None:
        """Have a process; one that dies before it is ready says nothing about the task, and is tried again as often."""
        for left in reversed(range(TRIES)):
            try:
                return child.be_ready(self._obey)
            except (ChildEnded, DeadlinePassed):
                if not left:
                    raise
        return None

    def _obey(self, _: object) -> None:
        if self._stopping.is_set():
            raise Stopping
