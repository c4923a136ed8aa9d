"""Shares follow from amounts, and together they are 100 %."""

from __future__ import annotations

from collections.abc import Iterator

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, n, size
from ems.inventory.model import TOTAL, scope_id
from ems.inventory.quantity import Quantity, Range, nearest
from ems.inventory.totals import Book, Partition, Value, largest_remainder


def shares(context: Context) -> Iterator[Finding]:
    """share = amount / total, and amount / scope."""
    for book in context.books.values():
        scope_of = {x.id: scope_id(x.scope) for x in context.inventory.lines}
        for f in (f for f in context.inventory.figures if f.year == book.year):
            part = book.value(f.of)
            if f.share and part and part.how != "share":
                yield from _share(context, book, f.of, TOTAL, part, f.share)
            if f.share_of_scope and part and f.of in scope_of:
                yield from _share(context, book, f.of, scope_of[f.of], part, f.share_of_scope)


def _share(context: Context, book: Book, part: str, whole: str, of: Value, told: Quantity) -> Iterator[Finding]:
    total = book.value(whole)
    if total is None or total.kg <= 0:
        return
    exact, unit = of.kg / total.kg, 1 / size(context.unit)
    arithmetic = f"{n(of.kg * unit, 7)} / {n(total.kg * unit, 7)} = {100 * exact:.{told.decimals + 2}f} %"
    zh, en = book.titles[part], book.titles[whole]
    computed = {"share": 100 * exact, "told": told.value}
    if not (of.range / total.range).meets(told.range):
        yield Finding(
            "share", "error", (part, whole),
            f"{zh[0]}占{en[0]}: {arithmetic}, 所报 {told.say('zh')}。",
            f"{zh[1]} of {en[1]}: {arithmetic}, told are {told.say('en')}.", computed,
        )  # fmt: skip
    elif nearest(exact, told) != told.value:
        yield Finding(
            "share-rounding", "rounding", (part, whole),
            f"{zh[0]}占{en[0]}: {arithmetic}, 所报 {told.say('zh')} 差末位, 可由未舍入的数值得出。",
            f"{zh[1]} of {en[1]}: {arithmetic}, told are {told.say('en')}; unrounded amounts can give that.", computed,
        )  # fmt: skip


def shares_together(context: Context) -> Iterator[Finding]:
    """Shares of all parts make 100 %, those of the sources the share of their scope."""
    for book in context.books.values():
        for p in book.partitions:
            told = [(f.share if (f := book.figure(x)) else None) for x in p.parts]
            whole = Range(1.0, 1.0) if p.whole == TOTAL else _told(book, p.whole)
            known = [q for q in told if q is not None]
            if len(known) == len(told) > 1 and whole is not None:
                yield from _together(book, p, known, whole)


def _told(book: Book, account: str) -> Range | None:
    figure = book.figure(account)
    return figure.share.range if figure and figure.share else None


def _together(book: Book, p: Partition, told: list[Quantity], whole: Range) -> Iterator[Finding]:
    signs = [-1.0 if x in book.removals else 1.0 for x in p.parts]
    total, exact = Range(0.0, 0.0), 0.0
    for sign, q in zip(signs, told, strict=True):
        total, exact = total + q.range * sign, exact + sign * q.value
    should = 100 * (whole.low + whole.high) / 2
    arithmetic = f"{' + '.join(f'{s * q.value:.{q.decimals}f}' for s, q in zip(signs, told, strict=True))}"
    arithmetic = f"{arithmetic} = {exact:.{max(q.decimals for q in told)}f} %".replace("+ -", "- ")
    zh, en = book.titles[p.whole]
    computed = {"sum": exact, "should": should}
    if not total.meets(whole):
        yield Finding(
            "shares-sum", "error", (p.whole, *p.parts),
            f"{book.year} {zh}各项占比之和 {arithmetic}, 应为 {should:.5g} %, 舍入不能解释这一差距。",
            f"{book.year} shares of {en}: {arithmetic}, should be {should:.5g} %; rounding cannot explain it.",
            computed,
        )  # fmt: skip
    elif abs(exact - should) > 1e-6:
        digits = max(q.decimals for q in told)
        better = ""
        if p.whole == TOTAL and all(s > 0 for s in signs):
            amounts = [book.value(x) for x in p.parts]
            basis = [v.kg for v in amounts if v] if all(amounts) else [q.value for q in told]
            better = " / ".join(f"{x:.{digits}f}" for x in largest_remainder(basis, digits))
        zh_more = f"; 最大余数法给出 {better}" if better else ""
        en_more = f"; largest remainders give {better}" if better else ""
        yield Finding(
            "shares-sum-rounding", "rounding", (p.whole, *p.parts),
            f"{book.year} {zh}各项占比之和 {arithmetic}, 应为 {should:.5g} %, 在舍入之内{zh_more}。",
            f"{book.year} shares of {en}: {arithmetic}, should be {should:.5g} %, within rounding{en_more}.", computed,
        )  # fmt: skip
