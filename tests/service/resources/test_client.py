"""The Python client against a real server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi import FastAPI

from api import client_events, jobs
from api.client import ApiError, Client, JobEnded
from api.contract.base import Text
from api.contract.jobs import Progress, Reason
from api.settings import Settings
from api.store import Store
from ems.site_file import read_site
from tests.service.conftest import make_token
from tests.service.resources.kept import DAY, changed, claim, keep, plan_text, serving, submit, working


@pytest.fixture
def ems(app: FastAPI, store: Store) -> Iterator[Client]:
    """An administrator's client."""
    with serving(app) as url, Client(url, make_token(store, "admin")) as client:
        yield client


def test_a_plan_in_one_line(ems: Client, store: Store) -> None:
    said: list[Progress] = []
    with working(store):
        plan = ems.plan("demo", day=date(2026, 6, 15), step_minutes=60, objective="cost", progress=said.append)
    assert (plan.site, plan.day, plan.outcome) == ("demo", DAY, "optimal")
    assert said
    assert [x.gap for x in said] == sorted((x.gap for x in said), key=lambda gap: -(gap or 0))
    assert "CNY, gap" in str(said[-1])
    asked = ems.job(plan.job).request
    assert (asked["step_minutes"], asked["day"]) == (60, DAY)
    assert ems.get_plan(plan.id) == plan
    assert [p.id for p in ems.plans(site="demo", day=DAY, status="proposed")] == [plan.id]


def test_a_what_if_is_asked_with_plain_words(ems: Client) -> None:
    changes = {
        "outages": [{"component": "electrolyser", "start": f"{DAY}T08:00:00+08:00", "end": f"{DAY}T12:00:00+08:00"}],
        "prices": {"import_factor": 1.2},
    }
    job = ems.submit_plan("demo", DAY, changes=changes, label="dear and broken")
    told = job.request["changes"]
    assert told["prices"]["import_factor"] == 1.2
    assert told["outages"][0]["component"] == "electrolyser"
    with pytest.raises(ApiError) as refused:
        ems.submit_plan("demo", DAY, changes={"outages": [{"component": "electrolizer"}]})
    assert refused.value.problem.status == 422
    assert "did you mean electrolyser?" in str(refused.value)


def test_the_same_key_gives_the_same_job_and_else_each_call_has_its_own(ems: Client) -> None:
    first = ems.submit_plan("demo", DAY, key="mine")
    assert ems.submit_plan("demo", DAY, key="mine").id == first.id
    assert ems.submit_plan("demo", DAY).id != first.id
    assert len(list(ems.jobs())) == 2


def test_a_schedule_is_a_table_in_local_time(ems: Client, store: Store) -> None:
    table = ems.schedule(keep(store))
    content = json.loads(plan_text())
    assert str(table.index.tz) == "Asia/Shanghai"
    assert table.index[0] == pd.Timestamp(content["start"])
    assert len(table) == content["steps"]
    assert table["grid.import_kw"].tolist() == content["series"]["grid.import_kw"]["values"]
    assert table.attrs["units"]["battery.level_kwh"] == "kWh"
    assert table.attrs["meanings"]["grid.import_kw"]["zh"] == "购电"
    assert len(table.attrs["bands"]) == len(table)


def test_plans_are_explained_compared_and_decided_about(ems: Client, store: Store, tmp_path: Path) -> None:
    first, second = keep(store), keep(store)
    assert ems.explain(first, pd.Timestamp(f"{DAY} 12:30", tz="Asia/Shanghai")).band
    with pytest.raises(ValueError, match="offset"):
        ems.explain(first, f"{DAY}T12:30:00")
    assert ems.approve(first, "fine").status == "approved"
    assert ems.approve(second).status == "approved"
    assert ems.get_plan(first).status == "superseded"
    assert ems.reject(second, "no").comment == "no"
    assert [entry.action for entry in ems.audit_log(site="demo")][:2] == ["plan.rejected", "plan.approved"]
    for what in ("json", "csv", "html"):
        path = ems.download(first, what, tmp_path / f"plan.{what}")  # type: ignore[arg-type]
        assert path.stat().st_size > 1000
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == plan_text()
    assert sorted(p.name for p in tmp_path.glob("plan*")) == ["plan.csv", "plan.html", "plan.json"]


