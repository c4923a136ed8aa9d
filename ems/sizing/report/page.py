"""The whole report of a study as one HTML file that needs nothing else, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ems.sizing.report.bilingual import Side, bilingual_html
from ems.sizing.report.heading import heading_html, page_title
from ems.sizing.report.sections import sections
from ems.sizing.report.view import Lang, StudyView

LANGS: tuple[Lang, Lang] = ("zh", "en")


def study_html(content: Mapping[str, Any], lang: Lang) -> str:
    """The report of a study, given as the content of its `study.json`; ``lang`` is shown first, a button switches."""
    views = [StudyView(content, each) for each in LANGS]
    sides = [Side(v.lang, page_title(v), heading_html(v), [s for s in sections(v) if not s.is_empty]) for v in views]
    return bilingual_html(sides, lang, content["design"]["series"])
