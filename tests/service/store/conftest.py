"""A store of each database; what is promised is promised on both. Each test has its own copy of an empty one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.store import Store
from tests.service.postgres import PostgresServer


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "ems.db"
    Store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def empty_database(postgres: PostgresServer) -> str:
    url = postgres.new_database()
    Store(url).close()
    return str(sa.make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "ems.db")
        with Store(f"sqlite:///{file}") as opened:
            yield opened
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database(f"TEMPLATE {request.getfixturevalue('empty_database')}")
    with Store(url) as opened:
        yield opened
    server.drop(url)
