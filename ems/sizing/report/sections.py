"""The sections of a report in the order in which they are read; the same in both languages."""

from __future__ import annotations

from collections.abc import Callable

from ems.sizing.report.assumptions import assumptions_section, notes_section, provenance_section
from ems.sizing.report.cash import cash_section
from ems.sizing.report.costs import costs_section
from ems.sizing.report.front import front_section
from ems.sizing.report.grid import grid_section
from ems.sizing.report.key_figures import figures_section
from ems.sizing.report.limits import limits_section
from ems.sizing.report.months import months_section
from ems.sizing.report.pieces import Section
from ems.sizing.report.scenarios import scenarios_section
from ems.sizing.report.sizes import sizes_section
from ems.sizing.report.tornado import tornado_section
from ems.sizing.report.truth import truth_section
from ems.sizing.report.view import StudyView
from ems.sizing.report.year import year_section

SECTIONS: tuple[Callable[[StudyView], Section], ...] = (
    figures_section,
    sizes_section,
    truth_section,
    front_section,
    cash_section,
    costs_section,
    months_section,
    year_section,
    tornado_section,
    grid_section,
    scenarios_section,
    limits_section,
    assumptions_section,
    notes_section,
    provenance_section,
)


def sections(view: StudyView) -> list[Section]:
    return [make(view) for make in SECTIONS]
