"""Figures hold the plan's numbers, leave out what is zero, and are the same in both languages."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from ems.report import PlanView, figures
from ems.report.balance import balance_parts, ordered_buses
from ems.report.chart import Chart
from ems.report.formats import broken
from ems.report.money import lines_by_cause
from ems.report.raster import STANDBY, machine_rows
from ems.report.stores import levels, whole_day

tiny_plan = runpy.run_path(str(Path(__file__).with_name("test_report_sample.py")))["tiny_plan"]


def view(lang: str = "en", **changes: Any) -> PlanView:
    return PlanView(tiny_plan(**changes), lang)  # type: ignore[arg-type]


def by_key(lang: str = "en", **changes: Any) -> dict[str, Chart]:
    return {c.key: c for c in figures(view(lang, **changes))}


def test_both_languages_show_the_same_figures() -> None:
    zh, en = by_key("zh"), by_key("en")
    assert list(zh) == list(en)
    assert [len(c.data) for c in zh.values()] == [len(c.data) for c in en.values()]
    assert {c.title for c in zh.values()}.isdisjoint({c.title for c in en.values()})


def test_figures_are_valid_and_drawn_over_the_whole_day() -> None:
    for chart in figures(view()):
        go.Figure({"data": chart.data, "layout": chart.layout})  # raises on any name plotly does not know
        if "range" in chart.layout.get("xaxis", {}) and chart.layout["xaxis"].get("type") == "date":
            assert chart.layout["xaxis"]["range"] == ["2026-03-02T00:00:00", "2026-03-02T02:00:00"]


def test_zero_series_and_buses_without_flow_are_left_out() -> None:
    charts = by_key()
    assert ordered_buses(view()) == ["electricity", "heat", "hydrogen"]
    names = {t["name"] for t in charts["balance-electricity"].data}
    assert "chiller" not in names
    assert "mains" in names
    assert {t["name"] for t in charts["marginal-energy"].data} == {"electricity", "purchase price"}


@pytest.mark.parametrize("bus", ["electricity", "heat", "hydrogen"])
def test_layers_add_up_to_zero_in_every_step(bus: str) -> None:
    parts = balance_parts(view(), bus)
    assert sum(p.supply + p.use for p in parts) == pytest.approx(np.zeros(4))
    bars = [t for t in by_key()[f"balance-{bus}"].data if t["type"] == "bar"]
    drawn = sum(np.array([v or 0.0 for v in t["y"]]) for t in bars)
    assert drawn == pytest.approx(np.zeros(4), abs=1e-3)


def test_roofs_are_one_layer_and_a_gap_is_a_layer_of_its_own() -> None:
    parts = {p.label: p for p in balance_parts(view(), "electricity")}
    assert parts["photovoltaics"].supply == pytest.approx([0, 0, 150, 150])
    assert parts["stack"].use == pytest.approx([-220, -200, 0, 0])
    plan = tiny_plan()
    plan["series"]["load.served_kw"] = {**plan["series"]["load.served_kw"], "values": [100, 100, 100, 90]}
    gap = {p.label: p for p in balance_parts(PlanView(plan, "en"), "electricity")}["imbalance"]
    assert gap.use == pytest.approx([0, 0, 0, -10])


def test_bars_start_with_their_interval_and_lines_are_steps_to_the_end() -> None:
    charts = by_key()
    bar = charts["balance-heat"].data[0]
    assert (bar["x0"], bar["dx"], bar["offset"], bar["width"]) == ("2026-03-02T00:00:00", 1_800_000, 0, 1_800_000)
    price = charts["balance-electricity"].data[-1]
    assert price["line"]["shape"] == "hv"
    assert price["y"] == [0.3, 0.3, 1.0, 1.0, 1.0]
    bands = [s for s in charts["balance-heat"].layout["shapes"] if s["type"] == "rect"]
    assert [(s["x0"][11:16], s["x1"][11:16]) for s in bands] == [("00:00", "01:00"), ("01:00", "02:00")]


def test_levels_open_with_the_reading_or_with_what_the_site_assumes() -> None:
    v = view()
    stock = {s.component: whole_day(v, s).tolist() for s in levels(v)}
    assert stock == {"battery": [10, 28, 28, 28, 12], "tank": [10, 11.5, 13.5, 12, 10.5]}
    battery = by_key()["stores"].data[0]
    assert battery["y"] == [0.1, 0.28, 0.28, 0.28, 0.12]
    assert "/ 100 kWh" in battery["hovertemplate"]


def test_machines_show_state_and_load() -> None:
    rows = {r.label: r for r in machine_rows(view())}
    assert rows["stack"].states.tolist() == [0.5, 0.5, STANDBY, 0.0]
    assert rows["stack"].texts == (
        "1 of 2 running, load 50% (200 kW)",
        "2 of 2 running, load 50% (200 kW)",
        "standby",
        "off",
    )
    assert rows["chiller"].states.tolist() == [0, 0, 0, 0]
    assert "mains" not in rows


def test_causes_and_their_differences() -> None:
    lines = {x.label: (x.plan, x.baseline) for x in lines_by_cause(view(), "cny")}
    assert lines == {"energy bought": (101.7, 140.0), "energy sold": (-42.0, 0.0), "wear": (5.0, 3.0)}
    change = by_key()["cost_change"].data[0]
    assert change["x"] == [-38.3, -42.0, 2.0, -78.3]
    assert change["measure"][-1] == "total"
    assert "carbon_change" not in by_key()  # one cause alone needs no second figure


def test_a_plan_that_is_the_baseline_is_not_compared_with_itself() -> None:
    charts = by_key(outcome="fallback", marginal_values={})
    assert "cost_change" in charts  # the sample's own accounts still differ
    assert len(charts["cost_causes"].data) == 1
    assert not [key for key in charts if key.startswith(("grid-", "marginal-"))]


def test_a_site_with_electricity_alone_has_figures() -> None:
    plan = tiny_plan()
    plan["series"] = {
        k: s for k, s in plan["series"].items() if k.split(".")[0] in ("grid", "load", "roof_a", "roof_b")
    }
    keys = [c.key for c in figures(PlanView(plan, "zh"))]
    assert keys[:2] == ["balance-electricity", "grid-grid"]
    assert not {"stores", "raster"} & set(keys)


def test_the_clock_of_a_day_with_a_change_of_time() -> None:
    changes = {"timezone": "Europe/Berlin", "start": "2026-03-29T01:00:00+01:00", "date": "2026-03-29"}
    v = view(**changes)
    assert [v.clock(k) for k in range(5)] == ["01:00", "01:30", "03:00", "03:30", "04:00"]


def test_long_labels_are_broken_between_words_and_characters() -> None:
    assert broken("stock missing (+) or gained", 18) == "stock missing (+)<br>or gained"
    assert broken("期末存量差额合计", 8) == "期末存量<br>差额合计"
    assert broken("a<b>", 18) == "a&lt;b&gt;"


def test_the_end_of_a_day_is_24_00() -> None:
    v = view(start="2026-03-02T22:00:00+08:00")
    assert (v.clock(0), v.clock(4)) == ("22:00", "24:00")
