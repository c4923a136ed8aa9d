"""The store: one address, SQLite or PostgreSQL, short transactions.

SQLite is owned by one process (`api.file_owner`) and written through one connection, because SQLite before 3.51.3 can
corrupt a database in WAL mode when two connections write and checkpoint at once. Readers have connections of their own
that cannot write. PostgreSQL is shared by as many processes as one likes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from api.engines import BUSY_MS, postgresql, sqlite_reader, sqlite_writer
from api.file_owner import FileOwner, StoreBusy
from api.migrations import upgrade
from api.settings import checked_database
from forecasting.errors import InputError

__all__ = ["Store", "StoreBusy"]

LOG_BYTES = 16 << 20  # SQLite's write-ahead log is brought into the database when it has grown by so much
LOG_WAIT_MS = 250  # and writers wait so long for the readers who still need it


class Store:
    """An open database at the newest schema.

    ``read()`` and ``write()`` give a connection inside one transaction; ``write()`` commits at its end, and rolls back
    where an exception leaves it. On SQLite writers wait for each other; keep both short.
    """

    def __init__(self, url: str) -> None:
        """Open, create or migrate it; `InputError` (without the password) where that cannot be done."""
        self.url = _parsed(checked_database(url))
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._writing: set[int] = set()  # threads inside write()
        self._log_limit = LOG_BYTES
        self._open_to_readers = threading.Event()
        self._open_to_readers.set()
        self._turn: AbstractContextManager[object] = threading.Lock() if self.sqlite else nullcontext()
        self._path = Path(str(self.url.database)).expanduser().resolve() if self.sqlite else Path()
        self._owner = FileOwner(self._path) if self.sqlite else None
        self._engines: list[sa.Engine] = []
        try:
            self._writer = sqlite_writer(self._path) if self.sqlite else postgresql(self.url)
            self._engines.append(self._writer)
            self._reader = sqlite_reader(self._path) if self.sqlite else self._writer
            self._engines.insert(0, self._reader)
            upgrade(self._writer, self.place)
            self._check_log()
        except (sa.exc.SQLAlchemyError, OSError) as error:
            self.close()
            raise InputError(self.place, "", None, "a database that can be opened", self._said(error)) from error
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> str:
        """Where the data lie, for people: no user, no password, no options."""
        if self.sqlite:
            return str(self._path)
        return str(sa.URL.create("postgresql", None, None, self.url.host, self.url.port, self.url.database))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        self._open_to_readers.wait(LOG_WAIT_MS / 1000)
        with self._reader.connect() as c:
            yield c

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        me = threading.get_ident()
        if me in self._writing:
            raise RuntimeError("write() within write(): pass the connection on instead")
        self._writing.add(me)
        try:
            with self._turn:
                with self._writer.begin() as c:
                    yield c
                if self.sqlite:
                    self._shorten_log()
        finally:
            self._writing.discard(me)

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Read everything as it is at one moment, for as long as that takes; no one waits for it."""
        self._open_to_readers.wait(LOG_WAIT_MS / 1000)
        with self._reader.connect() as c:
            if not self.sqlite:
                c.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield c

    def tell(self, about: dict[str, Any]) -> None:
        """Write beside an SQLite file who owns it and how to reach them; for the owner's eyes only."""
        if self._owner is not None:
            self._owner.tell(about)

    def ready(self) -> None:
        """Raise where the database cannot be asked."""
        with self.read() as c:
            c.execute(sa.text("SELECT 1"))

    def close(self) -> None:
        for engine in self._engines:  # the writer last: it brings the write-ahead log into the database
            engine.dispose()
        if self._owner is not None:
            self._owner.release()
            self._owner = None

    def _check_log(self) -> None:
        if not self.sqlite:
            return
        with self.read() as c:
            mode = c.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        if mode != "wal":
            raise InputError(self.place, "journal mode", mode, "wal", "put the database on a local disk")

    def _shorten_log(self) -> None:
        """Bring a long write-ahead log into the database and begin it anew.

        SQLite itself begins it anew only at a moment without readers, and in a busy service there is none: so those
        who come now wait until those who are there have gone.
        """
        log = self._path.with_name(self._path.name + "-wal")
        if os.stat(log).st_size < self._log_limit:
            return
        connection = self._writer.raw_connection()
        self._open_to_readers.clear()
        try:
            run = connection.cursor().execute
            run(f"PRAGMA busy_timeout = {LOG_WAIT_MS}")
            run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            run(f"PRAGMA busy_timeout = {BUSY_MS}")
        finally:
            self._open_to_readers.set()
            connection.close()
        self._log_limit = os.stat(log).st_size + LOG_BYTES  # a reader who stays, such as a backup, is asked again then

    def _said(self, error: Exception) -> str:
        """The driver's words, should they repeat a password without it."""
        text = str(getattr(error, "orig", None) or error).strip()
        for secret in (self.url.password, self.url.query.get("password")):
            if isinstance(secret, str) and secret:
                text = text.replace(secret, "***")
        return " ".join(text.split())


def _parsed(url: str) -> sa.URL:
    """The parts of an address; what cannot be parsed is not shown, for it may hold a password."""
    try:
        return sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise InputError(
            "--database", "", None, "sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
        ) from None
