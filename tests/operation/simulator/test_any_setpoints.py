"""Whatever is told, whatever weather and demands come: physics holds, and no one goes short whom rules would serve."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.inputs import make_inputs
from ems.operation.outlook import Setpoints
from ems.operation.simulator import Deviation, Outages, Park, Reliability, drawn
from ems.schedule import Schedule
from ems.site import Site
from ems.site_file import read_site
from models.commitment import Machine
from models.storage import Store

SITES = ("demo", "office_park", "coal_mine", "qingdao")
DAYS = (date(2026, 1, 14), date(2026, 7, 15))
FRAIL = {
    c: Reliability(40.0, 8.0) for c in ("electrolyser", "fuel_cell", "gas_engine", "heat_pump", "electric_chiller")
}


@cache
def day(site: str, which: date, minutes: int) -> pd.DataFrame:
    return make_inputs(read_site(site), which, step_minutes=minutes, weather="climatology").table


def other_weather(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Sun from a third to a fifth more, demands from 30 % less to 20 % more."""
    factors = {
        c: rng.uniform(0.3, 1.2) if c.endswith("kwp") else rng.uniform(0.7, 1.2)
        for c in table
        if c.endswith(("kw_per_kwp", "_kw", "_kg_per_h"))
    }
    return table.assign(**{c: table[c] * factor for c, factor in factors.items()})


def any_state(site: Site, rng: np.random.Generator) -> dict[str, Any]:
    """Stores anywhere, machines running or not."""
    found: dict[str, Any] = {}
    for c in site.components:
        if isinstance(c, Store):
            low, high, _ = c.state_bounds()[c.level_name]
            found[c.name] = {c.level_name: float(rng.choice([high, rng.uniform(1.02 * low, high)]))}
        elif isinstance(c, Machine) and not c.ramp_share_per_min and not c.has_standby:
            found[c.name] = {"hot_modules": float(rng.integers(0, c.modules + 1))}
    return found


def garbage(site: Site, rng: np.random.Generator) -> Setpoints:
    """Some components, all their series, numbers of any size and either sign."""
    return {
        c.name: {
            q.name: float(rng.choice([0, 1, 2, -5, rng.uniform(0, 50), rng.uniform(0, 3000)])) for q in c.quantities
        }
        for c in site.components
        if rng.random() < 0.85
    }


def unserved_cny(site: Site, found: dict[str, dict[str, float]]) -> float:
    demands = [c for c in site.components if c.kind in ("demand", "deferrable_demand")]
    return sum(c.penalty * found[c.name][f"unserved_{c.unit}"] for c in demands)


@pytest.mark.parametrize(
    ("site", "minutes", "seed"),
    [*((s, 60, seed) for s in SITES for seed in range(3)), *((s, 15, 7) for s in SITES)],
)
def test_any_setpoints_leave_physics_and_books_in_order(site: str, minutes: int, seed: int):
    park, rng = read_site(site).site, np.random.default_rng(seed)
    table = other_weather(day(site, DAYS[seed % 2], minutes), rng)
    worn = [Deviation(c.name, "capacity_kwp", 0.93, "dust") for c in park.components if c.kind == "pv"]
    worn += [
        Deviation(c.name, "specific_kwh_per_kg", 1.06, "worn") for c in park.components if c.kind == "electrolyser"
    ]
    outages = drawn(park, pd.DatetimeIndex(table.index), seed, FRAIL) if seed else Outages()
    p = Park(park, table, any_state(park, rng), outages, worn)
    while not p.over:
        p.step(garbage(park, rng))
    assert p.audit() == []
    schedule = p.schedule()
    for bus in park.buses:
        net = sum(schedule.into_bus(park, bus).values())
        assert np.abs(net).max() < 1e-4, bus
    told = p.deviations()
    assert (told["did"] - told["asked"]).abs().min() > 0
    assert set(told["at"]) <= set(table.index)


@pytest.mark.parametrize("site", SITES)
def test_no_one_goes_short_whom_rules_would_serve_from_there(site: str):
    park, rng = read_site(site).site, np.random.default_rng(11)
    table = other_weather(day(site, DAYS[1], 60), rng)
    p = Park(park, table, any_state(park, rng))
    while not p.over:
        ruled = Park(park, table.loc[p.now :], p.state()) if len(table.loc[p.now :]) > 1 else None
        found = p.step(garbage(park, rng))
        if ruled is not None:
            assert unserved_cny(park, found) <= unserved_cny(park, ruled.step()) + 1e-3, p.now


@pytest.mark.parametrize("site", SITES)
def test_without_setpoints_the_park_runs_by_rules(site: str):
    from ems.baseline import rule_based
    from models import Window

    park, table = read_site(site).site, day(site, DAYS[0], 60)
    p = Park(park, table)
    while not p.over:
        p.step()
    same(p.schedule(), rule_based(park, Window(table)), 1e-9)
    assert p.deviations().empty


@pytest.mark.parametrize("site", SITES)
def test_what_rules_planned_is_done_where_the_day_is_as_planned(site: str):
    from ems.baseline import rule_based
    from models import Window

    park, table = read_site(site).site, day(site, DAYS[1], 60)
    planned = rule_based(park, Window(table))
    p = Park(park, table)
    for k in range(len(table)):
        p.step({name: t.iloc[k].astype(float).to_dict() for name, t in planned.tables.items()})
    same(p.schedule(), planned, 1e-3)
    assert p.deviations().empty


@pytest.mark.parametrize("which", DAYS)
def test_machines_run_as_planned_where_the_day_differs_by_a_tenth(which: date):
    """What stores and grid can take is no reason to start or stop a machine."""
    from ems.baseline import rule_based
    from models import Window

    park, table = read_site("qingdao").site, day("qingdao", which, 60)
    planned = rule_based(park, Window(table))
    for factor in (0.9, 1.1):
        p = Park(park, table.assign(**{c: factor * table[c] for c in table if c.endswith(("kwp", "_kw", "kg_per_h"))}))
        for k in range(len(table)):
            p.step({name: t.iloc[k].astype(float).to_dict() for name, t in planned.tables.items()})
        assert p.audit() == []
        assert not set(p.deviations()["why"]) & {"rules", "recommitted", "no_taker"}
        assert sum(t.filter(like="unserved").to_numpy().sum() for t in p.schedule().tables.values()) < 1e-6


def same(one: Schedule, other: Schedule, within: float) -> None:
    for name, table in one.tables.items():
        assert float((table - other.tables[name]).abs().to_numpy().max()) <= within, name


@pytest.mark.parametrize("site", SITES)
def test_a_park_opened_with_a_state_on_the_way_is_the_same_park(site: str):
    """Over three days, opened anew at an hour that cuts minimum times and slots in two."""
    park, rng = read_site(site).site, np.random.default_rng(5)
    table = pd.concat([day(site, DAYS[1], 60).shift(24 * k, freq="h") for k in range(3)])
    whole = Park(park, table)
    told = [garbage(park, rng) for _ in table.index]
    for k, row in enumerate(told):
        if k == 31:
            again, state = Park(park, table.iloc[k:], whole.state()), whole.state()
        found = whole.step(row)
        if k >= 31:
            mine = again.step(row)
            if k == 31:
                grid = next(c.name for c in park.components if c.kind == "grid")
                assert mine[grid]["import_kw"] == pytest.approx(found[grid]["import_kw"], abs=1e-3)
    assert whole.audit() == again.audit() == []
    assert state != whole.state()
