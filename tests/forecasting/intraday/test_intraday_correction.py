import numpy as np
import pandas as pd
import pytest

from forecasting.errors import InputError
from forecasting.intraday import OFF, Weights, corrected, correction

DAY = pd.date_range("2026-06-15", periods=24, freq="h", tz="Asia/Shanghai")
HALVING = Weights.fading(half_life_h=2.0, window_h=2.0)


def flat(value, index=DAY):
    return pd.Series(float(value), index)


def test_offset_of_a_demand_halves_with_every_half_life():
    new = corrected(flat(100), flat(120, DAY[:8]), DAY[8], None, HALVING)
    assert new[DAY[[8, 10, 12, 14]]].tolist() == pytest.approx([120, 110, 105, 102.5])


def test_only_the_window_counts():
    measured = pd.concat([flat(500, DAY[:6]), pd.Series([110.0, 130.0], DAY[6:8])])
    assert corrected(flat(100), measured, DAY[8], None, HALVING)[DAY[8]] == pytest.approx(120)


def test_what_is_over_stays_and_what_is_not_over_is_not_looked_at():
    known = flat(120, DAY[:8])
    told = pd.concat([known, flat(9999, DAY[8:])])
    new = corrected(flat(100), told, DAY[8], None, HALVING)
    pd.testing.assert_series_equal(new, corrected(flat(100), known, DAY[8], None, HALVING))
    assert (new[DAY[:8]] == 100).all()


def test_an_interval_that_runs_at_the_moment_is_not_known_yet():
    now = DAY[8] + pd.Timedelta(minutes=30)
    new = corrected(flat(100), flat(120, DAY[:9]), now, None, HALVING)
    pd.testing.assert_series_equal(new[DAY[9:]], corrected(flat(100), flat(120, DAY[:8]), now, None, HALVING)[DAY[9:]])


def test_late_meters_weigh_less_and_stale_ones_nothing():
    late = corrected(flat(100), flat(120, DAY[:8]), DAY[10], None, HALVING)
    assert late[DAY[10]] == pytest.approx(110)  # two hours after the last measurement: one half-life
    assert (corrected(flat(100), flat(120, DAY[:8]), DAY[12], None, HALVING) == 100).all()


def test_a_demand_never_falls_below_zero():
    assert corrected(flat(10), flat(0, DAY[:8]).sub(50), DAY[8], None, HALVING).min() == 0


def sun():
    return pd.Series(np.clip(np.sin((np.arange(24) - 6) / 12 * np.pi), 0, None) * 1000, DAY)


def test_pv_is_corrected_in_its_clear_sky_index_and_not_at_night():
    clear, forecast = sun(), sun() * 0.8
    new = corrected(forecast, clear[:12] * 0.5, DAY[12], clear, HALVING)
    assert new[DAY[14]] == pytest.approx((0.8 - 0.3 / 2) * clear[DAY[14]])
    assert new[DAY[18:]].max() < 1e-9


def test_before_sunrise_nothing_is_known_of_the_sun():
    clear = sun()
    pd.testing.assert_series_equal(corrected(clear, clear[:6] + 3, DAY[6], clear, HALVING), clear)


def test_pv_stays_below_the_clear_sky_or_what_was_seen_of_it():
    clear = sun()
    forecast = clear * np.where(np.arange(24) < 12, 0.4, 0.95)
    assert (corrected(forecast, clear[:12] * 0.9, DAY[12], clear, HALVING) <= clear + 1e-9).all()


def test_without_measurements_or_weights_the_forecast_stays():
    empty = pd.Series(dtype=float, index=DAY[:0])
    pd.testing.assert_series_equal(corrected(flat(100), empty, DAY[8], None, HALVING), flat(100))
    pd.testing.assert_series_equal(corrected(flat(100), flat(120, DAY[:8]), DAY[8], None, OFF), flat(100))


def test_too_few_measurements_in_the_window_say_nothing():
    four = Weights.fading(2.0, window_h=4.0)
    assert not correction(flat(100), flat(120, DAY[7:8]), DAY[8], None, four).any()


def test_a_forecast_that_begins_now_cannot_be_compared():
    with pytest.raises(InputError, match="start it at 2026-06-15 06:00"):
        corrected(flat(100, DAY[8:]), flat(120, DAY[:8]), DAY[8], None, HALVING)


@pytest.mark.parametrize(
    ("leads", "weights"), [((0.0, 0.0), (1.0, 0.5)), ((0.0, 1.0), (1.2, 0.5)), ((0.0,), (1.0, 0.5))]
)
def test_weights_that_cannot_be_are_refused(leads, weights):
    with pytest.raises(InputError):
        Weights(1.0, leads, weights)
