"""The heartbeat by which the field knows that setpoints are in force; when it stops, the field falls back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from api.field.journal import Journal
from api.field.links import Kept, quiet, said
from api.field.parts import Watchdog
from api.field.writer import Writer

HIGHEST = 30_000  # fits every whole register
GONE = 0


class Heart:
    """Beats on one connection as long as each of its setpoints is in force, and stops when one is not."""

    def __init__(self, kept: Kept, watchdog: Watchdog, writers: Sequence[Writer], journal: Journal) -> None:
        self._kept, self._watchdog, self._writers, self._journal = kept, watchdog, writers, journal
        self.connection = kept.name
        self._count = 0
        self.is_beating = False
        self.why_not = "no setpoint in force yet"

    async def run(self) -> None:
        """Beat for ever; only cancelling ends it."""
        while True:
            await asyncio.sleep(self._watchdog.period_s)
            await self.beat()

    async def beat(self) -> None:
        idle = [w.name for w in self._writers if not w.is_in_force]
        if idle:
            self._turn(False, f"not in force: {', '.join(idle)}")
            return
        self._count = self._count % HIGHEST + 1
        try:
            await self._kept.link.write(self._watchdog.at, self._count)
        except Exception as error:  # whatever a peer provokes must not reach the other connections
            self._turn(False, said(error))
        else:
            self._turn(True, "")

    async def stop(self) -> None:
        """Say that we go; a peer that cannot be told finds out by itself."""
        if self._kept.is_up:
            await quiet(self._kept.link.write(self._watchdog.at, GONE))
        self._turn(False, "stopped")

    def _turn(self, is_beating: bool, why: str) -> None:
        if is_beating != self.is_beating:
            self._journal.tell("watchdog", self._kept.name, beating=is_beating, why=why)
        self.is_beating, self.why_not = is_beating, why
