"""The journal: what is in it is on the disk, a torn end costs one row, and nobody writes beside another."""

import json
import subprocess
import sys

import pytest

from api.sweep.journal import Journal
from forecasting.errors import InputError


def row(id, **more):
    return {"id": id, "name": id, "status": "done", "reason": None, **more}


def test_a_row_is_on_the_disk_when_add_returns(tmp_path):
    path = tmp_path / "new" / "journal.jsonl"
    with Journal(path) as journal:
        journal.add(row("a", title="方案"))
        assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [row("a", title="方案")]
        assert journal.row("a") == row("a", title="方案")
        assert journal.row("b") is None
    with Journal(path) as journal:
        assert journal.row("a") == row("a", title="方案")
        assert journal.notes == []


def test_a_torn_last_line_is_dropped_and_told_and_the_next_row_is_whole(tmp_path):
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.add(row("a"))
        journal.add(row("b"))
    whole = path.read_bytes()
    for torn in (whole[:-1], whole[:-20], whole + b'{"id": "c", "na', whole + b"\0\0\0\0"):
        path.write_bytes(torn)
        kept = {"a", "b"} if torn.startswith(whole) else {"a"}
        with Journal(path) as journal:
            assert {id for id in "abc" if journal.row(id)} == kept
            (note,) = journal.notes
            assert "torn" in note.en
            assert "不完整" in note.zh
            journal.add(row("d"))
        with Journal(path) as journal:
            assert {id for id in "abcd" if journal.row(id)} == kept | {"d"}
            assert journal.notes == []


@pytest.mark.parametrize("line", ["{not json}", "[]", '{"name": "no id", "status": "done"}', '{"id": "a"}', ""])
def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(tmp_path, line):
    path = tmp_path / "notes.txt"
    path.write_text(json.dumps(row("a")) + f"\n{line}\n")
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"line 2.*a row of a sweep"):
        Journal(path)
    assert path.read_bytes() == before


def test_of_two_rows_of_one_scenario_the_later_one_holds(tmp_path):
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.add(row("a", status="failed"), "lost")
        assert journal.failure("a") == "lost"
        assert "failure" not in journal.row("a")
    with Journal(path) as journal:
        assert journal.failure("a") == "lost"
        journal.add(row("a", seconds=2))
    with Journal(path) as journal:
        assert journal.row("a") == row("a", seconds=2)
        assert journal.failure("a") is None


def test_two_writers_are_refused_until_the_first_has_ended(tmp_path):
    path = tmp_path / "journal.jsonl"
    code = f"from pathlib import Path; from api.sweep.journal import Journal; Journal(Path({str(path)!r})); print('in')"
    hold = subprocess.Popen(
        [sys.executable, "-c", f"{code}; import sys; sys.stdout.flush(); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert hold.stdout.readline() == b"in\n"
        with pytest.raises(InputError, match="no other sweep writes"):
            Journal(path)
    finally:
        hold.kill()
        hold.communicate()
    Journal(path).__exit__(None, None, None)


def test_a_number_that_json_has_not_got_is_never_written(tmp_path):
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal, pytest.raises(ValueError, match="not JSON compliant"):
        journal.add(row("a", value=float("nan")))
    assert path.read_bytes() == b""


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="a file that can be written"):
        Journal(tmp_path / "file" / "journal.jsonl")
