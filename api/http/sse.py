"""Events of jobs as they happen, for as many listeners as there are.

One task asks the database for all of them, a few times a second and only while someone listens: workers may be other
processes on other hosts, so the database is the only place that knows. A listener costs a queue and no thread.
Starlette's StreamingResponse carries them: the format is four kinds of lines, which needs no package of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool

from api import jobs
from api.contract.jobs import JobEvent
from api.store import Store

LOOK_S = 0.25
KEEP_ALIVE_S = 10.0
LIFETIME_S = 900.0  # then the listener comes again with Last-Event-ID, and its token is looked at again
MOST = 1000  # streams of one process
log = logging.getLogger(__name__)


class TooManyListeners(Exception):
    """As many streams are open as may."""


@dataclass(eq=False)
class _Listener:
    job: str
    after: int
    inbox: asyncio.Queue[JobEvent | None] = field(default_factory=asyncio.Queue)  # None: the end

    def tell(self, event: JobEvent) -> None:
        if event.seq > self.after:
            self.after = event.seq
            self.inbox.put_nowait(event)


class Hub:
    """All open streams of this process, and the one task that feeds them while there are any."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: set[_Listener] = set()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def open(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    def check_room(self) -> None:
        """Raise `TooManyListeners` where no further stream can be opened."""
        if self._closed or len(self._listeners) >= MOST:
            raise TooManyListeners

    async def stream(self, job: str, after: int) -> AsyncIterator[bytes]:
        """The events of a job after one of them, as server-sent events, until it has finished."""
        yield b"retry: 1000\n\n"
        if self._closed:
            return
        listener = self._join(job, after)
        loop = asyncio.get_running_loop()
        until = loop.time() + LIFETIME_S
        try:
            while loop.time() < until:
                try:
                    event = await asyncio.wait_for(listener.inbox.get(), KEEP_ALIVE_S)
                except TimeoutError:
                    yield b": keep-alive\n\n"
                    continue
                if event is None:
                    return
                yield written(event)
                if event.type == "finished":
                    return
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every stream, so that the server can stop; from any thread."""
        self._closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)

    def _join(self, job: str, after: int) -> _Listener:
        listener = _Listener(job, after)
        self._listeners.add(listener)
        self._loop = asyncio.get_running_loop()
        self._news.set()
        if self._task is None or self._task.done():
            self._news = asyncio.Event()
            self._task = asyncio.create_task(self._feed())
        return listener

    def _end_all(self) -> None:
        for listener in self._listeners:
            listener.inbox.put_nowait(None)
        self._news.set()

    async def _feed(self) -> None:
        while self._listeners and not self._closed:
            self._news.clear()
            heard: dict[str, int] = {}
            for x in self._listeners:
                heard[x.job] = min(x.after, heard.get(x.job, x.after))
            try:
                found = await run_in_threadpool(self._look, heard)
            except sa.exc.SQLAlchemyError:  # the database is away: listeners come again by themselves
                log.exception("events cannot be read")
                self._end_all()
                return
            for x in list(self._listeners):
                for event in found.get(x.job, ()):
                    x.tell(event)
            try:
                await asyncio.wait_for(self._news.wait(), LOOK_S)
            except TimeoutError:
                continue

    def _look(self, heard: dict[str, int]) -> dict[str, list[JobEvent]]:
        with self._store.read() as c:
            newest = jobs.newest_events(c, list(heard))
            return {job: jobs.events(c, job, heard[job]) for job, seq in newest.items() if seq > heard[job]}


def written(event: JobEvent) -> bytes:
    """One event in the format of HTML's server-sent events."""
    return f"id: {event.seq}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n".encode()
