"""What a unit's own limits leave of a setpoint, and that the difference is told with its reason."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ems.operation.simulator import Park
from forecasting.errors import InputError
from models import Component
from tests import toys
from tests.toys import mains, part, wants

STACK: dict[str, Any] = {
    "kind": "electrolyser",
    "name": "stack",
    "capacity_kw": 500,
    "specific_kwh_per_kg": [[0.1, 50.0], [1.0, 50.0]],
    "min_load": 0.2,
}
FULL = {"stack": {"power_kw": 500.0, "on_modules": 1.0}}
OFF = {"stack": {"power_kw": 0.0, "on_modules": 0.0}}


def park(*parts: Component, state: Any = None, steps: int = 4, minutes: int = 60, **columns: Any) -> Park:
    return Park(toys.park(*parts), toys.table(columns, steps=steps, minutes=minutes), state)


def hydrogen(stack: dict[str, Any], **more: Any) -> Park:
    return park(mains(), part(**stack), toys.bottles(start_share=0.0), **more)


def ran(p: Park, *told: dict[str, dict[str, float]]) -> list[dict[str, dict[str, float]]]:
    found = [p.step(row) for row in told]
    assert p.audit() == []
    return found


def reasons(p: Park) -> list[tuple[str, str, float, float, str]]:
    table = p.deviations()
    columns = ("component", "quantity", "asked", "did", "why")
    return [tuple(row) for row in table.loc[table["component"] == "stack", list(columns)].itertuples(index=False)]


def test_a_start_takes_its_warm_up():
    p = hydrogen({**STACK, "cold_start_min": 60, "cold_start_kwh_per_kw": 0.1})
    first, second, third = ran(p, FULL, FULL, OFF)
    assert (first["stack"]["power_kw"], first["stack"]["warming_modules"], first["stack"]["auxiliary_kw"]) == (0, 1, 50)
    assert (second["stack"]["power_kw"], second["stack"]["hydrogen_kg_per_h"]) == (500, 10)
    assert (third["stack"]["power_kw"], third["stack"]["stopped_modules"]) == (0, 1)
    assert reasons(p) == [
        ("stack", "on_modules", 1, 0, "commitment"),
        ("stack", "power_kw", 500, 0, "commitment"),
    ]


def test_part_of_a_step_is_lost_to_a_warm_up_shorter_than_it():
    p = hydrogen({**STACK, "cold_start_min": 15})
    (first,) = ran(p, FULL)
    assert first["stack"]["power_kw"] == 375  # three quarters of the hour


def test_minimum_times_hold_against_setpoints():
    p = hydrogen({**STACK, "min_up_h": 2, "min_down_h": 2})
    found = ran(p, FULL, OFF, OFF, FULL)
    assert [step["stack"]["power_kw"] for step in found] == [500, 100, 0, 0]  # minimum load until it may stop
    assert [why for *_, why in reasons(p)] == ["commitment"] * 4


@pytest.mark.parametrize(("told", "did"), [(700.0, 500.0), (30.0, 100.0), (-40.0, 100.0)])
def test_loads_stay_between_minimum_and_rating(told: float, did: float):
    p = hydrogen(STACK)
    (found,) = ran(p, {"stack": {"power_kw": told, "on_modules": 1.0}})
    assert found["stack"]["power_kw"] == did
    assert reasons(p) == [("stack", "power_kw", told, did, "rating")]


def test_a_ramp_is_climbed_step_by_step():
    p = hydrogen({**STACK, "ramp_share_per_min": 0.02}, minutes=15)  # 150 kW in a quarter of an hour
    found = ran(p, FULL, FULL, FULL, FULL)
    assert [step["stack"]["power_kw"] for step in found] == pytest.approx([150, 300, 450, 500])
    assert {why for *_, why in reasons(p)} == {"ramp"}


def test_part_load_follows_the_data_sheet_and_not_its_hull():
    curve = [[0.2, 48.0], [0.5, 50.0], [1.0, 55.0]]
    p = hydrogen({**STACK, "specific_kwh_per_kg": curve})
    (found,) = ran(p, {"stack": {"power_kw": 375.0, "on_modules": 1.0}})
    at_half, at_full = 0.5 / 50, 1.0 / 55  # hydrogen per kW of rating
    assert found["stack"]["hydrogen_kg_per_h"] == pytest.approx(500 * (at_half + at_full) / 2)


def test_hot_standby_is_kept_where_it_is_told():
    p = hydrogen({**STACK, "standby_share": 0.02}, state={"stack": {"hot_modules": 1.0, "on_modules": 1.0}})
    waiting = {"stack": {"power_kw": 0.0, "on_modules": 0.0, "standby_modules": 1.0}}
    first, second = ran(p, waiting, FULL)
    assert (first["stack"]["standby_modules"], first["stack"]["auxiliary_kw"]) == (1, 10)
    assert (second["stack"]["power_kw"], second["stack"]["started_modules"]) == (500, 0)
    assert reasons(p) == []


def test_a_machine_does_not_start_where_no_one_takes_what_it_must_make():
    chiller = part(kind="electric_chiller", name="chiller", capacity_kw=100, cop=[[20, 4]], min_load=0.5, min_up_h=3)
    p = park(mains(), chiller, wants("cooling"), wanted_cooling_kw=[60.0, 60.0, 10.0, 10.0])
    on = {"chiller": {"cooling_kw": 60.0, "on_modules": 1.0}}
    ran(p, on, on, on, on)
    assert p.schedule().tables["chiller"]["on_modules"].sum() == 0
    assert p.deviations()["why"].iloc[0] == "no_taker"


def test_a_full_store_takes_no_more_and_an_empty_one_gives_none():
    battery = part(kind="battery", capacity_kwh=100, power_kw=80, end_short_cny_per_unit=1, end_surplus_cny_per_unit=0)
    p = park(mains(), battery, wants("electricity"), state={"battery": {"level_kwh": 70.0}}, wanted_electricity_kw=90)
    charge, discharge = ({"battery": {q: 90.0}} for q in ("charge_kw", "discharge_kw"))
    found = ran(p, charge, discharge, discharge)
    assert [step["battery"]["level_kwh"] for step in found] == pytest.approx([100, 20, 0])
    table = p.deviations()
    assert table["quantity"].tolist() == ["net"] * 3
    assert table["asked"].tolist() == [-90, 90, 90]
    assert table["did"].tolist() == pytest.approx([-30, 80, 20])
    assert set(table["why"]) == {"store"}


@pytest.mark.parametrize(
    ("told", "served"), [((0, 0, 0, 0), (0, 0, 5, 5)), ((9, 9, 9, 9), (5, 5, 0, 0)), ((3, 3, 3, 3), (3, 3, 3, 1))]
)
def test_a_slot_is_served_in_time_whatever_is_told(told: tuple[float, ...], served: tuple[float, ...]):
    slot = {"start": "00:00", "end": "04:00", "amount": 10}
    vans = part(kind="deferrable_demand", name="vans", carrier="hydrogen", rate_limit=5, slots=[slot])
    p = park(vans, toys.bottles())
    found = ran(p, *({"vans": {"served_kg_per_h": x}} for x in told))
    assert [step["vans"]["served_kg_per_h"] for step in found] == list(served)
    assert sum(step["vans"]["unserved_kg_per_h"] for step in found) == 0
    assert set(p.deviations()["why"]) == {"slot"}


@pytest.mark.parametrize("value", [math.nan, math.inf, None, "5", True])
def test_what_is_no_number_is_refused_before_anything_happens(value: Any):
    p = hydrogen(STACK)
    with pytest.raises(InputError, match=r"stack\.power_kw"):
        p.step({"stack": {"power_kw": value}})
    assert p.now == p.actual.index[0]


@pytest.mark.parametrize(
    ("told", "remedy"), [({"stak": {}}, "did you mean stack"), ({"stack": {"power": 1.0}}, "did you mean power_kw")]
)
def test_names_that_the_park_does_not_have_are_refused(told: Any, remedy: str):
    with pytest.raises(InputError, match=remedy):
        hydrogen(STACK).step(told)


def test_there_is_nothing_after_the_last_interval():
    p = hydrogen(STACK, steps=2)
    ran(p, OFF, OFF)
    assert p.over
    with pytest.raises(IndexError, match="end at"):
        p.step(OFF)


def test_inputs_with_gaps_are_refused():
    with pytest.raises(InputError, match="without gaps"):
        park(mains(), wants("electricity"), wanted_electricity_kw=[1.0, math.nan, 1.0, 1.0])
