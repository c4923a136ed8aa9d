"""The page stands alone: complete in both languages, nothing fetched, nothing injected."""

from __future__ import annotations

import json
import re
import runpy
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ems.report import plan_html
from ems.report.names import LAW_ZH, law_name
from ems.report.text import TEXT, WEEKDAYS

tiny_plan = runpy.run_path(str(Path(__file__).with_name("test_report_sample.py")))["tiny_plan"]
OUTCOMES = ("optimal", "time_limit", "relaxed", "fallback", "infeasible")
KNOWN_WORDS = {"kW", "kWh", "kg", "CNY", "PEM", "CO", "kgCO", "pandas", "cn", "MEE", "abcdef", "LHV", "h", "e", "bar"}


class Page(HTMLParser):
    """What a browser would fetch, what a reader reads, and every script by its type."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.scripts: dict[str, str] = {}
        self.words: list[str] = []
        self.tags: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.fetched += [str(v) for k, v in attrs if k in ("src", "href", "action", "data", "poster", "srcset")]
        self._inside = f"{tag} {given.get('type', '')}" if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag in ("script", "style") else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[self._inside] = self.scripts.get(self._inside, "") + data
        else:
            self.words.append(data)

    @property
    def report(self) -> dict[str, Any]:
        return dict(json.loads(self.scripts["script application/json"]))


def page(lang: str = "en", **changes: Any) -> Page:
    return Page(plan_html(tiny_plan(**changes), lang))  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_fetched(lang: str) -> None:
    p = page(lang)
    assert p.fetched == []
    assert "iframe" not in p.tags
    assert "url(" not in p.scripts["style "]
    assert "@import" not in p.scripts["style "]
    assert "http" not in json.dumps(p.report)


def test_every_figure_has_its_place() -> None:
    text = plan_html(tiny_plan(), "en")
    for chart in Page(text).report["charts"]:
        assert f'id="figure-{chart["key"]}"' in text


def test_every_text_exists_in_both_languages() -> None:
    for key, (zh, en) in TEXT.items():
        assert zh or key == "starts_unit", key
        assert en or key == "starts_unit", key
        assert sorted(re.findall(r"{\w+}", zh)) == sorted(re.findall(r"{\w+}", en)), key
        assert not re.search(r"[\u4e00-\u9fff]", en), key
    assert len(WEEKDAYS["zh"]) == len(WEEKDAYS["en"]) == 7


def test_every_text_is_used() -> None:
    root = Path(__file__).parents[1]
    source = "".join(p.read_text("utf-8") for p in [*root.glob("ems/report/*.py"), root / "api/table.py"])
    source = source.replace((root / "ems/report/text.py").read_text("utf-8"), "")
    made = ("c_", "weather_", "objective_", "saving_", "cost_", "carbon_")  # keys put together from parts
    unused = [
        k for k in TEXT if not re.search(f"[\"']{k}[\"']", source) and not k.startswith(made) and k not in OUTCOMES
    ]
    assert unused == []


def test_a_chinese_page_holds_no_english_words() -> None:
    p = page("zh")
    labels = json.dumps([[c["data"], c["layout"]] for c in p.report["charts"]], ensure_ascii=False)
    shown = " ".join(p.words) + " ".join(re.findall(r'"(?:name|text|label)":\s*"([^"]*)"', labels))
    shown += " ".join(re.findall(r'"(?:label|text|ticktext|y)":\s*\[("[^\]]*)\]', labels))
    words = set(re.findall(r"[A-Za-z]{1,}", re.sub(r"&\w+;|hours:\S+", " ", shown)))
    assert words <= KNOWN_WORDS


def test_an_english_page_holds_no_chinese() -> None:
    text = plan_html(tiny_plan(), "en")
    body = text[text.index("<body>") : text.index("<script>")] + json.dumps(Page(text).report, ensure_ascii=False)
    assert re.findall(r"[\u4e00-\u9fff]+", body) == []


def test_every_law_of_the_models_has_a_chinese_name() -> None:
    root = Path(__file__).parents[1]
    source = "".join(p.read_text("utf-8") for p in [*root.glob("models/*.py"), root / "ems/audit.py"])
    laws = set(re.findall(r'\.(?:violation|between)\(\s*"([^"]+)"', source))
    laws |= set(re.findall(r'Violation\([\w.]+, "([^"]+)"', source))
    assert len(laws) > 30
    assert sorted(laws - set(LAW_ZH)) == []
    assert law_name("series power_kw is missing", "zh") == "缺少序列 power_kw"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_labels_cannot_become_markup(lang: str) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    plan = tiny_plan(why=[{"zh": evil, "en": evil}], outcome_text={"zh": evil, "en": evil})
    plan["components"]["load"] = {"kind": "demand", "label": {"zh": evil, "en": evil}}
    plan["provenance"]["weather"]["source"] = evil
    plan["site"]["title"] = {"zh": evil, "en": evil}
    text = plan_html(plan, lang)  # type: ignore[arg-type]
    p = Page(text)
    assert "img" not in p.tags
    assert p.tags.count("script") == 3  # the library, the data, the drawing
    assert p.fetched == []
    drawn = {t.get("name", "") for c in p.report["charts"] for t in c["data"]}
    assert any(name.startswith("&lt;/script") for name in drawn)
    assert not any("<" in name for name in drawn)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_badge_tells_the_outcome(outcome: str, lang: str) -> None:
    text = plan_html(tiny_plan(outcome=outcome), lang)  # type: ignore[arg-type]
    badge = re.search(r'class="badge"[^>]*>([^<]+)<', text)
    assert badge is not None
    assert badge[1] == TEXT[outcome][lang == "en"]


def test_a_climatology_is_called_so() -> None:
    assert TEXT["not_a_forecast"][0] in "".join(page("zh").words)
    assert TEXT["not_a_forecast"][1] in "".join(page("en").words)
    plan = tiny_plan()
    plan["provenance"]["weather"]["kind"] = "forecast"
    assert TEXT["not_a_forecast"][1] not in plan_html(plan, "en")


def test_broken_laws_are_listed_in_the_language_of_the_reader() -> None:
    broken = [{"component": "stack", "law": "ramp up", "worst": 0.25, "at": "2026-03-02T01:00:00+08:00"}]
    words = "".join(page("zh", violations=broken).words)
    assert "电解槽: 升负荷速率, 最大偏差 0.25, 01:00" in words
    assert "stack: ramp up, worst residual 0.25, 01:00" in "".join(page("en", violations=broken).words)
    gone = [{**broken[0], "component": "gone", "law": "new law", "worst": None}]
    assert "gone: new law, worst residual –, 01:00" in "".join(page("en", violations=gone).words)


def test_key_figures_beside_the_baseline() -> None:
    text = "".join(page("en").words)
    assert "saves 65 CNY (50.0%), emits 3 kgCO₂e more (1.7%)" in text
    assert "energy not served" in text
    assert "hydrogen not served" not in text  # zero on both sides
    alone = "".join(page("en", outcome="fallback").words)
    assert "nothing to compare" in alone


def test_size_and_speed() -> None:
    plan = tiny_plan()
    plan_html(plan, "zh")
    start = time.perf_counter()
    text = plan_html(plan, "zh")
    assert time.perf_counter() - start < 1.0
    assert len(text.encode()) < 6_000_000
    assert text.count("Plotly.react(") == 1 + text[: text.index("report-data")].count("Plotly.react(")
