"""Following a job: server-sent events as an iterator that survives disconnections."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import httpx

from api.client_transport import ApiError, Transport
from api.contract.jobs import JobEvent

SILENCE_S = 30.0  # the service says something every ten seconds
PAUSE_S = 1.0
MOST_SILENT = 10  # connections in a row that brought nothing: nobody is there


def events(to: Transport, job: str) -> Iterator[JobEvent]:
    """The events of a job until it has finished; the connection is opened again where it breaks."""
    seen, silent = 0, 0
    while True:
        told = {"Accept": "text/event-stream", "Last-Event-ID": str(seen)}
        try:
            with to.stream("GET", "jobs", job, "events", headers=told, timeout=SILENCE_S) as answer:
                if answer.status_code == httpx.codes.NO_CONTENT:
                    return
                for event in parsed(answer.iter_lines()):
                    seen, silent = event.seq, 0
                    yield event
                    if event.type == "finished":
                        return
        except httpx.TransportError:
            if silent >= MOST_SILENT:
                raise
        except ApiError as error:
            if error.problem.status != httpx.codes.SERVICE_UNAVAILABLE or silent >= MOST_SILENT:
                raise
        silent += 1
        time.sleep(PAUSE_S)


def parsed(lines: Iterable[str]) -> Iterator[JobEvent]:
    """Events from the lines of a stream: of each only the data matters, which has number and type in it."""
    data: list[str] = []
    for line in lines:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            yield JobEvent.model_validate_json("\n".join(data))
            data = []
