"""Forecasts kept on disk: found again where nothing changed, never taken from a file that is not what it should be."""

from __future__ import annotations

import os
import pickle
import struct
import zlib
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecasting.ladder import digests, replay, tables_on_disk
from forecasting.ladder.cases import ISSUED, MEASURED, Cases
from forecasting.ladder.digests import Untold, digest_of
from forecasting.ladder.folds import Fold
from forecasting.ladder.quantiles import COLUMNS, LEVELS, quantile_table
from forecasting.ladder.rung import TooLittle
from forecasting.ladder.tables_on_disk import TablesOnDisk
from forecasting.notes import Note

INDEX = pd.date_range("2026-01-01", periods=240, freq="h", tz="Asia/Shanghai")
CALLS: list[str] = []
TITLE = Note("计数", "Counting")


@dataclass(frozen=True)
class Counting:
    """A rung whose fits are counted."""

    factor: float = 1.0
    name: str = "counting"
    title: Note = TITLE

    def fit(self, past: Cases) -> Counting:
        CALLS.append(self.name)
        if not len(past.table):
            raise TooLittle(self.title)
        return self

    def predict(self, ahead: Cases) -> pd.DataFrame:
        mean = self.factor * ahead.table["lag"].to_numpy(float)
        return quantile_table(ahead.table.index, mean, np.repeat(mean[:, None], len(LEVELS), axis=1))


@dataclass(frozen=True)
class Strange(Counting):
    """A rung with something inside that no digest tells."""

    inside: Any = field(default_factory=object)


def made(**columns: Any) -> Cases:
    lag = np.random.default_rng(1).uniform(0, 9, len(INDEX))
    head = {MEASURED: lag, "usable": True, "counted": True, ISSUED: INDEX - pd.Timedelta(hours=9), "lag": lag}
    return Cases("meter", pd.DataFrame(head | columns, INDEX), ("lag",), 10.0, "kW", "demand", 60)


def fold(cases: Cases | None = None) -> Fold:
    cases = cases or made()
    return Fold(cases.between(None, INDEX[192]), cases.between(INDEX[192], None))


