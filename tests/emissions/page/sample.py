"""A small emission report by hand: two months of a park that does not exist. Every number is invented.

Kilograms are activity x factor and totals are sums, so that the pages have something to add up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

MONTHS = {"2026-01": 31 * 24, "2026-02": 28 * 24}
HOURS = sum(MONTHS.values())
Json = dict[str, Any]
FACTORS: dict[str, tuple[float | None, str]] = {
    "mee-nbs-2025-47.cn-sd.average": (0.6191, "kgCO2e/kWh"),
    "mee-nbs-2025-47.cn.residual": (0.6096, "kgCO2e/kWh"),
    "site:gas_main.intensity_kgco2e_per_kwh": (0.2, "kgCO2e/kWh"),
    "hydrogen.cn.grey-by-truck": (11.5, "kgCO2e/kg"),
    "diesel.cn.litre": (2.63, "kgCO2e/L"),
    "hydrogen.leakage.gwp100": (11.6, "kgCO2e/kg"),
}
SHAPE = {"2026-01": 0.6, "2026-02": 0.4}


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def line(
    scope: str, component: tuple[str, str, str], cause: tuple[str, str, str], carrier: str, unit: str,
    activity: float, factor_id: str,
) -> Json:  # fmt: skip
    factor = FACTORS[factor_id][0]
    assert factor is not None
    name, zh, en = component
    cause_name, cause_zh, cause_en = cause
    meter = f"{name}.{cause_name}_{unit.lower()}"
    months = {m: {"activity": activity * s, "kg": activity * s * factor} for m, s in SHAPE.items()}
    return {
        "scope": scope, "component": name, "label": both(zh, en), "cause": cause_name,
        "cause_text": both(cause_zh, cause_en), "carrier": carrier, "meter": meter, "unit": unit, "activity": activity,
        "factor_id": factor_id, "factor": factor, "kg": sum(x["kg"] for x in months.values()),
        "formula": f"{meter} [{unit}] x {factor_id} [{FACTORS[factor_id][1]}]", "months": months,
    }  # fmt: skip


GRID = ("grid", "电网", "grid")
GAS = ("gas_main", "燃气", "gas main")
BOUGHT, BURNT = ("import", "购电", "electricity bought"), ("fuel", "燃烧", "burnt")
USES = {
    "gas_main": ("fuel", "园区燃料", "fuel burnt in the park"),
    "grid": ("power", "用电", "electricity"),
    "hydrogen_main": ("hydrogen", "氢的供应", "bringing hydrogen"),
    "buses": ("vehicles", "车辆柴油", "diesel of vehicles"),
}
SHANDONG, RESIDUAL = "mee-nbs-2025-47.cn-sd.average", "mee-nbs-2025-47.cn.residual"
GAS_FACTOR = "site:gas_main.intensity_kgco2e_per_kwh"


def lines() -> list[Json]:
    return [
        line("1", GAS, BURNT, "gas", "kWh", 120_000, GAS_FACTOR),
        line("2_location", GRID, BOUGHT, "electricity", "kWh", 800_000, SHANDONG),
        line("2_market", GRID, ("residual", "购电(无绿证部分)", "bought without certificates"), "electricity", "kWh",
             600_000, RESIDUAL),
        line("3", ("hydrogen_main", "外购氢", "hydrogen bought"), ("hydrogen_supply", "制取与运输", "made and carried"),
             "hydrogen", "kg", 300, "hydrogen.cn.grey-by-truck"),
        line("memo", ("electrolyser", "电解槽", "electrolyser"), ("leakage", "氢气泄漏", "hydrogen leaked"), "hydrogen",
             "kg", 42, "hydrogen.leakage.gwp100"),
    ]  # fmt: skip


def baseline_lines(grid_kwh: float, gas_kwh: float, hydrogen_kg: float, diesel_l: float) -> list[Json]:
    found = [
        line("1", GAS, BURNT, "gas", "kWh", gas_kwh, GAS_FACTOR),
        line("2_location", GRID, BOUGHT, "electricity", "kWh", grid_kwh, SHANDONG),
        line("2_market", GRID, BOUGHT, "electricity", "kWh", grid_kwh, RESIDUAL),
        line("3", ("hydrogen_main", "外购氢", "hydrogen bought"), ("hydrogen_supply", "制取与运输", "made and carried"),
             "hydrogen", "kg", hydrogen_kg, "hydrogen.cn.grey-by-truck"),
        line("3", ("buses", "公交车", "buses"), ("vehicle_fuel", "柴油", "diesel"), "diesel", "L", diesel_l,
             "diesel.cn.litre"),
    ]  # fmt: skip
    return [x for x in found if x["activity"]]


def scopes(method: str) -> tuple[str, ...]:
    return ("1", f"2_{method}", "3")


def inventory(found: Iterable[Json]) -> Json:
    found = list(found)

    def total(*wanted: str) -> float:
        return float(sum(x["kg"] for x in found if x["scope"] in wanted))

    told: Json = {
        m: {
            "total_kg": total(*scopes(m)), "scope1_kg": total("1"), "scope2_kg": total(f"2_{m}"),
            "scope3_kg": total("3"),
        }
        for m in ("location", "market")
    }  # fmt: skip
    return told | {"memo": [x for x in found if x["scope"] == "memo"]}


def avoided(before: list[Json], method: str) -> Json:
    """Lines of the baseline with their sign, lines of the park against it."""
    rows: dict[tuple[str, ...], Json] = {}
    for sign, side in ((1, before), (-1, lines())):
        for x in (x for x in side if x["scope"] in scopes(method)):
            key = (x["scope"], x["component"], x["cause"], x["carrier"])
            row = rows.setdefault(
                key,
                {k: x[k] for k in ("scope", "component", "label", "cause", "cause_text", "carrier")}
                | {"kg": 0.0, "months": dict.fromkeys(MONTHS, 0.0)},
            )
            row["kg"] += sign * x["kg"]
            row["months"] = {m: row["months"][m] + sign * x["months"][m]["kg"] for m in MONTHS}
    found = list(rows.values())
    uses: dict[str, Json] = {}
    for x in found:
        name, zh, en = USES[x["component"]]
        text = both(zh, en)
        use = uses.setdefault(
            name,
            {"component": name, "label": text, "cause": name, "cause_text": text, "carrier": x["carrier"], "kg": 0.0,
             "months": dict.fromkeys(MONTHS, 0.0)},
        )  # fmt: skip
        use["kg"] += x["kg"]
        use["months"] = {m: use["months"][m] + x["months"][m] for m in MONTHS}
    return {
        "total_kg": sum(x["kg"] for x in found), "by_cause": list(uses.values()), "lines": found,
        "months": {m: sum(x["months"][m] for x in found) for m in MONTHS},
    }  # fmt: skip


def baselines() -> dict[str, Json]:
    grid_only = baseline_lines(1_400_000, 500_000, 4_000, 21_000)
    rules = baseline_lines(860_000, 150_000, 500, 0)
    assumed = [
        {"text": both("外购氢制取", "hydrogen that is bought is made of coal"), "value": 11.5, "unit": "kgCO2e/kg",
         "status": "assumption", "source": "invented"},
        {"text": both("燃气锅炉效率", "efficiency of the gas boiler"), "value": 0.92, "unit": "1",
         "status": "assumption", "source": "invented"},
    ]  # fmt: skip
    return {
        "grid_only": {"title": both("全部外购", "all bought"), "assumptions": assumed, "lines": grid_only,
                      "inventory": inventory(grid_only)},
        "rule_based": {"title": both("按规则运行", "run by rules"), "assumptions": [], "lines": rules,
                       "inventory": inventory(rules)},
    }  # fmt: skip


def factors() -> list[Json]:
    told = {
        SHANDONG: ("山东", 2023, "MEE and NBS", "公告2025年第47号", "2025-12-31", "sourced", 0.05),
        RESIDUAL: ("CN", 2023, "MEE and NBS", "公告2025年第47号", "2025-12-31", "sourced", 0.05),
        "diesel.cn.litre": ("CN", None, "NDRC", "发改办气候〔2015〕1722号", "2015-07-06", "computed", None),
    }
    found = []
    for k, (name, (value, unit)) in enumerate(FACTORS.items()):
        region, year, issuer, announcement, published, status, half = told.get(
            name, ("", None, "", "", "", "assumption", None)
        )
        found.append(
            {
                "id": name, "value": value, "unit": unit, "region": region, "data_year": year, "issuer": issuer,
                "announcement": announcement, "published": published, "status": status, "source": "invented for tests",
                "uncertainty": half, "digest": f"{k:064x}",
            }
        )  # fmt: skip
    return found


def intensity() -> list[float | None]:
    """kgCO2e per kg, low at noon and high at night; three hours are missing, nothing is made at six."""
    found: list[float | None] = []
    for h in range(HOURS):
        day, hour = divmod(h, 24)
        sun = max(0.0, math.sin(math.pi * (hour - 6) / 12))
        cloud = 0.55 + 0.45 * math.sin(day)
        found.append(None if hour == 6 or 100 <= h < 103 else round(30.0 * (1 - 0.93 * sun * max(cloud, 0.1)), 3))
    return found


def spread(name: str, text: dict[str, str], kg: float, relative: float) -> Json:
    shares = [("factor", SHANDONG, 0.71), ("plan", "grid.import_kwh", 0.22), ("computed", "gas_main.fuel_kwh", 0.07)]
    words = {"factor": ("排放因子", "factor"), "plan": ("计划值", "planned"), "computed": ("模型计算值", "computed")}
    return {
        "name": name, "text": text, "value_kg": kg, "relative": relative, "low_kg": kg * (1 - relative),
        "high_kg": kg * (1 + relative), "drawn_low_kg": kg * (1 - 0.98 * relative),
        "drawn_high_kg": kg * (1 + 1.03 * relative),
        "contributions": [
            {"source": s, "kind": k, "half_width": 0.05, "share": x,
             "text": both(f"{words[k][0]} {s}", f"{words[k][1]} {s}")}
            for k, s, x in shares
        ],
    }  # fmt: skip


def uncertainty(report: Mapping[str, Any]) -> Json:
    words = {"location": ("位置", "location"), "market": ("市场", "market")}
    found = []
    for m, (zh, en) in words.items():
        told = both(f"园区排放({zh})", f"emitted by the park, {en}")
        found.append(spread(f"inventory.{m}", told, report["inventory"][m]["total_kg"], 0.047))
    for name, base in report["baselines"].items():
        for m, (zh, en) in words.items():
            told = both(f"减排量: {base['title']['zh']}({zh})", f"avoided: {base['title']['en']}, {en}")
            found.append(spread(f"avoided.{name}.{m}", told, report["avoided"][name][m]["total_kg"], 0.083))
    return {
        "headline": found, "contributions": found[0]["contributions"], "method": "IPCC 2006, 1.3", "draws": 10_000,
        "seed": 1,
    }  # fmt: skip


def vehicles() -> list[Json]:
    return [
        {
            "name": "buses", "title": both("公交车", "buses"), "vehicles": 10, "refuels_at": "station", "km": 70_000.0,
            "hydrogen_kg": 4_900.0, "hydrogen_kg_per_100km": 7.0, "baseline_l_per_100km": 30.0, "baseline_l": 21_000.0,
            "baseline_kg": 55_230.0, "baseline_kg_per_km": 0.789, "factor_id": "diesel.cn.litre",
            "supply_kg": {"location": 21_300.0, "market": 16_400.0},
            "avoided_kg": {"location": 33_930.0, "market": 38_830.0},
            "avoided_kg_per_km": {"location": 33_930 / 70_000, "market": 38_830 / 70_000}, "hours_without_data": 0,
            "notes": [],
        }
    ]  # fmt: skip


SOURCES = {
    "own_pv": both("自有光伏, 同一小时", "own PV, same hour"),
    "matched_pv": both("自有光伏, 其他小时", "own PV of another hour"),
    "certificates": both("已注销绿证的网电", "grid power with certificates"),
    "grid": both("网电", "grid power"),
    "unknown": both("来源不明", "unknown"),
}


def made(kg: float, pv: float, certified: float) -> Json:
    """Hydrogen at 55 kWh/kg of which shares are own PV and certified grid power."""
    shares = {s: x for s, x in {"own_pv": pv, "certificates": certified, "grid": 1 - pv - certified}.items() if x}
    kwh, grid = 55 * kg, 1 - pv
    return {
        "kg": kg, "kwh": kwh, "kwh_per_kg": 55.0, "kgco2e": kwh * grid * 0.6191, "kgco2e_per_kg": 55 * grid * 0.6191,
        "kgco2e_per_kg_with_certificates": 55 * (grid - certified) * 0.6191, "shares": shares,
        "kg_by_source": {s: x * kg for s, x in shares.items()},
    }  # fmt: skip


def standard(name: str, title: dict[str, str], classes: Mapping[str, float], limits: Mapping[str, float]) -> Json:
    total = sum(classes.values())
    return {
        "standard": name, "title": title, "averaging": both("按小时平均", "average of each hour"),
        "classes": [
            {"class": c, "text": both(f"等级 {c}", f"class {c}"), "kg": x, "share": x / total}
            for c, x in classes.items()
        ],
        "limits": [
            {"class": c, "kgco2e_per_kg": x, "largest_grid_share": x / (55 * 0.6191)} for c, x in limits.items()
        ],
        "conditions": [both("只计用电。", "Only electricity is counted.")], "source": title["en"], "status": "sourced",
    }  # fmt: skip


def hydrogen() -> Json:
    months = [{"period": "2026-01", **made(3_000, 0.72, 0.1)}, {"period": "2026-02", **made(2_400, 0.87, 0.05)}]
    parts = {s: sum(m["kg_by_source"][s] for m in months) / 5_400 for s in ("own_pv", "certificates")}
    total = made(5_400, parts["own_pv"], parts["certificates"])
    taken = [("station", both("加氢站", "station"), 4_900.0), ("cell", both("燃料电池", "fuel cell"), 400.0)]
    return {
        "matching": "hour", "matching_text": both("小时", "hour"), "attribution": "pro_rata",
        "attribution_text": both("按比例", "pro rata"), "attribution_reason": both("故为默认。", "It is the default."),
        "sources": SOURCES, "totals": total,
        "by_matching": {"hour": total, "month": made(5_400, 0.85, 0.06), "year": made(5_400, 0.88, 0.05)},
        "months": months, "years": [{"period": "2026", **total}],
        "supplied": [
            {"component": c, "label": label, "kg": kg, "kgco2e": kg * total["kgco2e_per_kg"],
             "kgco2e_per_kg": total["kgco2e_per_kg"],
             "shares": {"own_pv": 0.7, "certificates": 0.08, "grid": 0.2, "unknown": 0.02}}
            for c, label, kg in taken
        ],
        "in_tank_at_end": {"amount": 100.0, "kgco2e": 700.0, "shares": {"own_pv": 0.8, "grid": 0.2}},
        "pv": {"generated": 400_000.0},
        "standards": [
            standard("t_cab_0078_2020", both("T/CAB 0078—2020", "T/CAB 0078-2020"),
                     {"renewable": 900.0, "clean": 1_500.0, "low_carbon": 2_000.0, "above": 1_000.0},
                     {"low_carbon": 14.51, "clean": 4.9}),
            standard("rfnbo", both("欧盟 RFNBO", "EU RFNBO"), {"rfnbo": 1_700.0, "other": 3_700.0}, {"rfnbo": 3.38}),
        ],
        "claims": [
            {"may": "no", "kg": None, "text": both("不得把全部称为可再生氢。", "Not all of it is renewable.")},
            {"may": "yes", "kg": 4_200.0, "text": both("4 200 kg 由自有光伏制得。", "4 200 kg were made of own PV.")},
            {"may": "conditional", "kg": 400.0, "text": both("绿证部分。", "The part with certificates.")},
        ],
        "hours_without_data": 27, "notes": [both("氢的排放是分摊。", "Emissions of hydrogen are a share.")],
    }  # fmt: skip


def certificates() -> Json:
    return {
        "import_kwh": 800_000.0, "covered_kwh": 200_000.0, "uncovered_kwh": 600_000.0, "covered_share": 0.25,
        "sold_own_use_kwh": 0.0,
        "months": {m: {"import_kwh": 800_000 * s, "covered_kwh": 200_000 * s, "sold_own_use_kwh": 0.0}
                   for m, s in SHAPE.items()},
        "certificates": [
            {
                "id": "GEC-2026-0001", "kind": "bought", "technology": "wind", "generated_from": "2026-01-01",
                "generated_to": "2026-02-28", "mwh": 200.0, "region": "CN-NM", "retired_on": "2026-03-01",
                "sold_on": None, "component": None, "status": "assumption", "source": "invented",
                "available_kwh": 200_000.0, "used_kwh": 200_000.0, "unused_kwh": 0.0,
                "text": both("覆盖购电 200 MWh。", "It covers 200 MWh of what was bought."),
            }
        ],
    }  # fmt: skip


def indicators() -> list[Json]:
    def entry(name: str, zh: str, en: str, value: float | None, unit: str, limit: float | None, meets: str) -> Json:
        return {
            "name": name, "text": both(zh, en), "value": value, "unit": unit, "threshold": limit, "meets": meets,
            "formula": "a / b", "needs": None if value is not None else both("填报", "to be entered"), "remark": None,
            "source": "发改环资〔2025〕910号", "status": "sourced",
        }  # fmt: skip

    scale = entry("energy_used", "园区综合能耗", "energy used", 1_234.5, "tce", None, "unknown")
    return [
        scale | {"remark": both("远低于下限, 只作标尺。", "Far below the range; a yardstick only.")},
        entry("carbon_per_energy_location", "单位能耗碳排放", "carbon per energy", 1.23, "tCO2/tce", 0.2, "no"),
        entry("clean_energy_share", "清洁能源消费占比", "share of clean energy", 0.93, "1", 0.9, "yes"),
        entry("water_reuse", "工业用水重复利用率", "reuse of water", None, "1", 0.8, "unknown"),
    ]


def eligibility() -> list[Json]:
    told = {"CCER-01-004-V01": "unknown", "CCER": "no"}
    return [
        {
            "method": method, "title": both(f"方法 {method}", f"method {method}"), "qualifies": verdict,
            "quantity": {"value": 4_248.0, "unit": "kg", "text": both("氢", "hydrogen")}, "credit_kgco2e": None,
            "why": both("是否新建未知。", "Whether it is newly built is not known."),
            "needs": both("项目登记", "registration"), "source": method, "status": "sourced",
        }
        for method, verdict in told.items()
    ]  # fmt: skip


def gaps() -> list[Json]:
    return [
        {
            "meter": "grid.import_kwh", "label": both("电网购电", "grid: bought"), "start": "2026-01-05T04:00:00+08:00",
            "end": "2026-01-05T07:00:00+08:00", "hours": 3.0, "why": both("没有读数", "no reading"),
        },
        {
            "meter": "", "label": both("", ""), "start": "2026-02-10T00:00:00+08:00",
            "end": "2026-02-11T00:00:00+08:00", "hours": 24.0, "why": both("没有计划文件", "there is no plan file"),
        },
    ]  # fmt: skip


@cache
def sample() -> Json:
    """The report; not to be changed by who reads it."""
    report: Json = {
        "kind": "emission_report",
        "schema_version": "1.0",
        "provenance": {
            "created_at": "2026-03-02T09:30:00+08:00", "versions": {"ems": "0.5.0", "python": "3.11"},
            "site_digest": "a" * 64, "accounting_digest": "b" * 64, "inputs_digest": "c" * 64, "source": "plans",
        },
        "site": {"name": "somewhere", "title": both("某园区", "A park")},
        "period": {"from": "2026-01-01", "to": "2026-02-28", "hours": HOURS, "timezone": "Asia/Shanghai"},
        "baseline": "grid_only",
        "coverage": 1 - 27 / HOURS,
        "gaps": gaps(),
        "factors": factors(),
        "lines": lines(),
        "inventory": inventory(lines()),
        "baselines": baselines(),
        "certificates": certificates(),
        "hydrogen": hydrogen(),
        "vehicles": vehicles(),
        "indicators": indicators(),
        "eligibility": eligibility(),
        "hours": {
            "start": "2026-01-01T00:00:00+08:00", "timezone": "Asia/Shanghai",
            "columns": {
                "hydrogen_kgco2e_per_kg": {
                    "unit": "kgCO2e/kg", "text": both("每千克氢的排放", "emissions per kg of hydrogen"),
                    "values": intensity(),
                },
            },
        },
        "formulas": [
            {"name": "line", "text": both("每一行", "every line"), "formula": "kg[h] = activity[h] * factor[h]",
             "source": "2006 IPCC Guidelines, volume 1"},
            {"name": "avoided", "text": both("减排量", "avoided emissions"), "formula": "avoided = baseline - actual",
             "source": "GHG Protocol for Project Accounting"},
        ],
        "assumptions": [
            {"name": "hydrogen.leakage_share", "value": 0.01, "unit": "1", "status": "assumption", "source": "none"},
            {"name": "uncertainty.factors.diesel", "value": 0.03, "unit": "1", "status": "sourced", "source": "a book"},
        ],
        "notes": [both("本报告为虚构示例。", "This report is an invented example.")],
        "difference": None,
    }  # fmt: skip
    report["avoided"] = {
        name: {
            "location": avoided(base["lines"], "location"), "market": avoided(base["lines"], "market"),
            "hours_left_out": 0, "parts": {"baseline": base["lines"], "actual": lines()},
            "not_counted": [both("上网电量不计减排。", "Electricity fed into the grid earns nothing.")],
        }
        for name, base in report["baselines"].items()
    }  # fmt: skip
    report["uncertainty"] = uncertainty(report)
    return report
