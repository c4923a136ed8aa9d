"""The executor of a Dask cluster: one that runs somewhere, or one of processes of this machine.

Each worker holds one task at a time, which may run nowhere else: when a worker is gone it is known over which task it
died. Dask itself would suspect, and after some deaths give up, whatever happened to wait on the same worker. A worker
that hangs over a task past the deadline kills itself, which comes to the same.
"""

from __future__ import annotations

import math
import os
import pickle
import queue
import signal
import tempfile
import threading
import time
from collections import Counter, deque
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from api.sweep import reasons
from api.sweep.executor import DEADLINE_S, TRIES, Finished, Task
from api.sweep.program import program_digest
from api.work.warm import warm
from forecasting.errors import InputError

ANSWER_S = 10.0  # of a scheduler
JOIN_S = 60.0  # until a first worker is there
LOOK_S = 0.5  # between two looks which workers there are
SETTLED_S = 1.0  # a worker that dies sooner may not be noticed by what would start it again
REPLACE_S = 10.0  # workers of our own cluster that are not back by then are replaced
ALONE_S = 300.0  # without any worker the sweep gives up
OPTION = "--dask"
_one_at_a_time = threading.Lock()  # workers may serve others, too; models and solvers are for one thread


@dataclass(frozen=True)
class Running:
    """A task on its worker."""

    task: Task
    worker: str
    future: Any
    began: float


