"""One interval of a stored plan in words: what electricity costs and is worth, who runs and what it earns, what binds.

Everything is read from the plan's content. Worth is the marginal value on a bus: the cost of one more kWh or kg with
all starts and stops as they are. What these values do not show (why a machine started when it did) is not explained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ems.explain import LIMITS, TOUCH, spans
from ems.interval.machines import idle, machines
from ems.interval.stores import moved_demands, stores
from ems.interval.view import Interval
from ems.phrases import amount, band_label, bus_label, label, listed, told
from ems.report.names import kind_name
from ems.stored_plan import stored_plan
from ems.wishes import reasons
from forecasting.errors import InputError
from forecasting.notes import Note
from models import PV, Store
from models.commitment import Machine
from models.grid import Grid

SAME = 5e-4  # CNY/kWh: values nearer to each other are the same
SMALL = 0.03  # share of a balance that is not worth a word
UPPER = ("connection", "contract", "paid_peak")  # limits of import


def explain_interval(content: dict[str, Any], k: int) -> list[Note]:
    """Sentences about step ``k`` of a plan's content; raises `InputError` where there is no such step."""
    plan = stored_plan(content, "plan")
    if not 0 <= k < len(plan.window.inputs):
        raise InputError("plan", "step", k, f"from 0 to {len(plan.window.inputs) - 1}")
    i = Interval(plan, k)
    parts: list[Callable[[Interval], Iterator[Note]]] = [
        purchase, unmet, worth_of_electricity, worth_of_others, balance, machines, idle, stores, moved_demands, binding,
    ]  # fmt: skip
    return [note for part in parts for note in part(i)]


def purchase(i: Interval) -> Iterator[Note]:
    """When it is, the tariff band, and what is bought and sold at which price."""
    when = f"{i.plan.content['date']} {spans(i.index, [i.k], i.step_h)}"
    band = band_label(str(i.plan.content["bands"][i.k]))
    head = told("{when}, {band}", "{when}, {band}", when=when, band=band)
    if i.rules:
        head = told("{head}(规则运行方案)", "{head} (rule-based schedule)", head=head)
    grids = [c for c in i.site.components if isinstance(c, Grid)]
    if not grids:
        yield told("{head}: 未接电网。", "{head}: there is no grid.", head=head)
    for c in grids:
        bought, price = i.value(c, "import_kw"), amount(i.input(c.import_price), "CNY/kWh")
        if bought <= TOUCH:
            said = told("不购电, 购电价 {price}", "nothing is bought, the import price is {price}", price=price)
        else:
            cost = amount(i.input(c.import_price) * bought * i.step_h, "CNY")
            x = amount(bought, "kW")
            zh, en = "购电 {x}, 电价 {price}, 本时段 {cost}", "{x} are bought at {price}, {cost} in this interval"
            said = told(zh, en, x=x, price=price, cost=cost)
        if c.export_limit_kw and (sold := i.value(c, "export_kw")) > TOUCH:
            x, price = amount(sold, "kW"), amount(i.input(c.export_price), "CNY/kWh")
            said = told("{s}; 上网 {x}, 电价 {price}", "{s}; {x} are sold at {price}", s=said, x=x, price=price)
        yield told("{head}: {said}。", "{head}: {said}.", head=head, said=said)


def unmet(i: Interval) -> Iterator[Note]:
    """Demands not served, with the reason; import above the contract; sun, hydrogen and gas let go."""
    for c in i.site.components:
        for q in c.quantities:
            x = i.value(c, q.name)
            if x <= TOUCH:
                continue
            parts = {"who": label(c), "x": amount(x, i.unit(c, q.name), 1 if x < 10 else None)}
            if q.name.startswith("unserved"):
                bus = c.ports[0].bus
                why = Note(*reasons(i.site, i.window, i.plan.schedule, bus, np.array([i.k])))
                zh, en = "{who}缺供 {x}。原因: {why}。", "{who}: {x} are not served. Reason: {why}."
                yield told(zh, en, why=why, **parts)
            elif q.name == "over_contract_kw":
                yield told("{who}: 购电超过合同需量 {x}。", "{who}: {x} are bought above the contract.", **parts)
            elif q.name == "curtailed_kw":
                yield told("{who}弃光 {x}。", "{who}: {x} of sun are curtailed.", **parts)
            elif c.kind == "spill":
                yield told("{who} {x}。", "{who}: {x} are released.", **parts)


