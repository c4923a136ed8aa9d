"""Rungs of photovoltaics on a synthetic plant whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.errors import InputError
from forecasting.irradiance import Spot
from forecasting.ladder.backtest import backtest
from forecasting.ladder.blend import Blend
from forecasting.ladder.boosted import Boosted
from forecasting.ladder.cases import COUNTED, ISSUED, MEASURED, PHYSICS, USABLE, Cases
from forecasting.ladder.cliper import Cliper
from forecasting.ladder.folds import folds, known_at
from forecasting.ladder.forest import Forest
from forecasting.ladder.ladder import ladder
from forecasting.ladder.level import Level
from forecasting.ladder.persistence import Persistence
from forecasting.ladder.physics import Physics
from forecasting.ladder.pv_cases import CLEAR, LEVEL, PvPlant, pv_cases
from forecasting.ladder.quantiles import levels_of
from forecasting.ladder.rung import TooLittle
from forecasting.ladder.weights import of_means, of_quantiles
from forecasting.notes import Note
from forecasting.pv import PvArray
from forecasting.sun import clear_sky_ghi, sun_vectors

ZONE = "Asia/Shanghai"
SPOT = Spot(36.3, 120.3, 20.0)
PLANT = PvPlant(
    "roof", SPOT, PvArray(tilt_deg=20, azimuth_deg=180, ac_dc_ratio=0.9, loss_share=0.1), 1000.0, 900.0, "kW"
)


def weather(days: int, seed: int = 0) -> pd.DataFrame:
    """Hours of days whose clear-sky index is drawn anew each day."""
    index = pd.date_range("2026-03-01", periods=24 * days, freq="h", tz=ZONE)
    up = sun_vectors(
        SPOT.latitude, SPOT.longitude, SPOT.altitude_m, (index + pd.Timedelta("30min")).as_unit("ns").asi8
    )[:, 2]
    kc = np.repeat(np.random.default_rng(seed).uniform(0.2, 1.0, days), 24)
    ghi = clear_sky_ghi(up) * kc
    return pd.DataFrame(
        {"ghi_w_per_m2": ghi, "dhi_w_per_m2": ghi * (1.1 - kc), "temperature_c": 15.0, "wind_m_per_s": 2.0}, index=index
    )


def make(
    days: int, truth: float = 0.8, noise: float = 0.15, known_days: int = 1, measured: pd.Series | None = None
) -> Cases:
    """A plant that gives ``truth`` x what physics says, times noise of each day."""
    sky = weather(days)
    index = pd.DatetimeIndex(sky.index)
    zero, all_good = pd.Series(0.0, index), pd.Series(True, index)
    issued = pd.Series(index.normalize() - pd.Timedelta(days=known_days - 1), index)
    if measured is None:
        physics = pv_cases(PLANT, sky, zero, all_good, issued, known_days).table[PHYSICS]
        factor = np.repeat(np.random.default_rng(1).normal(1.0, noise, days), 24)
        measured = (truth * physics * factor).clip(0.0, PLANT.capacity)
    return pv_cases(PLANT, sky, measured, all_good, issued, known_days)


@pytest.fixture(scope="module")
def cases() -> Cases:
    return make(200)


def test_level_finds_what_the_plant_gives() -> None:
    exact = make(60, truth=0.8, noise=0.0).table[LEVEL]
    assert exact.iloc[0] == 1.0  # nothing known: the nameplate
    assert exact.iloc[-1] == pytest.approx(0.8, abs=0.01)


def test_level_by_hand() -> None:
    """Two equal days: prior 1 day at 1.0, kept 2^-0.1, then a day at 0.5."""
    table = make(3, truth=0.5, noise=0.0).table
    could = table[PHYSICS].where(table[COUNTED]).groupby(table.index.normalize()).sum()
    keep, prior = 0.5**0.1, could.median()
    expected = (keep * prior + 0.5 * could.iloc[0]) / (keep * prior + could.iloc[0])
    assert table[LEVEL].iloc[24] == pytest.approx(expected, rel=1e-9)


def test_level_stands_still_on_unusable_days() -> None:
    good = make(40)
    sky, index = weather(40), good.table.index
    out = (index >= "2026-03-21") & (index < "2026-03-31")
    usable = pd.Series(~out, index)
    measured = good.table[MEASURED].where(~out, 0.0)
    table = pv_cases(PLANT, sky, measured, usable, good.table[ISSUED]).table
    assert table.loc["2026-03-31 12:00", LEVEL].item() == table.loc["2026-03-21 12:00", LEVEL].item()


def test_yesterday_is_yesterday_and_skips_an_outage() -> None:
    good = make(10)
    index = good.table.index
    usable = pd.Series(index.day != 5, index)
    t = pv_cases(PLANT, weather(10), good.table[MEASURED], usable, good.table[ISSUED]).table
    kappa = t[MEASURED] / t[CLEAR]
    assert t.loc["2026-03-04 12:00", "kappa"].item() == pytest.approx(kappa.loc["2026-03-03 12:00"].item())
    assert t.loc["2026-03-06 12:00", "kappa"].item() == pytest.approx(kappa.loc["2026-03-04 12:00"].item())


@pytest.mark.parametrize("known_days", [1, 2])
def test_no_feature_sees_what_came_after_the_issue(known_days: int) -> None:
    before = make(30, known_days=known_days)
    moment = pd.Timestamp("2026-03-20", tz=ZONE)
    late = before.table.index >= moment
    changed = before.table[MEASURED].where(~late, 0.3 * PLANT.capacity)
    after = make(30, known_days=known_days, measured=changed)
    issued = before.table[ISSUED] <= moment
    features = list(before.features)
    pd.testing.assert_frame_equal(before.table.loc[issued, features], after.table.loc[issued, features])
    assert not before.table[features].equals(after.table[features])


def test_days_not_known_at_issue_are_refused() -> None:
    sky = weather(3)
    index = pd.DatetimeIndex(sky.index)
    early = pd.Series(index.normalize() - pd.Timedelta(hours=9), index)
    with pytest.raises(InputError, match="known_days"):
        pv_cases(PLANT, sky, sky["ghi_w_per_m2"], pd.Series(True, index), early, known_days=1)


def test_folds_expand_and_never_overlap_what_they_forecast(cases: Cases) -> None:
    found = list(folds(cases, 120, 45))
    assert [f.ahead.days.nunique() for f in found] == [45, 35]
    for fold in found:
        assert fold.past.table.index[-1] + pd.Timedelta(hours=1) <= fold.ahead.table[ISSUED].min()
    assert len(found[1].past.table) == 24 * 165


def test_known_at_takes_the_interval_that_just_ended(cases: Cases) -> None:
    moment = pd.Timestamp("2026-03-02 00:00", tz=ZONE)
    assert len(known_at(cases, moment).table) == 24
    assert len(known_at(cases, moment - pd.Timedelta("1min")).table) == 23


def test_cliper_weights_are_least_squares(cases: Cases) -> None:
    """A plant that is made of both parts by known weights."""
    t = cases.table
    persistence = t["kappa"].fillna(t["kappa_day"]).fillna(0.0) * t[CLEAR]
    climate = (t["climate"] * t[CLEAR]).fillna(persistence)
    made = replace(cases, table=t.assign(**{MEASURED: 0.6 * climate + 0.3 * persistence}))
    assert Cliper().fit(made).weights == pytest.approx([0.6, 0.3], abs=1e-6)


def test_each_rung_betters_the_one_below_where_it_must(cases: Cases) -> None:
    """A plant at 0.8 of physics: the level must beat the nameplate, physics must beat what knows no weather."""
    found = backtest(cases, [Persistence(), Cliper(), Physics(), Level()])
    rows = cases.learnable.index.intersection(found["level"].index)
    error = {n: float(((t.loc[rows, "mean"] - cases.table.loc[rows, MEASURED]) ** 2).mean()) for n, t in found.items()}
    assert error["level"] < error["physics"] < error["cliper"] < error["persistence"]


def test_learners_beat_the_level_where_physics_is_bent() -> None:
    base = make(200, noise=0.05)
    t = base.table
    bent = t[MEASURED] * np.where(t["hour_from_noon"] > 1, 0.5, 1.0)  # a chimney in the afternoon
    bent_cases = make(200, measured=bent)
    level, boosted, forest = Level(), Boosted(), Forest(trees=20)
    found = backtest(bent_cases, [level, boosted, forest, Blend((level, boosted, forest))], 165, 45)
    rows = bent_cases.learnable.index.intersection(found["blend"].index)
    error = {n: float(((x.loc[rows, "mean"] - bent.loc[rows]) ** 2).mean()) for n, x in found.items()}
    assert max(error["boosted"], error["forest"], error["blend"]) < 0.5 * error["level"]
    q = levels_of(found["blend"].loc[rows])
    assert (np.diff(q, axis=1) >= 0).all()
    assert q.min() >= 0
    assert q.max() <= PLANT.capacity


def test_forecasts_do_not_change_when_the_future_is_shuffled(cases: Cases) -> None:
    moment = pd.Timestamp("2026-07-20", tz=ZONE)
    table = cases.table.copy()
    late = table.index >= moment
    table.loc[late, MEASURED] = np.random.default_rng(0).permutation(table.loc[late, MEASURED].to_numpy())
    for rung in (Level(), Blend((Level(), Forest(trees=10)))):
        before, after = (backtest(c, [rung])[rung.name] for c in (cases, replace(cases, table=table)))
        issued = cases.table.loc[before.index, ISSUED] <= moment
        assert issued.sum() > 24 * 20
        pd.testing.assert_frame_equal(before[issued], after[issued])


def test_learners_tell_why_they_are_left_out() -> None:
    short = make(70).between(None, pd.Timestamp("2026-04-15", tz=ZONE))
    for rung in (Boosted(), Forest(), Blend()):
        with pytest.raises(TooLittle) as said:
            rung.fit(short)
        assert said.value.reason.zh
        assert any(figure.isdigit() for figure in said.value.reason.en)


def test_a_forest_without_its_extra_says_so(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "quantile_forest", None)
    with pytest.raises(TooLittle, match="learning"):
        Forest().fit(cases)
    left = backtest(cases, [Level(), Forest()], 165, 45)
    assert list(left) == ["level"]
    assert "learning" in left.left_out["forest"].en


def test_weights_by_hand() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.uniform(size=1000), rng.uniform(size=1000)
    assert of_means(np.column_stack([a, b]), 0.3 * a + 0.7 * b, 0.0) == pytest.approx([0.3, 0.7], abs=1e-3)
    assert of_means(np.column_stack([a, b]), a, 1e6) == pytest.approx([0.5, 0.5], abs=1e-3)


def test_quantile_weights_take_the_member_that_is_right() -> None:
    from scipy.stats import norm

    from forecasting.ladder.quantiles import LEVELS

    rng = np.random.default_rng(0)
    middle = rng.uniform(1, 2, 3000)
    y = middle + rng.normal(0, 0.1, 3000)
    right = middle[:, None] + 0.1 * norm.ppf(LEVELS)
    wrong, empty = right + 1.0, np.full_like(right, np.nan)
    assert of_quantiles([right, wrong, empty], y) == pytest.approx([1.0, 0.0, 0.0])
    assert of_quantiles([right - 0.3, right + 0.7, empty], y) == pytest.approx([0.7, 0.3, 0.0])
    assert of_quantiles([empty], y) == pytest.approx([0.0])


def test_the_ladder_chooses_by_evidence(cases: Cases) -> None:
    past = cases.between(None, pd.Timestamp("2026-09-10", tz=ZONE))
    ahead = cases.between(pd.Timestamp("2026-09-10", tz=ZONE), pd.Timestamp("2026-09-11", tz=ZONE))
    climbed = ladder(past, ahead, (Physics(), Level(), Persistence(), Cliper()), "cliper")
    assert climbed.chosen == "level"
    assert climbed.scores is not None
    assert set(climbed.tables) == set(climbed.scores.table.index) == {"physics", "level", "persistence", "cliper"}
    assert Level().title.en in climbed.why.en


def test_the_ladder_stands_on_physics_without_history() -> None:
    cases = make(2, measured=pd.Series(np.nan, weather(2).index))
    climbed = ladder(cases.between(None, cases.table.index[24]), cases, (Physics(), Cliper()), "cliper")
    assert climbed.chosen == "physics"
    assert climbed.scores is None
    assert "cliper" in climbed.left_out


def test_no_rung_at_all_is_said(cases: Cases) -> None:
    class Never:
        name, title = "never", Note("从不", "Never")

        def fit(self, past: Cases) -> None:
            raise TooLittle(self.title)

    with pytest.raises(TooLittle, match="no rung"):
        ladder(cases, cases, (Never(),), "never")


def test_unusable_rows_teach_nothing(cases: Cases) -> None:
    """Measurements that flags forbid may hold anything."""
    table = cases.table.copy()
    spoiled = table.index.day == 7
    table.loc[spoiled, USABLE] = False
    other = table.copy()
    other.loc[spoiled, MEASURED] = 1e6
    x, y = (Level().fit(replace(cases, table=t)).predict(cases) for t in (table, other))
    pd.testing.assert_frame_equal(x, y)
