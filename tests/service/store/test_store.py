"""Opening a database, transactions, and what happens when a process or a connection dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.engines import sqlite_kept
from api.records import audit_log
from api.store import LOG_BYTES, Store, StoreBusy
from api.tables import blobs
from tests.service.postgres import PostgresServer


def keep(store: Store, name: str, size: int = 10) -> None:
    with store.write() as c:
        c.execute(blobs.insert().values(digest=name, content=os.urandom(size)))


def kept(store: Store) -> set[str]:
    with store.read() as c:
        return set(c.execute(sa.select(blobs.c.digest)).scalars())


def test_what_is_written_is_read_and_what_is_broken_off_is_not(store: Store) -> None:
    keep(store, "kept")

    def break_off() -> None:
        with store.write() as c:
            c.execute(blobs.insert().values(digest="broken off", content=b""))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert kept(store) == {"kept"}
    keep(store, "afterwards")
    assert kept(store) == {"kept", "afterwards"}


def test_a_statement_that_fails_leaves_no_transaction_behind(store: Store) -> None:
    keep(store, "once")
    with pytest.raises(sa.exc.IntegrityError):
        keep(store, "once")
    keep(store, "twice")
    assert kept(store) == {"once", "twice"}


def test_writing_within_writing_is_refused_and_the_outer_transaction_goes_on(store: Store) -> None:
    with store.write() as c:
        c.execute(blobs.insert().values(digest="outer", content=b""))
        with pytest.raises(RuntimeError, match="within"):
            keep(store, "inner")
    keep(store, "next")
    assert kept(store) == {"outer", "next"}


def test_readers_see_what_is_committed_and_cannot_write_to_a_file(store: Store) -> None:
    with store.write() as c:
        c.execute(blobs.insert().values(digest="not yet", content=b""))
        assert kept(store) == set()
    assert kept(store) == {"not yet"}
    if store.sqlite:
        with store.read() as c, pytest.raises(sa.exc.OperationalError, match="readonly"):
            c.execute(blobs.delete())


def test_a_snapshot_stays_as_it_is_while_others_write(store: Store) -> None:
    keep(store, "before")
    count = sa.select(sa.func.count()).select_from(blobs)
    with store.snapshot() as c:
        assert c.execute(count).scalar_one() == 1
        keep(store, "meanwhile")
        assert c.execute(count).scalar_one() == 1
    with store.snapshot() as c:
        assert c.execute(count).scalar_one() == 2


def test_a_file_has_one_owner_who_says_how_to_be_reached(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ems.db'}"
    (tmp_path / "other name.db").symlink_to(tmp_path / "ems.db")
    with Store(url) as store:
        with pytest.raises(StoreBusy) as busy:
            Store(url)
        assert busy.value.owner == {"pid": os.getpid()}
        store.tell({"url": "http://127.0.0.1:1", "key": "x" * 100})
        store.tell({"url": "http://127.0.0.1:8765"})
        with pytest.raises(StoreBusy, match=f"process {os.getpid()} owns it") as busy:
            Store(f"sqlite:///{tmp_path / 'other name.db'}")
        assert busy.value.owner == {"pid": os.getpid(), "url": "http://127.0.0.1:8765"}
        keep(store, "still mine")
    with Store(url) as store:
        assert kept(store) == {"still mine"}


KILLED = """
import os, sys
from api.store import Store
from api.tables import blobs
store = Store(sys.argv[1])
store.tell({"url": "http://127.0.0.1:1"})
for k in range(1000000):
    with store.write() as c:
        c.execute(blobs.insert().values(digest=str(k), content=os.urandom(5000)))
    print(k, flush=True)
