"""The thread that keeps the alarms up to date, every minute and soon after a job has come or gone, and re-plans."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import sqlalchemy as sa

from api.alarms import evaluate
from api.settings import Settings
from api.store import Store
from api.tables import jobs

LOOK_S = 2.0
CLOCK_S = 60.0
REPLAN_S = 5.0
log = logging.getLogger(__name__)


class Housekeeper(threading.Thread):
    """Runs from ``start`` until ``stop``. Several on one database do each other no harm."""

    def __init__(self, store: Store, settings: Settings, replan: Callable[[], object]) -> None:
        """``replan`` asks for the re-plans that are due; it is called every few seconds."""
        super().__init__(name="housekeeper", daemon=True)
        self._store = store
        self._settings = settings
        self._replan = replan
        self._ended = threading.Event()

    def run(self) -> None:
        seen: tuple[object, ...] = ()
        next_at = replan_at = time.monotonic()
        while not self._ended.is_set():
            if time.monotonic() >= replan_at:
                replan_at = time.monotonic() + REPLAN_S
                try:
                    self._replan()
                except Exception:  # a database that is away; nothing of it may hold up the alarms
                    log.exception("no re-plan can be asked for, next try in %.0f s", REPLAN_S)
            try:
                found = self._jobs()
                if found != seen or time.monotonic() >= next_at:
                    evaluate(self._store, self._settings)
                    seen, next_at = found, time.monotonic() + CLOCK_S
            except Exception:  # one odd row, or a database that is away, must not silence all alarms to come
                log.exception("alarms cannot be brought up to date, next try in %.0f s", CLOCK_S)
                self._ended.wait(CLOCK_S)
            self._ended.wait(LOOK_S)

    def stop(self) -> None:
        """End the thread, and wait until it has."""
        self._ended.set()
        self.join()

    def _jobs(self) -> tuple[object, ...]:
        """What differs as soon as a job is submitted or ends: the unfinished ones and the newest of all."""
        unfinished = sa.select(jobs.c.id).where(jobs.c.state.in_(("queued", "running"))).order_by(jobs.c.id)
        with self._store.read() as c:
            return (*c.execute(unfinished).scalars(), c.execute(sa.select(sa.func.max(jobs.c.id))).scalar())
