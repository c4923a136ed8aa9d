"""Of every interval the newest run that was there at its issue, none that came later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.errors import InputError
from forecasting.history.runs import WeatherRuns, read_runs

ZONE = "Asia/Shanghai"
HEAD = "issued,time,ghi_w_per_m2,temperature_c"


def file_of(path: Path, *lines: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def runs(tmp_path: Path) -> WeatherRuns:
    """Two runs, at 20:00 the day before and at 08:00 of the day; the figure tells which: 100 or 200, plus the hour."""
    lines = [f"2026-06-30T20:00:00+08:00,2026-07-01T{h:02d}:00:00+08:00,{100 + h},20" for h in range(24)]
    lines += [f"2026-07-01T08:00:00+08:00,2026-07-01T{h:02d}:00:00+08:00,{200 + h},21" for h in range(8, 24)]
    return read_runs(file_of(tmp_path / "runs.csv", *lines))


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=ZONE)


def test_what_was_known_at_a_moment(runs: WeatherRuns) -> None:
    day = pd.date_range("2026-07-01", periods=24, freq="h", tz=ZONE)
    assert runs.as_of(at("2026-06-30 19:59"), day)["ghi_w_per_m2"].isna().all()
    assert runs.as_of(at("2026-07-01 07:59"), day)["ghi_w_per_m2"].tolist() == list(range(100, 124))
    late = runs.as_of(at("2026-07-01 08:00"), day)
    assert late["ghi_w_per_m2"].tolist() == [*range(100, 108), *range(208, 224)]
    assert (late["issued"] == [*[at("2026-06-30 20:00")] * 8, *[at("2026-07-01 08:00")] * 16]).all()


def test_every_interval_has_its_own_issue(runs: WeatherRuns) -> None:
    index = pd.DatetimeIndex([at("2026-07-01 10:00"), at("2026-07-01 10:15"), at("2026-07-02 10:00")])
    moments = pd.Series([at("2026-07-01 00:00"), at("2026-07-01 09:00"), at("2026-07-01 09:00")], index)
    known = runs.known(moments)
    assert known["ghi_w_per_m2"].tolist()[:2] == [110.0, 210.0]  # a quarter of an hour has the value of its hour
    assert known.iloc[2].isna().all()
    assert known.index.equals(index)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10)), min_size=2, max_size=30, unique=True), st.data())
def test_a_later_run_never_shows(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    """Against a plain loop over all lines: hours of issue and of the interval at random."""
    hour = 3_600_000_000_000
    table = pd.DataFrame(
        {
            "issued": [i * hour for i, _ in pairs],
            "time": [t * hour for _, t in pairs],
            "ghi_w_per_m2": np.arange(len(pairs), dtype=float),
        }
    ).sort_values(["issued", "time"], ignore_index=True)
    start = pd.Timestamp(0, tz="UTC")
    index = pd.date_range(start, periods=11, freq="h")
    moments = [data.draw(st.integers(0, 41)) for _ in index]
    known = WeatherRuns("runs", table, 60).known(pd.Series([start + pd.Timedelta(hours=m) for m in moments], index))
    for t, moment in enumerate(moments):
        there = [(i, k) for k, (i, u) in enumerate(zip(table["issued"] // hour, table["time"] // hour, strict=True))
                 if u == t and i <= moment]  # fmt: skip
        expected = table["ghi_w_per_m2"][max(there)[1]] if there else np.nan
        assert known["ghi_w_per_m2"].iloc[t] == pytest.approx(expected, nan_ok=True)


def test_what_cannot_be_understood_is_refused(tmp_path: Path) -> None:
    good = "2026-06-30T20:00:00+08:00,2026-07-01T00:00:00+08:00,100,20"
    more = "2026-06-30T20:00:00+08:00,2026-07-01T01:00:00+08:00,100,20"

    def said(*lines: str, head: str = HEAD) -> str:
        with pytest.raises(InputError) as caught:
            read_runs(file_of(tmp_path / "runs.csv", *lines, head=head))
        return str(caught.value)

    assert "every interval of a run once" in said(good, more, good)
    assert "column ghi_w_per_m2 is '9999'" in said(good, more.replace(",100,", ",9999,"))
    assert "column ghi_w_per_m2 is ''" in said(good, more.replace(",100,", ",,"))
    assert "column cloudiness" in said(good + ",1", more + ",1", head=HEAD + ",cloudiness")
    assert "column issued" in said(good, more, head=HEAD.replace("issued", "run"))
    assert "time with its offset" in said(good, more.replace("01:00:00+08:00", "01:00:00"))
