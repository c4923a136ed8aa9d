"""The load of `make soak` for seconds instead of minutes: nothing fails, nothing is lost. Speeds are only printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.load import measure
from tests.tools import tool


def test_a_short_load_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tool("wrk")
    rows = list(measure(tmp_path, short=True))
    with capsys.disabled():
        print("", *rows, sep="\n")
    assert len(rows) == 6
    assert not [row for row in rows if not row.sound]
