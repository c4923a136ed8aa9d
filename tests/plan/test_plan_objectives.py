"""Cost, carbon and balanced plans of the same day."""

from __future__ import annotations

from functools import cache

import pytest

from ems.plan import Plan
from ems.plan_file import audit_plan
from models import Store
from tests.plan.parks import planned, stored

PARKS = ("demo", "qingdao", "coal_mine")
GAP = 1e-3


@cache
def plans(site: str) -> dict[str, Plan]:
    return {name: planned(site, objective=name, gap=GAP) for name in ("cost", "balanced", "carbon")}


@pytest.mark.parametrize("site", PARKS)
def test_each_is_best_at_its_own(site: str) -> None:
    made = plans(site)
    cost = {name: p.released.kpis["total_cost_cny"] for name, p in made.items()}
    emitted = {name: p.released.kpis["emissions_kgco2e"] for name, p in made.items()}
    slack_cny = 2 * GAP * abs(cost["cost"])
    slack_kg = 2 * GAP * abs(emitted["carbon"]) + 1.0
    assert cost["cost"] <= cost["balanced"] + slack_cny
    assert cost["cost"] <= cost["carbon"] + slack_cny
    assert emitted["carbon"] <= emitted["balanced"] + slack_kg
    assert emitted["carbon"] <= emitted["cost"] + slack_kg
    price = made["balanced"].objective.carbon_cny_per_kg
    both = {name: cost[name] + price * emitted[name] for name in made}
    assert both["balanced"] <= min(both.values()) + 2 * GAP * abs(both["balanced"])


@pytest.mark.parametrize("site", PARKS)
@pytest.mark.parametrize("name", ["cost", "balanced", "carbon"])
def test_all_wishes_are_met(site: str, name: str) -> None:
    plan = plans(site)[name]
    assert plan.outcome in ("optimal", "time_limit"), plan.outcome_text.en
    assert plan.released.wishes == ()
    assert plan.released.kpis["unserved_kwh"] + plan.released.kpis["unserved_kg"] < 1e-3
    assert audit_plan(stored(plan), "plan") == []


@pytest.mark.parametrize("site", PARKS)
@pytest.mark.parametrize("name", ["cost", "balanced", "carbon"])
def test_stores_are_not_simply_emptied(site: str, name: str) -> None:
    plan = plans(site)[name]
    for c in plan.file.site.components:
        if isinstance(c, Store):
            level = plan.released.schedule.tables[c.name][c.level_name].iloc[-1]
            assert level >= c.end_level(plan.window) - 0.005 * c.top, c.name
