"""Words for tests of the queue."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api import jobs
from api.contract.base import Text
from api.contract.jobs import Job, Reason
from api.jobs import Claim
from api.store import Store
from api.tables import EPOCH
from api.tables import jobs as table

ATTEMPTS = 3
LEASE_S = 3600.0  # no test waits for a lease to end: `expire` ends it
WHY = Reason(type="crashed", text=Text(zh="规划进程退出。", en="The planning process ended."))


def submit(store: Store, site: str = "toy", limit: int = 1000) -> str:
    with store.write() as c:
        return jobs.submit(c, "plan", site, {"site": site}, "dispatcher", limit=limit)


def claim(store: Store, worker: str = "w") -> Claim:
    found = claim_any(store, worker)
    assert found is not None
    return found


def claim_any(store: Store, worker: str = "w") -> Claim | None:
    with store.write() as c:
        return jobs.claim(c, worker, LEASE_S, ATTEMPTS)


def expire(store: Store, id: str) -> None:
    """The worker falls silent until its lease has ended."""
    with store.write() as c:
        c.execute(table.update().where(table.c.id == id).values(lease_until=EPOCH))


def job(store: Store, id: str) -> Job:
    with store.read() as c:
        found = jobs.job(c, id)
    assert found is not None
    return found


def types(store: Store, id: str) -> list[str]:
    """What happened to a job, in order; the numbers of its events have no gap."""
    with store.read() as c:
        found = jobs.events(c, id)
    assert [e.seq for e in found] == list(range(1, len(found) + 1))
    return [e.type for e in found]


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same time; what one raises is raised here."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [done.result(timeout=60) for done in [pool.submit(w) for w in work]]
