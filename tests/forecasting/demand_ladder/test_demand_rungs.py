"""Rungs of a demand on series whose law is known."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecasting.calendar import WorkCalendar
from forecasting.horizon import days_index
from forecasting.ladder.cases import ISSUED, MEASURED, Cases
from forecasting.ladder.demand_cases import demand_cases
from forecasting.ladder.demand_recipe import RECIPE, RECIPE_LEVEL
from forecasting.ladder.demand_rungs import Regression, demand_rungs, ridge
from forecasting.ladder.naive import FOUR_WEEKS, WEEKLY
from forecasting.ladder.quantiles import MEAN, levels_of
from forecasting.ladder.rung import TooLittle

CHINA = WorkCalendar("CN")
INDEX = days_index(date(2025, 10, 1), date(2026, 3, 31), "Asia/Shanghai", 60)
NOW = pd.Timestamp("2026-03-10", tz="Asia/Shanghai")
RNG = np.random.default_rng(7)
COLD = pd.Series(
    8 - 8 * np.cos((INDEX.day_of_year - 20) / 365 * 2 * np.pi) - 3 * np.cos((INDEX.hour - 15) / 24 * 2 * np.pi)
    + np.repeat(RNG.normal(0, 4, len(INDEX) // 24), 24),
    INDEX,
)  # fmt: skip


def parted(cases: Cases, now: pd.Timestamp) -> tuple[Cases, Cases]:
    """Rows whose interval was over at ``now``, and rows of days still to be issued, without measurements."""
    past = cases.between(None, now - pd.Timedelta(minutes=cases.step_minutes - 1))
    rows = cases.table[cases.table[ISSUED] >= now].copy()
    rows[MEASURED] = np.nan
    return past, replace(cases, table=rows)


def heat():
    """[kW] 20 per degree below 15 °C, twice that on working days from 8 to 18."""
    busy = CHINA.working(INDEX) & (INDEX.hour >= 8) & (INDEX.hour < 18)
    return (15 - COLD).clip(lower=0) * np.where(busy, 40.0, 20.0)


def told(rung, cases):
    past, ahead = parted(cases, NOW)
    table = rung.fit(past).predict(ahead)
    error = table[MEAN] - cases.table[MEASURED].reindex(table.index)
    return table, float(np.sqrt((error**2).mean()))


def cases_of(measured, **kwargs):
    return demand_cases("heat", measured, measured.notna(), CHINA, **kwargs)


def test_the_regression_finds_degrees_and_kinds_of_day():
    cases = cases_of(heat(), temperature=COLD)
    _, regression = told(Regression(), cases)
    _, four_weeks = told(FOUR_WEEKS, cases)
    assert regression < 0.05 * float(heat().max())
    assert regression < 0.3 * four_weeks


def test_without_temperature_it_cannot():
    _, blind = told(Regression(), cases_of(heat()))
    _, seeing = told(Regression(), cases_of(heat(), temperature=COLD))
    assert blind > 3 * seeing


def test_a_production_plan_is_used():
    tonnes = pd.Series(np.repeat(RNG.integers(0, 5, len(INDEX) // 24), 24).astype(float), INDEX)
    load = 30 + 100 * tonnes
    _, planned = told(Regression(), cases_of(load, plans={"tonnes": tonnes}))
    _, unplanned = told(Regression(), cases_of(load))
    assert planned < 5 < unplanned


def test_the_recipe_with_its_level_comes_to_the_height_of_the_meter():
    recipe = heat()
    cases = cases_of(1.6 * recipe, recipe=recipe, temperature=COLD)
    _, level = told(RECIPE_LEVEL, cases)
    _, bare = told(RECIPE, cases)
    assert level < 0.02 * bare


def test_a_demand_without_recipe_says_so():
    with pytest.raises(TooLittle, match="no recipe"):
        RECIPE_LEVEL.fit(cases_of(heat()))


def test_four_weeks_of_history_or_no_regression():
    cases = cases_of(heat())
    with pytest.raises(TooLittle, match="needs 28 days of usable measurements; there are 27"):
        Regression().fit(cases.between(None, INDEX[27 * 24]))


def test_a_short_past_leaves_the_mean_without_quantiles():
    cases = cases_of(heat())
    table = WEEKLY.fit(cases.between(None, INDEX[14 * 24])).predict(cases.between(INDEX[14 * 24], INDEX[15 * 24]))
    assert table[MEAN].notna().all()
    assert np.isnan(levels_of(table)).all()


def test_quantiles_cover_what_comes():
    noisy = heat() + np.random.default_rng(3).normal(0, 30, len(INDEX)) + 200
    cases = cases_of(noisy, temperature=COLD)
    table, _ = told(Regression(), cases)
    measured = cases.table[MEASURED].reindex(table.index)
    assert 0.7 < ((table["q10"] <= measured) & (measured <= table["q90"])).mean() < 0.92
    assert (table.to_numpy() >= 0).all()


def test_nothing_measured_reaches_the_rows_ahead():
    past, ahead = parted(cases_of(heat()), NOW)
    assert past.table.index[-1] == NOW - pd.Timedelta(hours=1)
    assert ahead.table.index[0] == NOW
    assert ahead.table[MEASURED].isna().all()


def test_names_of_rungs_are_each_once():
    names = [rung.name for rung in demand_rungs()]
    assert len(set(names)) == len(names)
    assert names[:2] == ["weekly", "four_weeks"]


def test_ridge_is_least_squares_where_rows_are_many():
    x = np.column_stack([np.ones(20000), RNG.normal(size=(20000, 2)) * [1, 50] + [3, -20]])
    assert ridge(x, x @ [5.0, -2.0, 0.3], np.ones(20000)) == pytest.approx([5.0, -2.0, 0.3], rel=0.01)


def test_a_term_that_never_varies_weighs_nothing():
    x = np.column_stack([np.ones(500), np.full(500, 7.0), np.arange(500.0)])
    assert ridge(x, np.arange(500.0), np.ones(500))[1] == 0
