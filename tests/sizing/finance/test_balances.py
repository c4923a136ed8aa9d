"""Balances by month, use of devices and key figures: nothing is lost between the tables and the document."""

import json

import numpy as np
import pandas as pd
import pytest

from ems.schedule import Schedule
from ems.sizing.balances import buses, devices
from ems.sizing.key_figures import key_figures
from models import Chronology, Window
from tests import surroundings, toys
from tests.sizing.finance.studies import designed, hours, hydrogen_park, study, year


def sums(told: dict, way: str) -> np.ndarray:
    return np.sum(list(told[way].values()), axis=0)


@pytest.mark.parametrize("case", list(surroundings.CASES))
def test_on_every_bus_what_flows_in_flows_out(case):
    s = surroundings.solved(surroundings.CASES[case])
    for told in buses(s.site, s.w, s.schedule).values():
        assert sums(told, "in") == pytest.approx(sums(told, "out"), rel=1e-6, abs=1e-3)
    assert set(devices(s.site, s.w, s.schedule)) >= {"mains"} & {c.name for c in s.site.components}


def test_a_year_of_two_months():
    """Half of the year lies in May, half in June: each month has its day's energy 182.5 times."""
    found, told = designed(hydrogen_park(export_limit_kw=500), study(), year())
    assert told["months"] == [5, 6]
    for bus in told["buses"].values():
        assert sums(bus, "in") == pytest.approx(sums(bus, "out"), rel=1e-6)
    day = found.schedule.tables["mains"]["import_kw"].to_numpy().reshape(2, 24).sum(axis=1)
    assert told["buses"]["electricity"]["in"]["mains.import_kw"] == pytest.approx((182.5 * day).tolist())
    assert told["kpis"]["grid_import_kwh"] == pytest.approx(182.5 * day.sum())
    assert told["kpis"]["electricity_used_kwh"] == pytest.approx(365 * 24 * 200)
    assert told["kpis"]["hydrogen_used_kg"] == pytest.approx(365 * 30)
    json.dumps(told, allow_nan=False)


def test_typical_days_fall_into_the_months_that_they_stand_for():
    """Day A occurs 3 times in January and once in March, day B twice in March."""
    order, month = (0, 0, 0, 1, 0, 1), (1, 1, 1, 3, 3, 3)
    w = Window(hours(), period_weights=(4.0, 2.0), design=True, chronology=Chronology(order, month))
    load = hours()["wanted_electricity_kw"].to_numpy(copy=True)
    load[24:] *= 2
    site = toys.park(toys.mains(), toys.wants("electricity"))
    flow = pd.DataFrame({"import_kw": load, "peak_kw": load}, index=w.inputs.index)
    users = pd.DataFrame({"served_kw": load, "unserved_kw": 0.0}, index=w.inputs.index)
    told = buses(site, w, Schedule({"mains": flow, "users_electricity": users}))["electricity"]
    a, b = load[:24].sum(), load[24:].sum()
    assert told["in"]["mains.import_kw"] == pytest.approx([3 * a, a + 2 * b])
    assert told["unit"] == "kWh"
    figures = key_figures(site, w, Schedule({"mains": flow, "users_electricity": users}))
    assert figures["grid_import_kwh"] == pytest.approx(4 * a + 2 * b)
    assert figures["grid_peaks_kw"] == {"1": pytest.approx(load[:24].max()), "3": pytest.approx(load.max())}
    assert figures["emissions_t"] == pytest.approx(0.6 * (4 * a + 2 * b) / 1000)


