"""Users of the pages: each keeps an event stream open and reads now and then, while plans are being made."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.soak.running import Running, bearer
from tests.soak.wrk import Measured, wrk

PAUSE_MS = 500  # on average, before a user's next question
PLAN = {"site": "qingdao", "weather": "climatology", "step_minutes": 15}
FINISHED = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True)
class Seen:
    """What all users saw together: their reads; streams opened and refused, events heard; plans made meanwhile."""

    reads: Measured
    streams: int
    refused: int
    events: int
    plans: int


def watch(service: Running, plan: str, *, users: int, seconds: int) -> Seen:
    """Let them watch and read for so long."""
    viewer = service.token("viewer", "watcher")
    paths = (  # what a page asks for, in turn
        f"/api/v1/plans/{plan}",
        "/api/v1/jobs",
        f"/api/v1/plans/{plan}/schedule",
        "/api/v1/plans?site=qingdao",
        f"/api/v1/plans/{plan}/explain",
        "/api/v1/alarms?site=qingdao",
    )
    with Planning(service) as planning, ThreadPoolExecutor() as pool:
        listening = pool.submit(asyncio.run, _listen(service.url, viewer, planning, users))
        headers = bearer(viewer) | {"Accept-Encoding": "gzip"}
        reads = wrk(service.url, seconds, headers, users, paths=paths, pause_ms=PAUSE_MS)
        planning.stop.set()
        ears = listening.result(120)
    counts = [sum(each) for each in zip(*((e.streams, e.refused, e.events) for e in ears), strict=True)]
    return Seen(reads, *counts, planning.made)


class Planning(threading.Thread):
    """Has one plan made after the other; ``job`` is the path of the one in the making."""

    def __init__(self, service: Running) -> None:
        super().__init__()
        self.client = service.client(service.token("operator", "planner"))
        self.stop = threading.Event()
        self.job = ""
        self.made = 0

    def __enter__(self) -> Planning:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.join()

    def run(self) -> None:
        for day in itertools.cycle(range(1, 29)):
            asked = self.client.post("/api/v1/plans", json=PLAN | {"day": f"2026-11-{day:02d}"})
            asked.raise_for_status()
            self.job = asked.headers["Location"]
            while (job := self.client.get(self.job).json())["state"] not in FINISHED:
                time.sleep(0.1)
            assert job["state"] == "succeeded", job
            self.made += 1
            if self.stop.is_set():
                return


class Ear:
    """One user's event stream: that of the job in the making, then of the next."""

    def __init__(self, url: str, secret: str, planning: Planning) -> None:
        at = urlsplit(url)
        self.host, self.port, self.secret, self.planning = at.hostname, at.port, secret, planning
        self.streams = self.refused = self.events = 0

    async def listen(self) -> Ear:
        followed = ""
        while self.planning.is_alive():
            if followed == self.planning.job:
                await asyncio.sleep(0.1)
                continue
            followed = self.planning.job
            await self.follow(followed)
        return self

    async def follow(self, job: str) -> None:
        """By hand: a client library would take more of the machine than the service does."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        lines = (f"GET {job}/events HTTP/1.1", f"Host: {self.host}", f"Authorization: Bearer {self.secret}")
        writer.write("\r\n".join((*lines, "Connection: close", "", "")).encode())
        self.streams += 1
        self.refused += b" 200 " not in await reader.readline()
        while line := await reader.readline():
            self.events += line.startswith(b"data:")
        writer.close()


async def _listen(url: str, secret: str, planning: Planning, users: int) -> list[Ear]:
    return await asyncio.gather(*(Ear(url, secret, planning).listen() for _ in range(users)))
