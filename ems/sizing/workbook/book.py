"""The sheets of a study's workbook in their order, as the bytes of a file; the same content gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from ems.sizing.workbook.cash import cash_page
from ems.sizing.workbook.compared import compared_page
from ems.sizing.workbook.inputs import assumptions_page, site_page
from ems.sizing.workbook.known import Known
from ems.sizing.workbook.levelised import levelised_page
from ems.sizing.workbook.page import Pages
from ems.sizing.workbook.sizes import sizes_page
from ems.sizing.workbook.tables import balances_page, figures_page, notes_page, rows_pages
from ems.sizing.workbook.years import years_page


def study_workbook(content: Mapping[str, Any]) -> bytes:
    """The workbook of a study, given as the content of its `study.json`, in Chinese and English side by side."""
    out, known = BytesIO(), Known(content)
    made = datetime.fromisoformat(content["provenance"]["created_at"]).astimezone(UTC).replace(tzinfo=None)
    title = known.title(content["study"]["title"])
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": " · ".join(title), "subject": " · ".join(known.both("title")), "created": made})
        pages = Pages(book)
        assumptions_page(pages, known)
        sizes_page(pages, known)
        years = years_page(pages, known)
        design = cash_page(pages, known, years, "design", ("现金流(设计)", "Cash flow"))
        reference = cash_page(pages, known, years, "reference", ("现金流(参照)", "Cash flow ref."))
        levelised_page(pages, known, design)
        levelised_page(pages, known, reference)
        compared_page(pages, known, design, reference)
        figures_page(pages, known)
        balances_page(pages, known)
        rows_pages(pages, known)
        site_page(pages, known)
        notes_page(pages, known)
    return out.getvalue()
