"""Connections that are taken up again: what every protocol has in common."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from typing import Any, Protocol

from api.field.addresses import At

log = logging.getLogger("ems.field")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
STEADY_S = 30.0  # a connection that held so long is taken up again at once
CONNECT_S = 20.0  # a peer that takes longer to say hello is not there


class NotConnected(ConnectionError):
    """Nobody is there to write to or to read from."""


class Link(Protocol):
    """A protocol at work on one connection."""

    async def serve(self, up: Callable[[], None]) -> None:
        """Connect, call ``up``, read points until the connection breaks; raises whatever broke it."""
        ...

    async def read(self, at: At, since_s: float) -> float:
        """The number at a place, told by the peer after ``since_s`` (monotonic); raises where there is none."""
        ...

    async def write(self, at: At, number: float) -> None:
        """Have the peer take a number."""
        ...


class Kept:
    """A link that is kept up: its state, and the task that connects again and again."""

    def __init__(self, name: str, link: Link) -> None:
        self.name, self.link = name, link
        self.is_up = False
        self.why_down = "not yet connected"
        self.since_s = time.monotonic()  # of that state
        self.lost = 0  # connections that broke, or could not be made
        self.downtime_s: float | None = None  # of the last interruption

    async def run(self) -> None:
        """Serve for ever; only cancelling ends it. A peer that fails in any way is met with patience, up to 15 s."""
        pause_s = FIRST_PAUSE_S
        while True:
            began_s = time.monotonic()
            try:
                await self.link.serve(self._up)
                self._down("closed by the peer")
            except Exception as error:  # whatever a peer provokes must not reach the other connections
                self._down(said(error))
            if time.monotonic() - began_s > STEADY_S:
                pause_s = FIRST_PAUSE_S
            await asyncio.sleep(pause_s * random.uniform(0.8, 1.2))  # many of us do not come all at once
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _up(self) -> None:
        now_s = time.monotonic()
        if self.lost:
            self.downtime_s = now_s - self.since_s
        self.is_up, self.why_down, self.since_s = True, "", now_s
        log.info("%s: connected", self.name)

    def _down(self, why: str) -> None:
        self.lost += 1
        if self.is_up or why != self.why_down:
            log.warning("%s: %s", self.name, why)
        if self.is_up or self.lost == 1:
            self.since_s = time.monotonic()
        self.is_up, self.why_down = False, why


def said(error: BaseException) -> str:
    """An exception in few words."""
    words = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


async def quiet(closing: Any, within_s: float = 2.0) -> None:
    """Wait for a courteous goodbye, not longer than it is worth; a peer that is gone cannot answer it."""
    try:
        await asyncio.wait_for(closing, within_s)
    except Exception as error:
        log.info("closing: %s", said(error))
