"""Measurements and forecasts from outside: definitions, and points by (series, time, issue)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa

from api.contract.series import Quality, SeriesDefinition
from api.records.upsert import insert
from api.tables import EPOCH, points, series

MEASURED = EPOCH  # the issue time of every measurement: there is one truth, the last that was written
USABLE = ("good", "estimated")  # qualities that a plan relies on


class SeriesConflict(Exception):
    """A definition that contradicts what is there; ``field`` says which part of it."""

    def __init__(self, field: str, there: object) -> None:
        super().__init__(field, there)
        self.field = field
        self.there = there


@dataclass(frozen=True)
class SeriesRow:
    """A row of `series`."""

    id: int
    site: str
    name: str
    kind: str
    unit: str
    resolution_s: int
    column: str | None
    created_at: datetime
    last_time: datetime | None
    received_at: datetime | None


@dataclass(frozen=True)
class Chunk:
    """Values of one series on equal intervals from ``start``; ``issued`` is `MEASURED` for measurements."""

    series: SeriesRow
    start: datetime
    issued: datetime
    values: Sequence[float | None]
    quality: Sequence[str]

    @property
    def last(self) -> datetime:
        """Start of the newest interval."""
        return self.start + timedelta(seconds=self.series.resolution_s) * (len(self.values) - 1)


@dataclass(frozen=True)
class Point:
    """One value read back."""

    time: datetime
    issued: datetime
    value: float | None
    quality: Quality


def find(c: sa.Connection, site: str, name: str) -> SeriesRow | None:
    row = c.execute(sa.select(series).where(series.c.site == site, series.c.name == name)).first()
    return _row(row) if row else None


def named(c: sa.Connection, site: str, names: Iterable[str]) -> dict[str, SeriesRow]:
    """Those of the named series that exist."""
    found = c.execute(sa.select(series).where(series.c.site == site, series.c.name.in_(list(names))))
    return {row.name: _row(row) for row in found}


def listed(c: sa.Connection, site: str, after: str = "", limit: int = 50) -> list[SeriesRow]:
    """Series of a site by name; ``after`` is the name after which a page begins."""
    query = sa.select(series).where(series.c.site == site, series.c.name > after).order_by(series.c.name).limit(limit)
    return [_row(row) for row in c.execute(query)]


def overdue(c: sa.Connection, now: datetime, by: timedelta) -> list[SeriesRow]:
    """Measurements whose next value, due at the end of its interval, is late by more than ``by``."""
    query = sa.select(series).where(series.c.kind == "measurement", series.c.last_time < now - by)
    rows = map(_row, c.execute(query.order_by(series.c.site, series.c.name)))
    return [x for x in rows if x.last_time and x.last_time + 2 * timedelta(seconds=x.resolution_s) + by < now]


def define(c: sa.Connection, site: str, name: str, d: SeriesDefinition, resolution_s: int) -> tuple[SeriesRow, bool]:
    """The series as defined, and whether it is new.

    Raises `SeriesConflict` where kind, unit or resolution would change under points that are there, or where another
    forecast of the site replaces the same column.
    """
    if d.column is not None:
        rival = sa.select(series.c.name).where(
            series.c.site == site, series.c.column == d.column, series.c.name != name
        )
        if (other := c.execute(rival).scalar()) is not None:
            raise SeriesConflict("column", other)
    wanted = {"kind": d.kind, "unit": d.unit, "resolution_s": resolution_s}
    there = find(c, site, name)
    if there is None:
        made = insert(c, series).values(site=site, name=name, column=d.column, created_at=datetime.now(UTC), **wanted)
        fresh = c.execute(made.on_conflict_do_nothing()).rowcount == 1
        there = find(c, site, name)
        assert there is not None
        if fresh:
            return there, True
    changed = [field for field, value in wanted.items() if getattr(there, field) != value]
    if changed and _has_points(c, there.id):
        raise SeriesConflict(changed[0].removesuffix("_s"), getattr(there, changed[0]))
    c.execute(series.update().where(series.c.id == there.id).values(column=d.column, **wanted))
    return SeriesRow(**{**there.__dict__, "column": d.column, **wanted}), False


def delete(c: sa.Connection, row: SeriesRow) -> int:
    """Delete a series with its points; returns how many points went."""
    gone = c.execute(points.delete().where(points.c.series == row.id)).rowcount
    c.execute(series.delete().where(series.c.id == row.id))
    return gone


def add(c: sa.Connection, chunks: Sequence[Chunk]) -> int:
    """Write points of one or many series; what is there under the same time and issue is replaced.

    Two statements whatever the number of series, the first of them without what SQLAlchemy does for each row.
    """
    rows = [row for chunk in chunks for row in _rows(chunk)]
    if c.dialect.name == "sqlite":
        c.exec_driver_sql(f"INSERT INTO {_POINTS} VALUES (?, ?, ?, ?, ?) {_UPSERT}", rows)
    else:
        c.exec_driver_sql(
            f"INSERT INTO {_POINTS} SELECT * FROM {_ARRAYS} {_UPSERT}", tuple(map(list, zip(*rows, strict=True)))
        )
    now = datetime.now(UTC)
    c.execute(_NEWS, [{"which": x.series.id, "last": x.last, "now": now} for x in chunks])
    return len(rows)


def _rows(chunk: Chunk) -> Iterator[tuple[int, int, int, float | None, str]]:
    start, step = _micros(chunk.start), chunk.series.resolution_s * 1_000_000
    times = range(start, start + step * len(chunk.values), step)
    identity, issued = chunk.series.id, _micros(chunk.issued)
    return ((identity, t, issued, v, q) for t, v, q in zip(times, chunk.values, chunk.quality, strict=True))


_POINTS = "points (series, time, issued, value, quality)"
_ARRAYS = "unnest(%s::integer[], %s::bigint[], %s::bigint[], %s::float8[], %s::text[])"
_UPSERT = "ON CONFLICT (series, time, issued) DO UPDATE SET value = excluded.value, quality = excluded.quality"
_LAST = sa.bindparam("last", type_=series.c.last_time.type)
_NEWS = (
    series.update()
    .where(series.c.id == sa.bindparam("which"))
    .values(
        last_time=sa.case((series.c.last_time > _LAST, series.c.last_time), else_=_LAST),
        received_at=sa.bindparam("now"),
    )
)


def read(
    c: sa.Connection, row: SeriesRow, start: datetime, end: datetime, issued_before: datetime | None = None
) -> list[Point]:
    """Points of [start, end) by time; of a forecast the newest issue of each time (before ``issued_before``)."""
    query = sa.select(points.c.time, points.c.issued, points.c.value, points.c.quality).where(
        points.c.series == row.id, points.c.time >= start, points.c.time < end
    )
    if issued_before is not None and row.kind == "forecast":
        query = query.where(points.c.issued < issued_before)
    newest: dict[datetime, Point] = {}
    for row_ in c.execute(query.order_by(points.c.time, points.c.issued)):
        newest[row_[0]] = Point(*row_)
    return list(newest.values())


def given(c: sa.Connection, site: str, start: datetime, end: datetime) -> dict[str, pd.Series[float]]:
    """Input column -> the forecast from outside that is to replace it in [start, end), newest issue of each time.

    Values that are missing or suspect are left out, so that a column with one is not complete and not used.
    The interval in which ``start`` lies is included where it begins earlier. Each series bears its name, and in
    ``attrs`` its ``resolution_s`` and the newest ``issued_at``.
    """
    wanted = sa.select(series).where(series.c.site == site, series.c.kind == "forecast", series.c.column.is_not(None))
    found: dict[str, pd.Series[float]] = {}
    for row in map(_row, c.execute(wanted).all()):
        step = timedelta(seconds=row.resolution_s)
        first = EPOCH + (start - EPOCH) // step * step
        usable = [p for p in read(c, row, first, end) if p.quality in USABLE and p.value is not None]
        if usable:
            index = pd.DatetimeIndex([p.time for p in usable])
            column = pd.Series([p.value for p in usable], index=index, dtype=float, name=row.name)
            column.attrs = {"resolution_s": row.resolution_s, "issued_at": max(p.issued for p in usable)}
            found[str(row.column)] = column
    return found


def _has_points(c: sa.Connection, identity: int) -> bool:
    return c.execute(sa.select(points.c.series).where(points.c.series == identity).limit(1)).first() is not None


def _micros(t: datetime) -> int:
    return (t - EPOCH) // timedelta(microseconds=1)


def _row(row: sa.Row[Any]) -> SeriesRow:
    return SeriesRow(**row._mapping)
