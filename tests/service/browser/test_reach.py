"""Every page, in both languages and both widths: names, landmarks, no sideways scrolling, and the Tab key."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.browser.watched import Running, Visitor

Visit = Callable[..., Visitor]
PICTURES = os.environ.get("EMS_SCREENSHOTS")  # a folder: every page is photographed into it
MAIN = {  # page -> what the Tab key has to reach
    "plan": ["replan", "interval", "day"],
    "what_if": ["find", "run", "add-outage"],
    "forecast": ["day"],
    "edit": ["yaml"],
    "studies": ["study", "run"],
    "study": ["brush"],
    "reports": ["from", "run"],
    "report": [],
    "factors": [],
    "inventories": ["file", "run"],
    "settings": [],
    "jobs": [],
    "alarms": [],
    "audit_log": [],
    "compare": [],
    "start": ["replan"],
    "parks": [],
}


@pytest.fixture(scope="session")
def pages(running: Running) -> dict[str, str]:
    """Name -> address of every page, with something to show on each."""
    seeded = running.seeded
    plan = running.job(
        "/api/v1/plans", site="demo", day=seeded.today.isoformat(), step_minutes=60, weather="climatology"
    )["result"].split("/")[-1]
    other = running.job(
        "/api/v1/plans",
        site="demo",
        day=seeded.today.isoformat(),
        step_minutes=60,
        weather="climatology",
        what_if_of=plan,
        changes={"prices": {"import_factor": 1.5}},
    )["result"].split("/")[-1]
    return {
        "parks": "/parks",
        "plan": f"/plans/{plan}",
        "start": "/",  # of the park looked at last
        "what_if": f"/sites/demo/what-if?plan={plan}",
        "compare": f"/compare?a={plan}&b={other}",
        "forecast": f"/sites/demo/forecast?day={seeded.today.isoformat()}",
        "studies": "/sites/demo/studies",
        "study": f"/studies/{seeded.study}",
        "reports": "/sites/demo/reports",
        "report": f"/reports/{seeded.report}",
        "factors": "/factors",
        "inventories": "/sites/demo/inventories",
        "jobs": "/jobs",
        "edit": "/sites/demo/edit",
        "alarms": "/alarms",
        "audit_log": "/audit-log",
        "settings": "/settings",
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_can_be_read_and_reached(visit: Visit, pages: dict[str, str], lang: str) -> None:
    who = visit(lang, 1280)
    faults = []
    for name, path in pages.items():
        page = who.go(path)
        if lang == "zh":
            reached = who.tabbed(60 if MAIN[name] else 1)
            assert reached[0] == page.locator("a.skip").inner_text(), name
            assert set(MAIN[name]) <= set(reached), (name, reached)
        for width in (1280, 390):
            who.resize(width)
            faults += who.shape_faults()
            if PICTURES:
                who.photograph(Path(PICTURES) / f"{name}-{lang}-{width}.png")
        who.resize(1280)
    assert faults == []


def test_measurements_lie_over_the_forecast(visit: Visit, running: Running) -> None:
    day = running.seeded.measured
    running.job("/api/v1/plans", site="demo", day=day, step_minutes=60, weather="climatology")
    who = visit("en", 1280, role="viewer")
    page = who.go(f"/sites/demo/forecast?day={day}")
    page.locator("#figure-demand-electricity .main-svg").first.wait_for()
    names = page.locator("#figure-demand-electricity .legendtext").all_text_contents()
    assert any("measured" in name for name in names), names