def worth_of_electricity(i: Interval) -> Iterator[Note]:
    """What one more kWh is worth beside what it costs to buy one."""
    for c in i.site.components:
        if not isinstance(c, Grid) or c.electricity_bus not in i.marginal:
            continue
        worth, price = i.marginal[c.electricity_bus], i.input(c.import_price) + i.carbon_price * i.input(c.intensity)
        against = Note("购电价", "the import price")
        if i.carbon_price:
            against = Note("购电价加碳价", "import price and carbon price")
        bus, v, d = bus_label(i.site, c.electricity_bus), amount(worth, "CNY", 3), amount(abs(worth - price), "CNY", 3)
        parts = {"bus": bus, "v": v, "d": d, "p": against}
        head = told("多用 1 kWh {bus}值 {v}", "One more kWh of {bus} is worth {v}", **parts)
        if abs(worth - price) <= SAME:
            yield told("{head}, 等于{p}。", "{head}: {p}.", head=head, **parts)
        elif worth > price:
            why = _held(i, c)
            yield told("{head}, 比{p}高 {d}{why}。", "{head}, {d} above {p}{why}.", head=head, why=why, **parts)
        else:
            why = _spare(i, c, worth)
            yield told("{head}, 比{p}低 {d}{why}。", "{head}, {d} below {p}{why}.", head=head, why=why, **parts)


def _held(i: Interval, c: Grid) -> Note:
    """Why no more is bought although it is worth more than it costs: the limits of import that are reached."""
    found = [Note(zh, en) for en, zh in (LIMITS[name] for name in UPPER if i.binds(c, name))]
    if i.value(c, "over_contract_kw") > TOUCH:
        found.append(Note("超过合同需量, 须付罚金", "above the contract, at a penalty"))
    if c.sets_peak(i.series(c, "import_kw"), i.window)[i.k]:
        found.append(Note("抬高本月最大需量", "at a new peak of the month, which is charged"))
    return told(": 购电{x}", ": import is {x}", x=listed(found)) if found else Note("", "")


def _spare(i: Interval, c: Grid, worth: float) -> Note:
    """What follows where a kWh is worth less than it costs to buy, and what one that is spare would go to."""
    zh, en = (", 所以不购电", ", so nothing is bought") if i.value(c, "import_kw") <= TOUCH else ("", "")
    sold = i.value(c, "export_kw")
    if sold > TOUCH and not i.binds(c, "export_limit") and abs(worth - i.input(c.export_price)) <= SAME:
        return Note(zh + "; 等于上网电价", en + "; it is the price of what is sold")
    sun = any(i.value(p, "curtailed_kw") > TOUCH for p in i.site.components if isinstance(p, PV))
    if sun and abs(worth) <= SAME:
        return Note(zh + "; 光伏有富余", en + "; there is more sun than can be used")
    return Note(zh, en)


def worth_of_others(i: Interval) -> Iterator[Note]:
    """What one more kWh or kg is worth on every bus without a grid."""
    priced = {c.electricity_bus for c in i.site.components if isinstance(c, Grid)}
    found = []
    for bus, worth in i.marginal.items():
        if bus not in priced:
            unit = str(i.plan.content["marginal_values"][bus]["unit"])
            v = amount(worth, unit, 0 if abs(worth) < SAME else 3 if abs(worth) < 1 else None)
            found.append(told("{bus} {v}", "{bus} {v}", bus=bus_label(i.site, bus), v=v))
    if found:
        yield told("其他介质多用 1 单位的价值: {x}。", "What one more unit is worth elsewhere: {x}.", x=listed(found))


def balance(i: Interval) -> Iterator[Note]:
    """Where electricity comes from and where it goes."""
    for bus in (b for b, carrier in i.site.buses.items() if carrier == "electricity"):
        into: dict[str, float] = {}
        for (name, _), flow in i.plan.schedule.into_bus(i.site, bus).items():
            kind = i.site.component(name).kind
            several = sum(c.kind == kind for c in i.site.components) > 1
            key = f"*{kind}" if several else name
            into[key] = into.get(key, 0.0) + float(flow[i.k])
        total = sum(x for x in into.values() if x > 0)
        if total <= TOUCH:
            continue
        sides = [[(n, s * x / total) for n, x in into.items() if s * x / total >= SMALL] for s in (1, -1)]
        shares = [
            listed(told("{who} {s}", "{who} {s}", who=_who(i, n), s=f"{x:.0%}") for n, x in sorted(side, key=_share))
            for side in sides
        ]
        parts = {"bus": bus_label(i.site, bus), "x": amount(total, "kW"), "a": shares[0], "b": shares[1]}
        yield told("{bus} {x}, 来自: {a}; 用于: {b}。", "{x} of {bus} from {a}; to {b}.", **parts)


def _share(item: tuple[str, float]) -> float:
    return -item[1]


def _who(i: Interval, key: str) -> Note:
    """A component, or all of a kind."""
    if key.startswith("*"):
        return Note(kind_name(key[1:], "zh"), kind_name(key[1:], "en"))
    return label(i.site.component(key))


def binding(i: Interval) -> Iterator[Note]:
    """Limits of grid, stores and supplies that are reached; those of machines stand with the machines."""
    found = []
    for c in i.site.components:
        if isinstance(c, Machine | PV):
            continue
        for name in c.limits(i.table(c), i.window):
            if name not in LIMITS or not i.binds(c, name) or (isinstance(c, Store) and not i.varies(c, c.level_name)):
                continue
            en, zh = LIMITS[name]
            found.append(told("{who}{x}", "{who} {x}", who=label(c), x=Note(zh, en)))
    if found:
        yield told("达到的限值: {x}。", "Limits reached: {x}.", x=listed(found))