def test_a_job_is_waited_for_cancelled_and_told_why(ems: Client, store: Store) -> None:
    job = ems.submit_plan("demo", DAY)
    with pytest.raises(TimeoutError, match="queued"):
        ems.wait(job, timeout_s=0.2)
    assert ems.cancel(job).state == "cancelled"
    assert ems.wait(job).state == "cancelled"
    with pytest.raises(ApiError, match="409"):
        ems.cancel(job.id)
    failing = threading.Thread(target=_fail_next, args=(store,))
    failing.start()
    with pytest.raises(JobEnded, match=r"failed: A column is missing\.") as told:
        ems.plan("demo", DAY)
    failing.join()
    assert told.value.job.reason is not None
    assert told.value.job.reason.type == "input"


def _fail_next(store: Store) -> None:
    while True:
        with store.write() as c:
            held = jobs.claim(c, "worker", 60, 3)
            if held is not None:
                jobs.fail(c, held, Reason(type="input", text=Text(zh="缺一列。", en="A column is missing.")))
                return
        time.sleep(0.02)


def test_events_are_followed_to_the_end(ems: Client, store: Store) -> None:
    with working(store):
        job = ems.submit_plan("demo", DAY)
        told = list(ems.events(job))
    assert [e.type for e in told] == ["queued", "started", "progress", "progress", "progress", "finished"]
    assert [e.seq for e in told] == [1, 2, 3, 4, 5, 6]
    assert [e.seq for e in ems.events(job.id)] == [1, 2, 3, 4, 5, 6]


