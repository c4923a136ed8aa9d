"""Forecasts as they were issued, in one SQLite file, kept for good.

Two times tell a forecast apart from what was forecast later of the same interval: when it was issued, and when it was
written down here. ``as_of`` a moment gives what could be had then. A forecast computed afterwards for a moment in the
past (a hindcast) is told apart by its second time and is left out unless it is asked for.

Rows are added, never changed nor deleted; triggers see to that. Many processes may write at once. What is already there
under the same series, issue, model and content is not written again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.errors import InputError
from forecasting.horizon import nanoseconds, step_of
from forecasting.ladder.quantiles import COLUMNS

APPLICATION, VERSION = 0x50464331, 1  # tells the file apart from any other database
PATIENCE_S = 30.0  # how long a writer waits for another
SOON = timedelta(minutes=15)  # a forecast written down this long after its issue could be had at its issue
US_NS = 1000
_SCHEMA = f"""
CREATE TABLE forecasts (
  id INTEGER PRIMARY KEY,
  series TEXT NOT NULL,
  unit TEXT NOT NULL,
  model TEXT NOT NULL,
  issued_us INTEGER NOT NULL,       -- since 1970-01-01T00:00Z
  recorded_us INTEGER NOT NULL,
  weather_source TEXT NOT NULL,
  weather_run_us INTEGER,           -- null: not known
  quality TEXT NOT NULL,
  step_minutes INTEGER NOT NULL,
  digest TEXT NOT NULL,
  UNIQUE (series, issued_us, model, digest)
);
CREATE TABLE points (
  forecast INTEGER NOT NULL REFERENCES forecasts (id),
  time_us INTEGER NOT NULL,         -- start of the interval
  {", ".join(f"{c} REAL NOT NULL" for c in COLUMNS)},
  PRIMARY KEY (forecast, time_us)
) WITHOUT ROWID;
CREATE INDEX points_time ON points (time_us);
"""
_KEPT = "CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'forecasts are kept'); END"


@dataclass(frozen=True)
class Issued:
    """One forecast.

    Attributes:
        series: what was forecast.
        unit: of the table.
        model: rung that made it.
        issued_at: from when on it could be had.
        weather_source: whose weather it rests on.
        weather_run: when that weather was issued; None where it is not known.
        quality: of the history behind it, such as the level of a `forecasting.history.verdict.Verdict`.
        table: as `forecasting.ladder.quantiles`.
    """

    series: str
    unit: str
    model: str
    issued_at: datetime
    weather_source: str
    weather_run: datetime | None
    quality: str
    table: pd.DataFrame


class Archive:
    """Forecasts in one file."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the archive; raises `InputError` for a file that is none, and where ``create`` is false and none is."""
        self.path = path
        if not create and not path.exists():
            raise InputError(path.name, "file", None, "an archive of forecasts", "check the path")
        with self._file() as db:
            if create:
                self._create(db)
            self._check(db)

    def add(self, forecast: Issued, recorded_at: datetime | None = None) -> bool:
        """Write a forecast down; False where it is there already. ``recorded_at`` is now unless told."""
        moment = datetime.now(UTC) if recorded_at is None else recorded_at
        table = forecast.table
        if tuple(table.columns) != COLUMNS or not np.isfinite(table.to_numpy(float)).all():
            raise InputError(forecast.series, "table", None, f"finite columns {', '.join(COLUMNS)}")
        step = step_of(table.index, forecast.series)
        issued, recorded = _us(forecast.issued_at), _us(moment)
        if recorded < issued:
            raise InputError(forecast.series, "recorded_at", moment.isoformat(), "not before the forecast was issued")
        times = nanoseconds(pd.DatetimeIndex(table.index)) // US_NS
        values = table.to_numpy(float)
        run = None if forecast.weather_run is None else _us(forecast.weather_run)
        told = (forecast.unit, forecast.weather_source, str(run), forecast.quality)
        digest = sha256("\n".join(told).encode() + times.tobytes() + values.tobytes()).hexdigest()
        row = (
            forecast.series, forecast.unit, forecast.model, issued, recorded, forecast.weather_source, run,
            forecast.quality, step, digest,
        )  # fmt: skip
        with self._file() as db, _writing(db):
            done = db.execute(
                "INSERT INTO forecasts (series, unit, model, issued_us, recorded_us, weather_source, weather_run_us, "
                "quality, step_minutes, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                row,
            )
            if done.rowcount == 0:
                return False
            marks = ", ".join("?" * (2 + len(COLUMNS)))
            points = ((done.lastrowid, t, *v) for t, v in zip(times.tolist(), values.tolist(), strict=True))
            db.executemany(f"INSERT INTO points VALUES ({marks})", points)
        return True

    def issues(self, series: str | None = None) -> pd.DataFrame:
        """Every forecast, one line each, by issue; moments in UTC, ``first`` and ``last`` start of an interval."""
        query = (
            "SELECT f.series, f.unit, f.model, f.issued_us, f.recorded_us, f.weather_source, f.weather_run_us, "
            "f.quality, f.step_minutes, MIN(p.time_us) AS first_us, MAX(p.time_us) AS last_us "
            "FROM forecasts f JOIN points p ON p.forecast = f.id WHERE :series IS NULL OR f.series = :series "
            "GROUP BY f.id ORDER BY f.issued_us, f.series, f.id"
        )
        with self._file() as db:
            cursor = db.execute(query, {"series": series})
            table = pd.DataFrame(cursor.fetchall(), columns=[c[0] for c in cursor.description])
        moments = {"issued_us": "issued_at", "recorded_us": "recorded_at", "weather_run_us": "weather_run"}
        for name, called in {**moments, "first_us": "first", "last_us": "last"}.items():
            table[called] = pd.to_datetime(table.pop(name).astype("Int64"), unit="us", utc=True)
        return table

    def as_of(
        self,
        series: str,
        moment: datetime,
        index: pd.DatetimeIndex,
        *,
        model: str | None = None,
        hindcasts: bool = False,
    ) -> pd.DataFrame:
        """What could be had at ``moment`` of each interval of ``index``: the newest issue that was there.

        Columns: those of `forecasting.ladder.quantiles`, then ``issued_at``, ``recorded_at``, ``model``; an interval of
        which nothing was known is NaN.
        """
        return self.replay(series, pd.Series(pd.Timestamp(moment), index=index), model=model, hindcasts=hindcasts)

    def replay(
        self, series: str, moments: pd.Series[pd.Timestamp], *, model: str | None = None, hindcasts: bool = False
    ) -> pd.DataFrame:
        """The same with a moment for each interval: what a forecaster had who asked at ``moments``."""
        index = pd.DatetimeIndex(moments.index)
        times = nanoseconds(index) // US_NS
        asked = nanoseconds(pd.DatetimeIndex(pd.to_datetime(moments, utc=True))) // US_NS
        there = self._points(series, int(times.min()), int(times.max()), model)
        late = there["recorded_us"] - there["issued_us"] > _span(SOON)
        # a forecast that was written down in time could be had from its issue on; else from when it was written down
        there["from_us"] = there["issued_us"] if hindcasts else there["issued_us"].where(~late, there["recorded_us"])
        left = pd.DataFrame({"time_us": times, "at_us": asked, "row": np.arange(len(index))})
        pairs = left.merge(there, on="time_us")
        pairs = pairs[pairs["from_us"] <= pairs["at_us"]].sort_values(["row", "issued_us", "recorded_us", "id"])
        best = pairs.drop_duplicates("row", keep="last").set_index("row").reindex(left["row"])
        out = best[list(COLUMNS)].astype(float).set_axis(index)
        for name in ("issued", "recorded"):
            stamps = pd.to_datetime(best[f"{name}_us"].to_numpy(float), unit="us", utc=True)
            out[f"{name}_at"] = stamps.tz_convert(index.tz)
        out["model"] = best["model"].to_numpy()
        return out

    def _points(self, series: str, first_us: int, last_us: int, model: str | None) -> pd.DataFrame:
        query = (
            f"SELECT f.id, f.issued_us, f.recorded_us, f.model, p.time_us, {', '.join(f'p.{c}' for c in COLUMNS)} "
            "FROM forecasts f JOIN points p ON p.forecast = f.id WHERE f.series = ? AND p.time_us BETWEEN ? AND ? "
            "AND (? IS NULL OR f.model = ?)"
        )
        with self._file() as db:
            rows = db.execute(query, (series, first_us, last_us, model, model)).fetchall()
        return pd.DataFrame(rows, columns=["id", "issued_us", "recorded_us", "model", "time_us", *COLUMNS])

    def _create(self, db: sqlite3.Connection) -> None:
        """Lay out an empty file; another process that does the same at once waits and finds it done."""
        with _writing(db):
            if (
                db.execute("PRAGMA application_id").fetchone()[0]
                or db.execute("SELECT 1 FROM sqlite_master").fetchone()
            ):
                return
            for statement in filter(str.strip, _SCHEMA.split(";")):
                db.execute(statement)
            for table in ("forecasts", "points"):
                for verb in ("UPDATE", "DELETE"):
                    db.execute(_KEPT.format(table=table, verb=verb))
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute(f"PRAGMA user_version = {VERSION}")

    def _check(self, db: sqlite3.Connection) -> None:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise InputError(
                self.path.name, "content", "another database", "an archive of forecasts", "name a new file"
            )
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise InputError(self.path.name, "version", version, str(VERSION), "use the program that wrote it")

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        """The open file; whatever SQLite says of a file that is damaged, foreign or locked becomes `InputError`."""
        try:
            with closing(sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None)) as db:
                db.execute("PRAGMA foreign_keys = ON")
                yield db
        except sqlite3.DatabaseError as error:
            raise InputError(
                self.path.name, "content", None, "an archive of forecasts that can be read and written", str(error)
            ) from error


@contextmanager
def _writing(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction of one writer."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _us(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise InputError("archive", "moment", moment.isoformat(), "a moment with its time zone")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _span(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
