"""The look-ahead of a month: made once, kept, and never in the way of a re-plan."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from api.work import kept_beyond
from api.work.kept_beyond import TRIES, beyond_of, kept
from ems.operation.future import Future
from ems.operation.outlooks import ASSUMED_CORRECTIONS
from ems.site_file import read_site
from forecasting.errors import InputError
from forecasting.file_cache import Kept, file_of, read, write

FACTS = {"site": "demo", "month": "2026-06-01"}


class Maker:
    """Makes an answer, counted; or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls, self.error = 0, error

    def __call__(self):
        self.calls += 1
        if self.error:
            raise self.error
        return {"future": self.calls}


def path_of(folder, facts=FACTS):
    return file_of(folder, json.dumps(facts, sort_keys=True))


def age(folder, by):
    """As if it had been kept so long ago."""
    path = path_of(folder)
    found = read(path)
    write(path, Kept(found.fetched_at - by, found.answer))


def test_made_once_for_the_same_and_anew_for_another(tmp_path):
    make = Maker()
    first = kept(tmp_path, FACTS, make)
    assert first.answer == {"future": 1}
    again = kept(tmp_path, FACTS, make)
    assert (again.answer, again.fetched_at, make.calls) == (first.answer, first.fetched_at, 1)
    age(tmp_path, timedelta(days=40))
    assert kept(tmp_path, FACTS, make).answer == {"future": 1}, "of a month, it does not grow old"
    assert kept(tmp_path, FACTS | {"month": "2026-07-01"}, make).answer == {"future": 2}


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (InputError("/somewhere/prices.csv", "export", None, "a price"), "prices.csv: export (expected: a price)"),
        (ValueError("no answer"), "no answer"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_what_cannot_be_made_is_told_and_tried_again_after_a_day(tmp_path, error, why):
    make = Maker(error)
    for _ in range(2):
        assert kept(tmp_path, FACTS, make).answer == {"why": why}
    assert make.calls == 1
    age(tmp_path, timedelta(days=1, minutes=1))
    assert kept(tmp_path, FACTS, Maker()).answer == {"future": 1}


def test_what_ended_early_is_used_for_a_day_and_then_made_anew(tmp_path, monkeypatch):
    future = Future(("battery", "tank"), (), pd.date_range("2026-06-02", periods=29), (np.zeros((12, 3)),) * 29, 0.0)
    calls = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kept_beyond, "month_future", lambda *_: calls.append(1) or future)
    monkeypatch.setattr(kept_beyond, "month_corrections", lambda *_: ASSUMED_CORRECTIONS)
    day = datetime(2026, 6, 15, tzinfo=UTC).date()

    def look() -> int:
        found = beyond_of(read_site("demo"), "digest", day, "cost", 60, pytest.fail)
        assert len(found.future.cuts[0]) == 12
        return len(calls)

    assert [look(), look()] == [1, 1]
    for path in tmp_path.rglob("*.json"):
        old = read(path)
        write(path, Kept(old.fetched_at - timedelta(days=1, minutes=1), old.answer))
    assert [look(), look()] == [2, 2]


def test_a_fault_of_ours_is_not_hidden(tmp_path):
    with pytest.raises(KeyError):
        kept(tmp_path, FACTS, Maker(KeyError("levels")))


def test_where_a_process_did_not_outlive_it_later_ones_go_without(tmp_path):
    ends = Maker(KeyboardInterrupt())  # as a process that is killed: nothing is written any more
    for _ in range(TRIES):
        with pytest.raises(KeyboardInterrupt):
            kept(tmp_path, FACTS, ends)
    make = Maker()
    assert "begun 2 times" in kept(tmp_path, FACTS, make).answer["why"]
    assert make.calls == 0
    age(tmp_path, timedelta(days=1, minutes=1))
    assert kept(tmp_path, FACTS, make).answer == {"future": 1}


def test_a_folder_that_refuses_is_told_before_minutes_are_spent(tmp_path):
    (tmp_path / "file").write_text("no folder")
    make = Maker()
    assert "cannot be written" in kept(tmp_path / "file", FACTS, make).answer["why"]
    assert make.calls == 0


def test_what_was_made_but_cannot_be_kept_is_used_and_told(tmp_path, monkeypatch):
    def full(path, content):
        if "begun" not in content.answer:
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(kept_beyond, "write", full)
    answer = kept(tmp_path, FACTS, Maker()).answer
    assert answer["future"] == 1
    assert "No space left" in answer["trouble"]


def test_months_long_over_are_removed(tmp_path):
    kept(tmp_path, FACTS, Maker())
    long_ago = (datetime.now(UTC) - timedelta(days=63)).timestamp()
    os.utime(path_of(tmp_path), (long_ago, long_ago))
    kept(tmp_path, FACTS | {"month": "2026-08-01"}, Maker())
    assert not path_of(tmp_path).exists()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_site_without_climatology_has_none_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = read_site("demo")
    file = replace(file, site=file.site.model_copy(update={"climatology": None}))
    found = beyond_of(file, "digest", datetime(2026, 6, 15, tzinfo=UTC).date(), "cost", 60, pytest.fail)
    assert (found.future, found.fitted, found.corrections) == (None, False, ASSUMED_CORRECTIONS)
    assert "no look-ahead of 2026-06: the site has no climatology" in found.notes[0].en
    assert list(tmp_path.iterdir()) == []


def test_a_month_that_cannot_be_looked_at_leaves_the_site_files_figures(tmp_path, monkeypatch):
    def refuses(*_):
        raise ValueError("a day has no answer")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kept_beyond, "month_future", refuses)
    monkeypatch.setattr(kept_beyond, "month_corrections", refuses)
    day = datetime(2026, 6, 15, tzinfo=UTC).date()
    found = beyond_of(read_site("demo"), "digest", day, "cost", 60, pytest.fail)
    assert (found.future, found.fitted, found.corrections) == (None, False, ASSUMED_CORRECTIONS)
    assert [("a day has no answer" in n.en, "a day has no answer" in n.zh) for n in found.notes] == [(True, True)] * 2
