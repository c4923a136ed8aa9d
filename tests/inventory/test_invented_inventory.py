"""The checks are general: an invented clean inventory raises nothing, each slip put into it is found by its rule."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ems.inventory.checks import check
from ems.inventory.findings import Finding
from ems.inventory.model import Inventory
from forecasting.factors import registry

ROOT = Path(__file__).parents[2]
FACTORS = registry(ROOT / "sites/factors")
CLEAN: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "textiles.yaml").read_text(encoding="utf-8"))


def plain(data: dict[str, Any]) -> Inventory:
    return Inventory.model_validate({k: v for k, v in data.items() if k != "note"})


def checked(change: Callable[[dict[str, Any]], None]) -> list[Finding]:
    data = deepcopy(CLEAN)
    change(data)
    return check(plain(data), FACTORS)


def put(part: str, where: dict[str, Any], **values: Any) -> Callable[[dict[str, Any]], None]:
    """A slip: values of the one record of a list that has these keys; None takes a field away."""

    def change(data: dict[str, Any]) -> None:
        (record,) = [r for r in data[part] if all(r.get(k) == v for k, v in where.items())]
        record.update(values)
        for key in [k for k, v in record.items() if v is None]:
            del record[key]

    return change


def several(*changes: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        for c in changes:
            c(data)

    return change


def at(line: str) -> dict[str, Any]:
    return {"line": line, "year": 2023}


def of(account: str, year: int = 2023) -> dict[str, Any]:
    return {"of": account, "year": year}


SLIPS: dict[str, tuple[Callable[[dict[str, Any]], None], set[tuple[str, str]], str]] = {
    # name: (the slip, every error and warning that must come of it, words of one of them)
    "kWh for MWh": (
        put("activities", at("power"), amount="52,000 kWh"), {("unit-of-activity", "power")}, "the unit should be MWh"
    ),
    "MWh for kWh": (
        put("activities", at("power"), amount="52,000,000 MWh"), {("unit-of-activity", "power")}, "should be kWh"
    ),
    "kWh for GJ": (
        put("activities", at("steam"), amount="120,000 kWh"), {("unit-of-activity", "steam")}, "the unit should be GJ"
    ),
    "tonnes for litres": (
        put("activities", at("trucks"), amount="410,000 t"), {("unit-of-activity", "trucks")}, "the unit should be L"
    ),
    "m3 for 10 000 m3": (
        put("activities", at("gas"), amount="320 m3"), {("unit-of-activity", "gas")}, "the unit should be 10⁴ m3"
    ),
    "a factor of another year": (
        put("activities", at("power"), factor="mee-2022-111.cn.ets"), {("factor", "power")}, "30,212 t"
    ),
    "shares that make 99.2": (
        put("figures", of("scope-3"), share="38.98 %"), {("share", "scope-3"), ("shares-sum", "total")}, "= 99.20 %"
    ),
    "a sign of the change of the total": (
        put("changes", {"of": "total"}, relative="+2.41 %"), {("change", "total"), ("intensity-change", "per-revenue")},
        "the sign is reversed",
    ),
    "a sign of the absolute change": (
        put("changes", {"of": "total"}, absolute="2,000 t", relative=None), {("change", "total")}, "sign is reversed"
    ),
    "a change on the wrong base": (
        put("changes", {"of": "scope-1"}, relative="-3.94 %"), {("change", "scope-1")}, "divides by the end"
    ),
    "a subsidiary counted whole": (
        put("entities", {"id": "dyer"}, counted="100 %", counted_emissions="40,000 t"),
        {("equity", "dyer"), ("entities-sum", "mill")}, 
        "equity share asks for 60 % (60 % held), a difference of 16,000 t",
    ),
    "a subsidiary's amount not multiplied": (
        put("entities", {"id": "sewer"}, counted_emissions="20,000 t"),
        {("equity-amount", "sewer"), ("entities-sum", "mill")}, "20,000 t x 35 % = 7,000",
    ),
    "an equity share under control": (
        lambda d: d.update(consolidation="operational_control"),
        {("equity", "mill"), ("equity", "dyer"), ("equity", "sewer")}, "operational control asks for 0%",
    ),
    "a total without a scope": (
        put("figures", of("total", 2022), amount="50,000 t"),
        {("sum", "total"), ("share", "scope-1"), ("share", "scope-2"), ("share", "scope-3"), ("change", "total"),
         ("intensity", "per-revenue"), ("scope-shift", "scope-1")},
        "the total leaves out scope 3",
    ),
    "a source with a digit too many": (
        put("figures", of("freight"), amount="22,240 t"), {("sum", "scope-3")}, "it closes with freight / 10"
    ),
    "an intensity per yuan": (
        put("intensities", {"id": "per-revenue", "year": 2023}, value="0.90 t/元"),
        {("unit-of-intensity", "per-revenue"), ("change", "per-revenue")}, "the unit should be t/10⁴ CNY",
    ),
    "an intensity per yuan without revenue": (
        lambda d: (
            d["intensities"].__setitem__(slice(None), [d["intensities"][1] | {"value": "0.90 t/元", "per": None}]),
            d["changes"].pop(3),
        ),
        {("unit-of-intensity", "per-revenue")}, "as t/10⁴ CNY",
    ),
    "kilograms for tonnes of product": (
        put("intensities", {"id": "per-fabric"}, value="3.00 kg/t"), {("unit-of-intensity", "per-fabric")},
        "the unit should be t/t",
    ),
    "an intensity that does not follow": (
        put("changes", {"of": "per-revenue"}, relative="-11.5 %"),
        {("change", "per-revenue"), ("intensity-change", "per-revenue")}, "would have to change by +10.27 %",
    ),
    "solar of too many hours": (
        put("measures", {"id": "roof"}, capacity="300 kW"), {("full-load-hours", "roof")}, "a year has fewer hours"
    ),
    "solar of too few hours": (
        put("measures", {"id": "roof"}, capacity="30 MW"), {("full-load-hours", "roof")}, "110 full-load hours"
    ),
    "ten times the power of a gas": (
        put("flows", {"measure": "digester", "role": "generated"}, amount="19,000 MWh"),
        {("conversion", "digester"), ("stream", "digester")}, "0.1 times the amount would fit",
    ),
    "tonnes that a gas cannot make": (
        put("measures", {"id": "digester"}, emissions="~910 t"), {("stream", "digester")}, "contents that do not fit"
    ),
    "a mine too many": (
        put("boundaries", {"year": 2022}, entities="2 家"), {("boundary", "total"), ("boundary-claim", "same")},
        "2 -> 3 companies",
    ),
    "a scope more": (
        put("boundaries", {"year": 2022}, scopes=[1, 2]),
        {("boundary", "total"), ("boundary-claim", "same"), ("sum", "total"), ("shares-sum", "total")},
        "scopes 1, 2 -> 1, 2, 3",
    ),
    "supply left out": (
        put("measures", {"id": "e-trucks"}, supply_emissions=None), {("supply-left-out", "e-trucks")}, "upper bound"
    ),
    "kilometres too few": (
        put("measures", {"id": "e-trucks"}, distance="25,000 km"), {("per-kilometre", "e-trucks")}, "6.24 kg/km"
    ),
    "parts above the whole": (
        put("measures", {"id": "offices-north"}, emissions="500 t"), {("additive-claims", "offices")}, "more than the"
    ),
    "parts of another baseline": (
        put("measures", {"id": "offices-north"}, baseline="previous_year"), {("additive-claims", "offices")},
        "never add them",
    ),
    "vehicles that do not sum": (
        put("sums", {"id": "trucks-owned"}, total="45 辆"), {("sum", "trucks-owned")}, "25 + 15 = 40"
    ),
    "emissions moved to bought energy": (
        several(
            put("figures", of("scope-1"), amount="4,985 t", share="6.15 %"), put("figures", of("gas"), amount="3,919 t",
                share_of_scope="78.62 %"), put("activities", at("gas"), amount="1,812,500 m3"),
            put("figures", of("scope-2"), amount="43,791 t", share="54.06 %"),
            put("figures", of("steam"), amount="16,200 t"), put("activities", at("steam"), amount="147,273 GJ"),
            put("figures", of("total", 2022), amount="77,000 t"),
            put("figures", of("scope-3", 2022), amount="27,000 t", share="35.06 %"),
            put("figures", of("yarn", 2022), amount="25,000 t"),
            put("figures", of("scope-1", 2022), share="10.78 %"), put("figures", of("scope-2", 2022), share="54.16 %"),
            put("changes", {"of": "scope-1"}, relative="-39.94 %"),
            put("changes", {"of": "total"}, absolute="4,000 t", relative="+5.19 %"),
            put("intensities", {"id": "per-revenue", "year": 2022}, value="0.93 t/万元"),
            put("changes", {"of": "per-revenue"}, relative="-3.0 %"),
        ),
        {("scope-shift", "scope-1")}, "the fall alone is no abatement",
    ),
}  # fmt: skip


def test_the_clean_inventory_raises_nothing() -> None:
    assert checked(lambda d: None) == []


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_found_by_its_rule_and_nothing_else_is(name: str) -> None:
    change, expected, words = SLIPS[name]
    found = [f for f in checked(change) if f.grade != "rounding"]
    assert {(f.rule, f.about[0]) for f in found} == expected
    assert any(words in f.en for f in found), [f.en for f in found]


def test_every_finding_is_a_sentence_in_both_languages() -> None:
    for change, _, _ in SLIPS.values():
        for f in checked(change):
            assert f.zh.endswith("。")
            assert f.en.endswith(".")
            assert any("\u4e00" <= c <= "\u9fff" for c in f.zh)
