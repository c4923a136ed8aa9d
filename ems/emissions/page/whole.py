"""The whole emission report as one HTML file that needs nothing else, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.emissions.page.heading import heading_html, page_title
from ems.emissions.page.sections import sections
from ems.emissions.page.style import CSS
from ems.emissions.page.view import EmissionView
from ems.report.formats import Lang
from ems.sizing.report.bilingual import Side, bilingual_html

LANGS: tuple[Lang, Lang] = ("zh", "en")


def page(document: Mapping[str, Any], lang: Lang) -> str:
    """The page of a report, given as the content of its `report.json`; ``lang`` is shown first, a button switches."""
    views = [EmissionView(document, each) for each in LANGS]
    sides = [Side(v.lang, page_title(v), heading_html(v), sections(v)) for v in views]
    return bilingual_html(sides, lang, document["hours"], CSS)
