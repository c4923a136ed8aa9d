"""A worker: takes jobs one after the other, has them done by its planning process, and ends each of them once.

The thread itself only waits, reads and writes: whatever takes time happens in the planning process or in the database.
It does not die of a database that is away; it waits for it. Who may end a job is decided by the job's fence: a worker
that lost its job meanwhile throws its work away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from api import jobs
from api.contract.base import Text
from api.contract.jobs import JobKind, JobState, Reason
from api.jobs import Claim
from api.settings import Settings
from api.store import Store
from api.work import reasons
from api.work.bell import Bell
from api.work.child import Child, ChildEnded, DeadlinePassed, Unfit
from api.work.prepare import Prepared, complete, prepare
from api.work.tally import Tally
from api.work.watch import AWAY, OUTAGE_S, Cancelled, Lost, Stopping, Watch, first_line
from forecasting.errors import InputError

log = logging.getLogger(__name__)

IDLE_S = 0.5  # between two looks into the queue that nobody rang for
BIRTHS = 3  # of a planning process that dies before it is ready
UNFIT_S = 10.0  # one that cannot plan leaves the jobs to others for so long

Given = TypeVar("Given")


@dataclass(frozen=True)
class Ending:
    """How a job, or an attempt at it, ends."""

    how: Literal["succeed", "fail", "give_back", "put_back", "cancel"]
    why: reasons.Failure | None = None  # of a job that fails or is given back
    result: dict[str, Any] | None = None

    @property
    def reason(self) -> Reason:
        assert self.why is not None
        return Reason.model_validate({"type": self.why["type"], "text": Text(zh=self.why["zh"], en=self.why["en"])})


class Worker(threading.Thread):
    """One thread with one planning process; `stop` ends both.

    It takes jobs of its ``kinds`` only. Unless ``ready``, its process lives only while there is something to do.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        name: str,
        child: Child,
        bell: Bell,
        tally: Tally,
        kinds: Sequence[JobKind],
        *,
        ready: bool,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._store, self._settings, self._child, self._bell, self._tally = store, settings, child, bell, tally
        self._kinds, self._ready = kinds, ready
        self._stop_wanted = threading.Event()

    def stop(self) -> None:
        """Stop soon: a job under way is put back. `join` waits for the end."""
        self._stop_wanted.set()
        self._bell.ring()

    def run(self) -> None:
        while not self._stop_wanted.is_set():
            try:
                if self._ready or self._awaited():
                    self._next(self._trouble())
                if not self._ready:
                    self._child.kill()
            except Stopping:
                break
            except AWAY as error:
                self._wait_for_database(error)
            except Exception:
                log.exception("worker %s goes on after a fault", self.name)
                self._stop_wanted.wait(OUTAGE_S)
        self._child.kill()

    def _awaited(self) -> bool:
        """Whether there is something to do; where there is not, wait for it."""
        heard = self._bell.rung
        with self._store.read() as c:
            found = jobs.waits(c, self._settings.attempts, self._kinds)
        if not found:
            self._bell.wait(heard, IDLE_S)
        return found

    def _trouble(self) -> reasons.Failure | None:
        """Why this worker cannot plan, None once its process is ready; one that dies at birth is tried again."""
        failure: reasons.Failure
        for _ in range(BIRTHS):
            try:
                self._child.be_ready(self._obey)
                return None
            except Unfit as error:
                failure = error.failure
                break
            except (ChildEnded, DeadlinePassed) as error:
                failure = reasons.crashed(str(error))
        log.error("worker %s cannot plan: %s", self.name, failure["en"])
        return failure

    def _obey(self, _: object) -> None:
        if self._stop_wanted.is_set():
            raise Stopping

    def _next(self, trouble: reasons.Failure | None) -> None:
        """Do the oldest job, or give it back where that cannot be; where there is none, wait for one."""
        heard = self._bell.rung
        with self._store.write() as c:
            claim = jobs.claim(c, self.name, self._settings.lease_s, self._settings.attempts, self._kinds)
        if claim is None:
            self._bell.wait(heard, UNFIT_S if trouble else IDLE_S)
            return
        began = time.monotonic()
        self._tally.begin()
        try:
            ending = Ending("give_back", trouble) if trouble else self._attempt(claim)
            state = self._end(claim, ending)
        except Lost:
            log.warning("job %s is not this worker's any more: its work is thrown away", claim.id)
            return
        finally:
            self._tally.end()
        kind = ending.why["type"] if ending.why else ""
        self._tally.finish(claim.kind, state, kind, ending.result and ending.result["summary"])
        seconds = time.monotonic() - began
        log.info("job %s, %s of %s: %s after %.1f s %s", claim.id, claim.kind, claim.site, state, seconds, kind)
        if trouble:
            self._stop_wanted.wait(UNFIT_S)

    def _attempt(self, claim: Claim) -> Ending:
        """Have the job done, and say how it is to end; raises `Lost`."""
        seconds = 0.0
        try:
            prepared = self._surely(lambda: self._prepared(claim))
            seconds = prepared.seconds
            watch = Watch(self._store, claim, self._settings.lease_s, self._stop_wanted)
            said, what = self._child.work(prepared.task, seconds, watch)
            self._surely(watch.flush)
        except Stopping:
            return Ending("put_back")
        except Cancelled:
            return Ending("cancel")
        except Lost:
            raise
        except InputError as error:
            return Ending("fail", reasons.unusable_input(str(error)))
        except DeadlinePassed:
            return Ending("fail", reasons.deadline(seconds))
        except ChildEnded as error:
            return Ending("give_back", reasons.crashed(str(error)))
        except Unfit as error:
            return Ending("give_back", error.failure)
        except Exception as error:
            log.exception("job %s met a fault", claim.id)
            return Ending("fail", reasons.internal(error))
        return Ending("succeed", result=what) if said == "result" else Ending("fail", what)

    def _prepared(self, claim: Claim) -> Prepared:
        with self._store.read() as c:
            return prepare(c, claim, self._settings.studies)

    def _end(self, claim: Claim, ending: Ending) -> JobState:
        """Write down how the job ends; a result that cannot be kept makes it fail."""
        try:
            return self._surely(lambda: self._written(claim, ending))
        except (Lost, Stopping):
            raise
        except Exception as error:
            log.exception("the result of job %s could not be kept", claim.id)
            failed = Ending("fail", reasons.internal(error))
            return self._surely(lambda: self._written(claim, failed))

    def _written(self, claim: Claim, ending: Ending) -> JobState:
        """One transaction: the ending, and with it the result; raises `Lost`, and then nothing is written."""
        with self._store.write() as c:
            state: JobState | None
            if ending.how == "give_back":
                state = jobs.give_back(c, claim, ending.reason, self._settings.attempts)
            elif ending.how == "put_back":
                state = jobs.put_back(c, claim)
            elif ending.how == "cancel":
                state = "cancelled" if jobs.cancelled(c, claim) else None
            elif ending.how == "fail":
                state = "failed" if jobs.fail(c, claim, ending.reason) else None
            else:
                assert ending.result is not None
                # held from here to the end of the transaction: nobody else can be about to keep a result
                if jobs.beat(c, claim, self._settings.lease_s) == "lost":
                    raise Lost
                state = "succeeded" if jobs.succeed(c, claim, complete(c, claim, ending.result)) else None
            if state is None:
                raise Lost
        return state

    def _surely(self, act: Callable[[], Given]) -> Given:
        """Do something with the database, again and again while it is away; raises `Stopping`."""
        while True:
            try:
                return act()
            except AWAY as error:
                self._wait_for_database(error)
                if self._stop_wanted.is_set():
                    raise Stopping from error

    def _wait_for_database(self, error: Exception) -> None:
        log.warning("the database is away: %s", first_line(error))
        self._stop_wanted.wait(OUTAGE_S)
