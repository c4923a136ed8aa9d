"""Parks and plans for the pages, put into the store as workers do, without solving anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from api import jobs
from api.contract.base import Text
from api.contract.jobs import Progress, Reason, ReasonType
from api.records import plans
from api.store import Store
from api.tables import site_versions, sites
from tests.test_report_sample import tiny_plan

DAY = "2026-03-02"  # of the sample


def add_park(store: Store, name: str = "tiny", zh: str = "小园区", en: str = "Tiny park") -> str:
    """A park as far as pages ask about it."""
    row = {
        "site": name,
        "version": 1,
        "digest": name,
        "yaml": "",
        "files": {},
        "title": {"zh": zh, "en": en},
        "timezone": "Asia/Shanghai",
        "comment": "",
        "created_at": datetime.now(UTC),
        "created_by": "engineer",
    }
    with store.write() as c:
        c.execute(sites.insert().values(name=name, version=1))
        c.execute(site_versions.insert().values(row))
    return name


def add_plan(
    store: Store, *, site: str = "tiny", asked: dict[str, Any] | None = None, status: Any = None, **changes: Any
) -> str:
    """A plan of the sample's day; ``changes`` replace entries of its `plan.json`, ``asked`` those of the request."""
    content = tiny_plan(**changes)
    content["site"] = content["site"] | {"name": site}
    return keep(store, content, asked, status)


def keep(store: Store, content: dict[str, Any], asked: dict[str, Any] | None = None, status: Any = None) -> str:
    """Put the content of a `plan.json` into the store, as the answer to a job."""
    site = content["site"]["name"]
    with store.write() as c:
        jobs.submit(c, "plan", site, _asked(site, content["date"]) | (asked or {}), "dispatcher", limit=100)
        claim = jobs.claim(c, "worker", 60, 3)
        assert claim is not None
        found = plans.add(c, claim, content, json.dumps(content).encode(), 1)
        assert jobs.succeed(c, claim, found)
        if status is not None:
            plans.decide(c, found, status, "dispatcher", "as discussed")
    return found


def add_running(store: Store, *, site: str = "tiny", day: str = DAY) -> str:
    """A job that a worker is busy with."""
    with store.write() as c:
        jobs.submit(c, "plan", site, _asked(site, day), "dispatcher", limit=100)
        claim = jobs.claim(c, "worker", 3600, 3)
        assert claim is not None
        jobs.beat(c, claim, 3600, Progress(phase="solve", seconds=3.0, incumbent=70.0, bound=64.0, gap=0.086))
    return claim.id


def add_failed(store: Store, type: ReasonType, *, site: str = "tiny", day: str = DAY) -> str:
    with store.write() as c:
        jobs.submit(c, "plan", site, _asked(site, day), "dispatcher", limit=100)
        claim = jobs.claim(c, "worker", 60, 3)
        assert claim is not None
        jobs.fail(c, claim, Reason(type=type, text=Text(zh="文件里缺一列。", en="A column is missing.")))
    return claim.id


def add_cancelled(store: Store, *, site: str = "tiny", day: str = DAY) -> str:
    with store.write() as c:
        found = jobs.submit(c, "plan", site, _asked(site, day), "dispatcher", limit=100)
        jobs.cancel(c, found, "dispatcher")
    return found


def _asked(site: str, day: str) -> dict[str, Any]:
    return {"site": site, "day": day, "site_version": 1, "changes": None, "what_if_of": None, "label": ""}
