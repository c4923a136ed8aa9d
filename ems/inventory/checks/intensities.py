"""Intensities: the change follows from its parts, and the level is one that an economy can have."""

from __future__ import annotations

from collections.abc import Iterator

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, between, n, percent
from ems.inventory.model import Intensity
from ems.inventory.quantity import Quantity, Range, nearest
from ems.inventory.totals import Value
from ems.inventory.units import shown, unit_of, variants


def products(context: Context) -> Iterator[Finding]:
    """(1 + change of emissions) / (1 + change of the quantity) - 1 = change of the intensity."""
    told = {(c.of, c.since, c.until): c.relative for c in context.inventory.changes if c.relative}
    for (name, since, until), change in told.items():
        of = next((i for i in context.inventory.intensities if i.id == name), None)
        if of is None or of.of is None or of.per is None:
            continue
        above, below = (_growth(context, x, since, until, told) for x in (of.of, of.per))
        if above is None or below is None or below[1].low <= 0:
            continue
        exact, possible = above[0] / below[0] - 1, (above[1] / below[1]).plus(-1.0)
        needed = above[0] / (1 + change.base) - 1
        arithmetic = f"{n(above[0], 6)} / {n(below[0], 6)} - 1 = {percent(exact)}"
        computed = {"change": 100 * exact, "told": change.value, "needed_change_of_quantity": 100 * needed}
        if not possible.meets(change.range):
            yield Finding(
                "intensity-change", "error", (name, of.of, of.per),
                f"{of.title.zh} {since}–{until}: 由 {context.zh(of.of)}与{context.zh(of.per)}的变化得 {arithmetic}, "
                f"所报 {change.say('zh')}; 若要成立, {context.zh(of.per)}须变化 {percent(needed)}。",
                f"{of.title.en} {since}–{until}: the changes of {context.en(of.of)} and {context.en(of.per)} make "
                f"{arithmetic}, told is {change.say('en')}; for that {context.en(of.per)} would have to change by "
                f"{percent(needed)}.",
                computed,
            )  # fmt: skip
        elif nearest(exact, change) != change.value:
            yield Finding(
                "intensity-change-rounding", "rounding", (name, of.of, of.per),
                f"{of.title.zh} {since}–{until}: {arithmetic}, 所报 {change.say('zh')}, 在舍入之内。",
                f"{of.title.en} {since}–{until}: {arithmetic}, told is {change.say('en')}, within rounding.", computed,
            )  # fmt: skip


def _growth(
    context: Context, of: str, since: int, until: int, told: dict[tuple[str, int, int], Quantity]
) -> tuple[float, Range] | None:
    """End over beginning: as told, which has the most digits, else from the values."""
    if (change := told.get((of, since, until))) is not None:
        return 1 + change.base, change.range.plus(1.0)
    before, after = context.value(of, since), context.value(of, until)
    if before is None or after is None or before.range.low <= 0:
        return None
    return after.kg / before.kg, after.range / before.range


def levels(context: Context) -> Iterator[Finding]:
    """intensity = emissions / quantity where the quantity is known; per money, within what any industry has."""
    for i in context.inventory.intensities:
        emissions = context.value(i.of, i.year) if i.of else None
        quantity = context.value(i.per, i.year) if i.per else None
        if emissions and quantity and quantity.range.low > 0:
            yield from _level(context, i, emissions, quantity)
        elif i.value.counts == "mass/money":
            yield from _per_money(context, i, emissions)


def _level(context: Context, i: Intensity, emissions: Value, quantity: Value) -> Iterator[Finding]:
    exact, size = emissions.kg / quantity.kg, i.value.as_unit.size
    possible = emissions.range / quantity.range
    arithmetic = f"{n(emissions.kg)} kg / {n(quantity.kg)} = {n(exact / size)}"
    computed = {"intensity": exact / size, "told": i.value.value}
    if not possible.meets(i.value.range):
        fits = [u for u in variants(i.value.unit) if possible.meets(i.value.range * (_size(u) / size))]
        zh = f"; 单位应为 {shown(fits[0], 'zh')}" if fits else ""
        en = f"; the unit should be {shown(fits[0], 'en')}" if fits else ""
        yield Finding(
            "unit-of-intensity" if fits else "intensity", "error", (i.id,),
            f"{i.title.zh} {i.year}: {arithmetic} {shown(i.value.unit, 'zh')}, 所报 {i.value.say('zh')}{zh}。",
            f"{i.title.en} {i.year}: {arithmetic} {shown(i.value.unit, 'en')}, told is {i.value.say('en')}{en}.",
            computed,
        )  # fmt: skip
    elif nearest(exact, i.value) != i.value.value:
        yield Finding(
            "intensity-rounding", "rounding", (i.id,),
            f"{i.title.zh} {i.year}: {arithmetic}, 所报 {i.value.say('zh')}, 在舍入之内。",
            f"{i.title.en} {i.year}: {arithmetic}, told is {i.value.say('en')}, within rounding.", computed,
        )  # fmt: skip


def _per_money(context: Context, i: Intensity, emissions: Value | None) -> Iterator[Finding]:
    usual = Range(*context.ranges.intensity.kg_per_cny)
    if i.value.range.meets(usual):
        return
    used = [x.value.unit for x in context.inventory.intensities if x.value.unit != i.value.unit]
    near = [u for u in variants(i.value.unit) if u in used] + variants(i.value.unit)
    fits = [u for u in near if (i.value.range * (_size(u) / i.value.as_unit.size)).meets(usual)]
    room, per_t = Range(usual.low * 10, usual.high * 10), i.value.base * 10  # kg/CNY x 10 = t per 10 000 CNY
    computed = {"told_t_per_10k_cny": per_t}
    zh, en = f"{n(per_t)} 吨/万元", f"{n(per_t)} t/10⁴ CNY"
    if emissions:
        implied = emissions.kg / i.value.base / 1e4
        computed["implied_10k_cny"] = implied
        zh += f", {n(emissions.kg / 1e7, 7)} 万吨 / {i.value.say('zh')} = {n(implied)} 万元"
        en += f", {n(emissions.kg / 1e3, 7)} t / ({i.value.say('en')}) = {n(implied * 1e4, 7)} CNY"
    tail_zh = tail_en = ""
    if fits:
        tail_zh, tail_en = f"; 按 {shown(fits[0], 'zh')}", f"; as {shown(fits[0], 'en')}"
        if emissions:
            right = emissions.kg / (i.value.value * _size(fits[0])) / 1e8
            computed["implied_100m_cny_with_unit"] = right
            tail_zh, tail_en = f"{tail_zh}则为 {n(right)} 亿元", f"{tail_en} it is {n(right * 100)} million CNY"
        else:
            tail_zh, tail_en = f"{tail_zh}即属正常", f"{tail_en} it is usual"
    yield Finding(
        "unit-of-intensity", "error", (i.id,),
        f"{i.title.zh} {i.year}: 所报 {i.value.say('zh')} 即 {zh}, 各行业约在 {between(room)} 吨/万元{tail_zh}。",
        f"{i.title.en} {i.year}: told is {i.value.say('en')}, that is {en}; industries lie within {between(room)} "
        f"t/10⁴ CNY{tail_en}.",
        computed,
    )  # fmt: skip


def _size(unit: str) -> float:
    found = unit_of(unit)
    assert found is not None, unit
    return found.size
