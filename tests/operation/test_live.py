"""A re-plan of a running park: where its state is from, what is corrected, what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from api.measured_now import Readings
from api.work.replan import known_of, not_before
from ems.inputs import make_inputs
from ems.operation import live
from ems.operation.beyond import Beyond
from ems.operation.draws import sun_columns
from ems.operation.future import Future
from ems.operation.live import corrected_inputs, revise
from ems.operation.measured import Known, Peak, opening, reckoned_peaks, state_series
from ems.operation.rolling import Replanned, replan
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
NOTHING = Beyond(DAY.replace(day=1))  # known beyond the window


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


def hot(values, until="2026-06-15T10:00"):
    """Modules by the hour up to a moment."""
    index = pd.date_range(end=pd.Timestamp(until, tz="Asia/Shanghai"), periods=len(values), freq="h", inclusive="both")
    return pd.Series(values, index - pd.Timedelta(hours=1), dtype=float)


def test_starts_and_stops_are_those_that_meters_saw():
    site = read_site("demo").site
    latest = {"electrolyser.hot_modules": 1.0}
    measured = Known(latest, modules={"electrolyser": hot([1, 1, 0, 0, 1])})
    found, notes = opening(site, AT, measured, None)
    assert found.components["electrolyser"] == {"hot_modules": 1.0, "starts": [[1.0, 1.0]], "stops": [[3.0, 1.0]]}
    assert "Starts and stops of the last 5 h by measurements" in told(notes)
    assert "not known" not in told(notes)
    slow = site.with_components(electrolyser={"min_down_h": 6.0})
    assert "earlier ones, which minimum times would ask for, are not known" in told(
        opening(slow, AT, measured, None)[1]
    )
    one = Known(latest, modules={"electrolyser": hot([1])})
    assert set(opening(site, AT, one, None)[0].components["electrolyser"]) == {"hot_modules"}
    planned = standing().schedule.tables["electrolyser"]["started_modules"]
    began = planned.index[planned > 0.5][0]
    later = began + pd.Timedelta(hours=1)
    known = Known(latest, modules={"electrolyser": hot([1], later.tz_localize(None))})
    with_plan = opening(slow, later, known, standing())[0].components["electrolyser"]
    assert standing().state(slow, later)["electrolyser"]["starts"] == with_plan["starts"] != []


def test_what_started_an_hour_ago_by_its_meter_runs_on_for_its_minimum_time(solver):
    file = read_site("demo")
    slow = replace(file, site=file.site.with_components(electrolyser={"min_up_h": 6.0}))
    on = []
    for modules in ([0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1, 1]):
        known = Known(
            {**LEVELS, "tank.level_kg": 60.0, "electrolyser.hot_modules": 1.0}, modules={"electrolyser": hot(modules)}
        )
        made = revise(slow, inputs(), known, None, AT, solver, beyond=worth(0.0, 0.0))
        on.append(made.released.schedule.tables["electrolyser"]["on_modules"].to_numpy())
    assert on[0][:5].tolist() == [1.0] * 5, "an hour of six is over"
    assert on[1][:5].sum() < 5, "it may stop at once, and a full tank is worth nothing"


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
    table, notes = corrected_inputs(file, inputs(), {"workshop.electricity": higher}, AT, NOTHING)
    moved = table["workshop.electricity_kw"] - column
    assert (moved[moved.index < AT] == 0).all()
    assert 15 < moved.loc[AT] <= 30
    assert moved.iloc[-1] < 2, "it fades with the lead"
    assert "corrected by the last hours" in told(notes)
    same, notes = corrected_inputs(file, inputs(), {}, AT, NOTHING)
    assert same.equals(inputs().table)
    assert "is not corrected" in told(notes)


def test_the_sun_ahead_is_planned_on_the_low_side_and_that_is_told():
    file, (sun,) = read_site("demo"), sun_columns(read_site("demo").site)
    table, notes = corrected_inputs(file, inputs(), {}, AT, worth(0.0, 0.0))
    less = inputs().table[sun] - table[sun]
    soon = less.index < AT + pd.Timedelta(hours=2)
    assert (less[soon] == 0).all()
    bright = ~soon & (inputs().table[sun] > 0.1).to_numpy()
    assert bright.sum() > 2
    assert (less[bright] > 0).all()
    ahead = less.index >= AT
    assert f"{less[ahead].sum() / inputs().table[sun][ahead].sum():.0%} below its forecast" in told(notes)


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


# --- beyond the day ---------------------------------------------------------------------------------------------------


def worth(kwh, kg, last=DAY):
    """A month in which a unit in store saves so much [CNY] at every midnight up to that of ``last``."""
    midnights = pd.date_range("2026-06-02", last + timedelta(days=1), tz="Asia/Shanghai")
    cuts = np.array([[50_000.0, -kwh, -kg]])
    future = Future(("battery", "tank"), (), midnights, (cuts,) * len(midnights), 0.0)
    return Beyond(DAY.replace(day=1), future, made_at=pd.Timestamp("2026-06-01T08:00", tz="Asia/Shanghai"))


@pytest.mark.parametrize(("off_cny", "told_cny"), [(700.4, "700 CNY/module"), (0.1, None)])
def test_what_a_machine_kept_hot_is_worth_is_told(solver, off_cny, told_cny):
    beyond = worth(0.0, 5.0)
    ready = {"electrolyser": [(off_cny,)] * len(beyond.future.midnights)}
    made, _ = kept_kg(solver, replace(beyond, future=replace(beyond.future, restarts=ready)))
    assert (f"kept hot {told_cny}" in told(made.notes)) if told_cny else ("kept hot" not in told(made.notes))
    assert audit_plan(json.loads(json.dumps(to_dict(made))), "stored") == []


def kept_kg(solver, beyond, **more):
    made = revise(read_site("demo"), inputs(), Known(LEVELS), None, AT, solver, beyond=beyond, **more)
    return made, made.state_end["tank"]["level_kg"]


def test_what_stays_in_the_tank_is_what_the_look_ahead_is_worth(solver):
    dear, much = kept_kg(solver, worth(0.0, 90.0))
    cheap, little = kept_kg(solver, worth(0.0, 5.0))
    assert little < 15 < 45 < much, "the site file's target of 30 kg does not matter"
    for made, value in ((dear, "90 CNY/kg"), (cheap, "5 CNY/kg")):
        assert value in told(made.notes)
        assert "It is an expectation, no forecast" in told(made.notes)
        assert "made 06-01 08:00, only 1 of 40 rounds" in told(made.notes)
        assert audit_plan(json.loads(json.dumps(to_dict(made))), "stored") == []
    assert cheap.outcome == "optimal", "the target of the site file is no wish of a plan that looks ahead"
    without, level = kept_kg(solver, None)
    assert level == pytest.approx(30.0, abs=1.0), "the target of the site file"
    assert "end prices and the expected peak of the site file" in told(without.notes)


def test_a_gap_is_one_of_the_window_and_not_of_the_month(solver):
    """0.1 % of the month's 50 000 CNY would leave 50 CNY of a day open: here three kilograms of hydrogen."""
    (_, level), (_, best) = (kept_kg(solver, worth(0.0, 5.0), limits=Limits(gap=gap)) for gap in (1e-3, 1e-6))
    assert level == pytest.approx(best, abs=0.5)


