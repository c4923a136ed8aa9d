"""Stores in which the parks that come with the software are already: copied from one that is made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.records.sites import import_packaged
from api.settings import Settings
from api.store import Store
from tests.service.postgres import PostgresServer


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ems.db"
    with Store(f"sqlite:///{path}") as made:
        import_packaged(made)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """Name of a database."""
    url = postgres.new_database()
    with Store(url) as made:
        import_packaged(made)
    return url.rpartition("/")[2]


@pytest.fixture
def store(settings: Settings, sqlite_template: Path) -> Iterator[Store]:
    shutil.copy(sqlite_template, settings.database.removeprefix("sqlite:///"))
    with Store(settings.database) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store of each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("store")
        return
    postgres: PostgresServer = request.getfixturevalue("postgres")
    url = postgres.new_database(f"TEMPLATE {request.getfixturevalue('postgres_template')}")
    with Store(url) as opened:
        yield opened
    postgres.drop(url)
