"""Sheets as the bytes of a workbook.

Texts are written as texts whatever they begin with, so that none becomes a formula or a link. Numbers have all their
digits; the format only says how many are shown. The same content gives the same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter

from ems.report.view import Lang, PlanView
from ems.workbook.sheet import Column, Sheet, Value
from ems.workbook.sheets import SHEETS

LONGEST = 32_767  # letters that a cell can hold
NARROWEST, WIDEST, WORDS = 9, 26, 80  # width of a column [letters]: of numbers, of texts
HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e8edf2", "bottom": 1}


def to_xlsx(content: dict[str, Any], lang: Lang) -> bytes:
    """The workbook of a plan's content in one language."""
    view, out = PlanView(content, lang), BytesIO()
    made = datetime.fromisoformat(content["provenance"]["created_at"]).astimezone(UTC).replace(tzinfo=None)
    title = f"{view.pick(content['site']['title'])} {content['date']}"
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": title, "subject": view.say("title"), "created": made})
        formats: dict[tuple[str, str], Any] = {}
        for make in SHEETS:
            _write(book, make(view), formats)
    return out.getvalue()


def _write(book: Any, sheet: Sheet, formats: dict[tuple[str, str], Any]) -> None:
    """One sheet with its heading frozen, ready to be printed."""
    page, head = book.add_worksheet(sheet.name), book.add_format(HEAD)
    lines = len(sheet.columns[0].heads)
    page.freeze_panes(lines, sheet.frozen)
    page.repeat_rows(0, lines - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    for k, column in enumerate(sheet.columns):
        page.set_column(k, k, _width(column))
        for row, text in enumerate(column.heads):
            page.write_string(row, k, text, head)
        for row, value in enumerate(column.values):
            look = (column.form, column.fills[row] if column.fills else "")
            if look not in formats:
                formats[look] = book.add_format(_look(*look))
            _put(page, lines + row, k, value, formats[look])


def _look(form: str, fill: str) -> dict[str, Any]:
    look: dict[str, Any] = {"num_format": form} if form else {"text_wrap": True, "valign": "top"}
    return look | ({"bg_color": fill} if fill else {})


def _put(page: Any, row: int, column: int, value: Value, look: Any) -> None:
    if isinstance(value, str):
        page.write_string(row, column, value[:LONGEST], look)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value, look)
    elif value is None:
        page.write_blank(row, column, None, look)
    else:
        page.write_number(row, column, value, look)


def _width(column: Column) -> int:
    """As wide as its longest text, or its longest word in the heading, within limits."""
    texts = [v for v in column.values if isinstance(v, str)]
    words = [word for head in column.heads for word in head.split()]
    most = max((_letters(t) for t in [*texts, *words]), default=0) + 2
    return min(max(most, 18 if "yy" in column.form else NARROWEST), WORDS if texts else WIDEST)


def _letters(text: str) -> int:
    """Width of the longest line; a Chinese character is two letters wide."""
    return max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n"))
