"""Faults of solver and planning process, done to a service that goes on answering: python -m tests.soak.faults

Each fault is built into the planning process or its solver from outside (`tests/service/work/faults.py`); then jobs are
submitted one after the other while someone reads from the service twenty times a second. Every job must end as it
should: with a plan that passes the audit of its stored text, or failed with the type that fits. The exit code is 1
where one does not, where a read fails, or where a read takes longer than a second.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.http.app import create_app
from ems.plan_file import audit_plan
from tests.service.resources.kept import serving
from tests.service.work.bench import Office
from tests.service.work.faults import code
from tests.soak.running import bearer

KEY = "key of the soak run"
SLOWEST_MS = 1000.0
PAUSE_S = 0.05
BY_RULES = frozenset({"fallback"})


@dataclass(frozen=True)
class Fault:
    """What goes wrong, how often, and how the jobs may end: outcomes of plans, or types of failure."""

    what: str
    calls: tuple[str, ...]
    times: int
    ends: frozenset[str] = BY_RULES
    asked: dict[str, Any] = field(default_factory=lambda: {"time_limit_s": 1.0})
    memory_mb: int = 4096


FAULTS = (
    Fault("solver hangs", ("solver('hang()')",), 10),
    Fault("solver aborts", ("solver('crash()')",), 20),
    Fault("solver is killed", ("solver('vanish()')",), 20),
    Fault("solver takes all memory", ("solver('bomb()')",), 10, memory_mb=1024),
    Fault(
        "solver answers wrongly, other columns each time",
        ("solver('bend(5)')",),
        200,
        frozenset({"optimal", "relaxed", "time_limit", "fallback"}),
        {},
    ),
    Fault("planning process aborts", ("cold()", "task('abort')"), 10, frozenset({"crashed"})),
    Fault(
        "planning process takes all memory", ("cold()", "task('devour')"), 10, frozenset({"out_of_memory"}), {}, 1024
    ),
    Fault("planning process hangs", ("cold()", "task('sleep')"), 2, frozenset({"deadline"})),
    Fault("planning process has a fault of its own", ("cold()", "task('blunder')"), 20, frozenset({"internal"})),
)


@dataclass
class Seen:
    """How jobs ended, what does not fit, and how long reads took meanwhile."""

    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    reads_ms: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def fine(self) -> bool:
        return not self.wrong and not self.failed and max(self.reads_ms) < SLOWEST_MS


def suffer(fault: Fault, folder: Path, times: int | None = None) -> Seen:
    """Submit jobs to a service with this fault and see how each of them ends."""
    seen = Seen()
    how = {"memory_mb": fault.memory_mb, "tasks_per_child": 1000}  # one process, so that its random numbers go on
    with Office(f"sqlite:///{folder / 'ems.db'}", **how) as office:
        app = create_app(office.settings, office.store, local_key=KEY)
        with serving(app) as url, office.at_work(code(*fault.calls)), reading(url, seen):
            for _ in range(times or fault.times):
                job = office.until(office.submit(**fault.asked), seconds=400)
                end = job.reason.type if job.reason else job.state
                if job.state == "succeeded":
                    content = office.text(job)
                    end = content["outcome"]
                    if content["violations"] or audit_plan(content, "as stored"):
                        seen.wrong.append(f"{fault.what}: the plan of job {job.id} breaks laws")
                if end not in fault.ends:
                    seen.wrong.append(f"{fault.what}: job {job.id} ended as {end}")
                seen.ends[end] += 1
    return seen


@contextmanager
def reading(url: str, seen: Seen) -> Iterator[None]:
    """Someone who looks at the jobs all the time."""
    over = threading.Event()

    def read() -> None:
        with httpx.Client(base_url=url, headers=bearer(KEY), timeout=30) as client:
            while not over.wait(PAUSE_S):
                began = time.perf_counter()
                try:
                    seen.failed += not client.get("/api/v1/jobs").is_success
                except httpx.TransportError:
                    seen.failed += 1
                seen.reads_ms.append((time.perf_counter() - began) * 1e3)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def row(fault: Fault, seen: Seen) -> str:
    ends = ", ".join(f"{n} {end}" for end, n in sorted(seen.ends.items()))
    reads = sorted(seen.reads_ms)
    p95 = reads[int(0.95 * (len(reads) - 1))]
    told = f"{len(reads)} reads, {seen.failed} failed, p95 {p95:.0f} ms, worst {reads[-1]:.0f} ms"
    return f"| {fault.what} | {sum(seen.ends.values())} | {ends} | {told} | {'kept' if seen.fine else '**missed**'} |"


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--times", type=int, help="so many jobs with each fault, instead of each fault's own number")
    times = p.parse_args().times
    print("| fault | jobs | ended as | reads of the API meanwhile | |")
    print("|---|---|---|---|---|")
    fine = True
    for fault in FAULTS:
        with tempfile.TemporaryDirectory(prefix="ems-faults-") as folder:
            seen = suffer(fault, Path(folder), times)
        print(row(fault, seen), flush=True)
        for text in seen.wrong:
            print(text, file=sys.stderr)
        fine = fine and seen.fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
