"""Forced outages: drawn from a seed, felt when they happen and not before, lawful in every case."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.operation.simulator import Outage, Outages, Park, Reliability, drawn
from tests import toys
from tests.toys import mains, part, wants

STACK: dict[str, Any] = {
    "kind": "electrolyser",
    "name": "stack",
    "capacity_kw": 500,
    "modules": 2,
    "specific_kwh_per_kg": [[0.1, 50.0], [1.0, 50.0]],
    "min_load": 0.2,
}
FULL = {"stack": {"power_kw": 500.0, "on_modules": 2.0}}


def parked(stack: dict[str, Any], steps: int, *out: tuple[int, int], minutes: int = 60) -> Park:
    """A stack of which one module fails for each pair of first step and first step after the repair."""
    site = toys.park(mains(), part(**stack), toys.bottles(start_share=0.0))
    table = toys.table({}, steps=steps + 1, minutes=minutes)
    t = table.index
    return Park(site, table.iloc[:steps], {}, Outages(tuple(Outage("stack", t[a], t[b], 2.0) for a, b in out)))


def powers(p: Park, told: dict[str, dict[str, float]] = FULL) -> list[float]:
    while not p.over:
        p.step(told)
    assert p.audit() == []
    return [round(float(x), 6) for x in p.schedule().tables["stack"]["power_kw"]]


def test_a_module_is_out_from_its_failure_to_its_repair():
    p = parked(STACK, 6, (2, 4))
    assert powers(p) == [500, 500, 250, 250, 500, 500]
    table = p.deviations()
    assert table["why"].tolist() == ["out_of_service"] * 4  # load and modules in two intervals
    assert table["at"].nunique() == 2


def test_both_modules_may_be_out_at_once():
    assert powers(parked(STACK, 6, (1, 4), (2, 3))) == [500, 250, 0, 250, 500, 500]


def test_a_failure_ends_a_minimum_up_time_and_the_restart_keeps_the_minimum_down_time():
    p = parked({**STACK, "modules": 1, "min_up_h": 4, "min_down_h": 3}, 8, (1, 2))
    assert powers(p, {"stack": {"power_kw": 500.0, "on_modules": 1.0}}) == [500, 0, 0, 0, 500, 500, 500, 500]


def test_a_trip_from_full_load_is_no_broken_ramp():
    p = parked({**STACK, "modules": 1, "ramp_share_per_min": 0.02}, 8, (5, 6), minutes=15)
    assert powers(p, {"stack": {"power_kw": 500.0, "on_modules": 1.0}}) == [150, 300, 450, 500, 500, 0, 150, 300]


def test_a_module_that_warms_up_fails_when_it_is_warm():
    p = parked({**STACK, "modules": 1, "cold_start_min": 120}, 8, (1, 5))
    assert powers(p, {"stack": {"power_kw": 500.0, "on_modules": 1.0}}) == [0, 0, 0, 0, 0, 0, 0, 500]
    assert [o.start for o in p.begun] == [p.actual.index[2]]


def test_a_plan_sees_an_outage_only_once_it_has_happened():
    p = parked(STACK, 6, (2, 5))
    site = p.site
    seen = []
    while not p.over:
        known = p.seen(site).component("stack").outages
        seen.append([(o.start.hour, (pd.Timestamp(o.end) - p.now) / pd.Timedelta(hours=1)) for o in known])
        p.step(FULL)
    assert seen == [[], [], [], [(2, 2)], [(2, 2)], []]  # the mean time to repair is ahead as long as it lasts


def test_what_happens_before_an_outage_does_not_depend_on_it():
    with_it, without = parked(STACK, 6, (3, 5)), parked(STACK, 6)
    assert powers(with_it)[:3] == powers(without)[:3]


def test_draws_repeat_with_their_seed_and_machines_have_streams_of_their_own():
    index = pd.date_range("2026-01-01", periods=8760, freq="h", tz="Asia/Shanghai")
    alone = toys.park(mains(), part(**STACK), toys.bottles(start_share=0.0))
    more = toys.park(mains(), part(**{**STACK, "name": "another"}), part(**STACK), toys.bottles(start_share=0.0))
    first, again, other = drawn(alone, index, 1), drawn(alone, index, 1), drawn(alone, index, 2)
    assert first == again != other
    assert tuple(o for o in drawn(more, index, 1).of if o.component == "stack") == first.of


def test_availability_is_that_of_the_two_states():
    index = pd.date_range("2000-01-01", periods=24 * 365 * 20, freq="h", tz="Asia/Shanghai")
    r = Reliability(400.0, 40.0)
    site = toys.park(mains(), part(**STACK), toys.bottles(start_share=0.0))
    out = drawn(site, index, 3, {"stack": r}).of
    hours = sum((o.end - o.start) / pd.Timedelta(hours=1) for o in out)
    share = 1 - hours / (2 * len(index))  # two modules; whole steps make outages a little long
    assert share == pytest.approx(r.availability, abs=0.006)
    gaps = [(o.end - o.start) / pd.Timedelta(hours=1) for o in out]
    assert np.mean(gaps) == pytest.approx(r.mttr_h, rel=0.1)


def test_a_demand_is_served_by_another_machine_when_one_fails():
    one = {"kind": "gas_boiler", "capacity_kw": 100, "efficiency": 1.0, "min_load": 0.1}
    site = toys.park(
        part(**one, name="first"),
        part(**one, name="second"),
        wants("heat"),
        part(kind="gas_supply", name="gas", capacity_kw=1e3, price_cny_per_kwh=0.3, intensity_kgco2e_per_kwh=0.2),
    )
    table = toys.table({"wanted_heat_kw": 80.0}, steps=4)
    p = Park(site, table, {}, Outages((Outage("first", table.index[1], table.index[3], 2.0),)))
    told = {"first": {"heat_kw": 80.0, "on_modules": 1.0}, "second": {"heat_kw": 0.0, "on_modules": 0.0}}
    found = [p.step(told) for _ in range(4)]
    assert [step["second"]["heat_kw"] for step in found] == [0, 80, 80, 0]
    assert p.audit() == []
    assert "recommitted" in set(p.deviations()["why"])
