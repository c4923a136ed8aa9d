"""Courses keep the quantiles of every interval and hang together as the errors they were learned from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.error_figures import Correlation
from forecasting.errors import InputError
from forecasting.ladder.dependence import Dependence, fit_dependence, positive
from forecasting.ladder.quantiles import LEVELS, levels_of, quantile_table
from forecasting.ladder.redressed import redressed
from forecasting.ladder.reduction import reduced
from forecasting.ladder.rung import TooLittle
from forecasting.ladder.scenarios import independent, scenarios, shuffled

SMOOTH = Correlation(day_share=0.5, hours=2.0, roughness=1.0, day_to_day=0.6)


def _normal(index, width=10.0):
    from scipy.special import ndtri

    return quantile_table(index, np.full(len(index), 100.0), 100 + width * np.tile(ndtri(LEVELS), (len(index), 1)))


@pytest.fixture
def day():
    return pd.date_range("2025-06-01", periods=24, freq="h", tz="Asia/Shanghai")


def test_every_interval_keeps_its_quantiles(day):
    table = _normal(day)
    drawn = scenarios(table, Dependence.assumed(SMOOTH), 20_000, 3)
    np.testing.assert_allclose(np.quantile(drawn, LEVELS, axis=0).T, levels_of(table), atol=0.6)


def test_sums_spread_by_the_correlation(day):
    """Var(sum) = sum of all covariances, for normal quantiles with standard deviation 10."""
    dependence = Dependence.assumed(SMOOTH)
    drawn = scenarios(_normal(day), dependence, 20_000, 3).sum(axis=1)
    apart = np.abs(np.arange(24)[:, None] - np.arange(24)[None, :])
    expected = 10 * np.sqrt((0.5 + 0.5 * np.exp(-apart / 2.0)).sum())
    assert drawn.std() == pytest.approx(expected, rel=0.03)
    alone = independent(_normal(day), 20_000, 3).sum(axis=1)
    assert alone.std() == pytest.approx(10 * np.sqrt(24), rel=0.03)


def test_days_hang_together():
    index = pd.date_range("2025-06-01", periods=72, freq="h", tz="Asia/Shanghai")
    matrix = Dependence.assumed(SMOOTH).matrix(index)
    assert matrix[5, 29] == pytest.approx(0.5 * 0.6, abs=1e-3)
    assert matrix[5, 53] == pytest.approx(0.5 * 0.36, abs=1e-3)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_dependence_is_found_again(made):
    """Of a plant whose whole-day errors have std 0.10 and those of 1.5 h 0.06: far hours correlate by 0.735."""
    cases, point = made
    found = fit_dependence(cases, redressed(cases, point).dropna())
    index = pd.date_range("2025-06-01 08:00", periods=17, freq="30min", tz="Asia/Shanghai")
    matrix = found.matrix(index)
    expected = 0.10**2 / (0.10**2 + 0.06**2)
    assert matrix[0, 8:].mean() == pytest.approx(expected, abs=0.08)
    assert matrix[4, 5] > matrix[4, 12]


def test_energy_of_days_lies_within_as_promised(made):
    cases, point = made
    table = redressed(cases, point).dropna()
    start = cases.days[0] + pd.Timedelta(days=100)
    learned = fit_dependence(cases, table[table.index < start])
    inside = {"copula": [], "alone": []}
    ahead = table[table.index >= start]
    for n, (_, rows) in enumerate(ahead.groupby(pd.DatetimeIndex(ahead.index).normalize())):
        lit = rows[cases.table.loc[rows.index, "counted"].to_numpy()]
        came = cases.table.loc[lit.index, "measured"].sum()
        for way, drawn in (
            ("copula", scenarios(lit, learned, 300, n, 10.0)),
            ("alone", independent(lit, 300, n, 10.0)),
        ):
            low, high = np.quantile(drawn.sum(axis=1), [0.1, 0.9])
            inside[way].append(low <= came <= high)
    assert np.mean(inside["copula"]) == pytest.approx(0.8, abs=0.1)
    assert np.mean(inside["alone"]) < 0.6


def test_the_same_seed_gives_the_same_and_bounds_hold(day):
    table, dependence = _normal(day, 80.0), Dependence.assumed(SMOOTH)
    first = scenarios(table, dependence, 50, 11, highest=150.0)
    assert np.array_equal(first, scenarios(table, dependence, 50, 11, highest=150.0))
    assert not np.array_equal(first, scenarios(table, dependence, 50, 12, highest=150.0))
    assert first.min() >= 0.0
    assert first.max() <= 150.0
    assert first.shape == (50, 24)


def test_shuffle_takes_the_order_of_past_days(day):
    """Past days that are each above the one before in every hour make courses that never cross."""
    past = np.arange(30)[:, None] + np.linspace(0, 5, 24)[None, :]
    drawn = shuffled(_normal(day), past, 1)
    assert (np.diff(drawn, axis=0) > 0).all()
    with pytest.raises(InputError, match="intervals a day"):
        shuffled(_normal(day), past[:, :5], 1)


def test_too_few_days_are_refused(made):
    cases, point = made
    table = redressed(cases, point).dropna()
    with pytest.raises(TooLittle, match="fewer than 20"):
        fit_dependence(cases, table[table.index < table.index[0] + pd.Timedelta(days=9)])


def test_gaps_in_quantiles_are_refused(day):
    table = _normal(day)
    table.iloc[3, 4] = np.nan
    with pytest.raises(InputError, match="gaps"):
        scenarios(table, Dependence.assumed(SMOOTH), 5, 1)


def test_positive_mends_and_leaves_what_is_fine():
    bad = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    assert np.linalg.eigvalsh(bad).min() < -0.5
    assert np.linalg.eigvalsh(positive(bad)).min() > 0
    np.testing.assert_allclose(np.diag(positive(bad)), 1.0)
    good = np.array([[1.0, 0.3], [0.3, 1.0]])
    np.testing.assert_allclose(positive(good), good)


def test_reduction_by_hand():
    """Two clusters of three and one: the middle of the three is taken first and carries 3/4."""
    courses = np.array([[0.0], [1.0], [2.0], [10.0]])
    got = reduced(courses, 2)
    assert got.chosen == (1, 3)
    np.testing.assert_allclose(got.weights, [0.75, 0.25])
    assert got.mean == (3.25, 3.25)
    assert got.std[1] == pytest.approx(np.sqrt(0.75 * 2.25**2 + 0.25 * 6.75**2))
    assert got.distance == pytest.approx((2 / 4) / (11 / 4))


def test_all_courses_are_kept_when_asked_for():
    courses = np.random.default_rng(0).normal(size=(12, 5))
    got = reduced(courses, 12)
    assert sorted(got.chosen) == list(range(12))
    np.testing.assert_allclose(got.weights, 1 / 12)
    assert got.distance == pytest.approx(0, abs=1e-12)
    with pytest.raises(InputError, match="1 to 12"):
        reduced(courses, 13)


def test_more_courses_keep_more():
    courses = np.random.default_rng(0).normal(size=(200, 24)).cumsum(axis=1)
    left = [reduced(courses, n).distance for n in (2, 5, 10, 40)]
    assert left == sorted(left, reverse=True)
    assert reduced(courses, 10).std[1] / courses.sum(axis=1).std() == pytest.approx(1.0, abs=0.15)
