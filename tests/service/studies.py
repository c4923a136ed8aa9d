"""A study of the tutorial park, small enough for tests, and rows and results made up by hand that look like its own."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from api import jobs
from api.contract.jobs import Progress, Reason
from api.jobs import Claim
from api.records import studies, study_rows
from api.store import Store
from api.study_figures import figures_of
from ems.sizing.compared import compared
from ems.sizing.document import study_dict
from tests.sizing.report import sample

STUDY = """\
name: two_days
title: {zh: 两日测试, en: Two days}
year: 2026
horizon: {start: 2026-06-15, days: 2, per_year: 182.5}
weather: climatology
sizes:
  roof.capacity_kwp: {max: 900, cost: pv}
  battery.capacity_kwh: {max: 2000, cost: battery}
costs:
  pv: {capex_cny_per_unit: 3000, price_year: 2026, lifetime_years: 25, fixed_om_share: 0.01}
  battery: {capex_cny_per_unit: 1200, price_year: 2026, lifetime_years: 15, replacement_share: 0.6}
economics: {base_year: 2026, years: 10, discount_rate: 0.07, inflation: 0.02, escalation: {electricity: 0.03}}
reference:
  title: {zh: 没有光伏和储能, en: No PV and no battery}
  sizes: {roof.capacity_kwp: 0, battery.capacity_kwh: 0}
scenarios:
  - {name: dear_battery, title: {zh: 储能较贵, en: Dear battery}, set: {costs/battery/capex_cny_per_unit: 1800}}
sensitivity: {economics/discount_rate: [0.05, 0.09]}
front: {points: 3}
"""
LABELS = {"roof.capacity_kwp": ("屋顶光伏", "roof PV", "kWp"), "battery.capacity_kwh": ("battery", "battery", "kWh")}


def row(k: int, group: str = "front", of: int = 6, **more: Any) -> dict[str, Any]:
    """Point k of a front of so many: the more is built, the less is emitted and the more is paid."""
    share = k / (of - 1)
    made = {
        "id": f"{group}-{k}".ljust(64, "0"),
        "name": f"front_{k}" if group == "front" else f"{group}_{k}",
        "group": group,
        "set": {},
        "carbon_cap_t": 900.0 - 300 * share,
        "objective": "cost",
        "status": "done",
        "reason": None,
        "seconds": 2.5,
        "sizes": {"roof.capacity_kwp": 400 + 400 * share, "battery.capacity_kwh": 1500 * share**2},
        "kpis": {"emissions_t": 900.0 - 300 * share, "renewable_share": 0.3 + 0.3 * share, "grid_import_kwh": 1.2e6},
        "money": {"annual_cost_cny": 1.20e6 + 2.5e5 * share**2, "capex_cny": 1.2e6 + 3e6 * share},
        "levelised": {"electricity_cny_per_kwh": 0.45, "hydrogen_cny_per_kg": 31.2 + 4 * share},
        "compared": {"npv_cny": 8e5 - 1.6e6 * share**2, "irr": 0.12 - 0.08 * share, "payback_years": 7 + 6 * share},
    }
    return made | more


def failed_row(k: int) -> dict[str, Any]:
    why = {"zh": "碳上限 10 t 无法达到。", "en": "The cap of 10 t cannot be met."}
    empty: dict[str, Any] = {key: {} for key in ("sizes", "kpis", "money", "levelised", "compared")}
    return row(k) | empty | {"status": "failed", "reason": why}


def alternative(share: float) -> dict[str, Any]:
    """What study.json tells of a park, as far as pages ask for it."""
    like = row(0)
    return {
        "sizes": {
            name: {"value": x * share, "unit": LABELS[name][2], "component": name.partition(".")[0],
                   "field": name.partition(".")[2], "label": {"zh": LABELS[name][0], "en": LABELS[name][1]}}
            for name, x in like["sizes"].items()
        },
        "kpis": like["kpis"],
        "money": like["money"] | {"life_cycle_cost_cny": 9e6, "incentives_cny": 0.0},
        "levelised": like["levelised"],
    }  # fmt: skip


def content(**more: Any) -> dict[str, Any]:
    """study.json, as far as the service itself reads it."""
    return {
        "kind": "study",
        "schema_version": "1.0",
        "site": {"name": "demo", "title": {"zh": "教程园区", "en": "Tutorial park"}},
        "notes": [{"zh": "天气取自气候平均。", "en": "The weather is the climatology."}],
        "resolution": "full",
        "design": alternative(1.0) | {"series": {}, "bounds": {}, "limits": []},
        "reference": alternative(0.0),
        "compared": row(0)["compared"] | {"equity_irr": None},
        "truth": {"gap": {"operating": 0.02, "life_cycle": 0.011}, "violations": 0},
        "front": [row(k) for k in range(6)],
    } | more


@cache
def whole() -> dict[str, Any]:
    """A study.json that was made as real ones are, for what reads all of it; a second or two once a test process."""
    file, studied, year = sample.parts()
    designed, made, against = sample.base()
    versus = compared(made, against, studied.study)
    rows = [row(k) for k in range(6)]
    return study_dict(file, studied, year, "full", designed, made, against, versus, rows=rows)


def asked(site: str = "demo", **more: Any) -> dict[str, Any]:
    """The payload of a job."""
    return {
        "site": site,
        "site_version": 1,
        "study": STUDY,
        "files": {},
        "set": {},
        "resolution": "full",
        "points": 6,
        "years": None,
        "groups": ["front", "truth"],
        "time_limit_s": 600.0,
        "label": "",
        "name": "two_days",
        "title": {"zh": "两日测试", "en": "Two days"},
    } | more


def submit(store: Store, site: str = "demo", **more: Any) -> str:
    with store.write() as c:
        return jobs.submit(c, "study", site, asked(site, **more), "planner", limit=1000)


def begin(store: Store) -> Claim:
    """Take the oldest study, as its worker does."""
    with store.write() as c:
        found = jobs.claim(c, "study-worker", 3600, 3, ("study",))
    assert found is not None
    return found


def tell(store: Store, held: Claim, *rows: dict[str, Any], total: int = 6) -> None:
    """Rows that have ended, and how far that is."""
    failed = sum(r["status"] == "failed" for r in rows)
    said = Progress(
        phase="sweep", seconds=5.0 * len(rows), done=len(rows) - failed, failed=failed, total=total,
        rate_per_min=12.0, remaining_s=5.0 * (total - len(rows)),
    )  # fmt: skip
    with store.write() as c:
        assert jobs.beat(c, held, 3600, said) == "hold"
        study_rows.add(c, held.id, rows)


def finish(store: Store, held: Claim, made: dict[str, Any] | None = None) -> str:
    """End a study that was begun with its result, and return its id."""
    made = content() if made is None else made
    with store.write() as c:
        id = studies.add(c, held, figures_of(made), json.dumps(made).encode())
        assert jobs.succeed(c, held, id)
    return id


def keep(store: Store, site: str = "demo", made: dict[str, Any] | None = None, **more: Any) -> str:
    """A study that has succeeded."""
    submit(store, site, **more)
    held = begin(store)
    tell(store, held, *(row(k) for k in range(6)))
    return finish(store, held, made)


def fail(store: Store, held: Claim, reason: Reason) -> None:
    with store.write() as c:
        assert jobs.fail(c, held, reason)
