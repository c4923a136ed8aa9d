"""A plan small enough to add up by hand, and the proof that it adds up.

Two hours in four steps: cheap, then dear. Two roofs, a grid that buys and sells, electrolyser and fuel cell (a circle),
battery, hydrogen tank, heat pump, an idle chiller on a bus without any flow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

HALF = 0.5  # h
LABELS = {
    "roof_a": ("pv", "甲屋顶", "roof A"),
    "roof_b": ("pv", "乙屋顶", "roof B"),
    "grid": ("grid", "市电", "mains"),
    "load": ("demand", "厂房用电", "works"),
    "stack": ("electrolyser", "电解槽", "stack"),
    "cell": ("fuel_cell", "燃料电池", "cell"),
    "battery": ("battery", "蓄电池", "battery"),
    "tank": ("hydrogen_tank", "储氢罐", "tank"),
    "pump": ("heat_pump", "热泵", "pump"),
    "rooms": ("demand", "房间供热", "rooms"),
    "chiller": ("electric_chiller", "制冷机", "chiller"),
}
SERIES = {  # name: (bus, sign, values)
    "roof_a.power_kw": ("electricity", 1, [0, 0, 100, 100]),
    "roof_a.curtailed_kw": (None, 0, [0, 0, 0, 20]),
    "roof_b.power_kw": ("electricity", 1, [0, 0, 50, 50]),
    "roof_b.curtailed_kw": (None, 0, [0, 0, 0, 0]),
    "grid.import_kw": ("electricity", 1, [370, 308, 0, 0]),
    "grid.export_kw": ("electricity", -1, [0, 0, 90, 120]),
    "load.served_kw": ("electricity", -1, [100, 100, 100, 100]),
    "load.unserved_kw": (None, 0, [0, 0, 0, 0]),
    "stack.power_kw": ("electricity", -1, [200, 200, 0, 0]),
    "stack.auxiliary_kw": ("electricity", -1, [20, 0, 0, 0]),
    "stack.hydrogen_kg_per_h": ("hydrogen", 1, [3, 4, 0, 0]),
    "stack.heat_kw": ("heat", 1, [20, 30, 0, 0]),
    "stack.on_modules": (None, 0, [1, 2, 0, 0]),
    "stack.standby_modules": (None, 0, [0, 0, 1, 0]),
    "stack.warming_modules": (None, 0, [1, 0, 0, 0]),
    "cell.power_kw": ("electricity", 1, [0, 0, 50, 50]),
    "cell.hydrogen_kg_per_h": ("hydrogen", -1, [0, 0, 3, 3]),
    "cell.heat_kw": ("heat", 1, [0, 0, 30, 30]),
    "cell.on_modules": (None, 0, [0, 0, 1, 1]),
    "battery.charge_kw": ("electricity", -1, [40, 0, 0, 0]),
    "battery.discharge_kw": ("electricity", 1, [0, 0, 0, 30]),
    "battery.level_kwh": (None, 0, [28, 28, 28, 12]),
    "tank.charge_kg_per_h": ("hydrogen", -1, [3, 4, 0, 0]),
    "tank.discharge_kg_per_h": ("hydrogen", 1, [0, 0, 3, 3]),
    "tank.level_kg": (None, 0, [11.5, 13.5, 12, 10.5]),
    "pump.heat_kw": ("heat", 1, [30, 20, 30, 30]),
    "pump.power_kw": ("electricity", -1, [10, 8, 10, 10]),
    "pump.on_modules": (None, 0, [1, 1, 1, 1]),
    "rooms.served_kw": ("heat", -1, [50, 50, 60, 60]),
    "chiller.cooling_kw": ("cooling", 1, [0, 0, 0, 0]),
    "chiller.power_kw": ("electricity", -1, [0, 0, 0, 0]),
    "chiller.on_modules": (None, 0, [0, 0, 0, 0]),
}
UNITS = {"kw": "kW", "kwh": "kWh", "per_h": "kg/h", "kg": "kg", "modules": "1"}
BASELINE_IMPORT = [300, 300, 60, 40]


def unit(name: str) -> str:
    return next(u for end, u in sorted(UNITS.items(), key=lambda x: -len(x[0])) if name.endswith(f"_{end}"))


def tiny_plan(**changes: Any) -> dict[str, Any]:
    """The content of a `plan.json`; ``changes`` replace whole entries."""
    kinds = {name: {"kind": k, "label": {"zh": zh, "en": en}} for name, (k, zh, en) in LABELS.items()}
    meaning = {"zh": "流量", "en": "flow"}
    series = {
        name: {
            "unit": unit(name),
            "meaning": meaning,
            "at": "end" if ".level_" in name else "mean",
            "bus": bus,
            "sign": sign,
            "values": values,
        }
        for name, (bus, sign, values) in SERIES.items()
    }
    kpis = {"total_cost_cny": 64.7, "emissions_kgco2e": 203.4, "grid_import_kwh": 339.0, "renewable_share": 0.3}
    zero = {"pv_curtailed_kwh": 10.0, "starts": 1.0, "unserved_kwh": 0.0, "unserved_kg": 0.0}
    texts = {
        "total_cost_cny": ("总成本", "total cost"),
        "emissions_kgco2e": ("排放量", "emissions"),
        "grid_import_kwh": ("购电量", "electricity bought"),
        "renewable_share": ("绿电占比", "renewable share"),
        "pv_curtailed_kwh": ("弃光电量", "curtailed"),
        "starts": ("启动次数", "starts"),
        "unserved_kwh": ("未满足能量", "energy not served"),
        "unserved_kg": ("未满足氢", "hydrogen not served"),
    }
    plan = {
        "schema_version": "1.0",
        "site": {
            "name": "tiny",
            "title": {"zh": "小园区", "en": "Tiny park"},
            "definition": {
                "buses": {b: b for b in ("electricity", "heat", "cooling", "hydrogen")},
                "components": [
                    {"name": "roof_a", "kind": "pv", "capacity_kwp": 120.0},
                    {"name": "roof_b", "kind": "pv", "capacity_kwp": 60.0},
                    {"name": "stack", "kind": "electrolyser", "capacity_kw": 400.0, "modules": 2},
                    {"name": "cell", "kind": "fuel_cell", "capacity_kw": 100.0, "modules": 1},
                    {"name": "battery", "kind": "battery", "capacity_kwh": 100.0, "start_share": 0.1, "min_share": 0.1},
                    {"name": "tank", "kind": "hydrogen_tank", "capacity_kg": 20.0, "start_share": 0.25},
                    {"name": "pump", "kind": "heat_pump", "capacity_kw": 60.0},
                    {"name": "chiller", "kind": "electric_chiller", "capacity_kw": 60.0},
                ],
            },
        },
        "date": "2026-03-02",
        "timezone": "Asia/Shanghai",
        "start": "2026-03-02T00:00:00+08:00",
        "end": "2026-03-02T02:00:00+08:00",
        "step_minutes": 30,
        "steps": 4,
        "objective": {"name": "cost", "carbon_cny_per_kg": 0.0, "wish_weight": 1.0},
        "outcome": "optimal",
        "outcome_text": {"zh": "最优。", "en": "Optimal."},
        "objective_cny": 64.7,
        "bound_cny": 64.7,
        "gap": 0.0,
        "timings": {},
        "violations": [],
        "wishes": [],
        "why": [{"zh": "夜里电便宜。", "en": "Power is cheap at night."}],
        "notes": [{"zh": "价格为假设。", "en": "Prices are assumed."}],
        "kpis": kpis | zero,
        "kpi_text": {k: {"zh": zh, "en": en} for k, (zh, en) in texts.items()},
        "baseline": {
            "name": "rule_based",
            "objective_cny": 150.0,
            "kpis": kpis | zero | {"total_cost_cny": 129.4, "emissions_kgco2e": 200.0, "starts": 3.0},
            "violations": [],
            "accounts": [
                {"component": "grid", "cause": "energy", "carrier": "electricity", "cny": 140.0, "kgco2e": 0.0},
                {"component": "grid", "cause": "import", "carrier": "electricity", "cny": 0.0, "kgco2e": 210.0},
                {"component": "stack", "cause": "wear", "carrier": "electricity", "cny": 3.0, "kgco2e": 0.0},
            ],
            "series": {"grid.import_kw": {**series["grid.import_kw"], "values": BASELINE_IMPORT}},
        },
        "accounts": [
            {"component": "grid", "cause": "energy", "carrier": "electricity", "cny": 101.7, "kgco2e": 0.0},
            {"component": "grid", "cause": "export", "carrier": "electricity", "cny": -42.0, "kgco2e": 0.0},
            {"component": "grid", "cause": "import", "carrier": "electricity", "cny": 0.0, "kgco2e": 203.4},
            {"component": "stack", "cause": "wear", "carrier": "electricity", "cny": 5.0, "kgco2e": 0.0},
            {"component": "load", "cause": "unserved", "carrier": "electricity", "cny": 0.0, "kgco2e": 0.0},
        ],
        "cause_text": {
            "energy": {"zh": "购能费", "en": "energy bought", "kind": "paid"},
            "export": {"zh": "上网收入", "en": "energy sold", "kind": "paid"},
            "wear": {"zh": "运行损耗", "en": "wear", "kind": "wear"},
            "unserved": {"zh": "罚项", "en": "penalty", "kind": "wish"},
            "import": {"zh": "购电", "en": "electricity bought", "kind": "emission"},
        },
        "state_start": {"at": "2026-03-02T00:00:00+08:00", "components": {"tank": {"level_kg": 10.0}}},
        "state_end": {"at": "2026-03-02T02:00:00+08:00", "components": {}},
        "sizes": {"battery.capacity": 100.0},
        "series": series,
        "inputs": {"import_cny_per_kwh": {"unit": "CNY/kWh", "values": [0.3, 0.3, 1.0, 1.0]}},
        "bands": ["V", "V", "P", "P"],
        "marginal_values": {
            "electricity": {"unit": "CNY/kWh", "values": [0.3, 0.3, 0.4, 0.4]},
            "hydrogen": {"unit": "CNY/kg", "values": [20.0, 20.0, 21.0, 21.0]},
            "cooling": {"unit": "CNY/kWh", "values": [0.0, 0.0, 0.0, 0.0]},
        },
        "components": kinds,
        "provenance": {
            "weather": {"kind": "climatology", "source": "1991-2020", "issued_at": None},
            "site_digest": "0123456789abcdef",
            "site_figures": {"sourced": 3, "assumption": 2},
            "tariff": "2026",
            "grid_factor": {"id": "cn", "value": 0.6, "issuer": "MEE", "announcement": "2025/47"},
            "solver": "Optimal",
            "versions": {"pandas": "3.0"},
            "created_at": "2026-03-01T10:00:00+00:00",
        },
    }
    return plan | changes


@pytest.mark.parametrize("bus", ["electricity", "heat", "hydrogen"])
def test_the_sample_closes_on_every_bus(bus: str) -> None:
    flows = [sign * np.array(values) for at, sign, values in SERIES.values() if at == bus]
    assert np.sum(flows, axis=0) == pytest.approx(np.zeros(4))
