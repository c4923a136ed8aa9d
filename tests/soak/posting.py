"""Jobs asked for by many at once, and by more than may wait."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from tests.soak.running import Running

PLAN = {"site": "demo", "weather": "climatology", "step_minutes": 60}


@dataclass(frozen=True)
class Posted:
    """``one_each``: all answers to a key named the same job."""

    jobs: int
    answers: int
    others: int
    one_each: bool
    seconds: float


@dataclass(frozen=True)
class Full:
    accepted: int
    status: int
    retry_after: str
    waiting: int


def post_on_keys(service: Running, *, posts: int, keys: int, threads: int) -> Posted:
    """The same keys over and over in a random order, each with the body that belongs to it."""
    order = [k % keys for k in range(posts)]
    random.Random(1).shuffle(order)
    named: dict[int, set[str]] = defaultdict(set)
    with service.client(service.token("operator", "retrying")) as client, ThreadPoolExecutor(threads) as pool:
        began = time.monotonic()
        answers = list(pool.map(lambda key: (key, _post(client, key)), order))
        took = time.monotonic() - began
    for key, answer in answers:
        if answer.status_code == 202:
            named[key].add(answer.headers["Location"])
    accepted = sum(answer.status_code == 202 for _, answer in answers)
    one_each = len(named) == keys and all(len(jobs) == 1 for jobs in named.values())
    return Posted(_waiting(service), accepted, posts - accepted, one_each, took)


def fill_queue(service: Running, *, most: int) -> Full:
    """New jobs until one is refused."""
    with service.client(service.token("operator", "eager")) as client:
        for accepted in range(most):
            answer = client.post("/api/v1/plans", json=PLAN)
            if answer.status_code != 202:
                return Full(accepted, answer.status_code, answer.headers.get("Retry-After", ""), _waiting(service))
    return Full(most, 202, "", _waiting(service))


def _post(client: httpx.Client, key: int) -> httpx.Response:
    body = PLAN | {"day": f"2026-{key // 28 + 1:02d}-{key % 28 + 1:02d}"}
    return client.post("/api/v1/plans", json=body, headers={"Idempotency-Key": f"key-{key}"})


def _waiting(service: Running) -> int:
    """How many jobs are there at all; nobody works on them."""
    with service.client() as client:
        count, cursor = 0, ""
        while True:
            page = client.get("/api/v1/jobs", params={"limit": 100} | ({"cursor": cursor} if cursor else {})).json()
            count += len(page["items"])
            cursor = page["next_cursor"]
            if not cursor:
                return count
