"""Fleets: the diesel of the baseline vehicles as distance x litres x factor, less the supply of the hydrogen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.emissions.page.view import METHODS, EmissionView
from ems.emissions.workbook.factors import FactorCells
from ems.emissions.workbook.lines import write_factor
from ems.sizing.workbook.page import Page, cell


def write_vehicles(page: Page, view: EmissionView, factors: FactorCells) -> None:
    page.title(
        ("氢能车辆", "Hydrogen vehicles"),
        ("已包含在减排量之中, 不再相加。", "Part of what was avoided; not added to it."),
    )
    page.head([("指标", "figure"), *(view.pick(f["title"]) for f in view.content["vehicles"]), ("单位", "unit")])
    first = page.row
    for k, f in enumerate(view.content["vehicles"]):
        page.row = first
        _fleet(page, view, f, 1 + k, factors)
    for row, (word, unit) in enumerate(_rows(view), first):
        page.text(row, 0, word)
        page.text(row, 1 + len(view.content["vehicles"]), unit)


def _rows(view: EmissionView) -> list[tuple[str, str]]:
    told = [
        ("km", "km"),
        ("l_per_100km", "L/100 km"),
        ("baseline_l", "L"),
        ("hydrogen_kg", "kg"),
        ("factor", "kgCO2e/L"),
    ]
    told += [("baseline_kg", "kgCO2e")]
    for method in METHODS:
        told += [(f"supply_{method}", "kgCO2e"), (f"spared_{method}", "kgCO2e")]
    return [(view.say(key), unit) for key, unit in told]


def _fleet(page: Page, view: EmissionView, f: Mapping[str, Any], column: int, factors: FactorCells) -> None:
    """One column; litres, diesel and what was avoided are formulas."""
    top = page.row
    page.number(top, column, f["km"], "amount")
    page.number(top + 1, column, f["baseline_l_per_100km"])
    page.formula(top + 2, column, f"{cell(top, column)}*{cell(top + 1, column)}/100", f["baseline_l"], "amount")
    page.number(top + 3, column, f["hydrogen_kg"], "amount")
    per_litre = f["baseline_kg"] / f["baseline_l"] if f["baseline_l"] else 0.0
    write_factor(page, top + 4, column, factors.ref(f["factor_id"], per_litre), per_litre)
    page.formula(top + 5, column, f"{cell(top + 2, column)}*{cell(top + 4, column)}", f["baseline_kg"], "number")
    for k, method in enumerate(METHODS):
        row = top + 6 + 2 * k
        page.number(row, column, f["supply_kg"][method])
        spared = f["avoided_kg"][method]
        if spared is not None:
            page.formula(row + 1, column, f"{cell(top + 5, column)}-{cell(row, column)}", spared, "key")
