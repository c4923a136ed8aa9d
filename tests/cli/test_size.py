"""`ems size`: from a study file to sizes, page, workbook and study.json; what cannot be is one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
import yaml

from api.cli import main
from ems.sizing.schema import study_schema
from ems.sizing.study_file import DEFAULT
from tests.docs_pages import ROOT

SHORT = {"start": "2026-03-02", "days": 3, "per_year": 121.6667}
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The tutorial park with its study, of three days."""
    shutil.copytree(ROOT / "sites", tmp_path / "sites")
    folder = tmp_path / "sites/demo"
    changed(folder, lambda study: study.update(horizon=SHORT, grid={}, front={"points": 3}))
    return folder


def changed(folder: Path, change: Change) -> None:
    path = folder / DEFAULT
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(study)
    path.write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")


def size(folder: Path, *words: str) -> int:
    return main(["size", str(folder / "site.yaml"), "--workers", "1", "--journal", str(folder / "journal"), *words])


def test_a_study_writes_page_workbook_and_result(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert size(site, "--without", "sensitivity", "--out", str(tmp_path / "out"), "--lang", "en") == 0
    said = capsys.readouterr()
    assert "roof PV" in said.out
    assert "Truth test" in said.out
    assert "of 4 done" in said.err
    content = json.loads((tmp_path / "out/study.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, study_schema())
    assert [row["status"] for row in content["front"]] == ["done"] * 3
    assert content["truth"]["days"] == 3
    assert content["truth"]["violations"] == 0
    page = (tmp_path / "out/study.html").read_text(encoding="utf-8")
    assert "教程园区" in page
    book = openpyxl.load_workbook(tmp_path / "out/study.xlsx")
    assert len(book.sheetnames) > 5


def test_a_second_run_takes_its_rows_from_the_journal(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--without", "sensitivity", "--without", "truth", "--pareto", "2", "--json", "-")
    assert size(site, *words) == 0
    first = json.loads(capsys.readouterr().out)
    assert size(site, *words) == 0
    again = capsys.readouterr()
    assert "3 of them from the journal" in again.err
    assert json.loads(again.out)["front"] == first["front"]


def test_a_vertex_costs_the_same_and_stands_on_its_limits(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(site, lambda study: study["sizes"]["roof.capacity_kwp"].update(max=60))
    words = ("--without", "sensitivity", "--without", "truth", "--pareto", "0", "--json", "-")
    found = []
    for more in ((), ("--vertex",)):
        assert size(site, *words, *more) == 0
        found.append(json.loads(capsys.readouterr().out)["design"])
    inside, corner = found
    assert corner["money"]["annual_cost_cny"] == pytest.approx(inside["money"]["annual_cost_cny"], rel=1e-6)
    bounds = [b for b in corner["bounds"].values() if b["at"] != "free"]
    assert bounds
    assert all(b["value"] == b[b["at"]] for b in bounds)  # exactly, where an interior point stops short of them
    assert any(b["value"] != b[b["at"]] for b in inside["bounds"].values() if b["at"] != "free")


def test_typical_days_tell_their_error(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(site, lambda study: study.update(horizon={"start": "2026-03-02", "days": 12, "per_year": 1.0}))
    words = ("--without", "sensitivity", "--without", "truth", "--pareto", "0", "--resolution", "typical:4")
    assert size(site, *words, "--json", "-") == 0
    error = json.loads(capsys.readouterr().out)["resolution_error"]
    assert error["columns"]
    assert error["against_full_year"]


def test_a_scenario_that_fails_fails_alone(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = {"name": "dark", "set": {"sizes/roof.capacity_kwp/max": 1.0, "limits/renewable_share": 0.9}}
    changed(site, lambda study: study.update(scenarios=[bad]))
    words = ("--without", "sensitivity", "--without", "truth", "--pareto", "0", "--json", "-")
    assert size(site, *words) == 1
    rows = json.loads(capsys.readouterr().out)["scenarios"]
    assert [row["status"] for row in rows] == ["failed"]
    assert "renewable_share" in rows[0]["reason"]["en"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s["sizes"]["roof.capacity_kwp"].update(min=2000), "min 2000 is above max 1500"),
        (lambda s: s["costs"]["pv"].update(capex_cny_per_unit=-1), "costs.pv.capex_cny_per_unit"),
        (lambda s: s["sizes"].update({"roff.capacity_kwp": {"max": 1, "cost": "pv"}}), "did you mean"),
        (lambda s: s["limits"]["roofs"]["workshop"].update(area_m2=1), None),
        (
            lambda s: (s["sizes"]["roof.capacity_kwp"].update(max=10), s["limits"].update(carbon_t_per_year=5.0)),
            "carbon",
        ),
        (lambda s: s["limits"].update(budget_cny=1.0, renewable_share=0.5), "budget_cny"),
    ],
    ids=["bounds crossed", "negative cost", "unknown component", "small roof alone", "carbon cap", "budget"],
)
def test_bad_studies_end_with_a_sentence(
    site: Path, change: Change, said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(site, change)
    code = size(site, "--without", "sensitivity", "--without", "truth", "--pareto", "0", "--json", "-")
    if said is None:  # a roof that is too small only means less sun, where nothing asks for more
        assert code == 0
        assert json.loads(capsys.readouterr().out)["design"]["sizes"]["roof.capacity_kwp"]["value"] <= 0.2 + 1e-6
        return
    assert code == 2
    assert said in capsys.readouterr().err


def test_a_park_without_a_study_says_what_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "coal_mine"]) == 2
    assert "study.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--pareto", "1"), ("--workers", "0"), ("--workers", "-1"), ("--years", "0")])
def test_numbers_that_mean_nothing_are_refused(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "demo", *words]) == 2
    assert words[0] in capsys.readouterr().err


def test_years_are_asked_for(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--without", "sensitivity", "--without", "truth", "--pareto", "0", "--years", "10", "--json", "-")
    assert size(site, *words) == 0
    assert json.loads(capsys.readouterr().out)["design"]["cash_flow"]["years"] == list(range(11))
