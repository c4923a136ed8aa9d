"""The overview of parks: the way in where there are several."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from api import jobs
from api.contract.base import Text
from api.records import alarms
from tests.service.http.world import FOREIGN, HOME
from tests.service.pages.parks import add_failed, add_plan
from tests.service.pages.served import Served, served  # noqa: F401  fixture


def day_of_beijing(ahead: int) -> str:
    return (datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=ahead)).isoformat()


def test_the_way_in_is_the_overview_until_a_park_was_looked_at(served: Served) -> None:  # noqa: F811
    browser = served.browser()
    assert browser.get("/").headers["Location"] == "/parks"
    assert browser.get(f"/sites/{HOME}").status_code == 200
    assert browser.get("/").headers["Location"] == f"/sites/{HOME}"


def test_who_sees_one_park_is_led_to_it(served: Served) -> None:  # noqa: F811
    assert served.browser(sites=[FOREIGN]).get("/").headers["Location"] == f"/sites/{FOREIGN}"


def test_each_day_shows_its_plan_its_outcome_and_what_it_saves(served: Served) -> None:  # noqa: F811
    add_plan(served.store, site=HOME, date=day_of_beijing(0), status="approved")
    with served.store.write() as c:  # else the worker of `add_failed` takes one of these
        for waiting in jobs.jobs(c, sites=None, state="queued"):
            jobs.cancel(c, waiting.id, "test")
    add_failed(served.store, "deadline", site=HOME, day=day_of_beijing(1))
    with served.store.write() as c:
        alarms.hold(c, [alarms.Cause(HOME, "a", "", "warning", Text(zh="甲", en="A"), "")])
    page = served.page("/parks")
    today = [text for _, text in page.all("li") if f"Today {day_of_beijing(0)}" in text]
    planned = [text for text in today if "approved" in text]
    assert len(planned) == 1
    assert "optimal" in planned[0]
    assert "than by rules" in planned[0]
    tomorrow = [text for _, text in page.all("li") if f"Tomorrow {day_of_beijing(1)}" in text]
    assert any("last attempt failed" in text and "no plan yet" in text for text in tomorrow)
    assert any("alarms not acknowledged: 1" in text for _, text in page.all("a"))


def test_parks_of_others_are_not_named(served: Served) -> None:  # noqa: F811
    heads = [text for _, text in served.page("/parks", sites=[FOREIGN]).all("h2")]
    assert len(heads) == 1
