"""A re-plan of a running park: where its state is from, what is corrected, what it says."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from api.measured_now import Readings
from api.work.replan import known_of
from ems.inputs import make_inputs
from ems.operation.live import Known, Peak, corrected_inputs, opening, revise, state_series
from ems.operation.rolling import Replanned
from ems.plan import make_plan
from ems.plan_file import audit_plan, to_dict, to_json
from ems.problem import Limits
from ems.site_file import read_site
from ems.solve import Solver
from ems.stored_plan import stored_plan
from forecasting.errors import InputError

DAY = date(2026, 6, 15)
AT = pd.Timestamp("2026-06-15T10:00", tz="Asia/Shanghai")
LEVELS = {"battery.level_kwh": 300.0, "tank.level_kg": 20.0}


@cache
def inputs():
    return make_inputs(read_site("demo"), DAY, step_minutes=60, weather="climatology")


@cache
def stored():
    with Solver() as solver:
        made = make_plan(read_site("demo"), DAY, solver, inputs=inputs())
    return stored_plan(json.loads(to_json(to_dict(made))), "plan")


def standing():
    p = stored()
    return Replanned(p.window.inputs.index[0], "planned", p.schedule, p.window)


@pytest.fixture(scope="module")
def solver():
    with Solver() as found:
        yield found


def told(notes):
    return " ".join(n.en for n in notes)


def test_what_is_measured_goes_before_the_plan_and_the_plan_before_the_site_file():
    site = read_site("demo").site
    assert set(LEVELS) <= set(state_series(site))
    both, notes = opening(site, AT, Known({"battery.level_kwh": 300.0}), standing())
    planned = standing().state(site, AT)
    assert both.components["battery"] == {"level_kwh": 300.0}
    assert both.components["tank"]["level_kg"] == pytest.approx(planned["tank"]["level_kg"])
    assert "by measurements: " + site.component("battery").label("en") in told(notes)
    assert "bridged by the plan" in told(notes)
    alone, notes = opening(site, AT, Known({"battery.level_kwh": 300.0}), None)
    assert set(alone.components) == {"battery"}
    assert "assumed from the site file" in told(notes)
    assert "bridged" not in told(notes)


def test_a_reading_that_cannot_be_is_refused():
    with pytest.raises(InputError, match="level_kwh"):
        opening(read_site("demo").site, AT, Known({"battery.level_kwh": 1e9}), standing())


def test_the_peak_of_the_month_is_the_measured_one_where_the_month_is_measured_whole():
    site = read_site("demo").site
    for whole, kw in ((True, 1.0), (False, standing().state(site, AT)["grid"]["peak_kw"])):
        found, notes = opening(site, AT, Known(peaks={"grid": Peak(1.0, whole)}), standing())
        assert found.components["grid"]["peak_kw"] == pytest.approx(kw)
        assert ("not measured as a whole" in told(notes)) is not whole


def test_the_rest_of_the_day_follows_the_last_hours_and_the_past_does_not_change():
    file = read_site("demo")
    column = inputs().table["workshop.electricity_kw"]
    higher = (column + 30).loc[: AT - pd.Timedelta(hours=1)]
    table, notes = corrected_inputs(file, inputs(), {"workshop.electricity": higher}, AT)
    moved = table["workshop.electricity_kw"] - column
    assert (moved[moved.index < AT] == 0).all()
    assert 15 < moved.loc[AT] <= 30
    assert moved.iloc[-1] < 2, "it fades with the lead"
    assert "corrected by the last hours" in told(notes)
    same, notes = corrected_inputs(file, inputs(), {}, AT)
    assert same.equals(inputs().table)
    assert "is not corrected" in told(notes)


def test_a_re_plan_begins_now_ends_with_the_day_and_keeps_every_law(solver):
    file = read_site("demo")
    made = revise(file, inputs(), Known(LEVELS), stored(), AT, solver)
    content = json.loads(to_json(to_dict(made)))
    assert (content["start"], content["steps"]) == (AT.isoformat(), 14)
    assert content["end"] == "2026-06-16T00:00:00+08:00"
    assert content["date"] == DAY.isoformat()
    assert content["state_start"]["components"]["battery"] == {"level_kwh": 300.0}
    assert audit_plan(content, "stored") == []
    assert made.outcome in ("optimal", "relaxed")
    assert "plan before" in made.why[0].en


def test_where_nothing_has_changed_the_plan_stays_as_it_is(solver):
    made = revise(read_site("demo"), inputs(), Known(), stored(), AT, solver, limits=Limits(gap=1e-3))
    assert made.why[0].en == "It changes nothing of the plan before."
    other = revise(read_site("demo"), inputs(), Known({"battery.level_kwh": 390.0}), stored(), AT, solver)
    assert "Most changed of the plan before" in other.why[0].en


def test_the_last_step_of_a_day_is_not_planned_anew(solver):
    with pytest.raises(InputError, match="plan the next day"):
        revise(read_site("demo"), inputs(), Known(), stored(), inputs().table.index[-1], solver)


def readings(name, values, minutes=15, end=datetime(2026, 6, 15, 2, tzinfo=UTC), unit="kW"):
    step = timedelta(minutes=minutes)
    first = end - step * len(values)
    return Readings(name, unit, minutes * 60, tuple((first + k * step, v) for k, v in enumerate(values)))


def test_only_fresh_readings_in_the_right_unit_count():
    file, now = read_site("demo"), datetime(2026, 6, 15, 2, tzinfo=UTC)
    level = readings("battery.level_kwh", [1.0, 2.0], unit="kWh")
    assert known_of(file, [level], now, 60)[0].latest == {"battery.level_kwh": 2.0}
    assert known_of(file, [level], now + timedelta(minutes=30), 60)[0].latest == {"battery.level_kwh": 2.0}
    assert known_of(file, [level], now + timedelta(minutes=31), 60)[0].latest == {}
    known, notes = known_of(file, [readings("battery.level_kwh", [1.0], unit="MWh")], now, 60)
    assert known.latest == {}
    assert "in MWh: not used" in told(notes)


def test_quarters_become_means_of_whole_steps():
    file, now = read_site("demo"), datetime(2026, 6, 15, 2, tzinfo=UTC)
    known, _ = known_of(file, [readings("workshop.electricity_kw", [9.0, 1.0, 2.0, 3.0, 4.0])], now, 60)
    means = known.recent["workshop.electricity"]
    assert means.to_dict() == {pd.Timestamp("2026-06-15T09:00", tz="Asia/Shanghai"): 2.5}
    known, _ = known_of(file, [readings("roof.power_kw", [60.0], minutes=60)], now, 15)
    assert list(known.recent["roof.power"]) == [60.0] * 4


def test_a_month_is_measured_whole_or_not():
    file, now = read_site("qingdao"), datetime(2026, 6, 1, 12, tzinfo=UTC)  # 20 hours into the month there
    whole = readings("grid.import_kw", list(np.arange(20.0)), minutes=60, end=now)
    assert known_of(file, [whole], now, 60)[0].peaks == {"grid": Peak(19.0, True)}
    part = readings("grid.import_kw", [5.0] * 10, minutes=60, end=now)
    assert known_of(file, [part], now, 60)[0].peaks == {"grid": Peak(5.0, False)}
    assert known_of(read_site("demo"), [whole], now, 60)[0].peaks == {}, "no peak is paid for there"