def test_events_go_on_where_the_connection_broke(
    ems: Client, store: Store, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.http import sse

    monkeypatch.setattr(client_events, "PAUSE_S", 0.05)
    monkeypatch.setattr(sse, "LIFETIME_S", 0.3)  # the server hangs up again and again
    monkeypatch.setattr(sse, "KEEP_ALIVE_S", 0.1)
    submit(store)
    held = claim(store)
    seen: list[int] = []
    for event in ems.events(held.id):
        seen.append(event.seq)
        if len(seen) < 8:
            time.sleep(0.1)
            with store.write() as c:
                jobs.beat(c, held, 60, Progress(phase="solve", seconds=float(len(seen))))
        elif event.type != "finished":
            with store.write() as c:
                jobs.cancelled(c, held)
    assert seen == sorted(set(seen))
    assert len(seen) >= 9


def test_sites_are_read_judged_and_replaced(ems: Client) -> None:
    assert "demo" in [site.name for site in ems.sites()]
    site = ems.site("demo")
    assert ems.validate("demo", site.yaml).valid
    verdict = ems.validate("demo", site.yaml.replace("capacity_kwp: 600", "capacity_kwp: -1"))
    assert verdict.faults[0].pointer == "/components/0/capacity_kwp"
    new = ems.put_site("demo", site.yaml + "\n# mine\n", comment="a word", replaces=site)
    assert (new.version, ems.site("demo", 1).yaml) == (2, site.yaml)
    with pytest.raises(ApiError, match="412"):
        ems.put_site("demo", site.yaml, replaces=site)
    with pytest.raises(ApiError, match="412"):
        ems.put_site("demo", site.yaml)
    broken = site.yaml.replace("power_kw: 200", "powr_kw: 200").replace("capacity_kwp: 600", "capacity_kwp: -1")
    with pytest.raises(ApiError, match=r"\(line \d+\)") as refused:
        ems.put_site("demo", broken, replaces=new)
    assert len(str(refused.value).splitlines()) == 1 + len(refused.value.problem.errors) > 2
    assert [v.comment for v in ems.versions("demo")] == ["a word", ""]
    assert ems.columns("demo").series["grid.import_kw"].sign == 1


def test_series_go_there_and_back(ems: Client) -> None:
    ems.define_series("demo", "meter", "measurement", "kW", "PT15M")
    index = pd.date_range("2026-11-23", periods=96, freq="15min", tz="Asia/Shanghai")
    values = pd.Series(np.linspace(0.0, 9.5, 96), index=index)
    values.iloc[5] = np.nan
    given = values.drop(index[10:12])
    assert ems.push("demo", "meter", given) == 94
    back = ems.values("demo", "meter", index[0], "2026-11-24T00:00:00+08:00")
    expected = values.copy()
    expected.iloc[10:12] = np.nan
    pd.testing.assert_series_equal(back, expected, check_names=False, check_freq=False, check_index_type=False)
    assert (back.name, back.attrs) == ("meter", {"unit": "kW", "resolution": "PT15M"})
    quality = ems.points("demo", "meter", index[0], index[12])["quality"]
    assert quality.tolist() == ["good"] * 5 + ["missing"] + ["good"] * 4 + ["missing"] * 2
    assert [x.name for x in ems.series("demo")] == ["meter"]
    ems.delete_series("demo", "meter")
    assert list(ems.series("demo")) == []


def test_more_than_one_request_can_hold_is_sent_and_read_in_pieces(
    ems: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api import client_frames

    monkeypatch.setattr(client_frames, "MOST_POINTS", 50)
    ems.define_series("demo", "meter", "measurement", "kW", "PT1M")
    index = pd.date_range("2026-11-23T00:00Z", periods=230, freq="1min")
    values = pd.Series(np.arange(230.0), index=index)
    assert ems.push("demo", "meter", values) == 230
    back = ems.values("demo", "meter", index[0], index[-1] + pd.Timedelta("1min"))
    assert back.tolist() == values.tolist()


def test_a_forecast_is_pushed_by_issue(ems: Client) -> None:
    ems.define_series("demo", "sky", "forecast", "kW/kWp", "PT1H", "roof.yield_kw_per_kwp")
    index = pd.date_range("2026-11-23T00:00Z", periods=24, freq="1h")
    ems.push("demo", "sky", pd.Series(0.1, index=index), issued_at="2026-11-22T06:00:00Z")
    ems.push("demo", "sky", pd.Series(0.2, index=index[:12]), issued_at=datetime(2026, 11, 22, 9, tzinfo=UTC))
    assert ems.values("demo", "sky", index[0], index[23]).sum() == pytest.approx(12 * 0.2 + 11 * 0.1)
    early = ems.values("demo", "sky", index[0], index[23], issued_before="2026-11-22T09:00:00Z")
    assert early.sum() == pytest.approx(23 * 0.1)
    ems.push("demo", "sky", pd.Series(0.3, index=index))  # issued now
    assert set(ems.values("demo", "sky", index[0], index[23])) == {0.3}


@pytest.mark.parametrize(
    ("index", "unit", "words"),
    [
        (pd.date_range("2026-11-23", periods=3, freq="15min"), "kW", "time zone"),
        (pd.date_range("2026-11-23T00:05Z", periods=3, freq="15min"), "kW", "multiples"),
        (pd.date_range("2026-11-23T00:00Z", periods=3, freq="5min"), "kW", "multiples"),
        (pd.date_range("2026-11-23T00:00Z", periods=3, freq="15min")[::-1], "kW", "rise"),
        (pd.date_range("2026-11-23T00:00Z", periods=3, freq="15min"), "MW", "MW"),
    ],
)
def test_values_that_do_not_fit_the_series_are_not_sent(
    ems: Client, index: pd.DatetimeIndex, unit: str, words: str
) -> None:
    ems.define_series("demo", "meter", "measurement", "kW", "PT15M")
    values = pd.Series(1.0, index=index)
    values.attrs["unit"] = unit
    with pytest.raises(ValueError, match=words):
        ems.push("demo", "meter", values)


def test_forecasts_alarms_and_the_rest(ems: Client, store: Store, tmp_path: Path) -> None:
    from api.alarms import evaluate

    with working(store):
        forecast = ems.forecast("demo", DAY, step_minutes=60)
    assert len(forecast.series["import_cny_per_kwh"].values) == 24
    table = ems.forecast_frame(forecast)
    assert str(table.index.tz) == "Asia/Shanghai"
    noon = table.loc[f"{DAY}T12:00", [f"roof.yield_kw_per_kwp.{q}" for q in ("q10", "q50", "q90")]]
    assert 0 < noon.iloc[0] < noon.iloc[1] < noon.iloc[2]
    [known] = ems.forecasts("demo", as_of=pd.Timestamp.now(tz="UTC"), day=DAY)
    assert ems.get_forecast(known.id) == forecast
    assert list(ems.forecasts("demo", as_of=forecast.created_at - pd.Timedelta(seconds=1))) == []
    tomorrow = (datetime.now(UTC) + pd.Timedelta(days=2)).date().isoformat()
    keep(store, changed(outcome="infeasible", date=tomorrow), day=tomorrow)
    evaluate(store, Settings(database="sqlite:///unused"))
    alarm = next(a for a in ems.alarms(site="demo") if a.kind == "plan_outcome")
    assert ems.acknowledge(alarm).acknowledged_by == ems.me().name
    token = ems.create_token("gateway", "operator", ["demo"], days=1)
    assert token.secret
    assert ems.backup(tmp_path / "copy.db").stat().st_size > 10_000


def test_every_column_of_the_tutorial_is_described(ems: Client) -> None:
    file = read_site("demo")
    assert set(ems.columns("demo").series) == {f"{c.name}.{q.name}" for c in file.site.components for q in c.quantities}
