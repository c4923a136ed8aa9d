"""On and off by hand: a gas boiler of 100 kW, minimum load 20 kW, gas at 0.5 CNY/kWh."""

import pytest

from models import Window
from tests.toys import clean, outlet, part, wants

GAS = part(kind="gas_supply", capacity_kw=1000, price_cny_per_kwh=0.5, intensity_kgco2e_per_kwh=0.2)
RUNNING = {"boiler": {"hot_modules": 1.0}}


def boiler(**more):
    return part(
        **{"kind": "gas_boiler", "name": "boiler", "capacity_kw": 100, "efficiency": 1.0, "min_load": 0.2, **more}
    )


def run(machine, heat, **more):
    return clean(GAS, machine, wants("heat"), outlet("heat"), wanted_heat_kw=heat, **more)


def test_minimum_up_time():
    """Wanted for one hour, up for three: two more at the minimum load of 20 kW."""
    s = run(boiler(min_up_h=3), [50.0, 0.0, 0.0, 0.0])
    assert s["boiler.heat_kw"] == [50, 20, 20, 0]


def test_times_between_steps_are_rounded_up():
    """An hour and a half is two steps of an hour."""
    s = run(boiler(min_up_h=1.5), [50.0, 0.0, 0.0])
    assert s["boiler.heat_kw"] == [50, 20, 0]


def test_minimum_down_time():
    """Off for one hour would mean off for two: it stays at minimum load instead."""
    s = run(boiler(min_down_h=2), [50.0, 0.0, 50.0], state=RUNNING)
    assert s["boiler.heat_kw"] == [50, 20, 50]
    s = run(boiler(min_down_h=1), [50.0, 0.0, 50.0], state=RUNNING)
    assert s["boiler.heat_kw"] == [50, 0, 50]


def test_times_reach_back_over_the_opening():
    """Started an hour ago with three hours to run; stopped an hour ago with three hours to rest."""
    s = run(boiler(min_up_h=3), [0.0] * 4, state={"boiler": {"hot_modules": 1.0, "starts": [[1.0, 1.0]]}})
    assert s["boiler.on_modules"] == [1, 1, 0, 0]
    s = run(boiler(min_down_h=3), [50.0] * 4, state={"boiler": {"hot_modules": 0.0, "stops": [[1.0, 1.0]]}})
    assert s["users_heat.unserved_kw"] == [50, 50, 0, 0]


def test_start_costs_tell_whether_to_go_through():
    """Two idle hours at 20 kW cost 20.4 CNY (gas and outlet): more than a start for 15, less than one for 25."""
    for start_cny, heat in ((15, [50, 0, 0, 50]), (25, [50, 20, 20, 50])):
        s = run(boiler(start_cny=start_cny), [50.0, 0.0, 0.0, 50.0], state=RUNNING)
        assert s["boiler.heat_kw"] == heat


def test_ramp():
    """0.5 % a minute is 30 kW an hour; coming on it may jump by 30 kW, too."""
    s = run(boiler(ramp_share_per_min=0.005), [90.0] * 4)
    assert s["boiler.heat_kw"] == [30, 60, 90, 90]
    s = run(
        boiler(ramp_share_per_min=0.005),
        [0.0] * 4,
        state={"boiler": {"hot_modules": 1.0, "on_modules": 1.0, "load_kw": 90.0}},
    )
    assert s["boiler.heat_kw"] == [60, 30, 0, 0]


def test_a_module_may_jump_to_its_minimum_load():
    """0.1 % a minute is 6 kW an hour, but off is off: it comes on at 20 kW and goes off from 20 kW."""
    s = run(boiler(ramp_share_per_min=0.001), [26.0, 26.0, 20.0, 0.0])
    assert s["boiler.heat_kw"] == [20, 26, 20, 0]


def test_two_modules_ramp_twice_as_fast():
    """2 x 50 kW at 30 % an hour: both come on with 15 kW each, then 15 kW more each hour."""
    s = run(boiler(modules=2, ramp_share_per_min=0.005), [90.0] * 4)
    assert s["boiler.heat_kw"] == [30, 60, 90, 90]


def test_none_of_two_modules_jumps_twice():
    """From 80 kW on two modules of 50 kW: one stops from 15 kW, the other comes down by 15 kW."""
    state = {"boiler": {"hot_modules": 2.0, "on_modules": 2.0, "load_kw": 80.0}}
    s = run(boiler(modules=2, ramp_share_per_min=0.005), [0.0] * 4, state=state)
    assert s["boiler.heat_kw"] == [50, 20, 0, 0]


OUT = {"start": "2026-03-02T01:00:00+08:00", "end": "2026-03-02T02:00:00+08:00", "modules": 1}


@pytest.mark.parametrize("min_up_h", [1, 4])
def test_outage(min_up_h):
    """One of two modules is out for an hour, whatever its minimum up time: half of the capacity, then all again."""
    s = run(boiler(modules=2, outages=[OUT], min_up_h=min_up_h), [100.0] * 3)
    assert s["boiler.heat_kw"] == [100, 50, 100]


def test_outage_after_a_start_before_the_window():
    state = {"boiler": {"hot_modules": 2.0, "starts": [[1.0, 2.0]]}}
    s = run(boiler(modules=2, outages=[OUT], min_up_h=6), [100.0] * 3, state=state)
    assert s["boiler.heat_kw"] == [100, 50, 100]


def test_states_against_the_rules_can_still_be_planned_from():
    """Stopped by hand an hour after its start; started by hand an hour after its stop: what is, is."""
    s = run(
        boiler(min_up_h=4, min_down_h=1),
        [50.0] * 3,
        state={"boiler": {"hot_modules": 0.0, "starts": [[2.0, 1.0]], "stops": [[1.0, 1.0]]}},
    )
    assert s["boiler.heat_kw"] == [50, 50, 50]
    s = run(
        boiler(min_down_h=4),
        [50.0] * 3,
        state={"boiler": {"hot_modules": 1.0, "starts": [[1.0, 1.0]], "stops": [[2.0, 1.0]]}},
    )
    assert s["boiler.heat_kw"] == [50, 50, 50]


def test_idle_electricity_is_refused_where_no_bus_gives_it():
    with pytest.raises(ValueError, match="no electricity while it waits"):
        boiler(standby_share=0.03)


def test_events_in_the_state_at_the_end():
    """Two modules start, one stops in the last step, where half the load is less than both can go down to."""
    s = run(boiler(modules=2, min_load=0.6, min_up_h=2, min_down_h=2), [0.0, 100.0, 100.0, 50.0])
    assert s["boiler.started_modules"] == [0, 2, 0, 0]
    assert s["boiler.stopped_modules"] == [0, 0, 0, 1]
    state = s.site.component("boiler").state_end(s.schedule.tables["boiler"], s.w)
    assert state == {"hot_modules": 1.0, "stops": [[1.0, 1.0]]}
    kept = s.schedule.tables["boiler"].iloc[:3]
    state = s.site.component("boiler").state_end(kept, Window(s.w.inputs.iloc[:3]))
    assert state == {"hot_modules": 2.0, "starts": [[2.0, 2.0]]}
