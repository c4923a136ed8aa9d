"""Companies enter the inventory with the share that its consolidation approach asks for.

Equity share: the share held. Financial or operational control: all of a company that is controlled, none of the others
(GHG Protocol Corporate Standard, revised edition 2004, chapter 3).
"""

from __future__ import annotations

from collections.abc import Iterator

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, n, size
from ems.inventory.model import TOTAL, Entity
from ems.inventory.quantity import Range
from ems.inventory.totals import added, printed
from ems.inventory.units import joined

APPROACH = {
    "equity_share": ("股权比例法", "equity share"),
    "financial_control": ("财务控制权法", "financial control"),
    "operational_control": ("运营控制权法", "operational control"),
}


def entities(context: Context) -> Iterator[Finding]:
    inventory = context.inventory
    for e in inventory.entities:
        yield from _counted(context, e)
        yield from _amount(context, e)
    boundary = next((b for b in inventory.boundaries if b.year == inventory.year), None)
    complete = boundary and boundary.entities and boundary.entities.base == len(inventory.entities)
    total, parts = context.value(TOTAL, inventory.year), [e.counted_emissions for e in inventory.entities]
    if complete and total and parts and all(parts):
        made = added([printed(q) for q in parts if q])
        if not made.range.meets(total.range):
            k = 1 / size(context.unit)
            yield Finding(
                "entities-sum", "error", tuple(e.id for e in inventory.entities),
                f"各公司计入量之和 {n(made.kg * k, 7)}, 与总量 {n(total.kg * k, 7)} {context.unit_in('zh')} 不符。",
                f"what companies are counted with makes {n(made.kg * k, 7)}, the total is "
                f"{joined(n(total.kg * k, 7), context.unit_in('en'))}.",
                {"sum": made.kg * k, "told": total.kg * k},
            )  # fmt: skip


def due(context: Context, e: Entity) -> Range:
    """Share of a company that belongs into the inventory."""
    if context.inventory.consolidation == "equity_share":
        return e.held.range
    controlled = (
        e.financial_control if context.inventory.consolidation == "financial_control" else e.operational_control
    )
    return Range(1.0, 1.0) if controlled else Range(0.0, 0.0)


def _counted(context: Context, e: Entity) -> Iterator[Finding]:
    should = due(context, e)
    if e.counted.range.meets(should):
        return
    way = APPROACH[context.inventory.consolidation]
    right = e.held.say("en") if context.inventory.consolidation == "equity_share" else f"{100 * should.low:g}%"
    zh = en = ""
    if e.emissions:
        over = e.emissions.base * (e.counted.base - (should.low + should.high) / 2) / size(context.unit)
        told = [joined(n(over), context.unit_in(lang)) for lang in ("zh", "en")]
        zh, en = f", 相差 {told[0]}", f", a difference of {told[1]}"
    yield Finding(
        "equity", "error", (e.id,),
        f"{e.title.zh}: 计入 {e.counted.say('zh')}, 按{way[0]}应为 {right}(持股 {e.held.say('zh')}){zh}。",
        f"{e.title.en}: counted with {e.counted.say('en')}, {way[1]} asks for {right} ({e.held.say('en')} held){en}.",
        {"counted": e.counted.value, "due": 100 * (should.low + should.high) / 2},
    )  # fmt: skip


def _amount(context: Context, e: Entity) -> Iterator[Finding]:
    if e.emissions is None or e.counted_emissions is None:
        return
    made = e.emissions.range * e.counted.range
    if not made.meets(e.counted_emissions.range):
        exact = e.emissions.base * e.counted.base / e.counted_emissions.as_unit.size
        yield Finding(
            "equity-amount", "error", (e.id,),
            f"{e.title.zh}: {e.emissions.say('zh')} x {e.counted.say('zh')} = {n(exact, 6)}, 所报 "
            f"{e.counted_emissions.say('zh')}。",
            f"{e.title.en}: {e.emissions.say('en')} x {e.counted.say('en')} = {n(exact, 6)}, told are "
            f"{e.counted_emissions.say('en')}.",
            {"amount": exact, "told": e.counted_emissions.value},
        )  # fmt: skip
