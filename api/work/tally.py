"""What the workers of this process did, for whoever watches the service."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any


class Tally:
    """Counts since the process began; read the attributes at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.running = 0  # jobs under way
        self.finished: Counter[tuple[str, str]] = Counter()  # by kind and state
        self.failed: Counter[str] = Counter()  # by type of reason
        self.retried: Counter[str] = Counter()  # attempts that came to nothing, by type of reason
        self.outcomes: Counter[str] = Counter()  # of plans
        self.planned = 0  # plans that were made
        self.solve_seconds = 0.0  # spent by the solver on them

    def begin(self) -> None:
        with self._lock:
            self.running += 1

    def end(self) -> None:
        with self._lock:
            self.running -= 1

    def finish(self, kind: str, state: str, reason: str = "", summary: dict[str, Any] | None = None) -> None:
        """Note that a job has ended, or waits again."""
        with self._lock:
            if state == "queued":
                self.retried[reason] += 1
                return
            self.finished[kind, state] += 1
            if state == "failed":
                self.failed[reason] += 1
            if state == "succeeded" and summary and "outcome" in summary:
                self.outcomes[summary["outcome"]] += 1
                self.planned += 1
                self.solve_seconds += summary["timings"]["solve_s"]