def by_hand() -> tuple:
    """Four hours, 2190 times: sun 100, 100, 0, 0 kW of 200 kWp; the rest bought at 0.5 kgCO2e/kWh."""
    hours_ = {
        "sun_share": [0.6, 0.5, 0.0, 0.0],
        "import_cny_per_kwh": 1.0,
        "grid_kgco2e_per_kwh": 0.5,
        "wanted_hydrogen_kg_per_h": 1.0,
        "wanted_electricity_kw": [60.0, 60, 20, 20],
    }
    site = toys.park(
        toys.part(kind="pv", capacity_kwp=200, column="sun_share"),
        toys.mains(connection_kw=200),
        toys.part(kind="electrolyser", capacity_kw=100, specific_kwh_per_kg=[[0.1, 50], [1, 50]]),
        toys.part(kind="battery", capacity_kwh=80, power_kw=40, end_short_cny_per_unit=1, end_surplus_cny_per_unit=0),
        toys.wants("electricity"),
        toys.wants("hydrogen"),
    )
    w = Window(toys.table(hours_), period_weights=(2190.0,), design=True)
    tables = {
        "pv": {"power_kw": [110.0, 100, 0, 0], "curtailed_kw": [10.0, 0, 0, 0]},
        "mains": {"import_kw": [20.0, 10, 70, 50], "peak_kw": 70.0},
        "electrolyser": {
            "power_kw": 50.0,
            "hydrogen_kg_per_h": 1.0,
            "on_modules": 1.0,
            "started_modules": [0.0, 0, 1, 0],
            "stopped_modules": 0.0,
        },
        "battery": {"charge_kw": [20.0, 0, 0, 0], "discharge_kw": [0.0, 0, 0, 20], "level_kwh": [50.0, 50, 50, 30]},
        "users_electricity": {"served_kw": [60.0, 60, 20, 20], "unserved_kw": 0.0},
        "users_hydrogen": {"served_kg_per_h": 1.0, "unserved_kg_per_h": 0.0},
    }
    made = {name: pd.DataFrame(columns, index=w.inputs.index) for name, columns in tables.items()}
    return site, w, Schedule(made)


def test_key_figures_by_hand():
    """Own 210 kWh, bought 150 a day of four hours; hydrogen 4 kg of 200 kWh.

    Sun covers the electrolyser in the first two hours; in the others its 50 kW are the grid's: 2 x 50 x 0.5 = 50 kg.
    """
    figures = key_figures(*by_hand())
    assert figures["pv_kwh"] == pytest.approx(210 * 2190)
    assert figures["pv_curtailed_share"] == pytest.approx(10 / 220)
    assert figures["renewable_share"] == pytest.approx(210 / 360)
    assert figures["grid_peak_kw"] == 70
    assert figures["emissions_t"] == pytest.approx(150 * 0.5 * 2.190)
    assert figures["hydrogen_made_kg"] == pytest.approx(4 * 2190)
    assert figures["hydrogen_kwh_per_kg"] == pytest.approx(50)
    assert figures["hydrogen_kgco2e_per_kg"] == pytest.approx(50 / 4)
    assert figures["grid_export_kwh"] == 0


def test_use_of_devices_by_hand():
    """8760 h: the sun's 210 kWh a day of 200 kWp are 1.05 h of 4; the battery gives 20 kWh at 40 kW: half an hour."""
    found = devices(*by_hand())
    assert found["pv"]["full_load_hours"] == pytest.approx(210 / 200 * 2190)
    assert found["pv"]["unit"] == "kWp"
    assert found["pv"]["utilisation"] == pytest.approx(210 / 200 / 4)
    assert found["electrolyser"]["full_load_hours"] == pytest.approx(4 * 0.5 * 2190)
    assert found["electrolyser"]["starts"] == pytest.approx(2190)
    assert found["electrolyser"]["made"] == {"hydrogen_kg_per_h": pytest.approx(4 * 2190)}
    battery = found["battery"]
    assert (battery["capacity"], battery["unit"], battery["peak"]) == (80, "kWh", 50)
    assert battery["full_load_hours"] == pytest.approx(0.5 * 2190)
    assert (found["mains"]["peak"], found["mains"]["unit"]) == (70, "kW")
    assert "users_electricity" not in found


def test_figures_that_have_no_meaning_are_none():
    site = toys.park(toys.mains(), toys.wants("electricity"))
    w = Window(toys.table({"wanted_electricity_kw": [0.0, 0.0]}), period_weights=(1.0,), design=True)
    none = pd.DataFrame({"import_kw": 0.0, "peak_kw": 0.0, "served_kw": 0.0, "unserved_kw": 0.0}, index=w.inputs.index)
    figures = key_figures(site, w, Schedule({"mains": none, "users_electricity": none}))
    empty = {name for name, value in figures.items() if value is None}
    assert empty == {"pv_curtailed_share", "renewable_share", "hydrogen_kwh_per_kg", "hydrogen_kgco2e_per_kg"}
