"""The workbook of a report: its formulas, computed by another program, make what report.json says."""

from __future__ import annotations

import copy
import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook

from ems.emissions.document import document
from ems.emissions.workbook import workbook
from tests.emissions.document.days import basis, source, with_gap
from tests.emissions.document.test_document import MADE
from tests.emissions.page.sample import sample

REL = 1e-9
SUMMARY, FACTORS = "摘要 Summary", "因子 Factors"
SHEETS = [
    SUMMARY,
    "逐项 Lines",
    "减排 Avoided",
    "基准 Baselines",
    "氢 Hydrogen",
    "车辆 Vehicles",
    FACTORS,
    "缺口 Gaps",
    "假设 Assumptions",
    "证据 Evidence",
]


@cache
def data() -> bytes:
    return workbook(sample(), "en")


def opened(content: bytes, *, values: bool) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def formulas_of(content: bytes) -> dict[tuple[str, str], float]:
    """(sheet, cell) of every formula -> the value written with it."""
    told, written = opened(content, values=True), opened(content, values=False)
    return {
        (sheet.title, c.coordinate): told[sheet.title][c.coordinate].value
        for sheet in written
        for row in sheet.iter_rows()
        for c in row
        if c.data_type == "f"
    }


def model_of(content: bytes, folder: Path) -> Any:
    """The workbook in a program of its own that reads nothing but formulas."""
    import formulas

    file = folder / "report.xlsx"
    file.write_bytes(content)
    return formulas.ExcelModel().loads(str(file)).finish()


def computed(model: Any, told: dict[tuple[str, str], float], inputs: dict[str, float] | None = None) -> Any:
    found = model.calculate(inputs=inputs)
    return {key: float(found[name(*key)].value[0, 0]) for key in told}


def name(sheet: str, at: str) -> str:
    return f"'[report.xlsx]{sheet.upper()}'!{at}"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return model_of(data(), tmp_path_factory.mktemp("book"))


def summary(values: Any = None) -> dict[tuple[str, str], float]:
    """(figure, method) -> kilograms of the summary; as computed where ``values`` has them."""
    page = opened(data(), values=True)[SUMMARY]
    return {
        (row[0].value, row[1].value or ""): (values or {}).get((SUMMARY, row[2].coordinate), row[2].value)
        for row in page.iter_rows(min_row=4)
        if row[0].value
    }


def test_the_sheets_are_those_announced() -> None:
    assert opened(data(), values=False).sheetnames == SHEETS


def test_the_same_report_makes_the_same_bytes() -> None:
    assert workbook(copy.deepcopy(sample()), "en") == data()


def test_every_formula_makes_what_was_written_with_it(model: Any) -> None:
    told = formulas_of(data())
    assert len(told) > 100
    found = computed(model, told)
    assert {k: (found[k], x) for k, x in told.items() if found[k] != pytest.approx(x, rel=REL, abs=1e-6)} == {}


def test_the_summary_is_that_of_the_report() -> None:
    told, content = summary(), sample()
    for method in ("location", "market"):
        word = f"{method} based"
        assert told["emitted by the park", word] == pytest.approx(content["inventory"][method]["total_kg"], rel=1e-12)
        for key, title in (("grid_only", "all bought"), ("rule_based", "run by rules")):
            before = content["baselines"][key]["inventory"][method]["total_kg"]
            spared = content["avoided"][key][method]["total_kg"]
            assert told[f"baseline: {title}", word] == pytest.approx(before, rel=1e-12)
            assert told[f"Avoided emissions: {title}", word] == pytest.approx(spared, rel=1e-12)
    assert told["Beside the inventory", ""] == pytest.approx(42 * 11.6)


def test_another_factor_changes_every_total_that_rests_on_it(model: Any) -> None:
    """800 MWh bought by the park, 1400 and 860 MWh by the baselines, at 0.5306 in place of 0.6191."""
    page = opened(data(), values=True)[FACTORS]
    row = next(c.row for c in page["A"] if c.value == "mee-nbs-2025-47.cn-sd.average")
    old, found = summary(), computed(model, formulas_of(data()), {name(FACTORS, f"B{row}"): 0.5306})
    new, less = summary(found), 0.6191 - 0.5306
    changes = {key: old[key] - new[key] for key in old}
    assert changes["emitted by the park", "location based"] == pytest.approx(800_000 * less)
    assert changes["emitted by the park", "market based"] == pytest.approx(0)
    assert changes["Avoided emissions: all bought", "location based"] == pytest.approx(600_000 * less)
    assert changes["Avoided emissions: run by rules", "location based"] == pytest.approx(60_000 * less)


def test_no_formula_hides_a_number_of_its_own() -> None:
    book = opened(data(), values=False)
    for sheet, at in formulas_of(data()):
        written = re.sub(r"'[^']*'", "", str(book[sheet][at].value))
        assert not re.search(r"(?<![A-Z$\d])\d+\.\d", written), (sheet, at, written)


@pytest.mark.parametrize("hours", [0, 5])
def test_a_report_of_the_software_follows_from_its_cells(hours: int, tmp_path: Path) -> None:
    """With a gap, what was avoided rests on the hours that both sides know."""
    read = with_gap(source(), "grid.import_kwh", hours) if hours else source()
    report = document(basis(read=read), MADE)
    content = workbook(report, "en")
    told = formulas_of(content)
    found = computed(model_of(content, tmp_path), told)
    assert {k: (found[k], x) for k, x in told.items() if found[k] != pytest.approx(x, rel=REL, abs=1e-6)} == {}
    page = opened(content, values=True)[SUMMARY]
    at = next(r[2].coordinate for r in page.iter_rows() if str(r[0].value).startswith("Avoided emissions"))
    assert report["avoided"]["grid_only"]["hours_left_out"] == hours
    spared = report["avoided"]["grid_only"]["location"]["total_kg"]
    assert found[SUMMARY, at] == pytest.approx(spared, rel=REL)


def test_gaps_factors_and_digests_are_listed() -> None:
    book = opened(data(), values=True)
    gaps = [r[:2] for r in book["缺口 Gaps"].iter_rows(min_row=6, max_row=7, values_only=True)]
    assert gaps == [("grid.import_kwh", "grid: bought"), ("", "all meters")]
    factors = {r[0]: r for r in book[FACTORS].iter_rows(min_row=5, values_only=True)}
    for f in sample()["factors"]:
        assert factors[f["id"]][1] == f["value"]
        assert (factors[f["id"]][6] or "") == f["announcement"]
        assert factors[f["id"]][11] == f["digest"]
    evidence = [c.value for c in book["证据 Evidence"]["B"]]
    assert "c" * 64 in evidence


def test_texts_never_become_formulas() -> None:
    content = sample() | {"notes": [{"zh": "=1+1", "en": "=HYPERLINK(0)"}]}
    page = opened(workbook(content, "zh"), values=False)["证据 Evidence"]
    assert [c.data_type for c in page["B"] if c.value == "=1+1"] == ["s"]
