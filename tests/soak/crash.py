"""Whether every job that was accepted ends exactly once, while everything is killed.

python -m tests.soak.crash --jobs 500 --kills 100 --solver-kills 200 [--database postgresql --stops 10]

Jobs are sent over HTTP, each under its own idempotency key and again until it is answered 202, while the service is
killed with SIGKILL at random moments and started again, its planning processes and solvers are killed, and a
PostgreSQL server is stopped as by a power failure. At the end the database itself is asked. The exit code is 1 where
anything is lost, doubled, unfinished or slow to return.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy as sa

from api import tables
from api.contract.jobs import FINISHED
from api.store import Store
from tests.service.postgres import PostgresServer, server
from tests.soak.tormented import Tormented

PLAN = {"site": "demo", "day": "2026-06-15", "step_minutes": 60, "weather": "climatology", "time_limit_s": 20}
LARGE = PLAN | {"site": "qingdao", "step_minutes": 15}  # every fifth job: something that takes longer than a moment
TOKENS = 5  # one identity may only ask for so many jobs a minute
LIVE_S = (0.1, 5.0)  # how long a service lives
SEND_S = 0.8  # at most, between two jobs
FINISH_S = 900.0  # all jobs, once the killing has ended


@dataclass(frozen=True)
class Wanted:
    """How much of what."""

    jobs: int
    kills: int
    solver_kills: int
    stops: int = 0
    seed: int = 1
    ready_s: float = 5.0  # the service is back within this


@dataclass
class Seen:
    """What came of it."""

    accepted: dict[str, str] = field(default_factory=dict)  # key -> job
    answers: Counter[str] = field(default_factory=Counter)  # to requests for a job
    ready_s: list[float] = field(default_factory=list)
    back_s: list[float] = field(default_factory=list)  # ready again after the database came back
    struck: dict[str, int] = field(default_factory=dict)
    orphans: int = 0
    exit_code: int = -1
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    breaches: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Round:
    """One run: who sends, who strikes and who kills go on together, at the pace of the kills."""

    def __init__(self, wanted: Wanted, service: Tormented, postgres: PostgresServer | None) -> None:
        self._wanted, self._service, self._postgres = wanted, service, postgres
        self._chance = random.Random(wanted.seed)
        self._tokens = [service.token(f"soak-{k}") for k in range(TOKENS)]
        self._share = 0.0  # of the killing that is done
        self._over = threading.Event()
        self.seen = Seen()

    def run(self) -> Seen:
        began = time.monotonic()
        self._service.start()
        helpers = [threading.Thread(target=act, daemon=True) for act in (self._send, self._strike)]
        for helper in helpers:
            helper.start()
        self._torment()
        self._share = 1.0
        for helper in helpers:
            helper.join(FINISH_S)
        self._wait()
        self._over.set()
        self.seen.exit_code = self._service.stop()
        self.seen.ready_s, self.seen.struck = self._service.ready_s, self._service.struck
        self.seen.orphans, self.seen.seconds = self._service.orphans, time.monotonic() - began
        return self.seen

    def _torment(self) -> None:
        """Kill the service, and stop its database, at random moments."""
        acts = ["kill"] * self._wanted.kills + ["stop"] * self._wanted.stops
        self._chance.shuffle(acts)
        for k, act in enumerate(acts):
            self._share = (k + 1) / (len(acts) + 1)
            time.sleep(self._chance.uniform(*LIVE_S))
            if act == "kill":
                self._service.kill()
                self._service.start()
            else:
                self._stop_database()

    def _stop_database(self) -> None:
        assert self._postgres is not None
        self._postgres.stop("immediate")
        time.sleep(self._chance.uniform(0.2, 3.0))
        self._postgres.start()
        began = time.monotonic()
        while not self._service.ready():
            time.sleep(0.02)
        self.seen.back_s.append(time.monotonic() - began)

    def _send(self) -> None:
        """Every job until it is accepted; as large a share of them as of the killing is done."""
        chance = random.Random(self._wanted.seed + 2)
        with httpx.Client(base_url=self._service.url, timeout=10) as client:
            for k in range(self._wanted.jobs):
                time.sleep(chance.uniform(0.0, SEND_S))
                while k > self._share * self._wanted.jobs:
                    time.sleep(0.05)
                key = f"soak-{k}"
                while key not in self.seen.accepted:
                    self._ask(client, key, LARGE if k % 5 == 4 else PLAN, self._tokens[k % TOKENS])

    def _ask(self, client: httpx.Client, key: str, plan: dict[str, object], token: str) -> None:
        headers = {"Idempotency-Key": key, "Authorization": f"Bearer {token}"}
        try:
            answer = client.post("/api/v1/plans", json=plan | {"label": key}, headers=headers)
        except httpx.TransportError as error:
            self.seen.answers[type(error).__name__] += 1
            time.sleep(0.1)
            return
        self.seen.answers[str(answer.status_code)] += 1
        if answer.status_code == 202:
            self.seen.accepted[key] = answer.json()["id"]
        elif answer.status_code in (429, 503):
            time.sleep(min(1.0, float(answer.headers["Retry-After"])))
        else:
            self.seen.breaches.append(f"{key}: answered {answer.status_code}: {answer.text[:300]}")
            self.seen.accepted[key] = ""

    def _strike(self) -> None:
        """Kill planning processes and solvers."""
        chance, done = random.Random(self._wanted.seed + 1), 0
        while done < self._wanted.solver_kills and not self._over.is_set():
            if done > self._share * self._wanted.solver_kills:
                time.sleep(0.05)
                continue
            time.sleep(chance.uniform(0.05, 1.0))
            done += self._service.strike(chance)

    def _wait(self) -> None:
        """Until no job waits or runs any more."""
        until = time.monotonic() + FINISH_S
        headers = {"Authorization": f"Bearer {self._tokens[0]}"}
        with httpx.Client(base_url=self._service.url, headers=headers, timeout=10) as client:
            for state in ("queued", "running", "queued"):
                while client.get("/api/v1/jobs", params={"state": state, "limit": 1}).json()["items"]:
                    if time.monotonic() > until:
                        self.seen.breaches.append(f"jobs are still {state} after {FINISH_S:g} s")
                        return
                    time.sleep(0.2)


def judge(seen: Seen, wanted: Wanted, store: Store) -> None:
    """Ask the database itself; what is not as it must be goes into ``seen.breaches``."""
    broken = seen.breaches.append
    with store.read() as c:
        jobs = {row.id: row for row in c.execute(sa.select(tables.jobs))}
        results = Counter(c.execute(sa.select(tables.results.c.job)).scalars())
        plans = Counter(c.execute(sa.select(tables.results.c.job).join(tables.plans)).scalars())
        events = c.execute(sa.select(tables.job_events.c.job, tables.job_events.c.type)).all()
        if store.sqlite:
            said = c.execute(sa.text("PRAGMA integrity_check")).scalar()
            if said != "ok":
                broken(f"integrity_check: {said}")
    finished = Counter(e.job for e in events if e.type == "finished")
    seen.retries = sum(e.type == "retry" for e in events)
    seen.states = Counter(row.state for row in jobs.values())
    seen.reasons = Counter(row.reason["type"] for row in jobs.values() if row.state == "failed")
    if len(seen.accepted) != wanted.jobs or set(jobs) != set(seen.accepted.values()):
        broken(f"{wanted.jobs} jobs wanted, {len(seen.accepted)} answered 202, {len(jobs)} kept")
    for id, row in jobs.items():
        made = 1 if row.state == "succeeded" else 0
        if row.state not in FINISHED:
            broken(f"job {id} is {row.state}")
        if (results[id], plans[id]) != (made, made):
            broken(f"job {id} has {row.state} with {results[id]} results and {plans[id]} plans")
        if finished[id] != 1:
            broken(f"job {id} has finished {finished[id]} times")
    if extra := set(results) - set(jobs):
        broken(f"{len(extra)} results of no job")
    late = [s for s in seen.ready_s if s > wanted.ready_s]
    if late:
        broken(f"ready again only after {', '.join(f'{s:.1f}' for s in late)} s")
    if seen.orphans:
        broken(f"{seen.orphans} processes outlived the service")
    if seen.exit_code != 0:
        broken(f"stopped with exit code {seen.exit_code}")


def table(seen: Seen, wanted: Wanted) -> str:
    """What happened, as Markdown."""

    def times(values: list[float]) -> str:
        if not values:
            return "–"
        return f"{statistics.median(values):.2f} s median, {max(values):.2f} s worst, n = {len(values)}"

    def counts(found: Counter[str] | dict[str, int]) -> str:
        return ", ".join(f"{n} {name}" for name, n in sorted(found.items())) or "none"

    rows = [
        ("jobs", f"{wanted.jobs} sent, {len(set(seen.accepted.values()))} accepted"),
        ("answers to them", counts(seen.answers)),
        ("service killed", f"{wanted.kills} times"),
        ("planning processes and solvers killed", counts(seen.struck)),
        ("PostgreSQL stopped at once", f"{wanted.stops} times"),
        ("states", counts(seen.states)),
        ("reasons of failure", counts(seen.reasons)),
        ("attempts that came to nothing", str(seen.retries)),
        ("ready after start", times(seen.ready_s)),
        ("ready after the database came back", times(seen.back_s)),
        ("processes left behind", str(seen.orphans)),
        ("whole run", f"{seen.seconds:.0f} s"),
    ]
    return "\n".join(["| what | measured |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])


def run(wanted: Wanted, *, postgresql: bool, folder: Path) -> Seen:
    """Torment a service in this folder and judge what it leaves."""
    with _database(folder, postgresql) as (url, postgres):
        service = Tormented(folder, url, "--workers", "1")
        try:
            seen = Round(wanted, service, postgres).run()
        finally:
            with suppress(AssertionError):
                service.kill()
        with Store(url) as store:
            judge(seen, wanted, store)
    return seen


@contextmanager
def _database(folder: Path, postgresql: bool) -> Iterator[tuple[str, PostgresServer | None]]:
    if not postgresql:
        yield f"sqlite:///{folder / 'ems.db'}", None
        return
    with server() as postgres:
        yield postgres.new_database(), postgres


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--jobs", type=int, default=500)
    p.add_argument("--kills", type=int, default=100)
    p.add_argument("--solver-kills", type=int, default=200)
    p.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    p.add_argument("--stops", type=int, default=0, help="of PostgreSQL, immediate")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--folder", type=Path, help="keep database and log here")
    args = p.parse_args()
    if args.stops and args.database != "postgresql":
        p.error("--stops is for --database postgresql")
    wanted = Wanted(args.jobs, args.kills, args.solver_kills, args.stops, args.seed)
    with tempfile.TemporaryDirectory(prefix="ems-crash-") as temporary:
        folder = args.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        seen = run(wanted, postgresql=args.database == "postgresql", folder=folder)
    print(table(seen, wanted))
    for breach in seen.breaches:
        print(f"BROKEN: {breach}")
    return 1 if seen.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
