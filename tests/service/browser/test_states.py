"""What the pages say when something is not as it should be."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.service.browser.seed import OUTCOMES
from tests.service.browser.watched import Running, Visitor

Visit = Callable[..., Visitor]
WORDS = {
    "time_limit": ("达到时限", "time limit"),
    "relaxed": ("放宽|未满足", "wish|relax"),
    "fallback": ("规则", "rule|fallback"),
    "infeasible": ("未放行", "not released"),
}
READABLE = 4.5  # contrast of text, WCAG 2.2 at level AA
CONTRAST = """(selector) => {
  const linear = (c) => (c /= 255, c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const seen = getComputedStyle(document.querySelector(selector));
  const [a, b] = [light(seen.color), light(seen.backgroundColor)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


@pytest.mark.parametrize(("lang", "width", "scheme"), [("zh", 1280, "light"), ("en", 390, "dark")])
def test_every_outcome_has_its_colour_and_its_words(
    visit: Visit, running: Running, lang: str, width: int, scheme: str
) -> None:
    who = visit(lang, width, role="operator", scheme=scheme)
    page = who.page
    for outcome in OUTCOMES:
        day, plan = running.seeded.outcomes[outcome]
        who.go(f"/sites/demo?day={day}")
        badge = page.locator(f".verdict .badge.{outcome}")
        assert re.search(WORDS[outcome][lang == "en"], badge.inner_text(), re.IGNORECASE), badge.inner_text()
        assert page.evaluate(CONTRAST, f".verdict .badge.{outcome}") >= READABLE, (outcome, scheme)
        assert page.evaluate(CONTRAST, ".verdict .badge.proposed") >= READABLE, scheme
        assert page.locator('[data-dialog="approve"]').is_disabled() == (outcome == "infeasible"), outcome
        assert who.shape_faults() == []
    _, plan = running.seeded.stale
    who.go(f"/plans/{plan}")
    assert page.locator(".facts .stale .badge.stale").count() == 2, "weather of yesterday, measurements that stopped"
    assert page.evaluate(CONTRAST, ".facts .stale .badge.stale") >= READABLE
    who.go(f"/sites/demo/forecast?day={running.seeded.stale[0]}")
    assert "40" in page.locator(".box.caution").first.inner_text()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_job_that_fails_says_why_and_what_to_do(visit: Visit, running: Running, lang: str) -> None:
    day = (running.seeded.today + timedelta(days=5 + (lang == "en"))).isoformat()
    failed = running.job("/api/v1/plans", site="demo", day=day, weather="open-meteo", step_minutes=60)
    assert failed["state"] == "failed", "there is no weather service here"
    who = visit(lang, 1280 if lang == "zh" else 390, role="operator")
    page = who.go(f"/sites/demo?day={day}")
    assert page.locator("#job-ended .box.bad p").count() == 3
    page.locator("#job-ended a").click()
    row = page.locator(f'[data-job="{failed["id"]}"]')
    row.locator(".badge.failed").wait_for()
    assert failed["reason"]["text"][lang] in row.inner_text()
    row.locator(".phases li").first.wait_for()
    assert page.evaluate(CONTRAST, ".badge.failed") >= READABLE
    who.go("/jobs?state=failed&kind=plan&site=demo")
    assert page.locator("[data-job]").count() >= 1
    assert page.locator(".badge.succeeded").count() == 0
    who.go("/alarms")
    assert page.locator("[data-alarm]").count() >= 1
    assert who.shape_faults() == []


def test_a_job_can_be_watched_and_cancelled(visit: Visit, running: Running) -> None:
    who = visit("en", 1280, role="operator")
    asked = {"site": "qingdao", "day": "2026-01-15", "weather": "climatology", "step_minutes": 5, "gap": 0.0}
    answer = running.admin.post("/api/v1/plans", json=asked | {"time_limit_s": 300})
    page = who.go("/jobs")
    row = page.locator(f'[data-job="{answer.json()["id"]}"]')
    row.locator("[data-details] summary").click()
    row.locator(".phases li").first.wait_for(timeout=30_000)
    assert who.shape_faults() == []
    row.locator("[data-cancel]").click()
    row.locator(".badge.cancelled").wait_for(timeout=30_000)
    assert row.locator("[data-cancel]").count() == 0


def test_a_session_that_ended_and_a_service_that_is_away_are_said_where_one_works(
    visit: Visit, running: Running
) -> None:
    day = (running.seeded.today + timedelta(days=8)).isoformat()
    who = visit("zh", 1280, role="operator")
    who.expected += [r"ERR_INTERNET_DISCONNECTED", r"status of 401"]
    page = who.go(f"/sites/demo?day={day}")
    who.context.set_offline(True)
    page.locator("#replan").click()
    assert "无法连接服务" in fault_of(page)
    who.context.set_offline(False)
    who.context.clear_cookies(name="ems_session")
    page.locator("#replan").click()
    page.get_by_text("会话已结束").first.wait_for()
    who.go(f"/sites/demo?day={day}")
    assert page.url.endswith(f"/sign-in?next=%2Fsites%2Fdemo%3Fday%3D{day}")
    assert who.shape_faults() == []
    page.locator("#name").fill("nobody")
    page.locator("#password").fill("not the password")
    page.locator("main form button").click()
    assert "不正确" in page.locator("main .box.bad").inner_text()
    who.expected.append(r"status of 404")
    english = visit("en", 390, role="viewer")
    english.expected.append(r"status of 404")
    english.go("/sites/nowhere/forecast")
    assert english.page.locator("h1").inner_text() == "Not found"
    assert english.shape_faults() == []


def fault_of(page: Any) -> str:
    page.locator("#faults .box").wait_for()
    return str(page.locator("#faults").inner_text())
