"""Pages of sizing studies: what is offered, what a study that waits, runs, failed or has ended shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.contract.base import Text
from api.contract.jobs import Reason
from api.http.app import create_app
from api.http.study_choices import OFFERED
from api.records.sites import import_packaged
from api.settings import Settings
from api.store import Store
from tests.service import studies
from tests.service.pages.served import Served
from tests.service.studies import STUDY, failed_row, row

FORM = "/sites/demo/studies"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = Settings(database=f"sqlite:///{tmp_path_factory.mktemp('studies') / 'ems.db'}", workers=0)
    with Store(settings.database) as store:
        import_packaged(store)
        yield Served(create_app(settings, store), store, {})


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_park_without_studies_offers_to_write_one(served: Served, lang: str) -> None:
    page = served.page("/sites/coal_mine/studies", "engineer", lang=lang)
    assert page.data("form") == {"site": "coal_mine", "choices": []}
    assert {"zh": "还没有研究", "en": "no study of this park yet"}[lang] in page.one("main")[1]
    assert next(a["value"] for a, _ in page.all("option")) == ""
    assert page.one("a", aria_current="page")[0]["href"] == "/sites/coal_mine/studies"


def test_only_engineers_can_start_one(served: Served) -> None:
    assert "disabled" in served.page(FORM, "operator").one("button", id="run")[0]
    assert "role engineer" in served.page(FORM, "operator").one("main")[1]
    assert "disabled" not in served.page(FORM, "engineer").one("button", id="run")[0]


def test_a_study_that_runs_says_how_far_it_is_and_which_sizes_it_chooses(served: Served) -> None:
    id = studies.submit(served.store, label="tight")
    held = studies.begin(served.store)
    studies.tell(served.store, held, row(0), failed_row(5))
    page = served.page(f"/studies/{id}", "engineer")
    given = page.data("page")
    assert (given["study"], given["running"], given["design"]) == (id, True, None)
    assert given["sizes"]["roof.capacity_kwp"] == {"label": "roof PV · DC rating", "unit": "kWp"}
    assert given["titles"] == {"dear_battery": "Dear battery"}
    assert {"irr", "npv_cny", "annual_cost_cny"} <= {f["name"] for f in given["figures"]}
    assert "tight" in page.one("dl", cls="facts")[1]
    assert page.all("section", aria_labelledby="keys-title") == []
    assert not [a for a, _ in page.all("a") if a.get("href", "").endswith("/report")]
    assert "2 scenarios have ended" in served.page(FORM).one("main")[1]
    studies.fail(served.store, held, Reason(type="input", text=Text(zh="上限无法达到。", en="The cap cannot be met.")))
    page = served.page(f"/studies/{id}", "engineer")
    assert "The cap cannot be met." in page.one("div", role="alert", cls="bad")[1]
    assert page.data("page")["running"] is False


@pytest.mark.parametrize(("lang", "npv"), [("zh", "80.0 万元"), ("en", "800.0 k CNY")])
def test_a_study_that_has_ended_shows_its_figures_and_leads_to_report_workbook_and_data(
    served: Served, lang: str, npv: str
) -> None:
    id = studies.keep(served.store)
    page = served.page(f"/studies/{id}", lang=lang)
    cards = " ".join(text for _, text in page.all("div", cls="card"))
    assert npv in " ".join(cards.split())
    assert "12.0" in cards
    links = [a["href"] for a, _ in page.all("a")]
    for part in (f"report?lang={lang}", "workbook", "study.json"):
        assert f"/api/v1/studies/{id}/{part}" in links
    given = page.data("page")
    assert given["design"]["sizes"] == {"roof.capacity_kwp": 400.0, "battery.capacity_kwh": 0.0}
    assert given["reference"]["compared"] == {}
    assert npv in " ".join(served.page(FORM, lang=lang).one("main")[1].split())


def test_the_form_starts_with_the_figures_of_the_study(served: Served) -> None:
    studies.keep(served.store)
    page = served.page(FORM, "engineer")
    choice = next(c for c in page.data("form")["choices"] if c["name"] == "two_days")
    assert choice["text"] == STUDY
    assert {a["data-path"] for a, _ in page.all("input") if "data-path" in a} == set(OFFERED)
    assert choice["economics"]["economics/escalation/electricity"] == 0.03


def test_the_list_of_jobs_leads_to_the_study(served: Served) -> None:
    id = studies.submit(served.store)
    page = served.page("/jobs?kind=study")
    assert f"/studies/{id}" in [a["href"] for a, _ in page.all("a")]
    assert "Two days" in page.one("main")[1]


@pytest.mark.parametrize("path", ["/studies/{id}", "/sites/demo/studies"])
def test_studies_of_foreign_parks_look_as_if_they_did_not_exist(served: Served, path: str) -> None:
    id = studies.keep(served.store)
    stranger: Any = served.browser("admin", ["qingdao"])
    assert stranger.get(path.format(id=id)).status_code == 404
