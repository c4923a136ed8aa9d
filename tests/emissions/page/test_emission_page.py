"""The page of an emission report: both languages, closed to the outside, its numbers those of the document."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from typing import Any

import pytest

from ems.emissions.page import page
from ems.emissions.page.avoided import causes, months_chart, waterfall
from ems.emissions.page.heading import answer, badges, interval
from ems.emissions.page.hydrogen import INTENSITY, fields, month_chart, shares_chart
from ems.emissions.page.inventory import parts_chart
from ems.emissions.page.sections import SECTIONS, sections
from ems.emissions.page.text import TEXT
from ems.emissions.page.uncertainty import shares_chart as variance_chart
from ems.emissions.page.view import METHODS, EmissionView, amount
from ems.report.chart import Chart
from ems.report.formats import Lang
from ems.sizing.report.pieces import Choice, Figure
from tests.emissions.page.sample import HOURS, sample

LANGS: tuple[Lang, Lang] = ("zh", "en")
CASES = [(name, m) for name in ("grid_only", "rule_based") for m in METHODS]


def view(lang: Lang = "en", **changes: Any) -> EmissionView:
    return EmissionView(copy.deepcopy(sample()) | changes, lang)


@cache
def html(lang: Lang) -> str:
    return page(sample(), lang)


def figures(v: EmissionView) -> dict[str, Figure]:
    return {f.key: f for s in sections(v) for f in s.figures}


def charts(figure: Figure) -> list[Chart]:
    return [figure] if isinstance(figure, Chart) else [c for _, c in figure.options]


def test_every_text_stands_in_both_languages_with_the_same_blanks() -> None:
    for key, (zh, en) in TEXT.items():
        assert zh.strip(), key
        assert en.strip(), key
        assert set(re.findall(r"{(\w+)}", zh)) == set(re.findall(r"{(\w+)}", en)), key


def test_both_languages_show_the_same_sections_and_figures() -> None:
    zh, en = (view(lang) for lang in LANGS)
    assert [s.key for s in sections(zh)] == [s.key for s in sections(en)]
    assert len(sections(en)) == len(SECTIONS) - 1, "all but the change since an older report"
    assert {k: len(charts(f)) for k, f in figures(zh).items()} == {k: len(charts(f)) for k, f in figures(en).items()}


def test_nothing_is_fetched_and_nothing_ends_a_script() -> None:
    own = html("en").replace(html("en")[html("en").index("<body>") : html("en").rindex('<script type="app')], "")
    assert "http" not in own.replace("http-equiv", "")
    assert html("en").count("<script") == html("en").count("</script>") == 3


def test_texts_cannot_become_tags() -> None:
    evil = "<img src=x onerror=alert(1)>"
    content = copy.deepcopy(sample())
    told = {"zh": evil, "en": evil}
    content["site"]["title"] = content["baselines"]["grid_only"]["title"] = content["notes"][0] = told
    content["factors"][0] |= {"source": evil, "announcement": evil, "id": evil}
    content["hydrogen"]["claims"][0]["text"] = content["eligibility"][0]["why"] = told
    content["avoided"]["grid_only"]["location"]["by_cause"][0]["label"] = content["vehicles"][0]["title"] = told
    content["gaps"][0]["why"] = content["uncertainty"]["headline"][0]["contributions"][0]["text"] = told
    assert "<img" not in page(content, "en")


def test_the_headline_names_both_methods_and_the_interval() -> None:
    avoided, own = sample()["avoided"]["grid_only"], sample()["inventory"]
    text = answer(view())
    for m in METHODS:
        assert f"{avoided[m]['total_kg'] / 1000:.1f} tCO₂e" in text
        assert f"{own[m]['total_kg'] / 1000:.1f} tCO₂e" in text
    low, high = (avoided["location"]["total_kg"] / 1000 * (1 + x) for x in (-0.083, 0.083))
    assert interval(view(), "avoided.grid_only.location") == f"95% between {low:.1f} and {high:.1f}"
    assert interval(view(), "avoided.unheard.location") == ""


def test_emitting_more_than_the_baseline_is_said() -> None:
    avoided = copy.deepcopy(sample()["avoided"])
    avoided["grid_only"]["market"]["total_kg"] = -2000.0
    assert "\u22122.00 tCO₂e" in answer(view(avoided=avoided))
    assert "below zero it emitted more" in answer(view(avoided=avoided))
    assert "below zero" not in answer(view())


def test_gaps_are_told_above_and_listed_below() -> None:
    assert [word for word, _ in badges(view())] == ["from plans", "gaps in data: 2"]
    assert [word for word, _ in badges(view(gaps=[]))] == ["from plans", "no gaps"]
    assert "there is no plan file" in html("en")
    assert "all meters" in html("en")


@pytest.mark.parametrize(("name", "method"), CASES)
def test_the_waterfall_falls_from_the_baseline_to_the_park(name: str, method: str) -> None:
    trace = waterfall(view(), name, method).data[0]
    before = sample()["baselines"][name]["inventory"][method]["total_kg"]
    after = sample()["inventory"][method]["total_kg"]
    assert trace["x"][0] == pytest.approx(before / 1000, rel=1e-5)
    assert sum(trace["x"][:-1]) == pytest.approx(trace["x"][-1], rel=1e-5)
    assert trace["x"][-1] == pytest.approx(after / 1000, rel=1e-5)
    assert len(set(trace["y"])) == len(trace["y"]), "bars of one name would fall together"


def test_hours_that_are_not_compared_are_said() -> None:
    avoided = copy.deepcopy(sample()["avoided"])
    avoided["grid_only"]["hours_left_out"] = 5
    v = view(avoided=avoided)
    assert waterfall(v, "grid_only", "location").data[0]["y"][-1].replace("<br>", " ") == (
        "the park and hours not compared"
    )
    assert "5 hours lack data on one side" in next(s.before for s in sections(v) if s.key == "avoided")


@pytest.mark.parametrize(("name", "method"), CASES)
def test_months_add_up_to_what_was_avoided(name: str, method: str) -> None:
    chart = months_chart(view(), name, method)
    total = sum(sum(trace["y"]) for trace in chart.data)
    assert total == pytest.approx(sample()["avoided"][name][method]["total_kg"] / 1000, rel=1e-4)
    for trace, cause in zip(chart.data, causes(view(), name, method), strict=True):
        assert trace["name"] == cause["label"]["en"]
        assert sum(trace["y"]) == pytest.approx(cause["kg"] / 1000, rel=1e-4)


def test_bars_of_the_inventory_are_its_totals() -> None:
    data = parts_chart(view()).data
    for k, method in enumerate(METHODS):
        assert sum(t["x"][k] for t in data) == pytest.approx(sample()["inventory"][method]["total_kg"] / 1000, rel=1e-4)
    assert not any("leaked" in t["name"] for t in data), "what stands beside is in no bar"


def test_hours_change_colour_at_the_limits_and_keep_their_gaps() -> None:
    choice = fields(view())[0]
    assert isinstance(choice, Choice)
    trace = choice.options[0][1].data[0]
    assert trace["series"] == INTENSITY
    edges = [x * trace["zmax"] for x, _ in trace["colorscale"]]
    assert edges[1:-1:2] == pytest.approx(edges[2::2]), "no colour is left out between two bands"
    assert edges[1:-1:2] == pytest.approx([3.38, 4.9, 14.51])
    data = re.search(r'id="report-data">(.*?)</script>', html("zh"), re.DOTALL)
    assert data
    values = json.loads(data[1])["series"][INTENSITY]
    assert len(values) == HOURS
    assert values[100:103] == [None, None, None]


def test_months_of_hydrogen_stand_beside_the_limits() -> None:
    chart = month_chart(view())
    assert chart.data[0]["y"] == pytest.approx([55 * 0.28 * 0.6191, 55 * 0.13 * 0.6191], rel=1e-4)
    assert chart.data[1]["y"] == pytest.approx([55 * 0.18 * 0.6191, 55 * 0.08 * 0.6191], rel=1e-4)
    assert [shape["y0"] for shape in chart.layout["shapes"]] == [3.38, 4.9, 14.51]


def test_every_kilogram_is_made_of_all_its_sources() -> None:
    data = shares_chart(view()).data
    for k in range(3):
        assert sum(t["x"][k] for t in data) == pytest.approx(100, abs=1e-3)


def test_many_sources_of_uncertainty_end_in_one_bar_of_the_rest() -> None:
    many = [{"text": {"zh": str(k), "en": str(k)}, "share": 1 / 25} for k in range(25)]
    trace = variance_chart(view(), {"name": "x", "contributions": many}).data[0]
    assert len(trace["x"]) == 11
    assert sum(trace["x"]) == pytest.approx(100, abs=1e-3)


@pytest.mark.parametrize(
    ("x", "shown"),
    [(0.92, "0.92"), (0.6191, "0.6191"), (11.5, "11.5"), (800_000.0, "800,000"), (35.0, "35"), (0.0, "0")],
)
def test_amounts_have_the_digits_that_count(x: float, shown: str) -> None:
    assert amount(x) == shown


def test_a_park_without_hydrogen_vehicles_or_certificates_has_no_such_sections() -> None:
    bare = view(hydrogen={}, vehicles=[], certificates={}, indicators=[], eligibility=[])
    shown = {s.key for s in sections(bare)}
    assert not shown & {"hydrogen", "vehicles", "certificates", "indicators", "eligibility"}
    assert {"avoided", "inventory", "lines", "factors", "evidence"} <= shown


def test_factors_name_announcement_and_status() -> None:
    for said in ("公告2025年第47号", "mee-nbs-2025-47.cn-sd.average", "0.6191", "±5%"):
        assert said in html("en").replace("±5.0%", "±5%")
    assert f"{'c' * 64}" in html("en"), "digest of the inputs"


def test_the_change_since_an_older_report_is_split() -> None:
    headline = {
        "name": "inventory", "method": "location", "baseline": None, "old_kg": 500_000.0, "new_kg": 522_730.0,
        "change_kg": 22_730.0, "factors_kg": 12_000.0, "activity_kg": 10_730.0, "method_kg": 0.0,
    }  # fmt: skip
    change = {
        "against": {"created_at": "2026-02-01T00:00:00+00:00", "period": {"from": "2025-01-01", "to": "2025-02-28"}},
        "headlines": [headline],
        "factors": [{"id": "some.factor", "old": 0.641, "new": 0.6191, "unit": "kgCO2e/kWh", "in": "both"}],
    }
    shown = next(s.before for s in sections(view(difference=change)) if s.key == "difference")
    for said in ("2025-01-01", "500.0", "+12.0", "+10.7", "+22.7", "some.factor", "0.641"):
        assert said in shown
