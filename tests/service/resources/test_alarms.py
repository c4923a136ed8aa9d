"""Alarms: raised by their cause, gone with it, seen by someone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api import jobs
from api.alarms import evaluate
from api.contract.base import Text
from api.contract.jobs import Reason
from api.contract.people import Alarm
from api.contract.series import SeriesDefinition
from api.housekeeper import Housekeeper
from api.records import alarms, audit_log, plans, series, sites
from api.records.alarms import Cause
from api.records.series import MEASURED, Chunk
from api.settings import Settings
from api.store import Store
from ems.bundle import Bundle, bundle
from ems.site_file import read_site
from tests.service.conftest import ClientOf
from tests.service.resources.kept import changed, claim, finish, keep, submit

NOON = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=12, minute=0, second=0, microsecond=0)
TODAY, TOMORROW = NOON.date().isoformat(), (NOON.date() + timedelta(days=1)).isoformat()
SETTINGS = Settings(database="sqlite:///unused")


def active(store: Store, now: datetime = NOON) -> dict[tuple[str, str], Alarm]:
    """Alarms of the tutorial park after the rules were asked."""
    evaluate(store, SETTINGS, now)
    with store.read() as c:
        return {(a.kind, a.about): a for a in alarms.alarms(c, sites=["demo"], active=True)}


def of_today(store: Store, outcome: str = "optimal", **asked: Any) -> str:
    return keep(store, changed(outcome=outcome, date=TODAY), day=TODAY, **asked)


def decide(store: Store, plan: str, status: Any) -> None:
    with store.write() as c:
        plans.decide(c, plan, status, "dispatcher", "")


def test_a_park_that_nobody_uses_is_quiet(store: Store) -> None:
    assert active(store, NOON.replace(hour=21)) == {}


@pytest.mark.parametrize(
    ("outcome", "severity"), [("fallback", "critical"), ("infeasible", "critical"), ("relaxed", "warning")]
)
def test_the_outcome_of_the_plan_that_counts_is_told(any_store: Store, outcome: str, severity: str) -> None:
    plan = of_today(any_store, outcome)
    told = active(any_store)[("plan_outcome", TODAY)]
    assert (told.severity, told.link) == (severity, f"/plans/{plan}")
    assert told.text.zh
    assert told.text.en
    of_today(any_store)  # a better one
    assert active(any_store) == {}
    with any_store.read() as c:
        over = alarms.alarms(c, sites=["demo"], active=False)
    assert [(a.id, a.cleared_at is not None) for a in over] == [(told.id, True)]


def test_an_approved_plan_counts_more_than_a_newer_one(any_store: Store) -> None:
    decide(any_store, of_today(any_store), "approved")
    newer = of_today(any_store, "fallback")
    assert active(any_store) == {}
    decide(any_store, of_today(any_store, "relaxed"), "approved")
    assert list(active(any_store)) == [("plan_outcome", TODAY)]
    decide(any_store, newer, "rejected")
    assert active(any_store)[("plan_outcome", TODAY)].severity == "warning"


def test_a_what_if_and_a_rejected_plan_alarm_nobody(any_store: Store) -> None:
    of_today(any_store, "relaxed")
    of_today(any_store, "infeasible", changes={"demands": {"electricity": 9.0}})
    of_today(any_store, "infeasible", what_if_of=of_today(any_store, "relaxed"))
    decide(any_store, of_today(any_store, "infeasible"), "rejected")
    assert active(any_store)[("plan_outcome", TODAY)].severity == "warning"


def test_plans_of_days_that_are_over_alarm_nobody(any_store: Store) -> None:
    of_today(any_store, "infeasible")
    assert active(any_store, NOON + timedelta(hours=11, minutes=59)) != {}
    assert ("plan_outcome", TODAY) not in active(any_store, NOON + timedelta(hours=12))


def test_a_climatology_that_nobody_asked_for_is_told(any_store: Store) -> None:
    of_today(any_store, weather="climatology")
    assert active(any_store) == {}
    of_today(any_store, weather="auto")
    assert list(active(any_store)) == [("plan_weather", TODAY)]


def test_a_failed_job_is_told_until_one_succeeds(any_store: Store) -> None:
    submit(any_store, day=TODAY)
    reason = Reason(type="input", text=Text(zh="缺一列。", en="A column is missing."))
    with any_store.write() as c:
        held = jobs.claim(c, "worker", 60, 3)
        assert held is not None
        jobs.fail(c, held, reason)
    told = active(any_store)[("job_failed", f"plan {TODAY}")]
    assert "A column is missing." in told.text.en
    assert "缺一列。" in told.text.zh
    assert active(any_store, NOON + timedelta(days=1)) == {}  # the day is over
    of_today(any_store)
    assert active(any_store) == {}


def test_an_evening_without_a_plan_for_tomorrow_becomes_urgent(any_store: Store) -> None:
    of_today(any_store)
    assert active(any_store, NOON.replace(hour=16, minute=59)) == {}
    first = active(any_store, NOON.replace(hour=17))[("plan_missing", TOMORROW)]
    assert first.severity == "info"
    with any_store.write() as c:
        alarms.acknowledge(c, first.id, "dispatcher")
    assert active(any_store, NOON.replace(hour=19))[("plan_missing", TOMORROW)].id == first.id
    urgent = active(any_store, NOON.replace(hour=20))[("plan_missing", TOMORROW)]
    assert (urgent.severity, urgent.acknowledged_by) == ("warning", None)  # worse than what was acknowledged
    proposed = keep(any_store, changed(date=TOMORROW), day=TOMORROW)
    assert active(any_store, NOON.replace(hour=20)) != {}
    decide(any_store, proposed, "approved")
    assert active(any_store, NOON.replace(hour=20)) == {}


def test_an_approved_plan_of_an_older_site_is_told(any_store: Store) -> None:
    decide(any_store, of_today(any_store), "approved")
    of_today(any_store)
    file, b = read_site("demo"), bundle(read_site("demo"))
    with any_store.write() as c:
        sites.add_version(c, file, Bundle(b.main, dict(b.files) | {b.main: b.files[b.main] + "# x"}), "a", after=1)
    told = active(any_store)
    assert [(kind, alarm.severity) for (kind, _), alarm in told.items()] == [("plan_outdated", "info")]


def test_a_silent_measurement_is_told_until_it_speaks(any_store: Store) -> None:
    start = NOON.astimezone(UTC) - timedelta(hours=3)
    asked = SeriesDefinition(kind="measurement", unit="kW", resolution="PT15M")
    with any_store.write() as c:
        row, _ = series.define(c, "demo", "meter", asked, 900)
        series.add(c, [Chunk(row, start, MEASURED, [1.0], ["good"])])
    assert list(active(any_store)) == [("series_stale", "meter")]
    with any_store.write() as c:
        series.add(c, [Chunk(row, start + timedelta(hours=2), MEASURED, [1.0], ["good"])])
    assert active(any_store) == {}


def test_an_alarm_that_lasts_stays_the_same_and_tells_the_newest_words(any_store: Store) -> None:
    def hold(*severities: Any) -> tuple[int, int]:
        causes = [Cause("demo", "kind", str(k), s, Text(zh="中", en=s)) for k, s in enumerate(severities)]
        with any_store.write() as c:
            return alarms.hold(c, causes)

    assert hold("warning", "info") == (2, 0)
    assert hold("warning", "info") == (0, 0)
    assert hold("info", "critical") == (1, 1)  # milder: the same alarm; worse: a new one
    with any_store.read() as c:
        found = alarms.alarms(c, sites=None, active=True)
        assert sorted((a.about, a.severity, a.text.en) for a in found) == [
            ("0", "info", "info"),
            ("1", "critical", "critical"),
        ]
    assert hold() == (0, 2)
    assert hold("info") == (1, 0)
    with any_store.read() as c:
        assert len(alarms.alarms(c, sites=None)) == 4
        assert len(alarms.alarms(c, sites=None, limit=2)) == 2


def test_an_alarm_is_acknowledged_once(store: Store, client_of: ClientOf) -> None:
    of_today(store, "fallback")
    (told,) = active(store).values()
    operator, url = client_of("operator"), f"/api/v1/alarms/{told.id}/acknowledge"
    assert client_of("operator", sites=["qingdao"]).post(url).status_code == 404
    assert client_of("operator", sites=["qingdao"]).get("/api/v1/alarms").json()["items"] == []
    done = operator.post(url).json()
    assert (done["acknowledged_by"], done["cleared_at"]) == (operator.get("/api/v1/me").json()["name"], None)
    assert client_of("operator").post(url).json() == done  # whoever was first
    with store.read() as c:
        assert [e.object for e in audit_log.entries(c, None, action="alarm.acknowledge")] == [told.id]
    listed = operator.get("/api/v1/alarms", params={"active": True, "site": "demo"}).json()["items"]
    assert listed == [done]
    assert operator.get("/api/v1/alarms", params={"active": False}).json()["items"] == []
    unknown = "019a2f3e-7d0c-7b51-9c3a-5f0e8a6b1c2d"
    assert operator.post(f"/api/v1/alarms/{unknown}/acknowledge").status_code == 404


def test_decisions_are_felt_at_once(store: Store, client_of: ClientOf) -> None:
    """The operator who rejects a plan does not look at its alarm for another minute."""
    plan = keep(store, changed(outcome="fallback", date=TOMORROW), day=TOMORROW)
    operator = client_of("operator")

    def kinds() -> set[str]:
        return {a["kind"] for a in operator.get("/api/v1/alarms", params={"active": True}).json()["items"]}

    evaluate(store, SETTINGS)
    assert "plan_outcome" in kinds()
    operator.post(f"/api/v1/plans/{plan}/reject", json={})
    assert "plan_outcome" not in kinds()


def test_the_housekeeper_looks_when_a_job_has_ended_and_survives_a_fault(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from api import housekeeper

    monkeypatch.setattr(housekeeper, "LOOK_S", 0.02)
    monkeypatch.setattr(housekeeper, "CLOCK_S", 0.02)
    thread = Housekeeper(store, SETTINGS, lambda: None)
    asked = iter([RuntimeError("odd"), None])
    real = housekeeper.evaluate

    def evaluate_(*args: Any) -> Any:
        if error := next(asked, None):
            raise error
        return real(*args)

    monkeypatch.setattr(housekeeper, "evaluate", evaluate_)
    thread.start()
    try:
        submit(store, day=TOMORROW)
        finish(store, claim(store), changed(outcome="infeasible", date=TOMORROW))
        until = datetime.now(UTC) + timedelta(seconds=10)
        found: list[Alarm] = []
        while not found and datetime.now(UTC) < until:
            with store.read() as c:
                found = alarms.alarms(c, sites=None, active=True)
        assert "plan_outcome" in {a.kind for a in found}
    finally:
        thread.stop()
    assert "alarms cannot be brought up to date" in caplog.text
