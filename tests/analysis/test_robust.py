"""The statistics do what their sources say."""

from __future__ import annotations

import numpy as np
import pytest

from ems.analysis.robust import LIMIT, SLACK, cusum, slope, spread, step_spread


def run_length(k: float, h: float, states: int = 300) -> float:
    """Mean run length of a one-sided CUSUM of standard normal values: Brook and Evans (1972), Biometrika 59, 539."""
    from scipy.stats import norm

    width = 2 * h / (2 * states - 1)
    middle = np.arange(states) * width
    q = np.empty((states, states))
    q[:, 0] = norm.cdf(width / 2 + k - middle)
    for j in range(1, states):
        q[:, j] = norm.cdf(middle[j] + width / 2 + k - middle) - norm.cdf(middle[j] - width / 2 + k - middle)
    return float(np.linalg.solve(np.eye(states) - q, np.ones(states))[0])


def test_slack_and_limit_give_the_run_length_that_is_told() -> None:
    """Two-sided 465, half of the one-sided 930: NIST/SEMATECH e-Handbook 6.3.2.3."""
    assert run_length(SLACK, LIMIT) / 2 == pytest.approx(465, rel=0.01)


def test_cusum_alarms_as_often_as_its_run_length_says() -> None:
    z = np.random.default_rng(11).standard_normal(200_000)
    first = [e.alarm for k in range(0, len(z), 2000) for e in cusum(z[k : k + 2000])[:1]]
    assert np.mean(first) == pytest.approx(440, rel=0.2)  # 465, cut at 2000 values, clipped


def test_cusum_finds_begin_alarm_and_end_of_a_shift() -> None:
    z = np.zeros(60)
    z[20:40] = 2.0
    (e,) = cusum(z)
    assert (e.begin, e.end, e.side) == (20, 40, 1)
    assert e.alarm == 23  # four times 1.5 is above 5
    assert [x.side for x in cusum(-z)] == [-1]


def test_a_single_value_never_alarms() -> None:
    z = np.zeros(50)
    z[25] = 1e9
    assert cusum(z) == []


def test_missing_values_are_passed_over() -> None:
    z = np.zeros(30)
    z[10:20:2] = np.nan
    z[11:21:2] = 3.0
    assert len(cusum(z)) == 1


def test_spread_is_the_standard_deviation_of_a_normal_law_and_deaf_to_a_fifth_of_rubbish() -> None:
    x = np.random.default_rng(3).normal(10, 2, 4000)
    assert spread(x) == pytest.approx(2, rel=0.05)
    x[:800] = 1e6
    assert spread(x) < 3.5


def test_step_spread_hardly_sees_a_slow_drift() -> None:
    x = np.random.default_rng(4).normal(0, 1, 4000)
    drifted = x + np.linspace(0, 50, 4000)
    assert step_spread(drifted) == pytest.approx(1, rel=0.05)
    assert spread(drifted) > 10


def test_theil_sen_by_hand() -> None:
    """Slopes between (0,0), (1,1), (2,2), (3,30): 1, 1, 10, 1, 14.5, 28; their median is 5.5 by hand."""
    assert slope(np.arange(4.0), np.array([0.0, 1.0, 2.0, 30.0])) == pytest.approx(5.5)
    assert slope(np.arange(6.0), np.array([0.0, 1.0, 2.0, 3.0, 4.0, 90.0])) == pytest.approx(1.0)
    assert np.isnan(slope(np.array([1.0]), np.array([2.0])))
