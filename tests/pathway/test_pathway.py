"""A pathway: lines by hand, years of peak and neutrality, what is found; and the group's own from its report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.cli import main
from ems.pathway.document import pathway_dict
from ems.pathway.findings import findings_of
from ems.pathway.lines import Lines, lines_of
from ems.pathway.page import pathway_html
from ems.pathway.pathway import Pathway
from ems.pathway.pathway_file import read_pathway
from forecasting.errors import InputError
from tests.docs_pages import ROOT

GROUP = ROOT / "sites/meijin_group/pathway.yaml"
WORDS = {"zh": "例", "en": "example"}


def pathway(**more: Any) -> Pathway:
    """Ten years: a furnace that grows from 100 to 200 t in five, electricity of 50 t."""
    sources = {
        "furnace": {"title": WORDS, "scope": "1", "emissions_t": {2020: 100, 2025: 200}},
        "power": {"title": WORDS, "scope": "2", "purchased_electricity": True, "emissions_t": {2020: 50}},
    }
    given = {"name": "example", "title": WORDS, "first_year": 2020, "last_year": 2030, "sources": sources, **more}
    return Pathway.model_validate(given)


def measure(saves: dict[int, float], source: str = "furnace") -> dict[str, Any]:
    return {"one": {"title": WORDS, "source": source, "saves_t": saves}}


def offset(t: dict[int, float], **more: Any) -> dict[str, Any]:
    return {"one": {"title": WORDS, "method": "a method", "supply_subtracted": True, "tonnes_t": t, **more}}


def at(lines: Lines, line: str, year: int) -> float:
    return float(lines.totals[line][lines.years.index(year)])


def said(p: Pathway, grade: str) -> str:
    return " ".join(f.text.en for f in findings_of(p, lines_of(p)) if f.grade == grade)


def test_the_lines_follow_from_their_parts() -> None:
    p = pathway(
        measures=measure({2021: 0, 2025: 80}),
        green_power={"share": {2022: 0, 2026: 0.5}},
        offsets=offset({2024: 10, 2030: 40}),
    )
    lines = lines_of(p)
    assert at(lines, "usual", 2023) == pytest.approx(160 + 50)
    assert at(lines, "own", 2023) == pytest.approx(160 - 40 + 50)
    assert at(lines, "green", 2024) == pytest.approx(180 - 60 + 50 * (1 - 0.25))
    assert at(lines, "net", 2027) == pytest.approx(120 + 25 - 25)
    assert at(lines, "net", 2023) == at(lines, "green", 2023)  # no offset before its first year


def test_an_index_scales_its_source() -> None:
    p = pathway()
    power = p.sources["power"].model_copy(update={"intensity_index": {2020: 1.0, 2030: 0.5}})
    lines = lines_of(p.model_copy(update={"sources": {**p.sources, "power": power}}))
    assert at(lines, "usual", 2025) == pytest.approx(200 + 37.5)


def test_the_peak_is_that_of_what_is_emitted_and_offsets_do_not_move_it() -> None:
    falling = measure({2025: 0, 2030: 100})
    assert lines_of(pathway(measures=falling)).peak_year == 2025
    assert lines_of(pathway(measures=falling, offsets=offset({2020: 0, 2025: 240}))).peak_year == 2025


def test_neutral_is_a_year_from_which_nothing_is_left_to_the_end() -> None:
    assert lines_of(pathway()).neutrality_year is None
    assert lines_of(pathway(offsets=offset({2026: 0, 2028: 250}))).neutrality_year == 2028
    back = offset({2026: 0, 2027: 300, 2028: 0})
    assert lines_of(pathway(offsets=back)).neutrality_year is None


def test_a_measure_saves_no_more_than_its_source_emits() -> None:
    p = pathway(measures=measure({2020: 80}, "power"))
    lines = lines_of(p)
    assert at(lines, "own", 2022) == pytest.approx(140)
    assert float(lines.saved["one"][0]) == 50
    assert "promises 30 t more in 2020" in said(p, "error")


def test_offsets_beyond_what_is_left_are_told_and_not_counted() -> None:
    p = pathway(offsets=offset({2020: 500}))
    assert at(lines_of(p), "net", 2030) == 0
    assert "exceed what is left by 350 t in 2020" in said(p, "caution")


@pytest.mark.parametrize(
    ("more", "grade", "words"),
    [
        (
            {"offsets": offset({2020: 1}, supply_subtracted=False)},
            "error",
            "does not subtract the emissions of supplying",
        ),
        ({"offsets": offset({2020: 1}, method="")}, "caution", "No method issues credits"),
        ({"targets": {"peak_year": 2023}}, "error", "The target to peak in 2023 is missed: it is 2025"),
        ({"targets": {"neutrality_year": 2030}}, "error", "neutral in 2030 is missed: not in the years shown"),
        (
            {"actuals": {2020: {"total_t": 150, "companies": 57}, 2022: {"total_t": 180, "companies": 88}}},
            "caution",
            "57 and 88 companies",
        ),
        (
            {"reference": {"title": WORDS, "base_year": 2020, "annual_share": 0.042}},
            "caution",
            "Emissions lie above “example” in 10 years, at most by 163 t in 2030",
        ),
    ],
)
def test_what_a_reader_should_know_is_said(more: dict[str, Any], grade: str, words: str) -> None:
    assert words in said(pathway(**more), grade)


def test_nothing_is_found_wrong_with_a_sound_pathway() -> None:
    p = pathway(
        measures=measure({2025: 0, 2030: 190}), offsets=offset({2025: 0, 2030: 60}), targets={"neutrality_year": 2030}
    )
    assert said(p, "error") == ""
    assert said(p, "caution") == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"first_year": 2035}, "must lie before last_year"),
        ({"measures": measure({2020: 1}, "chimney")}, "expected: one of furnace, power"),
        ({"sources": {"late": {"title": WORDS, "scope": "1", "emissions_t": {2025: 1}}}}, "begins 2025, after 2020"),
        ({"measures": measure({2020: -1})}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        pathway(**more)


def test_the_groups_report_is_met_where_it_prints_figures() -> None:
    """Report of 2023, 3.3: expected 338.00, with own measures 300.49, peak 469 in 2026, neutral in 2040 [10 000 t]."""
    lines = lines_of(read_pathway(GROUP).pathway)
    assert at(lines, "usual", 2022) / 1e4 == pytest.approx(338.00, abs=0.005)
    assert at(lines, "own", 2022) / 1e4 == pytest.approx(300.49, abs=0.005)
    assert at(lines, "usual", 2020) / 1e4 == pytest.approx(202.685, abs=0.005)
    assert at(lines, "green", 2026) / 1e4 == pytest.approx(469, abs=0.5)
    assert (lines.peak_year, lines.neutrality_year) == (2026, 2040)
    text = said(read_pathway(GROUP).pathway, "fact")
    assert "971,700 t less than business as usual" in text
    assert "596,600 t less than with own measures" in text


def test_every_number_of_the_groups_pathway_has_a_status() -> None:
    figures = read_pathway(GROUP).figures()
    assert {f.provenance.status for f in figures if f.name.split(".")[-1].isdigit() is False} <= {
        "sourced", "computed", "assumption", "unmarked", "default",
    }  # fmt: skip
    bare = [f.name for f in figures if f.provenance.status == "unmarked" and f.value not in (0.0, 1.0)]
    assert [name for name in bare if not name.endswith("_year")] == []


def test_the_page_tells_both_languages_and_draws_the_lines() -> None:
    content = pathway_dict(read_pathway(GROUP))
    page = pathway_html(content, "zh")
    for text in ("美锦能源碳达峰与碳中和路径", "Meijin Energy&#x27;s way", "自身节能减排后", "after green power"):
        assert text in page
    data = json.loads(page.split('id="report-data">')[1].split("</script>")[0])
    zh, en = data["figures"]
    assert [f["key"] for f in (zh, en)] == ["zh-lines", "en-lines"]
    assert [len(t["x"]) for t in zh["data"]] == [41] * 5 + [2]
    assert zh["data"][0]["y"][2] == pytest.approx(338.0)


def test_the_command_shows_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pathway", str(GROUP), "--out", str(tmp_path / "out"), "--lang", "en"]) == 1
    shown = capsys.readouterr().out
    assert "4,690,000" in shown
    assert "it is too high" in shown
    assert json.loads((tmp_path / "out/pathway.json").read_text(encoding="utf-8"))["peak_year"] == 2026
    assert (tmp_path / "out/pathway.html").stat().st_size > 1e6


def test_a_wrong_file_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(GROUP.read_text(encoding="utf-8").replace("annual_share:", "yearly_share:"), encoding="utf-8")
    assert main(["pathway", str(bad), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "bad.yaml" in said
    assert "annual_share" in said
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError):
        read_pathway(tmp_path / "none.yaml")


def test_the_measures_ledger_feeds_and_questions_the_measures() -> None:
    """The ledger counts 931.5 t of 2022, the lines of the report lie 375 100 t apart; logistics takes the ledger's."""
    file = read_pathway(GROUP)
    assert file.ledger is not None
    assert file.ledger.year == 2022
    assert sum(file.ledger.t.values()) == pytest.approx(517.70 + 216.71 + 197.04, abs=0.05)
    assert file.pathway.measures["logistics"].saves_t[2022] == 0
    told = [f["en"] for f in pathway_dict(file)["findings"] if f["grade"] == "caution"]
    assert any("taken at 360,100 t in 2022; the measures ledger of the inventory counts 931 t" in t for t in told)
    assert any("taken at 15,000 t in 2022" in t and "counts 0 t" in t for t in told)
    assert not any("logistics” is taken" in t for t in told)


def test_a_ledger_needs_an_inventory() -> None:
    with pytest.raises(ValidationError, match="no inventory is named"):
        pathway(measures={"one": {**measure({2020: 1})["one"], "ledger": ["office"]}})
