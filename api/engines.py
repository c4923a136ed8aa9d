"""Connections to the two databases, each with the rules that make its transactions safe."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool, StaticPool

from forecasting.errors import InputError

BUSY_MS = 10_000
READERS = 16
CONNECT_S = 10


SHARED = (f"busy_timeout = {BUSY_MS}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


def sqlite_writer(path: Path) -> sa.Engine:
    """The one connection that writes. A new file is readable for its owner alone: it holds password hashes."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return _sqlite(path, SHARED, "BEGIN IMMEDIATE", poolclass=StaticPool)


def sqlite_reader(path: Path) -> sa.Engine:
    """Connections that cannot write."""
    rules = (*SHARED, "query_only = ON")
    return _sqlite(path, rules, "BEGIN", poolclass=QueuePool, pool_size=READERS, max_overflow=READERS)


def sqlite_new(path: Path) -> sa.Engine:
    """One connection to a file that is being made: whatever interrupts that, the file is thrown away."""
    return _sqlite(path, ("journal_mode = OFF", "synchronous = OFF"), "BEGIN", poolclass=StaticPool)


def sqlite_kept(path: Path) -> sa.Engine:
    """One connection to a file that is only read and nobody changes, wherever it lies."""
    return _sqlite(path, ("query_only = ON",), "BEGIN", "?mode=ro&immutable=1", poolclass=StaticPool)


def _sqlite(path: Path, rules: tuple[str, ...], begin: str, options: str = "", **pool: Any) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        address = path.resolve().as_uri() + options
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        for rule in rules:
            connection.execute(f"PRAGMA {rule}")
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, **pool)

    @sa.event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)  # the driver itself begins no transaction (isolation_level None)

    return engine


def postgresql(url: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(
            url,
            pool_size=READERS,
            max_overflow=READERS,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",  # whatever the server's default is: the queue's statements count on it
            connect_args={"connect_timeout": CONNECT_S, "application_name": "park-ems"},
        )
    except ModuleNotFoundError as error:
        raise InputError(
            "--database", "", None, "the driver of PostgreSQL", "pip install 'park-ems[postgresql]'"
        ) from error
