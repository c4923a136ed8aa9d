"""Reports that the software itself makes can be shown: the tutorial park, with and without a gap."""

from __future__ import annotations

import pytest

from ems.emissions.document import document
from ems.emissions.page import page
from ems.emissions.workbook import workbook
from tests.emissions.document.days import basis, source, with_gap
from tests.emissions.document.test_document import MADE


@pytest.mark.parametrize("gap", [False, True])
def test_a_report_of_the_tutorial_park_is_shown(gap: bool) -> None:
    read = with_gap(source(), "grid.import_kwh", 5) if gap else source()
    report = document(basis(read=read), MADE)
    html = page(report, "en")
    assert f"{report['avoided']['grid_only']['location']['total_kg'] / 1000:.3f} tCO₂e" in html
    assert ("5 hours lack data" in html) == gap
    assert len(workbook(report, "zh")) > 10_000
