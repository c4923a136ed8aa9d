"""Backups: all rows as they were at one moment, in one SQLite file of the same schema, with a digest of each table.

A backup is made while others read and write, from SQLite or PostgreSQL, and restored into either. It is a database
like any other: where nothing else is at hand, the service runs on the file itself.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from api import migrations
from api.clock import now
from api.digests import TABLES, Digester, TableDigest, batches, digests
from api.engines import sqlite_kept, sqlite_new
from api.store import Store
from api.tables import Moment, metadata
from forecasting.errors import InputError

Progress = Callable[[str, int], None]  # table, rows of it so far

_about = sa.MetaData()
_backup = sa.Table("backup", _about, sa.Column("made_at", Moment, nullable=False))
_tables = sa.Table(
    "backup_tables",
    _about,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
)


@dataclass(frozen=True)
class Summary:
    """What is in a backup."""

    revision: str  # of the schema
    made_at: datetime
    tables: dict[str, TableDigest]


def backup(store: Store, target: Path, progress: Progress | None = None) -> Summary:
    """Write a backup into a new file, whole or not at all; `InputError` where that cannot be done."""
    if target.exists():
        raise InputError(str(target), "", None, "a file that is not there yet")
    with _whole(target) as partial:
        engine = sqlite_new(partial)
        try:
            migrations.upgrade(engine, str(partial))
            with store.snapshot() as source, engine.begin() as copy:
                summary = Summary(_revision(source), now(source), _copy(source, copy, progress))
                _about.create_all(copy)
                copy.execute(sa.insert(_backup).values(made_at=summary.made_at))
                copy.execute(sa.insert(_tables), [{"name": n} | asdict(t) for n, t in summary.tables.items()])
        finally:
            engine.dispose()
    return summary


def restore(store: Store, file: Path, progress: Progress | None = None) -> Summary:
    """Fill an empty store from a backup, whole or not at all, and prove the result equal to what was backed up.

    `InputError` where the file is damaged or of another version, or where the store holds anything.
    """
    engine = sqlite_kept(file)
    try:
        summary = _verified(engine, file)
        with engine.connect() as source, store.write() as c:
            _check_empty(c, store.place)
            _copy(source, c, progress)
            _number_on(c)
            if digests(c) != summary.tables:
                raise InputError(store.place, "rows", None, "what was backed up", "nothing was restored")
    except sa.exc.DBAPIError as error:
        raise InputError(store.place, "", None, "room for the backup", f"nothing was restored: {error.orig}") from error
    finally:
        engine.dispose()
    return summary


def _copy(source: sa.Connection, target: sa.Connection, progress: Progress | None) -> dict[str, TableDigest]:
    found = {}
    for table in TABLES:
        digester, insert, done = Digester(), sa.insert(table), 0
        names = table.columns.keys()
        for rows in batches(source, table):
            target.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])
            digester.add(rows)
            done += len(rows)
            if progress is not None:
                progress(table.name, done)
        found[table.name] = digester.digest()
    return found


def _verified(engine: sa.Engine, file: Path) -> Summary:
    """What the backup says of itself, and that it is so."""
    try:
        with engine.connect() as c:
            revision, made_at = migrations.revision(c), c.execute(sa.select(_backup.c.made_at)).scalar_one()
            tables = {row.name: TableDigest(row.rows, row.sha256) for row in c.execute(sa.select(_tables))}
            if revision != migrations.NEWEST:
                remedy = "restore it with the version of park-ems that made it, then open the result with this one"
                raise InputError(str(file), "schema", revision, migrations.NEWEST, remedy)
            if digests(c) != tables:
                raise InputError(str(file), "rows", None, "what was backed up", "the file is damaged or was changed")
    except InputError:
        raise
    except (sa.exc.SQLAlchemyError, ValueError) as error:  # the latter where damage hit a JSON text
        said = str(getattr(error, "orig", None) or error)
        raise InputError(str(file), "", None, "a backup made by `ems backup`", said) from error
    return Summary(revision, made_at, tables)


def _revision(c: sa.Connection) -> str:
    found = migrations.revision(c)
    assert found is not None, "a store and a backup have a schema"
    return found


def _check_empty(c: sa.Connection, place: str) -> None:
    """Nothing may be there, and nobody may add anything meanwhile."""
    if c.dialect.name == "postgresql":
        c.exec_driver_sql(f"LOCK TABLE {', '.join(metadata.tables)} IN EXCLUSIVE MODE")
    for table in metadata.sorted_tables:
        if c.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
            raise InputError(place, "tables", table.name, "an empty database", "give another one; nothing was restored")


def _number_on(c: sa.Connection) -> None:
    """On PostgreSQL numbers come from sequences, which have not seen the rows that were restored."""
    if c.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            newest = sa.select(sa.func.max(column)).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            c.execute(sa.select(sa.func.setval(sequence, newest)).where(newest.is_not(None)))


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its name when all is written and lies on the disk."""
    try:
        number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    except OSError as error:
        raise InputError(str(target), "", None, "a folder that can be written to", error.strerror or "") from error
    partial = Path(name)
    try:
        yield partial
        os.fsync(number)
        partial.rename(target)
    except (OSError, sa.exc.DBAPIError) as error:
        said = str(getattr(error, "orig", None) or error)
        raise InputError(str(target), "", None, "a backup that is complete", f"nothing was written: {said}") from error
    finally:
        os.close(number)
        partial.unlink(missing_ok=True)
