"""The energy of the day closes at every node, and its amounts are those added up by hand."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from ems.report import PlanView
from ems.report.energy_day import LHV_KWH_PER_KG, EnergyDay, energy_day
from ems.report.sankey import sankey_charts

tiny_plan = runpy.run_path(str(Path(__file__).with_name("test_report_sample.py")))["tiny_plan"]


def day_of(**changes: Any) -> EnergyDay:
    return energy_day(PlanView(tiny_plan(**changes), "en"))


def test_amounts_of_the_sample_day() -> None:
    links = day_of().links
    expected = {
        ("part:pv@electricity", "bus:electricity"): 150.0,
        ("part:pv@electricity", "curtailed:in"): 10.0,
        ("out:grid", "bus:electricity"): 339.0,
        ("bus:electricity", "in:grid"): 105.0,
        ("bus:electricity", "part:stack"): 210.0,
        ("part:stack", "bus:hydrogen"): 3.5 * LHV_KWH_PER_KG,
        ("part:stack", "bus:heat"): 25.0,
        ("part:stack", "losses:in"): 210 - 25 - 3.5 * LHV_KWH_PER_KG,
        ("in:cell", "losses:in"): 3 * LHV_KWH_PER_KG - 80,
        ("out:cell", "bus:electricity"): 50.0,
        ("ambient:out", "part:pump"): 55.0 - 19.0,
        ("bus:electricity", "in:battery"): 20.0,
        ("in:battery", "stock_gained:in"): 2.0,
        ("in:battery", "losses:in"): 3.0,
        ("in:tank", "stock_gained:in"): 0.5 * LHV_KWH_PER_KG,
        ("bus:heat", "part:rooms"): 110.0,
    }
    assert {pair: links[pair] for pair in expected} == pytest.approx(expected)


def test_every_bus_and_every_machine_closes() -> None:
    day = day_of()
    for key in day.nodes:
        came, went = day.inflow(key), day.outflow(key)
        if key.startswith("bus:") or (key.startswith("part:") and came and went and key != "part:pv@electricity"):
            assert came == pytest.approx(went, abs=1e-6), key
    for owner, carried in day.carried.items():  # both halves pass on the same amount
        into, out_of = day.inflow(f"in:{owner}"), day.outflow(f"in:{owner}")
        drawn, gave = day.inflow(f"out:{owner}"), day.outflow(f"out:{owner}")
        assert carried == pytest.approx(into - out_of)
        assert carried == pytest.approx(gave - drawn), owner


def test_the_figure_holds_the_same_links_and_leads_nowhere_in_circles() -> None:
    chart = sankey_charts(PlanView(tiny_plan(), "en"))[0]
    link = chart.data[0]["link"]
    assert sum(link["value"]) == pytest.approx(sum(day_of().links.values()))
    reach: dict[int, set[int]] = {}
    for a, b in zip(link["source"], link["target"], strict=True):
        reach.setdefault(a, set()).add(b)
    for start in reach:
        seen, todo = set(), list(reach[start])
        while todo:
            node = todo.pop()
            assert node != start
            todo += reach.get(node, set()) - seen
            seen |= reach.get(node, set())


def test_what_does_not_add_up_is_named() -> None:
    plan = tiny_plan()
    plan["series"]["grid.import_kw"] = {**plan["series"]["grid.import_kw"], "values": [370, 308, 50, 0]}
    links = energy_day(PlanView(plan, "en")).links
    assert links["bus:electricity", "imbalance:in"] == pytest.approx(25.0)


def test_a_store_that_is_drawn_down_shows_where_its_energy_came_from() -> None:
    plan = tiny_plan()
    plan["state_start"]["components"]["battery"] = {"level_kwh": 20.0}
    links = energy_day(PlanView(plan, "en")).links
    assert links["stock_drawn:out", "out:battery"] == pytest.approx(8.0)
    assert links["in:battery", "losses:in"] == pytest.approx(20 + 8 - 15)


def test_waste_heat_and_gas_are_energy_too() -> None:
    plan = tiny_plan()
    plan["site"]["definition"]["buses"]["gas"] = "gas"
    plan["components"] |= {
        "engine": {"kind": "gas_engine", "label": {"zh": "内燃机", "en": "engine"}},
        "main": {"kind": "gas_supply", "label": {"zh": "燃气", "en": "gas main"}},
        "reuse": {"kind": "waste_heat", "label": {"zh": "余热", "en": "reuse"}},
    }
    flat = {"unit": "kW", "meaning": {"zh": "流量", "en": "flow"}, "at": "mean"}
    for name, bus, sign, kw in (
        ("main.gas_kw", "gas", 1, 100),
        ("engine.power_kw", "electricity", 1, 40),
        ("engine.gas_kw", "gas", -1, 100),
        ("engine.heat_kw", "heat", 1, 50),
        ("reuse.heat_kw", "heat", 1, 30),
        ("reuse.power_kw", "electricity", -1, 10),
    ):
        plan["series"][name] = {**flat, "bus": bus, "sign": sign, "values": [kw] * 4}
    links = energy_day(PlanView(plan, "en")).links
    assert links["bus:gas", "part:engine"] == pytest.approx(200.0)
    assert links["part:engine", "losses:in"] == pytest.approx(20.0)
    assert links["waste_source:out", "part:reuse"] == pytest.approx(40.0)
