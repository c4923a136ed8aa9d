"""Editing a park, and settings, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.service.browser.watched import Running, Visitor

Visit = Callable[..., Visitor]


@pytest.mark.parametrize(("lang", "width", "site"), [("zh", 1280, "office_park"), ("en", 390, "coal_mine")])
def test_an_engineer_mends_a_fault_beside_its_line_and_saves_twice(
    visit: Visit, running: Running, lang: str, width: int, site: str
) -> None:
    who = visit(lang, width, role="engineer")
    page = who.go(f"/sites/{site}/edit")
    page.locator("#verdict.good").wait_for()
    text = page.locator("#yaml").input_value()
    line = next(k for k, x in enumerate(text.split("\n"), 1) if "altitude_m:" in x)

    page.locator("#yaml").fill(text.replace("altitude_m:", "altitude_mm:"))
    page.locator("#verdict.bad").wait_for()
    assert str(line) in page.locator(".numbers .faulty").all_inner_texts()
    if width > 1000:
        assert "altitude_m" in page.locator(".note").first.inner_text()
    page.locator("#fault-list button", has_text=re.compile(rf"\b{line}\b")).first.click()
    start = page.locator("#yaml").evaluate("e => e.value.slice(0, e.selectionStart).split('\\n').length")
    assert start == line, "the fault leads to its line"
    page.locator("#comment").fill("must not be kept")
    page.locator("#save button").click()
    page.locator("#verdict.bad").wait_for()
    who.expected.append(r"status of 422")
    who.faults[:] = [f for f in who.faults if "status of 422" not in f]  # the refusal may have come before

    page.locator("#yaml").fill(f"# checked\n{text}")
    page.locator("#verdict.good").wait_for()
    page.locator("#comment").fill("a word at the top")
    page.locator("#save button").click()
    page.locator("#saved").wait_for()
    page.locator("#version", has_text="2").wait_for()
    assert "a word at the top" in page.locator("tbody tr").first.inner_text()
    page.locator("[data-diff]").first.click()
    page.locator("#version-diff .added").wait_for()
    assert page.locator("#version-diff .added ins").all_inner_texts() == ["# checked"]
    assert who.shape_faults() == []

    someone_else_saves(running, site, f"# faster\n{text}")
    page.locator("#yaml").fill(f"# mine\n{text}")
    page.locator("#verdict.good").wait_for()
    who.expected.append(r"status of 412")
    page.locator("#save button").click()
    page.locator("#conflict").wait_for()
    page.locator("#conflict-show").click()
    shown = page.locator("#conflict-diff .diff-lines")
    assert shown.locator("del").all_inner_texts() == ["# faster"]
    assert shown.locator("ins").all_inner_texts() == ["# mine"]
    assert who.shape_faults() == []
    page.locator("#conflict-mine").click()
    page.locator("#version", has_text="4").wait_for()

    who.go(f"/audit-log?site={site}")
    assert page.locator("tbody tr").count() == 4, "import and three changes"


def someone_else_saves(running: Running, site: str, text: str) -> None:
    tag = running.admin.get(f"/api/v1/sites/{site}").headers["ETag"]
    answer = running.admin.put(f"/api/v1/sites/{site}", json={"yaml": text}, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text


def test_an_administrator_makes_a_token_and_a_user_who_sees_less(visit: Visit, running: Running) -> None:
    who = visit("zh", 1280)
    page = who.go("/settings")
    assert who.shape_faults() == []
    page.locator("#tokens details.more > summary").click()
    page.locator("#new-token input[name=name]").fill("reporting")
    page.locator("#new-token button").click()
    page.locator("#new-secret").wait_for()
    secret = page.locator("#new-secret input").input_value()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{running.url}/api/v1/me", headers=bearer).json()["role"] == "viewer"
    page.reload()
    assert page.locator("#new-secret").is_hidden()
    assert secret not in page.content(), "a secret is shown once"
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator('[data-token][data-name="reporting"] [data-revoke]').click()
    page.locator('[data-token][data-name="reporting"] .badge.cancelled').wait_for()
    assert httpx.get(f"{running.url}/api/v1/me", headers=bearer).status_code == 401

    page.locator("#users > details.more > summary").click()
    page.locator("#new-user input[name=name]").fill("shift.two")
    with page.expect_navigation():
        page.locator("#new-user button").click()
    page.locator('[data-user="shift.two"] [data-link]').click()
    page.locator("#new-link").wait_for()
    link = page.locator("#new-link input").input_value()

    other = visit("en", 390, role=None)
    page = other.go(link)
    assert "audit" not in page.locator(".main-nav").inner_text().lower()
    other.go("/sites/demo/edit")
    assert page.locator("#yaml").get_attribute("readonly") is not None
    assert page.locator("#save").count() == 0
    other.go("/settings")
    assert page.locator("#tokens").count() == 0
    assert other.shape_faults() == []
    other.expected.append(r"status of 403")
    other.go("/audit-log")
    assert page.locator("h1").inner_text() == "Not allowed"
    other.expected.append(r"status of 401")
    other.go(link)
    assert re.search(r"used|expired", page.locator("main .box.bad").inner_text()), "a link works once"
