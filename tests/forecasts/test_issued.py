"""What was really issued is scored as it was, and only if it was there in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.forecasts.issued import issued
from forecasting.errors import InputError
from forecasting.history.archive import Archive, Issued
from forecasting.ladder.cases import Cases
from forecasting.ladder.quantiles import COLUMNS

ZONE = "Asia/Shanghai"
DAY = pd.Timestamp("2026-06-20", tz=ZONE)


def cases(step_minutes: int = 60) -> Cases:
    index = pd.date_range(DAY, DAY + pd.Timedelta(days=1), freq=f"{step_minutes}min", inclusive="left")
    table = pd.DataFrame({"measured": 1.0, "usable": True, "counted": True, "issued_at": index}, index=index)
    return Cases("hall.electricity", table, (), 100.0, "kW", "demand", step_minutes)


def keep(archive: Archive, at: datetime, values: Any, step_minutes: int, recorded: datetime | None = None) -> None:
    index = pd.date_range(DAY, DAY + pd.Timedelta(days=1), freq=f"{step_minutes}min", inclusive="left")
    table = pd.DataFrame({c: np.broadcast_to(values, len(index)) for c in COLUMNS}, index=index)
    assert archive.add(Issued("hall", "kW", "level", at, "runs", None, "learn", table), recorded or at)


def test_the_newest_that_was_there_at_midnight_counts(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a.db")
    keep(archive, DAY - timedelta(hours=9), 10.0, 60)
    keep(archive, DAY - timedelta(hours=1), 20.0, 60)
    keep(archive, DAY + timedelta(hours=1), 30.0, 60)
    keep(archive, DAY - timedelta(minutes=30), 40.0, 60, DAY + timedelta(days=3))  # made up afterwards
    assert (issued(archive, "hall", cases()) == 20.0).all(axis=None)


def test_finer_steps_are_averaged_and_coarser_ones_hold(tmp_path: Path) -> None:
    fine, coarse = Archive(tmp_path / "fine.db"), Archive(tmp_path / "coarse.db")
    keep(fine, DAY - timedelta(hours=1), np.arange(96.0), 15)
    keep(coarse, DAY - timedelta(hours=1), np.arange(24.0), 60)
    assert issued(fine, "hall", cases())["q50"].tolist() == [4 * h + 1.5 for h in range(24)]
    assert issued(coarse, "hall", cases(30))["q50"].tolist() == [h // 2 for h in range(48)]


def test_a_day_without_any_is_empty(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a.db")
    assert issued(archive, "hall", cases()).isna().all(axis=None)
    keep(archive, DAY + timedelta(hours=1), 30.0, 60)
    assert issued(archive, "hall", cases()).isna().all(axis=None)


def test_two_steps_of_one_series_are_refused(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a.db")
    keep(archive, DAY - timedelta(hours=9), 10.0, 60)
    keep(archive, DAY - timedelta(hours=8), 10.0, 15)
    with pytest.raises(InputError, match="15 min, 60 min"):
        issued(archive, "hall", cases())
