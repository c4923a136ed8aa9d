"""The page of a day: which plan it shows, what it says about it, and what it offers to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from api.contract.jobs import ReasonType
from api.store import Store
from api.tables import alarms, series
from ems.report import PlanView, figures
from tests.service.conftest import ClientOf
from tests.service.pages.page_html import Page
from tests.service.pages.parks import DAY, add_cancelled, add_failed, add_park, add_plan, add_running
from tests.test_report_sample import tiny_plan

URL = f"/sites/tiny?day={DAY}"
OUTCOMES = ("optimal", "time_limit", "relaxed", "fallback", "infeasible")
MADE_UP = {"changes": {"demands": {"electricity": 1.1}}}


@pytest.fixture
def park(store: Store) -> str:
    return add_park(store)


def page(text: str) -> Page:
    found = Page(text)
    assert found.faults() == []
    return found


def shown(found: Page) -> str | None:
    plan: str | None = found.data("page")["plan"]
    return plan


# --- which plan ----------------------------------------------------------------------------------------------------


def test_the_newest_proposal_is_shown_until_one_is_approved(store: Store, park: str, page_of: ClientOf) -> None:
    browser = page_of("operator")
    first = add_plan(store)
    second = add_plan(store)
    assert shown(page(browser.get(URL).text)) == second
    browser.post(f"/api/v1/plans/{first}/approve", json={"comment": "ok"})
    found = page(browser.get(URL).text)
    assert shown(found) == first
    listed = [a["href"] for a, _ in found.all("a") if a.get("href", "").startswith("/plans/")]
    assert listed == [f"/plans/{second}", f"/plans/{first}"]


def test_a_what_if_is_not_taken_for_the_plan_of_the_day(store: Store, park: str, page_of: ClientOf) -> None:
    real = add_plan(store)
    made_up = add_plan(store, asked=MADE_UP | {"what_if_of": real, "label": "more load"})
    browser = page_of("operator")
    assert shown(page(browser.get(URL).text)) == real
    found = page(browser.get(f"/plans/{made_up}").text)
    assert "假设方案" in found.one("main")[1]
    assert found.all("a", href=f"/compare?a={real}&b={made_up}")
    assert "disabled" in found.one("button", data_dialog="approve")[0]
    outage = {"outages": [{"component": "stack"}]}
    add_plan(store, asked={"changes": outage, "what_if_of": real})
    assert shown(page(browser.get(URL).text)) == real


def test_any_plan_has_a_page_of_its_own(store: Store, park: str, page_of: ClientOf) -> None:
    old = add_plan(store)
    add_plan(store)
    assert shown(page(page_of("viewer").get(f"/plans/{old}").text)) == old


def test_a_plan_of_a_foreign_park_looks_as_if_it_did_not_exist(store: Store, park: str, page_of: ClientOf) -> None:
    add_park(store, "other")
    plan = add_plan(store)
    browser = page_of("viewer", ["other"])
    for path in (f"/plans/{plan}", f"/plans/{plan}/figures"):
        foreign = browser.get(path)
        missing = browser.get(path.replace(plan, "019a2f3e-7d0c-7b51-9c3a-5f0e8a6b1c2d"))
        assert foreign.status_code == missing.status_code == 404
        assert foreign.json()["title"] == missing.json()["title"]


def test_a_day_that_is_none_is_refused(park: str, page_of: ClientOf) -> None:
    browser = page_of("viewer")
    for day in ("yesterday", "2026-02-30", "", "2026-3-2", "../x", "9999-12-31", "0001-01-01"):
        answer = browser.get("/sites/tiny", params={"day": day})
        assert answer.status_code == 422, day
        assert answer.json()["errors"][0]["pointer"] == "#day"


def test_today_and_tomorrow_are_those_of_the_park(park: str, page_of: ClientOf) -> None:
    browser = page_of("viewer")
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    for word, day in (("today", today), ("tomorrow", today + timedelta(days=1))):
        found = page(browser.get(f"/sites/tiny?day={word}").text)
        assert found.data("page")["day"] == day.isoformat()
        assert found.one("a", aria_current="page")[0]["href"].endswith(f"day={word}")
        assert found.one("a", rel="prev")[0]["href"].endswith((day - timedelta(days=1)).isoformat())


# --- what it says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_a_colour_a_mark_a_word_and_a_sentence(
    store: Store, park: str, page_of: ClientOf, outcome: str
) -> None:
    broken = [{"component": "tank", "law": "level balance", "worst": 1.5, "at": "2026-03-02T01:00:00+08:00"}]
    text = {"zh": f"结果 {outcome}。", "en": f"This is {outcome}."}
    add_plan(store, outcome=outcome, outcome_text=text, violations=broken if outcome == "infeasible" else [])
    browser = page_of("operator")
    for lang, now, law in (("zh", "现在请这样做", "存量平衡"), ("en", "What to do now", "level balance")):
        browser.cookies.set("ems_lang", lang)
        found = page(browser.get(URL).text)
        assert len(found.one("span", cls=outcome)[1].split(":")[1].strip()) > 1
        assert text[lang] in found.one("p", cls="outcome")[1]
        said = found.one("main")[1]
        assert (now in said) is (outcome in ("fallback", "infeasible"))
        assert (law in said) is (outcome == "infeasible")
        assert ("disabled" in found.one("button", data_dialog="approve")[0]) is (outcome == "infeasible")


def test_wishes_that_stay_unmet_are_named(store: Store, park: str, page_of: ClientOf) -> None:
    wish = {"text": {"zh": "厂房用电缺 3 kWh。", "en": "The works lack 3 kWh."}}
    add_plan(store, outcome="relaxed", wishes=[wish])
    assert "厂房用电缺 3 kWh。" in page(page_of("viewer").get(URL).text).one("div", cls="caution")[1]


def test_cards_hold_the_figures_of_the_plan_beside_the_rules(store: Store, park: str, page_of: ClientOf) -> None:
    add_plan(store)
    cards = [" ".join(text.split()) for _, text in page(page_of("viewer").get(URL).text).all("div", cls="card")]
    by_name = {text.split(" ")[0]: text for text in cards}
    assert by_name["总成本"] == "总成本 65 元 ▼ −50.0% 规则运行 129 元"
    assert by_name["自发自用率"].startswith("自发自用率 30.0 %")  # 105 of 150 kWh are sold
    assert by_name["绿电占比"].startswith("绿电占比 30.0 %")
    # 0.5 h x (220 + 200) kW x 0.3 CNY/kWh for 0.5 h x 7 kg/h
    assert by_name["制氢电费(按购电价)"].startswith("制氢电费(按购电价) 18.00 元/kg")


def test_names_of_a_site_file_cannot_become_part_of_the_page(store: Store, park: str, page_of: ClientOf) -> None:
    bad = "<img src=x onerror=alert(1)></script>"
    components = tiny_plan()["components"]
    components["tank"]["label"] = {"zh": bad, "en": bad}
    plan = add_plan(
        store, components=components, why=[{"zh": bad, "en": bad}], outcome_text={"zh": bad, "en": bad},
        asked={"label": bad},
    )  # fmt: skip
    browser = page_of("operator")
    answer = browser.get(URL)
    assert "<img src=x" not in answer.text
    assert "&lt;img src=x" in answer.text
    page(answer.text)
    browser.post(f"/api/v1/plans/{plan}/reject", json={"comment": bad})
    assert "<img src=x" not in browser.get(URL).text


def test_alarms_that_no_one_has_seen_are_counted_in_the_header(store: Store, park: str, page_of: ClientOf) -> None:
    browser = page_of("viewer")
    assert "无报警" in browser.get(URL).text
    row = {"site": "tiny", "kind": "x", "severity": "warning", "text": {"zh": "", "en": ""}, "raised_at": _now()}
    with store.write() as c:
        c.execute(alarms.insert(), [row | {"id": str(k), "acknowledged_at": _now() if k else None} for k in range(2)])
    assert "1 条报警" in browser.get(URL).text


def test_old_measurements_and_old_forecasts_are_told_apart_from_fresh_ones(
    store: Store, park: str, page_of: ClientOf
) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=0, minute=0, second=0, microsecond=0)
    weather = {"kind": "forecast", "source": "open-meteo", "issued_at": (_now() - timedelta(hours=30)).isoformat()}
    add_plan(
        store,
        date=today.date().isoformat(),
        start=today.isoformat(),
        end=(today + timedelta(days=1)).isoformat(),
        provenance=tiny_plan()["provenance"] | {"weather": weather},
    )
    row = {"site": "tiny", "name": "x", "kind": "measurement", "unit": "kW", "resolution_s": 900, "created_at": _now()}
    with store.write() as c:
        c.execute(series.insert().values(row | {"last_time": _now() - timedelta(minutes=45)}))
    browser = page_of("viewer")
    found = page(browser.get("/sites/tiny").text)
    assert [" ".join(t.split()) for _, t in found.all("div", cls="stale")] == [
        f"天气 天气预报, {(_now() - timedelta(hours=30)).astimezone(today.tzinfo):%m-%d %H:%M} 发布 · 30 小时前 已过时"
    ]
    assert "30 分钟前" in found.one("dl", cls="facts")[1]
    with store.write() as c:
        c.execute(series.update().values(last_time=_now() - timedelta(hours=3)))
    assert len(page(browser.get("/sites/tiny").text).all("div", cls="stale")) == 2


def test_history_is_not_called_out_of_date(store: Store, park: str, page_of: ClientOf) -> None:
    weather = {"kind": "forecast", "source": "open-meteo", "issued_at": "2026-03-01T00:00:00+00:00"}
    add_plan(store, provenance=tiny_plan()["provenance"] | {"weather": weather})
    assert page(page_of("viewer").get(URL).text).all("div", cls="stale") == []


# --- what it offers ------------------------------------------------------------------------------------------------


def test_a_viewer_finds_no_button_that_would_be_refused(store: Store, park: str, page_of: ClientOf) -> None:
    add_plan(store)
    found = page(page_of("viewer").get(URL).text)
    assert found.all("button", id="replan") == []
    assert found.all("dialog") == []
    assert "“运行”权限" in found.one("main")[1]
    assert len(found.all("a", download="")) == 2


def test_an_operator_may_plan_approve_and_reject(store: Store, park: str, page_of: ClientOf) -> None:
    plan = add_plan(store)
    browser = page_of("operator")
    found = page(browser.get(URL).text)
    assert found.one("button", id="replan")
    for act in ("approve", "reject"):
        assert "disabled" not in found.one("button", data_dialog=act)[0]
        assert found.one("dialog", id=act)
    browser.post(f"/api/v1/plans/{plan}/approve", json={"comment": "tank is full"})
    after = page(browser.get(URL).text)
    assert "disabled" in after.one("button", data_dialog="approve")[0]
    assert "意见: tank is full" in after.one("main")[1]


def test_every_export_that_the_page_offers_is_there(store: Store, park: str, page_of: ClientOf) -> None:
    add_plan(store)
    browser = page_of("viewer")
    links = [a["href"] for a, _ in page(browser.get(URL).text).all("a") if a.get("href", "").startswith("/api/")]
    assert len(links) == 4
    for link in links:
        assert browser.get(link).status_code == 200, link


def test_a_day_without_a_plan_offers_to_make_one(park: str, page_of: ClientOf) -> None:
    found = page(page_of("operator").get("/sites/tiny").text)
    assert "还没有计划" in found.one("section", cls="empty")[1]
    assert "生成计划" in found.one("button", id="replan")[1]
    assert found.data("page")["figures"] is None


def test_a_running_job_is_followed_from_the_first_moment(store: Store, park: str, page_of: ClientOf) -> None:
    job = add_running(store)
    assert page(page_of("viewer").get(URL).text).data("page")["job"] == job


def test_a_failed_job_says_why_and_what_to_do(store: Store, park: str, page_of: ClientOf) -> None:
    browser = page_of("operator")
    advice = set()
    for k, type in enumerate(get_args(ReasonType)):
        day = f"2026-03-{10 + k}"
        job = add_failed(store, type, day=day)
        box = page(browser.get(f"/sites/tiny?day={day}").text).one("div", id="job-ended")[1]
        assert "文件里缺一列。" in box
        assert job in box
        advice.add(box.replace(job, ""))
    assert len(advice) == len(get_args(ReasonType))


def test_only_news_about_the_last_attempt_is_told(store: Store, park: str, page_of: ClientOf) -> None:
    browser = page_of("operator")
    add_failed(store, "internal")
    add_plan(store)
    assert page(browser.get(URL).text).one("div", id="job-ended")[1].strip() == ""
    add_failed(store, "internal")
    assert "失败" in page(browser.get(URL).text).one("div", id="job-ended")[1]
    add_cancelled(store)
    assert "已取消" in page(browser.get(URL).text).one("div", id="job-ended")[1]


# --- figures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_figure_of_the_report_is_on_the_page(store: Store, park: str, page_of: ClientOf, lang: str) -> None:
    add_plan(store)
    browser = page_of("viewer")
    browser.cookies.set("ems_lang", lang)
    found = page(browser.get(URL).text)
    answer = browser.get(found.data("page")["figures"])
    content: dict[str, Any] = answer.json()
    drawn = [a["id"].removeprefix("figure-") for a, _ in found.all("div", cls="drawing")]
    wanted = {c.key for c in figures(PlanView(tiny_plan(), lang))} - {"raster"}  # type: ignore[arg-type]
    assert sorted(drawn) == sorted(c["key"] for c in content["charts"]) == sorted(wanted)
    assert {a["data-device"] for a, _ in found.all("tr") if "data-device" in a} == {
        d["name"] for d in content["devices"]
    }
    assert {a["data-store"] for a, _ in found.all("div", cls="gauge")} == {s["name"] for s in content["stores"]}
    assert len(content["spans"]) == len(content["bands"]) == len(content["at"]) == content["steps"] == 4


def test_figures_are_kept_by_the_browser_as_long_as_they_are_right(store: Store, park: str, page_of: ClientOf) -> None:
    add_plan(store)
    browser = page_of("viewer")
    path = page(browser.get(URL).text).data("page")["figures"]
    answer = browser.get(path)
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert browser.get(path.replace("&v=", "&v=0")).headers["cache-control"] == "no-store"
    plain = browser.get(path, headers={"Accept-Encoding": "identity"})
    assert plain.content == answer.content


def _now() -> datetime:
    return datetime.now(UTC)
