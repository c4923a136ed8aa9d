"""The workbook of a study: its formulas, computed by another program, make what study.json says, also when changed."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook

from ems.sizing.alternative import alternative
from ems.sizing.compared import compared
from ems.sizing.overrides import with_set
from ems.sizing.study import Study
from ems.sizing.workbook import study_workbook
from tests.sizing.report.sample import base, parts, reference_run, sample

REL = 1e-9
SHEETS = [
    "假设 Assumptions",
    "规模与成本 Sizes and costs",
    "年份 Years",
    "现金流(设计) Cash flow",
    "现金流(参照) Cash flow ref.",
    "平准化(设计) Levelised",
    "平准化(参照) Levelised ref.",
    "收益 Returns",
    "指标 Key figures",
    "逐月平衡 Balances",
    "前沿 Front",
    "敏感性 Sensitivity",
    "情景网格 Grid",
    "情景 Scenarios",
    "站点数据 Site data",
    "说明 Notes",
]
FIRST_YEAR = 5  # column of year 0, counted from 1
CHANGES = {  # path of the study -> another value
    "economics/discount_rate": 0.09,
    "economics/inflation": 0.015,
    "economics/escalation/electricity": 0.05,
    "economics/tax/rate": 0.15,
    "economics/tax/depreciation_years": 7,
    "economics/loan/interest": 0.06,
    "economics/loan/share": 0.4,
    "economics/carbon/cny_per_t/2035": 300.0,
    "costs/pv/capex_cny_per_unit": 3300.0,
    "costs/cells/lifetime_years": 5,
    "costs/cells/incentive_share": 0.2,
    "costs/stack/fixed_om_share": 0.05,
}


@cache
def data() -> bytes:
    return study_workbook(sample())


@cache
def book(*, values: bool) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data()), data_only=values)


def formulas_of() -> dict[tuple[str, str], float]:
    """(sheet, cell) of every formula -> the value written with it."""
    told = book(values=True)
    return {
        (sheet.title, c.coordinate): told[sheet.title][c.coordinate].value
        for sheet in book(values=False)
        for row in sheet.iter_rows()
        for c in row
        if c.data_type == "f"
    }


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The workbook in a program of its own that reads nothing but formulas."""
    import formulas

    file: Path = tmp_path_factory.mktemp("book") / "study.xlsx"
    file.write_bytes(data())
    return formulas.ExcelModel().loads(str(file)).finish()


def computed(model: Any, inputs: dict[str, float] | None = None) -> dict[tuple[str, str], float]:
    """Every formula's own result; cells named by sheet and coordinate."""
    found = model.calculate(inputs=inputs)
    return {key: float(found[_name(*key)].value[0, 0]) for key in formulas_of()}


def _name(sheet: str, at: str) -> str:
    return f"'[study.xlsx]{sheet.upper()}'!{at}"


def row_of(sheet: str, label: str, column: int = 2) -> int:
    """The row whose English label is this, the last one."""
    return max(c.row for c in next(iter(book(values=True)[sheet].iter_cols(column, column))) if c.value == label)


def test_the_sheets_are_those_announced() -> None:
    assert book(values=False).sheetnames == SHEETS


def test_the_same_study_makes_the_same_bytes() -> None:
    assert study_workbook(sample()) == data()


def test_every_formula_makes_what_was_written_with_it(model: Any) -> None:
    told = formulas_of()
    assert len(told) > 1500
    found = computed(model)
    off = {k: (found[k], x) for k, x in told.items() if found[k] != pytest.approx(x, rel=REL, abs=1e-6)}
    assert off == {}


@pytest.mark.parametrize("side", ["design", "reference"])
def test_the_cash_flow_is_that_of_study_json(side: str) -> None:
    sheet = SHEETS[3 if side == "design" else 4]
    labels = {
        "capex": "capex",
        "incentives": "incentives",
        "replacement": "replacement",
        "residual": "residual value",
        "fixed_om": "fixed O&M",
        "electricity": "electricity bought",
        "wear": "wear reserve",
        "carbon": "carbon price",
        "tax": "tax",
        "loan_drawn": "loan drawn",
        "interest": "interest",
        "principal": "principal",
        "interest_tax": "tax relief on interest",
    }
    flow = sample()[side]["cash_flow"]
    wanted = {label: flow["lines"][key] for key, label in labels.items()}
    wanted |= {"project, before financing": flow["project"], "equity, after financing": flow["equity"]}
    page = book(values=True)[sheet]
    for label, values in wanted.items():
        row = row_of(sheet, label)
        cells = [page.cell(row, FIRST_YEAR + k).value for k in range(len(values))]
        assert cells == pytest.approx(values, rel=1e-12, abs=1e-6), label


def test_returns_are_those_of_study_json() -> None:
    page = book(values=True)["收益 Returns"]
    compared = sample()["compared"]
    for label, key in RETURNS.items():
        assert page.cell(row_of("收益 Returns", label), 4).value == pytest.approx(compared[key], rel=1e-12), key


