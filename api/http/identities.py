"""From a secret to the caller whose it is.

What was looked up is kept in memory for a short time, because every request asks. Changes made through this process
count at once (`forget`). On SQLite there is no other process; on PostgreSQL a token revoked through another process
works for `SHARED_S` longer.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import compare_digest

from starlette.concurrency import run_in_threadpool

from api.http.principal import Principal, Proof
from api.ids import digest
from api.records import sessions, tokens
from api.settings import Settings
from api.store import Store

OWN_S = 60.0  # seconds for which a lookup is kept where this process alone can change it
SHARED_S = 2.0
MOST = 4096
NOTED_AFTER = timedelta(minutes=1)  # "last used" is no finer


class Identities:
    """Callers by the digest of their secret."""

    def __init__(self, settings: Settings, store: Store, local_key: str | None = None) -> None:
        self._store = store
        self._local_key = None if local_key is None else local_key.encode()
        self._kept_s = OWN_S if store.sqlite else SHARED_S
        self._kept: OrderedDict[str, tuple[Principal, float]] = OrderedDict()
        self._lock = threading.Lock()
        self._generation = 0
        self._tokens_used: dict[str, datetime] = {}
        self._sessions_used: set[str] = set()
        self._provider = None
        if settings.oidc is not None:
            from api.oidc import Provider

            self._provider = Provider(settings.oidc)

    async def of_token(self, secret: str) -> Principal | None:
        """Whose bearer token this is; None where nobody's (any more)."""
        if self._local_key is not None and compare_digest(secret.encode(), self._local_key):
            return Principal(id="local", name="local", role="admin", sites=None, how="token")
        if secret.startswith(tokens.PREFIX):
            return await self._of(digest(secret.encode()), self._read_token)
        if self._provider is not None and secret.count(".") == 2:
            provider = self._provider
            return await self._of(digest(secret.encode()), lambda _: provider.proof(secret))
        return None

    async def of_session(self, cookie: str) -> Principal | None:
        """Whose session cookie this is; None where the session is over."""
        return await self._of(digest(cookie.encode()), self._read_session)

    def forget(self) -> None:
        """Something about users, tokens or sessions has changed: ask the store again."""
        with self._lock:
            self._generation += 1
            self._kept.clear()

    def write_down(self) -> None:
        """Store when tokens were last used, and let the sessions in use last longer."""
        with self._lock:
            used, self._tokens_used = self._tokens_used, {}
            seen, self._sessions_used = self._sessions_used, set()
        if not used and not seen:
            return
        with self._store.write() as c:
            if used:
                tokens.used(c, used)
            if seen:
                sessions.extend(c, seen)

    async def _of(self, key: str, read: Callable[[str], Proof | None]) -> Principal | None:
        found = self._kept.get(key)
        if found is not None and time.monotonic() < found[1]:
            return found[0]
        generation = self._generation
        proof = await run_in_threadpool(read, key)
        if proof is None:
            return None
        kept_s = self._kept_s
        if proof.until is not None:
            kept_s = min(kept_s, (proof.until - datetime.now(UTC)).total_seconds())
        with self._lock:
            if generation == self._generation:  # nothing has changed since it was read
                self._kept[key] = (proof.principal, time.monotonic() + kept_s)
                self._kept.move_to_end(key)
                if len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        return proof.principal

    def _read_token(self, key: str) -> Proof | None:
        with self._store.read() as c:
            found = tokens.holder(c, key)
        if found is None:
            return None
        now = datetime.now(UTC)
        if found.last_used_at is None or now - found.last_used_at >= NOTED_AFTER:
            with self._lock:
                self._tokens_used[found.id] = now
        principal = Principal(
            id=f"token:{found.id}", name=f"token:{found.name}", role=found.role, sites=found.sites, how="token"
        )
        return Proof(principal, found.expires_at)

    def _read_session(self, key: str) -> Proof | None:
        with self._store.read() as c:
            found = sessions.session(c, key)
        if found is None:
            return None
        with self._lock:
            self._sessions_used.add(key)
        principal = Principal(
            id=f"user:{found.user}",
            name=found.user,
            role=found.role,
            sites=found.sites,
            how="session",
            csrf=found.csrf,
        )
        return Proof(principal, found.expires_at)
