"""Sweeps of real scenarios, measured and tormented: python -m tests.soak.sweep [--scenarios 200] [--kills 20]

A small study of the tutorial park (two weeks, five sizes), 200 scenarios of a grid, on processes of this machine and on
a Dask cluster of it, each with two workers:

- efficiency: seconds of all scenarios on one worker, over two times the wall time of two workers, their start included,
  for which nothing else may run on the machine; and how busy the two workers are, which tells as much on a busy one;
- kills: workers are killed with SIGKILL in the middle of scenarios (none is hit more than twice: three deaths are a
  scenario's own fault), while five of the scenarios are poison: two kill their worker, one hangs, one cannot be, one
  has no answer. All others must have their results, each of the five its reason;
- resume: the whole sweep is killed half way and started again; what had ended must not be computed again.

Prints a Markdown table; the exit code is 1 where anything is otherwise than it must be.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from api.sweep.dask_executor import DaskExecutor
from api.sweep.executor import DEADLINE_S, Executor, Task
from api.sweep.journal import Journal, Row
from api.sweep.local import LocalExecutor
from api.sweep.run import sweep
from api.sweep.studies import case_of, tasks_of
from ems.site_file import read_site
from ems.sizing.row import make_row
from ems.sizing.scenarios import Spec
from tests.sizing.sweep.small import small
from tests.soak.tormented import alive

WORKERS = 2
HORIZON = {"start": "2026-03-02", "days": 14, "per_year": 26}
HANGING_S = 30.0  # deadline of a scenario while workers are killed
TOO_OFTEN = 0.02  # share of scenarios that a resume may compute again
EFFICIENT = 0.75
KILL_S = (0.2, 2.5)  # between two kills
POISON = ("dies", "dies, too", "hangs", "cannot be", "has no answer")
NAMES = ("local", "dask")
PARTS = ("efficiency", "kills", "resume")


def row(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario that leaves a line before and after, and does what poison does."""
    name = payload["row"]["name"]
    _note(payload, f"{name}\tbegan\t{os.getpid()}")
    if name.startswith("dies"):
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "hangs":
        time.sleep(3600)
    made = make_row(payload)
    _note(payload, f"{name}\tended\t{os.getpid()}")
    return made


def _note(payload: Mapping[str, Any], line: str) -> None:
    with open(payload["log"], "a", encoding="utf-8") as log:
        log.write(line + "\n")


