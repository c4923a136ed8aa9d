"""Each fault is found where it is, called by its name, and a clean record is left in peace."""

from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.analysis.anomalies import NO_PATTERN, Expected, find_anomalies
from ems.analysis.finding import METHODS, Finding
from forecasting.history.record import longest_by_chance
from models.window import Floats

PARKS: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("parks.py")))
CALENDAR, WORKSHOP, activity, workshop = (PARKS[k] for k in ("CALENDAR", "WORKSHOP", "activity", "workshop"))
INDEX = PARKS["hours"](date(2026, 1, 1), date(2026, 8, 31))


def at(text: str) -> int:
    return int(INDEX.get_loc(pd.Timestamp(text, tz="Asia/Shanghai")))


def found(y: Floats, expected: Floats | None = None) -> tuple[Finding, ...]:
    amounts = {} if expected is None else {WORKSHOP: expected}
    return find_anomalies(activity(INDEX, workshop_served_kwh=y), CALENDAR, Expected(amounts)).findings


def told(f: Finding) -> tuple[str, str, str]:
    return f.kind, f"{f.start:%m-%d %H}", f"{f.end:%m-%d %H}"


@pytest.fixture
def y() -> Floats:
    return workshop(INDEX)


def test_a_clean_record_is_left_in_peace(y: Floats) -> None:
    assert found(y) == ()


def test_a_gap_is_told_hour_by_hour(y: Floats) -> None:
    y[at("2026-03-10 05:00") : at("2026-03-11 07:00")] = np.nan
    assert [told(f) for f in found(y)] == [("gap", "03-10 05", "03-11 07")]


def test_a_stuck_reading(y: Floats) -> None:
    y[at("2026-04-02 03:00") : at("2026-04-02 15:00")] = 41.07
    (f,) = found(y)
    assert told(f) == ("stuck", "04-02 03", "04-02 15")
    assert f.alarm == pd.Timestamp("2026-04-02 08:00", tz="Asia/Shanghai")  # five equal hours: n is 5 831


def test_how_many_equal_readings_chance_makes() -> None:
    """By hand: p at its floor of 0.05, n = 8759: 8759 x 0.95 x 0.05^4 = 0.052 is too much, x 0.05 = 0.0026 is not."""
    y = 100 + np.random.default_rng(2).random(8760)
    assert longest_by_chance(y, 168) == 6
    coarse = np.random.default_rng(2).integers(1, 3, 8760).astype(float)  # half of the hours equal the one before
    assert longest_by_chance(coarse, 168) == 18  # 8759 x 0.5 x 0.5^17 = 0.033


def test_a_dead_meter_reads_zero_where_it_never_does(y: Floats) -> None:
    y[at("2026-05-06 20:00") : at("2026-05-07 09:00")] = 0.0
    (f,) = found(y)
    assert told(f) == ("stuck", "05-06 20", "05-07 09")


def test_full_load_of_a_machine_is_not_stuck() -> None:
    power = np.where((INDEX.hour >= 8) & (INDEX.hour < 20), 200.0, 0.0)
    got = find_anomalies(activity(INDEX, electrolyser_power_kwh=power), CALENDAR, Expected({}))
    assert got.findings == ()
    assert got.not_judged == ((PARKS["POWER"], NO_PATTERN),)


def test_a_spike(y: Floats) -> None:
    y[at("2026-06-03 02:00")] = 400.0
    (f,) = found(y)
    assert told(f) == ("spike", "06-03 02", "06-03 03")
    assert f.ratio == pytest.approx(10, rel=0.1)


def test_a_free_day_on_which_there_is_work_is_no_spike(y: Floats) -> None:
    y[at("2026-06-06 08:00") : at("2026-06-06 18:00")] = [130, 140, 155, 165, 185, 186, 164, 150, 140, 131]
    assert found(y) == ()


@pytest.mark.parametrize(("factor", "word"), [(1000, "Wh"), (1e-3, "MWh"), (3.6, "MJ"), (1 / 3.6, "MJ"), (4, "15 min")])
def test_a_unit_slip_is_called_by_its_unit(y: Floats, factor: float, word: str) -> None:
    y[at("2026-05-11 00:00") : at("2026-05-25 00:00")] *= factor
    (f,) = found(y)
    assert told(f) == ("unit_slip", "05-11 00", "05-25 00")
    assert word in f.text.en
    assert f.ratio == pytest.approx(factor, rel=0.03)


