"""A study in a real Chromium: the form, the front that grows, its points brushed, on a phone and in the dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright import sync_api

from api.records import people, sessions, sites
from api.records import studies as records
from api.store import Store
from tests.service import studies
from tests.service.pages.screens import Screen, address, chromium  # noqa: F401  fixtures
from tests.service.studies import failed_row, row

POINTS = "document.getElementById('figure-front').data?.find((t) => t.mode === 'lines+markers')?.x ?? []"
NewScreen = Callable[..., Screen]


@pytest.fixture
def screen(
    chromium: sync_api.Browser,  # noqa: F811
    address: str,  # noqa: F811
    store: Store,
) -> Iterator[NewScreen]:
    opened: list[Screen] = []
    sites.import_packaged(store)
    with store.write() as c:
        people.add(c, "planner", "engineer", None, None, "test")
        cookie = sessions.open(c, "planner", "link")

    def new(lang: str = "zh", width: int = 1280, dark: bool = False) -> Screen:
        opened.append(Screen(chromium, address, cookie, lang, width, dark))
        return opened[-1]

    yield new
    for s in opened:
        s.page.goto("about:blank")
        s.context.close()


def test_the_front_grows_while_it_is_looked_at_and_the_page_turns_into_the_result(
    screen: NewScreen, store: Store
) -> None:
    id = studies.submit(store)
    held = studies.begin(store)
    s = screen(lang="en")
    s.page.goto(f"/studies/{id}")
    s.page.locator("#rows", has_text="No scenario has ended yet").wait_for()
    studies.tell(store, held, row(0), row(1))
    s.page.wait_for_function(f"() => ({POINTS}).length === 2")
    s.page.locator(".progress-text", has_text="2 of 6 done").wait_for()
    assert "about 20 s left" in s.page.locator(".progress-text").inner_text()
    size = s.page.locator("#chosen-design tbody tr").first.locator("td").first
    assert size.inner_text() == "480", "the newest point is shown until someone has chosen"
    s.page.locator("#rows button", has_text="front_0").click()
    assert size.inner_text() == "400"
    studies.tell(store, held, failed_row(5), row(2))
    s.page.wait_for_function(f"() => ({POINTS}).length === 3")
    assert size.inner_text() == "400", "who has chosen keeps what was chosen"
    assert "The cap of 10 t cannot be met." in s.page.locator("#rows").inner_text()
    s.page.locator(".progress-text", has_text="1 failed").wait_for()
    studies.finish(store, held)
    s.page.locator(".badge.succeeded").wait_for()
    assert s.page.locator("#progress").is_hidden()
    assert s.page.locator(".cards .card").count() == 7
    assert s.complaints == []


@pytest.mark.parametrize(("lang", "width", "dark"), [("zh", 1280, False), ("en", 360, True)])
def test_a_point_is_clicked_or_brushed_to_its_design(
    screen: NewScreen, store: Store, lang: str, width: int, dark: bool
) -> None:
    s = screen(lang=lang, width=width, dark=dark)
    page = s.page
    page.goto(f"/studies/{studies.keep(store)}")
    page.locator("#figure-front .main-svg").first.wait_for()
    page.wait_for_function(f"() => ({POINTS}).length === 6")  # the frame of the figure is there before its points
    assert page.evaluate(POINTS) == [600, 660, 720, 780, 840, 900], "from the least emissions to the most"
    size = page.locator("#chosen-design tbody tr").first.locator("td").first
    page.locator("#brush").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.locator('#rows tr[aria-current="true"]', has_text="front_4").wait_for()
    assert size.inner_text() == "720"
    assert page.locator("#chosen-design table").first.locator("thead th").count() == 4, "beside design and reference"
    point = page.locator("#figure-front .scatterlayer .trace").first.locator(".point").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator('#rows tr[aria-current="true"]', has_text="front_5").wait_for()
    assert size.inner_text() == "800"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert s.complaints == []


def test_the_form_sends_what_was_changed_and_shows_what_is_refused(screen: NewScreen, store: Store) -> None:
    studies.keep(store)
    s = screen(lang="en")
    page = s.page
    page.goto("/sites/demo/studies")
    names = page.locator("#study option").all_inner_texts()
    page.locator("#study").select_option(label="Two days")
    assert page.locator("#points").input_value() == "3", names
    page.locator("#resolution").select_option("typical:12")
    page.locator('[data-path="economics/discount_rate"]').fill("5.5")
    page.locator("[name=group][value=truth]").uncheck()
    page.locator("#run").click()
    page.wait_for_url("**/studies/*-*")
    with store.read() as c:
        asked = records.asked(c, "demo")[0]
    assert asked["study"] == studies.STUDY
    assert (asked["set"], asked["resolution"]) == ({"economics/discount_rate": 0.055}, "typical:12")
    assert asked["groups"] == ["front", "sensitivity", "grid", "scenarios"]
    assert (asked["points"], asked["years"]) == (None, None), "what is as in the study is not sent"

    page.goto("/sites/demo/studies")
    page.locator("#study").select_option(label="Two days")
    page.locator("#text-details summary").click()
    page.locator("#text").fill(studies.STUDY.replace("max: 2000", "max: -1"))
    page.locator("#run").click()
    page.locator("#form-faults .bad", has_text="line 8").wait_for()
    assert [c for c in s.complaints if "422" not in c and "ERR_ABORTED" not in c] == [], (
        "but for what a page left behind"
    )
