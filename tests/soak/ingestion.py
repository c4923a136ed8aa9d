"""Measurements sent at an even rate and read back."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.soak.running import Running

SITE = "qingdao"
SERIES, BATCH = 1000, 500  # so many series, so many of them in one request


@dataclass(frozen=True)
class Ingested:
    """``missing`` points are not there, or not as they were sent; ``late_s`` tells how late the last batch was done."""

    seconds: int
    sent: int
    missing: int
    failed: int
    p95_ms: float
    late_s: float


def ingest(service: Running, *, seconds: int) -> Ingested:
    """One point a second of every series for so long, then all of them read back."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=seconds)
    names = [f"load.sensor_{k:04d}_kw" for k in range(SERIES)]
    took: list[float] = []
    failed = 0
    with service.client(service.token("engineer", "meters")) as client:
        for name in names:
            told = {"kind": "measurement", "unit": "kW", "resolution": "PT1S"}
            client.put(f"/api/v1/sites/{SITE}/series/{name}", json=told).raise_for_status()
        began = time.monotonic()
        for second in range(seconds):
            time.sleep(max(0.0, began + second - time.monotonic()))
            for first in range(0, SERIES, BATCH):
                batch = {name: _point(start, second, k + first) for k, name in enumerate(names[first : first + BATCH])}
                asked = time.perf_counter()
                answer = client.post(f"/api/v1/sites/{SITE}/points", json={"series": batch})
                took.append((time.perf_counter() - asked) * 1e3)
                failed += not answer.is_success
        late = time.monotonic() - began - (seconds - 1)
        missing = sum(_missing(client, name, k, start, seconds) for k, name in enumerate(names))
    return Ingested(seconds, SERIES * seconds, missing, failed, statistics.quantiles(took, n=20)[-1], late)


def _value(second: int, sensor: int) -> float:
    return second + sensor / 1000


def _point(start: datetime, second: int, sensor: int) -> dict[str, Any]:
    at = (start + timedelta(seconds=second)).isoformat()
    return {"start": at, "resolution": "PT1S", "unit": "kW", "values": [_value(second, sensor)]}


def _missing(client: httpx.Client, name: str, sensor: int, start: datetime, seconds: int) -> int:
    span = {"from": start.isoformat(), "to": (start + timedelta(seconds=seconds)).isoformat()}
    answer = client.get(f"/api/v1/sites/{SITE}/series/{name}/points", params=span)
    answer.raise_for_status()
    told = answer.json()
    if datetime.fromisoformat(told["start"]) != start:
        return seconds
    values = told["values"] + [None] * (seconds - len(told["values"]))
    return sum(value != _value(second, sensor) for second, value in enumerate(values[:seconds]))