class DaskExecutor:
    """``address`` such as tcp://host:8786; None: a cluster of ``workers`` processes (default: one for each core)."""

    def __init__(self, address: str | None = None, workers: int | None = None, deadline_s: float = DEADLINE_S) -> None:
        self._address, self._deadline_s = address, deadline_s
        self._many = workers or len(os.sched_getaffinity(0))  # of our own cluster
        self._waiting: deque[Task] = deque()
        self._running: dict[str, Running] = {}  # by key of its future
        self._deaths: Counter[str] = Counter()  # by id of the task
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()  # futures, whatever became of them
        self._ended: deque[Finished] = deque()
        self._workers: dict[str, float] = {}  # address -> when it was first seen
        self._cluster: Any = None  # our own
        self._looked = self._complete = self._peopled = 0.0  # when it last was so
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._client = self._connected(opening)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for at_work in self._running.values():
            at_work.future.cancel()
        self._open.close()

    def submit(self, task: Task) -> None:
        self._waiting.append(task)
        self._go_on()

    def finished(self, seconds: float) -> Finished | None:
        until = time.monotonic() + seconds
        while not self._ended:
            self._go_on()
            left = until - time.monotonic()
            try:
                self._read(self._done.get(timeout=max(0.0, min(left, LOOK_S))))
            except queue.Empty:
                if left <= 0:
                    return None
        self._go_on()
        return self._ended.popleft()

    def _go_on(self) -> None:
        """Give free workers something to do, and the tasks of those that are gone to others."""
        if time.monotonic() - self._looked > LOOK_S:
            self._look()
        busy = {at_work.worker for at_work in self._running.values()}
        settled = self._looked - SETTLED_S
        free = [w for w, since in self._workers.items() if since <= settled and w not in busy]
        while self._waiting and free:
            self._start(self._waiting.popleft(), free.pop())

    def _look(self) -> None:
        try:
            there = self._client.nthreads()
        except OSError as error:
            raise self._disconnected() from error
        self._looked = now = time.monotonic()
        self._workers = {worker: self._workers.get(worker, now) for worker in there}
        for key, at_work in list(self._running.items()):
            if at_work.worker not in there:
                self._died(key)
        self._complete = now if len(there) >= self._many else self._complete
        self._peopled = now if there else self._peopled
        if self._cluster is not None and now - self._complete > REPLACE_S:
            self._cluster.scale(len(self._cluster.worker_spec) + self._many - len(there))
            self._complete = now
        if now - self._peopled > ALONE_S:
            remedy = "start workers and repeat the command: what is done is not computed again"
            raise InputError(OPTION, "", self._address, "a scheduler with workers", remedy)

    def _start(self, task: Task, worker: str) -> None:
        key = f"row-{task.id}-{self._deaths[task.id]}"
        # as bytes: Dask would look for its own futures in every corner of the payload
        data = pickle.dumps(task, protocol=5)
        future = self._client.submit(_run, data, self._deadline_s, key=key, pure=False, workers=[worker])
        self._running[key] = Running(task, worker, future, time.perf_counter())
        future.add_done_callback(self._done.put)

    def _died(self, key: str) -> None:
        """Try a task again whose worker is gone, or give it up."""
        at_work = self._running.pop(key)
        at_work.future.cancel()
        task, self._deaths[at_work.task.id] = at_work.task, self._deaths[at_work.task.id] + 1
        if self._deaths[task.id] < TRIES:
            self._waiting.appendleft(task)
            return
        why = reasons.worker_lost(TRIES, f"Dask: {at_work.worker}")
        self._ended.append(Finished(task.id, None, why, time.perf_counter() - at_work.began))

    def _read(self, future: Any) -> None:
        """What became of a future; one that is not running any more was cancelled by us."""
        from distributed import KilledWorker

        if (at_work := self._running.get(future.key)) is None:
            return
        if future.status == "finished":
            self._gather(at_work)
            return
        if future.status != "error":
            raise self._disconnected()
        error = future.exception()
        if isinstance(error, KilledWorker):  # a cluster that allows no failure
            self._died(future.key)
            return
        del self._running[future.key]
        self._ended.append(
            Finished(at_work.task.id, None, reasons.internal(error), time.perf_counter() - at_work.began)
        )

    def _gather(self, at_work: Running) -> None:
        """Fetch a result from its worker, unless that is gone by now, and the result with it."""
        while at_work.future.key in self._running:
            try:
                finished: Finished = at_work.future.result(timeout=LOOK_S)
            except TimeoutError:
                self._look()
                continue
            del self._running[at_work.future.key]
            self._ended.append(finished)

    def _disconnected(self) -> InputError:
        remedy = "start the cluster again and repeat the command: what is done is not computed again"
        return InputError(OPTION, "", self._address, "a scheduler that stays connected", remedy)

    def _connected(self, opening: ExitStack) -> Any:
        """A client; raises `InputError` where there is no Dask, no scheduler, no worker or another program."""
        try:
            import distributed
        except ImportError as error:
            remedy = "python -m pip install 'park-ems[dask]'"
            raise InputError(OPTION, "", None, "the package distributed, which is not installed", remedy) from error
        connect: Any = distributed.Client  # it has no types
        address = self._address or self._local(opening)
        try:
            client = opening.enter_context(connect(address, timeout=ANSWER_S, set_as_default=False))
        except (OSError, ValueError) as error:
            raise InputError(OPTION, "", address, "the address of a Dask scheduler that answers", str(error)) from error
        try:
            client.wait_for_workers(1, timeout=JOIN_S)
        except TimeoutError as error:
            remedy = f"start one: dask worker {address} --nthreads 1"
            raise InputError(OPTION, "", address, "a scheduler with workers", remedy) from error
        if self._address:
            self._same_program(client)
        client.run(warm)  # else the first tasks wait for it
        self._workers = dict.fromkeys(client.nthreads(), -math.inf)
        self._complete = self._peopled = time.monotonic()
        return client

    def _local(self, opening: ExitStack) -> str:
        """A cluster of this machine, silent about workers that it replaces."""
        import logging

        import dask
        import distributed

        # else it ends for good what is just starting again, so long after a death
        opening.enter_context(dask.config.set({"distributed.deploy.lost-worker-timeout": "1 day"}))
        start: Any = distributed.LocalCluster  # it has no types
        cluster = start(
            n_workers=self._many,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )
        self._cluster = opening.enter_context(cluster)
        return str(cluster.scheduler_address)

    @staticmethod
    def _same_program(client: Any) -> None:
        """Rows are kept under the digest of this program; workers that run another one would fill them with theirs."""
        mine = program_digest()
        for worker, digest in client.run(_digest).items():
            if digest != mine:
                remedy = "install this version there"
                raise InputError(OPTION, "", worker, "workers that run the same version of this program", remedy)


def _digest() -> str:
    """In a worker: what it runs."""
    return program_digest()


def _run(data: bytes, deadline_s: float) -> Finished:
    """In a worker: do a task; past the deadline the worker kills itself, as nothing else ends a loop in a library."""
    from distributed import get_worker

    from api.sweep.perform import perform

    watchdog = threading.Timer(deadline_s, lambda: os.kill(os.getpid(), signal.SIGKILL))
    watchdog.daemon = True
    with _one_at_a_time:
        tempfile.tempdir = get_worker().local_directory
        watchdog.start()
        try:
            return perform(pickle.loads(data))
        finally:
            watchdog.cancel()