@pytest.fixture(autouse=True)
def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    CALLS.clear()
    forget(monkeypatch)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a new process begins: with nothing in memory."""
    monkeypatch.setattr(replay, "_fits", replay._Latest(24))
    monkeypatch.setattr(replay, "_forecasts", replay._Latest(96))


def forecast(folder: Path, monkeypatch: pytest.MonkeyPatch, rung: Counting, at: Fold) -> tuple[pd.DataFrame, int]:
    """The table, and how many fits it took."""
    forget(monkeypatch)
    CALLS.clear()
    with replay.kept_on_disk(folder):
        return replay.forecast_once(rung, at), len(CALLS)


def test_a_second_process_takes_the_same_numbers_from_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replay.forecast_once(Counting(), fold())
    folder = tmp_path / "a" / "forecasts"
    first, fits = forecast(folder, monkeypatch, Counting(), fold())
    assert fits == 1
    second, fits = forecast(folder, monkeypatch, Counting(), fold())
    assert fits == 0
    for table in (first, second):
        pd.testing.assert_frame_equal(table, plain, check_exact=True, check_freq=False)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [p.stat().st_mode & 0o777 for p in folder.iterdir()] == [0o600]


def test_outside_of_the_block_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forecast(tmp_path, monkeypatch, Counting(), fold())
    forget(monkeypatch)
    replay.forecast_once(Counting(), fold())
    replay.forecast_once(Counting(factor=2.0), fold())
    assert len(CALLS) == 3
    assert len(list(tmp_path.iterdir())) == 1


def changed(column: str, row: int, value: Any) -> Fold:
    cases = made()
    table = cases.table.copy()
    table.loc[INDEX[row], column] = value
    return fold(replace(cases, table=table))


@pytest.mark.parametrize(
    ("rung", "at"),
    [
        (Counting(factor=1.5), fold()),
        (Counting(name="other"), fold()),
        (Counting(), changed(MEASURED, 5, 3.25)),
        (Counting(), changed("usable", 5, False)),
        (Counting(), changed(ISSUED, 200, INDEX[0])),
        (Counting(), changed("lag", 200, 3.25)),
        (Counting(), fold(replace(made(), capacity=11.0))),
        (Counting(), fold(made(more=0.0))),
        (Counting(), fold(replace(made(), features=()))),
    ],
)
def test_whatever_differs_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rung: Counting, at: Fold
) -> None:
    forecast(tmp_path, monkeypatch, Counting(), fold())
    assert forecast(tmp_path, monkeypatch, rung, at)[1] == 1


def test_another_program_or_library_makes_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forecast(tmp_path, monkeypatch, Counting(), fold())
    before = digests.program_digest()
    digests.program_digest.cache_clear()
    monkeypatch.setattr(digests, "_version", lambda name: "0.1")
    try:
        assert digests.program_digest() != before
        assert forecast(tmp_path, monkeypatch, Counting(), fold())[1] == 1
    finally:
        digests.program_digest.cache_clear()


def test_the_program_digest_is_of_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    monkeypatch.setattr(digests, "PACKAGE", tmp_path)
    told = digests.program_digest.__wrapped__
    before = told()
    (tmp_path / "a.py").write_text("x = 2")
    assert told() != before


def test_a_rung_that_cannot_be_told_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Untold):
        digest_of(Strange())
    forecast(tmp_path, monkeypatch, Strange(), fold())
    assert not list(tmp_path.iterdir())


def test_columns_of_other_names_are_other_cases() -> None:
    assert digest_of(made(**{"plan.a": 0.0})) != digest_of(made(**{"plan.b": 0.0}))


def test_digests_tell_parts_apart() -> None:
    told = [("ab", "c"), ("a", "bc"), ("abc",), (("ab", "c"),), (("ab",), "c"), (1, 2), ("1", "2"), (1.0, 2), (None, 2)]
    assert len({digest_of(*parts) for parts in told}) == len(told)


def test_too_little_is_said_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = Fold(made().between(None, INDEX[0]), fold().ahead)
    for _ in range(2):
        with pytest.raises(TooLittle):
            forecast(tmp_path, monkeypatch, Counting(), at)
    assert len(CALLS) == 1
    assert not list(tmp_path.iterdir())


class Mine:
    """What a pickle of unknown origin could do."""

    def __reduce__(self) -> Any:
        return (CALLS.append, ("loaded",))


def spoiled(path: Path, how: str) -> None:
    whole = path.read_bytes()
    if how == "empty":
        path.write_bytes(b"")
    elif how == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "flipped":
        path.write_bytes(whole[:300] + bytes([whole[300] ^ 255]) + whole[301:])
    elif how == "text":
        path.write_text("nothing")
    elif how == "pickle":
        path.write_bytes(pickle.dumps(Mine()))
    elif how == "another size":
        path.write_bytes(written(TABLE[1:]))
    elif how == "open to others":
        path.write_bytes(written(TABLE))
        path.chmod(0o666)
    elif how == "link":
        other = path.with_suffix(".other")
        other.write_bytes(written(TABLE))
        path.unlink()
        path.symlink_to(other)


def written(values: np.ndarray) -> bytes:
    """A file of the format, whole, with other numbers."""
    rest = struct.pack("<d", 0.0) + zlib.compress(values.tobytes())
    return sha256(rest).digest() + rest


TABLE = np.zeros((48, len(COLUMNS)))
HOWS = ("empty", "cut", "flipped", "text", "pickle", "another size", "open to others", "link")


@pytest.mark.parametrize("how", HOWS)
def test_a_spoiled_or_foreign_file_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    plain, _ = forecast(tmp_path, monkeypatch, Counting(), fold())
    (path,) = tmp_path.iterdir()
    spoiled(path, how)
    table, fits = forecast(tmp_path, monkeypatch, Counting(), fold())
    assert (fits, CALLS) == (1, ["counting"])
    pd.testing.assert_frame_equal(table, plain, check_exact=True, check_freq=False)
    assert forecast(tmp_path, monkeypatch, Counting(), fold())[1] == 0  # it was written over


def test_no_byte_that_is_wrong_ends_a_forecast_or_changes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, _ = forecast(tmp_path, monkeypatch, Counting(), fold())
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        table, _ = forecast(tmp_path, monkeypatch, Counting(), fold())
        pd.testing.assert_frame_equal(table, plain, check_exact=True, check_freq=False)


def test_a_file_of_another_user_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forecast(tmp_path, monkeypatch, Counting(), fold())
    tables = TablesOnDisk(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    (path,) = tmp_path.iterdir()
    assert tables._read(path, fold().ahead.table.index) is None
    with pytest.raises(PermissionError, match="this user alone"):
        TablesOnDisk(tmp_path)


def test_a_folder_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(PermissionError, match="this user alone"):
        TablesOnDisk(tmp_path)


def test_the_folder_stays_within_its_bound_and_the_latest_used_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for factor in (1.0, 2.0, 3.0, 4.0):
        forecast(tmp_path, monkeypatch, Counting(factor), fold())
    files = sorted(tmp_path.iterdir(), key=lambda p: p.stat().st_mtime_ns)
    for age, path in enumerate(reversed(files)):
        os.utime(path, (1e9 - age, 1e9 - age))
    assert forecast(tmp_path, monkeypatch, Counting(1.0), fold())[1] == 0  # the oldest is used again
    part, fresh = tmp_path / "x.part", tmp_path / "y.part"
    for path in (part, fresh):
        path.write_bytes(b"0" * 10)
    os.utime(part, (1e9, 1e9))
    size = max(p.stat().st_size for p in files)
    tables = TablesOnDisk(tmp_path, most_bytes=2 * size)
    tables.tidy()
    assert set(tmp_path.iterdir()) == {files[0], files[3], fresh}


def test_what_came_of_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = TablesOnDisk(tmp_path)
    index = fold().ahead.table.index
    table = Counting().predict(fold().ahead)
    tables.get("0" * 64, index, lambda: table)
    assert tables.note() is None
    tables.get("0" * 64, index, lambda: table)
    told = tables.note()
    assert told is not None
    assert told.en.startswith("1 tables")
    assert f"{pd.Timestamp.now():%Y-%m-%d}" in told.zh

    def full(*args: Any, **more: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables_on_disk.Path, "replace", full)
    assert tables.get("1" * 64, index, lambda: table) is table
    told = tables.note()
    assert told is not None
    assert "No space left" in told.en
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [
        ".part",
        ".table",
    ]  # parts go after an hour


def test_a_file_of_the_format_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `test_a_spoiled_or_foreign_file_is_not_taken` refuses is refused for what is wrong with it alone."""
    forecast(tmp_path, monkeypatch, Counting(), fold())
    (path,) = tmp_path.iterdir()
    path.write_bytes(written(TABLE))
    table, fits = forecast(tmp_path, monkeypatch, Counting(), fold())
    assert fits == 0
    assert (table == 0).all(axis=None)
