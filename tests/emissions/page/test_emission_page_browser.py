"""A real browser draws every figure of an emission report in both languages, fits a phone, and has no complaint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from ems.emissions.page import page as report_page
from tests.emissions.page.sample import sample
from tests.tools import BROWSER_FLAGS, chromium

UNDRAWN = """[...document.querySelectorAll('main:not([hidden]) [id^="figure-"]')]
  .filter(box => !box.querySelector('.main-svg')).map(box => box.id)"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    file: Path = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(report_page(sample(), "zh"), encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=BROWSER_FLAGS)
        opened = browser.new_page(viewport={"width": 1400, "height": 900})
        said: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.goto(file.as_uri())
        yield opened
        assert said == []
        browser.close()


def drawn(page: Page) -> None:
    """Scroll through the page until every figure of the language shown is drawn."""
    for _ in range(20):
        for y in range(0, int(page.evaluate("document.body.scrollHeight")) + 700, 700):
            page.evaluate(f"window.scrollTo(0, {y})")
            page.wait_for_timeout(30)
        if not page.evaluate(UNDRAWN):
            return
    raise AssertionError(page.evaluate(UNDRAWN))


def switch(page: Page) -> None:
    page.evaluate("window.scrollTo(0, 0)")
    page.click("main:not([hidden]) button.language")


def test_every_figure_is_drawn_in_both_languages(shown: Page) -> None:
    drawn(shown)
    switch(shown)
    assert shown.evaluate("document.documentElement.lang") == "en"
    drawn(shown)


def test_hours_of_hydrogen_are_a_field_of_days_and_hours(shown: Page) -> None:
    z = shown.evaluate("document.getElementById('figure-en-hydrogen').data[0].z")
    values = sample()["hours"]["columns"]["hydrogen_kgco2e_per_kg"]["values"]
    assert [z[h][d] for d in range(59) for h in range(24)] == values


def test_another_baseline_can_be_chosen(shown: Page) -> None:
    before = shown.evaluate("document.getElementById('figure-en-avoided').data[0].x[0]")
    shown.select_option("#en select[data-figure='en-avoided']", index=2)
    after = shown.evaluate("document.getElementById('figure-en-avoided').data[0].x[0]")
    totals = [sample()["baselines"][n]["inventory"]["location"]["total_kg"] / 1000 for n in ("grid_only", "rule_based")]
    assert [before, after] == pytest.approx(totals, rel=1e-5)


def test_a_phone_shows_it_without_scrolling_sideways_and_names_every_bar(shown: Page) -> None:
    shown.set_viewport_size({"width": 390, "height": 800})
    shown.wait_for_timeout(500)
    drawn(shown)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    bars = "document.getElementById('figure-en-avoided')"
    names = shown.evaluate(f"{bars}.querySelectorAll('.ytick').length")
    assert names == shown.evaluate(f"{bars}.data[0].y.length")
