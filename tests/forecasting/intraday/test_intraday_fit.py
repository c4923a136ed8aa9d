"""Weights found on errors whose memory is known."""

import numpy as np
import pandas as pd
import pytest

from forecasting.intraday_fit import fit_weights

HOURS = pd.date_range("2026-01-01", periods=24 * 200, freq="h", tz="Asia/Shanghai")


def remembering(memory, seed=1):
    """Errors of an autoregressive process of first order: after k hours memory^k of them is left."""
    rng, out = np.random.default_rng(seed), np.zeros(len(HOURS))
    for k in range(1, len(out)):
        out[k] = memory * out[k - 1] + rng.normal()
    return pd.Series(out, HOURS)


def test_weights_are_the_memory_of_the_errors():
    fit = fit_weights(pd.Series(100.0, HOURS), 100.0 + remembering(0.8))
    leads = np.array([0.0, 1.0, 2.0, 4.0])
    assert fit.weights.window_h <= 1.0  # only the last hour tells anything
    assert fit.weights.at(leads) == pytest.approx(0.8 ** (leads + 1), abs=0.06)
    assert (np.diff(fit.weights.weight) <= 0).all()


def test_check_is_of_days_not_fitted_on_and_shows_the_gain():
    check = fit_weights(pd.Series(100.0, HOURS), 100.0 + remembering(0.8)).check
    assert check["rmse_after"][0] == pytest.approx(1.0, abs=0.06)  # the innovation, whose deviation is 1
    assert check["rmse_before"][0] == pytest.approx((1 / (1 - 0.64)) ** 0.5, abs=0.12)
    assert (check["rmse_after"] <= check["rmse_before"]).all()


def test_errors_without_memory_switch_it_off():
    errors = pd.Series(np.random.default_rng(0).normal(size=len(HOURS)), HOURS)
    fit = fit_weights(pd.Series(100.0, HOURS), 100.0 + errors)
    assert max(fit.weights.weight, default=0.0) < 0.06


def test_a_memory_that_ended_is_not_trusted():
    errors = remembering(0.9)
    late = HOURS[24 * 130] <= HOURS
    errors[late] = np.where(np.arange(late.sum()) % 2, 3.0, -3.0)  # turns its sign every hour
    assert fit_weights(pd.Series(100.0, HOURS), 100.0 + errors).weights.off


def test_a_short_past_switches_it_off():
    fit = fit_weights(pd.Series(100.0, HOURS[: 24 * 20]), 100.0 + remembering(0.8)[: 24 * 20])
    assert fit.weights.off
    assert fit.check.empty


def test_sun_is_judged_by_its_clear_sky_index():
    clear = pd.Series(np.clip(np.sin((HOURS.hour + 0.5 - 6) / 12 * np.pi), 0, None) * 1000.0, HOURS)
    day = HOURS.normalize().asi8
    of_day = dict(zip(np.unique(day), np.random.default_rng(2).uniform(-0.3, 0.2, len(np.unique(day))), strict=True))
    measured = clear * (0.8 + pd.Series([of_day[d] for d in day], HOURS))
    fit = fit_weights(clear * 0.8, measured, clear)
    assert fit.weights.at(np.array([0.0, 3.0])) == pytest.approx([1.0, 1.0], abs=0.01)  # the error lasts all day


def test_errors_of_another_day_are_not_learned_from():
    of_day = np.repeat(np.random.default_rng(5).normal(0, 10, len(HOURS) // 24), 24)  # off all day
    weights = fit_weights(pd.Series(100.0, HOURS), pd.Series(100.0 + of_day, HOURS)).weights
    assert weights.window_h <= 1.0
    assert weights.at(np.array([0.0, 3.0, 8.0])) == pytest.approx([1.0, 1.0, 1.0], abs=0.01)
