"""Conditional value at risk by hand, and from its definition."""

import numpy as np
import pytest

from ems.stochastic.risk import Risk, cvar

COSTS, WEIGHTS = np.array([10.0, 30.0, 20.0]), np.array([0.5, 0.2, 0.3])


@pytest.mark.parametrize(
    ("alpha", "mean"),
    [(0.9, 30.0), (0.8, 30.0), (0.7, (0.2 * 30 + 0.1 * 20) / 0.3), (0.5, 24.0), (0.0, 17.0)],
)
def test_the_mean_of_the_dearest_share(alpha, mean):
    assert cvar(COSTS, WEIGHTS, alpha) == pytest.approx(mean)


def test_it_is_the_least_of_its_definition():
    rng = np.random.default_rng(1)
    costs, weights = rng.normal(100, 30, 40), rng.dirichlet(np.ones(40))
    etas = np.concatenate([costs, np.linspace(0, 200, 500)])
    least = min(eta + weights @ np.maximum(costs - eta, 0) / (1 - 0.85) for eta in etas)
    assert cvar(costs, weights, 0.85) == pytest.approx(least)


def test_without_a_weight_only_the_mean_counts():
    assert Risk().of(COSTS, WEIGHTS) == pytest.approx(17.0)
    assert Risk(0.5, 0.9).of(COSTS, WEIGHTS) == pytest.approx(32.0)
