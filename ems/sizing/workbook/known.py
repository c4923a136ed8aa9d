"""What the sheets of a study's workbook share: its content in both languages, its study, and cells already written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ems.sizing.report.paths import path_label
from ems.sizing.report.text import TEXT
from ems.sizing.report.view import StudyView
from ems.sizing.study import Study
from ems.sizing.workbook.page import Both


@dataclass
class Known:
    """``refs``: name of a figure -> its cell, filled in as sheets are written."""

    content: Mapping[str, Any]
    refs: dict[str, str] = field(default_factory=dict)

    @cached_property
    def study(self) -> Study:
        return Study.model_validate(self.content["study"])

    @cached_property
    def views(self) -> tuple[StudyView, StudyView]:
        return StudyView(self.content, "zh"), StudyView(self.content, "en")

    def both(self, key: str) -> Both:
        """A word of the report in both languages."""
        return TEXT[key] if key in TEXT else (key.replace("_", " "),) * 2

    def size(self, name: str) -> Both:
        zh, en = self.views
        return zh.size_label(name), en.size_label(name)

    def component(self, name: str) -> Both:
        zh, en = self.views
        return zh.label(name), en.label(name)

    def cause(self, name: str) -> Both:
        zh, en = self.views
        return zh.cause(name), en.cause(name)

    def path(self, name: str) -> Both:
        """A path of the study; nothing where it has no words of its own."""
        zh, en = (path_label(view, name) for view in self.views)
        return ("", "") if zh == name else (zh, en)

    def title(self, both: Mapping[str, str]) -> Both:
        return both["zh"], both["en"]
