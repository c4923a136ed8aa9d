"""The page of a day in a real Chromium: figures, keyboard, phone, dark theme, dialogs, progress."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright import sync_api

from api.records import people, sessions, sites
from api.store import Store
from ems.plan import make_plan
from ems.plan_file import to_dict
from ems.report import PlanView
from ems.site_file import read_site
from ems.solve import Solver
from tests.service.pages.parks import keep
from tests.service.pages.screens import Screen, address, chromium  # noqa: F401  fixtures

DAY = "2026-06-15"
URL = f"/sites/demo?day={DAY}"


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    """A plan of the tutorial park, hour by hour."""
    with Solver() as solver:
        plan = make_plan(read_site("demo"), date.fromisoformat(DAY), solver, weather="climatology", step_minutes=60)
    return to_dict(plan)


@pytest.fixture
def screen(
    chromium: sync_api.Browser,  # noqa: F811
    address: str,  # noqa: F811
    store: Store,
    content: dict[str, Any],
) -> Iterator[object]:
    """``screen(lang=…, width=…, dark=…)``: a page of an operator; the park has one plan."""
    opened: list[Screen] = []
    sites.import_packaged(store)
    keep(store, content)
    with store.write() as c:
        people.add(c, "dispatcher", "operator", None, None, "test")
        cookie = sessions.open(c, "dispatcher", "link")

    def new(lang: str = "zh", width: int = 1280, dark: bool = False) -> Screen:
        opened.append(Screen(chromium, address, cookie, lang, width, dark))
        return opened[-1]

    yield new
    for s in opened:
        s.page.goto("about:blank")
        s.context.close()


@pytest.mark.parametrize(("lang", "width", "dark"), [("zh", 1280, False), ("en", 360, True)])
def test_every_figure_is_drawn_and_nothing_sticks_out(screen, lang: str, width: int, dark: bool) -> None:  # type: ignore[no-untyped-def]
    s = screen(lang=lang, width=width, dark=dark)
    s.page.goto(URL)
    s.see_everything()
    assert s.page.locator(".drawing").count() >= 8
    assert s.page.evaluate("document.documentElement.scrollWidth") == width
    paper = s.page.locator(".drawing .main-svg").first.evaluate("x => x.style.background")
    assert (paper == "rgb(25, 34, 41)") is dark
    s.page.locator("#reasons-text li").first.wait_for()
    assert s.complaints == []


def test_an_interval_is_chosen_by_keyboard_and_everything_follows(screen, content: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    s = screen()
    s.page.goto(URL)
    view = PlanView(content, "zh")
    rate = view.values("battery", "discharge_kw") - view.values("battery", "charge_kw")
    row = s.page.locator('[data-device="battery"]')
    slider = s.page.locator("#interval")
    slider.focus()
    for step, state in ((int(rate.argmin()), "充入"), (int(rate.argmax()), "放出")):
        s.page.keyboard.press("Home")
        for _ in range(step):
            s.page.keyboard.press("ArrowRight")
        assert f"{view.clock(step)}–{view.clock(step + 1)}" in slider.get_attribute("aria-valuetext")
        assert row.locator(".state").inner_text() == state
        assert row.locator(".setpoint").inner_text() == f"{abs(rate[step]):,.0f} kW"
        level = view.values("battery", "level_kwh")[step] / view.size("battery")
        assert s.page.locator('[data-store="battery"] .level').inner_text().startswith(f"{100 * level:.0f}%")
        value = content["marginal_values"]["electricity"]["values"][step]
        assert f"{value:.3f} 元/kWh" in s.page.locator("#marginal-values").inner_text()


def test_a_click_on_a_figure_chooses_its_interval(screen) -> None:  # type: ignore[no-untyped-def]
    s = screen()
    s.page.goto(URL)
    plot = s.page.locator("#figure-balance-electricity .nsewdrag").first
    plot.wait_for()
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * 12.5 / 24, "y": box["height"] * 0.5})
    s.page.wait_for_function("document.getElementById('interval').value === '12'")
    mark = s.page.locator("#figure-balance-electricity .mark-chosen").bounding_box()
    assert mark["x"] - box["x"] == pytest.approx(box["width"] / 2, abs=3)
    assert mark["width"] == pytest.approx(box["width"] / 24, abs=3)


def test_every_figure_can_be_read_as_a_table(screen, content: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    s = screen(lang="en")
    s.page.goto(URL)
    s.page.locator(".numbers summary").first.wait_for()
    for more in s.page.locator(".numbers").all():
        more.locator("summary").click()
        more.locator("tbody tr").first.wait_for()
    table = s.page.locator('[data-figure="balance-electricity"] .numbers table')
    head = table.locator("thead th").all_text_contents()
    row = table.locator("tbody tr").nth(12).locator("th, td").all_text_contents()
    shown = dict(zip(head, row, strict=True))
    view = PlanView(content, "en")
    assert shown["time"] == "12:00–13:00"
    assert float(shown["roof PV"].replace(",", "")) == pytest.approx(view.values("roof", "power_kw")[12], rel=1e-5)
    assert s.complaints == []


def test_approving_asks_first_and_leaves_by_escape(screen) -> None:  # type: ignore[no-untyped-def]
    s = screen(lang="en")
    s.page.goto(URL)
    opener = s.page.get_by_role("button", name="Approve")
    opener.focus()
    s.page.keyboard.press("Enter")
    dialog = s.page.get_by_role("dialog", name="Approve this plan?")
    dialog.wait_for()
    s.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert opener.evaluate("x => x === document.activeElement")
    opener.click()
    dialog.get_by_label("Comment").fill("tank is full")
    dialog.get_by_role("button", name="Approve").click()
    s.page.locator(".badge.approved").first.wait_for()
    assert "tank is full" in s.page.locator(".head").inner_text()
    assert s.page.get_by_role("button", name="Approve").is_disabled()
    assert s.complaints == []


def test_a_plan_is_asked_for_followed_and_cancelled(screen) -> None:  # type: ignore[no-untyped-def]
    s = screen(lang="en")
    s.page.goto("/sites/demo?day=2026-06-22")
    make = s.page.get_by_role("button", name="Make a plan")
    make.click()
    bar = s.page.locator("#progress")
    bar.get_by_text("waiting").wait_for()
    assert make.is_disabled()
    s.page.reload()  # and the page finds the job again
    bar.get_by_text("waiting").wait_for()
    s.page.get_by_role("button", name="Cancel").click()
    s.page.get_by_text("Cancelled.").wait_for()
    assert not bar.is_visible()
    assert make.evaluate("x => x === document.activeElement")
    assert s.complaints == []
