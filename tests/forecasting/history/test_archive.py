"""What is written stays as it was; a moment in the past sees nothing that came after it."""

from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.errors import InputError
from forecasting.history.archive import Archive, Issued
from forecasting.ladder.quantiles import COLUMNS, quantile_table

ZONE = "Asia/Shanghai"
DAY = pd.date_range("2026-07-01", periods=24, freq="h", tz=ZONE)


def at(text: str) -> datetime:
    return pd.Timestamp(text, tz=ZONE).to_pydatetime()


def forecast(
    issued: str, mean: float, *, index: pd.DatetimeIndex = DAY, series: str = "roof", model: str = "blend"
) -> Issued:
    spread = np.linspace(-0.9, 0.9, 19)
    table = quantile_table(index, np.full(len(index), mean), np.tile(mean + spread, (len(index), 1)))
    return Issued(series, "kW", model, at(issued), "Open-Meteo", at(issued) - timedelta(hours=2), "learn", table)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Issued and written down at 20:00 the day before (1) and at 06:00 of the day (2); worked out in August (3)."""
    a = Archive(tmp_path / "forecasts.sqlite")
    a.add(forecast("2026-06-30 20:00", 1.0), at("2026-06-30 20:01"))
    a.add(forecast("2026-07-01 06:00", 2.0, index=DAY[6:]), at("2026-07-01 06:02"))
    a.add(forecast("2026-06-30 22:00", 3.0), at("2026-08-15 09:00"))
    return a


def test_what_was_known_at_a_moment(archive: Archive) -> None:
    assert archive.as_of("roof", at("2026-06-30 19:59"), DAY)["mean"].isna().all()
    assert archive.as_of("roof", at("2026-06-30 23:00"), DAY)["mean"].tolist() == [1.0] * 24
    noon = archive.as_of("roof", at("2026-07-01 12:00"), DAY)
    assert noon["mean"].tolist() == [1.0] * 6 + [2.0] * 18
    assert (noon["issued_at"].iloc[:6] == at("2026-06-30 20:00")).all()
    assert noon["q05"].tolist() == pytest.approx([0.1] * 6 + [1.1] * 18)
    assert noon["model"].tolist() == ["blend"] * 24


def test_a_hindcast_is_left_out_unless_it_is_asked_for(archive: Archive) -> None:
    asked = archive.as_of("roof", at("2026-06-30 23:00"), DAY, hindcasts=True)
    assert asked["mean"].tolist() == [3.0] * 24
    september = archive.as_of("roof", at("2026-09-01 00:00"), DAY)  # by then it had been written down
    assert september["mean"].tolist() == [3.0] * 6 + [2.0] * 18


def test_every_interval_at_its_own_moment(archive: Archive) -> None:
    moments = pd.Series([pd.Timestamp(at("2026-06-30 21:00"))] * 12 + [pd.Timestamp(at("2026-07-01 07:00"))] * 12, DAY)
    assert archive.replay("roof", moments)["mean"].tolist() == [1.0] * 12 + [2.0] * 12


def test_series_and_models_are_told_apart(archive: Archive) -> None:
    archive.add(forecast("2026-07-01 06:00", 9.0, series="hall"), at("2026-07-01 06:00"))
    archive.add(forecast("2026-07-01 06:30", 8.0, model="level"), at("2026-07-01 06:30"))
    now = at("2026-07-01 12:00")
    assert archive.as_of("hall", now, DAY)["mean"].tolist() == [9.0] * 24
    assert archive.as_of("roof", now, DAY)["model"].tolist() == ["level"] * 24
    assert archive.as_of("roof", now, DAY, model="blend")["mean"].tolist() == [1.0] * 6 + [2.0] * 18
    assert archive.as_of("barn", now, DAY)["mean"].isna().all()


def test_the_same_again_is_not_written_twice_and_a_correction_is(archive: Archive) -> None:
    assert not archive.add(forecast("2026-06-30 20:00", 1.0), at("2026-06-30 20:05"))
    assert archive.add(forecast("2026-06-30 20:00", 1.5), at("2026-06-30 20:10"))
    assert len(archive.issues("roof")) == 4
    assert archive.as_of("roof", at("2026-06-30 21:00"), DAY)["mean"].tolist() == [1.5] * 24


def test_what_there_is(archive: Archive) -> None:
    listed = archive.issues()
    assert listed["issued_at"].tolist() == [
        pd.Timestamp(at(t)) for t in ("2026-06-30 20:00", "2026-06-30 22:00", "2026-07-01 06:00")
    ]
    assert listed["weather_run"].iloc[0] == at("2026-06-30 18:00")
    assert (listed["first"].iloc[2], listed["last"].iloc[2]) == (DAY[6], DAY[23])
    assert set(listed["quality"]) == {"learn"}


@pytest.mark.parametrize(
    "sql",
    ["UPDATE points SET mean = 0", "DELETE FROM points", "UPDATE forecasts SET model = 'x'", "DELETE FROM forecasts"],
)
def test_nothing_is_changed_or_deleted(archive: Archive, sql: str) -> None:
    with sqlite3.connect(archive.path) as db, pytest.raises(sqlite3.IntegrityError, match="forecasts are kept"):
        db.execute(sql)


def test_a_forecast_that_is_not_whole_is_refused_and_leaves_nothing(archive: Archive) -> None:
    broken = forecast("2026-07-02 00:00", 1.0)
    broken.table.iloc[3, 4] = np.nan
    with pytest.raises(InputError, match="finite columns"):
        archive.add(broken)
    with pytest.raises(InputError, match="not before the forecast was issued"):
        archive.add(forecast("2026-07-02 00:00", 1.0), at("2026-07-01 23:59"))
    with pytest.raises(InputError, match="time zone"):
        archive.add(forecast("2026-07-02 00:00", 1.0), datetime(2026, 7, 3))  # noqa: DTZ001
    assert len(archive.issues()) == 3


def test_other_files_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    text, other, damaged = tmp_path / "a.csv", tmp_path / "b.sqlite", tmp_path / "c.sqlite"
    text.write_text("time,value\n" * 500)
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE mine (x)")
    Archive(damaged).add(forecast("2026-07-01 00:00", 1.0), datetime.now(UTC))
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    for file in (text, other, damaged):
        before = file.read_bytes()
        with pytest.raises(InputError, match=file.name):
            Archive(file).issues()
        assert file.read_bytes() == before
    with pytest.raises(InputError, match="check the path"):
        Archive(tmp_path / "none.sqlite", create=False)
    with pytest.raises(InputError):
        Archive(tmp_path / "no folder" / "d.sqlite")


def test_an_archive_of_a_later_version_is_refused(archive: Archive) -> None:
    with sqlite3.connect(archive.path) as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(InputError, match="version"):
        Archive(archive.path)


def _write(path: Path, writer: int, count: int) -> None:
    archive = Archive(path)
    start = at("2026-07-01 00:00")
    for k in range(count):
        issued = start + timedelta(minutes=k)
        archive.add(forecast(issued.isoformat(sep=" ")[:19], float(k), series=f"series {writer}"), issued)
        archive.add(forecast(issued.isoformat(sep=" ")[:19], float(k), series="shared"), issued)


def test_many_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    """Four processes create the file and write; what all of them write is there once."""
    path, count = tmp_path / "forecasts.sqlite", 10
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(path, k, count)) for k in range(4)]
    for w in writers:
        w.start()
    for w in writers:
        w.join(60)
    assert [w.exitcode for w in writers] == [0] * 4
    listed = Archive(path, create=False).issues()
    assert listed["series"].value_counts().to_dict() == {**{f"series {k}": count for k in range(4)}, "shared": count}
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT COUNT(*) FROM points").fetchone() == (5 * count * 24,)


def test_a_writer_that_dies_leaves_no_half_forecast(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "forecasts.sqlite")
    with sqlite3.connect(archive.path, isolation_level=None) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute(
            "INSERT INTO forecasts (series, unit, model, issued_us, recorded_us, weather_source, quality, "
            "step_minutes, digest) VALUES ('roof', 'kW', 'blend', 0, 0, '', '', 60, 'x')"
        )
    assert archive.issues().empty
    assert tuple(archive.as_of("roof", at("2026-07-01 00:00"), DAY).columns[: len(COLUMNS)]) == COLUMNS
