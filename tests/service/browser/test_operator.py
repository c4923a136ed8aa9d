"""An operator's work in a real browser: from the one-time link to the approved plan, and what an auditor sees of it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.service.browser.watched import Running, Visitor

Visit = Callable[..., Visitor]
BUTTON = {
    "zh": {"out": "退出", "run": "运行并对比", "electrolyser": "电解槽停运"},
    "en": {"out": "Sign out", "run": "Run and compare", "electrolyser": "Electrolyser out"},
}
PLAN = re.compile(r"/plans/[0-9a-f-]{36}$")


@pytest.mark.parametrize(("lang", "width", "ahead"), [("zh", 1280, 1), ("en", 390, 2)])
def test_an_operator_plans_a_day_asks_what_if_and_approves(
    visit: Visit, running: Running, tmp_path: Path, lang: str, width: int, ahead: int
) -> None:
    who = visit(lang, width, role=None)
    page, say = who.page, BUTTON[lang]
    who.go(running.sign_in_link("engineer"))
    assert page.url.endswith("/parks"), "the one-time link leads to all parks where there are several"
    page.locator('h2 a[href="/sites/demo"]').click()
    page.wait_for_url(re.compile(r"/sites/demo$"))

    day = (running.seeded.today + timedelta(days=ahead)).isoformat()
    who.go(f"/sites/demo?day={day}")
    assert page.locator(".empty h2").is_visible()
    assert who.shape_faults() == []
    page.locator("#replan").click()
    page.locator("#progress .progress-text").wait_for()
    page.wait_for_url(PLAN, timeout=60_000)
    plan = page.url

    assert page.locator(".verdict .badge.optimal").is_visible()
    assert page.locator("#why li").count() >= 3
    page.locator("#figure-balance-electricity .main-svg").first.wait_for()
    read_an_interval(page)
    assert who.shape_faults() == []
    exports(page, tmp_path)

    page.locator('a[href^="/sites/demo/what-if?plan="]').click()
    page.wait_for_url(re.compile("/what-if"))
    base = compare_with_an_outage(who, say)
    assert base in plan

    page.goto(plan)
    page.locator('[data-dialog="approve"]').click()
    page.locator("#approve-comment").fill("as discussed")
    page.locator("#approve form button:not([type])").click()
    page.locator(".verdict .badge.approved").wait_for()
    assert page.locator('[data-dialog="approve"]').is_disabled()

    who.go(f"/audit-log?object={base}")
    row = page.locator("tbody tr").first
    assert "as discussed" in row.inner_text()
    assert page.locator("tbody tr").count() == 1

    page.locator(".bar .right .menu summary").click()
    page.get_by_role("button", name=say["out"]).click()
    page.wait_for_url(re.compile("/sign-in"))
    who.go("/jobs")
    assert "/sign-in" in page.url, "whoever has signed out has to sign in again"


def read_an_interval(page: Any) -> None:
    """The slider moves, and the reasons of that interval come."""
    slider = page.locator("#interval")
    slider.focus()
    before = slider.input_value()
    page.keyboard.press("ArrowRight" if before != slider.get_attribute("max") else "ArrowLeft")
    assert slider.input_value() != before
    page.locator("#reasons-text li").first.wait_for()
    assert len(page.locator("#reasons-text").inner_text()) > 10


def exports(page: Any, folder: Path) -> None:
    """CSV, workbook and plan.json are loaded down and can be opened."""
    for kind, check in (("format=csv", _csv), ("format=xlsx", _xlsx), ("plan.json", _json)):
        link = page.locator(f'.actions a[href*="{kind}"]')
        if not link.is_visible():
            page.locator(".actions .menu summary").click()
        with page.expect_download() as download:
            link.click()
        file = folder / download.value.suggested_filename
        download.value.save_as(file)
        check(file)


def _csv(file: Path) -> None:
    with file.open(encoding="utf-8-sig") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 96
    assert float(rows[0]["grid.import_kw"]) >= 0


def _xlsx(file: Path) -> None:
    book = openpyxl.load_workbook(file, read_only=True)
    assert len(book.sheetnames) >= 3


def _json(file: Path) -> None:
    assert json.loads(file.read_text(encoding="utf-8"))["site"]["name"] == "demo"


def compare_with_an_outage(who: Visitor, say: dict[str, str]) -> str:
    """Run a preset and a found parameter, see both plans side by side; returns the id of the plan compared with."""
    page = who.page
    page.get_by_role("button", name=say["electrolyser"]).click()
    page.locator("#find").fill("connection_kw")
    page.keyboard.press("Enter")
    page.locator("#limits input").fill("700")
    assert page.locator("#summary li").count() == 2
    assert page.locator("#made-up").is_hidden(), "an outage and a limit may be approved"
    page.locator("#sun").fill("50")
    assert page.locator("#made-up").is_visible(), "weather that is made up may not"
    page.locator("#sun").fill("100")
    assert who.shape_faults() == []
    page.get_by_role("button", name=say["run"]).click()
    page.wait_for_url(re.compile("/compare"), timeout=60_000)
    assert page.locator(".compare tbody tr").count() > 8
    assert page.locator('section[aria-labelledby="sentences-title"] li').count() >= 1
    assert page.locator('section[aria-labelledby="changes-title"] li').count() == 2
    cost = page.locator(".compare tr.strong").first
    assert cost.locator(".worse").count() == 2, "without its electrolyser the park cannot be cheaper"
    page.locator('[id="figure-compare-grid-import_kw"] .main-svg').first.wait_for()
    assert who.shape_faults() == []
    return str(re.search(r"a=([0-9a-f-]{36})", page.url)[1])  # type: ignore[index]