def test_from_the_months_end_on_stocks_return_to_where_the_site_begins(solver):
    made, level = kept_kg(solver, worth(0.0, 90.0, DAY - timedelta(days=1)))
    assert level == pytest.approx(30.0, abs=1.0)
    assert "reaches the end of the month" in told(made.notes)


@cache
def tomorrow(factor=1.0):
    found = make_inputs(read_site("demo"), DAY + timedelta(days=1), step_minutes=60, weather="climatology")
    price = found.table["import_cny_per_kwh"] * factor
    return replace(found, table=found.table.assign(import_cny_per_kwh=price))


def evening(solver, **more):
    at = pd.Timestamp("2026-06-15T16:00", tz="Asia/Shanghai")
    return revise(read_site("demo"), inputs(), Known(LEVELS), None, at, solver, **more)


def test_from_three_in_the_afternoon_on_the_search_knows_tomorrow_and_the_plan_ends_with_today(solver):
    usual, dear = (evening(solver, beyond=worth(0.0, 0.0), tomorrow=tomorrow(factor)) for factor in (0.05, 3.0))
    for made in (usual, dear):
        content = json.loads(json.dumps(to_dict(made)))
        assert (content["steps"], content["end"]) == (8, "2026-06-16T00:00:00+08:00")
        assert audit_plan(content, "stored") == []
        assert "looks as far as 06-17 00:00" in told(made.notes)
        assert made.outcome == "optimal", "the site file's target is none for the end of today"
    kwh = [made.state_end["battery"]["level_kwh"] for made in (usual, dear)]
    assert kwh[1] > kwh[0] + 50, "what is stored tonight replaces what is dear tomorrow"
    unvalued = evening(solver, tomorrow=tomorrow())
    assert unvalued.state_end["tank"]["level_kg"] < 27
    assert unvalued.outcome == "optimal", "the target is one for the end of tomorrow"
    morning = revise(
        read_site("demo"), inputs(), Known(LEVELS), None, AT, solver, beyond=worth(0.0, 0.0), tomorrow=tomorrow(3.0)
    )
    assert "looks as far" not in told(morning.notes), "before 15:00 a window ends with its day, as a backtest's"