def scenarios(many: int, log: Path, poison: int = 0) -> list[Task]:
    """So many of a grid of discount rates and electricity prices, ``poison`` of them at random places."""
    demo = read_site("demo")
    case = case_of(demo, small(horizon=HORIZON), demo.folder)
    grid = product([0.04 + 0.0025 * k for k in range(20)], [0.8 + 0.04 * k for k in range((many + 19) // 20)])
    changes = [{"economics/discount_rate": d, "factors/import_cny_per_kwh": p} for d, p in grid][: many - poison]
    specs = [Spec(f"{k}", "grid", change) for k, change in enumerate(changes)]
    wrong: dict[str, dict[str, Any]] = {
        "cannot be": {"set": {"economics/discount_rate": 7}},
        "has no answer": {"carbon_cap_t": -1e6},
    }
    chance = random.Random(1)
    for name in POISON[:poison]:
        specs.insert(chance.randrange(len(specs) // 2), Spec(name, "grid", **wrong.get(name, {})))
    made = tasks_of(case, specs)
    here = "tests.soak.sweep:row"
    return [replace(t, id=f"{t.id}-{t.label['name']}", kind=here, payload=t.payload | {"log": str(log)}) for t in made]


def executor(name: str, workers: int = WORKERS, deadline_s: float = DEADLINE_S) -> Executor:
    if name == "dask":
        return DaskExecutor(None, workers, deadline_s)
    return LocalExecutor(workers, deadline_s)


@dataclass
class Seen:
    """What came of it, by what was measured; and what is not as it must be."""

    figures: dict[str, str] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)


class Log:
    """What scenarios wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def counts(self) -> Counter[tuple[str, str]]:
        """(name, began or ended) -> times."""
        return Counter((name, what) for name, what, _ in self._lines())

    def at_work(self) -> dict[int, str]:
        """Processes that are in the middle of a scenario -> its name."""
        last = {int(pid): (name, what) for name, what, pid in self._lines()}
        return {pid: name for pid, (name, what) in last.items() if what == "began" and alive(pid)}

    def _lines(self) -> list[list[str]]:
        return [line.split("\t") for line in self.path.read_text(encoding="utf-8").splitlines()]


def swept(name: str, folder: Path, tasks: list[Task], **how: Any) -> tuple[list[Row], float]:
    """Rows, and the wall time with the start of the workers [s]."""
    began = time.perf_counter()
    with executor(name, **how) as workers, Journal(folder / "journal.jsonl") as journal:
        rows = sweep(tasks, workers, journal)
        seconds = time.perf_counter() - began
    return rows, seconds


def efficiency(names: list[str], many: int, folder: Path, seen: Seen) -> None:
    """One worker first: what the scenarios take when nothing else runs."""
    alone, wall = swept("local", _new(folder / "alone"), scenarios(many, folder / "alone" / "log"), workers=1)
    busy = sum(r["seconds"] for r in alone)
    load = os.getloadavg()[0]
    seen.figures["one worker"] = f"{busy:.1f} s in {many} scenarios, {wall:.1f} s wall, load {load:.1f}"
    for name in names:
        rows, wall = swept(name, _new(folder / name), scenarios(many, folder / name / "log"))
        share, at_work = (total / (WORKERS * wall) for total in (busy, sum(r["seconds"] for r in rows)))
        load = os.getloadavg()[0]
        told = f"{wall:.1f} s wall, efficiency {share:.2f}, workers busy {at_work:.0%}, load {load:.1f}"
        seen.figures[f"two workers, {name}"] = told
        if [r["status"] for r in rows] != ["done"] * many:
            seen.breaches.append(f"{name}: not all scenarios have a result")
        if share < EFFICIENT:
            seen.breaches.append(f"{name}: efficiency {share:.2f} is below {EFFICIENT}")


def kills(name: str, many: int, wanted: int, folder: Path, seen: Seen) -> None:
    log, chance, struck, over = Log(folder / "log"), random.Random(2), Counter[str](), threading.Event()

    def strike() -> None:
        while struck.total() < wanted and not over.wait(chance.uniform(*KILL_S)):
            able = {pid: n for pid, n in log.at_work().items() if struck[n] < 2 and n not in POISON}
            if able:
                pid = chance.choice(list(able))
                struck[able[pid]] += 1
                os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        rows, wall = swept(name, folder, scenarios(many, log.path, len(POISON)), deadline_s=HANGING_S)
    finally:
        over.set()
        thread.join()
    failed = {r["name"]: r["reason"]["en"] for r in rows if r["status"] == "failed"}
    results = sum(r["status"] == "done" for r in rows)
    seen.figures[f"{struck.total()} kills and {len(POISON)} poison scenarios, {name}"] = (
        f"{results} results, {len(failed)} reasons, {wall:.0f} s"
    )
    for poison, reason in failed.items():
        print(f"{name}: {poison}: {reason}", file=sys.stderr)
    if set(failed) != set(POISON):
        seen.breaches.append(f"{name}: failed: {', '.join(failed)}")
    if struck.total() != wanted:
        seen.breaches.append(f"{name}: only {struck.total()} workers were killed before all was done")


def resume(name: str, many: int, folder: Path, seen: Seen) -> None:
    log, journal = Log(folder / "log"), folder / "journal.jsonl"
    command = [sys.executable, "-m", "tests.soak.sweep", "--run", name, str(folder), "--scenarios", str(many)]
    running = subprocess.Popen(command)
    while not journal.exists() or len(journal.read_bytes().splitlines()) < many // 2:
        if running.poll() is not None:
            seen.breaches.append(f"{name}: the sweep ended with {running.returncode} before it could be killed")
            return
        time.sleep(0.05)
    running.kill()
    running.wait()
    until = time.monotonic() + 5
    while (left := log.at_work()) and time.monotonic() < until:
        time.sleep(0.05)
    before = log.counts()
    rows, _ = swept(name, folder, scenarios(many, log.path))
    again = [n for (n, what), times in (log.counts() - before).items() if what == "began" and before[n, "ended"]]
    seen.figures[f"killed half way, {name}"] = (
        f"{sum(what == 'ended' for _, what in before)} had ended, {len(again)} of {many} computed again"
    )
    if len(again) > TOO_OFTEN * many:
        seen.breaches.append(f"{name}: {len(again)} of {many} were computed again")
    if [r["status"] for r in rows] != ["done"] * many:
        seen.breaches.append(f"{name}: after the resume not all scenarios have a result")
    if left:
        seen.breaches.append(f"{name}: workers outlived the sweep")


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def table(seen: Seen) -> str:
    return "\n".join(["| what | measured |", "|---|---|", *(f"| {a} | {b} |" for a, b in seen.figures.items())])


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--scenarios", type=int, default=200)
    p.add_argument("--kills", type=int, default=20)
    p.add_argument("--executors", nargs="+", choices=NAMES, default=list(NAMES))
    p.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    p.add_argument("--run", nargs=2, help=argparse.SUPPRESS, metavar=("EXECUTOR", "FOLDER"))  # what is killed half way
    args = p.parse_args()
    if args.run:
        name, place = args.run[0], Path(args.run[1])
        swept(name, place, scenarios(args.scenarios, place / "log"))
        return 0
    seen = Seen()
    with tempfile.TemporaryDirectory(prefix="ems-sweep-") as temporary:
        folder = Path(temporary)
        if "efficiency" in args.parts:
            efficiency(args.executors, args.scenarios, _new(folder / "efficiency"), seen)
        for name in args.executors:
            if "kills" in args.parts:
                kills(name, args.scenarios, args.kills, _new(folder / f"kills-{name}"), seen)
            if "resume" in args.parts:
                resume(name, args.scenarios, _new(folder / f"resume-{name}"), seen)
    print(table(seen))
    for breach in seen.breaches:
        print(f"BROKEN: {breach}")
    return 1 if seen.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
