"""Studies over HTTP: judged at once, followed while they run, read when they have ended."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from api import jobs
from api.contract.studies import GROUPS
from api.records import studies as records
from api.records import study_rows
from api.store import Store
from tests.service import studies
from tests.service.conftest import ClientOf
from tests.service.studies import STUDY, failed_row, row

STUDIES = "/api/v1/studies"
PLAIN: dict[str, Any] = yaml.safe_load(STUDY.replace("2026-06-15,", '"2026-06-15",'))


@pytest.fixture
def engineer(client_of: ClientOf) -> TestClient:
    return client_of("engineer")


def post(client: TestClient, key: str | None = None, **asked: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(STUDIES, json={"site": "demo", "study": STUDY} | asked, headers=headers)


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [fault["pointer"] for fault in answer.json()["errors"]]


def test_asking_for_a_study_gives_a_job_and_a_study_of_the_same_id(engineer: TestClient) -> None:
    answer = post(engineer, label="first", resolution="typical:12", points=5, set={"economics/discount_rate": 0.05})
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert (job["state"], job["kind"]) == ("queued", "study")
    wanted = {
        "study": STUDY, "name": "two_days", "resolution": "typical:12", "points": 5, "years": None,
        "groups": list(GROUPS), "site_version": 1, "set": {"economics/discount_rate": 0.05},
    }  # fmt: skip
    assert wanted.items() <= job["request"].items()
    study = engineer.get(f"{STUDIES}/{job['id']}").json()
    assert (study["state"], study["name"], study["title"]["en"]) == ("queued", "two_days", "Two days")
    assert (study["figures"], study["digest"], study["design"], study["rows"]) == (None, None, None, 0)
    assert set(study["links"]) == {"self", "job", "rows"}


def test_the_same_key_gives_the_same_study(engineer: TestClient) -> None:
    first, again = post(engineer, "key"), post(engineer, "key")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert pointers(post(engineer, "key", points=4)) == ["#Idempotency-Key"]


def test_a_study_may_be_an_object_and_then_faults_have_its_pointers(engineer: TestClient) -> None:
    assert post(engineer, study=PLAIN).status_code == 202
    wrong = json.loads(json.dumps(PLAIN))
    wrong["sizes"]["roof.capacity_kwp"]["cost"] = "gold"
    assert pointers(post(engineer, study=wrong))[0].startswith("/study")
    wrong = json.loads(json.dumps(PLAIN))
    wrong["sizes"]["rof.capacity_kwp"] = wrong["sizes"].pop("roof.capacity_kwp")
    answer = post(engineer, study=wrong)
    assert pointers(answer)[0] == "/study/sizes/rof.capacity_kwp"
    assert "roof" in answer.text


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("max: 2000", "max: 2000, min: 3000", 8, "min 3000 is above max 2000"),
        ("battery.capacity_kwh: {max", "batery.capacity_kwh: {max", 8, "battery"),
        ("capex_cny_per_unit: 1200", "capex_cny_per_unit: -1", 11, "capex_cny_per_unit"),
        ("discount_rate: 0.07", "discount_rat: 0.07", 12, "discount_rate"),
    ],
)
def test_a_text_is_judged_at_once_with_its_line(engineer: TestClient, old: str, new: str, line: int, said: str) -> None:
    answer = post(engineer, study=STUDY.replace(old, new, 1))
    assert pointers(answer)[0] == "/study"
    fault = answer.json()["errors"][0]
    assert fault["line"] == line
    assert said in fault["detail"] + fault["expected"] + fault["remedy"]
    assert "/tmp" not in answer.text


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"economics/discount_rat": 0.05}, "/set/economics~1discount_rat"),
        ({"sizes/battery.capacity_kwh/max": -1}, "/set/sizes~1battery.capacity_kwh~1max"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(engineer: TestClient, changes: dict[str, Any], pointer: str) -> None:
    assert pointers(post(engineer, set=changes)) == [pointer]


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"resolution": "typical:0"}, "/resolution"),
        ({"resolution": "hourly"}, "/resolution"),
        ({"points": 1}, "/points"),
        ({"groups": ["everything"]}, "/groups/0"),
        ({"time_limit_s": 1}, "/time_limit_s"),
        ({"years": 0}, "/years"),
        ({"colour": "red"}, "/colour"),
        ({"study": "no_such_study"}, "/study"),
        ({"files": {"../x.csv": ""}}, "/files"),
        ({"files": {"site.yaml": "name: other"}}, "/files"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(
    engineer: TestClient, asked: dict[str, Any], pointer: str
) -> None:
    assert pointers(post(engineer, **asked)) == [pointer]


def test_files_of_a_study_travel_with_it(engineer: TestClient) -> None:
    text = STUDY.replace("weather: climatology", "weather: climatology\ncolumns: prices.csv")
    assert pointers(post(engineer, study=text)) == ["/files"], "it is not there"
    answer = post(engineer, study=text, files={"prices.csv": "time,import_cny_per_kwh\n2026-06-15T00:00:00+08:00,1\n"})
    assert answer.status_code == 202, answer.text
    assert list(answer.json()["request"]["files"]) == ["prices.csv"]


def test_a_study_asked_for_before_is_known_by_its_name(engineer: TestClient) -> None:
    path = "/api/v1/sites/demo/studies"
    own = [choice for choice in engineer.get(path).json() if choice["own"]]
    assert post(engineer).status_code == 202
    newest = STUDY.replace("points: 3", "points: 4")
    assert post(engineer, study=newest).status_code == 202
    found = engineer.get(path).json()
    assert len(found) == len(own) + 1, "a name is there once"
    choice = next(each for each in found if each["name"] == "two_days")
    assert (choice["text"], choice["points"], choice["years"], choice["own"]) == (newest, 4, 10, False)
    assert choice["economics"]["economics/discount_rate"] == 0.07
    assert post(engineer, study="two_days").json()["request"]["study"] == newest


def test_a_park_without_a_study_of_its_own_says_so(engineer: TestClient) -> None:
    answer = engineer.post(STUDIES, json={"site": "coal_mine"})
    assert pointers(answer) == ["/study"]
    assert "no study of its own" in answer.text


def test_rows_are_read_while_the_study_runs(store: Store, engineer: TestClient) -> None:
    id = studies.submit(store)
    held = studies.begin(store)
    path = f"{STUDIES}/{id}/rows"
    assert engineer.get(path).json() == {"study": id, "items": [], "last": 0}
    studies.tell(store, held, row(0), failed_row(5))
    first = engineer.get(path).json()
    assert [r["name"] for r in first["items"]] == ["front_0", "front_5"]
    assert first["items"][0]["sizes"] == row(0)["sizes"]
    assert first["items"][1]["reason"]["en"] == "The cap of 10 t cannot be met."
    studies.tell(store, held, row(0), row(1))
    later = engineer.get(path, params={"after": first["last"]}).json()
    assert [(r["seq"], r["name"]) for r in later["items"]] == [(3, "front_1")], "what is known does not come again"
    assert engineer.get(path, params={"after": 3}).json()["last"] == 3
    assert [r["seq"] for r in engineer.get(path, params={"limit": 2}).json()["items"]] == [1, 2]
    told = engineer.get(f"{STUDIES}/{id}").json()
    assert (told["state"], told["rows"], told["progress"]["total"]) == ("running", 3, 6)


def test_a_listener_that_comes_late_hears_every_row(store: Store, engineer: TestClient) -> None:
    studies.submit(store)
    held = studies.begin(store)
    studies.tell(store, held, row(0), row(1))
    studies.finish(store, held)
    text = engineer.get(f"/api/v1/jobs/{held.id}/events").text
    rows = [json.loads(line[5:]) for line in text.splitlines() if line.startswith("data:") and '"type":"row"' in line]
    assert [r["data"]["name"] for r in rows] == ["front_0", "front_1"]
    again = engineer.get(f"/api/v1/jobs/{held.id}/events", headers={"Last-Event-ID": str(rows[0]["seq"])}).text
    assert '"name":"front_1"' in again
    assert '"name":"front_0"' not in again


def test_a_study_is_read_as_summary_whole_workbook_and_page(store: Store, engineer: TestClient) -> None:
    id = studies.keep(store, made=studies.whole())
    study = engineer.get(f"{STUDIES}/{id}").json()
    assert study["state"] == "succeeded"
    assert study["figures"]["annual_cost_cny"] == pytest.approx(studies.whole()["design"]["money"]["annual_cost_cny"])
    assert "series" not in study["design"], "what is large stays in study.json"
    assert study["design"]["sizes"].keys() == studies.whole()["design"]["sizes"].keys()
    assert study["compared"] == json.loads(json.dumps(studies.whole()["compared"]))
    whole = engineer.get(study["links"]["study.json"])
    assert whole.json()["kind"] == "study"
    assert whole.headers["etag"].strip('"').removesuffix("-gzip") == study["digest"]
    assert (
        engineer.get(study["links"]["study.json"], headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    )
    report = engineer.get(study["links"]["report"], params={"lang": "en"})
    assert report.headers["content-type"] == "text/html; charset=utf-8"
    assert report.headers["content-language"] == "en"
    assert "<!DOCTYPE html>" in report.text
    book = engineer.get(study["links"]["workbook"])
    assert book.content[:2] == b"PK"
    assert 'filename="demo-two_days.xlsx"' in book.headers["content-disposition"]


@pytest.mark.parametrize("part", ["study.json", "workbook", "report"])
def test_what_has_not_succeeded_has_no_result(store: Store, engineer: TestClient, part: str) -> None:
    id = studies.submit(store)
    answer = engineer.get(f"{STUDIES}/{id}/{part}")
    assert answer.status_code == 409
    assert "queued" in answer.json()["detail"]


def test_lists_hold_what_runs_and_what_has_ended(store: Store, engineer: TestClient) -> None:
    done = studies.keep(store)
    waiting = studies.submit(store)
    found = engineer.get(STUDIES, params={"site": "demo"}).json()["items"]
    assert [(s["id"], s["state"]) for s in found] == [(waiting, "queued"), (done, "succeeded")]
    assert [s["id"] for s in engineer.get(STUDIES, params={"state": "succeeded"}).json()["items"]] == [done]
    first = engineer.get(STUDIES, params={"limit": 1}).json()
    assert [s["id"] for s in engineer.get(STUDIES, params={"cursor": first["next_cursor"]}).json()["items"]] == [done]
    assert engineer.get(STUDIES, params={"site": "qingdao"}).json()["items"] == []


def test_a_study_is_cancelled_by_its_job(store: Store, engineer: TestClient) -> None:
    id = studies.submit(store)
    assert engineer.delete(f"/api/v1/jobs/{id}").json()["state"] == "cancelled"
    assert engineer.get(f"{STUDIES}/{id}").json()["state"] == "cancelled"


def test_rows_and_results_are_the_same_in_both_databases(any_store: Store) -> None:
    id = studies.keep(any_store)
    with any_store.read() as c:
        rows = study_rows.rows(c, id)
        found = records.study(c, id)
    assert found is not None
    assert [r.seq for r in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[5].compared["irr"] == pytest.approx(0.04)
    assert found[0].figures is not None
    assert found[0].figures["truth_gap"] == 0.011


def test_who_has_lost_the_job_keeps_no_row(any_store: Store) -> None:
    """Rows go into the transaction in which the worker proves to hold the job."""
    import threading

    from api.tables import EPOCH
    from api.tables import jobs as table
    from api.work.watch import Lost, Watch

    studies.submit(any_store)
    silent = studies.begin(any_store)
    with any_store.write() as c:
        c.execute(table.update().where(table.c.id == silent.id).values(lease_until=EPOCH))
    studies.begin(any_store)
    watch = Watch(any_store, silent, 60.0, threading.Event())
    watch(("row", row(0)))
    with pytest.raises(Lost):
        watch.flush()
    with any_store.read() as c:
        assert study_rows.rows(c, silent.id) == []
        assert [e for e in jobs.events(c, silent.id) if e.type == "row"] == []
