"""The store: one address, SQLite or PostgreSQL, short transactions.

SQLite is owned by one process (a lock beside the file) and written through one connection, because SQLite before
3.51.3 can corrupt a database in WAL mode when two connections write and checkpoint at once. Readers have connections
of their own that cannot write. PostgreSQL is shared by as many processes as one likes.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool, StaticPool

from api.settings import checked_database
from forecasting.errors import InputError

BUSY_MS = 10_000
READERS = 16


class StoreBusy(InputError):
    """The SQLite file belongs to a running service; ``owner`` says which, as it wrote it beside the file."""

    def __init__(self, path: Path, owner: dict[str, Any]) -> None:
        pid = owner.get("pid")
        super().__init__(str(path), "", None, "a database that no service is using", f"process {pid} owns it")
        self.owner = owner


class Store:
    """An open database at the newest schema.

    ``read()`` and ``write()`` give a connection inside one transaction; ``write()`` commits at its end, and rolls back
    where an exception leaves it. On SQLite writers wait for each other; keep both short.
    """

    def __init__(self, url: str, *, migrate: bool = True) -> None:
        self.url = sa.make_url(checked_database(url))
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._lock: IO[str] | None = None
        self._writing = threading.RLock()
        if self.sqlite:
            self._lock = _own(self._path)
            self._writer = _sqlite_engine(self._path, write=True)
        else:
            self._writer = sa.create_engine(self.url, pool_size=READERS, max_overflow=READERS, pool_pre_ping=True)
        try:
            if migrate:
                from api.migrations import upgrade

                upgrade(self._writer)
            self._reader = _sqlite_engine(self._path, write=False) if self.sqlite else self._writer
        except BaseException:
            self._release()
            raise

    @property
    def _path(self) -> Path:
        return Path(str(self.url.database)).expanduser()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        with self._reader.connect() as c:
            yield c

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        if not self.sqlite:
            with self._writer.begin() as c:
                yield c
            return
        with self._writing, self._writer.begin() as c:
            yield c

    def tell(self, about: dict[str, Any]) -> None:
        """Write beside an SQLite file who owns it and how to reach them; for the owner's eyes only."""
        if self._lock is not None:
            self._lock.seek(0)
            self._lock.truncate()
            json.dump({"pid": os.getpid()} | about, self._lock)
            self._lock.flush()

    def ready(self) -> None:
        """Raise where the database cannot be asked."""
        with self.read() as c:
            c.execute(sa.text("SELECT 1"))

    def close(self) -> None:
        if self._reader is not self._writer:
            self._reader.dispose()
        self._release()

    def _release(self) -> None:
        self._writer.dispose()
        if self._lock is not None:
            self._lock.seek(0)
            self._lock.truncate()
            self._lock.close()  # and with it the lock goes
            self._lock = None


def _own(path: Path) -> IO[str]:
    """Take the lock beside an SQLite file; it ends with the process, however that ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".lock")
        lock = os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
    except OSError as error:
        raise InputError(str(path), "", None, "a place for the database", error.strerror or "") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = lock.read()
        lock.close()
        try:
            owner = json.loads(text)
        except ValueError:
            owner = {}
        raise StoreBusy(path, owner) from None
    return lock


def _sqlite_engine(path: Path, *, write: bool) -> sa.Engine:
    pool: dict[str, Any] = {"poolclass": StaticPool} if write else {"poolclass": QueuePool, "pool_size": READERS}
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False}, **pool)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {BUSY_MS}",
            *(() if write else ("query_only = ON",)),
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
