"""The judge of tormented sweeps: what is as it must be passes, what is not is named."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.soak import sweep
from tests.soak.sweep import Log, Seen, kills


def test_a_scenario_that_fails_without_being_poison_is_a_breach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "POISON", ("cannot be", "fine"))
    monkeypatch.setattr(sweep, "KILL_S", (0.0, 0.05))
    seen = Seen()
    kills("local", 6, 2, tmp_path, seen)
    assert seen.figures["2 kills and 2 poison scenarios, local"].startswith("5 results, 1 reasons")
    assert seen.breaches == ["local: failed: cannot be"]
    counts = Log(tmp_path / "log").counts()
    begun = sum(counts[name, "began"] for name in "0123")
    assert 4 <= begun <= 6, "four scenarios; a kill has at most one begun again, none where it comes a moment late"


def test_the_log_tells_who_is_at_work(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.path.write_text("a\tbegan\t1\na\tended\t1\nb\tbegan\t1\nc\tbegan\t999999999\n")
    assert log.at_work() == {1: "b"}, "the other process is no more"
    assert log.counts() == Counter({("a", "began"): 1, ("a", "ended"): 1, ("b", "began"): 1, ("c", "began"): 1})
