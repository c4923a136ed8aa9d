"""One interval in words: each sentence against numbers written by hand, and on every step of real plans."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from ems.interval import explain_interval
from ems.objective import Objective
from forecasting.errors import InputError
from models import CARRIERS, Component
from tests.plan.parks import SITES, planned, shipped, stored
from tests.plan.test_plan_fallback import Stub, nothing
from tests.toys import TZ, bottles, mains, outlet, park, part, table, wants

Content = dict[str, Any]


def content(
    *parts: Component,
    series: Mapping[str, list[float]],
    worth: Mapping[str, list[float]] | None = None,
    state: Mapping[str, Any] | None = None,
    bands: str = "",
    outcome: str = "optimal",
    carbon: float = 0.0,
    **columns: Any,
) -> Content:
    """What `explain_interval` reads of a plan.json, with numbers written by hand; series not given are zero."""
    site = park(*parts)
    inputs = table(columns, steps=len(next(iter(series.values()))))
    n = len(inputs)
    every = {f"{c.name}.{q.name}": {"values": [0.0] * n} for c in site.components for q in c.quantities}
    assert set(series) <= set(every)
    units = {bus: f"CNY/{CARRIERS[carrier].stock.replace('kwh', 'kWh')}" for bus, carrier in site.buses.items()}
    objective = Objective("cost", carbon)
    return {
        "site": {"definition": site.model_dump(mode="json")},
        "date": "2026-03-02",
        "timezone": TZ,
        "start": inputs.index[0].isoformat(),
        "step_minutes": 60,
        "steps": n,
        "outcome": outcome,
        "objective": {"name": objective.name, "carbon_cny_per_kg": carbon, "wish_weight": 1.0},
        "bands": list(bands or "F" * n),
        "inputs": {str(c): {"values": inputs[c].tolist()} for c in inputs},
        "series": every | {name: {"values": values} for name, values in series.items()},
        "sizes": {},
        "state_start": {"components": state or {}},
        "marginal_values": {bus: {"unit": units[bus], "values": x} for bus, x in (worth or {}).items()},
    }


def said(data: Content, k: int) -> list[str]:
    return [n.en for n in explain_interval(data, k)]


def zh(data: Content, k: int) -> list[str]:
    return [n.zh for n in explain_interval(data, k)]


FLAT = ((0.1, 50.0), (1.0, 50.0))  # kWh/kg at any load
LOAD = {"wanted_electricity_kw": [100.0, 100.0]}


def simple(bought: float, worth: float, **more: Any) -> Content:
    """A grid and a load of 100 kW: the second step is looked at."""
    grid = more.pop("grid", mains())
    series = {"mains.import_kw": [0.0, bought], "users_electricity.served_kw": [0.0, 100.0]}
    return content(
        grid, wants("electricity"), series=series | more.pop("series", {}), worth={"electricity": [1.0, worth]},
        bands="VP", **{"import_cny_per_kwh": [0.2, 0.8], **LOAD, **more},
    )  # fmt: skip


def test_time_band_price_and_cost() -> None:
    assert said(simple(100, 0.8), 1)[0] == (
        "2026-03-02 01:00-02:00, peak: 100 kW are bought at 0.800 CNY/kWh, 80 CNY in this interval."
    )
    assert zh(simple(100, 0.8), 1)[0] == "2026-03-02 01:00-02:00, 高峰: 购电 100 kW, 电价 0.800 元/kWh, 本时段 80 元。"
    assert said(simple(100, 0.8), 0)[0] == (
        "2026-03-02 00:00-01:00, valley: nothing is bought, the import price is 0.200 CNY/kWh."
    )


def test_a_kwh_that_is_bought_is_worth_the_price() -> None:
    assert said(simple(100, 0.8), 1)[1] == "One more kWh of electricity is worth 0.800 CNY: the import price."
    assert zh(simple(100, 0.8), 1)[1] == "多用 1 kWh 电力值 0.800 元, 等于购电价。"


def test_a_price_of_carbon_counts_with_the_price() -> None:
    """0.8 CNY/kWh + 0.1 CNY/kg x 0.6 kg/kWh."""
    data = simple(100, 0.86, carbon=0.1)
    assert said(data, 1)[1] == "One more kWh of electricity is worth 0.860 CNY: import price and carbon price."


@pytest.mark.parametrize(
    ("grid", "bought", "more", "why"),
    [
        (mains(connection_kw=100), 100.0, {}, ": import is at its connection limit"),
        (mains(contract_kw=100), 100.0, {}, ": import is at the contracted demand"),
        (
            mains(demand_charge_cny_per_kw_month=40, expected_peak_kw=100),
            100.0,
            {},
            ": import is held at the peak already paid for",
        ),
        (
            mains(demand_charge_cny_per_kw_month=40, expected_peak_kw=70),
            100.0,
            {},
            ": import is at a new peak of the month, which is charged",
        ),
        (
            mains(contract_kw=90),
            100.0,
            {"mains.over_contract_kw": [0.0, 10.0]},
            ": import is above the contract, at a penalty",
        ),
        (mains(), 100.0, {}, ""),
    ],
)
def test_why_a_kwh_is_worth_more_than_its_price(
    grid: Component, bought: float, more: dict[str, list[float]], why: str
) -> None:
    """No reason is given where no limit of import is reached."""
    found = said(simple(bought, 2.0, grid=grid, series=more), 1)
    start = f"One more kWh of electricity is worth 2.000 CNY, 1.200 CNY above the import price{why}."
    assert [s for s in found if s.startswith("One more")] == [start]


def roof(name: str, kwp: float) -> Component:
    return part(kind="pv", name=name, capacity_kwp=kwp, column=f"{name}.yield_kw_per_kwp")


def sunny(curtailed: float, worth: float, sold: float = 0.0, sell: float = 0.3) -> Content:
    power = 50.0 + sold
    return content(
        mains(export_limit_kw=200), wants("electricity"), roof("pv", 200),
        series={"pv.power_kw": [power], "pv.curtailed_kw": [curtailed], "mains.export_kw": [sold],
                "users_electricity.served_kw": [50.0]},
        worth={"electricity": [worth]}, wanted_electricity_kw=[50.0], export_cny_per_kwh=sell,
        **{"pv.yield_kw_per_kwp": (power + curtailed) / 200},
    )  # fmt: skip


def test_a_kwh_that_is_spare() -> None:
    found = said(sunny(curtailed=30, worth=0.0), 0)
    assert "1.000 CNY below the import price, so nothing is bought; there is more sun than can be used." in found[2]
    assert found[1] == "photovoltaics: 30 kW of sun are curtailed."
    found = said(sunny(curtailed=0, worth=0.3, sold=40), 0)
    assert found[0].endswith("the import price is 1.000 CNY/kWh; 40 kW are sold at 0.300 CNY/kWh.")
    assert found[1].endswith("so nothing is bought; it is the price of what is sold.")
    found = said(sunny(curtailed=0, worth=0.5), 0)  # a store behind it may be the reason: nothing is claimed
    assert (
        found[1]
        == "One more kWh of electricity is worth 0.500 CNY, 0.500 CNY below the import price, so nothing is bought."
    )


def test_a_worth_below_the_price_while_buying_is_told_without_a_claim() -> None:
    found = said(simple(100, 0.5), 1)[1]
    assert found == "One more kWh of electricity is worth 0.500 CNY, 0.300 CNY below the import price."


STACK = {"kind": "electrolyser", "capacity_kw": 9, "specific_kwh_per_kg": FLAT, "standby_share": 0.02}


def hydrogen(worth: float, power: float = 50.0, made: float = 1.0, **more: Any) -> Content:
    """An electrolyser of 100 kW at 50 kWh/kg; electricity is worth 0.5 CNY/kWh."""
    machine = {
        "kind": "electrolyser",
        "name": "stack",
        "capacity_kw": 100,
        "specific_kwh_per_kg": FLAT,
        "min_load": 0.2,
    }
    machine |= more.pop("machine", {})
    x = {"stack.power_kw": [power, power], "stack.hydrogen_kg_per_h": [made, made], "stack.on_modules": [1.0, 1.0]}
    return content(
        mains(), part(**machine), bottles(), outlet("hydrogen"),
        series={"mains.import_kw": [power] * 2, **x, "bottles.charge_kg_per_h": [made] * 2, **more.pop("series", {})},
        worth={"electricity": [0.5, 0.5], "hydrogen": [worth, worth]}, import_cny_per_kwh=0.5, **more,
    )  # fmt: skip


def of(found: list[str], who: str) -> str:
    return next(s for s in found if s.startswith(who))


@pytest.mark.parametrize(
    ("worth", "verdict"),
    [(30.0, "30 CNY, its input 25 CNY: 5 CNY more out than in."), (25.0, "25 CNY, its input 25 CNY: even.")],
)
def test_what_a_machine_makes_and_takes(worth: float, verdict: str) -> None:
    """50 kWh at 0.5 CNY go in; 1 kg comes out."""
    found = of(said(hydrogen(worth), 1), "electrolyser")
    assert found == f"electrolyser at 50% of capacity (50 kW): at marginal values its output is worth {verdict}"


def test_a_machine_that_makes_less_than_it_takes_is_not_called_worth_while() -> None:
    """20 kWh at 0.5 CNY make 0.4 kg at 10 CNY, in minimum load: marginal values do not say why it runs."""
    found = of(said(hydrogen(10.0, power=20.0, made=0.4), 1), "electrolyser")
    assert "(20 kW, minimum load)" in found
    assert "output is worth 4 CNY, its input 10 CNY: 6 CNY less out than in; marginal values leave out starts" in found


def test_wear_and_starts_are_own_cost() -> None:
    machine = {"wear_cny_per_h": 2.0, "start_cny": 7.0}
    data = hydrogen(40.0, machine=machine, series={"stack.started_modules": [1.0, 0.0]})
    assert "own cost 9 CNY, start included: 6 CNY more" in of(said(data, 0), "electrolyser")
    assert "own cost 2 CNY: 13 CNY more" in of(said(data, 1), "electrolyser")


def test_limits_of_a_machine() -> None:
    assert "(100 kW, full load)" in of(said(hydrogen(60.0, power=100.0, made=2.0), 1), "electrolyser")
    two = {"modules": 2, "capacity_kw": 200}
    found = of(said(hydrogen(60.0, power=100.0, made=2.0, machine=two), 1), "electrolyser")
    assert found.startswith("electrolyser at 50% of capacity (100 kW, 1 of 2 modules, full load of what is on)")
    slow = {"ramp_share_per_min": 0.2 / 60}
    rising = {"stack.power_kw": [40.0, 60.0], "stack.hydrogen_kg_per_h": [0.8, 1.2]}
    ramped = hydrogen(60.0, machine=slow, series=rising)
    assert "(60 kW, held by its ramp)" in of(said(ramped, 1), "electrolyser")
    assert "ramp" not in of(said(ramped, 0), "electrolyser")


def test_machines_that_stand_still_say_how() -> None:
    out = {"end": "2026-03-02T01:00:00+08:00"}
    four: dict[str, dict[str, Any]] = {"a": {"outages": [out]}, "b": {}, "c": {"cold_start_min": 60}, "d": {}}
    data = content(
        mains(),
        *(part(name=n, label_en=n, **STACK, **more) for n, more in four.items()),
        outlet("hydrogen"),
        series={"b.standby_modules": [1.0, 0.0], "c.warming_modules": [1.0, 0.0]},
    )
    assert said(data, 0)[-1] == "Out of service: a; in hot standby: b; warming up: c; off: d."
    assert said(data, 1)[-1] == "Off: a, b, c, d."
    assert zh(data, 0)[-1] == "停运: 电解槽; 热备: 电解槽; 预热: 电解槽; 停机: 电解槽。"


BATTERY = {
    "kind": "battery", "name": "battery", "capacity_kwh": 200, "power_kw": 100, "charge_efficiency": 0.9,
    "discharge_efficiency": 0.9, "end_short_cny_per_unit": 1, "end_surplus_cny_per_unit": 0, "start_share": 0.1,
    "min_share": 0.1,
}  # fmt: skip


def stored_energy() -> Content:
    """100 kWh at 0.2 and 50 kWh at 0.35 CNY go in; 60 kWh at 0.9 and 40 kWh at 0.6 CNY come out."""
    return content(
        mains(), part(**BATTERY), wants("electricity"),
        series={"battery.charge_kw": [100.0, 50.0, 0.0, 0.0, 0.0], "battery.discharge_kw": [0.0, 0.0, 60.0, 40.0, 0.0],
                "battery.level_kwh": [110.0, 155.0, 88.3, 43.9, 43.9]},
        worth={"electricity": [0.2, 0.35, 0.9, 0.6, 0.6]}, wanted_electricity_kw=[0.0] * 5,
    )  # fmt: skip


def test_a_store_charges_for_what_it_will_be_worth() -> None:
    """(60 x 0.9 + 40 x 0.6) / 100 = 0.78."""
    assert of(said(stored_energy(), 0), "battery") == (
        "battery: charging 100 kW, to 110 kWh (55%), worth 0.200 CNY/kWh now; what is taken out later is worth "
        "0.780 CNY/kWh on average, and 81% comes back (standing loss apart)."
    )
    assert of(zh(stored_energy(), 0), "蓄电池") == (
        "蓄电池充入 100 kW, 存量至 110 kWh(55%), 此时价值 0.200 元/kWh; 之后放出时平均值 0.780 元/kWh, "
        "往返效率 81%(不计静置损失)。"
    )


def test_a_store_gives_what_it_was_charged_for() -> None:
    """(100 x 0.2 + 50 x 0.35) / 150 = 0.25."""
    assert "was worth 0.250 CNY/kWh" in of(said(stored_energy(), 2), "battery")
    assert of(said(stored_energy(), 3), "battery") == (
        "battery: giving 40 kW, down to 44 kWh (22%), worth 0.600 CNY/kWh now; what was charged before in this plan "
        "was worth 0.250 CNY/kWh on average."
    )
    assert not any(s.startswith("battery") for s in said(stored_energy(), 4))


def test_only_what_comes_later_counts_for_a_store_that_charges() -> None:
    data = stored_energy()
    data["series"]["battery.charge_kw"]["values"] = [0.0, 0.0, 0.0, 0.0, 50.0]
    assert "nothing is taken out later in this plan" in of(said(data, 4), "battery")
    data["series"]["battery.charge_kw"]["values"] = [0.0, 0.0, 0.0, 50.0, 0.0]
    data["series"]["battery.discharge_kw"]["values"] = [0.0, 0.0, 60.0, 0.0, 40.0]
    assert "taken out later is worth 0.600 CNY/kWh" in of(said(data, 3), "battery")


def test_a_store_whose_other_half_lies_outside_the_plan() -> None:
    data = stored_energy()
    data["series"]["battery.discharge_kw"]["values"] = [0.0] * 5
    assert of(said(data, 1), "battery").endswith("worth 0.350 CNY/kWh now; nothing is taken out later in this plan.")
    data = stored_energy()
    data["series"]["battery.charge_kw"]["values"] = [0.0] * 5
    assert of(said(data, 2), "battery").endswith("0.900 CNY/kWh now, from the stock that the plan opened with.")


def test_limits_of_stores_and_grid() -> None:
    data = stored_energy()
    data["series"]["battery.level_kwh"]["values"] = [200.0, 155.0, 88.3, 43.9, 20.0]
    assert said(data, 0)[-1] == "Limits reached: battery full, battery charging at its rate limit."
    assert said(data, 4)[-1] == "Limits reached: battery at its lowest level."
    assert not any(s.startswith("Limits") for s in said(data, 2))
    data["series"]["battery.level_kwh"]["values"] = [20.0] * 5  # it does not take part at all
    assert not any("lowest" in s for s in said(data, 4))
    sold = sunny(curtailed=20, worth=0.0, sold=200)
    assert "Limits reached: grid at the export limit." in said(sold, 0)
    assert "达到的限值: 电网达到上网上限。" in zh(sold, 0)


def test_what_is_not_served_and_why() -> None:
    data = simple(60, 50.0, grid=mains(connection_kw=60), series={"users_electricity.served_kw": [0.0, 60.0],
                  "users_electricity.unserved_kw": [0.0, 40.0]})  # fmt: skip
    assert said(data, 1)[1] == "demand: 40 kW are not served. Reason: grid at its connection limit."
    assert zh(data, 1)[1] == "负荷缺供 40 kW。原因: 电网达到接入容量上限。"


def test_what_is_released() -> None:
    data = hydrogen(0.0, series={"outlet_hydrogen.lost_kg_per_h": [0.0, 0.5], "bottles.charge_kg_per_h": [1.0, 0.5]})
    assert "release: 0.5 kg/h are released." in " ".join(said(data, 1))


def test_where_electricity_comes_from() -> None:
    """Several of a kind count together; what is below 3 % has no word."""
    data = content(
        mains(), roof("east", 50), roof("west", 50),
        part(**BATTERY), wants("electricity"),
        series={"mains.import_kw": [60.0], "east.power_kw": [25.0], "west.power_kw": [15.0],
                "users_electricity.served_kw": [98.0], "battery.charge_kw": [2.0], "battery.level_kwh": [22.0]},
        wanted_electricity_kw=[98.0], **{"east.yield_kw_per_kwp": 0.5, "west.yield_kw_per_kwp": 0.3},
    )  # fmt: skip
    assert "100 kW of electricity from grid 60%, photovoltaics 40%; to demand 98%." in said(data, 0)
    assert "电力 100 kW, 来自: 电网 60%、光伏 40%; 用于: 负荷 98%。" in zh(data, 0)


def test_a_demand_that_may_be_moved() -> None:
    slots = [{"start": "00:00", "end": "02:00", "amount": 30}]
    data = content(
        mains(), part(kind="deferrable_demand", name="cars", carrier="electricity", rate_limit=30, slots=slots),
        series={"mains.import_kw": [30.0, 0.0, 0.0], "cars.served_kw": [30.0, 0.0, 0.0]},
        worth={"electricity": [0.2, 0.6, 0.9]}, import_cny_per_kwh=[0.2, 0.6, 0.9],
    )  # fmt: skip
    found = of(said(data, 0), "deferrable")
    assert found == "deferrable demand: 30 kW, worth 0.200 CNY/kWh now, 0.400 CNY/kWh on average in its window."


def test_without_marginal_values_nothing_is_said_about_worth() -> None:
    data = hydrogen(30.0) | {"marginal_values": {}, "outcome": "fallback"}
    found = said(data, 1)
    assert found[0].startswith("2026-03-02 01:00-02:00, flat (rule-based schedule): 50 kW are bought")
    assert "electrolyser at 50% of capacity (50 kW)." in found
    assert not any("worth" in s for s in found)
    assert zh(data, 1)[0].startswith("2026-03-02 01:00-02:00, 平段(规则运行方案): 购电 50 kW")


@pytest.mark.parametrize("k", [-1, 2])
def test_a_step_that_is_not_there(k: int) -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        explain_interval(simple(100, 0.8), k)


@cache
def fallback() -> Content:
    data: Content = stored(planned("demo", solver=Stub(nothing)))
    return data


@pytest.mark.parametrize("site", [*SITES, "fallback"])
def test_intervals_of_a_plan_have_sentences_in_both_languages(site: str) -> None:
    data = fallback() if site == "fallback" else stored(shipped(site))
    labels = [c["label"]["zh"] for c in data["components"].values()]
    for k in range(0, data["steps"], 3):
        notes = explain_interval(data, k)
        assert 2 <= len(notes) <= 30
        for n in notes:
            assert "nan" not in n.en
            assert n.en.endswith(".")
            assert n.zh.endswith("。")
            assert "{" not in n.zh + n.en
            assert not re.search("[\u4e00-\u9fff]", n.en), n.en
            text = n.zh
            for known in sorted((*labels, "kWh", "kg/h", "kW", "kg", "bar", "°C"), key=len, reverse=True):
                text = text.replace(known, "")
            assert not re.search("[A-Za-z]{2}", text), n.zh


@pytest.mark.parametrize("site", SITES)
def test_in_real_plans_the_worth_of_what_is_bought_inside_the_limits_is_its_price(site: str) -> None:
    """The claim behind the sentences: a kWh is dearer than its price only where a limit of import is reached."""
    data = stored(shipped(site))
    grid = next(c for c in data["site"]["definition"]["components"] if c["kind"] == "grid")
    for k in range(1, data["steps"], 2):
        sentence = next(s for s in said(data, k) if s.startswith("One more kWh"))
        bought = data["series"][f"{grid['name']}.import_kw"]["values"][k]
        worth = data["marginal_values"]["electricity"]["values"][k]
        price = data["inputs"]["import_cny_per_kwh"]["values"][k]
        assert math.isclose(worth, price, abs_tol=5e-4) == (": the import price." in sentence)
        if "above the import price" in sentence:
            assert "import is" in sentence, sentence
        if "below the import price" in sentence:
            assert bought <= 1e-3, sentence
