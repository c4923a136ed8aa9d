"""Two plans beside each other: the numbers, and each sentence against contents written by hand."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from ems.changes import read_changes
from ems.compare import difference
from ems.kpis import KPI_TEXT
from forecasting.errors import InputError
from tests.plan.parks import SITES, planned, shipped, stored

Content = dict[str, Any]


def series(unit: str, values: list[float]) -> dict[str, Any]:
    return {"unit": unit, "values": values}


def plan(change: Callable[[Content], object] = lambda d: None) -> Content:
    """Four hours, two at 0.5 in the valley and two at 1.0 CNY/kWh in the peak; 100 kWh are bought in each."""
    lines = {
        ("grid", "energy"): 300.0,
        ("grid", "demand_charge"): 40.0,
        ("stack", "wear"): 10.0,
        ("tank", "end_stock"): 0.0,
    }
    parts = {"grid": ("grid", "电网", "grid"), "stack": ("electrolyser", "电解槽", "electrolyser"),
             "tank": ("hydrogen_tank", "储罐", "tank")}  # fmt: skip
    data: Content = {
        "site": {"name": "toy", "definition": {"components": [{"name": "grid", "import_price": "import_cny_per_kwh"}]}},
        "start": "2026-03-02T00:00:00+08:00",
        "timezone": "Asia/Shanghai",
        "step_minutes": 60,
        "steps": 4,
        "bands": ["V", "V", "P", "P"],
        "outcome": "optimal",
        "objective": {"name": "cost", "carbon_cny_per_kg": 0.0, "wish_weight": 1.0},
        "objective_cny": 350.0,
        "gap": 0.0,
        "notes": [],
        "wishes": [],
        "components": {n: {"kind": k, "label": {"zh": zh, "en": en}} for n, (k, zh, en) in parts.items()},
        "accounts": [
            {"component": c, "cause": x, "carrier": "", "cny": cny, "kgco2e": 0.0} for (c, x), cny in lines.items()
        ],
        "kpis": {"total_cost_cny": 350.0, "penalty_cny": 0.0, "emissions_kgco2e": 200.0, "grid_peak_kw": 100.0,
                 "grid_import_kwh": 400.0, "unserved_kwh": 0.0, "starts": 1.0},
        "kpi_text": {name: {"en": en, "zh": zh} for name, (en, zh) in KPI_TEXT.items()},
        "series": {
            "grid.import_kw": series("kW", [100.0] * 4),
            "stack.on_modules": series("1", [1.0, 0.0, 1.0, 0.0]),
            "tank.discharge_kg_per_h": series("kg/h", [0.0, 0.0, 5.0, 5.0]),
        },
        "inputs": {"import_cny_per_kwh": series("CNY/kWh", [0.5, 0.5, 1.0, 1.0])},
        "state_start": {"components": {}},
        "provenance": {"weather": {"kind": "climatology", "source": "typical", "issued_at": None}, "site_digest": "1"},
    }  # fmt: skip
    change(data)
    return data


def set_line(data: Content, component: str, cause: str, cny: float) -> None:
    """An account line, and the total that follows."""
    line = next(x for x in data["accounts"] if (x["component"], x["cause"]) == (component, cause))
    data["kpis"]["total_cost_cny"] += cny - line["cny"]
    line["cny"] = cny


def to_peak(data: Content) -> None:
    """40 kWh of each valley hour are bought in the peak instead: 320 for 300 CNY; the demand charge falls by 15."""
    data["series"]["grid.import_kw"]["values"] = [60.0, 60.0, 140.0, 140.0]
    set_line(data, "grid", "energy", 60 + 280)
    set_line(data, "grid", "demand_charge", 25)


def said(a: Content, b: Content) -> list[str]:
    return [s["en"] for s in difference(a, b)["sentences"]]


def zh(a: Content, b: Content) -> list[str]:
    return [s["zh"] for s in difference(a, b)["sentences"]]


def test_what_costs_more_and_where_it_comes_from() -> None:
    """Valley: 60 - 100 = -40. Peak: 280 - 200 = +80. Demand charge -15. In all 375 - 350 = 25, which is 7.1 %."""
    b = plan(to_peak)
    assert said(plan(), b)[0] == (
        "B costs 25 CNY more than A (7.1%): +80 CNY electricity in peak hours, −40 CNY electricity in valley hours, "
        "−15 CNY demand charge on a higher peak."
    )
    assert zh(plan(), b)[0] == "B 比 A 多支出 25 元 (7.1%): 高峰购电 +80 元、低谷购电 −40 元、需量电费增量 −15 元。"
    assert said(b, plan())[0].startswith("B costs 25 CNY less than A (6.7%): −80 CNY electricity in peak hours")


def test_small_causes_are_one_sum() -> None:
    def change(data: Content) -> None:
        to_peak(data)
        set_line(data, "stack", "wear", 12.0)
        set_line(data, "tank", "end_stock", -1.0)

    assert said(plan(), plan(change))[0].endswith("−15 CNY demand charge on a higher peak, +1 CNY all else.")


def test_wear_of_all_machines_is_one_cause() -> None:
    def change(data: Content) -> None:
        data["accounts"].append({"component": "tank", "cause": "throughput", "carrier": "", "cny": 30.0, "kgco2e": 0.0})
        data["kpis"]["total_cost_cny"] += 30
        set_line(data, "stack", "wear", 40.0)

    assert said(plan(), plan(change))[0] == "B costs 60 CNY more than A (17.1%): +60 CNY wear."


def test_the_same_plan_differs_in_nothing() -> None:
    found = difference(plan(), plan())
    assert [s["en"] for s in found["sentences"]] == ["B costs as much as A."]
    assert (found["series"], found["accounts"]) == ({}, [])
    assert set(found["kpis"].values()) == {0.0}


def test_numbers_are_b_minus_a() -> None:
    found = difference(plan(), plan(to_peak))
    assert found["series"] == {"grid.import_kw": {"unit": "kW", "values": [-40.0, -40.0, 40.0, 40.0]}}
    assert {(x["component"], x["cause"]): x["cny"] for x in found["accounts"]} == {
        ("grid", "energy"): 40.0, ("grid", "demand_charge"): -15.0,
    }  # fmt: skip
    assert found["kpis"]["total_cost_cny"] == 25.0


def test_what_only_one_of_them_has_counts_as_zero_in_the_other() -> None:
    def change(data: Content) -> None:
        data["series"]["grid.export_kw"] = series("kW", [0.0, 0.0, 7.0, 0.0])
        data["accounts"].append({"component": "grid", "cause": "export", "carrier": "", "cny": -3.5, "kgco2e": 0.0})
        data["kpis"]["grid_export_kwh"] = 7.0

    one, other = difference(plan(), plan(change)), difference(plan(change), plan())
    assert one["series"]["grid.export_kw"]["values"] == [0, 0, 7, 0]
    assert other["series"]["grid.export_kw"]["values"] == [0, 0, -7, 0]
    assert (one["accounts"][0]["cny"], other["accounts"][0]["cny"]) == (-3.5, 3.5)
    assert one["kpis"]["grid_export_kwh"] is None


def test_other_prices_are_told_apart_from_other_purchases() -> None:
    """The price of the peak doubles: on what A buys that is +200 CNY; B buys less there and pays 120 instead of 400."""

    def change(data: Content) -> None:
        data["inputs"]["import_cny_per_kwh"]["values"] = [0.5, 0.5, 2.0, 2.0]
        data["series"]["grid.import_kw"]["values"] = [170.0, 170.0, 30.0, 30.0]
        set_line(data, "grid", "energy", 170 + 120)

    found = said(plan(), plan(change))
    assert found[0] == "Inputs that differ (means, A → B): import_cny_per_kwh 0.750 CNY/kWh → 1.250 CNY/kWh."
    assert found[1].endswith("−80 CNY electricity in peak hours, +70 CNY electricity in valley hours.")
    assert found[2] == "The other prices alone make +200 CNY on what A buys."


@pytest.mark.parametrize(("gap", "told"), [(0.05, True), (0.03, False), (None, False)])
def test_a_difference_within_the_gaps_is_called_none(gap: float | None, told: bool) -> None:
    """25 CNY; gaps of 5 % leave 17.5 + 17.5 CNY open, gaps of 3 % 10.5 each."""

    def change(data: Content) -> None:
        data["gap"] = gap

    found = said(plan(change), plan(lambda d: (to_peak(d), change(d))))
    assert any("take it for no difference" in s for s in found) == told


def test_key_figures_that_differ() -> None:
    def change(data: Content) -> None:
        data["kpis"] |= {"emissions_kgco2e": 150.0, "grid_peak_kw": 100.2, "unserved_kwh": 12.0, "starts": 3.0}

    assert said(plan(), plan(change))[1] == (
        "B against A: emissions, location based −50 kgCO₂e (−25.0%), energy demand not served +12 kWh, "
        "starts of machines +2 (+200.0%)."
    )


def test_when_machines_run_otherwise() -> None:
    def change(data: Content) -> None:
        data["series"]["stack.on_modules"]["values"] = [1.0, 1.0, 0.0, 0.0]

    assert said(plan(), plan(change))[1] == "electrolyser: runs in B only 01:00-02:00; runs in A only 02:00-03:00."
    assert zh(plan(), plan(change))[1] == "电解槽: 01:00-02:00 仅 B 运行; 02:00-03:00 仅 A 运行。"

    def two(data: Content) -> None:
        data["series"]["stack.on_modules"]["values"] = [2.0, 0.0, 1.0, 1.0]

    assert said(plan(), plan(two))[1] == "electrolyser: more modules in B 00:00-01:00, 03:00-04:00."


def test_what_stores_give() -> None:
    def change(data: Content) -> None:
        data["series"]["tank.discharge_kg_per_h"]["values"] = [0.0, 0.0, 20.0, 5.0]

    assert said(plan(), plan(change))[1] == "Stores: in B tank gives 25.0 kg, 10.0 kg in A."


def test_wishes_and_outcomes() -> None:
    def change(data: Content) -> None:
        data["outcome"] = "relaxed"
        data["wishes"] = [{"component": "x", "quantity": "unserved_kw", "text": {"zh": "缺供。", "en": "Short."}}]
        data["kpis"]["penalty_cny"] = 600.0

    found = said(plan(), plan(change))
    assert found[0] == "A: optimal; B: wishes unmet."
    assert found[2] == "Penalties of unmet wishes, not part of the cost: +600 CNY."
    assert found[-1] == "Only in B: Short."
    assert said(plan(change), plan())[-1] == "Only in A: Short."


def test_what_the_plans_rest_on() -> None:
    def change(data: Content) -> None:
        data["notes"] = [{"zh": "本计划设定: 气温 +2 K。", "en": "Changed for this plan: air temperature +2 K."},
                         {"zh": "别的。", "en": "Something else."}]  # fmt: skip
        data["objective"]["name"] = "carbon"
        data["provenance"] = {
            "weather": {"kind": "forecast", "source": "service", "issued_at": "2026-03-01T10:00:00+00:00"},
            "site_digest": "2",
        }
        data["state_start"]["components"] = {"tank": {"level_kg": 30.0}, "stack": {"hot_modules": 1}}

    a = plan(lambda d: d["state_start"].update(components={"tank": {"level_kg": 20.0}}))
    assert said(a, plan(change))[:2] == [
        "Changed for B only: air temperature +2 K.",
        "Different besides: A objective: lowest cost, B objective: lowest emissions, weather typical → service "
        "(03-01 18:00), version of the site file, opening stock of tank 20.0 kg → 30.0 kg, state at the start.",
    ]
    assert zh(a, plan(change))[0] == "仅 B 的设定: 气温 +2 K。"


@pytest.mark.parametrize(
    ("field", "value"),
    [("start", "2026-03-03T00:00:00+08:00"), ("step_minutes", 15), ("steps", 96), ("site", {"name": "other"})],
)
def test_plans_of_other_days_or_sites_are_not_compared(field: str, value: object) -> None:
    with pytest.raises(InputError, match="one site and one day") as caught:
        difference(plan(), plan() | {field: value})
    assert caught.value.field.startswith(field)


def test_the_same_start_in_another_zone_is_the_same() -> None:
    assert difference(plan(), plan() | {"start": "2026-03-01T16:00:00Z"})["series"] == {}


@pytest.mark.parametrize("site", SITES)
def test_real_plans(site: str) -> None:
    """The causes named for a dearer day sum to what it costs more, and texts come in both languages."""
    a = stored(shipped(site))
    changes = read_changes({"prices": {"import_factor": 1.3}, "demands": {"electricity": 1.1}})
    b = stored(planned(site, gap=0.01, changes=changes))
    before = copy.deepcopy((a, b))
    found = difference(a, b)
    assert (a, b) == before
    total = b["kpis"]["total_cost_cny"] - a["kpis"]["total_cost_cny"]
    assert found["kpis"]["total_cost_cny"] == pytest.approx(total)
    kinds = {cause: text["kind"] for cause, text in b["cause_text"].items()}
    money = sum(x["cny"] for x in found["accounts"] if kinds[x["cause"]] in ("paid", "wear", "stock"))
    assert money == pytest.approx(total, abs=0.1)
    cost = next(s["en"] for s in found["sentences"] if s["en"].startswith("B costs"))
    figures = [float(x.replace(",", "").replace("−", "-")) for x in re.findall(r"([+−][\d,]+) CNY", cost)]
    assert sum(figures) == pytest.approx(total, abs=len(figures))
    for s in found["sentences"]:
        assert s["zh"].strip()
        assert not re.search("[\u4e00-\u9fff]", s["en"]), s["en"]
    assert difference(a, a)["series"] == {}
