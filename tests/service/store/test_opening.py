"""Opening a database: what is accepted, what is refused and in which words."""

from __future__ import annotations

import sqlite3
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api import engines
from api.store import Store
from forecasting.errors import InputError
from tests.service.postgres import PostgresServer
from tests.service.store.queue import at_once, submit

PASSWORD = "tr0ub4dor"


def fault(url: str) -> str:
    """What opening says."""
    with pytest.raises(InputError) as error:
        Store(url)
    told = str(error.value)
    seen: BaseException | None = error.value
    while seen is not None:
        assert PASSWORD not in f"{seen!r} {seen}"
        seen = seen.__cause__ or seen.__context__
    return told


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as c:
        c.execute("CREATE TABLE moz_places (id INTEGER)")


def newer(path: Path) -> None:
    Store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as c:
        c.execute("UPDATE alembic_version SET version_num = '9999'")


def no_database(path: Path) -> None:
    path.write_text("name: qingdao\n" * 500)


def folder(path: Path) -> None:
    path.mkdir()


def tables(path: Path) -> list[tuple[str]]:
    """What is in a file, were it a database."""
    try:
        with sqlite3.connect(path) as c:
            return c.execute("SELECT sql FROM sqlite_master").fetchall()
    except sqlite3.Error:
        return []


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (foreign, "tables is 'moz_places' (expected: an empty database or one of park-ems)"),
        (newer, "a newer version of park-ems has opened it"),
        (no_database, "file is not a database"),
        (folder, "Is a directory"),
    ],
)
def test_a_file_that_is_no_database_of_ours_is_refused_as_it_is(
    make: Callable[[Path], None], told: str, tmp_path: Path
) -> None:
    path = tmp_path / "ems.db"
    make(path)
    before = tables(path)
    for _ in range(2):  # the first refusal leaves no lock
        said = fault(f"sqlite:///{path}")
        assert told in said
        assert str(path) in said
    assert tables(path) == before


def test_a_place_where_nothing_can_be_written_is_named() -> None:
    assert "/sys/ems/ems.db" in fault("sqlite:////sys/ems/ems.db")


def test_a_server_that_does_not_answer_is_told_without_the_password(postgres: PostgresServer) -> None:
    said = fault(f"postgresql://ems:{PASSWORD}@127.0.0.1:1/park")
    assert "postgresql://127.0.0.1:1/park" in said
    assert "refused" in said
    said = fault(postgres.url("no_such_database", password=PASSWORD))
    assert '"no_such_database" does not exist' in said
    said = fault(postgres.url("postgres", user="stranger", password=PASSWORD))
    assert 'role "stranger" does not exist' in said
    assert "FILE or postgresql" in fault(f"postgresql://ems:{PASSWORD}@127.0.0.1:port/park")
    assert fault(f"postgresql://127.0.0.1:1/park?password={PASSWORD}")


def test_a_wrong_password_is_told_and_not_shown(postgres: PostgresServer) -> None:
    postgres.execute(f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}1'")
    with postgres.demanding_passwords():
        said = fault(postgres.url("postgres", user="guarded", password=PASSWORD))
    assert "password authentication failed" in said


def test_a_missing_driver_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install 'park-ems[postgresql]'" in fault("postgresql://ems@127.0.0.1:1/park")


def test_many_processes_may_open_a_new_database_at_once(postgres_url: str) -> None:
    for store in at_once(*[lambda: Store(postgres_url)] * 4):
        submit(store)
        store.close()


def test_names_with_characters_that_mean_something_in_an_address_are_names(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/园区 100%#1.db") as store:
        submit(store)
    assert (tmp_path / "园区 100%#1.db").stat().st_size > 0


def test_a_new_file_is_readable_for_its_owner_alone(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path / 'new' / 'ems.db'}") as store:
        submit(store)
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "new").iterdir()}
    assert set(modes) == {"ems.db", "ems.db.lock", "ems.db-wal", "ems.db-shm"}
    assert set(modes.values()) == {0o600}


def test_a_file_system_without_a_write_ahead_log_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rules = [rule for rule in engines.SHARED if "journal_mode" not in rule]
    monkeypatch.setattr(engines, "SHARED", tuple(rules))
    assert "journal mode is 'delete' (expected: wal); put the database on a local disk" in fault(
        f"sqlite:///{tmp_path / 'ems.db'}"
    )
