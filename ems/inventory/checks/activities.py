"""Emissions per unit of activity against the named factor, or against what factors of the carrier can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, between, n
from ems.inventory.quantity import Quantity, Range
from ems.inventory.ranges import Carrier
from ems.inventory.totals import per_base
from ems.inventory.units import MULTIPLIERS, UNITS, shown, split, unit_of

PER_UNIT = {"mass": "kg", "energy": "kWh", "volume": "m3", "distance": "km"}


@dataclass(frozen=True)
class Pair:
    """An amount of a carrier and the emissions that are told of it."""

    about: str
    zh: str
    en: str
    carrier: str
    amount: Quantity
    emissions: Quantity
    factor: str | None


def pairs(context: Context) -> Iterator[Pair]:
    """Lines with activity and amount; measures that save or replace one carrier."""
    carriers = {x.id: x.carrier for x in context.inventory.lines}
    for a in context.inventory.activities:
        told, carrier = context.figure(a.line, a.year), carriers[a.line]
        if told and (carrier or a.factor):
            zh, en = f"{context.zh(a.line)} {a.year}", f"{context.en(a.line)} {a.year}"
            yield Pair(a.line, zh, en, carrier or "", a.amount, told, a.factor)
    for m in context.inventory.measures:
        used = [f for f in context.inventory.flows_of(m.id) if f.role in ("saved", "replaced")]
        if m.emissions and len(used) == 1:
            yield Pair(m.id, m.title.zh, m.title.en, used[0].carrier, used[0].amount, m.emissions, m.factor)


def factors_of_activities(context: Context) -> Iterator[Finding]:
    for p in pairs(context):
        carrier = context.ranges.carrier(p.carrier) if p.carrier else None
        known = _known(context, p, carrier)
        if known is None or p.amount.range.low <= 0:
            continue
        name, expected = known
        ratio, exact = p.emissions.range / p.amount.range, p.emissions.base / p.amount.base
        if ratio.meets(expected):
            continue
        fits = _fitting(p, carrier, name, expected)
        per = f"kg/{PER_UNIT[p.amount.counts]}"
        zh = en = ""
        if fits:
            zh = f"; 单位应为 {shown(fits[0], 'zh')}: 得 {_per(p, fits[0], 'zh')}"
            en = f"; the unit should be {shown(fits[0], 'en')}: {_per(p, fits[0], 'en')}"
        middle = expected.low if expected.low == expected.high else (expected.low + expected.high) / 2
        should = p.amount.base * middle / 1000
        yield Finding(
            "unit-of-activity" if fits else "factor", "error", (p.about,),
            f"{p.zh}: {p.emissions.say('zh')} / {p.amount.say('zh')} = {n(exact, 4)} {per}, {name[0]} "
            f"{between(expected)} {per}, 该数量应对应约 {n(should, 4)} 吨{zh}。",
            f"{p.en}: {p.emissions.say('en')} / {p.amount.say('en')} = {n(exact, 4)} {per}, {name[1]} "
            f"{between(expected)} {per}; the amount would make about {n(should, 4)} t{en}.",
            {"kg_per_base": exact, "expected_t": should},
        )  # fmt: skip


Name = tuple[str, str]


def _known(context: Context, p: Pair, carrier: Carrier | None) -> tuple[Name, Range] | None:
    """The factor that was named, where it is of what the amount counts, else the range of the carrier."""
    if p.factor and p.factor in context.factors:
        value, counts = per_base(context.factors[p.factor])
        if counts == p.amount.counts:
            return (f"因子 {p.factor}", f"factor {p.factor}"), Range(value, value)
    if carrier and (found := carrier.factor(p.amount.counts)):
        return (f"{carrier.zh}的因子", f"factors of {carrier.en}"), found
    return None


def _fitting(p: Pair, carrier: Carrier | None, name: Name, expected: Range) -> list[str]:
    """Units with which the same number would fit, the most alike first: the multiplier kept, then the kind kept."""
    multiplier, unit = split(p.amount.unit)
    size, found = p.amount.as_unit.size, []
    for other in UNITS:
        for m in MULTIPLIERS:
            candidate = unit_of(m + other)
            if candidate is None or m + other == p.amount.unit or candidate.counts not in PER_UNIT:
                continue
            same = candidate.counts == p.amount.counts
            allowed = expected if same else carrier.factor(candidate.counts) if carrier else None
            if allowed is None:
                continue
            amount = p.amount.range * (candidate.size / size)
            if (p.emissions.range / amount).meets(allowed):
                found.append(((m != multiplier) + (other != unit), not same, m + other))
    return [text for _, _, text in sorted(found)]


def _per(p: Pair, unit: str, lang: str) -> str:
    name = split(unit)[1]
    known, base = unit_of(unit), unit_of(name)
    assert known
    assert base
    amount = p.amount.base / p.amount.as_unit.size * known.size / base.size
    return f"{n(p.emissions.base / amount, 4)} kg/{shown(name, lang)}"
