"""Energy, closure and darkness when irradiance changes its time step; sun positions against published ones."""

import numpy as np
import pandas as pd
import pytest

from forecasting import InputError
from forecasting.horizon import nanoseconds
from forecasting.irradiance import Spot, resample
from forecasting.sun import beam_limit, clear_sky_ghi, erbs_diffuse_fraction, sun_vectors

SPOT = Spot(35.7, 119.8, 20.0)


def hours(start="2026-06-20T16:00Z", count=30):
    return pd.date_range(start, periods=count, freq="h").tz_convert("Asia/Shanghai")


def cloudy_day(starts):
    """Hourly means with passing clouds: clear sky times a ragged factor."""
    sun = sun_vectors(SPOT.latitude, SPOT.longitude, SPOT.altitude_m, nanoseconds(starts + pd.Timedelta("30min")))
    factor = np.resize([0.9, 0.3, 1.0, 0.6, 0.1, 0.8], len(starts))
    ghi = clear_sky_ghi(sun[:, 2]) * factor
    return ghi, ghi * np.resize([0.3, 0.9, 0.2, 0.5, 1.0], len(starts))


def test_sun_position_of_a_published_example():
    """17 Oct 2003 12:30:30 UTC-7, 39.742476 N 105.1786 W: zenith 50.11°, azimuth 194.34° (Reda and Andreas 2004)."""
    moment = np.array([pd.Timestamp("2003-10-17T12:30:30-07:00").as_unit("ns").value])
    east, north, up = sun_vectors(39.742476, -105.1786, 1830.14, moment)[0]
    assert np.degrees(np.arccos(up)) == pytest.approx(50.11162, abs=0.02)
    assert np.degrees(np.arctan2(east, north)) % 360 == pytest.approx(194.34024, abs=0.02)


def test_haurwitz_by_hand():
    """cosZ 0.5: 1098 x 0.5 x exp(-0.114) = 549 x 0.89226 = 489.85; below the horizon nothing."""
    assert clear_sky_ghi(np.array([0.5, 0.0, -0.3])) == pytest.approx([489.85, 0.0, 0.0], abs=0.01)


def test_erbs_by_hand():
    """kt 0.2: 1 - 0.018; kt 0.5: 0.9511 - 0.0802 + 1.097 - 2.07975 + 0.771 = 0.65915; kt 0.9: 0.165."""
    assert erbs_diffuse_fraction(np.array([0.2, 0.5, 0.9])) == pytest.approx([0.982, 0.65915, 0.165], abs=1e-5)


def test_beam_limit_overhead():
    """AM 1: 1.25 x 1353 x 0.7 = 1183.9 W/m2."""
    assert beam_limit(np.array([1.0]))[0] == pytest.approx(1183.9, abs=0.5)


@pytest.mark.parametrize("step", [5, 10, 15, 20, 30, 60])
def test_energy_of_every_native_hour_is_kept(step):
    starts = hours()
    ghi, dhi = cloudy_day(starts)
    index = pd.date_range(starts[0], starts[-1] + pd.Timedelta("1h"), freq=f"{step}min", inclusive="left")
    table, lost = resample(starts, ghi, dhi, index, SPOT, "test")
    assert table["ghi_w_per_m2"].resample("h").mean().to_numpy() == pytest.approx(ghi, abs=1e-6)
    assert lost == 0


@pytest.mark.parametrize("step", [5, 15, 20, 60])
def test_closure_and_darkness(step):
    starts = hours()
    index = pd.date_range(starts[0], starts[-1] + pd.Timedelta("1h"), freq=f"{step}min", inclusive="left")
    table, _ = resample(starts, *cloudy_day(starts), index, SPOT, "test")
    cos_zenith = np.cos(np.radians(table["apparent_zenith_deg"]))
    closure = table["dni_w_per_m2"] * cos_zenith + table["dhi_w_per_m2"] - table["ghi_w_per_m2"]
    assert closure.abs().max() < 1e-9
    night = table["apparent_zenith_deg"] >= 90
    assert night.sum() > 0
    assert (table.loc[night, ["ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2"]] == 0).all(axis=None)
    assert (table >= 0).all(axis=None)


def test_a_clear_hour_follows_the_sun_inside():
    """In the morning the last quarter of an hour is brighter than the first, as the clear sky is."""
    starts = hours()
    sun = sun_vectors(SPOT.latitude, SPOT.longitude, SPOT.altitude_m, nanoseconds(starts + pd.Timedelta("30min")))
    ghi = clear_sky_ghi(sun[:, 2])
    index = pd.date_range("2026-06-21T08:00:00+08:00", periods=4, freq="15min")
    fine = resample(starts, ghi, 0.2 * ghi, index, SPOT, "test")[0]["ghi_w_per_m2"].to_numpy()
    middles = sun_vectors(SPOT.latitude, SPOT.longitude, SPOT.altitude_m, nanoseconds(index + pd.Timedelta("450s")))
    assert fine == pytest.approx(clear_sky_ghi(middles[:, 2]), rel=0.01)


def test_beam_beyond_the_clear_sky_becomes_diffuse():
    """All irradiance declared as beam with the sun just up: the beam is cut, the sum stays."""
    starts = hours()
    ghi, _ = cloudy_day(starts)
    index = pd.date_range(starts[0], starts[-1] + pd.Timedelta("1h"), freq="15min", inclusive="left")
    table, _ = resample(starts, 2.0 * ghi, 0.0 * ghi, index, SPOT, "test")
    up = np.cos(np.radians(table["apparent_zenith_deg"].to_numpy()))
    assert (table["dni_w_per_m2"] <= beam_limit(up) + 1e-9).all()
    assert table["dhi_w_per_m2"].max() > 50
    total = table["dni_w_per_m2"] * up + table["dhi_w_per_m2"]
    assert total.to_numpy() == pytest.approx(table["ghi_w_per_m2"].to_numpy(), abs=1e-9)


def test_part_of_a_native_hour_is_the_same_as_cut_from_the_whole():
    starts = hours()
    ghi, dhi = cloudy_day(starts)
    whole = pd.date_range(starts[0], periods=96, freq="15min")
    table, _ = resample(starts, ghi, dhi, whole, SPOT, "test")
    part, _ = resample(starts, ghi, dhi, whole[33:50], SPOT, "test")
    pd.testing.assert_frame_equal(part, table.iloc[33:50], check_freq=False)


def test_irradiance_at_night_means_wrong_place_or_time():
    starts = hours()
    ghi, dhi = cloudy_day(starts)
    with pytest.raises(InputError, match=r"at night.*offsets"):
        resample(starts, ghi, dhi, starts[1:-1], Spot(35.7, -60.0, 20.0), "test")


def test_twilight_of_a_short_window_is_no_fault():
    """A plan of two hours around dawn: 3 W/m2 in the hour before sunrise is half of its energy."""
    starts = hours("2026-12-20T20:00Z", 4)  # 04:00 to 08:00 local, sunrise at 07:07
    table, lost = resample(starts, np.array([0.0, 0.0, 3.0, 3.0]), np.array([0.0, 0.0, 3.0, 3.0]), starts, SPOT, "test")
    assert lost == 0
    assert table["ghi_w_per_m2"].tolist() == pytest.approx([0, 0, 0, 3])


def test_source_that_is_too_short():
    starts = hours()
    ghi, dhi = cloudy_day(starts)
    with pytest.raises(InputError, match="whole period"):
        resample(starts[:10], ghi[:10], dhi[:10], starts, SPOT, "test")
