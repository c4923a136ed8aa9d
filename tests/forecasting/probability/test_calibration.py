"""Quantiles of dressed, redressed and recalibrated forecasts hold what they promise, and know nothing of the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.errors import InputError
from forecasting.ladder.dressed import dressed
from forecasting.ladder.quantiles import COLUMNS, QUANTILES, levels_of, quantile_table
from forecasting.ladder.recalibrated import _believed, recalibrated
from forecasting.ladder.redressed import redressed
from forecasting.ladder.rung import TooLittle
from forecasting.ladder.score_table import score_table
from forecasting.ladder.scores import coverage
from tests.forecasting.probability.plants import plant


def _covered(cases, table):
    rows = cases.learnable.index.intersection(table.index)
    t = table.loc[rows]
    return coverage(cases.table.loc[rows, "measured"].to_numpy(), t["q10"].to_numpy(), t["q90"].to_numpy())


def test_dressed_gives_the_quantiles_of_errors_under_like_conditions():
    """Errors are N(0, 1) under one condition and N(0, 4) under the other: so are the quantiles."""
    rng = np.random.default_rng(0)
    index = pd.date_range("2025-01-01", periods=4001, freq="h", tz="UTC")
    wild = pd.Series(np.arange(4001) % 2, index, dtype=float)
    past = index[:-2]
    measured = pd.Series(50 + rng.normal(size=len(past)) * np.where(wild[:-2] > 0, 4.0, 1.0), past)
    point = pd.Series(50.0, index)
    got = dressed(point[-2:], point[past], measured, wild.to_frame("wild"), nearest=1500)
    assert list(got.columns) == list(COLUMNS)
    half = (got["q90"] - got["q10"]) / 2 / 1.2816
    assert half.iloc[0] == pytest.approx(4.0 if wild.iloc[-2] else 1.0, rel=0.1)
    assert half.iloc[1] == pytest.approx(4.0 if wild.iloc[-1] else 1.0, rel=0.1)
    assert (got["mean"] == 50.0).all()


def test_dressed_stays_within_what_is_possible(made):
    cases, point = made
    rows = cases.learnable.index
    got = dressed(point[rows[-200:]], point[rows[:-200]], cases.table["measured"][rows[:-200]], highest=6.0)
    assert levels_of(got).min() >= 0.0
    assert levels_of(got).max() <= 6.0


def test_dressed_refuses_a_short_past(made):
    cases, point = made
    rows = cases.learnable.index
    with pytest.raises(TooLittle, match="fewer than 480"):
        dressed(point[rows[300:310]], point[rows[:300]], cases.table["measured"][rows[:300]])


def test_redressed_covers_and_learns_of_wider_errors():
    cases, point = plant(wider_after=80)
    table = redressed(cases, point)
    late = cases.between(cases.days[0] + pd.Timedelta(days=125), None)
    assert _covered(late, table.loc[late.table.index]) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize("factor", [0.3, 2.5])
def test_recalibrated_mends_what_is_too_narrow_or_too_wide(made, factor):
    cases, point = made
    good = redressed(cases, point).dropna()
    middle = good["q50"].to_numpy()[:, None]
    bad = quantile_table(good.index, good["mean"], middle + factor * (levels_of(good) - middle))
    late = cases.between(cases.days[0] + pd.Timedelta(days=70), None)
    assert abs(_covered(late, bad) - 0.8) > 0.1
    mended = recalibrated(cases, bad)
    assert _covered(late, mended.loc[mended.index.intersection(late.table.index)]) == pytest.approx(0.8, abs=0.03)
    assert (mended["mean"] == bad["mean"]).all()


def _below_the_median(late, table):
    rows = late.learnable.index.intersection(table.index)
    return float((late.table.loc[rows, "measured"] < table.loc[rows, "q50"]).mean())


def test_a_middle_that_stays_wrong_is_believed_to(made):
    """All quantiles too high by the same, always: half of the correction alone would leave half of the error."""
    cases, point = made
    good = redressed(cases, point).dropna()
    bad = quantile_table(good.index, good["mean"], levels_of(good) + 2.0)
    late = cases.between(cases.days[0] + pd.Timedelta(days=70), None)
    assert _below_the_median(late, bad) > 0.85
    assert _below_the_median(late, recalibrated(cases, bad)) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    ("losses", "share"),
    [
        (np.full((3, 5), np.nan), 0.5),
        ([[100.0, 100.0, 100.0, 100.0, 100.0]], 0.5),
        ([[100.0, 98.0, 97.0, 96.0, 95.0]], 0.5),  # 2 % are no reason for all of it
        ([[100.0, 90.0, 80.0, 70.0, 60.0], [np.nan] * 5], 1.0),
        ([[60.0, 70.0, 80.0, 90.0, 100.0]], 0.0),
    ],
)
def test_how_much_of_a_shift_is_believed(losses, share):
    assert _believed(np.asarray(losses)) == share


@pytest.mark.parametrize("way", ["redressed", "recalibrated"])
def test_nothing_measured_after_the_issue_matters(made, way):
    cases, point = made
    made_before = redressed(cases, point).dropna()
    day = cases.days[0] + pd.Timedelta(days=120)

    def forecast(one):
        return redressed(one, point) if way == "redressed" else recalibrated(one, made_before)

    changed = cases.table.copy()
    changed.loc[changed.index >= day, "measured"] = 0.0
    other = type(cases)(cases.name, changed, cases.features, cases.capacity, cases.unit, cases.kind, cases.step_minutes)
    block = day + pd.Timedelta(days=1) if way == "recalibrated" else day  # redressed: blocks of 5 days, 120 begins one
    until = max(block, day + pd.Timedelta(days=1))
    a, b = forecast(cases), forecast(other)
    pd.testing.assert_frame_equal(a[a.index < until], b[b.index < until])
    assert not a[a.index >= until + pd.Timedelta(days=5)].equals(b[b.index >= until + pd.Timedelta(days=5)])


def test_a_later_issue_knows_less(made):
    """Issued at 15:00 of the day before, a forecast does not learn from that day."""
    cases, point = made
    earlier = cases.table.assign(issued_at=cases.table["issued_at"] - pd.Timedelta(hours=9))
    other = type(cases)(cases.name, earlier, cases.features, 10.0, "kW", "pv", cases.step_minutes)
    table = redressed(cases, point).dropna()
    day = cases.days[0] + pd.Timedelta(days=120)
    changed = earlier.copy()
    changed.loc[(changed.index >= day - pd.Timedelta(hours=9)) & (changed.index < day), "measured"] = 9.9
    blind = type(cases)(cases.name, changed, cases.features, 10.0, "kW", "pv", cases.step_minutes)
    until = day + pd.Timedelta(days=1)
    a, b = recalibrated(other, table), recalibrated(blind, table)
    pd.testing.assert_frame_equal(a[a.index < until], b[b.index < until])


def test_few_days_move_nothing(made):
    cases, point = made
    table = redressed(cases, point).dropna()
    lit = table[table.index.isin(cases.learnable.index)]
    days = pd.DatetimeIndex(lit.index).normalize()
    few = lit[days < days[0] + pd.Timedelta(days=8)]
    pd.testing.assert_frame_equal(recalibrated(cases, few), few)
    more = lit[days < days[0] + pd.Timedelta(days=20)]
    assert not recalibrated(cases, more)["q10"].round(6).equals(more["q10"].round(6))


def test_score_table_tells_denominator_rule_reference_and_number(made):
    cases, point = made
    table = redressed(cases, point).dropna()
    flat = table.copy()
    flat["mean"] = cases.learnable["measured"].mean()
    flat[list(QUANTILES)] = np.nan
    got = score_table(cases, {"flat": flat, "point": table}, "flat")
    rows = table.index.intersection(cases.learnable.index)
    error = (table["mean"] - cases.table["measured"])[rows]
    assert got.intervals == len(rows)
    assert got.table.loc["point", "rmse"] == pytest.approx(100 * np.sqrt((error**2).mean()) / 10)
    assert got.table.loc["flat", "skill"] == 0.0
    assert got.table.loc["point", "skill"] > 0.5
    assert np.isnan(got.table.loc["flat", "pinball"])
    assert 75 < got.table.loc["point", "coverage"] < 85
    for word in ("10 kW", "5°", str(len(rows)), "flat"):
        assert word in got.rule.en
        assert word in got.rule.zh


def test_score_table_scores_what_all_have(made):
    cases, point = made
    table = redressed(cases, point).dropna()
    got = score_table(cases, {"a": table, "b": table.iloc[:1000]}, "a")
    assert got.intervals == len(table.index[:1000].intersection(cases.learnable.index))
    with pytest.raises(InputError, match="reference"):
        score_table(cases, {"a": table}, "cliper")
