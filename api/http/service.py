"""What stands behind the endpoints, at `app.state.service`."""

from __future__ import annotations

from typing import Protocol

from api.http.contents import Contents
from api.http.identities import Identities
from api.http.limits import Limits
from api.http.metrics import Metrics
from api.http.site_files import SiteFiles
from api.http.sse import Hub
from api.settings import Settings
from api.store import Store
from api.work.tally import Tally


class Planners(Protocol):
    """The workers of this process, as far as endpoints care."""

    @property
    def tally(self) -> Tally: ...

    def alive(self) -> bool: ...

    def wake(self) -> None: ...


class Service:
    """One per process. ``workers`` is given by `ems serve`; None where this process only answers requests."""

    def __init__(self, settings: Settings, store: Store, local_key: str | None = None) -> None:
        self.settings = settings
        self.store = store
        self.identities = Identities(settings, store, local_key)
        self.limits = Limits(settings)
        self.hub = Hub(store)
        self.metrics = Metrics(store, self.hub)
        self.contents = Contents(store)
        self.site_files = SiteFiles(store)
        self._workers: Planners | None = None
        self.draining = False

    @property
    def workers(self) -> Planners | None:
        return self._workers

    @workers.setter
    def workers(self, workers: Planners) -> None:
        self._workers = workers
        self.metrics.watch(workers.tally)

    def drain(self) -> None:
        """The process will stop soon: no longer ready, event streams end. Safe from any thread or signal handler."""
        self.draining = True
        self.hub.close()
