"""Scores equal those of a kept library, and hand calculations."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules

from forecasting.ladder import scores
from forecasting.ladder.quantiles import LEVELS

RNG = np.random.default_rng(7)
Y = RNG.gamma(2.0, 3.0, 40)
MEMBERS = RNG.gamma(2.0, 3.0, (25, 40))  # members x values
L = np.array(LEVELS)


def test_errors_by_hand():
    forecast, measured = np.array([1.0, 4.0]), np.array([2.0, 1.0])
    assert scores.rmse(forecast, measured) == pytest.approx(5**0.5)
    assert scores.mae(forecast, measured) == 2.0
    assert scores.bias(forecast, measured) == 1.0
    assert scores.skill(3.0, 4.0) == 0.25
    assert np.isnan(scores.skill(1.0, 0.0))


def test_pinball_as_scoringrules():
    quantiles = np.quantile(MEMBERS, LEVELS, axis=0).T
    expected = scoringrules.quantile_score(Y[:, None], quantiles, L)
    np.testing.assert_allclose(scores.pinball(Y, quantiles, L), expected, rtol=1e-12)


def test_crps_of_quantiles_as_scoringrules():
    quantiles = np.quantile(MEMBERS, LEVELS, axis=0).T
    np.testing.assert_allclose(
        scores.crps_quantiles(Y, quantiles, L), scoringrules.crps_quantile(Y, quantiles, L), rtol=1e-12
    )


def test_crps_of_an_ensemble_as_scoringrules():
    expected = scoringrules.crps_ensemble(Y, MEMBERS.T, estimator="nrg")
    np.testing.assert_allclose(scores.crps_ensemble(Y, MEMBERS), expected, rtol=1e-9)


def test_weights_count_as_repeated_members():
    few, times = MEMBERS[:4], np.array([1, 3, 2, 2])
    many = np.repeat(few, times, axis=0)
    weights = times / times.sum()
    np.testing.assert_allclose(scores.crps_ensemble(Y, few, weights), scores.crps_ensemble(Y, many), rtol=1e-9)
    assert scores.energy_score(Y, few, weights) == pytest.approx(scores.energy_score(Y, many))
    assert scores.variogram_score(Y, few, weights) == pytest.approx(scores.variogram_score(Y, many))


def test_energy_and_variogram_scores_as_scoringrules():
    assert scores.energy_score(Y, MEMBERS) == pytest.approx(
        float(scoringrules.es_ensemble(Y, MEMBERS, estimator="nrg"))
    )
    expected = float(scoringrules.vs_ensemble(Y, MEMBERS, p=0.5, estimator="nrg"))
    assert scores.variogram_score(Y, MEMBERS) == pytest.approx(expected)


def test_coverage_counts_the_ends():
    assert scores.coverage(np.array([1.0, 2.0, 3.1, 0.9]), np.full(4, 1.0), np.full(4, 3.0)) == 0.5
