"""Random inventories printed from unrounded values raise no alarm; random slips of a thousand are all found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ems.inventory.checks import check
from ems.inventory.model import Inventory
from ems.inventory.totals import per_base
from forecasting.factors import registry

FACTORS = registry(Path(__file__).parents[2] / "sites/factors")
INVENTORIES = 150
SOURCES = (  # line, scope, carrier, factor, unit, base units in it
    ("gas", 1, "natural_gas", "natural-gas.cn", "m3", 1.0),
    ("diesel", 1, "diesel", "diesel.cn.litre", "L", 1e-3),
    ("power", 2, "electricity", "mee-nbs-2025-47.cn.average", "MWh", 1e3),
    ("heat", 2, "heat", "heat.cn.default", "GJ", 1e3 / 3.6),
)
TEXT = {"zh": "某", "en": "some"}


def printed(kg: float, unit: str, size: float, decimals: int) -> str:
    return f"{kg / size:.{decimals}f} {unit}"


def invented(rng: np.random.Generator) -> dict[str, Any]:
    """An inventory with random activities; everything printed from unrounded values, at random digits."""
    decimals, share_digits = int(rng.integers(0, 4)), int(rng.integers(0, 3))
    kg = {year: {} for year in (2022, 2023)}  # type: dict[int, dict[str, float]]
    activities = []
    for line, _, _, factor, unit, size in SOURCES:
        for year in kg:
            amount = float(np.round(10 ** rng.uniform(3.5, 7)))
            activities.append({"line": line, "year": year, "amount": f"{amount:.0f} {unit}", "factor": factor})
            kg[year][line] = amount * size * per_base(FACTORS[factor])[0]
    for year in kg:
        kg[year]["goods"] = float(10 ** rng.uniform(6, 9))
    scope_of = {x[0]: x[1] for x in SOURCES} | {"goods": 3}
    figures = []
    for year, lines in kg.items():
        total = sum(lines.values())
        scopes = {f"scope-{s}": sum(v for k, v in lines.items() if scope_of[k] == s) for s in (1, 2, 3)}
        for of, value in {"total": total, **scopes, **lines}.items():
            share = {} if of == "total" else {"share": f"{100 * value / total:.{share_digits}f} %"}
            figures.append({"of": of, "year": year, "amount": printed(value, "t", 1e3, decimals), **share})
    cuts = np.sort(rng.uniform(0, 1, 2))
    segments = dict(zip("abc", np.diff([0.0, *cuts, 1.0]) * sum(kg[2023].values()), strict=True))
    for of, value in segments.items():
        figures.append({"of": of, "year": 2023, "amount": printed(float(value), "t", 1e3, decimals)})
    before, after = (sum(kg[y].values()) for y in (2022, 2023))
    revenue = {y: float(10 ** rng.uniform(8, 9.5)) for y in kg}
    per = {y: sum(kg[y].values()) / revenue[y] for y in kg}
    return {
        "name": "random", "title": TEXT, "organisation": TEXT, "consolidation": "equity_share", "year": 2023,
        "base_year": 2022,
        "segments": [{"id": s, "title": TEXT} for s in segments],
        "lines": [{"id": x[0], "scope": x[1], "carrier": x[2], "title": TEXT} for x in SOURCES]
        + [{"id": "goods", "scope": 3, "title": TEXT}],
        "figures": figures,
        "activities": activities,
        "quantities": [
            {"id": "revenue", "year": y, "title": TEXT, "value": f"{x / 1e4:.0f} 万元"} for y, x in revenue.items()
        ],
        "intensities": [
            {"id": "per", "of": "total", "per": "revenue", "year": y, "title": TEXT, "value": f"{x * 10:.4f} t/万元"}
            for y, x in per.items()
        ],
        "changes": [
            {"of": "total", "since": 2022, "until": 2023, "relative": f"{100 * (after / before - 1):+.2f} %",
             "absolute": f"{(after - before) / 1e3:+.{decimals}f} t"},
            {"of": "per", "since": 2022, "until": 2023, "relative": f"{100 * (per[2023] / per[2022] - 1):+.1f} %"},
            {"of": "revenue", "since": 2022, "until": 2023,
             "relative": f"{100 * (revenue[2023] / revenue[2022] - 1):+.2f} %"},
        ],
    }  # fmt: skip


def test_rounded_inventories_raise_no_alarm() -> None:
    rng = np.random.default_rng(7)
    alarms = []
    for _ in range(INVENTORIES):
        alarms += [f.en for f in check(Inventory.model_validate(invented(rng)), FACTORS) if f.grade != "rounding"]
    assert alarms == []


def power_in_kwh(data: dict[str, Any]) -> None:
    record = next(a for a in data["activities"] if a["line"] == "power" and a["year"] == 2023)
    record["amount"] = record["amount"].replace("MWh", "kWh")


def litres_as_tonnes(data: dict[str, Any]) -> None:
    record = next(a for a in data["activities"] if a["line"] == "diesel" and a["year"] == 2023)
    record["amount"] = record["amount"].replace(" L", " t")


def gigajoules_as_kwh(data: dict[str, Any]) -> None:
    record = next(a for a in data["activities"] if a["line"] == "heat" and a["year"] == 2023)
    record["amount"] = record["amount"].replace("GJ", "kWh")


def without_scope_2(data: dict[str, Any]) -> None:
    amounts = {f["of"]: f for f in data["figures"] if f["year"] == 2023}
    total = sum(float(amounts[s]["amount"].split()[0]) for s in ("scope-1", "scope-3"))
    amounts["total"]["amount"] = f"{total:.0f} t"


def turned_sign(data: dict[str, Any]) -> None:
    told = data["changes"][0]["relative"]
    data["changes"][0]["relative"] = ("-" if told[0] == "+" else "+") + told[1:]


@pytest.mark.parametrize(
    ("slip", "rule"),
    [
        (power_in_kwh, "unit-of-activity"),
        (litres_as_tonnes, "unit-of-activity"),
        (gigajoules_as_kwh, "unit-of-activity"),
        (without_scope_2, "sum"),
        (turned_sign, "change"),
    ],
)
def test_slips_in_random_inventories_are_found(slip: Any, rule: str) -> None:
    rng = np.random.default_rng(11)
    missed = 0
    for _ in range(30):
        data = invented(rng)
        slip(data)
        missed += not any(f.rule == rule and f.grade == "error" for f in check(Inventory.model_validate(data), FACTORS))
    assert missed == 0
