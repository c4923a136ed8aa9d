import os
from pathlib import Path

import pandas as pd
import pytest

from forecasting import InputError, read_series_csv

COLUMNS = {"load_kw": (0.0, 1000.0)}
GOOD = "time,load_kw\n2026-07-01T00:00:00+08:00,1\n2026-07-01T00:15:00+08:00,2.5\n2026-07-01T00:30:00+08:00,3e0\n"


def read(tmp_path: Path, content: str | bytes, **more):
    path = tmp_path / "meters.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_series_csv(path, COLUMNS, "Asia/Shanghai", **more)


def test_values_and_axis(tmp_path):
    frame = read(tmp_path, GOOD)
    assert frame["load_kw"].tolist() == [1.0, 2.5, 3.0]
    assert frame.index[0] == pd.Timestamp("2026-07-01", tz="Asia/Shanghai")
    assert str(frame.index.tz) == "Asia/Shanghai"


def test_right_labels_move_to_the_start(tmp_path):
    assert read(tmp_path, GOOD, label="right").index[0] == pd.Timestamp("2026-06-30T23:45:00+08:00")


def test_byte_order_mark_blank_end_windows_lines_and_further_columns(tmp_path):
    text = GOOD.replace("load_kw", "note,load_kw").replace("+08:00,", '+08:00,"a, b",').replace("\n", "\r\n")
    assert len(read(tmp_path, b"\xef\xbb\xbf" + text.encode() + b"\r\n\r\n")) == 3


def test_one_hour_exists_twice_when_clocks_go_back(tmp_path):
    """Offsets keep the two apart: 02:30 summer time, then 02:30 winter time."""
    path = tmp_path / "a.csv"
    path.write_text(
        "time,load_kw\n2026-10-25T02:00:00+02:00,1\n2026-10-25T02:30:00+02:00,2\n"
        "2026-10-25T02:00:00+01:00,3\n2026-10-25T02:30:00+01:00,4\n"
    )
    index = read_series_csv(path, COLUMNS, "Europe/Berlin").index
    assert [t.hour for t in index] == [2, 2, 2, 2]
    assert (index[1:] - index[:-1]).unique().tolist() == [pd.Timedelta("30min")]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2026-07-01T00:15:00+08:00", "2026-07-01T00:15:00", "row 3, column time.*offset.*clocks are changed"),
        ("2026-07-01T00:15:00+08:00", "07/01/2026 00:15", "row 3, column time"),
        ("2026-07-01T00:15:00+08:00", "2026-02-30T00:15:00+08:00", "row 3, column time"),
        ("2026-07-01T00:15:00+08:00", "2026-07-01T00:00:00+08:00", "row 3.*given twice"),
        ("2026-07-01T00:15:00+08:00", "2026-06-01T00:15:00+08:00", "row 3.*earlier than the row before"),
        ("2026-07-01T00:30:00+08:00", "2026-07-01T00:45:00+08:00", "row 4.*15 min after row 3.*it is 30 min"),
        (",2.5", ",", "row 3, column load_kw is ''"),
        (",2.5", ",NaN", "row 3, column load_kw is 'NaN'"),
        (",2.5", ",inf", "row 3, column load_kw is 'inf'"),
        (",2.5", ",1e999", "row 3, column load_kw"),
        (",2.5", ",2_5", "row 3, column load_kw"),
        (",2.5", ",２", "row 3, column load_kw"),
        (",2.5", ",2 kW", "row 3, column load_kw"),
        (",2.5", ",-0.1", "row 3, column load_kw.*0 to 1000"),
        (",2.5", ",1000.1", "row 3, column load_kw.*0 to 1000"),
        (",2.5", ",2,5", "cells in row 3 is 3 .expected: 2"),
        (",2.5", "", "cells in row 3 is 1 .expected: 2"),
        (",2.5", ',"2.5', "row"),
        ("load_kw", "laod_kw", "column load_kw.*did you mean laod_kw"),
        ("time,load_kw", "load_kw,load_kw", "every column name once"),
        ("time", "datetime", "column time.*did you mean datetime"),
    ],
)
def test_every_fault_is_named(tmp_path, old, new, says):
    with pytest.raises(InputError, match=says) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert caught.value.source == "meters.csv"


@pytest.mark.parametrize(
    "content", ["", "\n", "time,load_kw\n", GOOD[:46], b"\x00\x01PK", "time,load_kw\né".encode("latin-1")]
)
def test_files_without_a_table(tmp_path, content):
    with pytest.raises(InputError, match=r"meters\.csv"):
        read(tmp_path, content)


def test_a_step_that_does_not_divide_the_hour(tmp_path):
    with pytest.raises(InputError, match="7 min"):
        read(tmp_path, GOOD.replace("00:15:00", "00:07:00").replace("00:30:00", "00:14:00"))


def test_folder_missing_file_and_device(tmp_path):
    for path, says in [
        (tmp_path, "folder"),
        (tmp_path / "none.csv", "No such file"),
        (Path("/dev/zero"), "regular file"),
    ]:
        with pytest.raises(InputError, match=says):
            read_series_csv(path, COLUMNS, "UTC")


def test_ten_gigabytes_are_refused_before_reading(tmp_path):
    path = tmp_path / "huge.csv"
    path.touch()
    os.truncate(path, 10_000_000_000)  # sparse: takes no room on the disk
    with pytest.raises(InputError, match=r"10000\.0 MB.*at most 100 MB"):
        read_series_csv(path, COLUMNS, "UTC")


def test_optional_columns_may_be_missing_but_not_broken(tmp_path):
    path = tmp_path / "meters.csv"
    path.write_text(GOOD)
    both = COLUMNS | {"heat_kw": (0.0, 10.0)}
    assert list(read_series_csv(path, both, "UTC", optional=["heat_kw"]).columns) == ["load_kw"]
    path.write_text(GOOD.replace("load_kw", "load_kw,heat_kw").replace(",1\n", ",1,99\n"))
    with pytest.raises(InputError, match="heat_kw"):
        read_series_csv(path, both, "UTC", optional=["heat_kw"])
