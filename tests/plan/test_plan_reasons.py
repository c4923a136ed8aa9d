"""Sentences of the explanation hold the figures of the tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ems.explain import band_text, explain, spans
from ems.plan import Plan
from ems.schedule import Schedule
from models import Store
from models.electrolyser import Electrolyser
from tests.plan.parks import SITES, changed, planned, shipped


def sentence(plan: Plan, word: str) -> str:
    return next(n.en for n in plan.why if word in n.en)


def figure(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    assert found, text
    return float(found[1].replace(",", ""))


def shares(text: str) -> dict[str, float]:
    return {band: float(share) / 100 for share, band in re.findall(r"(\d+)% in (\w[\w ]*)", text)}


@pytest.mark.parametrize("site", SITES)
def test_what_is_bought(site: str) -> None:
    plan = shipped(site)
    x = plan.released.schedule.tables["grid"]["import_kw"].to_numpy(float)
    price = plan.window.inputs["import_cny_per_kwh"].to_numpy(float)
    text = sentence(plan, "are bought")
    assert figure(text, r"([\d,]+) kWh are bought") == pytest.approx(x.sum(), abs=0.5)
    assert figure(text, r"at ([\d.]+) CNY/kWh on average") == pytest.approx((x * price).sum() / x.sum(), abs=6e-4)
    assert figure(text, r"\(([\d.]+) if spread") == pytest.approx(price.mean(), abs=6e-4)
    bands = plan.inputs.bands.to_numpy()
    told = shares(text)
    for band in sorted(set(bands)):
        share = x[bands == band].sum() / x.sum()
        if share >= 0.055:
            assert told[band_text(band, 0)] == pytest.approx(share, abs=0.0051)


@pytest.mark.parametrize("site", ["demo", "qingdao"])
def test_hydrogen_made(site: str) -> None:
    plan = shipped(site)
    made = sum(
        plan.released.schedule.tables[c.name]["hydrogen_kg_per_h"].sum()
        for c in plan.file.site.components
        if isinstance(c, Electrolyser)
    )
    assert figure(sentence(plan, "hydrogen are made"), r"([\d,]+) kg") == pytest.approx(made, abs=0.5)
    assert sum(shares(sentence(plan, "hydrogen are made")).values()) <= 1.01


@pytest.mark.parametrize("site", SITES)
def test_limits_that_bind(site: str) -> None:
    """Hours and spans of each sentence on a limit are those of the table."""
    plan = shipped(site)
    for c in plan.file.site.components:
        for text in (n.en for n in plan.why if n.en.startswith(f"{c.label('en')} ") and " h (" in n.en):
            rooms = c.limits(plan.released.schedule.tables[c.name], plan.window)
            hours = figure(text, r"for ([\d.]+) h")
            assert any(np.sum(np.abs(room) <= 1e-3) == hours for room in rooms.values()), text


def test_a_store_earns_what_the_hand_computes() -> None:
    """80 kWh leave the battery at 1.2 CNY/kWh, 100 kWh went in at 0.3 CNY/kWh; wear is 0.2 CNY/kWh out.

    Level 80 -> 175 -> 90.8 kWh at 95 % each way; above the target of 80 kWh it ends with 10.8 kWh worth 0.1 each.
    """
    plan = shipped("demo")
    index = plan.window.inputs.index
    tables = {name: t * 0.0 for name, t in plan.released.schedule.tables.items()}
    battery = tables["battery"]
    battery.loc[index[3], "charge_kw"] = 100.0
    battery.loc[index[18], "discharge_kw"] = 80.0
    battery["level_kwh"] = 80 + 95 * (np.arange(24) >= 3) - 80 / 0.95 * (np.arange(24) >= 18)
    value = np.zeros(24)
    value[3], value[18] = 0.3, 1.2
    notes = explain(plan.file.site, plan.window, Schedule(tables), plan.inputs.bands, {"electricity": value})
    (text,) = [n for n in notes if n.en.startswith("battery gives")]
    earned = 80 * 1.2 - 100 * 0.3 - 80 * 0.2 + 0.1 * (95 - 80 / 0.95)
    assert earned == pytest.approx(51.08, abs=0.01)
    assert "gives 80 kWh and earns 51 CNY" in text.en
    assert "放出 80 kWh" in text.zh
    assert "51 元" in text.zh
    assert any("No electricity is bought" in n.en for n in notes)
    assert any("No hydrogen is made" in n.en for n in notes)


@pytest.mark.parametrize("site", SITES)
def test_stores_that_are_told_of(site: str) -> None:
    """What each store gives is the sum of its table, what it earns is at the marginal values."""
    plan = shipped(site)
    for c in plan.file.site.components:
        text = next((n.en for n in plan.why if n.en.startswith(f"{c.label('en')} gives")), "")
        if not isinstance(c, Store) or not text:
            continue
        table = plan.released.schedule.tables[c.name]
        out, into = (table[f"{way}_{c.RATE}"].to_numpy(float) for way in ("discharge", "charge"))
        assert figure(text, r"gives ([\d,]+)") == pytest.approx(out.sum(), abs=0.5)
        worth = float((plan.marginal[c.bus_name] * (out - into)).sum())
        wear = sum(float(x.sum()) for x in c.bill(table, plan.window).values())
        assert figure(text, r"earns (-?[\d,]+) CNY") == pytest.approx(worth - wear, abs=0.51)


def test_no_hydrogen_where_the_tank_is_enough(tmp_path: Path) -> None:
    def little(data: dict[str, Any]) -> None:
        data["demands"]["forklifts"]["amount_per_working_day"] = 0

    plan = planned(changed(tmp_path, little))
    made = plan.released.schedule.tables["electrolyser"]["hydrogen_kg_per_h"].sum()
    assert (made < 1e-3) == any("No hydrogen is made" in n.en for n in plan.why)


def test_spans() -> None:
    index = pd.date_range("2026-11-23", periods=96, freq="15min", tz="Asia/Shanghai")
    assert spans(index, [8, 9, 10], 0.25) == "02:00-02:45"
    assert spans(index, [0, 95], 0.25) == "00:00-00:15, 23:45-24:00"
    assert spans(index, range(96), 0.25) == "00:00-24:00"
    assert spans(index, [1, 3, 5, 7], 0.25) == "00:15-00:30, 00:45-01:00, 01:15-01:30 …"
