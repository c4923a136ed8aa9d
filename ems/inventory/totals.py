"""Values of the accounts of a year, unrounded: as printed, computed from activities, the rest of a sum, or by share.

    value = printed amount, else activity x factor, else what is left of the sum, else share x total, else sum of parts

Every value keeps the interval that the printed digits leave open; nothing is rounded before it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ems.inventory.model import SCOPES, TOTAL, Figures, Inventory, scope_id
from ems.inventory.quantity import Quantity, Range
from ems.inventory.units import unit_of
from forecasting.factors import Factor

How = Literal["printed", "computed", "rest", "share", "sum"]
HOW_TEXT = {
    "printed": ("印刷值", "printed"),
    "computed": ("活动数据 x 因子", "activity x factor"),
    "rest": ("余量", "rest of the sum"),
    "share": ("占比 x 总量", "share x total"),
    "sum": ("各项之和", "sum of its parts"),
}


@dataclass(frozen=True)
class Value:
    """Emissions of an account [kgCO2e] with the interval they may lie in."""

    kg: float
    range: Range
    how: How

    def minus(self, other: Value) -> Value:
        return Value(self.kg - other.kg, self.range - other.range, "rest")


def added(values: Sequence[Value]) -> Value:
    total = Range(0.0, 0.0)
    for v in values:
        total = total + v.range
    return Value(sum(v.kg for v in values), total, "sum")


def printed(q: Quantity) -> Value:
    return Value(q.base, q.range, "printed")


@dataclass(frozen=True)
class Partition:
    """A sum that the inventory implies: the parts of an account by scope, source, segment or company."""

    whole: str
    parts: tuple[str, ...]
    by: Literal["scope", "source", "segment"]


@dataclass(frozen=True)
class Row:
    """One line of a table of results; ``residual`` tells what the parts miss of the whole."""

    account: str
    value: Value
    share: float | None  # of the total
    depth: int = 0
    residual: bool = False


class Book:
    """The accounts of one inventory in one year."""

    def __init__(self, inventory: Inventory, year: int, factors: Mapping[str, Factor]) -> None:
        self.inventory, self.year, self.factors = inventory, year, factors
        self._figures = {f.of: f for f in inventory.figures if f.year == year}

    @cached_property
    def titles(self) -> dict[str, tuple[str, str]]:
        names = {TOTAL: ("总排放量", "total emissions")}
        names |= {scope_id(s): (f"范围{'一二三'[s - 1]}", f"scope {s}") for s in SCOPES}
        i = self.inventory
        for part in (i.segments, i.lines, i.quantities, i.intensities):
            names |= {x.id: (x.title.zh, x.title.en) for x in part}
        return names

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """Scopes in the boundary of the year; those that have lines or figures where no boundary is told."""
        told = next((b.scopes for b in self.inventory.boundaries if b.year == self.year), None)
        if told is not None:
            return tuple(map(scope_id, told))
        used = {scope_id(x.scope) for x in self.inventory.lines}
        return tuple(s for s in map(scope_id, SCOPES) if s in used or s in self._figures)

    @cached_property
    def partitions(self) -> list[Partition]:
        found = [Partition(TOTAL, self.scopes, "scope")]
        for s in self.scopes:
            if parts := tuple(x.id for x in self.inventory.lines if scope_id(x.scope) == s):
                found.append(Partition(s, parts, "source"))
        if self.inventory.segments:
            found.append(Partition(TOTAL, tuple(s.id for s in self.inventory.segments), "segment"))
        return found

    @cached_property
    def removals(self) -> frozenset[str]:
        return frozenset(x.id for x in self.inventory.lines if x.removal)

    def figure(self, account: str) -> Figures | None:
        return self._figures.get(account)

    def printed(self, account: str) -> Value | None:
        figure = self.figure(account)
        return printed(figure.amount) if figure and figure.amount else None

    def own(self, account: str) -> Value | None:
        """What is known of an account by itself: printed, or activity x factor, or its share of the total."""
        return self.printed(account) or self.computed(account) or self._by_share(account)

    def computed(self, account: str) -> Value | None:
        """Activity x named factor of a line; nothing where units do not fit (`checks.activities` tells it)."""
        for a in self.inventory.activities:
            if a.line == account and a.year == self.year and a.factor and a.factor in self.factors:
                factor = per_base(self.factors[a.factor])
                if factor[1] == a.amount.counts:
                    return Value(a.amount.base * factor[0], a.amount.range * factor[0], "computed")
        return None

    def _by_share(self, account: str) -> Value | None:
        figure, total = self.figure(account), self.printed(TOTAL)
        if figure is None or figure.share is None or total is None:
            return None
        return Value(figure.share.base * total.kg, figure.share.range * total.range, "share")

    def value(self, account: str) -> Value | None:
        """The best value of an account, ``None`` where nothing is known."""
        known = self.printed(account) or self.computed(account) or self._rest(account) or self._by_share(account)
        return known or self._sum(account)

    def signed(self, account: str) -> Value | None:
        """The own value as it enters the sum of its scope: a removal counts negative."""
        value = self.own(account) or self._sum(account)
        if value is None or account not in self.removals:
            return value
        return Value(-value.kg, value.range * -1.0, value.how)

    def _rest(self, account: str) -> Value | None:
        """What is left of a printed whole where all other parts are printed or computed."""
        for p in self.partitions:
            whole = self.printed(p.whole)
            if account not in p.parts or whole is None or account in self.removals:
                continue
            others = [self.printed(x) or self.computed(x) for x in p.parts if x != account]
            if others and all(others) and not self.removals & set(p.parts):
                return whole.minus(added([x for x in others if x]))
        return None

    def _sum(self, account: str) -> Value | None:
        for p in self.partitions:
            if p.whole == account:
                parts = [self.signed(x) for x in p.parts]
                if all(parts):
                    return added([x for x in parts if x])
        return None

    def missing(self, p: Partition) -> list[str]:
        """Parts of which nothing is known by itself."""
        return [x for x in p.parts if self.signed(x) is None]

    def share(self, account: str) -> float | None:
        """Share of the total, unrounded."""
        value, total = self.value(account), self.value(TOTAL)
        return value.kg / total.kg if value and total and total.kg else None

    def rows(self, by: Literal["scope", "segment"]) -> list[Row]:
        """The total and its parts, sources below their scopes, with a residual row where parts do not make the sum."""
        total = self.value(TOTAL)
        if total is None:
            return []
        found = [Row(TOTAL, total, 1.0)]
        for p in (p for p in self.partitions if p.by == by):
            found += self._parts(p, total, 1, by == "scope")
        return found

    def _parts(self, p: Partition, total: Value, depth: int, deeper: bool) -> list[Row]:
        found, known = [], []
        for part in p.parts:
            value = self.value(part)
            if value is None:
                continue
            sign = -1.0 if part in self.removals else 1.0
            known.append(sign * value.kg)
            found.append(Row(part, value, sign * value.kg / total.kg if total.kg else None, depth))
            inner = next((q for q in self.partitions if q.whole == part and q.by == "source"), None) if deeper else None
            found += self._parts(inner, total, depth + 1, False) if inner else []
        whole = self.value(p.whole)
        if whole and known and abs(left := whole.kg - sum(known)) > 1e-9 * abs(whole.kg):
            rest = Value(left, Range(left, left), "rest")
            found.append(Row(p.whole, rest, left / total.kg if total.kg else None, depth, residual=True))
        return found


def per_base(factor: Factor) -> tuple[float, str]:
    """A factor of the registry per base unit, and what that unit counts: 110 kgCO2e/GJ is 0.396 per kWh of energy."""
    unit = unit_of(factor.unit.partition("/")[2])
    if unit is None:
        return factor.value, ""
    return factor.value / unit.size, unit.counts


def largest_remainder(values: Sequence[float], decimals: int, total: float = 100.0) -> list[float]:
    """Shares with ``decimals`` digits that sum to ``total``: rounded down, the largest remainders rounded up.

    Values are scaled to the total first; ties go to the earlier one (Hamilton's method).
    """
    step = 10.0**-decimals
    whole = sum(values)
    if whole <= 0:
        raise ValueError("shares need a positive sum")
    exact = [x / whole * total / step for x in values]
    floors = [int(x // 1) for x in exact]
    short = round(total / step) - sum(floors)
    order = sorted(range(len(exact)), key=lambda k: (floors[k] - exact[k], k))
    for k in order[:short]:
        floors[k] += 1
    return [round(f * step, decimals) for f in floors]
