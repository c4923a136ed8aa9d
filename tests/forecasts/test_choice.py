"""The rung to use: what the choice weighs, worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting.ladder.ladder import best
from forecasting.ladder.score_table import ScoreTable
from forecasting.notes import Note

TITLES = {name: Note(name, name) for name in ("cliper", "level", "physics")}
NAN = float("nan")


@pytest.mark.parametrize(
    ("rmse", "pinball", "chosen"),
    [
        # over the reference: level 0.50 + 0.52 = 1.02, physics 0.80 + 0.50 = 1.30: its mean is off
        ({"cliper": 20.0, "level": 10.0, "physics": 16.0}, {"cliper": 5.0, "level": 2.6, "physics": 2.5}, "level"),
        # level 0.50 + 0.90 = 1.40, physics 0.55 + 0.50 = 1.05
        ({"cliper": 20.0, "level": 10.0, "physics": 11.0}, {"cliper": 5.0, "level": 4.5, "physics": 2.5}, "physics"),
        # without quantiles of one the RMSE decides alone
        ({"cliper": 20.0, "level": 10.0, "physics": 11.0}, {"cliper": 5.0, "level": NAN, "physics": 2.5}, "level"),
        # nothing is better than the reference
        ({"cliper": 20.0, "level": 30.0, "physics": 40.0}, {"cliper": 5.0, "level": 6.0, "physics": 7.0}, "cliper"),
    ],
)
def test_both_the_mean_and_the_quantiles_count(rmse: dict[str, float], pinball: dict[str, float], chosen: str) -> None:
    table = pd.DataFrame({"rmse": rmse, "pinball": pinball})
    table["skill"] = 1 - table["rmse"] / table.loc["cliper", "rmse"]
    day = pd.Timestamp("2026-06-01", tz="Asia/Shanghai")
    found, why = best(ScoreTable(table, "cliper", 700, day, day, 510.0, "kW", "pv"), TITLES)
    assert found == chosen
    assert f"“{chosen}” has the lowest RMSE ({rmse[chosen]:.2f} %)" in why.en
    assert ("pinball" in why.en) == (pd.notna(pinball["level"]))
