"""Changes over years whose inventories do not cover the same: not to be read as abatement."""

from __future__ import annotations

from collections.abc import Iterator

from ems.inventory.checks.changes import ends
from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, n, percent, size
from ems.inventory.model import SCOPES, TOTAL, Boundary, Change, scope_id
from ems.inventory.totals import Value
from ems.inventory.units import joined

SHIFT = 0.05  # of the other scopes: what a fall of one scope and a rise of the others need to be called a shift


def boundaries_of_changes(context: Context) -> Iterator[Finding]:
    """Different companies, scopes or consolidation, and no restated base year."""
    told = [c for c in context.inventory.changes if c.of in _accounts(context)]
    for since, until in sorted({(c.since, c.until) for c in told}):
        differs = _differs(context, since, until)
        if differs is None:
            continue
        mine = [c for c in told if (c.since, c.until) == (since, until)]
        zh = "、".join(f"{context.zh(c.of)} {_amount(c, 'zh')}" for c in mine)
        en = ", ".join(f"{context.en(c.of)} {_amount(c, 'en')}" for c in mine)
        abatement = any(c.read_as == "abatement" for c in mine)
        yield Finding(
            "boundary", "warning", tuple(c.of for c in mine),
            f"{since}–{until} 的变化({zh})跨越了不同的边界: {differs[0]}, 且未重算基准年; "
            f"{'不能读作减排' if abatement else '两年不可直接相比'}。",
            f"the changes {since}–{until} ({en}) cross different boundaries: {differs[1]}, without a restated base "
            f"year; {'they are no proof of abatement' if abatement else 'the years do not compare'}.",
        )  # fmt: skip


def _accounts(context: Context) -> set[str]:
    named = {x.id for x in context.inventory.segments} | {x.id for x in context.inventory.lines}
    return {TOTAL, *map(scope_id, SCOPES)} | named


def _amount(c: Change, lang: str) -> str:
    return " / ".join(q.say(lang) for q in (c.absolute, c.relative) if q)


def _differs(context: Context, since: int, until: int) -> tuple[str, str] | None:
    by_year = {b.year: b for b in context.inventory.boundaries}
    one, other = by_year.get(since), by_year.get(until)
    if one is None or other is None or one.restated:
        return None
    found = list(_differences(one, other))
    return ("、".join(zh for zh, _ in found), ", ".join(en for _, en in found)) if found else None


def _differences(one: Boundary, other: Boundary) -> Iterator[tuple[str, str]]:
    if one.entities and other.entities and one.entities.base != other.entities.base:
        a, b = f"{one.entities.base:g}", f"{other.entities.base:g}"
        yield f"公司 {a} → {b} 家", f"{a} -> {b} companies"
    if one.scopes != other.scopes:
        a, b = (", ".join(map(str, x.scopes)) for x in (one, other))
        yield f"范围 {a} → {b}", f"scopes {a} -> {b}"
    if one.consolidation and other.consolidation and one.consolidation != other.consolidation:
        a, b = one.consolidation, other.consolidation
        yield f"合并方法 {a} → {b}", f"consolidation {a} -> {b}"


def scope_shift(context: Context) -> Iterator[Finding]:
    """One scope falls while the others rise by more: a shift to bought energy or to others, until shown otherwise."""
    for c in context.inventory.changes:
        if c.of not in map(scope_id, SCOPES) or c.read_as != "abatement":
            continue
        e = ends(context, c)
        whole = next(
            (x for x in context.inventory.changes if x.of == TOTAL and (x.since, x.until) == (c.since, c.until)), None
        )
        before, after = _total(context, c.since, whole), _total(context, c.until, whole)
        if not (e.before and e.after and before and after):
            continue
        rest = before.kg - e.before.kg, after.kg - e.after.kg
        fall, rise = e.before.kg - e.after.kg, rest[1] - rest[0]
        if fall <= 0 or rest[0] <= 0 or rise < SHIFT * rest[0] or rise < SHIFT * fall:
            continue
        k = 1 / size(context.unit)
        by = [joined(n(fall * k), context.unit_in(lang)) for lang in ("zh", "en")]
        parts = f"{n(rest[0] * k, 5)} -> {n(rest[1] * k, 5)}"
        yield Finding(
            "scope-shift", "warning", (c.of,),
            f"{context.zh(c.of)} {c.since}–{c.until} 下降 {by[0]}, 同时其余范围 {parts} "
            f"({percent(rise / rest[0], 0)}, +{n(rise * k)}): 可能是排放在范围间转移, 不能单独读作减排。",
            f"{context.en(c.of)} {c.since}–{c.until} falls by {by[1]} while the other scopes go {parts} "
            f"({percent(rise / rest[0], 0)}, +{n(rise * k)}): emissions may have moved between scopes; the fall "
            "alone is no abatement.",
            {"rest_before": rest[0] * k, "rest_after": rest[1] * k, "rest_change": 100 * rise / rest[0]},
        )  # fmt: skip


def _total(context: Context, year: int, change: Change | None) -> Value | None:
    """The total of a year: by the told change where that is sharper than the printed value."""
    known = context.value(TOTAL, year)
    if change and change.relative and year == change.since and (after := context.value(TOTAL, change.until)):
        by_change = after.range / change.relative.range.plus(1.0)
        sharper = known is None or by_change.high - by_change.low < known.range.high - known.range.low
        if sharper and (known is None or by_change.meets(known.range)):
            return Value(after.kg / (1 + change.relative.base), by_change, "rest")
    return known


def unchanged_claims(context: Context) -> Iterator[Finding]:
    """It is said that the boundary is unchanged, and it is not."""
    for claim in context.inventory.claims:
        if (differs := _differs(context, claim.since, claim.until)) is not None:
            yield Finding(
                "boundary-claim", "warning", (claim.id,),
                f"称 {claim.since}–{claim.until} 边界保持一致, 但{differs[0]}。",
                f"the boundary is said to be unchanged {claim.since}–{claim.until}, but {differs[1]}.",
            )  # fmt: skip
