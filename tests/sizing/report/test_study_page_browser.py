"""A real browser draws every figure of a study's page in both languages, follows clicks, and has no complaint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from ems.sizing.report import study_html
from tests.sizing.report.sample import sample
from tests.tools import BROWSER_FLAGS, chromium

UNDRAWN = """() => [...document.querySelectorAll('main:not([hidden]) [id^="figure-"]')]
  .filter(box => !box.querySelector('.main-svg')).map(box => box.id)"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    file: Path = tmp_path_factory.mktemp("page") / "study.html"
    file.write_text(study_html(sample(), "en"), encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=BROWSER_FLAGS)
        shown = browser.new_page(viewport={"width": 1200, "height": 900})
        said: list[str] = []
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.goto(file.as_uri())
        yield shown
        assert said == []
        browser.close()


def scroll_through(page: Page) -> None:
    height = page.evaluate("document.body.scrollHeight")
    for y in range(0, int(height) + 700, 700):
        page.evaluate(f"window.scrollTo(0, {y})")
        page.wait_for_timeout(40)
    until(page, f"({UNDRAWN})().length === 0")


def until(page: Page, expression: str) -> None:
    """Wait for what the page's own policy would not let a waiting function look at."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {expression}")


def test_every_figure_is_drawn_in_both_languages(page: Page) -> None:
    scroll_through(page)
    page.evaluate("window.scrollTo(0, 0)")
    page.click("main:not([hidden]) button.language")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.is_visible("#zh")
    assert page.is_hidden("#en")
    scroll_through(page)
    page.evaluate("window.scrollTo(0, 0)")
    page.click("main:not([hidden]) button.language")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_click_on_a_point_shows_its_sizes(page: Page) -> None:
    page.evaluate("document.getElementById('figure-en-front').scrollIntoView()")
    page.wait_for_selector("#figure-en-front .main-svg")
    row = sample()["front"][-1]
    page.evaluate(
        """row => { const box = document.getElementById('figure-en-front');
        const k = box.data[0].rows.indexOf(row);
        box.emit('plotly_click', {points: [{data: box.data[0], pointIndex: k}]}); }""",
        row["id"],
    )
    shown = page.locator("#en .detail:not([hidden])")
    assert shown.count() == 1
    assert shown.get_attribute("data-row") == row["id"]
    assert page.input_value("#en select.points") == row["id"]
    sizes = page.evaluate("document.getElementById('figure-en-front').data[0].marker.size")
    assert sizes.index(max(sizes)) == page.evaluate(
        "row => document.getElementById('figure-en-front').data[0].rows.indexOf(row)", row["id"]
    )


def test_the_year_is_a_field_of_days_and_hours(page: Page) -> None:
    page.evaluate("document.getElementById('figure-en-maps').scrollIntoView()")
    page.wait_for_selector("#figure-en-maps .main-svg")
    z = page.evaluate("document.getElementById('figure-en-maps').data[0].z")
    assert (len(z), len(z[0])) == (24, 7)
    name = next(iter(sample()["design"]["series"]["columns"]))
    values = sample()["design"]["series"]["columns"][name]["values"]
    assert [z[h][d] for d in range(7) for h in range(24)] == values
    page.select_option("#en select[data-figure='en-maps']", index=1)
    assert page.evaluate("document.getElementById('figure-en-maps').data[0].z") != z


def test_a_phone_shows_it_without_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(400)
    scroll_through(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widths = page.evaluate(
        "[...document.querySelectorAll('main:not([hidden]) [id^=\"figure-\"]')].map(b => b.layout.width)"
    )
    assert max(widths) <= 390


def test_a_dark_screen_has_light_ink(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    until(page, "document.getElementById('figure-en-front').layout.font.color === '#e6eaef'")
    page.emulate_media(color_scheme="light")
    until(page, "document.getElementById('figure-en-front').layout.font.color !== '#e6eaef'")
