"""One setpoint: every period it is looked at, and written where everything speaks for it."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from api.field.board import Board
from api.field.journal import Journal
from api.field.limits import Refused, Target, target
from api.field.links import Kept, said
from api.field.parts import Setpoint
from api.field.plans import OutOfDate, PlanWatch

AGAIN_S = 0.2  # between two looks whether the field has followed


@dataclass
class Standing:
    """How a setpoint stands, for whoever looks."""

    wanted: float | None = None  # by the plan
    written: float | None = None
    told: float | None = None  # by the field
    refused: str = "not looked at yet"  # why nothing may be written; empty: in force
    writes: int = 0
    refusals: int = 0


class Writer:
    """Reads what the field follows, goes one step towards the plan, reads whether the field has followed."""

    def __init__(
        self, name: str, setpoint: Setpoint, kept: Kept, board: Board, watch: PlanWatch, journal: Journal
    ) -> None:
        self.name, self.setpoint, self.standing = name, setpoint, Standing()
        self._kept, self._board, self._watch, self._journal = kept, board, watch, journal
        self._rests_until_s = 0.0
        self._in_force_s = -math.inf

    @property
    def is_in_force(self) -> bool:
        """Whether the field follows the plan, by a look that is not long ago."""
        fresh_s = 2 * self.setpoint.period_s + self.setpoint.confirm_s
        return not self.standing.refused and time.monotonic() - self._in_force_s < fresh_s

    async def run(self) -> None:
        """Look again and again; only cancelling ends it. The first look waits, so that no restart outruns the ramp."""
        while True:
            await asyncio.sleep(self.setpoint.period_s)
            await self.look()

    async def look(self) -> None:
        """One look; whatever forbids a setpoint is a line of the journal."""
        try:
            await self._step()
        except Refused as error:
            self._refuse(str(error))
        except Exception as error:  # whatever a peer provokes must not reach the other setpoints
            self._refuse(said(error))
        else:
            self.standing.refused, self._in_force_s = "", time.monotonic()

    async def _step(self) -> None:
        self._allowed()
        present = await self._read(-math.inf)
        wanted, plan = self._allowed()  # again: reading took its time, and from here to the write nothing waits
        self.standing.wanted = wanted
        if (to := target(self.setpoint, wanted, present)) is None:
            return
        line = {"wanted": wanted, "present": present, "plan": plan}
        self._journal.note("write", self.name, value=to.amount, number=to.number, **line)
        self.standing.writes += 1
        self.standing.written = to.amount
        sent_s = time.monotonic()
        await self._kept.link.write(self.setpoint.at, to.number)
        await self._confirm(to, sent_s)

    def _allowed(self) -> tuple[float, str]:
        """What the plan wants, and its id; raises `Refused` where anything forbids to follow it."""
        if not self._kept.is_up:
            raise Refused(f"{self._kept.name}: {self._kept.why_down}")
        for name in self.setpoint.requires:
            reading = self._board.reading(name)
            if reading.quality != "good":
                raise Refused(f"{name} is {reading.quality}{f': {reading.why}' if reading.why else ''}")
        if (rest_s := self._rests_until_s - time.monotonic()) > 0:
            raise Refused(f"the field did not follow; again in {rest_s:.0f} s")
        try:
            return self._watch.wanted(self.setpoint.component, self.setpoint.quantities, datetime.now(UTC))
        except OutOfDate as error:
            raise Refused(str(error)) from error

    async def _read(self, since_s: float) -> float:
        told = self.setpoint.told
        try:
            amount = told.amount(await self._kept.link.read(told.at, since_s))
        except Exception as error:
            raise Refused(f"not read back: {said(error)}") from error
        if not math.isfinite(amount):
            raise Refused("not read back: not finite")
        self.standing.told = amount
        return amount

    async def _confirm(self, to: Target, sent_s: float) -> None:
        """Wait until the field says what was written; raises `Refused`, and rests, where it does not."""
        why, until_s = "", sent_s + self.setpoint.confirm_s
        while True:
            try:
                told = await self._read(sent_s)
                if abs(told - to.amount) <= self.setpoint.tolerance:
                    self._journal.note("confirmed", self.name, value=to.amount, told=told)
                    return
                why = f"the field says {told:g} instead of {to.amount:g}"
            except Refused as error:
                why = str(error)
            if time.monotonic() > until_s:
                self._rests_until_s = time.monotonic() + self.setpoint.retry_s
                raise Refused(why)
            await asyncio.sleep(AGAIN_S)

    def _refuse(self, why: str) -> None:
        self.standing.refused = why
        self.standing.refusals += 1
        self._journal.tell("refused", self.name, why=why, wanted=self.standing.wanted)
