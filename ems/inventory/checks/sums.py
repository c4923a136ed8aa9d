"""Parts make the whole: scopes, sources, segments, and every other total printed with its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ems.inventory.checks.context import Context
from ems.inventory.findings import Finding, n, size
from ems.inventory.model import SCOPES, TOTAL, scope_id
from ems.inventory.quantity import Range
from ems.inventory.totals import Book, Partition, Value, added, printed
from ems.inventory.units import joined

SCALES = ((10.0, "x 10"), (100.0, "x 100"), (1000.0, "x 1000"), (1e4, "x 10000"), (3.6, "x 3.6"))


def sums(context: Context) -> Iterator[Finding]:
    for book in context.books.values():
        for p in book.partitions:
            yield from _partition(context, book, p)
    for s in context.inventory.sums:
        whole, parts = printed(s.total), [printed(q) for q in s.parts]
        if {s.total.counts} != {q.counts for q in s.parts}:
            continue
        names = [(q.say("zh"), q.say("en")) for q in s.parts]
        yield from _compared(
            "sum", (s.id,), (s.title.zh, s.title.en), whole, parts, names, 1 / s.total.as_unit.size,
            (s.total.say("zh"), s.total.say("en")),
        )  # fmt: skip


def _partition(context: Context, book: Book, p: Partition) -> Iterator[Finding]:
    whole = book.printed(p.whole)
    if whole is None or book.missing(p) or not p.parts:
        return
    parts = [v for x in p.parts if (v := book.signed(x))]
    if all(v.how == "sum" for v in parts) and len(parts) == 1:
        return
    scale = 1 / size(context.unit)
    names = [book.titles[x] for x in p.parts]
    title = tuple(f"{book.year} {t}" for t in book.titles[p.whole])
    told = tuple(joined(n(whole.kg * scale, 7), context.unit_in(lang)) for lang in ("zh", "en"))
    left_out = _outside(context, book) if p.whole == TOTAL and p.by == "scope" else []
    yield from _compared(
        "sum", (p.whole, *p.parts), (title[0], title[1]), whole, parts, names, scale, (told[0], told[1]), left_out
    )


def _outside(context: Context, book: Book) -> list[tuple[tuple[str, str], Value]]:
    """Scopes that have values but stand outside the boundary of the year."""
    outside = [scope_id(s) for s in SCOPES if scope_id(s) not in book.scopes]
    return [(book.titles[s], v) for s in outside if (v := book.printed(s))]


def _compared(
    rule: str,
    about: tuple[str, ...],
    title: tuple[str, str],
    whole: Value,
    parts: Sequence[Value],
    names: Sequence[tuple[str, str]],
    scale: float,
    told: tuple[str, str],
    left_out: Sequence[tuple[tuple[str, str], Value]] = (),
) -> Iterator[Finding]:
    total = added(parts)
    shown = " + ".join(n(v.kg * scale, 4 if v.how == "share" else 7) for v in parts).replace("+ -", "- ")
    gap = (whole.kg - total.kg) * scale
    arithmetic = f"{shown} = {n(total.kg * scale, 7)}"
    computed = {"sum": total.kg * scale, "told": whole.kg * scale, "residual": gap}
    if not total.range.meets(whole.range):
        why = _explained(whole, parts, names, left_out)
        zh = f";{why[0]}" if why else ""
        en = f"; {why[1]}" if why else ""
        yield Finding(
            rule, "error", about,
            f"{title[0]}: 各项之和 {arithmetic}, 与所报 {told[0]} 差 {n(gap, 4)}{zh}。",
            f"{title[1]}: the parts make {arithmetic}, told are {told[1]}, {n(gap, 4)} apart{en}.", computed,
        )  # fmt: skip
    elif abs(gap) > 1e-9 * abs(whole.kg * scale) and _worth_telling(gap, scale, parts):
        yield Finding(
            "sum-rounding", "rounding", about,
            f"{title[0]}: 各项之和 {arithmetic}, 所报 {told[0]}, 余量 {n(gap, 3)} 在所印位数的舍入之内。",
            f"{title[1]}: the parts make {arithmetic}, told are {told[1]}; the rest of {n(gap, 3)} is within rounding.",
            computed,
        )  # fmt: skip


def _worth_telling(gap: float, scale: float, parts: Sequence[Value]) -> bool:
    """A rest that the finest printed digit can show; what is known by its share is told with the shares."""
    if any(v.how == "share" for v in parts):
        return False
    finest = min((v.range.high - v.range.low) * scale for v in parts)
    return abs(gap) >= 0.49 * finest


def _explained(
    whole: Value,
    parts: Sequence[Value],
    names: Sequence[tuple[str, str]],
    left_out: Sequence[tuple[tuple[str, str], Value]],
) -> tuple[str, str] | None:
    """The one slip that closes the sum: a part left out or counted twice, a sign, a power of ten, GJ for kWh."""
    total = added(parts).range

    def closes(change: Range) -> bool:
        return (total + change).meets(whole.range)

    for name, value in left_out:
        if closes(value.range):
            return f"加上边界之外的{name[0]}即相等", f"adding {name[1]}, which is outside the boundary, closes it"
    for name, v in zip(names, parts, strict=True):
        tries = [
            (v.range * -1.0, f"总数漏计了{name[0]}", f"the total leaves out {name[1]}"),
            (v.range, f"{name[0]}被计入两次", f"{name[1]} is counted twice"),
            (v.range * -2.0, f"{name[0]}的正负号相反即相等", f"it closes with the sign of {name[1]} reversed"),
        ]
        for k, text in SCALES:
            for factor, word in ((k, text), (1 / k, text.replace("x", "/"))):
                tries.append((v.range * (factor - 1), f"{name[0]} {word} 即相等", f"it closes with {name[1]} {word}"))
        for change, zh, en in tries:
            if closes(change):
                return zh, en
    return None
