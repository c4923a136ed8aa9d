"""A bad history is refused or carries fewer rungs, and says why; it is never fitted silently."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from forecasting.history.judge import full_axis, judge_demand, judge_pv
from forecasting.history.measured import Measured
from forecasting.history.sky import Sky, sky_of
from forecasting.history.verdict import verdict
from forecasting.irradiance import Spot
from forecasting.pv import PvArray

Judge = Callable[[pd.Series], Measured]


def said(m: Measured) -> str:
    """Level and reasons; every reason is there in both languages."""
    v = verdict(m)
    assert all(note.zh and note.zh != note.en for note in (*v.reasons, *m.report.sentences))
    assert (v.level == "learn") == (not v.reasons)
    return f"{v.level}: " + " ".join(note.en for note in v.reasons)


def test_a_clean_record_may_be_learned_from(power: pd.Series, judged: Judge, use: pd.Series, judged_use: Judge) -> None:
    assert said(judged(power)) == said(judged_use(use)) == "learn: "


def test_too_few_days_carry_a_level_but_nothing_learned(power: pd.Series, sky: Sky) -> None:
    part = power[: 60 * 96]
    m = judge_pv("roof", part, Sky(sky.elevation_deg[: 60 * 96], sky.clear[: 60 * 96]), 850.0, "kW")
    assert said(m) == "level_only: Only 60 days are usable; models that learn need 90."


def test_one_per_cent_is_refused(power: pd.Series, judged: Judge, use: pd.Series, judged_use: Judge) -> None:
    some = np.random.default_rng(0).random(len(power)) < 0.01
    for m in (judged(power[some].reindex(power.index)), judged_use(use[some].reindex(use.index))):
        assert said(m).startswith("refused: Only 0 of 151 days are usable")
        assert m.report.shares["missing"] > 0.98


def test_two_good_weeks_in_years_of_nothing_are_refused(use: pd.Series) -> None:
    sparse = use[:1400].copy()
    sparse.loc[use.index[0] + pd.Timedelta(days=800)] = 40.0
    assert said(judge_demand("hall", sparse, "kW")) == (
        "refused: Only 14 of 801 days are usable; at least 40 are needed."
    )


@pytest.mark.parametrize("factor", [1000.0, 1e-3, 4.0, 0.25])
def test_a_plant_in_another_unit_all_along_is_refused(power: pd.Series, judged: Judge, factor: float) -> None:
    text = said(judged(power * factor))
    assert text.startswith("refused: ")
    assert "unit" in text


def test_a_demand_that_changes_its_unit_for_good_is_refused(use: pd.Series, judged_use: Judge) -> None:
    use["2026-06-01":] *= 1000
    assert said(judged_use(use)).startswith("refused: 59 of 151 days are in another unit")


def test_a_few_slipped_days_are_left_out_and_the_rest_is_learned(use: pd.Series, judged_use: Judge) -> None:
    use["2026-06-01":"2026-06-05"] *= 1000
    m = judged_use(use)
    assert said(m) == "learn: "
    assert "Left out: another unit 3.3%." in [s.en for s in m.report.sentences]


def test_doubtful_readings_leave_the_level(power: pd.Series, judged: Judge) -> None:
    rng = np.random.default_rng(4)
    for day in rng.choice(140, 30, replace=False):
        power.iloc[96 * day : 96 * (day + 1)] += 60.0
    assert said(judged(power)).startswith("level_only: ")


def test_power_every_night_is_refused(power: pd.Series, judged: Judge) -> None:
    m = judged(power + 60.0)
    assert said(m).startswith("refused: 100% of the readings cannot be right.")


@pytest.mark.parametrize(
    ("hours", "words"), [(8, "8.0 h late"), (-8, "8.0 h early"), (1, "1.0 h late"), (-3, "3.0 h early")]
)
def test_a_record_in_another_time_zone_is_refused_with_its_hours(
    power: pd.Series, judged: Judge, hours: int, words: str
) -> None:
    shifted = pd.Series(np.roll(power.to_numpy(), 4 * hours), power.index)
    assert words in said(judged(shifted))
    assert said(judged(shifted)).startswith("refused: ")


def test_nothing_but_zero_is_refused(power: pd.Series, judged: Judge, use: pd.Series, judged_use: Judge) -> None:
    for m in (judged(power * 0), judged_use(use * 0)):
        assert "Every reading is zero: a wrong point, or out of service." in said(m)
        assert said(m).startswith("refused: ")


def test_a_constant_is_refused(use: pd.Series, judged_use: Judge, power: pd.Series, judged: Judge) -> None:
    assert "100% of the readings stand still" in said(judged_use(use * 0 + 73.2))
    assert said(judged(power * 0 + 73.2)).startswith("refused: ")


def test_one_day_copied_over_and_over_is_refused(use: pd.Series, judged_use: Judge) -> None:
    copies = pd.Series(np.tile(use[:96].to_numpy(), 151), use.index)
    m = judged_use(copies)
    assert m.report.shares["duplicate_day"] == pytest.approx(150 / 151)
    assert said(m).startswith("refused: 99% of the readings cannot be right.")


def test_the_report_tells_figures_in_both_languages(power: pd.Series, judged: Judge) -> None:
    power["2026-05-09 09:00":"2026-05-09 13:45"] = 0.0
    m = judged(power.drop(power.index[:96]))
    zh, en = ([getattr(s, lang) for s in m.report.sentences] for lang in ("zh", "en"))
    assert en[0] == "roof: 2026-03-01 to 2026-07-29, every 15 min, 149 of 151 days usable."
    assert zh[0] == "roof: 2026-03-01 至 2026-07-29, 每 15 分钟一个值, 151 天中 149 天可用。"
    assert en[1] == "Left out: missing 0.5%, outage 0.2%."
    assert zh[1] == "未使用: 缺测 0.5%, 停运 0.2%。"


def test_the_far_side_of_the_earth() -> None:
    """South of the equator, beyond the date line, and in summer north of the polar circle."""
    for spot, zone in ((Spot(-33.9, 151.2, 20), "Australia/Sydney"), (Spot(69.6, 18.9, 20), "Europe/Oslo")):
        azimuth = 0.0 if spot.latitude < 0 else 180.0
        array = PvArray(tilt_deg=25, azimuth_deg=azimuth, ac_dc_ratio=0.85, loss_share=0.1)
        axis = pd.date_range("2026-05-01", "2026-08-20", freq="15min", tz=zone, inclusive="left")
        there = sky_of(spot, array, 100.0, full_axis(axis, "plant"))
        noise = 1 + 0.03 * np.random.default_rng(0).standard_normal(len(axis))
        m = judge_pv("plant", there.clear * noise, there, 85.0, "kW")
        assert said(m) == "learn: "
        assert m.report.usable_days == m.report.days == 111
