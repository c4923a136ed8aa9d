"""The sheets of the workbook in their order, as the bytes of a file; the same report gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from ems.emissions.page.heading import period_text
from ems.emissions.page.view import EmissionView
from ems.emissions.workbook.avoided import write_avoided
from ems.emissions.workbook.evidence import write_assumptions, write_evidence, write_gaps
from ems.emissions.workbook.factors import write_factors
from ems.emissions.workbook.hydrogen import write_hydrogen
from ems.emissions.workbook.lines import write_baselines, write_park
from ems.emissions.workbook.summary import write_summary
from ems.emissions.workbook.vehicles import write_vehicles
from ems.report.formats import Lang
from ems.sizing.workbook.page import Pages

TEXT = (34, 30, 12, 12, 40, 34, 14)  # widths of columns of words before those of numbers [letters]


def workbook(document: Mapping[str, Any], lang: Lang) -> bytes:
    """The workbook of a report, given as the content of its `report.json`; headings in both languages, texts in one."""
    out, view = BytesIO(), EmissionView(document, lang)
    made = datetime.fromisoformat(document["provenance"]["created_at"]).astimezone(UTC).replace(tzinfo=None)
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": f"{view.site_title} · {period_text(view)}", "created": made})
        pages = Pages(book)
        summary = pages.add(("摘要", "Summary"), (40, 22, 14, 16))
        lines = pages.add(("逐项", "Lines"), TEXT)
        avoided = pages.add(("减排", "Avoided"), (40, 30, 12, 14))
        baselines = pages.add(("基准", "Baselines"), TEXT)
        hydrogen = pages.add(("氢", "Hydrogen"), (40, 16))
        vehicles = pages.add(("车辆", "Vehicles"), (40, 18)) if document["vehicles"] else None
        factors = write_factors(pages.add(("因子", "Factors"), (44, 14, 16, 10, 10, 26, 26, 12, 12, 12, 60, 20)), view)
        park = write_park(lines, view, factors)
        others = write_baselines(baselines, view, factors)
        totals = write_avoided(avoided, view, park, others, factors)
        write_summary(summary, view, park, others, totals)
        write_hydrogen(hydrogen, view)
        if vehicles is not None:
            write_vehicles(vehicles, view, factors)
        write_gaps(pages.add(("缺口", "Gaps"), (40, 30, 22, 22, 10, 60)), view)
        write_assumptions(pages.add(("假设", "Assumptions"), (60, 16, 16, 14, 80)), view)
        write_evidence(pages.add(("证据", "Evidence"), (40, 90, 60)), view)
    return out.getvalue()
