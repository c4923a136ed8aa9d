"""What the tests of background work share: a store with a park in it, jobs, workers, processes."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from functools import cache

from api import jobs
from api.contract.plans import ForecastRequest, PlanRequest
from api.records import results, sites
from api.settings import Settings
from api.store import Store
from api.work.child import CODE, Child
from api.work.workers import Workers
from ems.bundle import bundle
from ems.site_file import read_site
from tests.service import studies

DAY = "2026-06-15"


@cache
def demo():
    file = read_site("demo")
    return file, bundle(file)


class Office:
    """A store with the tutorial park."""

    def __init__(self, url: str, **settings) -> None:
        self.settings = Settings(database=url, **settings)
        self.store = Store(url)
        file, b = demo()
        with self.store.write() as c:
            sites.add_version(c, file, b, "tests")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.store.close()

    def submit(self, kind: str = "plan", meters=None, live=None, **asked) -> str:
        asked = {"site": "demo", "day": DAY, "step_minutes": 60, "weather": "climatology", **asked}
        model = PlanRequest if kind == "plan" else ForecastRequest
        payload = model.model_validate_json(json.dumps(asked)).model_dump(mode="json") | {"site_version": 1}
        payload |= {} if meters is None else {"meters": meters}
        payload |= {} if live is None else {"live": live}
        with self.store.write() as c:
            return jobs.submit(c, kind, "demo", payload, "dispatcher", limit=1000)

    def submit_study(self, **more) -> str:
        return studies.submit(self.store, **more)

    def job(self, id: str):
        with self.store.read() as c:
            return jobs.job(c, id)

    def events(self, id: str):
        with self.store.read() as c:
            return [e.type for e in jobs.events(c, id)]

    def text(self, job) -> dict:
        """What a job made."""
        import gzip

        with self.store.read() as c:
            content, _ = results.text(c, job.result.rsplit("/", 1)[1])
        return json.loads(gzip.decompress(content))

    def until(self, id: str, *states: str, seconds: float = 60.0):
        """Wait until the job is in one of these states (default: finished)."""
        states = states or ("succeeded", "failed", "cancelled")
        return eventually(lambda: (j := self.job(id)).state in states and j, seconds)

    @contextmanager
    def at_work(self, code: str = CODE, **settings):
        workers = Workers(self.store, self.settings.model_copy(update=settings), code)
        workers.start()
        try:
            yield workers
        finally:
            workers.stop()


def eventually(true, seconds: float = 20.0):
    """What ``true`` returns once it is something; an error where it is nothing for so long."""
    until = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.02)
    return found


def child_of(workers: Workers) -> Child:
    """The planning process of the only worker of plans."""
    worker, *_ = workers._workers  # the others do studies and reports
    return worker._child
