"""Re-planning by itself on the page Today: what it says, and to whom it offers the setting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from api.records import rolling
from api.store import Store
from api.tables import jobs
from api.tables import rolling as table
from ems.operation.live_words import BRIDGED
from tests.service.conftest import ClientOf
from tests.service.pages.page_html import Page
from tests.service.pages.parks import add_park, add_plan

URL = "/sites/tiny"
DUE = datetime.now(ZoneInfo("Asia/Shanghai")).replace(minute=0, second=0, microsecond=0)


def page(text: str) -> Page:
    found = Page(text)
    assert found.faults() == []
    return found


@pytest.fixture
def park(store: Store) -> str:
    return add_park(store)


def rolled(store: Store, **values: Any) -> None:
    with store.write() as c:
        rolling.put(c, "tiny", 30, "dispatcher")
        if values:
            c.execute(sa.update(table).values(values))


def job_of(store: Store, plan: str) -> str:
    with store.write() as c:
        found: str = c.execute(sa.select(jobs.c.id).where(jobs.c.result == plan)).scalar_one()
        c.execute(sa.update(jobs).where(jobs.c.id == found).values(created_by=rolling.WHO))
    return found


def test_an_operator_sets_it_and_a_viewer_reads_it(park: str, store: Store, page_of: ClientOf) -> None:
    rolled(store)
    found = page(page_of("operator").get(URL).text)
    chosen = [a["value"] for a, _ in found.all("option") if "selected" in a]
    assert chosen == ["30"]
    assert found.one("form", id="rolling-form")
    assert "尚未自动重排过" in found.one("section", id="rolling")[1]
    read = page(page_of("viewer").get(URL).text)
    assert read.all("form", id="rolling-form") == []
    assert "每 30 分钟" in read.one("section", id="rolling")[1]


def test_only_today_has_it(park: str, page_of: ClientOf) -> None:
    assert page(page_of("operator").get(f"{URL}?day=tomorrow").text).all("section", id="rolling") == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_newest_says_what_it_changed_and_what_rests_on_the_plan_before(
    park: str, store: Store, page_of: ClientOf, lang: str
) -> None:
    note = {"zh": f"无新鲜或完整的测量, {BRIDGED}: 电池。", "en": "Bridged by the plan that stands: battery."}
    why = {"zh": "与原计划相比: 电池晚充一小时。", "en": "The battery charges an hour later."}
    plan = add_plan(store, why=[why], notes=[note])
    rolled(store, job=job_of(store, plan), last_due=DUE, changed_at=DUE - timedelta(hours=1))
    browser = page_of("viewer")
    browser.cookies.set("ems_lang", lang, domain="127.0.0.1")
    found = page(browser.get(URL).text)
    said = found.one("section", id="rolling")[1]
    assert why[lang] in said
    assert note[lang] in said
    assert ("测量不新鲜" if lang == "zh" else "Measurements are old") in said
    assert f"{DUE:%m-%d %H:%M}" in said
    assert f"/plans/{plan}" in {a.get("href") for a, _ in found.all("a")}


def test_with_fresh_meters_nothing_is_said_of_old_ones(park: str, store: Store, page_of: ClientOf) -> None:
    plan = add_plan(store, notes=[{"zh": "按测量: 电池。", "en": "State by measurements: battery."}])
    rolled(store, job=job_of(store, plan), last_due=DUE)
    assert "测量不新鲜" not in page(page_of("viewer").get(URL).text).one("section", id="rolling")[1]


def test_a_due_one_that_cannot_be_asked_for_says_why(park: str, store: Store, page_of: ClientOf) -> None:
    rolled(store, fault="no such file", changed_at=DUE - timedelta(days=1))
    said = page(page_of("viewer").get(URL).text).one("section", id="rolling")[1]
    assert "no such file" in said
    assert "已到时" in said


def test_the_approved_plan_is_shown_however_many_re_plans_are_newer(
    park: str, store: Store, page_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.pages import day_records

    monkeypatch.setattr(day_records, "MOST_PLANS", 2)
    approved = add_plan(store, status="approved")
    for _ in range(3):
        add_plan(store)
    found = page(page_of("viewer").get("/sites/tiny?day=2026-03-02").text)
    assert found.data("page")["plan"] == approved