RETURNS = {
    "NPV against reference": "npv_cny",
    "IRR of the project": "irr",
    "IRR of equity": "equity_irr",
    "payback": "payback_years",
    "discounted payback": "discounted_payback_years",
    "lowest debt service cover": "min_dscr",
    "emissions abated": "abated_t_per_year",
    "abatement cost": "abatement_cny_per_t",
}
COSTS = {
    "life-cycle cost (present value, after tax): design": ("design", "money", "life_cycle_cost_cny"),
    "life-cycle cost (present value, after tax): reference": ("reference", "money", "life_cycle_cost_cny"),
    "levelised cost of electricity: design": ("design", "levelised", "electricity_cny_per_kwh"),
    "levelised cost of hydrogen: design": ("design", "levelised", "hydrogen_cny_per_kg"),
    "levelised cost of hydrogen: reference": ("reference", "levelised", "hydrogen_cny_per_kg"),
}


def test_no_formula_hides_a_number_of_its_own() -> None:
    """Years and the tolerances of the payback aside: what is computed with stands in a cell."""
    for sheet, at in formulas_of():
        written = str(book(values=False)[sheet][at].value).replace("1e-09", "").replace("1E+99", "")
        assert not re.search(r"(?<![A-Z$\d])\d+\.\d", re.sub(r"'[^']*'", "", written)), (sheet, at, written)


def cell_of(path: str) -> str:
    """The cell of an assumption by its path."""
    sheet = SHEETS[0]
    name = path.replace("/", ".")
    return _name(sheet, f"D{row_of(sheet, name, 1)}")


def changed(study: Study) -> dict[str, Any]:
    """The same sizes and the same year with other economics, by our own finance code."""
    _, _, year = parts()
    designed, _, _ = base()
    park, schedule, sizes = reference_run(parts()[1].study)
    sides = {
        "design": alternative(designed.site, designed.window, designed.schedule, study, designed.sizes),
        "reference": alternative(park, year.window, schedule, study, sizes),
    }
    return sides | {"compared": compared(sides["design"], sides["reference"], study)}


@pytest.mark.parametrize("changes", [{"economics/discount_rate": 0.09}, CHANGES], ids=["discount", "many"])
def test_changed_assumptions_lead_to_the_results_of_the_changed_study(model: Any, changes: dict[str, Any]) -> None:
    own = changed(with_set(parts()[1].study, {k.replace("/2035", ""): _price(v) if "2035" in k else v
                                              for k, v in changes.items()}))  # fmt: skip
    found = computed(model, {cell_of(path): value for path, value in changes.items()})
    sheet = "收益 Returns"
    for label, key in RETURNS.items():
        at = found[sheet, f"D{row_of(sheet, label)}"]
        assert at == pytest.approx(own["compared"][key], rel=REL), label
    for label, (side, part, key) in COSTS.items():
        assert found[sheet, f"D{row_of(sheet, label)}"] == pytest.approx(own[side][part][key], rel=REL), label
    assert own["compared"]["npv_cny"] != pytest.approx(sample()["compared"]["npv_cny"], rel=0.01)


def _price(value: float) -> dict[int, float]:
    return {2026: 80.0, 2035: value}


def test_every_assumption_of_the_study_is_a_cell_with_status_and_source() -> None:
    page = book(values=True)[SHEETS[0]]
    rows = {r[0]: r for r in page.iter_rows(min_row=4, values_only=True) if r[0]}
    for f in (f for f in sample()["assumptions"] if f["file"] == "study"):
        row = rows[f["name"]]
        assert row[3] == f["value"]
        assert f["status"] in row[5]
        assert (row[6] or "") == f["source"]


def test_texts_never_become_formulas() -> None:
    content = sample() | {"notes": [{"zh": "=1+1", "en": "=HYPERLINK(0)"}]}
    page = openpyxl.load_workbook(io.BytesIO(study_workbook(content)))["说明 Notes"]
    assert [(c.value, c.data_type) for c in page[3]] == [("=1+1", "s"), ("=HYPERLINK(0)", "s")]


def test_balances_close_in_the_workbook() -> None:
    page = book(values=True)["逐月平衡 Balances"]
    sums = {label: [] for label in ("sum of inflows", "sum of outflows")}
    for row in page.iter_rows(values_only=True):
        if row[1] in sums:
            sums[row[1]].append([x for x in row[3:] if x is not None])
    assert len(sums["sum of inflows"]) == 2
    for a, b in zip(*sums.values(), strict=True):
        assert a == pytest.approx(b, rel=1e-6)


def test_a_figure_without_value_gives_its_reason() -> None:
    why = {"irr": {"zh": "没有追加投资", "en": "nothing more is invested"}}
    content = sample() | {"compared": sample()["compared"] | {"irr": None, "why": why}}
    page = openpyxl.load_workbook(io.BytesIO(study_workbook(content)))["收益 Returns"]
    assert any("nothing more is invested" in str(c.value) for c in page["D"])
