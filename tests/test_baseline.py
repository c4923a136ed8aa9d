"""Operation by rules obeys the laws of the optimiser, always answers, and does what a careful operator does."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ems.audit import audit
from ems.baseline import rule_based
from ems.inputs import make_inputs
from ems.schedule import Schedule
from ems.site import Site
from ems.site_file import read_site
from models import CATALOGUE, Store, Window
from models.commitment import Machine

WINTER, SPRING, SPRING_SUNDAY = date(2026, 1, 14), date(2026, 4, 15), date(2026, 4, 19)
SUMMER, HOLIDAY, AUTUMN = date(2026, 7, 15), date(2026, 10, 2), date(2026, 11, 5)
DAYS = (WINTER, SPRING, SPRING_SUNDAY, SUMMER, HOLIDAY, AUTUMN)
QINGDAO = read_site("qingdao")
MACHINES = [c for c in QINGDAO.site.components if isinstance(c, Machine)]


@cache
def table(day: date, step_minutes: int = 15) -> pd.DataFrame:
    return make_inputs(QINGDAO, day, weather="climatology", step_minutes=step_minutes).table


def window(day: date, step_minutes: int = 15, state: dict[str, Any] | None = None) -> Window:
    return Window(table(day, step_minutes), state or {})


def unserved(site: Site, w: Window, s: Schedule, carrier: str = "") -> float:
    """Demand left unserved [kWh or kg], of one carrier or of all."""
    parts = [c for c in site.components if c.kind in ("demand", "deferrable_demand")]
    return sum(
        float(s.tables[c.name][f"unserved_{c.unit}"].sum() * w.step_h) for c in parts if carrier in ("", c.carrier)
    )


def missing(site: Site, w: Window, s: Schedule) -> dict[str, float]:
    """Stock below the end target by store."""
    stores = [c for c in site.components if hasattr(c, "stock_missing")]
    return {c.name: x for c in stores if (x := c.stock_missing(s.tables[c.name], w)) > 1e-3}


# ---- the Qingdao park ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "step"), [*((d, 15) for d in DAYS), *((d, 60) for d in DAYS), (SUMMER, 5), (WINTER, 30)]
)
def test_a_day_is_clean_serves_everyone_and_ends_at_its_targets(day: date, step: int) -> None:
    w = window(day, step)
    s = rule_based(QINGDAO.site, w)
    assert audit(QINGDAO.site, w, s) == []
    assert unserved(QINGDAO.site, w, s) == pytest.approx(0, abs=1e-6)
    assert missing(QINGDAO.site, w, s) == {}


STORES = [c for c in QINGDAO.site.components if isinstance(c, Store)]
EDGES: dict[str, dict[str, Any]] = {
    "full": {c.name: {key: high for key, (_, high, _) in c.state_bounds().items()} for c in STORES},
    "empty": {c.name: {key: low for key, (low, _, _) in c.state_bounds().items()} for c in STORES},
    "full tank, electrolysers just started": {
        "tank": {"level_kg": 800.0},
        "alkaline": {"hot_modules": 2, "on_modules": 0, "load_kw": 0.0, "starts": [[0.25, 2]]},
        "pem": {"hot_modules": 1, "on_modules": 1, "starts": [[0.25, 1]]},
    },
    "everything hot": {c.name: {"hot_modules": c.modules} for c in MACHINES},
    "at full power": {
        "alkaline": {"hot_modules": 2, "on_modules": 2, "load_kw": 2000.0},
        "pem": {"hot_modules": 1, "on_modules": 1},
        "fuel_cell": {"hot_modules": 2, "starts": [[0.5, 2]]},
    },
    "just stopped": {
        "alkaline": {"hot_modules": 0, "stops": [[0.25, 2]]},
        "chillers": {"hot_modules": 1, "stops": [[0.25, 2]]},
    },
    "fuelling under way, month's peak high": {"refuelling": {"served_in_slot": 30.0}, "grid": {"peak_kw": 5500.0}},
}


@pytest.mark.parametrize("step", [15, 60])
@pytest.mark.parametrize("day", [WINTER, SUMMER, HOLIDAY])
@pytest.mark.parametrize("edge", EDGES)
def test_states_at_the_edges_are_clean(edge: str, day: date, step: int) -> None:
    w = window(day, step, EDGES[edge])
    s = rule_based(QINGDAO.site, w)
    assert audit(QINGDAO.site, w, s) == []
    assert unserved(QINGDAO.site, w, s, "electricity") == pytest.approx(0, abs=1e-6)
    assert missing(QINGDAO.site, w, s) == {}


@pytest.mark.parametrize("hours", [None, ("10:00", "13:00")])
@pytest.mark.parametrize("machine", [c.name for c in MACHINES])
def test_an_outage_of_each_machine_is_clean(machine: str, hours: tuple[str, str] | None) -> None:
    outage = {"start": f"{SUMMER}T{hours[0]}+08:00", "end": f"{SUMMER}T{hours[1]}+08:00"} if hours else {}
    site = QINGDAO.site.with_components(**{machine: {"outages": [outage]}})
    for day in (SUMMER, WINTER):
        w = window(day)
        s = rule_based(site, w)
        assert audit(site, w, s) == []
        assert unserved(site, w, s, "electricity") == pytest.approx(0, abs=1e-6)


def test_a_weak_connection_leaves_demand_unserved_and_says_so() -> None:
    site = QINGDAO.site.with_components(grid={"connection_kw": 300, "contract_kw": 200})
    for day in (WINTER, SUMMER):
        w = window(day)
        s = rule_based(site, w)
        assert audit(site, w, s) == []
        assert unserved(site, w, s) > 100
        assert s.tables["grid"]["import_kw"].max() <= 300 + 1e-6
        assert s.tables["grid"]["over_contract_kw"].max() == pytest.approx(100)
        assert s.tables["fuel_cell"]["power_kw"].max() > 0  # reserves are used before anyone goes without


@pytest.mark.parametrize("step", [15, 30])
def test_a_fuel_cell_is_not_started_on_hydrogen_that_runs_out_before_it_may_stop(step: int) -> None:
    site = QINGDAO.site.with_components(grid={"connection_kw": 50, "contract_kw": 40})
    for day in (AUTUMN, SUMMER):
        w = window(day, step, {"tank": {"level_kg": 44.0}, "battery": {"level_kwh": 600.0}})
        assert audit(site, w, rule_based(site, w)) == []


def test_a_hydrogen_demand_that_no_machine_can_meet_is_reported() -> None:
    inputs = table(SPRING).assign(**{"production.hydrogen_kg_per_h": 150.0})
    w = Window(inputs)
    s = rule_based(QINGDAO.site, w)
    assert audit(QINGDAO.site, w, s) == []
    assert unserved(QINGDAO.site, w, s, "hydrogen") > 1000
    assert unserved(QINGDAO.site, w, s, "electricity") == pytest.approx(0, abs=1e-6)


def test_days_follow_one_another_from_what_the_last_reported() -> None:
    state: dict[str, Any] = {}
    for day in (date(2026, 4, 17), date(2026, 4, 18), date(2026, 4, 19)):
        w = window(day, state=state)
        s = rule_based(QINGDAO.site, w)
        assert audit(QINGDAO.site, w, s) == []
        state = s.state_end(QINGDAO.site, w)


def test_a_few_hours_from_the_middle_of_a_day_are_clean() -> None:
    whole = window(SUMMER)
    first = rule_based(QINGDAO.site, Window(whole.inputs.iloc[:34]))
    state = first.state_end(QINGDAO.site, Window(whole.inputs.iloc[:34]))
    w = Window(whole.inputs.iloc[34:51], state)
    assert audit(QINGDAO.site, w, rule_based(QINGDAO.site, w)) == []


# ---- what a careful operator does ------------------------------------------------------------------------------


def test_prices_do_not_matter() -> None:
    plain = rule_based(QINGDAO.site, window(SPRING))
    turned = table(SPRING).assign(import_cny_per_kwh=table(SPRING)["import_cny_per_kwh"].to_numpy()[::-1])
    pd.testing.assert_frame_equal(plain.frame(), rule_based(QINGDAO.site, Window(turned)).frame())


@pytest.mark.parametrize("day", DAYS)
def test_reserves_stay_untouched_and_sun_is_not_wasted_while_power_is_bought(day: date) -> None:
    s = rule_based(QINGDAO.site, window(day))
    assert (s.tables["fuel_cell"]["on_modules"] == 0).all()
    battery = next(c for c in STORES if c.name == "battery")
    assert s.tables["battery"]["level_kwh"].min() >= battery.end_level(window(day)) - 0.1  # but for a step's loss
    curtailed = sum(t["curtailed_kw"] for t in s.tables.values() if "curtailed_kw" in t)
    assert (np.minimum(curtailed, s.tables["grid"]["import_kw"]) < 1e-3).all()
    assert (np.minimum(curtailed, s.tables["battery"]["discharge_kw"]) < 1e-3).all()
    assert (s.tables["hydrogen_vent"]["lost_kg_per_h"] < 1e-6).all()


def test_knows_no_optimiser() -> None:
    code = (
        "import sys; from datetime import date; from ems.baseline import rule_based\n"
        "from ems.inputs import make_inputs; from ems.site_file import read_site; f = read_site('qingdao')\n"
        "rule_based(f.site, make_inputs(f, date(2026, 1, 14), weather='climatology', step_minutes=60).window())\n"
        "assert not {'pyomo.environ', 'highspy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- toy parks -------------------------------------------------------------------------------------------------

BUSES = {
    "electricity": "electricity",
    "heat": "heat",
    "heat_65c": "heat",
    "cooling": "cooling",
    "hydrogen": "hydrogen",
    "hydrogen_stored": "hydrogen",
    "water": "water",
    "gas": "gas",
}
NEED = {"electricity": 200.0, "heat": 120.0, "cooling": 100.0, "hydrogen": 2.0, "water": 30.0}


def park(*components: dict[str, Any]) -> Site:
    sells = any(c["kind"] == "grid" and c.get("export_limit_kw") for c in components)
    export = {"export": {"mode": "fixed", "price_cny_per_kwh": 0.3}} if sells else {}
    return Site.model_validate(
        {
            "name": "toy",
            "title": {"zh": "示例", "en": "toy"},
            "place": {"latitude": 35, "longitude": 119, "altitude_m": 0, "timezone": "Asia/Shanghai", "country": "CN"},
            "tariff": {"file": "none", "voltage": "none", **export},
            "carbon": {"factors": "none", "grid": "none", "price_cny_per_t": 70},
            "buses": BUSES,
            "components": components,
        }
    )


def toy_inputs(steps: int = 96, minutes: int = 15, columns: dict[str, Any] | None = None) -> pd.DataFrame:
    index = pd.date_range("2026-03-02", periods=steps, freq=f"{minutes}min", tz="Asia/Shanghai")
    hour = index.hour.to_numpy() + index.minute.to_numpy() / 60
    wave = 0.7 + 0.3 * np.sin((hour - 9) / 12 * np.pi)
    base = {
        "temperature_c": 10 + 5 * np.sin((hour - 9) / 12 * np.pi),
        "sun.yield_kw_per_kwp": np.clip(np.sin((hour - 6) / 12 * np.pi), 0, None),
        "import_cny_per_kwh": 0.6,
        "export_cny_per_kwh": 0.3,
        "grid_kgco2e_per_kwh": 0.6,
        **{f"{carrier}.need": level * wave for carrier, level in NEED.items()},
    }
    return pd.DataFrame({**base, **(columns or {})}, index=index)


def load(carrier: str, **more: Any) -> dict[str, Any]:
    return {"kind": "demand", "name": f"{carrier}_load", "carrier": carrier, "column": f"{carrier}.need", **more}


GRID = {"kind": "grid", "name": "grid", "connection_kw": 3000}
SUN = {"kind": "pv", "name": "roof", "capacity_kwp": 800, "column": "sun.yield_kw_per_kwp"}
GAS = {
    "kind": "gas_supply",
    "name": "main",
    "capacity_kw": 5000,
    "price_cny_per_kwh": 0.35,
    "intensity_kgco2e_per_kwh": 0.2,
}
WATER = {"kind": "water_supply", "name": "tap", "capacity_kg_per_h": 2000, "price_cny_per_kg": 0.01}
VENT = {
    "kind": "spill",
    "name": "flare",
    "carrier": "hydrogen",
    "bus": "hydrogen",
    "limit": 100,
    "price_cny_per_unit": 10,
}
FIXED_FIELDS: dict[str, dict[str, Any]] = {
    "pv": {"column": "sun.yield_kw_per_kwp"},
    "transfer": {"from_bus": "heat_65c", "to_bus": "heat"},
    "grid": {"export_limit_kw": 0},
}


def example(kind: str) -> dict[str, Any]:
    cls = next(c for c in CATALOGUE if c.model_fields["kind"].default == kind)
    fields = {"demand": {"column": "electricity.need"}, **FIXED_FIELDS}.get(kind, {})
    return {**cls.example, "name": f"the_{kind}", **fields}


@pytest.mark.parametrize("minutes", [5, 15, 60])
@pytest.mark.parametrize("kind", [c.model_fields["kind"].default for c in CATALOGUE])
def test_every_technology_alone_beside_grid_and_demands(kind: str, minutes: int) -> None:
    beside = [load(carrier) for carrier in NEED] + [{**GRID, "name": "wire"}, GAS, WATER, VENT]
    site = park(*beside, example(kind))
    w = Window(toy_inputs(60, minutes))
    s = rule_based(site, w)
    assert audit(site, w, s) == []
    assert unserved(site, w, s, "electricity") == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("minutes", [10, 60])
def test_all_technologies_together(minutes: int) -> None:
    site = park(*(load(c) for c in NEED), *(example(c.model_fields["kind"].default) for c in CATALOGUE))
    w = Window(toy_inputs(96, minutes))
    s = rule_based(site, w)
    assert audit(site, w, s) == []
    assert unserved(site, w, s) == pytest.approx(0, abs=1e-6)


def test_a_single_step_is_enough() -> None:
    site = park(GRID, SUN, load("electricity"), example("battery"))
    w = Window(toy_inputs(1), step_minutes=15)
    assert audit(site, w, rule_based(site, w)) == []


def test_sizes_left_to_the_optimiser_are_refused() -> None:
    free = {**SUN, "capacity_kwp": {"max": 500, "annual_cost_cny": 200}}
    with pytest.raises(ValueError, match="fixed sizes"):
        rule_based(park(GRID, free, load("electricity")), Window(toy_inputs()))


def test_battery_by_hand() -> None:
    """400 kW of sun, 300 kW of load: 100 kW are charged at 0.95; without sun what lies above the target is used."""
    battery = {**example("battery"), "standing_loss_per_h": 0, "start_share": 0.5, "end_target_share": 0.5}
    inputs = toy_inputs(3, columns={"sun.yield_kw_per_kwp": [0.5, 0.0, 0.0], "electricity.need": 300.0})
    s = rule_based(park(GRID, SUN, load("electricity"), battery), Window(inputs))
    stored = 0.25 * 0.95 * 100  # kWh above the 400 kWh of the target
    given = stored * 0.95 / 0.25  # kW for one step
    assert s.tables["the_battery"]["level_kwh"].tolist() == pytest.approx([400 + stored, 400, 400])
    assert s.tables["the_battery"]["discharge_kw"].tolist() == pytest.approx([0, given, 0])
    assert s.tables["grid"]["import_kw"].tolist() == pytest.approx([0, 300 - given, 300])


def test_electrolyser_by_hand() -> None:
    """Two hours, 9 kg to be made: 4.5 kg/h are half of the rated 9 kg/h; at 55 kWh/kg that takes 247.5 kW."""
    maker = {
        "kind": "electrolyser",
        "name": "maker",
        "capacity_kw": 495,
        "specific_kwh_per_kg": [[0.1, 55.0], [1.0, 55.0]],
        "heat_recoverable": 0.5,
        "heat_bus": "heat",
    }
    tank = {**example("hydrogen_tank"), "start_share": 0.5, "end_target_share": 0.65}  # 60 kg: 9 kg short of the target
    inputs = toy_inputs(2, 60, columns={"heat.need": 100.0})
    s = rule_based(park(GRID, maker, tank, load("heat"), example("electric_boiler")), Window(inputs))
    assert s.tables["maker"]["power_kw"].tolist() == pytest.approx([247.5, 247.5])
    assert s.tables["the_hydrogen_tank"]["level_kg"].tolist() == pytest.approx([34.5, 39.0])
    recovered = 0.5 * (247.5 - 39.41 * 4.5)  # kW, all of it used before the boiler
    assert s.tables["maker"]["heat_kw"].tolist() == pytest.approx([recovered] * 2)
    assert s.tables["the_electric_boiler"]["heat_kw"].tolist() == pytest.approx([100 - recovered] * 2)


def test_warm_up_standby_and_minimum_times_by_hand() -> None:
    """30 min of warm-up at 0.2 kWh/kW, then work; when the tank is full the machine waits in standby at 3 %."""
    maker = {
        "kind": "electrolyser",
        "name": "maker",
        "capacity_kw": 500,
        "specific_kwh_per_kg": [[0.1, 50.0], [1.0, 50.0]],
        "cold_start_min": 30,
        "cold_start_kwh_per_kw": 0.2,
        "standby_share": 0.03,
    }
    tank = {**example("hydrogen_tank"), "start_share": 0.5, "end_target_share": 0.5}
    use = np.array([20.0, 0, 0, 0, 0, 0])  # kg/h for one step: 5 kg to be made again
    inputs = toy_inputs(6, columns={"hydrogen.need": use})
    s = rule_based(park(GRID, maker, tank, load("hydrogen")), Window(inputs)).tables["maker"]
    assert s["warming_modules"].tolist() == [1, 1, 0, 0, 0, 0]
    assert s["on_modules"].tolist() == [0, 0, 1, 1, 1, 1]
    assert s["auxiliary_kw"].tolist() == pytest.approx([200, 200, 0, 0, 0, 0])  # 0.2 kWh/kW over half an hour
    assert (s["hydrogen_kg_per_h"].sum() * 0.25) == pytest.approx(5)


def test_gas_engine_runs_on_free_mine_gas_and_rests_on_dear_gas() -> None:
    engine = {**example("gas_engine"), "capacity_kw": 60}
    for price, share in ((0.05, 1.0), (0.5, 0.0)):
        site = park(
            GRID,
            engine,
            {**GAS, "price_cny_per_kwh": price},
            load("electricity"),
            load("heat"),
            example("electric_boiler"),
        )
        w = Window(toy_inputs())
        s = rule_based(site, w)
        assert audit(site, w, s) == []
        assert s.tables["the_gas_engine"]["power_kw"].to_numpy() == pytest.approx(60 * share)


def test_heat_comes_from_waste_first_then_heat_pump_then_boiler() -> None:
    pump = {**example("heat_pump"), "capacity_kw": 40, "capacity_factor": [[0, 1.0]]}
    waste = {**example("waste_heat"), "capacity_kw": 60}
    site = park(GRID, pump, waste, example("electric_boiler"), load("heat"))
    s = rule_based(site, Window(toy_inputs(columns={"heat.need": 150.0})))
    for name, heat in (("the_waste_heat", 60), ("the_heat_pump", 40), ("the_electric_boiler", 50)):
        assert s.tables[name]["heat_kw"].to_numpy() == pytest.approx(heat)


def test_heat_driven_chiller_takes_only_heat_that_is_left() -> None:
    chiller = {**example("absorption_chiller"), "capacity_kw": 70, "min_load": 0.1}
    common = (GRID, example("electric_chiller"), chiller, load("cooling"), load("heat"))
    waste = {**example("waste_heat"), "capacity_kw": 200, "cop": 20}
    left = rule_based(park(*common, waste), Window(toy_inputs(columns={"heat.need": 150.0, "cooling.need": 60.0})))
    cop = 0.7 + (0.74 - 0.7) / 3  # 80 °C between 75 and 90 °C
    assert left.tables["the_absorption_chiller"]["cooling_kw"].to_numpy() == pytest.approx(50 * cop)
    none = rule_based(park(*common, example("electric_boiler")), Window(toy_inputs()))
    assert (none.tables["the_absorption_chiller"]["cooling_kw"] == 0).all()


def test_hydrogen_that_fits_nowhere_is_vented_and_heat_is_rejected() -> None:
    """A machine that must stay on for hours makes what no one takes: it goes the way provided for it."""
    maker = {**example("electrolyser"), "standby_share": None, "warm_start_min": 0, "min_up_h": 4}
    state = {"the_electrolyser": {"hot_modules": 1, "starts": [[1.0, 1]]}}
    site = park(GRID, WATER, VENT, maker)
    w = Window(toy_inputs(), state)
    s = rule_based(site, w)
    assert audit(site, w, s) == []
    assert (s.tables["flare"]["lost_kg_per_h"].iloc[:12] > 0.8).all()
    assert (s.tables["flare"]["lost_kg_per_h"].iloc[12:] == 0).all()

    pump = {**example("heat_pump"), "min_up_h": 4}
    site = park(GRID, pump, example("heat_rejection"))
    w = Window(toy_inputs(), {"the_heat_pump": {"hot_modules": 1, "starts": [[1.0, 1]]}})
    s = rule_based(site, w)
    assert audit(site, w, s) == []
    assert (s.tables["the_heat_rejection"]["heat_kw"].iloc[:12] > 30).all()


def test_what_no_schedule_can_keep_breaks_a_minimum_time_and_never_a_balance() -> None:
    pump = {**example("heat_pump"), "min_up_h": 4}
    site = park(GRID, pump, load("electricity"))
    w = Window(toy_inputs(), {"the_heat_pump": {"hot_modules": 1, "starts": [[1.0, 1]]}})
    assert [(v.component, v.law) for v in audit(site, w, rule_based(site, w))] == [("the_heat_pump", "minimum up time")]


def test_surplus_is_sold_only_where_that_is_allowed() -> None:
    for limit in (0, 250):
        site = park({**GRID, "export_limit_kw": limit}, SUN, load("electricity"))
        w = Window(toy_inputs())
        s = rule_based(site, w)
        assert audit(site, w, s) == []
        sold = s.tables["grid"]["export_kw"].max() if limit else 0.0
        assert sold == pytest.approx(limit)


# ---- any state -------------------------------------------------------------------------------------------------


@st.composite
def states(draw: st.DrawFn, site: Site, step_h: float, sane: bool) -> dict[str, Any]:
    """States within bounds; sane ones are such as a machine can come to by itself."""
    found: dict[str, Any] = {}
    for c in site.components:
        bounds = c.state_bounds()
        if not bounds or draw(st.booleans()):
            continue
        values: dict[str, Any] = {k: draw(st.floats(low, min(high, 1e4))) for k, (low, high, _) in bounds.items()}
        if isinstance(c, Machine):
            values["hot_modules"] = hot = draw(st.integers(0, c.modules))
            if "on_modules" in bounds:
                values["on_modules"] = on = draw(st.integers(0, hot if sane else c.modules))
                if "load_kw" in bounds and sane:
                    values["load_kw"] = on * float(c.size) / c.modules * draw(st.floats(c.min_load, 1))  # type: ignore[arg-type]
            ago = step_h * draw(st.integers(1, 8))
            if sane:
                if hot < c.modules and draw(st.booleans()):
                    values["stops"] = [[ago, c.modules - hot]]
            else:
                values["starts"] = [[ago, draw(st.integers(0, c.modules))]]
                values["stops"] = [[step_h * draw(st.integers(1, 8)), draw(st.integers(0, c.modules))]]
        found[c.name] = values
    return found


RELAXED = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@RELAXED
@given(data=st.data())
def test_sane_states_are_clean(data: st.DataObject) -> None:
    day = data.draw(st.sampled_from(DAYS))
    state = data.draw(states(QINGDAO.site, 1.0, sane=True))
    w = window(day, 60, state)
    assert audit(QINGDAO.site, w, rule_based(QINGDAO.site, w)) == []


@RELAXED
@given(data=st.data())
def test_it_answers_from_any_state_however_odd(data: st.DataObject) -> None:
    kinds = data.draw(st.sets(st.sampled_from([c.model_fields["kind"].default for c in CATALOGUE]), min_size=3))
    site = park(*(load(c) for c in NEED), *(example(kind) for kind in sorted(kinds)))
    minutes = data.draw(st.sampled_from([5, 15, 60]))
    w = Window(toy_inputs(24, minutes), data.draw(states(site, minutes / 60, sane=False)))
    s = rule_based(site, w)
    for c in site.components:
        assert list(s.tables[c.name]) == [q.name for q in c.quantities]
        assert np.isfinite(s.tables[c.name].to_numpy(float)).all()
