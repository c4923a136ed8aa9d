"""The sections of a report in the order in which they are read; the same in both languages."""

from __future__ import annotations

from collections.abc import Callable

from ems.emissions.page.avoided import avoided_section
from ems.emissions.page.certificates import certificates_section
from ems.emissions.page.eligibility import eligibility_section
from ems.emissions.page.evidence import assumptions_section, evidence_section, gaps_section, notes_section
from ems.emissions.page.factors import difference_section, factors_section, formulas_section
from ems.emissions.page.hydrogen import hydrogen_section
from ems.emissions.page.indicators import indicators_section
from ems.emissions.page.inventory import inventory_section
from ems.emissions.page.lines import lines_section
from ems.emissions.page.uncertainty import uncertainty_section
from ems.emissions.page.vehicles import vehicles_section
from ems.emissions.page.view import EmissionView
from ems.sizing.report.pieces import Section

SECTIONS: tuple[Callable[[EmissionView], Section], ...] = (
    avoided_section,
    inventory_section,
    hydrogen_section,
    certificates_section,
    vehicles_section,
    indicators_section,
    eligibility_section,
    uncertainty_section,
    difference_section,
    gaps_section,
    lines_section,
    factors_section,
    formulas_section,
    assumptions_section,
    notes_section,
    evidence_section,
)


def sections(view: EmissionView) -> list[Section]:
    """What there is something to say about."""
    return [found for make in SECTIONS if not (found := make(view)).is_empty]
