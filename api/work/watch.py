"""While a planning process is busy: keep the lease, note what it says, hear who wants the job to stop."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import exc

from api import jobs
from api.contract.jobs import Progress
from api.jobs import Claim
from api.records import study_rows
from api.store import Store
from api.tables import jobs as _jobs
from api.work.frames import Message

log = logging.getLogger(__name__)

SPEAK_S = 0.3  # between two words of progress written into the store
LOOK_S = 0.25  # between two looks whether the job is to stop
OUTAGE_S = 1.0  # between two tries to reach a database that is away
AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)  # the database is; that is no fault of ours


class Stopping(Exception):
    """The service is being stopped."""


class Cancelled(Exception):
    """Someone wants the job to stop."""


class Lost(Exception):
    """The job is not this worker's any more."""


class Watch:
    """Called several times a second, with what was said or None; raises `Stopping`, `Cancelled` or `Lost`."""

    def __init__(self, store: Store, claim: Claim, lease_s: float, stop: threading.Event) -> None:
        self._store, self._claim, self._lease_s, self._stop = store, claim, lease_s, stop
        self._news: dict[str, Any] | None = None  # the newest progress; what came before it is old
        self._rows: list[dict[str, Any]] = []  # of a study: all of them
        self._beaten = self._looked = time.monotonic()
        self._patient_until = 0.0

    def __call__(self, said: Message | None) -> None:
        if said is not None and said[0] == "row":
            self._rows.append(said[1])
        elif said is not None:
            self._news = said[1]
        now = time.monotonic()
        if self._stop.is_set():
            raise Stopping
        if now < self._patient_until:
            return
        try:
            held = self._ask(now)
        except AWAY as error:  # the planning process need not suffer for it; the lease may
            log.warning("job %s: the database is away: %s", self._claim.id, first_line(error))
            self._patient_until = now + OUTAGE_S
            return
        if held == "cancel":
            raise Cancelled
        if held == "lost":
            raise Lost

    def _ask(self, now: float) -> Literal["hold", "cancel", "lost"]:
        pause = SPEAK_S if self._news or self._rows else self._lease_s / 3
        if now - self._beaten >= pause:
            held = self._beat()
            self._beaten = now
            return held
        if now - self._looked < LOOK_S:
            return "hold"
        self._looked = now
        with self._store.read() as c:
            wish = c.execute(sa.select(_jobs.c.cancel_requested_at).where(_jobs.c.id == self._claim.id)).scalar()
        return "hold" if wish is None else "cancel"

    def flush(self) -> None:
        """Write what was said and is not written yet; raises `Lost`, and where the database is away."""
        if self._rows and self._beat() == "lost":
            raise Lost

    def _beat(self) -> Literal["hold", "cancel", "lost"]:
        told = Progress.model_validate(self._news) if self._news else None
        with self._store.write() as c:
            held = jobs.beat(c, self._claim, self._lease_s, told)
            if held != "lost" and self._rows:
                study_rows.add(c, self._claim.id, self._rows)
        self._news, self._rows = None, []
        return held


def first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
