"""What workers make: plans and forecasts from the store, kept in it; or a sentence on what cannot be used."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from api import jobs, tables
from api.contract.series import SeriesDefinition
from api.records import plans, series
from api.work import worker
from ems.plan_file import audit_plan
from tests.service.work.bench import Office, eventually


@pytest.fixture(scope="module")
def park(tmp_path_factory):
    """A store with a worker that all these tests share; each plans another day."""
    with Office(f"sqlite:///{tmp_path_factory.mktemp('park') / 'ems.db'}") as office, office.at_work() as workers:
        office.workers, office.tally = workers, workers.tally
        yield office


def test_a_plan_is_made_kept_and_counted(park):
    before = sum(park.tally.finished.values())
    id = park.submit(label="Monday", day="2026-06-15")
    job = park.until(id)
    assert job.state == "succeeded"
    content = park.text(job)
    assert content["date"] == "2026-06-15"
    assert content["steps"] == 24
    assert audit_plan(content, "stored") == []
    with park.store.read() as c:
        plan = c.execute(sa.select(tables.plans).where(tables.plans.c.id == job.result.rsplit("/", 1)[1])).one()
    assert (plan.outcome, plan.label, plan.site_version) == (content["outcome"], "Monday", 1)
    assert plan.total_cost_cny == content["kpis"]["total_cost_cny"]
    assert plan.baseline_cost_cny == content["baseline"]["kpis"]["total_cost_cny"]
    types = park.events(id)
    assert types[:2] == ["queued", "started"]
    assert types[-1] == "finished"
    eventually(lambda: sum(park.tally.finished.values()) == before + 1)
    assert park.tally.finished["plan", "succeeded"] >= 1
    assert park.tally.outcomes[content["outcome"]] >= 1
    assert park.tally.running == 0
    assert 0 < park.tally.solve_seconds < 60


def test_series_from_outside_replace_inputs_of_forecasts_and_plans(park):
    with park.store.write() as c:
        given = SeriesDefinition(kind="forecast", unit="kW", resolution="PT1H", column="workshop.electricity_kw")
        row, _ = series.define(c, "demo", "workshop_forecast", given, 3600)
        start = datetime(2026, 6, 21, 16, tzinfo=UTC)  # midnight in the park
        issued = start - timedelta(hours=12)
        series.add(c, [series.Chunk(row, start, issued, [33.0] * 24, ["good"] * 24)])
    forecast = park.until(park.submit("forecast", day="2026-06-22"))
    assert forecast.state == "succeeded"
    assert forecast.result.startswith("/api/v1/forecasts/")
    plan = park.until(park.submit(day="2026-06-22"))
    for job in (forecast, plan):
        assert park.text(job)["inputs"]["workshop.electricity_kw"]["values"] == [33.0] * 24


def test_a_plan_starts_where_the_approved_plan_before_it_ends(park):
    first = park.until(park.submit(day="2026-06-28"))
    end = park.text(first)["state_end"]
    with park.store.write() as c:
        plans.decide(c, first.result.rsplit("/", 1)[1], "approved", "dispatcher", "")
    asked = [
        park.submit(day="2026-06-29", **state)
        for state in ({}, {"state": "site"}, {"state": {"tank": {"level_kg": 20}}})
    ]
    previous, site, given = (park.text(park.until(id))["state_start"]["components"] for id in asked)
    assert previous == end["components"]
    assert site == {}
    assert given == {"tank": {"level_kg": 20}}


def test_what_cannot_be_used_fails_once_and_says_what_is_wrong(park):
    job = park.until(park.submit(state={"tonk": {"level_kg": 20}}))
    assert (job.state, job.attempts, job.reason.type) == ("failed", 1, "input")
    assert "tonk" in job.reason.text.en
    assert "tank" in job.reason.text.en, "did you mean …"
    assert job.reason.text.zh.startswith("输入数据无法使用")
    what_if = park.until(park.submit(changes={"outages": [{"component": "electrolyzer"}]}))
    assert (what_if.state, what_if.reason.type) == ("failed", "input")
    assert "electrolyser" in what_if.reason.text.en
    assert "park-ems-" not in what_if.reason.text.en, "no path of this machine"
    eventually(lambda: park.tally.failed["input"] >= 2)


def test_what_if(park):
    job = park.until(park.submit(day="2026-06-30", changes={"parameters": {"grid": {"connection_kw": 400}}}))
    assert job.state == "succeeded", job.reason
    assert max(park.text(job)["series"]["grid.import_kw"]["values"]) <= 400 + 1e-6


def test_a_bell_wakes_an_idle_worker(park, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_S", 60.0)
    park.until(park.submit())
    time.sleep(1.0)  # whatever it waits for now, it waits for long
    id = park.submit()
    time.sleep(1.0)
    assert park.job(id).state == "queued"
    park.workers.wake()
    assert park.until(id, seconds=30).state == "succeeded"


@pytest.mark.parametrize("moment", ["claim", "beat", "succeed"])
def test_a_database_that_goes_away_is_waited_for(park, monkeypatch, moment):
    """Whichever call fails, the worker goes on and the job ends once."""
    monkeypatch.setattr(worker, "OUTAGE_S", 0.05)
    real, failures = getattr(jobs, moment), []

    def fails(*args, **kwargs):
        if len(failures) < 3:
            failures.append(moment)
            raise sa.exc.OperationalError("select", {}, Exception("the server closed the connection"))
        return real(*args, **kwargs)

    monkeypatch.setattr(jobs, moment, fails)
    id = park.submit()
    park.workers.wake()
    job = park.until(id)
    assert failures == [moment] * 3
    assert (job.state, job.attempts) == ("succeeded", 1)
    with park.store.read() as c:
        made = sa.select(sa.func.count()).where(tables.results.c.job == id)
        assert c.execute(made).scalar() == 1
    assert park.workers.alive()
