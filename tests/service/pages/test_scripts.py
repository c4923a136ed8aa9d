"""Every page gives its scripts the words that they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from api.pages.assets import FOLDER
from tests.service.http.world import DAY, HOME
from tests.service.pages.served import Served, served  # noqa: F401  fixture

PATHS = {
    "parks": "/parks",
    "day": f"/sites/{HOME}?day={DAY}",
    "plan": "/plans/{plan}",
    "what_if": f"/sites/{HOME}/what-if?plan={{plan}}",
    "compare": "/compare?a={plan}&b={plan}",
    "forecast": f"/sites/{HOME}/forecast?day={DAY}",
    "studies": f"/sites/{HOME}/studies",
    "study": "/studies/{study}",
    "reports": f"/sites/{HOME}/reports",
    "report": "/reports/{report}",
    "factors": "/factors",
    "inventories": f"/sites/{HOME}/inventories",
    "jobs": "/jobs",
    "edit": f"/sites/{HOME}/edit",
    "alarms": "/alarms",
    "audit_log": "/audit-log",
    "settings": "/settings",
}
SAID = re.compile(r"""\bsay\(\s*(?:\w+ \? )?"(js_[a-z_]+)"(?: : "(js_[a-z_]+)")?""")


def modules(name: str, seen: set[str]) -> Iterator[str]:
    """A script and everything that it loads."""
    if name in seen:
        return
    seen.add(name)
    yield name
    for other in re.findall(r'from "\./([a-z_]+\.js)"', (FOLDER / name).read_text(encoding="utf-8")):
        yield from modules(other, seen)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_page_has_the_words_of_its_scripts(served: Served, path: str) -> None:  # noqa: F811
    page = served.page(path.format(**vars(served.home)), "admin")
    known = set(page.data("words")["words"])
    loaded = {a["src"].rsplit("/", 1)[1] for a, _ in page.all("script") if a.get("type") == "module"}
    assert "base.js" in loaded
    seen: set[str] = set()
    asked = {
        (name, key)
        for first in loaded
        for name in modules(first, seen)
        for found in SAID.findall((FOLDER / name).read_text(encoding="utf-8"))
        for key in found
        if key
    }
    asked = {(name, key) for name, key in asked if not key.endswith("_")}
    unknown = {(name, key) for name, key in asked if key not in known} - {("interval.js", "js_chosen")}
    assert unknown == set(), "js_chosen belongs to the picker of the day, which other pages do not have"
