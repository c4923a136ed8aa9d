"""Re-planning by itself: set, due by the clock, one at a time, on through a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from api import jobs
from api.alarms import evaluate
from api.contract.base import Text
from api.contract.jobs import Reason
from api.http import replanning
from api.http.replanning import roll
from api.http.service import Service
from api.records import alarms, audit_log, rolling
from api.settings import Settings
from api.store import Store
from api.tables import rolling as table
from tests.service.conftest import BASE, ClientOf
from tests.service.resources.kept import claim, finish

SHANGHAI = ZoneInfo("Asia/Shanghai")
SET_AT = datetime(2026, 6, 15, 10, 7, tzinfo=SHANGHAI)  # seven minutes past
URL = "/api/v1/sites/demo/rolling"


def at(hour: int, minute: int = 0, second: int = 3) -> datetime:
    return SET_AT.replace(hour=hour, minute=minute, second=second)


def switch(store: Store, site: str = "demo", minutes: int | None = 30) -> None:
    """Set at seven past ten."""
    with store.write() as c:
        rolling.put(c, site, minutes, "dispatcher")
        c.execute(sa.update(table).where(table.c.site == site).values(changed_at=SET_AT))


def end(store: Store, *, failed: bool = False) -> None:
    """The job that waits is worked on and ends."""
    held = claim(store)
    if not failed:
        finish(store, held)
        return
    with store.write() as c:
        jobs.fail(c, held, Reason(type="input", text=Text(zh="没有结果。", en="Nothing was found.")))


def service_of(store: Store) -> Service:
    """As a process that has just started has it."""
    return Service(Settings(database="sqlite:///unused", workers=0), store)


@pytest.fixture
def service(any_store: Store) -> Service:
    return service_of(any_store)


# --- the setting -----------------------------------------------------------------------------------------------------


def test_off_unless_set_and_every_change_is_in_the_audit_log(store: Store, client_of: ClientOf) -> None:
    operator = client_of("operator")
    assert operator.get(URL).json()["minutes"] is None
    told = operator.put(URL, json={"minutes": 30}).json()
    assert (told["minutes"], told["job"]) == (30, None)
    following = datetime.fromisoformat(told["next_due"])
    assert following.minute in (0, 30)
    assert timedelta() < following - datetime.now(UTC) <= timedelta(minutes=30)
    assert operator.put(URL, json={"minutes": 30}).json() == told  # the same again changes nothing
    assert operator.put(URL, json={"minutes": None}).json()["next_due"] is None
    with store.read() as c:
        found = audit_log.entries(c, None, action="site.rolling")
    assert [(e.site, e.before, e.after) for e in found] == [
        ("demo", {"minutes": 30}, {"minutes": None}),
        ("demo", {"minutes": None}, {"minutes": 30}),
    ]


@pytest.mark.parametrize("body", [{}, {"minutes": 0}, {"minutes": 7}, {"minutes": 720}, {"minutes": "30"}])
def test_only_intervals_that_divide_the_day(client_of: ClientOf, store: Store, body: dict[str, Any]) -> None:
    assert client_of("operator").put(URL, json=body).status_code == 422


def test_a_viewer_reads_and_an_operator_sets(client_of: ClientOf, store: Store) -> None:
    assert client_of("viewer").get(URL).status_code == 200
    assert client_of("viewer").put(URL, json={"minutes": 30}).status_code == 403
    assert client_of("operator", sites=["qingdao"]).put(URL, json={"minutes": 30}).status_code == 404
    assert client_of("operator").put("/api/v1/sites/nowhere/rolling", json={"minutes": 30}).status_code == 404
    with store.read() as c:
        assert rolling.settings(c) == []


# --- when it is due --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "now", "due"),
    [(15, (10, 14), (10, 0)), (15, (10, 15), (10, 15)), (60, (10, 59), (10, 0)), (360, (13, 1), (12, 0))],
)
def test_due_times_are_those_of_the_clock(minutes: int, now: tuple[int, int], due: tuple[int, int]) -> None:
    assert rolling.due_before(at(*now), minutes, "Asia/Shanghai") == at(*due, 0)
    india = rolling.due_before(datetime(2026, 6, 15, 4, 45, tzinfo=UTC), 60, "Asia/Kolkata")  # 10:15 there
    assert india == datetime(2026, 6, 15, 4, 30, tzinfo=UTC)


def test_the_same_job_as_the_one_that_is_asked_for(store: Store, client_of: ClientOf) -> None:
    switch(store)
    (made,) = roll(service_of(store), at(10, 30))
    asked = client_of("operator").post("/api/v1/replans", json={"site": "demo"}).json()
    with store.read() as c:
        job = jobs.job(c, made)
    assert job is not None
    assert (job.kind, job.site, job.created_by) == ("plan", "demo", rolling.WHO)
    assert job.request == asked["request"]


def test_the_first_is_due_at_the_next_full_interval_and_each_is_asked_for_once(service: Service) -> None:
    switch(service.store)
    assert roll(service, at(10, 8)) == []
    assert roll(service, at(10, 29, 59)) == []
    assert len(roll(service, at(10, 30))) == 1
    end(service.store)
    assert roll(service, at(10, 30, 8)) == []
    assert roll(service, at(10, 59)) == []
    assert len(roll(service, at(11))) == 1


def test_switched_off_nothing_is_due(service: Service) -> None:
    switch(service.store)
    switch(service.store, minutes=None)
    assert roll(service, at(12)) == []


def test_one_that_is_queued_or_running_is_waited_for(service: Service) -> None:
    switch(service.store)
    assert len(roll(service, at(10, 30))) == 1
    assert roll(service, at(11)) == []  # queued
    held = claim(service.store)
    assert roll(service, at(11, 5)) == []  # running
    finish(service.store, held)
    assert len(roll(service, at(11, 6))) == 1  # as soon as it has ended, without a person
    end(service.store)
    assert roll(service, at(11, 7)) == []


def test_one_that_a_person_asked_for_is_waited_for_too(store: Store, client_of: ClientOf) -> None:
    switch(store)
    client_of("operator").post("/api/v1/replans", json={"site": "demo"})
    assert roll(service_of(store), at(10, 30)) == []
    end(store)
    assert len(roll(service_of(store), at(10, 31))) == 1


def test_two_processes_ask_once(service: Service) -> None:
    switch(service.store)
    with service.store.read() as c:
        (setting,) = rolling.settings(c)
    due = setting.due(at(10, 30))
    assert due is not None
    for expected in (True, False):  # both have read the same row
        with service.store.write() as c:
            assert rolling.take(c, setting, due) is expected


def test_after_a_stop_the_newest_due_time_alone_is_served_at_once(service: Service) -> None:
    switch(service.store)
    roll(service, at(10, 30))
    end(service.store)
    started_again = service_of(service.store)
    assert len(roll(started_again, at(15, 7))) == 1
    end(service.store)
    assert roll(started_again, at(15, 8)) == []
    with service.store.read() as c:
        told = rolling.get(c, "demo", "Asia/Shanghai")
    assert (told.last_due, told.next_due) == (at(15, 0, 0), at(15, 30, 0))


def test_a_day_with_too_few_steps_left_is_not_planned(service: Service) -> None:
    switch(service.store, minutes=15)
    assert roll(service, at(23, 30)) == []
    assert len(roll(service, at(23, 45))) == 1  # the whole of the next day


# --- what goes wrong -------------------------------------------------------------------------------------------------


def active(store: Store) -> dict[str, str]:
    """English words of the active alarms of the tutorial park."""
    evaluate(store, Settings(database="sqlite:///unused"))
    with store.read() as c:
        return {a.kind: a.text.en for a in alarms.alarms(c, sites=["demo"], active=True)}


def test_an_odd_park_stops_no_other_and_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = replanning.payload

    def payload(asked: Any, file: Any, site: Any) -> Any:
        if asked.site == "demo":
            raise RuntimeError("odd")
        return real(asked, file, site)

    switch(service.store)
    switch(service.store, "qingdao")
    with monkeypatch.context() as patch:
        patch.setattr(replanning, "payload", payload)
        assert len(roll(service, at(10, 30))) == 1
        roll(service, at(10, 31))
    assert caplog.text.count("re-plan of demo cannot be asked for") == 1
    assert "odd" in active(service.store)["rolling_failed"]
    assert len(roll(service, at(10, 32))) == 1  # tried on
    assert "rolling_failed" not in active(service.store)


def test_the_second_failure_in_a_row_is_an_alarm_until_one_succeeds(service: Service) -> None:
    store = service.store
    switch(store)
    for minute, failed, alarm in ((30, True, False), (60, True, True), (90, False, False), (120, True, False)):
        assert len(roll(service, at(10) + timedelta(minutes=minute))) == 1
        end(store, failed=failed)
        told = active(store)
        assert ("rolling_failed" in told) is alarm
        assert "job_failed" not in told
        if alarm:
            assert "Nothing was found." in told["rolling_failed"]


def test_the_housekeeper_asks_for_what_is_due(store: Store, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from api import housekeeper

    monkeypatch.setattr(housekeeper, "LOOK_S", 0.02)
    switch(store)
    with TestClient(app, base_url=BASE):
        until = datetime.now(UTC) + timedelta(seconds=10)
        found: list[Any] = []
        while not found and datetime.now(UTC) < until:
            with store.read() as c:
                found = jobs.jobs(c, sites=None)
    expected = [] if replanning._late(rolling.Setting("demo", "Asia/Shanghai", 30, SET_AT, None), until) else ["demo"]
    assert [job.site for job in found if job.created_by == rolling.WHO] == expected
