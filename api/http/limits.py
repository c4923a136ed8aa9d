"""How often one may ask."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from api.http.problems import too_many
from api.settings import Settings

Result = TypeVar("Result")
MOST_KEYS = 10_000  # then those longest unseen are forgotten
MOST_CHECKS = 8  # passwords that may be compared, or wait for it, at one time
AT_ONCE = 2  # of them really: each takes 64 MB and some 50 ms of a core


class Buckets:
    """Token buckets, one per key: ``per_minute`` at once, then evenly (the generic cell rate algorithm).

    A bucket is one number, the moment at which it will be full again; full buckets need not be kept.
    """

    def __init__(self, per_minute: int) -> None:
        self._each = 60.0 / per_minute
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Take one token; 0, or the seconds until there is one (and none is taken)."""
        now = time.monotonic()
        with self._lock:
            full_at = max(now, self._full_at.get(key, 0.0)) + self._each
            wait = full_at - now - 60.0
            if wait > 1e-9:
                return wait
            self._full_at[key] = full_at
            self._full_at.move_to_end(key)
            if len(self._full_at) > MOST_KEYS:
                self._full_at.popitem(last=False)
            return 0.0

    def give_back(self, key: str) -> None:
        with self._lock:
            if key in self._full_at:
                self._full_at[key] -= self._each


class Limits:
    """The limits of the service. They hold per process."""

    def __init__(self, settings: Settings) -> None:
        self._jobs = Buckets(settings.jobs_per_minute)
        self._sign_ins = Buckets(settings.sign_ins_per_minute)
        self._checks = 0  # touched on the event loop alone
        self._threads = CapacityLimiter(AT_ONCE)

    def new_job(self, caller: str) -> None:
        """Count a new job of a caller (`Principal.id`), or refuse it with 429."""
        if wait := self._jobs.take(caller):
            raise too_many(wait)

    def sign_in(self, address: str) -> None:
        """Count an attempt to sign in, or refuse it with 429. Give it back where it succeeds."""
        if wait := self._sign_ins.take(network(address)):
            raise too_many(wait)

    def signed_in(self, address: str) -> None:
        self._sign_ins.give_back(network(address))

    async def slowly(self, compare: Callable[[], Result]) -> Result:
        """Compare a password in a thread of its own, so that nothing else waits for it; 429 where too many do."""
        if self._checks >= MOST_CHECKS:
            raise too_many(1)
        self._checks += 1
        try:
            return await run_sync(compare, limiter=self._threads)
        finally:
            self._checks -= 1


def network(address: str) -> str:
    """Who an address stands for: an IPv4 address itself, the /64 of an IPv6 address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False))
