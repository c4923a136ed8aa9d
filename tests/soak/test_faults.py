"""The judge of the faults of `make soak`: one fault, once, and a wrong expectation of how it ends."""

from __future__ import annotations

from pathlib import Path

from tests.soak.faults import Fault, row, suffer


def test_a_job_that_ends_otherwise_than_expected_is_found(tmp_path: Path) -> None:
    fault = Fault("solver aborts", ("solver('crash()')",), 1, frozenset({"optimal"}))
    seen = suffer(fault, tmp_path)
    assert dict(seen.ends) == {"fallback": 1}
    assert seen.failed == 0
    assert len(seen.reads_ms) > 3
    assert len(seen.wrong) == 1
    assert "ended as fallback" in seen.wrong[0]
    assert "**missed**" in row(fault, seen)
