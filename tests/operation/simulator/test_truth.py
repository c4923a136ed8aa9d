"""A park that differs from its data sheets is judged by what it really is; meters that err say so."""

from __future__ import annotations

import numpy as np
import pytest

from ems.audit import audit
from ems.operation.simulator import Deviation, Park, metered
from forecasting.errors import InputError
from tests import toys
from tests.toys import mains, outlet, part, wants

STACK = part(
    kind="electrolyser", name="stack", capacity_kw=500, specific_kwh_per_kg=[[0.1, 50.0], [1.0, 50.0]], min_load=0.1
)
ROOF = part(kind="pv", name="roof", capacity_kwp=100, column="sun")
TANK = part(
    kind="hydrogen_tank",
    name="tank",
    capacity_kg=100,
    rate_kg_per_h=100,
    end_short_cny_per_unit=60,
    end_surplus_cny_per_unit=0,
)
SITE = toys.park(mains(), STACK, ROOF, TANK, outlet("hydrogen"), wants("electricity"))
TABLE = toys.table({"sun": 0.5, "wanted_electricity_kw": 100.0}, steps=3)
WORN = Deviation("stack", "specific_kwh_per_kg", 1.1, "stack after 40 000 h")
SOILED = Deviation("roof", "capacity_kwp", 0.9, "dust")
TOLD = {"stack": {"power_kw": 275.0, "on_modules": 1.0}, "roof": {"power_kw": 50.0, "curtailed_kw": 0.0}}


def test_a_worn_stack_makes_less_and_dust_takes_sun():
    p = Park(SITE, TABLE, truth=[WORN, SOILED])
    found = p.step(TOLD)
    assert found["stack"]["hydrogen_kg_per_h"] == pytest.approx(275 / 55)
    assert found["roof"]["power_kw"] == pytest.approx(45)
    assert p.audit() == []
    assert {v.law for v in audit(SITE, p.window(), p.schedule())} == {
        "part-load curve",
        "power and curtailment make the sun",
    }


def test_deviations_of_one_parameter_multiply():
    p = Park(SITE, TABLE, truth=[SOILED, SOILED])
    assert p.site.component("roof").capacity_kwp == pytest.approx(81)


@pytest.mark.parametrize(
    "deviation",
    [
        Deviation("stak", "capacity_kw", 0.9, ""),
        Deviation("stack", "capacity", 0.9, ""),
        Deviation("stack", "hydrogen_bus", 0.9, ""),
        Deviation("stack", "specific_kwh_per_kg", 0.5, "below the heating value"),
    ],
)
def test_deviations_that_no_park_can_have_are_refused(deviation: Deviation):
    with pytest.raises(InputError, match="deviations"):
        Park(SITE, TABLE, truth=[deviation])


def test_a_state_that_no_park_can_be_in_is_refused():
    with pytest.raises(InputError, match="level_kg"):
        Park(SITE, TABLE, {"tank": {"level_kg": 120.0}})


def test_level_meters_err_as_assumed_and_the_same_way_whoever_asks():
    p = Park(SITE, TABLE, {"tank": {"level_kg": 50.0}})
    p.step(TOLD)
    level = p.state()["tank"]["level_kg"]
    read = np.array([metered(SITE, p.now, p.state(), 0.02, seed)["tank"]["level_kg"] for seed in range(400)])
    assert read.mean() == pytest.approx(level, abs=0.4)
    assert read.std() == pytest.approx(2.0, rel=0.15)  # 2 % of 100 kg
    assert metered(SITE, p.now, p.state(), 0.0, 0) == p.state()
    assert metered(SITE, p.now, p.state(), 0.02, 5) == metered(SITE, p.now, p.state(), 0.02, 5)
    full = {"tank": {"level_kg": 100.0}}
    assert max(metered(SITE, p.now, full, 0.02, seed)["tank"]["level_kg"] for seed in range(9)) == 100


def test_the_state_is_that_which_the_tables_end_with():
    p = Park(SITE, TABLE, {"tank": {"level_kg": 50.0}})
    for _ in range(2):
        p.step(TOLD)
        assert p.state() == p.schedule().state_end(p.site, p.window())
