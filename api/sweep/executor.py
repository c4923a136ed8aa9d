"""Who does the tasks of a sweep: an interface with two engines behind it, processes of this machine and Dask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from api.sweep.reasons import Failure

TRIES = 3  # of a task whose worker dies or hangs
DEADLINE_S = 7200.0  # of a task; a full year of a large park takes minutes


@dataclass(frozen=True)
class Task:
    """One scenario: ``kind`` names the function that is called with the payload, as ``module:function``.

    The function must be importable where the task runs; it returns a JSON-able dict. ``payload["row"]`` is what is
    known of the scenario's row before it is computed.
    """

    id: str  # content hash: equal where the result must be equal
    kind: str
    payload: Mapping[str, Any]

    @property
    def label(self) -> dict[str, Any]:
        """What is known of the row beforehand: name, group, what is set."""
        return dict(self.payload.get("row", {}))


@dataclass(frozen=True)
class Finished:
    """How a task ended: with a result, or with the reason why there is none. ``seconds``: of the last try."""

    id: str
    result: dict[str, Any] | None
    reason: Failure | None
    seconds: float

    @property
    def ok(self) -> bool:
        return self.reason is None


class Executor(Protocol):
    """Starts its workers when it is entered and ends them, whatever they are doing, when it is left.

    Tasks fail one by one: an error in a task ends it at once, a worker that dies or hangs over it is replaced and the
    task tried again, `TRIES` times in all.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def submit(self, task: Task) -> None:
        """Take a task; it waits until a worker is free."""
        ...

    def finished(self, seconds: float) -> Finished | None:
        """The next task that has ended; None where none does within ``seconds``.

        Raises what makes all further work impossible, such as workers that cannot be started.
        """
        ...
