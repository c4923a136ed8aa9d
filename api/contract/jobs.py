"""Long work."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.contract.base import Id, Instant, SiteName, Text, Told

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
JobKind = Literal["plan", "forecast", "study", "report"]
FINISHED: tuple[JobState, ...] = ("succeeded", "failed", "cancelled")
Phase = Literal[
    "inputs", "baseline", "scenarios", "look_ahead", "build", "solve", "explain",  # of a plan
    "quantiles",  # of a forecast
    "typical", "design", "modules", "read", "truth", "reference", "resolution", "sweep",  # of a study
    "account",  # of a report
]  # fmt: skip
ReasonType = Literal[
    "input",  # the request or the site's data cannot be used: trying again changes nothing
    "deadline",  # the planning process did not end in time and was stopped
    "out_of_memory",
    "crashed",  # the planning process ended three times
    "worker_lost",  # whoever worked on it fell silent three times
    "internal",  # a fault of this software
]


class Progress(Told):
    """The newest word from a running job. Incumbent and bound in CNY, null before there is one.

    ``done``, ``failed`` and ``total`` count the scenarios of a study or the rounds of a look-ahead; else null.
    """

    phase: Phase
    seconds: float
    incumbent: float | None = None
    bound: float | None = None
    gap: float | None = None
    done: int | None = None
    failed: int | None = None
    total: int | None = None
    rate_per_min: float | None = Field(None, description="scenarios that end in a minute, of those worked out now")
    remaining_s: float | None = Field(None, description="until all have ended, at the present rate")

    def __str__(self) -> str:
        """One line, such as ``solve, 12 s: 8,123 CNY, gap 0.31%``."""
        if self.total is not None:
            failed = f", {self.failed} failed" if self.failed else ""
            left = "" if self.remaining_s is None else f", {self.remaining_s:.0f} s to go"
            return f"{self.phase}, {self.seconds:.0f} s: {self.done} of {self.total}{failed}{left}"
        found = "" if self.incumbent is None else f": {self.incumbent:,.0f} CNY"
        return f"{self.phase}, {self.seconds:.0f} s{found}" + ("" if self.gap is None else f", gap {self.gap:.2%}")


class Reason(Told):
    """Why a job failed."""

    type: ReasonType
    text: Text


class Job(Told):
    id: Id
    kind: JobKind
    site: SiteName
    state: JobState
    created_at: Instant
    created_by: str
    started_at: Instant | None = None
    finished_at: Instant | None = None
    attempts: int = 0
    cancel_requested: bool = False
    progress: Progress | None = None
    reason: Reason | None = None
    result: str | None = Field(None, description="path of what the job made", examples=["/api/v1/plans/019a2f3e-…"])
    request: dict[str, Any] = Field(description="what was asked for")


class JobEvent(Told):
    """One event of a job's life: `queued`, `started`, `progress`, `row` (of a study), `retry`, `finished`."""

    seq: int
    at: Instant
    type: Literal["queued", "started", "progress", "row", "retry", "finished"]
    data: dict[str, Any]
