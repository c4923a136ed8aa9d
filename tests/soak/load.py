"""What the service does under load, against a real one on this machine: python -m tests.soak.load [--short]

    reads       wrk on one plan over 16 connections: its summary, its whole plan.json (gzip)
    users       50 users, each with an event stream open and a read every half second, while plans are being made
    ingestion   1 000 series of one point a second, sent each second in two batches, read back and compared
    keys        1 000 POSTs on 100 idempotency keys from 20 threads
    full queue  POSTs until one is refused

Prints a Markdown table; the exit code is 1 where a bound is missed. wrk, Python's readers and the planning process
share the machine with the service: the figures are those of a host that does all of it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.soak.ingestion import Ingested, ingest
from tests.soak.posting import Full, Posted, fill_queue, post_on_keys
from tests.soak.running import Running, bearer, running
from tests.soak.users import Seen, watch
from tests.soak.wrk import Measured, wrk

PLAN = {"site": "qingdao", "day": "2026-11-23", "weather": "climatology", "time_limit_s": 60}
READS_PER_S, READ_P99_MS, USERS_P95_MS = 400, 150, 300


@dataclass(frozen=True)
class Row:
    """A line of the table: whether nothing failed or was lost, and whether it was fast enough."""

    what: str
    bound: str
    measured: str
    sound: bool
    fast: bool = True

    def __str__(self) -> str:
        return (
            f"| {self.what} | {self.bound} | {self.measured} | {'kept' if self.sound and self.fast else '**missed**'} |"
        )


def measure(folder: Path, *, short: bool) -> Iterator[Row]:
    """All measurements, one after the other, each told as soon as it is there."""
    with running(folder / "reading", "--workers", "1") as service:
        plan = service.make(PLAN)
        for what, path in (("the summary of a plan", ""), ("a whole plan.json", "/plan.json")):
            yield _reads(what, read(service, f"/api/v1/plans/{plan}{path}", 1 if short else 30))
        yield _users(watch(service, plan, users=50, seconds=3 if short else 120))
        yield _ingested(ingest(service, seconds=2 if short else 300))
    with running(folder / "queueing", "--workers", "0", "--queue-limit", "150") as service:
        yield _posted(post_on_keys(service, posts=1000, keys=100, threads=20))
        yield _full(fill_queue(service, most=60))


def read(service: Running, path: str, seconds: float) -> Measured:
    """One address read by wrk as a browser would, compressed."""
    headers = bearer(service.token("viewer", "reader")) | {"Accept-Encoding": "gzip"}
    httpx.get(service.url + path, headers=headers).raise_for_status()  # the first answer pays for what is loaded once
    return wrk(service.url + path, seconds, headers)


def _reads(what: str, m: Measured) -> Row:
    return Row(
        f"reads of {what}, 16 connections",
        f">= {READS_PER_S} a second, p99 < {READ_P99_MS} ms",
        f"{m.per_second:.0f} a second, p99 {m.p99_ms:.0f} ms, {m.failed + m.lost} failed, {m.kib:.1f} KiB each",
        m.failed + m.lost == 0,
        m.per_second >= READS_PER_S and m.p99_ms < READ_P99_MS,
    )


def _users(seen: Seen) -> Row:
    m = seen.reads
    return Row(
        "50 users, each with an event stream open, plans being made",
        f"no 5xx, p95 < {USERS_P95_MS} ms",
        f"{m.requests} reads ({m.per_second:.0f} a second), {m.failed + m.lost} failed, p95 {m.p95_ms:.0f} ms, "
        f"worst {m.worst_ms:.0f} ms; {seen.streams} streams, {seen.refused} refused, {seen.events} events; "
        f"{seen.plans} plans made",
        m.failed + m.lost + seen.refused == 0 and seen.events >= 50,
        m.p95_ms < USERS_P95_MS,
    )


def _ingested(told: Ingested) -> Row:
    return Row(
        f"ingestion, {told.seconds} s",
        "1 000 points a second, none lost",
        f"{told.sent} points sent, {told.sent - told.missing} read back equal, {told.failed} batches refused; "
        f"a batch of 500 takes {told.p95_ms:.0f} ms (p95), the last was {told.late_s:.1f} s late",
        told.missing == 0 and told.failed == 0,
        told.late_s < 5,
    )


def _posted(told: Posted) -> Row:
    return Row(
        "1 000 POSTs, 100 idempotency keys, 20 threads",
        "exactly 100 jobs",
        f"{told.jobs} jobs, {told.answers} answers 202, {told.others} others, {told.seconds:.1f} s",
        told.jobs == 100 and told.answers == 1000 and told.one_each,
    )


def _full(told: Full) -> Row:
    return Row(
        "queue of 150 that is full",
        "503 with Retry-After, nothing lost",
        f"{told.accepted} more accepted, then {told.status}, Retry-After {told.retry_after}; {told.waiting} wait",
        (told.accepted, told.status, told.waiting) == (50, 503, 150) and bool(told.retry_after),
    )


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--short", action="store_true", help="seconds instead of minutes")
    asked = p.parse_args()
    print(f"| under load, {os.cpu_count()} cores{', short run' if asked.short else ''} | asked | measured | |")
    print("|---|---|---|---|")
    fine = True
    with tempfile.TemporaryDirectory(prefix="ems-load-") as folder:
        for row in measure(Path(folder), short=asked.short):
            print(row, flush=True)
            fine = fine and row.sound and row.fast
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
