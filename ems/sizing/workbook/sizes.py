"""Sizes of both parks and what a unit costs in money of the base year."""

from __future__ import annotations

from ems.sizing.workbook.known import Known
from ems.sizing.workbook.page import Both, Pages, cell
from ems.sizing.worth import payments

SIDES = ("design", "reference")


def sizes_page(pages: Pages, known: Known) -> None:
    """``refs`` then holds ``size.<side>.<name>`` and ``price``, ``incentive``, ``om`` of each size."""
    page = pages.add(("规模与成本", "Sizes and costs"), (28, 30, 9, 13, 13, 14, 14, 14, 16, 16, 12, 12, 14, 18))
    page.title(
        ("规模与成本", "Sizes and costs"),
        ("单价为基准年价格。", "Costs of a unit are in money of the base year; sizes are results of the study."),
    )
    heads: list[Both | str] = [
        ("规模", "size (zh)"),
        ("规模(英)", "size (en)"),
        known.both("unit"),
        known.both("design"),
        known.both("reference"),
        ("单位投资", "capex per unit"),
        ("单位补贴", "incentive per unit"),
        ("单位年运维", "fixed O&M per unit and year"),
        ("投资, 设计", "capex, design"),
        ("投资, 参照", "capex, reference"),
        known.both("lowest"),
        known.both("highest"),
        known.both("state"),
        ("再多一个单位的价值 [CNY/a]", "worth of one more unit [CNY/a]"),
    ]
    page.head(heads, freeze=2)
    e, refs, bounds = known.study.economics, known.refs, known.content["design"]["bounds"]
    parks = {side: known.content[side]["sizes"] for side in SIDES}
    first = page.row
    for name, size in known.study.sizes.items():
        row, cost, of = page.row, known.study.costs[size.cost], f"costs.{size.cost}."
        p = payments(cost, e)
        page.names(row, known.size(name))
        page.text(row, 2, str(parks["design"][name]["unit"]))
        amounts = {side: float(parks[side].get(name, {"value": 0.0})["value"]) for side in SIDES}
        for column, side in enumerate(SIDES, 3):
            refs[f"size.{side}.{name}"] = page.number(row, column, amounts[side], "number")
        inflated = f"(1+{refs['economics.inflation']})^({refs['economics.base_year']}-{refs[of + 'price_year']})"
        price = float((p.capex - p.incentives)[0])
        refs[f"price.{name}"] = page.formula(row, 5, f"{refs[of + 'capex_cny_per_unit']}*{inflated}", price, "number")
        given = f"{cell(row, 5)}*{refs[of + 'incentive_share']}+{refs[of + 'incentive_cny_per_unit']}*{inflated}"
        refs[f"incentive.{name}"] = page.formula(row, 6, given, -float(p.incentives[0]), "number")
        om = f"({refs[of + 'fixed_om_share']}*{refs[of + 'capex_cny_per_unit']}+"
        om += f"{refs[of + 'fixed_om_cny_per_unit_year']})*{inflated}"
        yearly = cost.fixed_om_share * cost.capex_cny_per_unit + cost.fixed_om_cny_per_unit_year
        value = yearly * (1 + e.inflation) ** (e.base_year - cost.price_year)
        refs[f"om.{name}"] = page.formula(row, 7, om, value, "number")
        for column, side in enumerate(SIDES, 8):
            page.formula(row, column, f"{cell(row, column - 5)}*{cell(row, 5)}", amounts[side] * price)
        page.number(row, 10, size.min)
        page.number(row, 11, size.max)
        bound = bounds.get(name)
        page.text(row, 12, "" if bound is None else " ".join(known.both(f"at_{bound['at']}")))
        page.number(row, 13, bound["worth_cny"] if bound else None)
        page.row += 1
    page.names(page.row, ("合计", "sum"), "part")
    for column, side in enumerate(SIDES, 8):
        total = f"SUM({cell(first, column)}:{cell(page.row - 1, column)})"
        page.formula(page.row, column, total, float(known.content[side]["money"]["capex_cny"]), "money_sum")
