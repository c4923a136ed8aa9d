"""Changes that are told follow from the values they are of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, between, n, percent
from ems.inventory.model import Change
from ems.inventory.quantity import Quantity, Range, nearest
from ems.inventory.totals import Value, printed
from ems.inventory.units import joined, shown


@dataclass(frozen=True)
class Ends:
    """Values at the beginning and the end of a change, as far as known, and the unit to show them in."""

    before: Value | None
    after: Value | None
    unit: str


def ends(context: Context, c: Change) -> Ends:
    """Values given with the change, else those of the accounts; the one that is missing from the absolute change."""
    before = printed(c.before) if c.before else context.value(c.of, c.since)
    after = printed(c.after) if c.after else context.value(c.of, c.until)
    if c.absolute:
        step = Value(c.absolute.base, c.absolute.range, "printed")
        if before is None and after is not None:
            before = after.minus(step)
        elif after is None and before is not None:
            after = Value(before.kg + step.kg, before.range + step.range, "rest")
    given = c.before or c.after or c.absolute or context.given(c.of)
    return Ends(before, after, given.unit if given else context.unit)


def changes(context: Context) -> Iterator[Finding]:
    for c in context.inventory.changes:
        e = ends(context, c)
        if e.before is None or e.after is None or e.before.range.low <= 0 <= e.before.range.high:
            continue
        if c.absolute:
            yield from _absolute(context, c, e.before, e.after, c.absolute)
        if c.relative:
            yield from _relative(context, c, e, e.before, e.after, c.relative)


def _absolute(context: Context, c: Change, before: Value, after: Value, told: Quantity) -> Iterator[Finding]:
    step = after.range - before.range
    if "rest" in (before.how, after.how) or step.meets(told.range):
        return
    size = told.as_unit.size
    exact = (after.kg - before.kg) / size
    why = _sign(step, told.range)
    arithmetic = f"{n(after.kg / size, 7)} - {n(before.kg / size, 7)} = {n(exact, 6)}"
    yield Finding(
        "change", "error", (c.of,),
        f"{context.zh(c.of)} {c.since}–{c.until}: {arithmetic}, 所报 {told.say('zh')}{why[0]}。",
        f"{context.en(c.of)} {c.since}–{c.until}: {arithmetic}, told is {told.say('en')}{why[1]}.",
        {"change": exact, "told": told.value},
    )  # fmt: skip


def _relative(context: Context, c: Change, e: Ends, before: Value, after: Value, told: Quantity) -> Iterator[Finding]:
    exact, possible = after.kg / before.kg - 1, (after.range / before.range).plus(-1.0)
    unit = Quantity.model_validate(f"1 {e.unit}").as_unit.size
    arithmetic = f"{n(after.kg / unit, 6)} / {n(before.kg / unit, 6)} - 1 = {percent(exact, told.decimals + 1)}"
    zh, en, computed = context.zh(c.of), context.en(c.of), {"change": 100 * exact, "told": told.value}
    if not possible.meets(told.range):
        why = _sign(possible, told.range) if told.value else ("", "")
        base = ((after.range - before.range) / after.range) if after.range.low > 0 else None
        if not why[0] and base is not None and base.meets(told.range):
            why = ("; 所报值除以了期末值而不是期初值", "; the told value divides by the end, not by the beginning")
        yield Finding(
            "change", "error", (c.of,),
            f"{zh} {c.since}–{c.until}: {arithmetic}, 所报 {told.say('zh')}{why[0]}。",
            f"{en} {c.since}–{c.until}: {arithmetic}, told is {told.say('en')}{why[1]}.", computed,
        )  # fmt: skip
    elif nearest(exact, told) != told.value:
        base = after.range / told.range.plus(1.0)
        yield Finding(
            "change-rounding", "rounding", (c.of,),
            f"{zh} {c.since}–{c.until}: {arithmetic}, 所报 {told.say('zh')}; 期初值若在 "
            f"{joined(between(base, unit, 6), shown(e.unit, 'zh'))} 即成立, "
            f"按所印位数结果可在 {between(possible, 0.01)} % 之间。",
            f"{en} {c.since}–{c.until}: {arithmetic}, told is {told.say('en')}; it holds with a beginning of "
            f"{joined(between(base, unit, 6), shown(e.unit, 'en'))}, and the printed digits allow "
            f"{between(possible, 0.01)} %.",
            computed | {"low": 100 * possible.low, "high": 100 * possible.high, "base_low": base.low / unit,
                        "base_high": base.high / unit},
        )  # fmt: skip


def _sign(possible: Range, told: Range) -> tuple[str, str]:
    if (possible * -1.0).meets(told):
        return "; 正负号相反", "; the sign is reversed"
    return "", ""
