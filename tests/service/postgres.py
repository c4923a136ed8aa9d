"""A PostgreSQL server of the tests' own: started once, on a free port, in a folder of its own, gone at the end.

Where none is installed, tests that need it are skipped with the hint, and fail in CI.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.tools import absent

HINT = "PostgreSQL 15 or newer is not installed: apt-get install postgresql"
UNPRIVILEGED = ("postgres", "nobody")  # who runs the server where the tests run as root, whom it refuses


class PostgresServer:
    """A server that can be stopped as a power failure would, and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder, self._data = programs, folder, folder / "data"
        self._as = _unprivileged() if os.getuid() == 0 else {}
        if self._as:
            shutil.chown(folder, self._as["user"], self._as["group"])
        self._numbers = count(1)
        self.port = free_port()
        user = ("--username=ems", "--auth=trust")
        order = (
            "--encoding=UTF8",
            "--locale-provider=icu",
            "--icu-locale=en",
        )  # as most servers order texts: not by bytes
        self._run("initdb", *user, *order, "--no-sync", f"--pgdata={self._data}")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write(f"listen_addresses='127.0.0.1'\nport={self.port}\nunix_socket_directories=''\n")
            conf.write("fsync=off\nshared_buffers=64MB\nmax_connections=200\n")  # stopping it does not stop the machine
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", "start", "--wait", f"--pgdata={self._data}", f"--log={self._folder / 'log'}")

    def stop(self, mode: str = "fast") -> None:
        """``mode`` immediate: every process ends at once, as after `kill -9`; the next start recovers."""
        self._run("pg_ctl", "stop", f"--mode={mode}", f"--pgdata={self._data}")

    def url(self, database: str, user: str = "ems", password: str | None = None) -> str:
        made = sa.URL.create("postgresql+psycopg", user, password, "127.0.0.1", self.port, database)
        return made.render_as_string(hide_password=False)

    def new_database(self, more: str = "") -> str:
        """Address of a new, empty database; ``more`` is said to CREATE DATABASE."""
        name = f"ems_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} {more}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run a statement outside of any transaction, as the server's owner."""
        engine = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as c:
            c.exec_driver_sql(statement)

    @contextmanager
    def demanding_passwords(self) -> Iterator[None]:
        """Meanwhile nobody is let in without a password; who is in stays in."""
        rules = self._data / "pg_hba.conf"
        trusting = rules.read_text()
        try:
            rules.write_text("host all all 127.0.0.1/32 scram-sha-256\n")
            self._run("pg_ctl", "reload", f"--pgdata={self._data}")
            yield
        finally:
            rules.write_text(trusting)
            self._run("pg_ctl", "reload", f"--pgdata={self._data}")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=(self._folder / "out").open("ab"),
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            **self._as,
        )
        assert done.returncode == 0, (self._folder / "out").read_text()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    if _programs() is None:
        absent(HINT)
    with server() as started:
        yield started


@contextmanager
def server() -> Iterator[PostgresServer]:
    """A server for the length of a block; `FileNotFoundError` where none is installed."""
    programs = _programs()
    if programs is None:
        raise FileNotFoundError(HINT)
    folder = Path(tempfile.mkdtemp(prefix="ems-postgres-"))
    try:
        started = PostgresServer(programs, folder)
        yield started
        started.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """Address of an empty database that is dropped afterwards."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)


def _programs() -> Path | None:
    found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: int(p.split("/")[4]))
    on_path = shutil.which("initdb")
    return Path(found[-1]).parent if found else Path(on_path).parent if on_path else None


def _unprivileged() -> dict[str, Any]:
    """Arguments of `subprocess.run` with which a program runs as an ordinary user."""
    known = {entry.pw_name: entry.pw_gid for entry in pwd.getpwall()}
    user = next(name for name in UNPRIVILEGED if name in known)
    return {"user": user, "group": known[user], "extra_groups": []}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
    return port
