"""Skies over other points and rows of other plants: what they add, and that they bring nothing from the future."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.errors import InputError
from forecasting.irradiance import Spot
from forecasting.ladder.backtest import backtest
from forecasting.ladder.blend import Blend
from forecasting.ladder.boosted_quantiles import BoostedQuantiles
from forecasting.ladder.cases import COUNTED, ISSUED, MEASURED, PHYSICS, Cases
from forecasting.ladder.clear_forest import ClearForest
from forecasting.ladder.level import Level
from forecasting.ladder.pv_cases import PvPlant, pv_cases
from forecasting.ladder.quantiles import LEVELS, levels_of
from forecasting.ladder.recalibrated import recalibrated
from forecasting.ladder.rung import Rung
from forecasting.ladder.weights import of_quantiles
from forecasting.pv import PvArray
from forecasting.sun import clear_sky_ghi, sun_vectors

ZONE = "Asia/Shanghai"
SPOT, POINTS = Spot(36.3, 120.3, 20.0), (Spot(36.5, 120.3, 20.0), Spot(36.3, 120.8, 20.0))
PLANT = PvPlant(
    "roof", SPOT, PvArray(tilt_deg=20, azimuth_deg=180, ac_dc_ratio=0.9, loss_share=0.1), 1000.0, 900.0, "kW"
)


def weather(days: int, kc: np.ndarray, spot: Spot = SPOT) -> pd.DataFrame:
    """Hours of days of these clear-sky indices."""
    index = pd.date_range("2026-03-01", periods=24 * days, freq="h", tz=ZONE)
    middles = (index + pd.Timedelta("30min")).as_unit("ns").asi8
    up = sun_vectors(spot.latitude, spot.longitude, spot.altitude_m, middles)[:, 2]
    ghi = clear_sky_ghi(up) * np.repeat(kc, 24)
    sky = {"ghi_w_per_m2": ghi, "dhi_w_per_m2": ghi * np.repeat(1.1 - kc, 24)}
    return pd.DataFrame(sky | {"temperature_c": np.arange(24.0 * days) % 24, "wind_m_per_s": 2.0}, index=index)


def make(days: int, seed: int = 0, scale: float = 1.0, around: tuple = ()) -> Cases:
    """A plant whose power is ``scale`` x physics times noise of each day."""
    rng = np.random.default_rng(seed)
    sky = weather(days, rng.uniform(0.2, 1.0, days))
    index = pd.DatetimeIndex(sky.index)
    usable, issued = pd.Series(True, index), pd.Series(index.normalize(), index)
    physics = pv_cases(PLANT, sky, pd.Series(0.0, index), usable, issued).table[PHYSICS]
    measured = scale * physics * np.repeat(rng.normal(1.0, 0.15, days), 24)
    cases = pv_cases(PLANT, sky, measured, usable, issued, around=around)
    return replace(cases, name=f"roof{seed}")


def lit_noon(cases: Cases) -> pd.DataFrame:
    return cases.table[cases.table.index.hour == 12]


def test_points_around_by_hand() -> None:
    """The plant at its own index, two points at 0.4 and 0.6 of clear."""
    days = 3
    around = tuple((s, weather(days, np.full(days, k), s)) for s, k in zip(POINTS, (0.4, 0.6), strict=True))
    noon = lit_noon(make(days, around=around))
    every = np.column_stack([noon["sky"], np.full(days, 0.4), np.full(days, 0.6)])
    for how, expected in (("mean", every.mean(1)), ("min", every.min(1)), ("max", every.max(1))):
        assert noon[f"sky_around_{how}"].to_numpy() == pytest.approx(expected, abs=1e-9)
    assert noon["sky_around_std"].to_numpy() == pytest.approx(every.std(1, ddof=1), abs=1e-9)
    assert noon["sky_around_morning"].to_numpy() == pytest.approx(every.mean(1), abs=1e-6)


def test_a_point_without_a_run_is_left_out_of_that_day() -> None:
    here = weather(3, np.full(3, 0.4), POINTS[0])
    noon = lit_noon(make(3, around=((POINTS[0], here.iloc[24:]),)))
    assert noon["sky_around_mean"].iloc[0] == pytest.approx(noon["sky"].iloc[0])
    assert noon["sky_around_mean"].iloc[1] == pytest.approx((noon["sky"].iloc[1] + 0.4) / 2)


def test_without_points_there_are_no_features_of_them() -> None:
    assert not [f for f in make(2).features if "around" in f]


def test_the_course_of_the_day_by_hand() -> None:
    noon = lit_noon(make(2))
    assert noon["temperature_c_day"].tolist() == [11.5, 11.5]
    assert noon["temperature_c_change"].tolist() == [23.0, 23.0]
    assert noon["sky_day_max"].to_numpy() == pytest.approx(noon["sky_day_min"].to_numpy())  # one sky all day


def test_skies_see_no_run_of_a_later_day_and_no_measurement() -> None:
    days, cut = 10, pd.Timestamp("2026-03-06", tz=ZONE)
    first, second = np.full(days, 0.5), np.r_[np.full(5, 0.5), np.full(5, 0.9)]
    plants = [make(days, around=((POINTS[0], weather(days, kc, POINTS[0])),)) for kc in (first, second)]
    names = [f for f in plants[0].features if "around" in f or f.endswith(("_day", "_change", "_morning"))]
    a, b = (p.table[names] for p in plants)
    pd.testing.assert_frame_equal(a[a.index < cut], b[b.index < cut])
    assert not a[a.index >= cut].equals(b[b.index >= cut])
    weathers = [n for n in names if n != "kappa_day"]
    louder = make(days, scale=0.3, around=((POINTS[0], weather(days, first, POINTS[0])),))
    pd.testing.assert_frame_equal(a[weathers], louder.table[weathers])


@pytest.mark.parametrize(
    "joint",
    [lambda o: BoostedQuantiles((o,), rounds=10), lambda o: ClearForest((o,), trees=5)],
    ids=["boosted", "forest"],
)
def test_rows_of_other_plants_known_later_change_nothing(joint: Callable[[Cases], Rung]) -> None:
    own, other = make(150), make(150, seed=3)
    moment = own.days[0] + pd.DateOffset(days=120)

    def forecasts(begins: pd.Timestamp) -> pd.DataFrame:
        table = other.table.copy()
        table.loc[table.index >= begins, MEASURED] *= 0.2
        rung = joint(replace(other, table=table))
        return backtest(own, [rung], 120, 45)[rung.name]

    as_it_was, spoiled_later, spoiled_before = (
        forecasts(t) for t in (own.table.index[-1], moment, moment - pd.DateOffset(days=30))
    )
    assert (own.table.loc[as_it_was.index, ISSUED] >= moment).all()
    pd.testing.assert_frame_equal(as_it_was, spoiled_later)
    assert not as_it_was.equals(spoiled_before)


def test_boosted_quantiles_hold_what_they_promise() -> None:
    own = make(240)
    table = backtest(own, [BoostedQuantiles(rounds=30)], 150, 90)["boosted"]
    rows = own.learnable.index.intersection(table.index)
    q, y = levels_of(table.loc[rows]), own.table.loc[rows, MEASURED].to_numpy()
    assert (np.diff(q, axis=1) >= 0).all()
    below = (y[:, None] <= q).mean(axis=0)
    assert below[LEVELS.index(0.5)] == pytest.approx(0.5, abs=0.2)
    assert below[LEVELS.index(0.95)] - below[LEVELS.index(0.05)] > 0.6


def test_a_plant_of_other_features_is_refused() -> None:
    other = make(80, seed=3)
    other = replace(other, features=tuple(f for f in other.features if f != "sky"))
    with pytest.raises(InputError, match="sky"):
        BoostedQuantiles((other,)).fit(make(80))


def test_quantiles_follow_a_plant_above_its_nameplate() -> None:
    """1.6 x physics on clear days is more than the nameplate; what was measured so far bounds them."""
    own = make(170, scale=1.6)
    assert own.highest > 1.1 * own.capacity
    assert make(5, scale=0.5).highest == PLANT.capacity
    rungs = (Level(), BoostedQuantiles(rounds=30))
    found = backtest(own, [*rungs, Blend(rungs)], 120, 50)
    past = own.between(None, own.days[0] + pd.DateOffset(days=120))
    for name, table in found.items():
        top = levels_of(table[own.table.loc[table.index, COUNTED]]).max()
        assert own.capacity < top <= past.highest, name


def test_recalibrated_quantiles_stay_below_what_is_given() -> None:
    own = make(170, scale=1.6)
    table = backtest(own, [BoostedQuantiles(rounds=30)], 120, 50)["boosted"]
    for highest, bound in ((None, own.capacity), (1.05 * own.capacity, 1.05 * own.capacity)):
        moved = recalibrated(own, table, highest)
        last = levels_of(moved)[own.table.loc[table.index, COUNTED].to_numpy()][-24:]
        assert last.max() == pytest.approx(bound)


def test_weights_are_drawn_to_equal_ones_of_the_good() -> None:
    from scipy.stats import norm

    rng = np.random.default_rng(0)
    middle = rng.uniform(1, 2, 3000)
    y = middle + rng.normal(0, 0.1, 3000)
    right = middle[:, None] + 0.1 * norm.ppf(LEVELS)
    near, wrong = right + 0.01, right + 1.0
    assert of_quantiles([right, near, wrong], y, 1e9) == pytest.approx([0.5, 0.5, 0.0], abs=1e-6)
    free = of_quantiles([right, near, wrong], y)
    assert of_quantiles([right, near, wrong], y, 1.0) == pytest.approx((free + np.array([0.5, 0.5, 0.0])) / 2)
