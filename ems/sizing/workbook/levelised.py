"""Levelised costs from the cash flow: what each component costs a year, passed from bus to bus to its users.

    own cost of a component before tax = annuity (PV of payments - tax PV of O&M, residual, depreciation) / (1 - tax)
                                       + annuity PV of its bills and of its emissions at their price
    matrix M of the buses that are used = identity - what is passed on / what is used
    cost of a unit on each bus = M^-1 (sum of shares x own costs / what is used)

The flows and shares are those of `ems.sizing.levelised`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ems.sizing.levelised import NAMES, UNUSED
from ems.sizing.workbook.cash import ASSETS, CashSheet
from ems.sizing.workbook.known import Known
from ems.sizing.workbook.page import Both, Page, Pages, cell

TITLES: dict[str, Both] = {"design": ("平准化(设计)", "Levelised"), "reference": ("平准化(参照)", "Levelised ref.")}
FIRST_BUS = 4  # column of the first bus


def levelised_page(pages: Pages, known: Known, cash: CashSheet) -> None:
    """``refs`` then holds ``<side>.<carrier>_cny_per_…`` of every carrier that is used."""
    side = cash.side
    park, e = known.content[side], known.study.economics
    flows = park["allocation"]
    live = [bus for bus, x in flows["used"].items() if x > UNUSED]
    if not live:
        return
    page = pages.add(TITLES[side], (30, 32, 18, 16, 14))
    page.title(
        ("平准化成本", "Levelised costs"),
        (
            "每个设备的年成本按其份额归入母线, 再随能量逐级传给用户; 份额与能量为模拟年的结果。税前。",
            "The annual cost of each component goes to its buses by the shares given, and with the energy on to the "
            "users; shares and energy are results of the simulated year. Before tax.",
        ),
    )
    heads: list[Both | str] = [
        ("设备", "component (zh)"),
        ("设备(英)", "component (en)"),
        ("排放 [t]", "emissions [t]"),
        ("年成本 [CNY/a]", "annual cost [CNY/a]"),
    ]
    page.head([*heads, *(bus_name(known, bus) for bus in live)], freeze=4)
    first = page.row
    own = {name: x["annual_cny"] / (1 - e.tax.rate) for name, x in park["money"]["by_component"].items()}
    for name, shares in flows["home"].items():
        page.names(page.row, known.component(name))
        tonnes = page.number(page.row, 2, flows["emissions_t"][name], "amount")
        formula = own_cost(known, cash, park, name, f"{tonnes}*SUMPRODUCT({carbon(cash)})")
        page.formula(page.row, 3, formula, own[name])
        for k, bus in enumerate(live):
            page.number(page.row, FIRST_BUS + k, shares.get(bus, 0.0), "factor")
        page.row += 1
    last = page.row - 1
    prices = _prices(flows, live, own)
    costs = page.row
    page.names(costs, ("母线自身成本 [CNY/a]", "own cost of the bus [CNY/a]"), "part")
    amounts = f"{cell(first, 3, fixed_column=True)}:{cell(last, 3, fixed_column=True)}"
    total = {bus: sum(s.get(bus, 0.0) * own[c] for c, s in flows["home"].items()) for bus in live}
    for k, bus in enumerate(live):
        shares = f"{cell(first, FIRST_BUS + k)}:{cell(last, FIRST_BUS + k)}"
        page.formula(costs, FIRST_BUS + k, f"SUMPRODUCT({amounts},{shares})", total[bus], "money_sum")
    page.row += 2
    matrix, column = _system(page, known, flows, live, costs, total)
    page.row += 1
    at: dict[str, str] = {}
    for k, bus in enumerate(live):
        name = bus_name(known, bus)
        unit = str(park["buses"][bus]["unit"])
        page.names(page.row, (f"{name[0]} [CNY/{unit}]", f"{name[1]} [CNY/{unit}]"))
        page.formula(page.row, 3, f"INDEX(MMULT(MINVERSE({matrix}),{column}),{k + 1},1)", prices[k], "key")
        at[bus] = cell(page.row, 3)
        page.row += 1
    page.row += 1
    for carrier, key in NAMES.items():
        if (value := park["levelised"][key]) is None:
            continue
        taken = flows["taken"][carrier]
        first = page.row
        for bus, x in taken.items():  # what its users take, at the cost of the bus
            zh, en = bus_name(known, bus)
            page.names(page.row, (f"    用户用量: {zh}", f"    taken by users: {en}"))
            page.number(page.row, 2, x, "amount")
            page.formula(page.row, 3, at[bus], prices[live.index(bus)], "number")
            page.row += 1
        amounts, costs_at = (f"{cell(first, c)}:{cell(page.row - 1, c)}" for c in (2, 3))
        mean = f"SUMPRODUCT({amounts},{costs_at})/SUM({amounts})"
        page.names(page.row, known.both(key), "part")
        known.refs[f"{side}.{key}"] = page.formula(page.row, 3, mean, value, "key")
        page.row += 1


def bus_name(known: Known, bus: str) -> Both:
    zh, en = known.views
    return zh.bus(bus), en.bus(bus)


def carbon(cash: CashSheet) -> str:
    years = cash.years
    return f"{years.span('discount', 1)},{years.span('carbon', 1)}"


def own_cost(known: Known, cash: CashSheet, park: dict[str, Any], component: str, emissions: str) -> str:
    """The annual cost of a component before tax, from the present values of its lines."""
    refs, tax = known.refs, known.refs["economics.tax.rate"]
    sizes = [n for n in known.study.sizes if n.partition(".")[0] == component]
    whole = [cash.present[f"{key}/{n}"] for n in sizes for key in (*ASSETS, "residual", "fixed_om")]
    relieved = [cash.present[f"{key}/{n}"] for n in sizes for key in ("fixed_om", "residual", "depreciation")]
    invested = f"({'+'.join(whole)}-{tax}*({'+'.join(relieved)}))/(1-{tax})" if sizes else "0"
    lines = park["money"]["by_cause"]
    bills = [cash.present[r] for k, b in enumerate(lines) if b["component"] == component
             for r in cash.rows if r.startswith(f"bill/{k}/")]  # fmt: skip
    return f"{refs['annuity']}*({'+'.join([invested, *bills, emissions])})"


def _prices(flows: dict[str, Any], live: list[str], own: dict[str, float]) -> list[float]:
    costs = [sum(s.get(bus, 0.0) * own[c] for c, s in flows["home"].items()) for bus in live]
    passed = [[flows["passed"][to].get(bus, 0.0) for bus in live] for to in live]
    used = [flows["used"][bus] for bus in live]
    return [float(x) for x in np.linalg.solve(np.diag(used) - np.array(passed), np.array(costs))]


def _system(
    page: Page, known: Known, flows: dict[str, Any], live: list[str], costs: int, total: dict[str, float]
) -> tuple[str, str]:
    """Flows, then the same for a unit used on each bus: where the matrix and its right side stand.

    Per unit, since buses that carry thousands of MWh and buses that carry some kWh stand side by side.
    """
    last = FIRST_BUS + len(live) - 1
    page.names(page.row, ("传入成本的量 [kWh, kg]", "cost passed on from [kWh, kg]"), "part")
    page.text(page.row, 3, "使用量 used", "part")
    page.row += 1
    top = page.row
    for to in live:
        page.names(page.row, bus_name(known, to))
        page.number(page.row, 3, flows["used"][to], "amount")
        for k, bus in enumerate(live):
            page.number(page.row, FIRST_BUS + k, flows["passed"][to].get(bus, 0.0), "amount")
        page.row += 1
    page.names(page.row, ("每单位用量: 单位阵减传入量", "per unit used: identity less what is passed on"), "part")
    page.text(page.row, 3, "自身成本 own cost", "part")
    page.row += 1
    first = page.row
    for row, to in enumerate(live):
        page.names(page.row, bus_name(known, to))
        used, its = flows["used"][to], cell(top + row, 3, fixed_column=True)
        page.formula(page.row, 3, f"{cell(costs, FIRST_BUS + row)}/{its}", total[to] / used, "factor")
        for k, bus in enumerate(live):
            value = float(to == bus) - flows["passed"][to].get(bus, 0.0) / used
            formula = f"{int(to == bus)}-{cell(top + row, FIRST_BUS + k)}/{its}"
            page.formula(page.row, FIRST_BUS + k, formula, value, "factor")
        page.row += 1
    end = page.row - 1
    return f"{cell(first, FIRST_BUS)}:{cell(end, last)}", f"{cell(first, 3)}:{cell(end, 3)}"
