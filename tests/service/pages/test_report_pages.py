"""Pages of emission reports, factors and inventories: what each shows, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from api import jobs
from api.contract.base import Text
from api.contract.jobs import Reason
from tests.service import reports
from tests.service.pages.served import Served, served  # noqa: F401  fixture

FORM = "/sites/demo/reports"


@pytest.mark.parametrize(("lang", "said"), [("zh", "数据完整率 100.0 %"), ("en", "100.0 % of the hours with all data")])
def test_the_list_shows_reports_and_offers_the_baselines(served: Served, lang: str, said: str) -> None:  # noqa: F811
    page = served.page(FORM, "engineer", lang=lang)
    assert said in " ".join(page.one("main")[1].split())
    assert [a["value"] for a, _ in page.all("option")][:4] == ["plans", "measured", "grid_only", "rule_based"]
    assert f"/reports/{served.home.report}" in [a["href"] for a, _ in page.all("a")]
    assert page.one("a", aria_current="page")[0]["href"] == FORM
    assert "disabled" not in page.one("button", id="run")[0]
    assert "disabled" in served.page(FORM, "operator", lang=lang).one("button", id="run")[0]


def test_a_park_without_accounting_says_so(served: Served) -> None:  # noqa: F811
    page = served.page("/sites/coal_mine/reports", "engineer")
    assert [text for _, text in page.all("p", cls="caution") if "emissions.yaml" in text]
    assert "disabled" in page.one("button", id="run")[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_shows_its_headline_and_leads_to_everything(served: Served, lang: str) -> None:  # noqa: F811
    id = served.home.report
    page = served.page(f"/reports/{id}", lang=lang)
    assert len(page.all("div", cls="card")) == 5
    _, _, figures = reports.made()
    cards = " ".join(text for _, text in page.all("div", cls="card"))
    assert f"{figures['location_kg'] / 1000:,.2f}" in cards
    assert {"zh": "95 % 区间", "en": "95 % interval"}[lang] in cards
    links = [a["href"] for a, _ in page.all("a")]
    for part in (f"report?lang={lang}", f"workbook?lang={lang}", f"pdf?lang={lang}", "report.json", "evidence"):
        assert f"/api/v1/reports/{id}/{part}" in links
    assert page.data("page") == {"report": id, "running": False}


def test_a_report_that_failed_says_why(served: Served) -> None:  # noqa: F811
    asked = {"site": "demo", "site_version": 1, "from": "2026-06-15", "to": "2026-06-16", "source": "plans"}
    with served.store.write() as c:
        more = {"baseline": None, "label": "", "plans": {}, "meters": {}}
        jobs.submit(c, "report", "demo", asked | more, "planner", limit=100)
    held = reports.begin(served.store)
    assert served.page(f"/reports/{held.id}").data("page")["running"] is True
    with served.store.write() as c:
        assert jobs.fail(c, held, Reason(type="input", text=Text(zh="缺少数据。", en="Data are missing.")))
    page = served.page(f"/reports/{held.id}")
    assert "Data are missing." in page.one("div", role="alert", cls="bad")[1]
    jobs_page = served.page("/jobs?kind=report")
    assert f"/reports/{held.id}" in [a["href"] for a, _ in jobs_page.all("a")]
    assert "2026-06-15 … 2026-06-16" in jobs_page.one("main")[1]


def test_factors_are_told_with_their_announcement(served: Served) -> None:  # noqa: F811
    text = served.page("/factors").one("main")[1]
    assert "mee-nbs-2025-47.cn-sd.average" in text
    assert "assumption" in text


def test_inventories_are_told_with_their_findings(served: Served) -> None:  # noqa: F811
    page = served.page("/sites/demo/inventories", "engineer", lang="zh")
    assert "错误" in page.one("main")[1]
    assert len(page.all("li")) > 3
    assert f"/api/v1/inventories/{served.home.inventory}/report?lang=zh" in [a["href"] for a, _ in page.all("a")]


@pytest.mark.parametrize("path", ["/reports/{id}", FORM, "/sites/demo/inventories"])
def test_what_is_of_foreign_parks_looks_as_if_it_did_not_exist(served: Served, path: str) -> None:  # noqa: F811
    stranger: Any = served.browser("admin", ["qingdao"])
    assert stranger.get(path.format(id=served.home.report)).status_code == 404
