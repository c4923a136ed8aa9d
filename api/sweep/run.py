"""A sweep: what the journal has is taken from it, the rest is computed and written into it, row by row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from api.sweep.executor import Executor, Finished, Task
from api.sweep.journal import Journal, Row
from api.sweep.progress import Progress
from api.sweep.reasons import LOST

Follow = Callable[[Sequence[Row]], list[Task] | None]
LOOK_S = 0.2  # between two looks whether to cancel
FIGURES = ("sizes", "kpis", "money", "levelised", "compared")  # of a row; empty where a scenario failed


class Cancelled(Exception):
    """The sweep was told to stop. Every row that had ended is in the journal."""


def sweep(
    tasks: Iterable[Task],
    executor: Executor,
    journal: Journal,
    *,
    follow: Sequence[Follow] = (),
    later: int = 0,
    again: bool = False,
    progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> list[Row]:
    """The rows of all tasks, in the order of the tasks; the executor must have been entered.

    Tasks of the same id are computed once; each gets its row, under its own name. Every function of ``follow`` is asked
    after each row, with all rows so far, which tasks come next, until it answers with a list; ``later`` is how many
    tasks that will be, for the count of what remains. A failed scenario of an earlier run is computed again where its
    worker was lost, the others only with ``again``. Raises `Cancelled` when ``cancel`` says so.
    """
    return _Sweep(executor, journal, list(follow), later, again, progress).run(list(tasks), cancel)


class _Sweep:
    def __init__(
        self,
        executor: Executor,
        journal: Journal,
        follow: list[Follow],
        later: int,
        again: bool,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._executor, self._journal, self._follow = executor, journal, follow
        self._later, self._again, self._say = later, again, progress or (lambda p: None)
        self._tasks: list[Task] = []
        self._rows: dict[int, Row] = {}  # place of the task -> row
        self._waiting: dict[str, list[int]] = {}  # id -> places
        self._reused, self._computed = 0, 0
        self._began = time.monotonic()

    def run(self, tasks: list[Task], cancel: Callable[[], bool] | None) -> list[Row]:
        self._take(tasks)
        self._go_on()
        self._tell(None)
        while self._waiting:
            if cancel is not None and cancel():
                raise Cancelled
            if (finished := self._executor.finished(LOOK_S)) is None:
                continue
            last = self._note(finished)
            self._go_on()
            self._tell(last)
        return [self._rows[k] for k in range(len(self._tasks))]

    def _take(self, tasks: list[Task]) -> None:
        """Rows from the journal for what is there, a place in the queue for what is not."""
        for task in tasks:
            place = len(self._tasks)
            self._tasks.append(task)
            if (row := self._known(task.id)) is not None:
                self._rows[place] = row | task.label
                self._reused += 1
            elif task.id in self._waiting:
                self._waiting[task.id].append(place)
            else:
                self._waiting[task.id] = [place]
                self._executor.submit(task)

    def _known(self, id: str) -> Row | None:
        failure = self._journal.failure(id)
        return None if failure and (self._again or failure == LOST) else self._journal.row(id)

    def _note(self, finished: Finished) -> Row:
        """Write the row of what has ended."""
        places = self._waiting.pop(finished.id)
        row = row_of(self._tasks[places[0]], finished)
        self._journal.add(row, finished.reason["type"] if finished.reason else None)
        self._computed += len(places)
        for place in places:
            self._rows[place] = row | self._tasks[place].label
        return self._rows[places[0]]

    def _go_on(self) -> None:
        """Ask what comes next, as long as there are answers: what follows may be in the journal already."""
        asking = True
        while asking:
            asking = False
            for ask in list(self._follow):
                if (tasks := ask([self._rows[k] for k in sorted(self._rows)])) is not None:
                    self._follow.remove(ask)
                    self._later = max(0, self._later - len(tasks)) if self._follow else 0
                    self._take(tasks)
                    asking = True

    def _tell(self, last: Row | None) -> None:
        failed = sum(row["status"] == "failed" for row in self._rows.values())
        total, passed = len(self._tasks) + self._later, time.monotonic() - self._began
        rate = self._computed / passed if self._computed else None
        left = None if rate is None else (total - len(self._rows)) / rate
        per_min = None if rate is None else rate * 60
        self._say(Progress(len(self._rows) - failed, failed, total, self._reused, per_min, left, last))


def row_of(task: Task, finished: Finished) -> Row:
    """The row of a task that has ended."""
    head: dict[str, Any] = {"id": task.id, **task.label, "seconds": round(finished.seconds, 3)}
    if finished.reason is None:
        return head | {"status": "done", "reason": None} | (finished.result or {})
    reason = {lang: finished.reason[lang] for lang in ("zh", "en")}
    return head | {"status": "failed", "reason": reason} | {name: {} for name in FIGURES}
