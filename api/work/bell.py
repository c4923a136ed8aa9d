"""Wakes idle workers when there is something to do."""

from __future__ import annotations

import threading


class Bell:
    """Counts how often it was rung, so that nobody who looked for work meanwhile misses it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.rung = 0

    def ring(self) -> None:
        with self._changed:
            self.rung += 1
            self._changed.notify_all()

    def wait(self, heard: int, seconds: float) -> None:
        """Return once it was rung more often than ``heard``, and after ``seconds`` at the latest."""
        with self._changed:
            self._changed.wait_for(lambda: self.rung != heard, seconds)
