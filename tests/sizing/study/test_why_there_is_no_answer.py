"""Studies without an answer: the sentence names what stands in the way, and what it says would do, does."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from ems.site import Site
from ems.sizing.overrides import with_set
from ems.sizing.study import Study
from forecasting.errors import InputError
from models import Window
from tests.sizing.study.studied import a_day, designed, hall, study
from tests.toys import mains, park, part, wants

SIZES = {"pv.capacity_kwp": 400, "battery.capacity_kwh": 1000, "battery.power_kw": 500}
HYDROGEN = SIZES | {"electrolyser.capacity_kw": 100, "tank.capacity_kg": 100}
CLOUDY = {"pv.yield_kw_per_kwp": np.r_[np.zeros(10), np.full(4, 0.5), np.zeros(10)]}


def refused(site: Site, s: Study, w: Window) -> InputError:
    with pytest.raises(InputError) as caught:
        designed(site, s, w)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.zh) == (str(caught.value), caught.value.zh)
    assert again.zh
    return caught.value


def nearest(error: InputError) -> float:
    """The value that the sentence says could be kept."""
    return float(error.expected.partition(" or ")[0].replace(" ", ""))


ALONE: dict[str, tuple[str, dict[str, Any], str]] = {  # limit -> its path, limits, what stands in the way
    "carbon_t_per_year": ("limits/carbon_t_per_year", {"carbon_t_per_year": 50}, "pv.capacity_kwp (max 400)"),
    "connection_kw": ("limits/connection_kw", {"connection_kw": 20}, "pv.capacity_kwp (max 400)"),
    "autonomy.demand_share": (
        "limits/autonomy/demand_share",
        {"autonomy": {"hours": 24, "demand_share": 1}},
        "battery.capacity_kwh (max 1 000)",
    ),
    "renewable_share": (
        "limits/renewable_share",
        {"renewable_share": 0.3, "roofs": {"hall": {"area_m2": 5, "m2_per_kwp": 5, "components": ["pv"]}}},
        "limits.roofs.hall (5 m²)",
    ),
}


@pytest.mark.parametrize("name", ALONE)
def test_a_limit_out_of_reach_is_named_with_the_nearest_that_can_be_kept(name: str) -> None:
    path, limits, way = ALONE[name]
    s, w = study(SIZES, limits=limits), a_day(**CLOUDY)
    error = refused(hall(), s, w)
    assert error.field == f"limits.{name}"
    assert way in error.remedy
    assert way in error.zh
    reach = nearest(error)
    designed(hall(), with_set(s, {path: reach}), w)  # what it says can be kept
    beyond = with_set(s, {path: reach * (0.995 if name in ("carbon_t_per_year", "connection_kw") else 1.005)})
    refused(hall(), beyond, w)  # and no more than that


def test_the_nearest_share_is_found_although_what_is_used_grows_with_it() -> None:
    """More storage loses more: the share that money can buy lies above that of the design that buys most sun."""
    s, w = study(SIZES, limits={"renewable_share": 0.99, "budget_cny": 1e6}), a_day()
    reach = nearest(refused(hall(), s, w))
    designed(hall(), with_set(s, {"limits/renewable_share": reach}), w)
    refused(hall(), with_set(s, {"limits/renewable_share": reach * 1.0005}), w)


def test_emissions_that_cannot_be_avoided_are_computed_by_hand() -> None:
    """400 kWp for 4 h at a half are 800 kWh a day, of 2400; 400 go round through 0.95 x 0.9 of the store."""
    s = study(SIZES, limits={"carbon_t_per_year": 50})
    sun, direct = 800.0, 400.0
    bought = 2400 - direct - (sun - direct) * 0.95 * 0.9
    assert nearest(refused(hall(), s, a_day(**CLOUDY))) == pytest.approx(bought * 365 * 0.6 / 1000, rel=1e-3)


def test_a_budget_too_small_is_told_with_what_it_would_take() -> None:
    """30 % of what is used are to come from the sun; the least money for it is what the sentence says."""
    s = study(SIZES, limits={"budget_cny": 1000, "renewable_share": 0.3})
    error = refused(hall(), s, a_day(**CLOUDY))
    assert "budget_cny" in str(error)
    assert "renewable_share" in str(error)


def test_bounds_that_ask_for_more_than_the_roof_holds() -> None:
    roof = {"roofs": {"hall": {"area_m2": 500, "m2_per_kwp": 5, "components": ["pv"]}}}
    error = refused(hall(), study({"pv.capacity_kwp": {"min": 200, "max": 400}}, limits=roof), a_day())
    assert error.field == "limits.roofs.hall"
    assert nearest(error) == 1000
    assert "pv.capacity_kwp (min 200)" in error.remedy


def test_a_demand_that_the_largest_sizes_cannot_meet_is_named_with_its_bus_hour_and_bound() -> None:
    """100 kW at 55 kWh/kg make 43.6 kg a day, of 48 wanted."""
    w = a_day(wanted_hydrogen_kg_per_h=np.full(24, 2.0))
    error = refused(hall(x=1), study(HYDROGEN), w)
    assert error.field == "buses.hydrogen"
    assert "is '2 of 2 kg/h missing at 2026-03-02 " in str(error)
    assert f"{(48 - 2400 / 55) * 365:,.0f}".replace(",", " ") + " kg a year" in error.expected
    assert "electrolyser.capacity_kw (max 100)" in error.remedy
    enough = study(HYDROGEN | {"electrolyser.capacity_kw": 111})
    designed(hall(x=1), enough, w)


def test_a_connection_too_small_for_the_demand_is_named() -> None:
    site = hall().with_components(mains={"connection_kw": 60})
    error = refused(site, study({"pv.capacity_kwp": 100}), a_day())
    assert "40 of 100 kW missing at 2026-03-02 00:00" in str(error)
    assert "mains" in error.remedy


def test_the_shortage_is_looked_for_where_the_demand_is() -> None:
    """Heat is short for want of heat pumps, not electricity for them."""
    heat = park(
        mains(),
        part(kind="heat_pump", capacity_kw=1, cop=[[20.0, 3.0]]),
        wants("electricity"),
        wants("heat"),
    )
    s = study({"heat_pump.capacity_kw": {"max": 300, "cost": "pv"}})
    error = refused(heat, s, a_day(wanted_heat_kw=np.r_[np.full(23, 250.0), 412.0]))
    assert error.field == "buses.heat"
    assert "112 of 412 kW missing at 2026-03-02 23:00" in str(error)
    assert "heat_pump.capacity_kw (max 300)" in error.remedy


def test_a_medium_that_runs_short_is_told_by_the_demand_that_needs_it() -> None:
    """10 kg/h of water are enough for 1 kg/h of hydrogen, of 2 that are wanted."""
    main = part(kind="water_supply", name="water_main", capacity_kg_per_h=10, price_cny_per_kg=0.01)
    parts = [
        c.model_copy(update={"water_bus": "water"}) if c.kind == "electrolyser" else c for c in hall(x=1).components
    ]
    w = a_day(wanted_hydrogen_kg_per_h=np.full(24, 2.0))
    error = refused(park(*parts, main), study(HYDROGEN | {"electrolyser.capacity_kw": 300}), w)
    assert error.field == "buses.hydrogen"
    assert "8 760 kg a year" in error.expected


def test_a_demand_that_nothing_serves_is_named_before_anything_is_solved(caplog: pytest.LogCaptureFixture) -> None:
    sun = part(kind="pv", capacity_kwp=1, column="pv.yield_kw_per_kwp")
    site = park(mains(), sun, wants("electricity"), wants("heat"))
    error = refused(site, study({"pv.capacity_kwp": 1}), a_day(wanted_heat_kw=np.r_[np.full(23, 10.0), 12.0]))
    assert error.field == "buses.heat"
    assert "12 wanted at 2026-03-02 23:00" in str(error)
    assert not caplog.records


def test_a_solver_without_time_is_no_fault_of_the_study() -> None:
    from ems.problem import Answer
    from ems.problem import Limits as SolverLimits
    from ems.sizing.infeasible import explained
    from tests.toys import solver

    late = Answer("time_limit", None, np.inf, -np.inf, 9.0, message="Time limit reached")
    error = explained(hall(), study(SIZES), a_day(), solver(), late, SolverLimits(9))
    assert "Time limit reached" in str(error)
    assert "9 s" in str(error)


def test_what_a_component_cannot_do_by_itself_is_named() -> None:
    """100 kWh in an hour through a rate of 10 kW: neither grid nor sizes can help."""
    slots = [{"start": "08:00", "end": "09:00", "amount": 100}]
    fleet = part(kind="deferrable_demand", name="fleet", carrier="electricity", rate_limit=10, slots=slots)
    site = park(mains(), part(kind="pv", capacity_kwp=1, column="pv.yield_kw_per_kwp"), fleet)
    error = refused(site, study({"pv.capacity_kwp": 10}), a_day())
    assert "fleet" in error.remedy