def test_where_two_days_give_no_plan_today_alone_does(solver, monkeypatch):
    def short_sighted(site, state, outlook, previous, now, *, manner, **more):
        if manner.least_h:
            return Replanned(now, "rules", None, None, reason="it took too long")
        return replan(site, state, outlook, previous, now, manner=manner, **more)

    monkeypatch.setattr(live, "replan", short_sighted)
    made = evening(solver, beyond=worth(0.0, 0.0), tomorrow=tomorrow())
    assert made.released.violations == ()
    assert "the next day is left out: it took too long" in told(made.notes)
    monkeypatch.setattr(live, "replan", lambda *_, **__: Replanned(AT, "rules", None, None, reason="it took too long"))
    with pytest.raises(InputError, match="it took too long"):
        evening(solver, tomorrow=tomorrow())


@pytest.mark.parametrize(
    ("state_kw", "peak", "kw"),
    [
        (None, None, 1500.0),
        (1200.0, None, 1500.0),
        (1800.0, None, 1800.0),
        (700.0, True, 700.0),
        (700.0, False, 1500.0),
    ],
)
def test_a_peak_that_is_not_measured_since_the_month_began_is_no_lower_than_expected(state_kw, peak, kw):
    site = read_site("qingdao").site.with_components(grid={"expected_peak_kw": 1500.0})
    state = {} if state_kw is None else {"grid": {"peak_kw": state_kw}}
    known = Known(peaks={} if peak is None else {"grid": Peak(state_kw, peak)})
    found, notes = reckoned_peaks(site, state, known)
    assert found["grid"]["peak_kw"] == kw
    assert ("1,500 kW are taken as paid for" in told(notes)) is (kw == 1500)
    assert state == ({} if state_kw is None else {"grid": {"peak_kw": state_kw}})


def test_what_is_taken_as_paid_is_not_shaved_and_what_is_not_is(solver):
    """200 kW of expected peak: a charge of 500 CNY/kW keeps the import at it, or at a lower peak that is measured."""
    file = read_site("demo")
    charge = {"expected_peak_kw": 200.0, "demand_charge_cny_per_kw_month": 500.0}
    charged = replace(file, site=file.site.with_components(grid=charge))
    month = worth(0.0, 20.0)
    cuts = np.array([[50_000.0, 0.0, -20.0, 0.0]])
    month = replace(
        month, future=replace(month.future, peaks=(("grid", "peak_kw"),), cuts=(cuts,) * len(month.future.cuts))
    )
    highest = []
    for peaks in ({}, {"grid": Peak(20.0, True)}):
        made = revise(charged, inputs(), Known(LEVELS, peaks=peaks), None, AT, solver, beyond=month)
        highest.append(float(made.released.schedule.tables["grid"]["import_kw"].max()))
        assert audit_plan(json.loads(json.dumps(to_dict(made))), "stored") == []
    assert highest[1] < highest[0] <= 200.0 + 1e-6


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


def test_modules_are_those_at_the_end_of_a_step_and_a_mean_over_a_change_tells_none():
    file, now = read_site("demo"), datetime(2026, 6, 15, 2, tzinfo=UTC)
    quarters = readings("electrolyser.hot_modules", [0.0, 0.0, 0.4, 1.0, 1.0, 1.0, 0.5, 1.0], unit="1")
    known, notes = known_of(file, [quarters], now, 60)
    assert known.modules["electrolyser"].to_dict() == {
        pd.Timestamp(f"2026-06-15T0{hour}:00", tz="Asia/Shanghai"): 1.0 for hour in (8, 9)
    }
    assert notes == []
    stale, _ = known_of(file, [quarters], now + timedelta(hours=1), 60)
    assert stale.modules == {}


@pytest.mark.parametrize(("late_s", "steps"), [(-600, 0), (0, 0), (1, 1), (900, 1), (901, 2)])
def test_a_plan_that_took_long_to_prepare_does_not_begin_in_the_past(late_s, steps):
    begins = not_before((AT + pd.Timedelta(seconds=late_s)).tz_convert("UTC"), AT, 15)
    assert begins == AT + pd.Timedelta(minutes=15 * steps)
    assert str(begins.tz) == "Asia/Shanghai"


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
