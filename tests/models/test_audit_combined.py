"""Falsehoods that take two figures at once: what flows in a circle, and work done before its time."""

import numpy as np

from ems.audit import audit
from tests.bending import replaced
from tests.toys import Solved, clean, mains, part, wants


def moved(s: Solved, name: str, step: int, **by: float) -> list[str]:
    """Laws broken once several series of a component are changed at one step."""
    schedule = s.schedule
    for quantity, more in by.items():
        values = schedule.tables[name][quantity].to_numpy(float).copy()
        values[step] += more
        schedule = replaced(schedule, name, quantity, values)
    return [v.law for v in audit(s.site, s.w, schedule)]


def test_circle_through_a_lossless_store():
    """5 kg/h in and out of a tank change no level and no bus."""
    tank = part(
        kind="hydrogen_tank",
        name="tank",
        capacity_kg=20,
        rate_kg_per_h=30,
        end_short_cny_per_unit=0,
        end_surplus_cny_per_unit=0,
    )
    s = clean(tank, wants("hydrogen"), wanted_hydrogen_kg_per_h=[2.0, 2.0])
    assert moved(s, "tank", 0, charge_kg_per_h=5.0, discharge_kg_per_h=5.0) == ["charging and discharging at once"]


def test_circle_through_the_meter():
    s = clean(mains(export_limit_kw=500), wants("electricity"), wanted_electricity_kw=[300.0, 100.0])
    assert moved(s, "mains", 1, import_kw=50.0, export_kw=50.0) == ["import and export at once"]


def test_shortened_warm_up():
    """A module in its third quarter of an hour of warming up is said to wait, ready for work."""
    ely = part(
        kind="electrolyser",
        name="ely",
        capacity_kw=1000,
        specific_kwh_per_kg=[[0.1, 50.0], [1.0, 50.0]],
        cold_start_min=45,
        standby_share=0.0,
    )
    s = clean(mains(), ely, wants("hydrogen"), minutes=15, wanted_hydrogen_kg_per_h=[10.0] * 5)
    assert moved(s, "ely", 2, warming_modules=-1.0, standby_modules=1.0) == ["warm-up time"]


def test_standby_told_as_work():
    """A module that waits is said to run at nothing: below its minimum load."""
    ely = part(
        kind="electrolyser",
        name="ely",
        capacity_kw=1000,
        specific_kwh_per_kg=[[0.1, 50.0], [1.0, 50.0]],
        min_load=0.1,
        standby_share=0.0,
        start_cny=100,
    )
    s = clean(mains(), ely, wants("hydrogen"), wanted_hydrogen_kg_per_h=[10.0, 0.0, 10.0])
    assert s["ely.standby_modules"] == [0, 1, 0]
    assert "below minimum load" in moved(s, "ely", 1, standby_modules=-1.0, on_modules=1.0)


def test_hydrogen_out_of_nothing():
    """Product and use raised alike pass the bus but not the curve."""
    ely = part(kind="electrolyser", name="ely", capacity_kw=1000, specific_kwh_per_kg=[[0.1, 50.0], [1.0, 50.0]])
    tank = part(
        kind="hydrogen_tank",
        name="tank",
        capacity_kg=50,
        rate_kg_per_h=30,
        end_short_cny_per_unit=0,
        end_surplus_cny_per_unit=0,
    )
    s = clean(mains(), ely, tank, wants("hydrogen"), wanted_hydrogen_kg_per_h=[28.0, 28.0])
    busy = int(np.argmax(s["ely.power_kw"]))
    schedule = s.schedule
    for name, quantity in (("ely", "hydrogen_kg_per_h"), ("tank", "charge_kg_per_h")):
        values = schedule.tables[name][quantity].to_numpy(float).copy()
        values[busy] += 1.0
        schedule = replaced(schedule, name, quantity, values)
    assert "part-load curve" in [v.law for v in audit(s.site, s.w, schedule)]
