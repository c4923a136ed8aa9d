"""Figures for Prometheus, in a registry of this application's own."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import version

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from api import tables
from api.http.sse import Hub
from api.store import Store
from api.work.tally import Tally

MEDIA_TYPE = CONTENT_TYPE_LATEST
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ANSWER_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STATES = ("queued", "running", "succeeded", "failed", "cancelled")


class Metrics:
    """Counters that endpoints and middleware feed, and what is looked up when someone asks."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._registry = own = CollectorRegistry()
        self._requests = Counter("ems_http_requests", "Requests answered", ["method", "route", "status"], registry=own)
        self._seconds = Histogram(
            "ems_http_request_seconds", "Until the answer began", ["method", "route"], buckets=ANSWER_S, registry=own
        )
        self.points = Counter("ems_series_points", "Points of series that were stored", registry=own)
        self.database_errors = Counter("ems_database_errors", "Requests that the database failed", registry=own)
        Gauge("ems_event_streams", "Open event streams", registry=own).set_function(lambda: hub.open)
        build = Gauge("ems_build_info", "What runs here", ["version", "python"], registry=own)
        build.labels(version("park-ems"), platform.python_version()).set(1)
        own.register(_Jobs(store))

    def watch(self, tally: Tally) -> None:
        """Add what the workers of this process count."""
        self._registry.register(_Work(tally))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        method = method if method in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self._registry)


class _Jobs(Collector):
    """Jobs of the database, whoever works on them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> list[Metric]:
        return []  # so that registering asks nothing

    def collect(self) -> Iterator[Metric]:
        state = tables.jobs.c.state
        with self._store.read() as c:
            found: dict[str, int] = {
                row[0]: row[1] for row in c.execute(sa.select(state, sa.func.count()).group_by(state))
            }
        jobs = GaugeMetricFamily("ems_jobs", "Jobs in the database; those queued are the queue", labels=["state"])
        for name in STATES:
            jobs.add_metric([name], found.get(name, 0))
        yield jobs


class _Work(Collector):
    """What the workers of this process did; workers on other hosts are not in it."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        tally = self._tally
        finished = CounterMetricFamily("ems_jobs_finished", "Jobs that ended here", labels=["kind", "state"])
        for (kind, state), n in list(tally.finished.items()):
            finished.add_metric([kind, state], n)
        failed = CounterMetricFamily("ems_jobs_failed", "Jobs that failed here", labels=["reason"])
        for reason, n in list(tally.failed.items()):
            failed.add_metric([reason], n)
        retried = CounterMetricFamily("ems_jobs_retried", "Attempts here that came to nothing", labels=["reason"])
        for reason, n in list(tally.retried.items()):
            retried.add_metric([reason], n)
        plans = CounterMetricFamily("ems_plans", "Plans that were made here", labels=["outcome"])
        for outcome, n in list(tally.outcomes.items()):
            plans.add_metric([outcome], n)
        yield from (finished, failed, retried, plans)
        yield CounterMetricFamily("ems_solve_seconds", "Seconds that the solver took here", value=tally.solve_seconds)
        yield GaugeMetricFamily("ems_jobs_under_way", "Jobs that are worked on here", value=tally.running)
