"""What stands around every page: language, signing in, parks, navigation, errors."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.pages.language import own_path
from api.store import Store
from tests.service.conftest import ClientOf
from tests.service.pages.page_html import Page
from tests.service.pages.parks import add_park

HTML = {"Accept": "text/html"}


def lang(text: str) -> str:
    return Page(text).one("html")[0]["lang"]


@pytest.mark.parametrize(
    ("cookie", "query", "header", "wanted"),
    [
        (None, "", None, "zh-CN"),
        (None, "", "en-GB,en;q=0.9", "en"),
        (None, "", "de,en;q=0.5,zh;q=0.4", "en"),
        (None, "", "fr, de;q=0.7", "zh-CN"),
        (None, "", "en;q=0, zh", "zh-CN"),
        (None, "", "en;q=nonsense", "zh-CN"),
        (None, "?lang=en", "zh", "en"),
        (None, "?lang=xx", "en", "en"),
        ("zh", "?lang=en", "en", "zh-CN"),
        ("xx", "", "en", "en"),
    ],
)
def test_the_language_is_the_cookie_then_the_query_then_the_browser(
    nobody: TestClient, cookie: str | None, query: str, header: str | None, wanted: str
) -> None:
    if cookie:
        nobody.cookies.set("ems_lang", cookie)
    answer = nobody.get(f"/sign-in{query}", headers={"Accept-Language": header or ""})
    assert lang(answer.text) == wanted


def test_the_switch_changes_the_language_and_comes_back(nobody: TestClient) -> None:
    switch = Page(nobody.get("/sign-in?next=%2Fjobs%3Fstate%3Dfailed").text).one("a", hreflang="en")[0]["href"]
    answer = nobody.get(switch)
    assert answer.status_code == 303
    back = answer.headers["location"]
    assert back == "/sign-in?next=%2Fjobs%3Fstate%3Dfailed"
    page = Page(nobody.get(back).text)
    assert page.one("html")[0]["lang"] == "en"
    assert page.one("input", name="next")[0]["value"] == "/jobs?state=failed"


@pytest.mark.parametrize(
    "path",
    ["https://elsewhere.test/", "//elsewhere.test", "/\\elsewhere.test", "javascript:alert(1)", "", "/\t/x", "x"],
)
def test_no_address_leads_away_from_the_service(nobody: TestClient, path: str) -> None:
    assert own_path(path) == "/"
    assert nobody.get("/language", params={"next": path}).headers["location"] == "/"
    assert Page(nobody.get("/sign-in", params={"next": path}).text).one("input", name="next")[0]["value"] == "/"


@pytest.mark.parametrize("error", ["credentials", "throttled", "link", "ended"])
def test_the_sign_in_page_says_what_went_wrong(nobody: TestClient, error: str) -> None:
    page = Page(nobody.get(f"/sign-in?error={error}").text)
    assert page.faults() == []
    assert page.one("p", role="alert")[1]
    assert page.one("input", type="password")[0]["autocomplete"] == "current-password"


def test_who_has_not_signed_in_is_sent_to_do_so_and_comes_back(nobody: TestClient) -> None:
    answer = nobody.get("/sites/tiny?day=tomorrow", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fsites%2Ftiny%3Fday%3Dtomorrow"


def test_the_start_page_is_the_park_looked_at_last(store: Store, page_of: ClientOf) -> None:
    add_park(store, "alpha")
    add_park(store, "beta")
    browser = page_of("viewer")
    assert browser.get("/").headers["location"] == "/parks"
    assert browser.get("/sites/beta").status_code == 200
    assert browser.get("/").headers["location"] == "/sites/beta"


def test_a_reader_of_one_park_sees_no_other(store: Store, page_of: ClientOf) -> None:
    add_park(store, "alpha", "甲园", "Park A")
    add_park(store, "beta", "乙园", "Park B")
    browser = page_of("viewer", ["beta"])
    browser.cookies.set("ems_site", "alpha")
    assert browser.get("/").headers["location"] == "/sites/beta"
    text = browser.get("/sites/beta").text
    assert "乙园" in text
    assert "甲园" not in text
    foreign, missing = (browser.get(f"/sites/{name}", headers=HTML) for name in ("alpha", "gamma"))
    assert foreign.status_code == missing.status_code == 404
    assert "甲园" not in foreign.text


def test_without_any_park_the_start_page_says_so(page_of: ClientOf) -> None:
    page = Page(page_of("viewer").get("/").text)
    assert "没有可查看的园区" in page.one("h1")[1]
    assert page.faults() == []


def test_the_selector_leads_to_the_same_page_of_another_park(store: Store, page_of: ClientOf) -> None:
    add_park(store, "alpha")
    add_park(store, "beta")
    page = Page(page_of("viewer").get("/sites/alpha?day=tomorrow").text)
    assert page.all("a", href="/sites/beta")
    assert page.one("a", aria_current="page")[0]["href"] == "/sites/alpha?day=tomorrow"


@pytest.mark.parametrize(
    ("role", "sees"), [("viewer", False), ("operator", False), ("engineer", True), ("admin", True)]
)
def test_only_who_may_read_the_audit_log_finds_it_in_the_navigation(
    store: Store, page_of: ClientOf, role: str, sees: bool
) -> None:
    add_park(store)
    page = Page(page_of(role).get("/sites/tiny").text)
    assert bool(page.all("a", href="/audit-log")) is sees


def test_errors_are_pages_for_browsers_and_problems_for_programs(page_of: ClientOf) -> None:
    browser = page_of("viewer")
    answer = browser.get("/sites/nowhere", headers=HTML)
    assert answer.status_code == 404
    page = Page(answer.text)
    assert page.faults() == []
    assert "没有找到" in page.one("h1")[1]
    assert browser.get("/sites/nowhere").headers["content-type"] == "application/problem+json"
    assert browser.get("/sites/nowhere", headers=HTML | {"Accept-Language": "en"}).text.count("Not found") >= 1


def test_pages_allow_no_foreign_or_inline_script(store: Store, page_of: ClientOf) -> None:
    add_park(store)
    answer = page_of("viewer").get("/sites/tiny")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
