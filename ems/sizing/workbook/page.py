"""A sheet that is written cell by cell; every cell that formulas speak of is known by its reference.

A formula is written with its value, so that a reader that does not calculate shows it as well. Texts stay texts
whatever they begin with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from ems.report.palette import LINE, QUIET

Both = tuple[str, str]  # (Chinese, English)
INPUT = "#fff7e0"  # what a reader may change
LONGEST = 32_767  # letters that a cell can hold
LOOKS: dict[str, dict[str, Any]] = {
    "text": {"valign": "top"},
    "wrap": {"text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e8edf2", "bottom": 1},
    "part": {"bold": True, "top": 1, "top_color": QUIET},
    "quiet": {"font_color": QUIET, "text_wrap": True, "valign": "top"},
    "money": {"num_format": "#,##0;[Red]-#,##0;-"},
    "money_sum": {"num_format": "#,##0;[Red]-#,##0;-", "bold": True, "top": 1, "top_color": LINE},
    "number": {"num_format": "#,##0.00"},
    "amount": {"num_format": "#,##0.0"},
    "factor": {"num_format": "0.0000"},
    "share": {"num_format": "0.0%"},
    "year": {"num_format": "0"},
    "any": {"num_format": "General"},
    "input": {"num_format": "General", "bg_color": INPUT},
    "key": {"num_format": "#,##0.00", "bold": True},
    "key_share": {"num_format": "0.00%", "bold": True},
}


class Pages:
    """The sheets of a workbook and the looks of their cells."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._looks = {name: book.add_format(look) for name, look in LOOKS.items()}

    def add(self, name: Both, widths: Sequence[int]) -> Page:
        """A new sheet; ``widths`` of its first columns [letters], the last one for all that follow."""
        title = f"{name[0]} {name[1]}"
        sheet = self._book.add_worksheet(title)
        for k, width in enumerate(widths):
            sheet.set_column(k, k if k + 1 < len(widths) else 200, width)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return Page(sheet, title, self._looks)


class Page:
    """One sheet; rows and columns count from 0."""

    def __init__(self, sheet: Any, title: str, looks: dict[str, Any]) -> None:
        self._sheet, self._title, self._looks = sheet, title, looks
        self.row = 0  # where the next line goes

    def text(self, row: int, column: int, text: str, look: str = "text") -> None:
        self._sheet.write_string(row, column, text[:LONGEST], self._looks[look])

    def number(self, row: int, column: int, value: float | None, look: str = "number") -> str:
        """Write a number, or leave the cell empty; its reference from any sheet."""
        if value is None:
            self._sheet.write_blank(row, column, None, self._looks[look])
        else:
            self._sheet.write_number(row, column, value, self._looks[look])
        return self.ref(row, column)

    def formula(self, row: int, column: int, formula: str, value: float | str, look: str = "money") -> str:
        """Write a formula (without its sign) and what it makes; its reference from any sheet."""
        self._sheet.write_formula(row, column, f"={formula}", self._looks[look], value)
        return self.ref(row, column)

    def ref(self, row: int, column: int) -> str:
        """A cell as any sheet names it."""
        return f"'{self._title}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def span(self, row: int, first: int, last: int) -> str:
        """Cells side by side, as any sheet names them."""
        left, right = (xl_rowcol_to_cell(row, c, row_abs=True, col_abs=True) for c in (first, last))
        return f"'{self._title}'!{left}:{right}"

    def block(self, top: int, left: int, bottom: int, right: int) -> str:
        first, last = (xl_rowcol_to_cell(r, c, row_abs=True, col_abs=True) for r, c in ((top, left), (bottom, right)))
        return f"'{self._title}'!{first}:{last}"

    def head(self, titles: Sequence[Both | str], *, freeze: int = 1) -> int:
        """A line of headings at the next row, in both languages; what is above and left of it stays in sight."""
        for column, title in enumerate(titles):
            self.text(self.row, column, title if isinstance(title, str) else f"{title[0]}\n{title[1]}", "head")
        self._sheet.set_row(self.row, 32)
        self._sheet.freeze_panes(self.row + 1, freeze)
        self._sheet.repeat_rows(self.row)
        self.row += 1
        return self.row - 1

    def title(self, both: Both, *more: Both) -> None:
        """What the sheet shows, and how to read it."""
        self.text(self.row, 0, f"{both[0]} · {both[1]}", "title")
        for line in more:
            self.row += 1
            self.text(self.row, 0, f"{line[0]} {line[1]}")
        self.row += 2

    def names(self, row: int, both: Both, look: str = "text") -> None:
        """The two languages of a line, in the first two columns."""
        for column, text in enumerate(both):
            self.text(row, column, text, look)


def column_name(column: int) -> str:
    return str(xl_col_to_name(column))


def cell(row: int, column: int, *, fixed_column: bool = False, fixed_row: bool = False) -> str:
    """A cell of the same sheet."""
    return str(xl_rowcol_to_cell(row, column, row_abs=fixed_row, col_abs=fixed_column))
