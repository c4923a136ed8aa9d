"""Each fault of a plant's record is flagged where it is, under its name, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from forecasting.errors import InputError
from forecasting.history.judge import judge_pv
from forecasting.history.measured import Measured
from forecasting.history.pv_flags import clear_days, shift_hours
from forecasting.history.quality import FLAGS
from forecasting.history.sky import Sky

Judge = Callable[[pd.Series], Measured]
CAPACITY = 850.0


def flagged(m: Measured) -> dict[str, tuple[str, str, int]]:
    """Flag -> first and last sample, number of samples."""
    found = {f: m.flags.index[m.flags[f]] for f in FLAGS}
    return {f: (f"{t[0]:%m-%d %H:%M}", f"{t[-1]:%m-%d %H:%M}", len(t)) for f, t in found.items() if len(t)}


def test_a_clean_record_is_left_as_it_is(power: pd.Series, judged: Judge) -> None:
    m = judged(power)
    assert flagged(m) == {}
    assert m.usable.all()
    pd.testing.assert_series_equal(m.values, power, check_names=False, check_freq=False)
    assert m.report.level == pytest.approx(0.95, abs=0.01)
    assert m.report.shift_h == pytest.approx(0.0, abs=0.1)


def test_samples_that_are_not_there_are_missing_and_not_filled(power: pd.Series, judged: Judge) -> None:
    m = judged(power.drop(power.index[960:1000]))
    assert flagged(m) == {"missing": ("03-11 00:00", "03-11 09:45", 40)}
    assert m.values.iloc[960:1000].isna().all()  # noqa: PD011
    assert m.values.index.equals(power.index)  # noqa: PD011


def test_power_at_night(power: pd.Series, judged: Judge) -> None:
    """A single reading is left out; an hour of them takes the day with it."""
    power["2026-05-05 01:00":"2026-05-05 01:15"] = 20.0
    power["2026-05-12"] += 30.0
    m = judged(power)
    assert flagged(m) == {"night_power": ("05-05 01:00", "05-12 23:45", 2 + 96)}


def test_more_than_the_nameplate_and_less_than_nothing(power: pd.Series, judged: Judge) -> None:
    power["2026-04-01 12:00"], power["2026-04-02 12:00"], power["2026-04-03 01:00"] = 1.11 * CAPACITY, -50.0, -5.0
    assert flagged(judged(power)) == {"out_of_range": ("04-01 12:00", "04-02 12:00", 2)}


def test_a_reading_that_stands_still(power: pd.Series, judged: Judge) -> None:
    power["2026-04-10 10:00":"2026-04-10 20:45"] = 312.4
    assert flagged(judged(power)) == {"stuck": ("04-10 10:00", "04-10 20:45", 44)}


def test_a_plant_may_stand_at_full_power(sky: Sky, power: pd.Series, judged: Judge) -> None:
    full = power.where(~((sky.clear > 0.7 * CAPACITY) & (power > 0.6 * CAPACITY)), CAPACITY)
    assert (full == CAPACITY).sum() > 500
    assert flagged(judged(full)) == {}


def test_days_in_another_unit(power: pd.Series, judged: Judge) -> None:
    power["2026-06-01":"2026-06-04"] *= 1000
    m = judged(power)
    assert flagged(m) == {"unit_slip": ("06-01 00:00", "06-04 23:45", 4 * 96)}
    assert m.report.slipped_days == 4
    assert "2026-06-01 to 2026-06-04: 1000 times too high" in " ".join(n.en for n in m.report.notes)


def test_a_slip_in_the_first_days_is_held_against_the_nameplate(power: pd.Series, judged: Judge) -> None:
    """Nothing is known of the plant yet; what it reads then must not become what is usual."""
    power["2026-03-01":"2026-03-20"] *= 4
    m = judged(power)
    assert not m.flags["2026-03-21":].any(axis=None)
    assert m.flags["unit_slip"][:"2026-03-20"].mean() > 0.8  # a dark day x 4 at the end may be a clear one


def test_a_quarter_is_told_from_clear_days_only(power: pd.Series, judged: Judge) -> None:
    """Ten days hold four clear ones; four with a single one could be weather."""
    ten, few = power.copy(), power.copy()
    ten["2026-05-30":"2026-06-08"] *= 0.25
    ((name, where),) = flagged(judged(ten)).items()
    assert (name, where[0][:5], where[1][:5]) == ("unit_slip", "05-30", "06-08")
    few["2026-06-01":"2026-06-04"] *= 0.25
    assert "unit_slip" not in flagged(judged(few))


def test_a_copied_day(power: pd.Series, judged: Judge) -> None:
    power["2026-05-20"] = power["2026-05-17"].to_numpy()
    assert flagged(judged(power)) == {"duplicate_day": ("05-20 00:00", "05-20 23:45", 96)}


def test_an_outage_by_day_is_none_by_night(power: pd.Series, judged: Judge) -> None:
    power["2026-05-09 09:00":"2026-05-09 13:45"] = 0.0
    assert flagged(judged(power)) == {"outage": ("05-09 09:00", "05-09 13:45", 20)}


def test_a_plateau_below_full_power_is_curtailment(power: pd.Series, judged: Judge) -> None:
    clear_day = power["2026-05-15"]
    assert clear_day.max() > 600
    power["2026-05-15"] = np.minimum(clear_day, 400.0)
    held = clear_day.index[clear_day > 400]
    ((name, (first, last, count)),) = flagged(judged(power)).items()
    assert name == "stuck"  # to the last digit: nobody can say what held it
    assert (first, last, count) == (f"{held[0]:%m-%d %H:%M}", f"{held[-1]:%m-%d %H:%M}", len(held))
    wobble = 1 + 0.004 * np.sin(np.arange(96))
    power["2026-05-15"] = np.minimum(clear_day, 400.0 * wobble)
    ((name, (first, last, count)),) = flagged(judged(power)).items()
    assert name == "curtailed"
    assert count == pytest.approx(len(held), abs=2)


def test_what_a_status_says_counts(sky: Sky, power: pd.Series) -> None:
    status = pd.Series("", power.index)
    status["2026-05-01 10:00":"2026-05-01 10:45"] = "curtailed"
    status["2026-05-02 10:00":"2026-05-02 10:45"] = "Outage"
    status["2026-05-03 10:00":"2026-05-03 10:45"] = "estimated"
    m = judge_pv("roof", power, sky, CAPACITY, "kW", status)
    assert {f: n for f, (_, _, n) in flagged(m).items()} == {"told": 4, "outage": 4, "curtailed": 4}
    status.iloc[7] = "broken"
    with pytest.raises(InputError, match="broken"):
        judge_pv("roof", power, sky, CAPACITY, "kW", status)


def test_a_clock_that_was_moved(power: pd.Series, judged: Judge) -> None:
    """The record loses an hour at the end of May, as clocks without offset do; every later day says so."""
    moved = power.copy()
    june = power.index >= pd.Timestamp("2026-06-01", tz=power.index.tz)
    moved[june] = np.roll(power.to_numpy(), 4)[june]
    m = judged(moved)
    days = pd.Series(m.flags["time_shift"].to_numpy(), m.flags.index).groupby(m.flags.index.date).any()
    wrong = days[days].index
    assert abs((wrong[0] - pd.Timestamp("2026-06-01").date()).days) <= 3
    assert wrong[-1] == pd.Timestamp("2026-07-29").date()
    assert len(wrong) >= 55
    assert "1.0 h late" in m.report.notes[-1].en


def test_hours_by_which_a_day_is_late_by_hand() -> None:
    """A half sine from 6 to 18 o'clock, and the same from 9 to 21: three hours late, whatever its height."""
    hour = np.arange(96) / 4 + 0.125
    sun = np.tile(np.clip(np.sin(np.pi * (hour - 6) / 12), 0, None), (20, 1))
    late = np.tile(0.3 * np.clip(np.sin(np.pi * (hour - 9) / 12), 0, None), (20, 1))
    assert shift_hours(late, sun) == pytest.approx(3.0, abs=1e-9)
    assert shift_hours(np.roll(sun, -32, axis=1), sun) == pytest.approx(-8.0, abs=1e-9)


def test_clear_days_by_hand() -> None:
    """80 % of the clear sky all day is a clear day of 0.8; 80 % and 40 % by turns is none."""
    sun = np.tile(np.full(24, 100.0), (2, 1))
    made = np.array([np.full(24, 80.0), np.tile([80.0, 40.0], 12)])
    smooth, ratio = clear_days(made, sun, 100.0)
    assert smooth.tolist() == [True, False]
    assert ratio == pytest.approx([0.8, 0.6])


def test_a_forecast_that_errs_plays_no_part(power: pd.Series, judged: Judge) -> None:
    """Dark days in a clear season are hard to foresee, and stay in."""
    power["2026-06-10":"2026-06-13"] *= 0.15
    power["2026-06-11 09:00":"2026-06-11 11:00"] *= 0.1
    assert flagged(judged(power)) == {}