def test_a_unit_slip_may_begin_at_any_hour(y: Floats) -> None:
    y[at("2026-05-12 15:00") : at("2026-05-20 11:00")] *= 3.6
    (f,) = found(y)
    assert told(f) == ("unit_slip", "05-12 15", "05-20 11")


def test_twice_the_use_is_no_unit_slip(y: Floats) -> None:
    y[at("2026-05-11 00:00") : at("2026-05-25 00:00")] *= 2
    assert {f.kind for f in found(y)} == {"drift"}


def test_a_slipped_sign(y: Floats) -> None:
    y[at("2026-05-11 00:00") : at("2026-05-13 00:00")] *= -1
    (f,) = found(y)
    assert told(f) == ("unit_slip", "05-11 00", "05-13 00")
    assert f.ratio == -1


def test_a_day_that_came_twice(y: Floats) -> None:
    a = at("2026-07-08 00:00")
    y[a : a + 24] = y[a - 24 : a]
    (f,) = found(y)
    assert told(f) == ("repeated_day", "07-08 00", "07-09 00")
    assert "2026-07-07" in f.text.en


def test_drift_is_found_against_the_meter_s_own_beginning(y: Floats) -> None:
    a = at("2026-04-02 00:00")
    y[a:] *= 1 + 0.01 * np.minimum(np.arange(len(y) - a) / 168, 20)
    drifts = [f for f in found(y) if f.kind == "drift"]
    assert {f.kind for f in found(y)} == {"drift"}  # nights rise with the days: no base load of their own
    assert pd.Timestamp("2026-04-02", tz="Asia/Shanghai") <= drifts[0].start
    assert drifts[0].alarm < pd.Timestamp("2026-06-18", tz="Asia/Shanghai")


def test_what_the_model_expects_is_no_drift(y: Floats) -> None:
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(len(y)) / 8760)
    assert {f.kind for f in found(y * season)} >= {"drift"}
    assert found(y * season, expected=workshop(INDEX, seed=9) * season * 1.2) == ()


def test_night_base_load(y: Floats) -> None:
    nights = (INDEX.hour >= 22) | (INDEX.hour < 6)
    span = (INDEX[at("2026-06-01 00:00")] <= INDEX) & (INDEX[at("2026-07-01 00:00")] > INDEX)
    y[nights & span] += 16
    (f,) = found(y)
    assert f.kind == "night_base"
    assert (f"{f.start:%m-%d}", f"{f.end:%m-%d}") == ("06-01", "07-01")
    assert f.ratio == pytest.approx(1.4, abs=0.02)
    assert f.alarm <= pd.Timestamp("2026-06-05", tz="Asia/Shanghai")


def test_an_electrolyser_that_needs_more_than_its_curve() -> None:
    c = PARKS["demo"]().site.component("electrolyser")
    rng = np.random.default_rng(5)
    share = np.where((INDEX.hour >= 8) & (INDEX.hour < 20), rng.uniform(0.3, 1.0, len(INDEX)), 0.0)
    power = 200 * share
    made = 200 * np.interp(share, c.curve.x, c.curve.y, left=0.0) * np.exp(0.01 * rng.standard_normal(len(INDEX)))
    same = activity(INDEX, electrolyser_power_kwh=power, electrolyser_hydrogen_kg=made)
    clean = find_anomalies(same, CALENDAR, Expected({}))
    assert clean.findings == ()
    assert clean.machines["electrolyser"]["of_curve"] == pytest.approx(1, abs=0.01)
    a = at("2026-05-01 00:00")
    made[a:] *= 1 - np.minimum(0.002 * np.arange(len(made) - a) / 24, 0.06)
    worse = activity(INDEX, electrolyser_power_kwh=power, electrolyser_hydrogen_kg=made)
    (f,) = find_anomalies(worse, CALENDAR, Expected({})).findings
    assert f.kind == "efficiency"
    assert f.alarm <= pd.Timestamp("2026-05-25", tz="Asia/Shanghai")
    assert f.ratio == pytest.approx(0.94, abs=0.01)


def test_methods_tell_kind_rule_and_source_in_both_languages() -> None:
    assert len({m.kind for m in METHODS}) == len(METHODS) == 8
    for m in METHODS:
        assert m.rule.zh
        assert m.rule.en
        assert m.source
