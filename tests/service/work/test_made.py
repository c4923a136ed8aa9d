"""What workers make: plans and forecasts from the store, kept in it; or a sentence on what cannot be used."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa

from api import jobs, tables
from api.contract.series import SeriesDefinition
from api.records import plans, series
from api.records.history import history
from api.records.sites import import_packaged
from api.work import prepare as prepare_module
from api.work import worker
from api.work.child import CODE
from api.work.prepare import prepare, solver_seconds
from ems.forecasts.targets import history_series
from ems.inputs import make_inputs
from ems.operation.measured import import_series, state_series
from ems.plan_file import audit_plan
from ems.site_file import read_site
from tests.service.resources.kept import under_scenarios
from tests.service.work.bench import Office, eventually


class Noon(datetime):
    """A clock that stands at half past twelve in the park on 15 June 2026."""

    @classmethod
    def now(cls, tz=None):
        return datetime(2026, 6, 15, 4, 30, tzinfo=UTC).astimezone(tz)


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


def test_a_forecast_learns_from_what_was_measured_before_its_day(park):
    file, first, last = read_site("demo"), date(2026, 6, 1), date(2026, 7, 20)
    inputs = make_inputs(file, first, last, step_minutes=60, weather="climatology")
    noise = 1 + 0.05 * np.random.default_rng(1).standard_normal(len(inputs.table))
    made = 0.85 * 600 * inputs.table["roof.yield_kw_per_kwp"].to_numpy() * noise
    start = inputs.table.index[0].to_pydatetime()
    with park.store.write() as c:
        for name, values in {"roof.power_kw": made, "workshop.electricity_kw": made[:48]}.items():
            definition = SeriesDefinition(kind="measurement", unit="kW", resolution="PT1H")
            row, _ = series.define(c, "demo", name, definition, 3600)
            series.add(c, [series.Chunk(row, start, series.MEASURED, values.tolist(), ["good"] * len(values))])
    job = park.until(park.submit("forecast", day="2026-07-21"))
    told = park.text(job)["uncertainty"]
    assert told["history"] is None, "only series that the request names are read"
    meters = history_series(file)
    assert meters["roof.power_kw"] == "roof.power"
    job = park.until(park.submit("forecast", day="2026-07-15", meters=meters))
    whole = park.text(job)
    told, roof = whole["uncertainty"], whole["uncertainty"]["series"]["roof.yield_kw_per_kwp"]
    assert (told["history"]["from"], told["history"]["to"]) == ("2026-06-01", "2026-07-14"), "nothing of the day itself"
    assert roof["source"] == "history"
    assert roof["quality"]["level"] == "used"
    assert sum(roof["mean"]) == pytest.approx(0.85 * sum(whole["inputs"]["roof.yield_kw_per_kwp"]["values"]), rel=0.05)
    assert told["series"]["workshop.electricity_kw"]["source"] == "assumed"
    assert any("workshop.electricity_kw is not used: fewer than 14 days" in n["en"] for n in told["notes"])


def test_a_plan_under_scenarios_is_what_the_command_line_makes(park):
    job = park.until(park.submit(scenarios=3, risk_weight=0.5, state="site"))
    made, asked_again = park.text(job), under_scenarios()
    assert audit_plan(made, "stored") == []
    assert made["stochastic"]["value"] is not None
    told, there = made["stochastic"], asked_again["stochastic"]
    assert [s["weight"] for s in told["scenarios"]] == [s["weight"] for s in there["scenarios"]], "the same draws"
    assert told["objective_cny"] == pytest.approx(there["objective_cny"], rel=2e-3), "within the gaps of both"
    assert made["stochastic"]["risk"] == {"weight": 0.5, "alpha": 0.9}
    assert park.text(park.until(park.submit(state="site")))["stochastic"] is None


LIVE = {
    "names": state_series(read_site("demo").site),
    "imports": list(import_series(read_site("demo").site)),
}
BRIEF = CODE.replace("at = confine();", "at = confine(); import ems.operation.beyond as b; b.ROUNDS = {rounds};")


def test_a_re_plan_from_now_takes_measurements_and_the_approved_plan_of_today(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    with Office(f"sqlite:///{tmp_path / 'ems.db'}") as office, office.at_work(BRIEF.format(rounds=2)):
        first = office.until(office.submit(day=today, step_minutes=15))
        with office.store.write() as c:
            plans.decide(c, first.result.rsplit("/", 1)[1], "approved", "dispatcher", "")
            definition = SeriesDefinition(kind="measurement", unit="kWh", resolution="PT15M")
            row, _ = series.define(c, "demo", "battery.level_kwh", definition, 900)
            quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) - timedelta(minutes=15)
            series.add(c, [series.Chunk(row, quarter, series.MEASURED, [321.0], ["good"])])
        job = office.until(office.submit(day=today, step_minutes=15, live=LIVE), seconds=300)
        assert job.state == "succeeded", job.reason
        content = office.text(job)
        started = datetime.fromisoformat(content["start"])
        assert timedelta(0) <= started - now < timedelta(minutes=16)
        assert content["state_start"]["components"]["battery"] == {"level_kwh": 321.0}
        assert "bridged by the plan that stands" in " ".join(n["en"] for n in content["notes"])
        assert audit_plan(content, "stored") == []
        with office.store.write() as c:
            plans.decide(c, job.result.rsplit("/", 1)[1], "approved", "dispatcher", "")
            assert [p.status for p in plans.plans(c, sites=None, day=content["date"])] == ["approved", "superseded"]
            end = datetime.fromisoformat(content["end"])
            assert plans.approved_before(c, "demo", end) == job.result.rsplit("/", 1)[1], "tomorrow opens with its end"


def looked_ahead(office, seconds=300):
    """Notes of a re-plan at half past twelve on the 15th, and the phases that its job told."""
    job = office.until(office.submit(day="2026-06-15", live=LIVE), seconds=seconds)
    assert job.state == "succeeded", job.reason
    with office.store.read() as c:
        phases = [e.data["phase"] for e in jobs.events(c, job.id) if e.type == "progress"]
    return office.text(job), phases


def test_a_re_plan_tells_its_look_ahead_and_the_second_takes_what_was_made(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(prepare_module, "datetime", Noon)
    with Office(f"sqlite:///{tmp_path / 'ems.db'}") as office, office.at_work(BRIEF.format(rounds=2)):
        (first, phases), (second, no_phases) = looked_ahead(office), looked_ahead(office)
        assert "look_ahead" in phases
        assert "look_ahead" not in no_phases
        said = [[n for n in x["notes"] if "Look-ahead beyond the window" in n["en"]] for x in (first, second)]
        assert len(said[0]) == 1
        assert said[0] == said[1], "made at the same moment"
        assert "eight synthetic years of the climate" in said[0][0]["en"]
        assert "only 2 of 40 rounds" in said[0][0]["en"]
        assert "八个合成年" in said[0][0]["zh"]
        assert second["timings"]["look_ahead_s"] < 1.0
        kept = list((tmp_path / "cache/park-ems/look-ahead").iterdir())
        assert len(kept) == 2, "cuts and weights"
        for each in kept:
            if "future" in (told := json.loads(each.read_text()))["answer"]:
                told["answer"]["future"]["cuts"] = [[[0.0, 0.0, -500.0]]] * 29
                each.write_text(json.dumps(told))
        dear, _ = looked_ahead(office)
        levels = [x["state_end"]["components"]["tank"]["level_kg"] for x in (second, dear)]
        assert levels[1] > levels[0] + 5, "it is the kept cuts that the tank follows"


def test_a_look_ahead_under_way_is_told_and_can_be_cancelled(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(prepare_module, "datetime", Noon)
    with Office(f"sqlite:///{tmp_path / 'ems.db'}") as office, office.at_work(BRIEF.format(rounds=100_000)):
        id = office.submit(day="2026-06-15", live=LIVE)

        def told():
            progress = office.job(id).progress
            return progress if progress and progress.phase == "look_ahead" and progress.done else None

        progress = eventually(told, 300)
        assert progress.total == 100_000
        with office.store.write() as c:
            jobs.cancel(c, id, "dispatcher")
        assert office.until(id, seconds=10).state == "cancelled"


def test_the_deadline_grows_with_the_scenarios(tmp_path):
    with Office(f"sqlite:///{tmp_path / 'ems.db'}") as office:
        seconds = {}
        for count in (0, 3):
            office.submit(scenarios=count)
            with office.store.write() as c:
                seconds[count] = prepare(c, jobs.claim(c, "worker", 60, 3), tmp_path).seconds
    assert seconds[3] == pytest.approx(7 * solver_seconds(60) + 120)
    assert seconds[0] == pytest.approx(solver_seconds(60) + 120)


def test_a_measured_series_in_a_unit_of_another_kind_is_left_out_and_named(store):
    import_packaged(store)
    with store.write() as c:
        definition = SeriesDefinition(kind="measurement", unit="kg/h", resolution="PT1H")
        row, _ = series.define(c, "demo", "roof.power_kw", definition, 3600)
        series.add(c, [series.Chunk(row, datetime(2026, 6, 1, tzinfo=UTC), series.MEASURED, [1.0], ["good"])])
        found = history(c, "demo", {"roof.power_kw": "roof.power"}, datetime(2026, 7, 1, tzinfo=UTC))
    assert found.readings == ""
    assert "kg/h" in found.left_out["roof.power_kw"][1]


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
