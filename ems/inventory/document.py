"""`inventory.json`: what was read, what it makes, what was found; everything that pages and workbooks show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Literal

import pandas as pd

from ems.inventory.checks import check
from ems.inventory.checks.changes import ends
from ems.inventory.checks.context import Context
from ems.inventory.findings import GRADES, Finding, size
from ems.inventory.inventory_file import InventoryFile
from ems.inventory.measures import KIND_TEXT, Entry, factor_text, measures_ledger
from ems.inventory.quantity import Range
from ems.inventory.totals import HOW_TEXT, Book, Row, largest_remainder
from ems.inventory.units import shown
from forecasting.factors import Factor

KIND, SCHEMA_VERSION = "inventory", "1.0"
SHARE_DIGITS = 2


def inventory_document(file: InventoryFile, factors: Mapping[str, Factor]) -> dict[str, Any]:
    """The inventory with its results as JSON-ready values; emissions in kg, unrounded."""
    inventory = file.inventory
    context = Context(inventory, factors)
    findings = check(inventory, factors)
    ledger = measures_ledger(inventory, factors, findings)
    return {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "provenance": {
            "created_at": pd.Timestamp.now("UTC").isoformat(timespec="seconds"),
            "versions": {"park-ems": version("park-ems")},
            "inventory_digest": file.digest,
            "source": file.path.name,
        },
        "inventory": inventory.model_dump(mode="json"),
        "unit": {"size_kg": size(context.unit), "text": {"zh": context.unit_in("zh"), "en": context.unit_in("en")}},
        "titles": {k: {"zh": zh, "en": en} for k, (zh, en) in context.titles.items()},
        "years": {
            str(year): {by: _rows(book, by) for by in ("scope", "segment")} for year, book in context.books.items()
        },
        "changes": [_change(context, k) for k in range(len(inventory.changes))],
        "comparisons": _comparisons(context),
        "intensities": _intensities(context),
        "findings": [_finding(f) for f in findings],
        "counts": {g: sum(f.grade == g for f in findings) for g in GRADES},
        "measures": [_measure(e) for e in ledger],
        "assumptions": [
            {"name": f.name, "value": f.value, "status": f.provenance.status, "source": f.provenance.source}
            for f in file.figures()
        ],
    }


def _rows(book: Book, by: Literal["scope", "segment"]) -> list[dict[str, Any]]:
    rows = book.rows(by)
    adjusted = shown_shares(rows)
    return [
        {
            "account": r.account,
            "kg": r.value.kg,
            "low_kg": r.value.range.low,
            "high_kg": r.value.range.high,
            "how": r.value.how,
            "how_text": {"zh": HOW_TEXT[r.value.how][0], "en": HOW_TEXT[r.value.how][1]},
            "share": r.share,
            "share_shown": adjusted.get(k),
            "told_share": _told_share(book, r),
            "depth": r.depth,
            "residual": r.residual,
        }
        for k, r in enumerate(rows)
    ]


def _told_share(book: Book, row: Row) -> float | None:
    figure = book.figure(row.account)
    return figure.share.base if figure and figure.share and not row.residual else None


def shown_shares(rows: Sequence[Row]) -> dict[int, float]:
    """Shares in per cent by place in ``rows``: those of the parts of the total sum to 100 by largest remainder."""
    places = [k for k, r in enumerate(rows) if r.depth == 1]
    found = {k: round(100 * r.share, SHARE_DIGITS) for k, r in enumerate(rows) if r.share is not None}
    if places and all(rows[k].value.kg >= 0 and rows[k].share is not None for k in places):
        made = largest_remainder([rows[k].value.kg for k in places], SHARE_DIGITS)
        found |= dict(zip(places, made, strict=True))
    return found


def _change(context: Context, k: int) -> dict[str, Any]:
    c = context.inventory.changes[k]
    e = ends(context, c)
    before, after = e.before, e.after
    implied = None
    if before is None and after is not None and c.relative and c.relative.base > -1:
        implied = after.kg / (1 + c.relative.base)
    return {
        "of": c.of, "since": c.since, "until": c.until, "unit": {lang: shown(e.unit, lang) for lang in ("zh", "en")},
        "before": before.kg if before else None, "after": after.kg if after else None, "implied_before": implied,
        "size": size(e.unit),
        "relative": after.kg / before.kg - 1 if before and after and before.kg else None,
        "told_relative": c.relative.base if c.relative else None,
        "told_absolute": c.absolute.base if c.absolute else None,
        "read_as": c.read_as,
    }  # fmt: skip


def _comparisons(context: Context) -> list[dict[str, Any]]:
    """Actual, difference as told, and the expected value that follows: expected = actual - difference."""
    found = []
    for c in context.inventory.comparisons:
        actual = context.value(c.of, c.year)
        expected = actual.kg - c.difference.base if actual else None
        found.append(
            {
                "id": c.id, "of": c.of, "year": c.year, "against": c.against.model_dump(),
                "actual_kg": actual.kg if actual else None, "difference_kg": c.difference.base, "expected_kg": expected,
            }
        )  # fmt: skip
    return found


def _intensities(context: Context) -> list[dict[str, Any]]:
    """Each told intensity, and the quantity that it implies [base units]."""
    found = []
    for i in context.inventory.intensities:
        emissions = context.value(i.of, i.year) if i.of else None
        implied = emissions.kg / i.value.base if emissions and i.value.base else None
        found.append(
            {
                "id": i.id, "year": i.year, "told": {lang: i.value.say(lang) for lang in ("zh", "en")},
                "value": i.value.value, "base": i.value.base, "implied_quantity": implied,
            }
        )  # fmt: skip
    return found


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "rule": f.rule, "grade": f.grade, "about": list(f.about), "text": {"zh": f.zh, "en": f.en},
        "computed": dict(f.computed),
    }  # fmt: skip


def _measure(e: Entry) -> dict[str, Any]:
    m = e.measure
    zh, en = KIND_TEXT[m.kind]
    return {
        "id": m.id, "kind": m.kind, "kind_text": {"zh": zh, "en": en}, "title": m.title.model_dump(),
        "who": m.who.model_dump() if m.who else None, "year": m.year,
        "activity": {"zh": e.activity.zh, "en": e.activity.en},
        "method": m.method.model_dump() if m.method else None,
        "factor_id": e.factor.id if e.factor else None, "factor": factor_text(e),
        "told_t": e.told_t, "computed_low_t": _end(e.computed_t, "low"), "computed_high_t": _end(e.computed_t, "high"),
        "counted_t": e.counted_t, "guard": {"zh": e.guard.zh, "en": e.guard.en} if e.guard else None,
    }  # fmt: skip


def _end(r: Range | None, end: Literal["low", "high"]) -> float | None:
    return getattr(r, end) if r else None
