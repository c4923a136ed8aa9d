"""Unit commitment of two generators over four hours, known answers of PyPSA.

Numbers: PyPSA v1.3.0 (0209b0ed), test/test_lopf_unit_commitment.py and test_stand_by_cost.py, licence MIT; reproduced
with an independent formulation.

How it maps: a generator is a gas boiler of efficiency 1 on a fuel bus of its own, whose price is the marginal cost; MW
are kW; the load is a heat demand so dear that it is always served. "On before" is `hot_modules` 1 in the state, a
stand-by cost, which PyPSA charges per hour committed, is `wear_cny_per_h`. Costs of shutting down have no counterpart.
"""

from typing import Any

import pytest

from tests.toys import Solved, clean, part, wants

COAL = {"capacity_kw": 10000, "min_load": 0.3}
GAS = {"capacity_kw": 1000, "min_load": 0.1}
ON, OFF = {"hot_modules": 1.0}, {"hot_modules": 0.0}


def run(load: list[float], a: dict[str, Any], b: dict[str, Any], **state: Any) -> Solved:
    parts = []
    for name, marginal, fields in (("coal", 20, a), ("gas", 70, b)):
        bus = f"fuel_{name}"
        price = {"price_cny_per_kwh": marginal, "intensity_kgco2e_per_kwh": 0}
        parts.append(part(kind="gas_supply", name=bus, capacity_kw=1e5, gas_bus=bus, **price))
        parts.append(part(kind="gas_boiler", name=name, efficiency=1.0, gas_bus=bus, **fields))
    return clean(*parts, wants("heat", unserved_cny_per_unit=1e4), state=state, wanted_heat_kw=load)


def test_basic():
    s = run([4000, 6000, 5000, 800], COAL, GAS, coal=ON, gas=ON)
    assert s["coal.heat_kw"] == [4000, 6000, 5000, 0]
    assert s["gas.heat_kw"] == [0, 0, 0, 800]
    assert s.answer.objective == pytest.approx(356000)


def test_start_up():
    coal = {"capacity_kw": 10000, "min_load": 0.1, "start_cny": 3000}
    gas = {"capacity_kw": 10000, "min_load": 0.0, "start_cny": 1000}
    s = run([4000, 6000, 5000, 800], coal, gas, coal=OFF, gas=ON)
    assert s.answer.objective == pytest.approx(359000)


def test_stand_by_cost():
    s = run([4000, 6000, 5000, 800], COAL, {**GAS, "wear_cny_per_h": 10}, coal=ON, gas=ON)
    assert s.answer.objective == pytest.approx(356010)


def test_minimum_up_time():
    s = run([4000, 800, 5000, 3000], COAL, {**GAS, "min_up_h": 3}, coal=ON, gas=OFF)
    assert s["coal.heat_kw"] == [3900, 0, 4900, 3000]
    assert s["gas.heat_kw"] == [100, 800, 100, 0]
    assert s.answer.objective == pytest.approx(306000)


def test_minimum_down_time():
    """Down for an hour when the window opens, two are needed."""
    down = {"hot_modules": 0.0, "stops": [[1.0, 1.0]]}
    s = run([3000, 800, 3000, 8000], {**COAL, "min_down_h": 2}, {**GAS, "capacity_kw": 4000}, coal=down, gas=ON)
    assert s["coal.heat_kw"] == [0, 0, 3000, 8000]
    assert s["gas.heat_kw"] == [3000, 800, 0, 0]
