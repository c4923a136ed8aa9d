"""The page of a study: complete in both languages, closed to the outside, its numbers those of the document."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from typing import Any

import numpy as np
import pytest

from ems.report.chart import Chart
from ems.sizing.report import study_html
from ems.sizing.report.cash import calendar
from ems.sizing.report.heading import answer, badges
from ems.sizing.report.levelised import shares
from ems.sizing.report.months import layers, month_chart, ordered
from ems.sizing.report.pieces import Choice, Figure
from ems.sizing.report.sections import sections
from ems.sizing.report.sizes import capex_of
from ems.sizing.report.text import TEXT
from ems.sizing.report.tornado import base_of, pairs
from ems.sizing.report.view import Lang, StudyView
from ems.sizing.report.year import duration_charts
from tests.sizing.report.sample import sample

LANGS: tuple[Lang, Lang] = ("zh", "en")


def view(lang: Lang = "en", **changes: Any) -> StudyView:
    return StudyView(copy.deepcopy(sample()) | changes, lang)


@cache
def html(lang: Lang) -> str:
    return study_html(sample(), lang)


def figures(v: StudyView) -> dict[str, Figure]:
    return {f.key: f for s in sections(v) for f in s.figures}


def charts(figure: Figure) -> list[Chart]:
    return [figure] if isinstance(figure, Chart) else [c for _, c in figure.options]


def test_every_text_stands_in_both_languages() -> None:
    for key, (zh, en) in TEXT.items():
        assert zh.strip(), key
        assert en.strip(), key
        assert sorted(set(re.findall(r"{(\w+)}", en)) - set(re.findall(r"{(\w+)}", zh))) == [], key


def test_both_languages_show_the_same_figures() -> None:
    zh, en = (figures(view(lang)) for lang in LANGS)
    assert list(zh) == list(en)
    assert [len(charts(f)) for f in zh.values()] == [len(charts(f)) for f in en.values()]
    assert {"investments", "front", "cash", "lines", "bills", "months", "maps", "duration", "tornado", "grid"} <= set(
        zh
    )


def test_the_page_holds_both_languages_and_shows_the_one_asked_for() -> None:
    assert 'id="zh" lang="zh-CN">' in html("zh")
    assert 'id="en" lang="en" hidden' in html("zh")
    assert 'id="zh" lang="zh-CN" hidden' in html("en")
    assert "建设" in html("en")
    assert "Extending the tutorial park" in html("zh")


def test_nothing_is_fetched_and_nothing_ends_a_script() -> None:
    page = html("en")
    own = page.replace(page[page.index("<body>") : page.rindex('<script type="application/json"')], "")
    assert "http" not in re.sub(r"https?://www\.w3\.org", "", own.replace("http-equiv", ""))
    assert page.count("<script") == page.count("</script>") == 3


def test_titles_cannot_become_tags() -> None:
    evil = "<img src=x onerror=alert(1)>"
    content = copy.deepcopy(sample())
    content["study"]["title"] = content["study"]["reference"]["title"] = {"zh": evil, "en": evil}
    content["notes"] = [{"zh": evil, "en": evil}]
    content["components"]["battery"]["label"] = {"zh": evil, "en": evil}
    content["scenarios"][1]["reason"] = {"zh": evil, "en": evil}
    assert "<img" not in study_html(content, "en")


def test_data_of_the_page_are_numbers_or_null() -> None:
    data = re.search(r'id="report-data">(.*?)</script>', html("zh"), re.DOTALL)
    assert data
    content = json.loads(data[1])
    assert {f["lang"] for f in content["figures"]} == set(LANGS)
    assert set(content["series"]) == set(sample()["design"]["series"]["columns"]) - flat()


def flat() -> set[str]:
    columns = sample()["design"]["series"]["columns"]
    return {n for n, c in columns.items() if len(set(c["values"])) == 1}


def test_the_answer_names_sizes_money_and_reference() -> None:
    text = answer(view())
    money, compared = sample()["design"]["money"], sample()["compared"]
    assert f"{(money['capex_cny'] - money['incentives_cny']) / 1e6:.2f} million CNY" in text
    assert f"+{compared['npv_cny'] / 1e6:.2f} million CNY" in text
    assert f"{100 * compared['irr']:.1f}%" in text
    assert "400 kWp" in text
    assert "the park as it is" in text
    assert "万元" in answer(view("zh"))


def test_what_does_not_pay_is_said_so() -> None:
    worse = sample()["compared"] | {"npv_cny": -1e6, "irr": None, "payback_years": None}
    v = view(compared=worse)
    assert "does not repay itself" in answer(v)
    assert "internal rate" not in answer(v)
    assert badges(v)[0][0] == "does not pay"


def test_a_figure_without_value_gives_its_reason() -> None:
    why = {"irr": {"zh": "没有追加投资", "en": "nothing more is invested"}}
    page = study_html(sample() | {"compared": sample()["compared"] | {"irr": None, "why": why}}, "en")
    assert "nothing more is invested" in page


@pytest.mark.parametrize(("gap", "words"), [(0.012, "within 3 %"), (0.05, "beyond 3 %")])
def test_the_gap_is_told_with_its_verdict(gap: float, words: str) -> None:
    truth = copy.deepcopy(sample()["truth"])
    truth["gap"]["life_cycle"] = gap
    page = study_html(sample() | {"truth": truth}, "en")
    assert words in page
    assert ("promise kept" in page) == (gap <= 0.03)


def test_a_design_that_was_not_operated_says_so() -> None:
    v = view(truth=None)
    truth = next(s for s in sections(v) if s.key == "truth")
    assert "untested" in truth.before
    assert [word for word, _ in badges(v)] == ["pays"]


def test_failed_rows_are_named_with_their_reason() -> None:
    assert "a cap of 1 t cannot be met" in html("en")
    assert "碳排放上限 1 t 无法达到" in html("zh")


def test_money_of_the_sizes_adds_up_to_the_capex() -> None:
    v = view()
    total = sum(capex_of(v, name) for name in v.sizes)
    assert total == pytest.approx(sample()["design"]["money"]["capex_cny"])


def test_balances_add_up_to_nothing_in_every_month() -> None:
    v = view()
    assert ordered(v) == ["electricity", "hydrogen"]
    for bus in ordered(v):
        parts = layers(v, bus)
        inside, outside = (sum(np.array(getattr(p, side)) for p in parts) for side in ("into", "out"))
        assert inside == pytest.approx(outside)
        bars = month_chart(v, bus).data
        assert sum(np.array(t["y"]) for t in bars) == pytest.approx(0, abs=1e-3 * max(map(max, (t["y"] for t in bars))))


def test_the_cash_flow_adds_up_to_the_npv() -> None:
    chart = charts(figures(view())["cash"])[0]
    bars, _, present = chart.data
    assert bars["x"] == calendar(view()) == list(range(2026, 2039))
    assert present["y"][-1] == pytest.approx(sample()["compared"]["npv_cny"] / 1e6, rel=1e-4)
    assert bars["y"] == pytest.approx([x / 1e6 for x in sample()["compared"]["incremental"]["project"]], rel=1e-4)


def test_duration_curves_fall_over_the_hours_of_a_year() -> None:
    for trace in duration_charts(view())[0].data:
        assert trace["y"] == sorted(trace["y"], reverse=True)
        assert trace["x"][-1] == pytest.approx(8760)


@pytest.mark.parametrize("side", ["design", "reference"])
def test_shares_of_the_components_make_the_levelised_cost(side: str) -> None:
    park = sample()[side]
    for carrier, key in (("electricity", "electricity_cny_per_kwh"), ("hydrogen", "hydrogen_cny_per_kg")):
        found = shares(park, 0.25, carrier)
        assert sum(found.values()) == pytest.approx(park["levelised"][key], rel=1e-9)
    assert found["electrolyser"] > 0, "hydrogen bears its electrolyser"
    assert shares(park, 0.25, "electricity")["electrolyser"] == pytest.approx(0), "electricity does not"


def test_the_tornado_is_sorted_by_its_effect_and_leaves_the_base() -> None:
    v = view()
    found, base = pairs(v, "npv_cny"), base_of(v, "npv_cny")
    assert base == sample()["compared"]["npv_cny"]
    spreads = [p.spread(base) for p in found]
    assert spreads == sorted(spreads, reverse=True)
    assert {p.path for p in found} == set(sample()["study"]["sensitivity"])
    low, high = found[0].results
    rate = next(p for p in found if p.path == "economics/discount_rate")
    assert rate.results[0] > rate.results[1], "a lower discount rate is worth more"  # type: ignore[operator]
    assert low is not None
    assert high is not None


def test_the_grid_is_a_field_of_both_parameters() -> None:
    choice = figures(view())["grid"]
    assert isinstance(choice, Choice)
    trace = choice.options[0][1].data[0]
    assert (len(trace["x"]), len(trace["y"])) == (2, 2)
    rows = {tuple(r["set"].values()): r["compared"]["npv_cny"] for r in sample()["grid"]}
    grid = sample()["study"]["grid"]
    for j, b in enumerate(grid["costs/pv/capex_cny_per_unit"]):
        for k, a in enumerate(grid["economics/discount_rate"]):
            assert trace["z"][j][k] == pytest.approx(rows[a, b] / 1e6, rel=1e-5)


def test_a_study_without_sweep_has_no_empty_sections() -> None:
    v = view(front=[], sensitivity=[], grid=[], scenarios=[])
    shown = {s.key for s in sections(v) if not s.is_empty}
    assert not shown & {"front", "tornado", "grid", "scenarios"}
    assert {"figures", "sizes", "cash", "months", "year"} <= shown


def test_typical_days_tell_their_error() -> None:
    column = {"unit": "kW", "duration_rmse": 3.0, "share_of_range": 0.012, "sum_share": 0.0}
    against = {
        "money": {"annual_cost_cny": {"full": 100.0, "typical": 102.0, "relative": 0.02}},
        "sizes": {},
        "kpis": {},
    }
    error = {"columns": {"workshop.electricity_kw": column}, "against_full_year": against}
    page = study_html(sample() | {"resolution": "typical:12", "resolution_error": error}, "en")
    assert "12 typical days" in page
    assert "+2.00%" in page
