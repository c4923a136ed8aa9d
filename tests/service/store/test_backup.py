"""Backups: made while others write, restored into either database, proven equal."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api import jobs
from api.backup import backup, restore
from api.clock import now
from api.digests import BATCH, TableDigest, digests
from api.records import audit_log, results, study_rows
from api.store import Store
from api.tables import EPOCH, Moment, metadata
from api.tables import points as point_table
from api.tables import series as series_table
from api.tables import users as user_table
from forecasting.errors import InputError
from tests.service.store.queue import claim, submit
from tests.service.studies import failed_row, row

NAMES = ("é", "Z", "a", "_", "园区", "ä", "B", "aa", "a b", "😀")  # which collations put in different orders

WORKED_ON = {"jobs", "job_events", "results", "plans", "studies", "study_rows", "reports", "idempotency"}
BELOW = {"points", "audit_log"} | WORKED_ON


def fill(store: Store, points: int = 2 * BATCH + 5) -> None:
    """Rows in every table, of every kind of value that there is."""
    dice = random.Random(7)
    with store.write() as c:
        for table in metadata.sorted_tables:
            if table.name in BELOW:
                continue
            for k, name in enumerate(NAMES):
                c.execute(table.insert().values(_row(table, k, name, dice)))
        start = datetime(2026, 1, 1, tzinfo=UTC)
        series = c.execute(sa.select(series_table.c.id).limit(1)).scalar_one()
        special = [None, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3, float("inf")]
        c.execute(
            point_table.insert(),
            [
                {
                    "series": series,
                    "time": start + timedelta(minutes=k),
                    "issued": EPOCH,
                    "value": special[k] if k < len(special) else dice.gauss(0, 1e3),
                    "quality": "good",
                }
                for k in range(points)
            ],
        )
        for k in range(5):
            audit_log.append(c, "ann", "x", str(k), before={"b": [1.0, 1e22, None, "园"], "a": {}}, after=None)
    submit(store)
    finished = submit(store)
    mine = claim(store)
    with store.write() as c:
        jobs.give_back(c, mine, jobs.LOST, 3)
    with store.write() as c:
        jobs.fail(c, jobs.claim(c, "w", 60, 3) or mine, jobs.LOST)
    mine = claim(store)
    assert mine.id == finished
    with store.write() as c:
        id, _ = results.add(c, mine.id, "plan", "toy", b"{}")
        jobs.succeed(c, mine, id)
        plan = {"id": id} | _row(metadata.tables["plans"], 0, "x", dice)
        c.execute(metadata.tables["plans"].insert().values(plan | {"id": id}))
        study = {"id": id, "site": "toy", "figures": {"npv_cny": None, "irr": 0.1}, "created_at": now(c)}
        c.execute(metadata.tables["studies"].insert().values(study))
        study_rows.add(c, mine.id, [row(0), failed_row(1)])
        report = {"id": id} | _row(metadata.tables["reports"], 0, "x", dice)
        c.execute(metadata.tables["reports"].insert().values(report | {"id": id}))
        key = {"who": "ann", "key": "k", "request": "d", "job": mine.id, "created_at": now(c)}
        c.execute(metadata.tables["idempotency"].insert().values(key))


def _row(table: sa.Table, k: int, name: str, dice: random.Random) -> dict[str, Any]:
    """A row; columns that refer to another table take the name of its k-th row."""

    def value(column: sa.Column[Any]) -> Any:
        kind = column.type
        if column.nullable and k % 3 == 0:
            return None
        if isinstance(kind, Moment):
            return datetime(2026, 11, 22, 1, 2, 3, dice.randrange(10**6), tzinfo=UTC)
        if isinstance(kind, sa.JSON):
            return {"zh": name, "b": [1, 2.5, None, True], "a": {"z": 1, "y": []}}
        if isinstance(kind, sa.LargeBinary):
            return dice.randbytes(dice.randrange(100))
        if isinstance(kind, sa.Float):
            return dice.random()
        return k if isinstance(kind, sa.Integer) else name

    skip = {"id"} if isinstance(table.c.get("id", table.columns[0]).type, sa.Integer) else set()
    return {c.name: value(c) for c in table.columns if c.name not in skip}


def told(store: Store) -> dict[str, TableDigest]:
    with store.snapshot() as c:
        return digests(c)


@pytest.fixture
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path / 'other.db'}") as opened:
        yield opened


def test_a_backup_restored_into_either_database_is_equal_there_and_back(
    store: Store, postgres_url: str, other: Store, tmp_path: Path
) -> None:
    """From SQLite or PostgreSQL into PostgreSQL, from there into SQLite."""
    fill(store)
    before = told(store)
    assert min(table.rows for table in before.values()) >= 1
    first = backup(store, tmp_path / "first.db")
    assert first.tables == before
    url = postgres_url if store.sqlite else _second_database(postgres_url)
    with Store(url) as there:
        assert restore(there, tmp_path / "first.db") == first
        assert told(there) == before
        assert backup(there, tmp_path / "second.db").tables == before
        _goes_on(there)
    assert restore(other, tmp_path / "second.db").tables == before
    assert told(other) == before
    _goes_on(other)


def _second_database(url: str) -> str:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as c:
        c.exec_driver_sql("DROP DATABASE IF EXISTS ems_second WITH (FORCE)")
        c.exec_driver_sql("CREATE DATABASE ems_second")
    return sa.make_url(url).set(database="ems_second").render_as_string(hide_password=False)


def _goes_on(store: Store) -> None:
    """New rows get new numbers, and the audit log is still append-only."""
    series = {"site": "a", "name": "new", "kind": "measurement", "unit": "kW", "resolution_s": 900, "created_at": EPOCH}
    with store.write() as c:
        audit_log.append(c, "ann", "x", "new")
        c.execute(series_table.insert().values(series))
        assert [e.object for e in audit_log.entries(c, None)] == ["new", "4", "3", "2", "1", "0"]
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.write() as c:
        c.exec_driver_sql("DELETE FROM audit_log")


def test_the_same_rows_have_the_same_digest_and_any_change_another(store: Store, other: Store) -> None:
    for each in (store, other):
        with each.write() as c:
            c.execute(user_table.insert().values(name="ann", role="viewer", created_at=EPOCH, sites=["a", "b"]))
    same = told(store)
    assert same == told(other)
    changes = [{"sites": None}, {"sites": ["b", "a"]}, {"role": "admin"}, {"created_at": EPOCH + timedelta(0, 0, 1)}]
    for change in changes:
        with other.write() as c:
            c.execute(user_table.update().values(change))
        changed = told(other)
        assert changed["users"] != same["users"]
        assert {k: v for k, v in changed.items() if k != "users"} == {k: v for k, v in same.items() if k != "users"}


def test_a_backup_is_of_one_moment_and_no_writer_waits_for_it(store: Store, other: Store, tmp_path: Path) -> None:
    """Two rows in two tables are always written together; a backup never has one without the other."""
    fill(store, points=10)
    ended, written = threading.Event(), list[int]()

    def write() -> None:
        k = 0
        while not ended.is_set():
            with store.write() as c:
                for table in ("audit_log", "users"):
                    row = {"users": {"name": f"w{k}", "role": "viewer", "created_at": EPOCH}}
                    row["audit_log"] = {"at": EPOCH, "who": f"w{k}", "action": "pair", "object": ""}
                    c.execute(metadata.tables[table].insert().values(row[table]))
            k += 1
            written.append(k)

    def pause(table: str, rows: int) -> None:
        seen = len(written)
        while len(written) < seen + 3:  # until the writer has written more
            ended.wait(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        summary = backup(store, tmp_path / "b.db", pause)
    finally:
        ended.set()
        writer.join()
    restore(other, tmp_path / "b.db")
    with other.read() as c:
        users = c.exec_driver_sql("SELECT name FROM users WHERE name LIKE 'w_%' AND role = 'viewer'").scalars().all()
        pairs = c.exec_driver_sql("SELECT who FROM audit_log WHERE action = 'pair'").scalars().all()
    assert sorted(users) == sorted(pairs)
    assert len(written) > len(users)
    assert told(other) == summary.tables


def test_a_backup_is_one_file_for_its_owner_alone_that_any_service_can_open(store: Store, tmp_path: Path) -> None:
    fill(store, points=10)
    before = told(store)
    folder = tmp_path / "backups"
    folder.mkdir()
    backup(store, folder / "b.db")
    assert [p.name for p in folder.iterdir()] == ["b.db"]
    assert stat.S_IMODE((folder / "b.db").stat().st_mode) == 0o600
    with Store(f"sqlite:///{folder / 'b.db'}") as opened:
        assert told(opened) == before
        _goes_on(opened)


def test_nothing_is_written_over_and_nothing_half_written_stays(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "b.db").write_text("precious")
    with pytest.raises(InputError, match="not there yet"):
        backup(store, folder / "b.db")
    assert (folder / "b.db").read_text() == "precious"
    with pytest.raises(InputError, match="a folder that can be written to"):
        backup(store, folder / "no such folder" / "b.db")

    def interrupt(table: str, rows: int) -> None:
        raise KeyboardInterrupt

    fill(store, points=10)
    with pytest.raises(KeyboardInterrupt):
        backup(store, folder / "c.db", interrupt)
    assert [p.name for p in folder.iterdir()] == ["b.db"]


def test_a_store_that_holds_anything_is_not_restored_into(store: Store, other: Store, tmp_path: Path) -> None:
    fill(other, points=10)
    backup(other, tmp_path / "b.db")
    with store.write() as c:
        audit_log.append(c, "ann", "x", "y")
    before = told(store)
    with pytest.raises(InputError, match="'audit_log' \\(expected: an empty database"):
        restore(store, tmp_path / "b.db")
    assert told(store) == before


def damage(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as c:
        c.execute(statement)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE points SET value = value + 1e-9 WHERE rowid_ IS NULL", "damaged"),
        ("DELETE FROM sessions WHERE secret = 'a'", "damaged"),
        ("UPDATE backup_tables SET rows = rows + 1 WHERE name = 'jobs'", "damaged"),
        ("DELETE FROM backup_tables WHERE name = 'jobs'", "damaged"),
        ("DROP TABLE backup_tables", "a backup made by"),
        ("DELETE FROM backup", "a backup made by"),
        ("UPDATE alembic_version SET version_num = '0000'", "the version of park-ems that made it"),
    ],
)
def test_a_damaged_backup_is_refused(other: Store, tmp_path: Path, statement: str, said: str) -> None:
    with Store(f"sqlite:///{tmp_path / 'ems.db'}") as store:
        fill(store, points=10)
        backup(store, tmp_path / "b.db")
    damage(tmp_path / "b.db", statement.replace("rowid_ IS NULL", "value > 0 AND value < 1"))
    with pytest.raises(InputError, match=said):
        restore(other, tmp_path / "b.db")
    assert {table.rows for table in told(other).values()} == {0}


@pytest.mark.parametrize("content", [b"", b"no database", os.urandom(100_000)])
def test_what_is_no_backup_is_refused(other: Store, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.db").write_bytes(content)
    with pytest.raises(InputError, match="a backup made by"):
        restore(other, tmp_path / "b.db")
    with pytest.raises(InputError, match="a backup made by"):
        restore(other, tmp_path / "nowhere.db")


def test_a_backup_that_lost_its_end_is_refused(other: Store, tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path / 'ems.db'}") as store:
        fill(store)
        backup(store, tmp_path / "b.db")
    size = (tmp_path / "b.db").stat().st_size
    os.truncate(tmp_path / "b.db", size // 2)
    with pytest.raises(InputError):
        restore(other, tmp_path / "b.db")
    assert {table.rows for table in told(other).values()} == {0}
