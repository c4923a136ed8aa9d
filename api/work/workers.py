"""All workers of this process, and the care for jobs whose workers fell silent."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Sequence

from api import jobs
from api.contract.jobs import JobKind
from api.settings import Settings
from api.store import Store
from api.work.bell import Bell
from api.work.child import CODE, NICENESS, Child, remove_left_folders
from api.work.journals import remove_old
from api.work.tally import Tally
from api.work.watch import AWAY, first_line
from api.work.worker import Worker

log = logging.getLogger(__name__)

PLANNING: tuple[JobKind, ...] = ("plan", "forecast")
STUDY_NICENESS = 10  # plans go first: before studies and reports
STOP_S = 15.0  # a worker that does not stop in time is left to the end of the process


class Workers:
    """`start` and `stop` once each; `wake` after a job was submitted in this process; `tally` for metrics."""

    def __init__(self, store: Store, settings: Settings, code: str = CODE) -> None:
        self.tally = Tally()
        self._store, self._settings, self._code = store, settings, code
        self._bell = Bell()
        self._stop_wanted = threading.Event()
        self._workers: list[Worker] = []
        self._sweeper = threading.Thread(target=self._sweep, name="sweeper", daemon=True)

    def alive(self) -> bool:
        """Whether every worker is at work or waits for it."""
        return all(w.is_alive() for w in self._workers)

    def start(self) -> None:
        """Begin to work; jobs that a dead owner of an SQLite file left running wait again."""
        remove_left_folders()
        remove_old(self._settings.studies)
        if self._store.sqlite:
            with self._store.write() as c:
                left = jobs.recover(c, self._settings.attempts)
            if left:
                log.warning("%d jobs had been left running by a process that is gone", len(left))
        self._workers = [
            *(self._worker(str(k + 1), self._settings, NICENESS, PLANNING) for k in range(self._settings.workers)),
            *(self._studier(k + 1) for k in range(self._settings.study_workers) if self._settings.workers),
            *([self._reporter()] if self._settings.workers else []),
        ]
        for worker in self._workers:
            worker.start()
        self._sweeper.start()

    def _studier(self, k: int) -> Worker:
        """For studies, which may take hours: in a process of its own, so that no plan ever waits for one."""
        own = {"memory_mb": self._settings.study_memory_mb, "tasks_per_child": 1}
        return self._worker(
            f"study-{k}", self._settings.model_copy(update=own), STUDY_NICENESS, ("study",), ready=False
        )

    def _reporter(self) -> Worker:
        """For emission reports: one after the other, in a process that is there while one is made."""
        own = self._settings.model_copy(update={"tasks_per_child": 1})
        return self._worker("report", own, STUDY_NICENESS, ("report",), ready=False)

    def _worker(
        self, name: str, settings: Settings, niceness: int, kinds: Sequence[JobKind], *, ready: bool = True
    ) -> Worker:
        name = f"{socket.gethostname()[:80]}:{os.getpid()}:{name}"
        child = Child(settings, self._code, niceness)
        return Worker(self._store, settings, name, child, self._bell, self.tally, kinds, ready=ready)

    def wake(self) -> None:
        """Have idle workers look into the queue at once."""
        self._bell.ring()

    def stop(self) -> None:
        """End planning processes and put their jobs back, without using up an attempt."""
        self._stop_wanted.set()
        for worker in self._workers:
            worker.stop()
        for thread in (*self._workers, self._sweeper):
            if thread.ident is not None:
                thread.join(STOP_S)

    def _sweep(self) -> None:
        """Now and then end the jobs that no worker can take any more."""
        while not self._stop_wanted.wait(self._settings.lease_s / 3):
            try:
                with self._store.write() as c:
                    ended = jobs.sweep(c, self._settings.attempts)
            except AWAY as error:
                log.warning("the database is away: %s", first_line(error))
                continue
            for id in ended:
                log.warning("job %s was given up: its worker fell silent", id)
