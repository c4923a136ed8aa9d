"""Jobs, alarms, audit log, settings and the site editor: what they show, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from api.contract.base import Text
from api.pages.audit_diff import Change, changes
from api.records import alarms
from tests.service.http.world import FOREIGN, HOME
from tests.service.pages.page_html import Page
from tests.service.pages.parks import add_failed
from tests.service.pages.served import Served, served  # noqa: F401  fixture


def ids(page: Page) -> list[str]:
    return [a["data-job"] for a, _ in page.all("li", cls="job")]


# --- jobs ------------------------------------------------------------------------------------------------------------


def test_jobs_are_listed_newest_first_and_can_be_filtered(served: Served) -> None:  # noqa: F811
    failed = add_failed(served.store, "out_of_memory", site=HOME)
    page = served.page("/jobs", "operator")
    found = ids(page)
    assert found == sorted(found, reverse=True)
    assert served.home.job in found
    only = served.page("/jobs?state=failed&kind=plan")
    assert ids(only) == [failed]
    assert "out of memory" in only.one("p", cls="bad")[1]
    assert "A column is missing." in only.one("p", cls="bad")[1]
    assert failed not in ids(served.page(f"/jobs?site={FOREIGN}"))
    assert found == ids(served.page("/jobs?state=nonsense&kind=&before="))


def test_only_operators_can_cancel_and_only_what_has_not_ended(served: Served) -> None:  # noqa: F811
    waiting = [a for a, _ in served.page("/jobs", "operator").all("button") if "data-cancel" in a]
    assert len(waiting) == sum(s == "queued" for s in _states(served.page("/jobs")))
    assert not [a for a, _ in served.page("/jobs", "viewer").all("button") if "data-cancel" in a]


def _states(page: Page) -> list[str]:
    return [a["data-state"] for a, _ in page.all("li", cls="job")]


def test_each_park_has_its_own_jobs(served: Served) -> None:  # noqa: F811
    page = served.page("/jobs", sites=[FOREIGN])
    assert served.home.job not in ids(page)
    assert served.things[FOREIGN].job in ids(page)
    assert page.all("select", name="site") == []


def test_a_job_leads_to_what_it_made(served: Served) -> None:  # noqa: F811
    links = {a["href"] for a, _ in served.page("/jobs").all("a", cls="small")}
    assert f"/plans/{served.home.plan}" in links
    assert f"/sites/{HOME}/forecast?forecast={served.home.forecast}" in links


# --- alarms ----------------------------------------------------------------------------------------------------------


def test_the_most_urgent_alarm_stands_first_and_past_ones_below(served: Served) -> None:  # noqa: F811
    text = Text(zh="甲", en="A")
    causes = [alarms.Cause(HOME, kind, "", s, text, f"/sites/{HOME}") for kind, s in (("a", "info"), ("b", "critical"))]
    with served.store.write() as c:
        alarms.hold(c, causes)
    page = served.page("/alarms", "operator")
    assert [a["class"].split()[2] for a, _ in page.all("li", cls="alarm")] == ["critical", "info", "past", "past"]
    buttons = [a for a, _ in page.all("button") if "data-acknowledge" in a]
    assert len(buttons) == 2
    assert not [a for a, _ in served.page("/alarms", "viewer").all("button") if "data-acknowledge" in a]
    alarm = page.all("li", cls="critical")[0][0]["data-alarm"]
    answer = served.browser("operator").post(f"/api/v1/alarms/{alarm}/acknowledge")
    assert answer.status_code == 200
    page = served.page("/alarms", "operator")
    assert [a["class"].split()[2] for a, _ in page.all("li", cls="alarm")][:2] == ["info", "critical"], "seen ones last"
    assert "acknowledged by operator_" in page.all("li", cls="critical")[0][1]


# --- audit log -------------------------------------------------------------------------------------------------------


def test_the_audit_log_tells_who_did_what_in_words(served: Served) -> None:  # noqa: F811
    browser = served.browser("operator")
    browser.post(f"/api/v1/plans/{served.home.plan}/approve", json={"comment": "as discussed"})
    page = served.page(f"/audit-log?object={served.home.plan}", "engineer")
    [row] = [text for _, text in page.all("tr")][1:]
    for word in ("plan approved", "operator_", "as discussed", "proposed", "approved", "Tutorial park"):
        assert word in row, word
    zh = served.page("/audit-log?action=plan.approved", "engineer", lang="zh")
    assert "批准计划" in zh.all("tr")[1][1]
    assert "no such entry" in served.page("/audit-log?user=nobody", "engineer").one("main")[1]
    assert served.browser("operator").get("/audit-log").status_code == 403


def test_the_audit_log_can_be_paged_through(served: Served) -> None:  # noqa: F811
    browser = served.browser("engineer")
    for k in range(60):
        browser.put(
            f"/api/v1/sites/{HOME}/series/meter_{k}",
            json={"kind": "measurement", "unit": "kW", "resolution": "PT15M"},
        )
    first = Page(browser.get("/audit-log?action=series.define").text)
    older = next(a["href"] for a, text in first.all("a", cls="btn") if "Older" in text)
    second = Page(browser.get(f"/audit-log{older}").text)
    assert len(first.all("tr")) == 51
    assert len(second.all("tr")) == 11
    assert not {t for _, t in first.all("tr")[1:]} & {t for _, t in second.all("tr")[1:]}


def test_only_what_differs_is_shown_and_digests_are_shortened() -> None:
    before = {"status": "proposed", "kept": 1, "deep": {"a": 1, "b": 2}, "gone": "x"}
    after = {
        "status": "approved",
        "kept": 1,
        "deep": {"a": 1, "b": 3},
        "at": "2026-06-15T00:30:00+00:00",
        "sum": "ab" * 32,
    }
    assert changes(before, after, "Asia/Shanghai") == [
        Change("status", "proposed", "approved"),
        Change("deep.b", "2", "3"),
        Change("gone", "x", None),
        Change("at", None, "2026-06-15 08:30:00"),
        Change("sum", None, "abababababab…"),
    ]
    assert changes(None, {"role": "viewer", "sites": None}, "UTC") == [Change("role", None, "viewer")]


# --- settings --------------------------------------------------------------------------------------------------------


def test_settings_show_to_each_role_what_is_its_business(served: Served) -> None:  # noqa: F811
    viewer = served.page("/settings", "viewer", lang="zh")
    assert viewer.all("section", id="tokens") == []
    admin = served.page("/settings", "admin")
    assert {served.home.token, served.things[FOREIGN].token} <= {
        a["data-token"] for a, _ in admin.all("tr") if "data-token" in a
    }
    assert "ready" in admin.one("main")[1]
    local = served.page("/settings", "admin", sites=[HOME])
    assert [a["data-token"] for a, _ in local.all("tr") if "data-token" in a] == [served.home.token]
    assert served.things[FOREIGN].user not in [a.get("data-user") for a, _ in local.all("li")]


# --- site editor -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("operator", False), ("engineer", True)])
def test_engineers_edit_and_all_others_read(served: Served, role: Any, may: bool) -> None:  # noqa: F811
    page = served.page(f"/sites/{HOME}/edit", role)
    area, text = page.one("textarea", id="yaml")
    assert ("readonly" in area) is not may
    assert bool(page.all("form", id="save")) is may
    assert text.lstrip("\n").startswith("# The five-minute tutorial")
    assert page.data("form")["version"] == 1


def test_the_tag_of_the_editor_is_what_saving_wants(served: Served) -> None:  # noqa: F811
    page = served.page("/sites/coal_mine/edit", "engineer")
    tag, text = page.data("form")["tag"], page.one("textarea", id="yaml")[1].lstrip("\n")
    browser = served.browser("engineer")
    asked = {"yaml": f"# seen\n{text}", "comment": "looked at"}
    assert browser.put("/api/v1/sites/coal_mine", json=asked, headers={"If-Match": f'"{tag}"'}).status_code == 200
    assert browser.put("/api/v1/sites/coal_mine", json=asked, headers={"If-Match": f'"{tag}"'}).status_code == 412
    rows = [text for _, text in served.page("/sites/coal_mine/edit").all("tr")]
    assert any("looked at" in row and "engineer_" in row for row in rows)
