"""Demand by hand: what is served when, and what is left when there is not enough."""

import pytest

from tests.toys import clean, mains, part, wants


def refuelling(**more):
    slots = [{"start": "06:00", "end": "10:00", "amount": 10}]
    return part(
        **{
            "kind": "deferrable_demand",
            "name": "cars",
            "carrier": "electricity",
            "rate_limit": 4,
            "slots": slots,
            **more,
        }
    )


def from_five(*prices):
    """Hours from 05:00."""
    return {"start": "2026-03-02 05:00", "import_cny_per_kwh": list(prices)}


def test_the_cheapest_hours_of_the_window():
    """10 kWh at 4 kW between 6 and 10 o'clock: 4 at 0.2, 4 at 0.5, 2 at 0.8; the free hours outside do not count."""
    s = clean(mains(), refuelling(), **from_five(0.0, 1.0, 0.5, 0.2, 0.8, 0.0))
    assert s["cars.served_kw"] == [0, 0, 4, 4, 2, 0]
    assert s.answer.objective == pytest.approx(4 * 0.2 + 4 * 0.5 + 2 * 0.8)


def test_what_was_served_before_the_window_opened():
    """At 7 o'clock 6 of the 10 kWh are served: 4 are left."""
    s = clean(
        mains(),
        refuelling(),
        state={"cars": {"served_in_slot": 6.0}},
        start="2026-03-02 07:00",
        import_cny_per_kwh=[1.0, 0.5, 0.7, 0.1],
    )
    assert s["cars.served_kw"] == [0, 4, 0, 0]


def test_what_can_wait_beyond_the_window():
    """The window closes at 8: two hours of 4 kW remain after it, so only 2 of the 10 kWh must be served now."""
    s = clean(mains(), refuelling(), **from_five(0.1, 1.0, 0.9))
    assert s["cars.served_kw"] == [0, 0, 2]


def test_state_at_the_end_tells_what_was_served():
    s = clean(mains(), refuelling(), **from_five(0.1, 0.4, 0.9))
    state = s.site.component("cars").state_end(s.schedule.tables["cars"], s.w)
    assert state == {"served_in_slot": pytest.approx(2.0)}


def test_what_cannot_be_served_is_said_in_the_last_step():
    """20 kWh in 4 hours of 4 kW: 4 kWh are short, and known to be so when the window ends."""
    cars = refuelling(slots=[{"start": "06:00", "end": "10:00", "amount": 20}])
    s = clean(mains(), cars, **from_five(1, 1, 1, 1, 1, 1))
    assert s["cars.served_kw"] == [0, 4, 4, 4, 4, 0]
    assert s["cars.unserved_kw"] == [0, 0, 0, 0, 4, 0]


def test_until_midnight():
    s = clean(
        mains(),
        refuelling(slots=[{"start": "22:00", "end": "00:00", "amount": 6}]),
        start="2026-03-02 21:00",
        import_cny_per_kwh=[0.1, 0.5, 0.2, 0.1],
    )
    assert s["cars.served_kw"] == [0, 2, 4, 0]


def test_overlapping_windows_are_refused():
    """What is served in both would count twice."""
    twice = [{"start": "06:00", "end": "10:00", "amount": 4}, {"start": "09:00", "end": "12:00", "amount": 4}]
    with pytest.raises(ValueError, match="overlap"):
        refuelling(slots=twice)
    with pytest.raises(ValueError, match="ends before it starts"):
        refuelling(slots=[{"start": "22:00", "end": "06:00", "amount": 4}])


def test_the_dearer_demand_is_served_first():
    """100 kW for two demands of 80: the one that costs 60 CNY/kWh unserved gets all, the other, at 50, the rest."""
    hospital = wants("electricity", name="hospital", unserved_cny_per_unit=60)
    s = clean(mains(connection_kw=100), wants("electricity"), hospital, wanted_electricity_kw=[80.0])
    assert s["hospital.unserved_kw"] == [0]
    assert s["users_electricity.unserved_kw"] == [60]


def test_demand_without_any_supply_is_unserved():
    s = clean(wants("cooling"), wanted_cooling_kw=[7.0])
    assert s["users_cooling.unserved_kw"] == [7]
    assert s.answer.objective == pytest.approx(7 * 20.0)


def test_no_demand_is_dropped_for_the_climate():
    """At 50 CNY/kg, the price under `carbon`, a kWh of 1.5 kg costs 75 CNY, more than the 50 CNY of leaving it out."""
    s = clean(mains(), wants("electricity"), objective="carbon", grid_kgco2e_per_kwh=1.5, wanted_electricity_kw=[10.0])
    assert s["users_electricity.unserved_kw"] == [0]
