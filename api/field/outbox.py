"""Finished intervals on their way out: kept while nobody takes them, in a bounded space, the oldest given up first."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from api.field.links import said
from api.field.means import Interval

log = logging.getLogger("ems.field")
MOST_KEPT = 200_000  # intervals in all: some 40 MB
MOST_AT_ONCE = 5_000
SEND_EVERY_S = 1.0
LONGEST_PAUSE_S = 30.0


@dataclass(frozen=True)
class Kept:
    """A finished interval of a point."""

    point: str
    interval: Interval


class NotTaken(Exception):
    """Nobody takes anything at the moment; what was sent is sent again."""


class Destination(Protocol):
    """Where intervals go."""

    def send(self, batch: Sequence[Kept]) -> int:
        """Hand over a batch, in a thread of its own, and return how many were refused for good.

        Raises `NotTaken` where nothing of it, or not all, could be handed over; handing over twice does no harm.
        """
        ...


class Outbox:
    """First in, first out; ``lost`` counts what was given up or refused."""

    def __init__(self, destination: Destination, most: int = MOST_KEPT) -> None:
        self._destination, self._most = destination, most
        self._waiting: deque[Kept] = deque()
        self.sent = self.lost = 0
        self.why_waiting = ""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, point: str, interval: Interval) -> None:
        if len(self._waiting) >= self._most:
            self._waiting.popleft()
            self.lost += 1
        self._waiting.append(Kept(point, interval))

    async def run(self) -> None:
        """Send for ever; only cancelling ends it."""
        pause_s = SEND_EVERY_S
        while True:
            await asyncio.sleep(pause_s)
            pause_s = SEND_EVERY_S if await self.flush() else min(2 * pause_s, LONGEST_PAUSE_S)

    async def flush(self) -> bool:
        """Send what waits; False where it was not taken."""
        while self._waiting:
            batch = [self._waiting[k] for k in range(min(len(self._waiting), MOST_AT_ONCE))]
            lost = self.lost
            try:
                refused = await asyncio.to_thread(self._destination.send, batch)
            except Exception as error:  # whatever the service, or a proxy in its place, answers
                why = str(error) if isinstance(error, NotTaken) else said(error)
                if why != self.why_waiting:
                    log.warning("measurements wait: %s", why)
                self.why_waiting = why
                return False
            given_up = min(self.lost - lost, len(batch))  # meanwhile, from the front: it was sent all the same
            self.lost += refused - given_up
            for _ in range(len(batch) - given_up):
                self._waiting.popleft()
            self.sent += len(batch) - refused
            self.why_waiting = ""
        return True