"""


def test_a_killed_owner_leaves_no_lock_no_word_and_nothing_that_was_committed_is_lost(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ems.db'}"
    child = subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(200)]
    with pytest.raises(StoreBusy) as busy:
        Store(url)
    assert busy.value.owner == {"pid": child.pid, "url": "http://127.0.0.1:1"}
    child.send_signal(signal.SIGKILL)
    said += child.stdout.readlines()
    child.wait()
    with Store(url) as store:
        with pytest.raises(StoreBusy) as busy:
            Store(url)
        assert busy.value.owner == {"pid": os.getpid()}  # not what the dead one wrote
        complete = [line.strip() for line in said if line.endswith("\n")]
        assert set(complete) <= kept(store)
        assert len(kept(store)) <= len(complete) + 1
        assert intact(store)


def intact(store: Store) -> bool:
    """`PRAGMA integrity_check` and the references between tables."""
    with store.read() as c:
        found = c.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return found == ["ok"] and not c.exec_driver_sql("PRAGMA foreign_key_check").all()


def test_the_write_ahead_log_stays_short_though_there_is_always_a_reader(tmp_path: Path) -> None:
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            with store.read() as c:
                c.execute(sa.select(sa.func.count()).select_from(blobs)).scalar_one()
                ended.wait(0.03)

    with Store(f"sqlite:///{tmp_path / 'ems.db'}") as store:
        readers = [threading.Thread(target=read) for _ in range(6)]
        for reader in readers:
            reader.start()
        longest = 0
        try:
            for k in range(700):
                keep(store, str(k), 100_000)
                longest = max(longest, (tmp_path / "ems.db-wal").stat().st_size)
        finally:
            ended.set()
            for reader in readers:
                reader.join()
        assert longest < 1.5 * LOG_BYTES  # 70 MB were written; 1.7 where readers need not wait
        assert len(kept(store)) == 700


def test_a_reader_who_stays_does_not_stop_the_writers(tmp_path: Path) -> None:
    log = tmp_path / "ems.db-wal"
    with Store(f"sqlite:///{tmp_path / 'ems.db'}") as store:
        with store.snapshot() as c:
            c.execute(sa.select(blobs)).all()
            for k in range(4):
                keep(store, str(k), LOG_BYTES // 2)
            long = log.stat().st_size
            assert long > LOG_BYTES
        for k in range(4, 12):
            keep(store, str(k), LOG_BYTES // 2)
        assert log.stat().st_size < long + LOG_BYTES  # four times as much was written
        assert len(kept(store)) == 12


def test_a_full_disk_breaks_one_transaction_and_nothing_else(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path / 'ems.db'}") as store:
        keep(store, "before")
        with store.write() as c:
            pages = c.exec_driver_sql("PRAGMA page_count").scalar_one()
            c.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
        with pytest.raises(sa.exc.OperationalError, match="full"):
            keep(store, "too long", 1_000_000)
        keep(store, "short")
        with store.write() as c:
            c.exec_driver_sql("PRAGMA max_page_count = 1000000")
        keep(store, "long", 1_000_000)
        assert kept(store) == {"before", "short", "long"}
        assert intact(store)


def test_a_database_that_has_been_closed_is_one_file(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path / 'ems.db'}") as store:
        keep(store, "kept")
    assert {p.name for p in tmp_path.iterdir()} == {"ems.db", "ems.db.lock"}
    engine = sqlite_kept(tmp_path / "ems.db")
    with engine.connect() as c:
        assert c.execute(sa.select(blobs.c.digest)).scalars().all() == ["kept"]
    engine.dispose()


def test_a_server_that_was_stopped_is_found_again(postgres: PostgresServer, postgres_url: str) -> None:
    with Store(postgres_url) as store:
        keep(store, "before")
        postgres.stop("immediate")
        with pytest.raises(sa.exc.OperationalError):
            store.ready()
        postgres.start()
        store.ready()
        assert kept(store) == {"before"}


def test_audit_entries_are_never_changed_or_deleted(store: Store) -> None:
    with store.write() as c:
        audit_log.append(c, "dispatcher", "plan.approve", "x", before={"status": "proposed"})
    verbs = ["UPDATE audit_log SET who = 'nobody'", "DELETE FROM audit_log"]
    for statement in verbs if store.sqlite else [*verbs, "TRUNCATE audit_log"]:
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.write() as c:
            c.exec_driver_sql(statement)
    with store.read() as c:
        (entry,) = audit_log.entries(c, None)
    assert (entry.who, entry.before, entry.after) == ("dispatcher", {"status": "proposed"}, None)
