"""One column held against its past: what is known, what is left out, what is chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ems.forecasts import series
from ems.forecasts.make import ASSUMED, ParkForecast, park_forecast, park_scores
from ems.forecasts.past import past_of
from ems.forecasts.targets import targets
from ems.inputs import Inputs, make_inputs
from ems.site_file import SiteFile, read_site
from forecasting.errors import InputError
from forecasting.history.measured import Measured
from forecasting.history.reader import read_history
from forecasting.history.runs import WeatherRuns, read_runs
from forecasting.ladder.quantiles import MEAN, levels_of

NEXT, SCORED = date(2026, 7, 1), (date(2026, 6, 10), date(2026, 6, 30))
ROOF, SHOP = "roof.yield_kw_per_kwp", "workshop.electricity_kw"
History = dict[str, Measured]


@pytest.fixture(scope="module")
def park() -> SiteFile:
    return read_site("demo")


@pytest.fixture(scope="module")
def history(park: SiteFile, files: tuple[Path, Path]) -> History:
    known = [t.meter for t in targets(park) if t.meter is not None]
    return read_history(files[0], known, park.site.place.timezone)


@pytest.fixture(scope="module")
def runs(files: tuple[Path, Path]) -> WeatherRuns:
    return read_runs(files[1])


@pytest.fixture(scope="module")
def inputs(park: SiteFile) -> Inputs:
    return make_inputs(park, NEXT, step_minutes=30, weather="climatology")


@pytest.fixture(scope="module")
def found(park: SiteFile, inputs: Inputs, history: History, runs: WeatherRuns) -> ParkForecast:
    return park_forecast(park, inputs, history, runs)


@pytest.fixture(scope="module")
def scores(park: SiteFile, history: History, runs: WeatherRuns) -> ParkForecast:
    return park_scores(park, history, runs, *SCORED)


def test_every_roof_and_demand_has_its_meter(park: SiteFile) -> None:
    found = {t.column: (t.meter.name if t.meter else None, t.scale, t.unit) for t in targets(park)}
    assert found == {
        ROOF: ("roof.power", pytest.approx(1 / 600), "kW/kWp"),
        SHOP: ("workshop.electricity", 1.0, "kW"),
        "forklifts.hydrogen_kg_per_h": ("forklifts.hydrogen", 1.0, "kg/h"),
    }


def test_the_day_ahead_takes_the_level_of_the_history(found: ParkForecast, inputs: Inputs) -> None:
    """The roof makes 85 % of what physics promises, the workshop takes 110 % of its recipe."""
    by = {s.target.column: s for s in found.series}
    assert by[ROOF].table is not None
    assert by[SHOP].table is not None
    assert list(by[ROOF].table.index) == list(inputs.table.index)  # steps of the plan, not those of the history
    assert by[ROOF].table[MEAN].sum() / inputs.table[ROOF].sum() == pytest.approx(0.85, abs=0.05)
    assert by[SHOP].table[MEAN].sum() / inputs.table[SHOP].sum() == pytest.approx(1.10, abs=0.04)
    for s in found.series:
        assert s.table is not None
        levels = levels_of(s.table)
        assert np.isfinite(levels).all()
        assert (np.diff(levels, axis=1) >= 0).all()
        assert (levels >= 0).all()


def test_a_short_history_carries_the_simple_rungs_alone_and_says_why(found: ParkForecast) -> None:
    roof = found.series[0].scored
    assert roof is not None
    assert roof.scores is not None
    assert set(roof.scores.table.index) == {"persistence", "cliper", "physics", "level"}
    assert set(roof.left_out) == {"boosted", "forest", "clear_forest", "blend"}
    assert all("61 days are usable" in n.en for n in roof.left_out.values())


def test_what_has_no_history_has_assumed_errors_and_says_so(found: ParkForecast) -> None:
    lifts = found.series[2]
    assert (lifts.model, lifts.scored) == (ASSUMED, None)
    assert any(n.en.startswith("Assumption: no history") for n in found.notes)


def test_assumed_errors_leave_a_shift_its_first_and_last_hour(found: ParkForecast, inputs: Inputs) -> None:
    """Nothing is known of the edges of a profile that would make less of them."""
    lifts = found.series[2]
    assert lifts.table is not None
    expected = inputs.table["forklifts.hydrogen_kg_per_h"]
    works = expected > 0
    assert works.any()
    ratio = lifts.table[MEAN][works] / expected[works]
    assert ratio.between(0.9, 1.1).all()


def test_a_refused_history_gives_way_to_assumed_errors_with_the_reason(
    park: SiteFile, inputs: Inputs, history: History
) -> None:
    shop = history["workshop.electricity"]
    ten_days = {shop.name: replace_values(park, shop, shop.values.iloc[-240:])}  # noqa: PD011
    found = park_forecast(park, inputs, ten_days, None)
    assert found.series[1].model == ASSUMED
    said = [n.en for n in found.notes if "not used" in n.en]
    assert said == ["workshop: the history is not used. Only 10 of 10 days are usable; at least 14 are needed."]


def test_a_history_too_short_for_errors_gives_the_mean_alone(
    park: SiteFile, inputs: Inputs, history: History, runs: WeatherRuns
) -> None:
    roof = history["roof.power"]
    twelve = {roof.name: replace_values(park, roof, roof.values.iloc[-288:])}  # noqa: PD011
    found = park_forecast(park, inputs, twelve, runs)
    s = found.series[0]
    assert (s.model, s.mean_only) == ("level", True)
    assert s.table is not None
    assert s.table[MEAN].sum() / inputs.table[ROOF].sum() == pytest.approx(0.85, abs=0.06)
    assert np.isfinite(levels_of(s.table)).all()
    assert s.table["q90"].max() > 1.1 * s.table[MEAN].max()
    assert found.notes[0].en.startswith("roof PV: the mean is by its history (“Physics x adaptive level”)")


def test_flagged_samples_are_neither_learned_from_nor_scored(
    park: SiteFile, history: History, runs: WeatherRuns, scores: ParkForecast
) -> None:
    """Three days of outage by status: the plant stood, which says nothing of a forecast."""
    roof = history["roof.power"]
    values, status = roof.values.copy(), pd.Series("good", index=roof.values.index)  # noqa: PD011
    out = values.index.day.isin((20, 21, 22)) & (values.index.month == 6)
    values[out], status[out] = 0.0, "outage"
    meter = next(t.meter for t in targets(park) if t.meter is not None and t.meter.name == roof.name)
    found = park_scores(park, {roof.name: meter.judged(values, status)}, runs, *SCORED)
    one, two = (s.series[0].scored for s in (scores, found))
    assert one is not None
    assert two is not None
    assert one.scores is not None
    assert two.scores is not None
    lit = one.cases.table["counted"] & (one.cases.table.index >= pd.Timestamp(SCORED[0], tz="Asia/Shanghai"))
    assert two.scores.intervals == one.scores.intervals - int((lit & out).sum())
    assert two.scores.table.loc["level", "rmse"] < 1.1 * one.scores.table.loc["level", "rmse"]


def replace_values(park: SiteFile, old: Measured, values: pd.Series[float]) -> Measured:
    """The same meter with other readings, judged anew."""
    meter = next(t.meter for t in targets(park) if t.meter is not None and t.meter.name == old.name)
    return meter.judged(values, None)


def test_a_history_that_reaches_into_the_day_is_refused(park: SiteFile, history: History) -> None:
    inputs = make_inputs(park, date(2026, 6, 30), step_minutes=60, weather="climatology")
    with pytest.raises(InputError, match="measurements before 2026-06-30"):
        park_forecast(park, inputs, history, None)


def test_past_weather_is_the_run_that_was_there_at_issue(park: SiteFile, history: History, runs: WeatherRuns) -> None:
    """Runs are issued at noon of the day before, forecasts at 15:00; a run of 16:00 comes too late."""
    index = pd.DatetimeIndex(history["roof.power"].usable.index)
    late = runs.table.assign(issued=runs.table["issued"] + 4 * 3_600_000_000_000, ghi_w_per_m2=1.0)
    both = replace(runs, table=pd.concat([runs.table, late]).sort_values(["issued", "time"], ignore_index=True))
    one, two = (past_of(park, index, None, r).weather["ghi_w_per_m2"] for r in (runs, both))
    pd.testing.assert_series_equal(one, two)
    assert one.max() > 500
    none = past_of(park, index, None, replace(runs, table=late.reset_index(drop=True))).weather
    assert none["ghi_w_per_m2"].isna().all()


def test_scores_know_nothing_of_the_days_they_count(
    park: SiteFile, history: History, runs: WeatherRuns, scores: ParkForecast
) -> None:
    """What came on the last two days changes no forecast of them: at 15:00 the day before neither was measured."""
    other: History = {}
    for name, m in history.items():
        values = m.values.copy()  # noqa: PD011
        values.iloc[-48:] *= 0.6
        other[name] = replace(m, values=values)
    again = park_scores(park, other, runs, *SCORED)
    for one, two in zip(scores.series, again.series, strict=True):
        assert one.scored is not None
        assert two.scored is not None
        for rung, table in one.scored.tables.items():
            pd.testing.assert_frame_equal(table.iloc[-48:], two.scored.tables[rung].iloc[-48:])
        assert one.scored.scores is not None
        assert two.scored.scores is not None
        assert not np.allclose(one.scored.scores.table["rmse"], two.scored.scores.table["rmse"])


def test_scores_are_of_the_period_and_choose_the_level(scores: ParkForecast) -> None:
    roof, shop = (s.scored for s in scores.series)
    assert roof is not None
    assert shop is not None
    assert roof.scores is not None
    assert shop.scores is not None
    assert (roof.scores.first.date(), roof.scores.last.date()) == SCORED
    assert shop.scores.intervals == 21 * 24
    assert (roof.chosen, shop.chosen) == ("level", "recipe_level")
    assert roof.scores.table.loc["physics", "bias"] > 3 > abs(roof.scores.table.loc["level", "bias"])


def test_fits_begin_on_the_days_of_the_usual_window_and_scores_on_the_first_day_asked_for(
    park: SiteFile, history: History, runs: WeatherRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "MIN_DAYS", 32)
    monkeypatch.setattr(series, "REFIT_DAYS", 5)
    assert [series._first_fit(days) for days in (20, 32, 36, 37, 40)] == [20, 32, 32, 37, 37]
    roof = park_scores(park, history, runs, *SCORED).series[0].scored
    assert roof is not None
    assert roof.scores is not None
    assert roof.tables["level"].index[0] == pd.Timestamp("2026-06-07", tz="Asia/Shanghai")  # day 37
    assert roof.scores.first.date() == SCORED[0]


def test_without_runs_scores_rest_on_usual_weather(park: SiteFile, history: History, scores: ParkForecast) -> None:
    blind = park_scores(park, history, None, *SCORED)
    seen, unseen = (s.series[0].scored for s in (scores, blind))
    assert seen is not None
    assert unseen is not None
    assert seen.scores is not None
    assert unseen.scores is not None
    assert unseen.scores.table.loc["level", "rmse"] > 1.2 * seen.scores.table.loc["level", "rmse"]
    assert "No archived weather" in blind.notes[-1].en


def test_a_period_too_early_is_refused_in_words(park: SiteFile, history: History) -> None:
    found = park_scores(park, history, None, date(2026, 8, 1), date(2026, 8, 2))
    assert [s.scored for s in found.series] == [None, None]
    assert "shorter than 92 days" in found.series[0].refused[0].en


def test_a_history_of_nothing_that_the_park_has_is_refused(park: SiteFile) -> None:
    with pytest.raises(InputError, match="a meter of a roof or a demand"):
        park_scores(park, {}, None, *SCORED)
