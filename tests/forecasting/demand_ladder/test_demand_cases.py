"""What a case of a demand knows, and what it must not know."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecasting.calendar import WorkCalendar
from forecasting.errors import InputError
from forecasting.horizon import days_index
from forecasting.ladder.demand_cases import AFTERNOON_BEFORE, MIDNIGHT, Issue, demand_cases

CHINA = WorkCalendar("CN")
FIRST, LAST = date(2026, 3, 2), date(2026, 4, 26)  # a Monday to a Sunday, eight weeks
INDEX = days_index(FIRST, LAST, "Asia/Shanghai", 60)


def numbered(index=INDEX):
    """Every day is flat at its number: day 0 at 0, day 1 at 1 …"""
    return pd.Series((index.normalize() - index[0]).days.astype(float), index)


def features(measured, issue=MIDNIGHT, **kwargs):
    cases = demand_cases("load", measured, measured.notna(), CHINA, issue=issue, **kwargs)
    return cases.table[list(cases.features)]


def at(table, day):
    return table.loc[INDEX[24 * day]]


@pytest.mark.parametrize(("issue", "back"), [(MIDNIGHT, 1), (AFTERNOON_BEFORE, 2), (Issue(1, 0), 2), (Issue(0, 6), 1)])
def test_the_last_whole_day_known_follows_from_the_issue(issue, back):
    assert issue.back == back
    assert at(features(numbered(), issue), 30)["last_day"] == 30 - back


def test_lags_by_hand():
    row = at(features(numbered()), 30)  # Wednesday 1 April
    assert row["week_ago"] == 23
    assert row["four_weeks"] == np.mean([23, 16, 9, 2])
    assert row["last_like"] == 29
    assert row["mean_like"] == np.mean([29, 28, 25, 24, 23, 22, 21, 18, 17, 16])  # ten working days
    assert row["mean_week"] == np.mean(range(23, 30))


def test_days_of_the_same_kind_pass_over_a_holiday():
    row = at(features(numbered()), 36)  # Tuesday 7 April, after Qingming on Saturday to Monday
    assert (row["working"], row["worked_before"]) == (1, 0)
    assert row["last_like"] == 32  # Friday 3 April
    assert at(features(numbered()), 35)["free_days"] == 3


@pytest.mark.parametrize("issue", [MIDNIGHT, AFTERNOON_BEFORE])
def test_nothing_measured_after_the_issue_is_in_a_case(issue):
    usual = pd.Series(np.random.default_rng(0).uniform(50, 150, len(INDEX)), INDEX)
    recipe = pd.Series(100.0, INDEX)
    before = features(usual, issue, recipe=recipe)
    start = INDEX[24 * 30]
    changed = usual.where(issue.of(INDEX[24 * 30 : 24 * 30 + 1])[0] > INDEX, 999.0)
    after = features(changed, issue, recipe=recipe)
    day = slice(start, start + pd.Timedelta(hours=23))
    pd.testing.assert_frame_equal(before[day], after[day])
    assert not before.loc[INDEX[24 * 40] :].equals(after.loc[INDEX[24 * 40] :])  # later days do see it


def test_unusable_samples_are_as_if_they_were_not_there():
    measured = numbered()
    bad = measured.copy()
    bad[INDEX[24 * 23 : 24 * 24]] = 9999.0
    usable = pd.Series(True, INDEX)
    usable[INDEX[24 * 23 : 24 * 24]] = False
    row = demand_cases("load", bad, usable, CHINA).table.loc[INDEX[24 * 30]]
    assert row["week_ago"] == 16
    assert row["four_weeks"] == np.mean([16, 9, 2])


def test_an_issue_has_its_moment():
    index = INDEX[24 * 30 : 24 * 31]
    assert set(AFTERNOON_BEFORE.of(index)) == {pd.Timestamp("2026-03-31 15:00", tz="Asia/Shanghai")}


@pytest.mark.parametrize(("day", "quarters"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100)])
def test_days_on_which_clocks_change(day, quarters):
    index = days_index(
        date.fromordinal(day.toordinal() - 14), date.fromordinal(day.toordinal() + 7), "Europe/Berlin", 15
    )
    clock = pd.Series(index.hour + index.minute / 60.0, index)
    table = demand_cases("load", clock, clock.notna(), WorkCalendar("DE")).table
    today = table[table.index.date == day]
    assert len(today) == quarters
    assert (today["week_ago"] == today["measured"]).all()  # by the clock, whatever the day is long


def test_a_series_without_a_usable_sample_is_refused():
    with pytest.raises(InputError, match="no usable measurement"):
        demand_cases("load", numbered(), pd.Series(False, INDEX), CHINA)


def test_the_level_follows_the_meter_and_stands_still_in_an_outage():
    recipe = pd.Series(100.0, INDEX)
    double = features(recipe * 2, recipe=recipe)["level"]
    assert double[INDEX[0]] == 1
    assert double[INDEX[24]] == pytest.approx((0.5**0.1 + 2) / (0.5**0.1 + 1))
    assert double[INDEX[-1]] == pytest.approx(2, abs=0.03)
    out = (recipe * 2).where((INDEX[24 * 30] > INDEX) | (INDEX[24 * 37] <= INDEX))
    frozen = features(out, recipe=recipe)["level"]
    assert frozen[INDEX[24 * 30]] == frozen[INDEX[24 * 37]] == double[INDEX[24 * 30]]


def test_the_level_keeps_within_its_limits():
    recipe = pd.Series(100.0, INDEX)
    assert features(recipe * 50, recipe=recipe)["level"].max() == 5
    assert features(recipe * 0.01, recipe=recipe)["level"].min() == 0.2


def test_a_recipe_of_nothing_leaves_the_level_alone():
    heat = pd.Series(np.where(INDEX[24 * 20] > INDEX, 100.0, 0.0), INDEX)  # the heating season ends
    level = features(heat * 2, recipe=heat)["level"]
    assert level[INDEX[-1]] == level[INDEX[24 * 20]]
