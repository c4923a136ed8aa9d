"""Histories of the demo park, made once for all tests here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.forecasts.park_history import write_history

FIRST, LAST = date(2026, 5, 1), date(2026, 6, 30)  # 61 days: the simple rungs are scored on 31 of them


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """History and weather runs, with a run for the day after the history too."""
    return write_history(tmp_path_factory.mktemp("history"), FIRST, LAST)
