"""What a database holds, as one digest per table: the same for the same rows, whichever database they lie in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from api.tables import Moment, metadata

BATCH = 2_000  # rows in memory at a time

Row = Sequence[Any]


def _as_kept(table: sa.Table) -> sa.Table:
    """The table with its moments as the numbers that lie in the database: faster to copy by the million."""
    columns = [
        sa.Column(c.name, sa.BigInteger() if isinstance(c.type, Moment) else c.type, primary_key=c.primary_key)
        for c in table.columns
    ]
    return sa.Table(table.name, sa.MetaData(), *columns)


TABLES = [_as_kept(table) for table in metadata.sorted_tables]  # those that others refer to come first


@dataclass(frozen=True)
class TableDigest:
    rows: int
    sha256: str  # of the rows in the order of their key, each as canonical JSON


class Digester:
    """Takes the rows of a table one batch after the other."""

    def __init__(self) -> None:
        self._hash, self._rows = hashlib.sha256(), 0

    def add(self, rows: Sequence[Row]) -> None:
        self._rows += len(rows)
        self._hash.update("".join(map(_line, rows)).encode())

    def digest(self) -> TableDigest:
        return TableDigest(self._rows, self._hash.hexdigest())


def digests(c: sa.Connection) -> dict[str, TableDigest]:
    """Digest of every table; ask within one transaction, so that they are of one moment."""
    found = {}
    for table in TABLES:
        digester = Digester()
        for rows in batches(c, table):
            digester.add(rows)
        found[table.name] = digester.digest()
    return found


def batches(c: sa.Connection, table: sa.Table) -> Iterator[Sequence[Row]]:
    """The rows of a table by their key, some at a time; texts are compared by their bytes, as SQLite does."""

    def by(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        bytewise = c.dialect.name == "postgresql" and isinstance(column.type, sa.String)
        return column.collate("C") if bytewise else column

    found = sa.select(table).order_by(*map(by, table.primary_key.columns))
    with c.execution_options(yield_per=BATCH).execute(found) as result:
        yield from result.partitions()


def _hashed(value: object) -> str:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(f"no canonical form of {type(value)}")


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_hashed).encode


def _line(row: Row) -> str:
    return _encode([_number(value) if type(value) is float else value for value in row]) + "\n"


def _number(value: float) -> float | None:
    """SQLite keeps no NaN and no negative zero."""
    return None if value != value else value + 0.0
