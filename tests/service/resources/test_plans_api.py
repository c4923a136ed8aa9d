"""Plans and forecasts over HTTP: read in every form, compared, decided about."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from starlette.testclient import TestClient

from api.contract.plans import Plan, Schedule
from api.http import contents, representation
from api.ids import digest
from api.records import audit_log
from api.records.sites import import_packaged
from api.store import Store
from ems.plan_file import to_csv
from tests.service.conftest import ClientOf
from tests.service.resources.kept import (
    DAY,
    changed,
    claim,
    finish,
    forecast_text,
    keep,
    plan_text,
    submit,
    under_scenarios,
)

URL = "/api/v1/plans"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def plan(store: Store) -> str:
    return keep(store)


@pytest.fixture
def viewer(client_of: ClientOf) -> TestClient:
    return client_of()


def test_a_plan_is_told_with_reasons_and_figures(viewer: TestClient, plan: str) -> None:
    answer = viewer.get(f"{URL}/{plan}")
    told, content = answer.json(), json.loads(plan_text())
    Plan.model_validate_json(answer.content)
    assert (told["id"], told["site"], told["day"], told["status"]) == (plan, "demo", DAY, "proposed")
    assert told["digest"] == digest(plan_text().encode())
    for name in ("outcome", "outcome_text", "why", "notes", "kpis", "kpi_text", "wishes", "violations"):
        assert told[name] == content[name]
    assert told["baseline_kpis"] == content["baseline"]["kpis"]
    assert (told["total_cost_cny"], told["changes"]) == (content["kpis"]["total_cost_cny"], None)
    for name, path in told["links"].items():
        if name not in ("approve", "reject"):
            assert viewer.get(path).status_code == 200, name


def test_the_whole_plan_is_what_was_made_to_the_byte(viewer: TestClient, plan: str) -> None:
    url = f"{URL}/{plan}/plan.json"
    packed = viewer.get(url)
    plain = viewer.get(url, headers={"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", plan_text())
    assert "content-encoding" not in plain.headers
    assert plain.text == plan_text()
    assert plain.headers["etag"] == f'"{digest(plan_text().encode())}"'
    assert packed.headers["etag"] != plain.headers["etag"]
    for tag in (plain.headers["etag"], packed.headers["etag"], "W/" + plain.headers["etag"], "*"):
        again = viewer.get(url, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("gzip;q=0", False), ("br", False), ("gzip;q=x", False)],
)
def test_gzip_is_sent_to_who_takes_it(viewer: TestClient, plan: str, accepts: str, packed: bool) -> None:
    answer = viewer.get(f"{URL}/{plan}/schedule", headers={"Accept-Encoding": accepts})
    assert ("content-encoding" in answer.headers) == packed
    assert answer.headers["vary"] == "Accept, Accept-Encoding, Cookie"
    assert Schedule.model_validate_json(answer.content).plan == plan


def test_the_tag_of_a_plan_changes_with_what_is_decided(viewer: TestClient, client_of: ClientOf, plan: str) -> None:
    before = viewer.get(f"{URL}/{plan}").headers["etag"]
    assert viewer.get(f"{URL}/{plan}", headers={"If-None-Match": before}).status_code == 304
    client_of("operator").post(f"{URL}/{plan}/approve", json={})
    after = viewer.get(f"{URL}/{plan}", headers={"If-None-Match": before})
    assert (after.status_code, after.json()["status"]) == (200, "approved")


def test_a_schedule_has_every_series_with_unit_sign_and_meaning(viewer: TestClient, plan: str) -> None:
    told, content = viewer.get(f"{URL}/{plan}/schedule").json(), json.loads(plan_text())
    assert (told["plan"], told["site"], told["timezone"], told["bands"]) == (
        plan,
        "demo",
        content["timezone"],
        content["bands"],
    )
    for name, x in content["series"].items():
        series = {"start": content["start"], "resolution": "PT1H", "unit": x["unit"], "values": x["values"]}
        assert told["series"][name] == series
        assert told["columns"][name] == {k: v for k, v in x.items() if k != "values"}


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ({}, None, "application/json"),
        ({}, "*/*", "application/json"),
        ({}, "text/csv", "text/csv; charset=utf-8"),
        ({}, "text/*", "text/csv; charset=utf-8"),
        ({}, "application/json;q=0.1, text/csv;q=0.9", "text/csv; charset=utf-8"),
        ({}, XLSX, XLSX),
        ({"format": "csv"}, "application/json", "text/csv; charset=utf-8"),
        ({"format": "xlsx"}, "image/png", XLSX),
    ],
)
def test_the_form_is_chosen_by_name_or_by_accept(
    viewer: TestClient, plan: str, query: dict[str, str], accept: str | None, kind: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    answer = viewer.get(f"{URL}/{plan}/schedule", params=query, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


def test_a_form_that_there_is_not_is_refused(viewer: TestClient, plan: str) -> None:
    for accept in ("image/png", "text/csv;q=0", "nonsense"):
        answer = viewer.get(f"{URL}/{plan}/schedule", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    assert viewer.get(f"{URL}/{plan}/schedule", params={"format": "pdf"}).status_code == 422


def test_csv_and_workbook_are_files_with_the_same_numbers(viewer: TestClient, plan: str) -> None:
    content = json.loads(plan_text())
    text = viewer.get(f"{URL}/{plan}/schedule", params={"format": "csv"})
    assert text.text == to_csv(content)
    assert text.headers["content-disposition"] == f'attachment; filename="demo-{DAY}.csv"'
    rows = list(csv.DictReader(io.StringIO(text.text)))
    assert [float(row["grid.import_kw"]) for row in rows] == content["series"]["grid.import_kw"]["values"]
    books = {}
    for lang in ("zh", "en"):
        answer = viewer.get(f"{URL}/{plan}/schedule", params={"format": "xlsx", "lang": lang})
        books[lang] = answer.headers["etag"]
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert sheet.max_row > len(rows)
    assert books["zh"] != books["en"]


def test_an_interval_is_explained(viewer: TestClient, plan: str) -> None:
    content = json.loads(plan_text())
    told = viewer.get(f"{URL}/{plan}/explain", params={"at": f"{DAY}T12:34:00+08:00"}).json()
    assert told["at"] == f"{DAY}T12:00:00+08:00"
    assert told["band"] == content["bands"][12]
    assert told["flows"]["grid.import_kw"] == content["series"]["grid.import_kw"]["values"][12]
    assert told["marginal_values"]["electricity"] == content["marginal_values"]["electricity"]["values"][12]
    assert all(note["zh"] and note["en"] for note in told["sentences"])
    assert told["sentences"]
    whole = viewer.get(f"{URL}/{plan}/explain").json()
    assert (whole["why"], whole["at"], whole["sentences"]) == (content["why"], None, [])
    utc = viewer.get(f"{URL}/{plan}/explain", params={"at": f"{DAY}T04:34:00Z"}).json()
    assert utc == told


@pytest.mark.parametrize(
    "at", ["2026-06-14T23:59:59+08:00", "2026-06-16T00:00:00+08:00", "2026-06-15T12:00:00", "noon"]
)
def test_a_moment_outside_of_the_plan_is_refused(viewer: TestClient, plan: str, at: str) -> None:
    answer = viewer.get(f"{URL}/{plan}/explain", params={"at": at})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#at")


def test_the_report_brings_its_own_policy(viewer: TestClient, plan: str) -> None:
    for lang, word in (("zh", 'lang="zh-CN"'), ("en", 'lang="en"')):
        answer = viewer.get(f"{URL}/{plan}/report", params={"lang": lang})
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src 'unsafe-inline'" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert word in answer.text


def test_two_plans_of_a_day_are_compared(viewer: TestClient, store: Store, plan: str) -> None:
    content = json.loads(plan_text())
    series = content["series"]["grid.import_kw"]
    series["values"] = [v + 10 for v in series["values"]]
    content["kpis"]["total_cost_cny"] += 100
    other = keep(store, content)
    told = viewer.get(f"{URL}/{plan}/difference", params={"to": other}).json()
    assert (told["a"]["id"], told["b"]["id"]) == (plan, other)
    assert told["kpis"]["total_cost_cny"] == pytest.approx(100)
    assert told["series"]["grid.import_kw"]["values"] == pytest.approx([10.0] * 24)
    assert told["sentences"]
    shorter = keep(store, changed(step_minutes=30))
    answer = viewer.get(f"{URL}/{plan}/difference", params={"to": shorter})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#to")


def test_one_plan_of_a_day_is_approved(client_of: ClientOf, store: Store) -> None:
    operator, first, second = client_of("operator"), keep(store), keep(store)
    assert operator.post(f"{URL}/{first}/approve", json={"comment": "fine"}).json()["status"] == "approved"
    done = operator.post(f"{URL}/{second}/approve")  # a comment is not needed
    assert (done.status_code, done.json()["status"], done.json()["decided_by"]) == (200, "approved", _name(operator))
    assert operator.get(f"{URL}/{first}").json()["status"] == "superseded"
    assert [p["id"] for p in operator.get(URL, params={"status": "approved"}).json()["items"]] == [second]
    rejected = operator.post(f"{URL}/{second}/reject", json={"comment": "too dear"}).json()
    assert (rejected["status"], rejected["comment"]) == ("rejected", "too dear")
    with store.read() as c:
        entries = audit_log.entries(c, None, site="demo")[:3]
    noted = [(e.action, e.object, e.before and e.before["status"], e.after and e.after["status"]) for e in entries]
    assert noted == [
        ("plan.rejected", second, "approved", "rejected"),
        ("plan.approved", second, "proposed", "approved"),
        ("plan.approved", first, "proposed", "approved"),
    ]
    assert entries[1].after is not None
    assert entries[1].after["superseded"] == [first]


def test_what_must_not_be_run_is_not_approved(client_of: ClientOf, store: Store) -> None:
    operator = client_of("operator")
    broken = keep(store, changed(outcome="infeasible"))
    made_up = keep(store, changes={"prices": {"import_factor": 2.0}})
    for plan, zh, en in ((broken, "不可行", "infeasible"), (made_up, "假设", "made up")):
        for lang, words in (("zh-CN", zh), ("en", en)):
            answer = operator.post(f"{URL}/{plan}/approve", json={}, headers={"Accept-Language": lang})
            assert answer.status_code == 409
            assert words in answer.json()["detail"]
        assert operator.get(f"{URL}/{plan}").json()["status"] == "proposed"
    with store.read() as c:
        assert audit_log.entries(c, None, site="demo", action="plan.approved") == []
    assert operator.post(f"{URL}/{broken}/reject", json={}).json()["status"] == "rejected"


def test_plans_are_listed_newest_first_and_filtered(viewer: TestClient, store: Store) -> None:
    ids = [keep(store), keep(store, changed(date="2026-06-16")), keep(store)]

    def found(**query: Any) -> list[str]:
        return [p["id"] for p in viewer.get(URL, params=query).json()["items"]]

    assert found() == ids[::-1]
    assert found(day="2026-06-16") == [ids[1]]
    assert found(site="qingdao") == []
    assert found(job=viewer.get(f"{URL}/{ids[0]}").json()["job"]) == [ids[0]]
    page = viewer.get(URL, params={"limit": 2}).json()
    assert found(cursor=page["next_cursor"]) == [ids[0]]


def test_foreign_plans_are_not_there(client_of: ClientOf, store: Store, plan: str) -> None:
    foreign = client_of("operator", sites=["qingdao"])
    for path in ("", "/plan.json", "/schedule", "/explain", "/report", f"/difference?to={plan}"):
        assert foreign.get(f"{URL}/{plan}{path}").status_code == 404
        assert foreign.get(f"{URL}/{plan}{path}", headers={"If-None-Match": "*"}).status_code == 404
    for verb in ("approve", "reject"):
        assert foreign.post(f"{URL}/{plan}/{verb}", json={}).status_code == 404
    assert foreign.get(URL).json()["items"] == []
    unknown = "019a2f3e-7d0c-7b51-9c3a-5f0e8a6b1c2d"
    assert (
        foreign.get(f"{URL}/{unknown}").json()["detail"].replace(unknown, plan)
        == (foreign.get(f"{URL}/{plan}").json()["detail"])
    )


def test_a_forecast_is_told_with_its_series(viewer: TestClient, store: Store) -> None:
    submit(store, "forecast")
    id = finish(store, claim(store))
    answer, content = viewer.get(f"/api/v1/forecasts/{id}"), json.loads(forecast_text())
    told = answer.json()
    assert (told["day"], told["timezone"], told["weather"]) == (DAY, "Asia/Shanghai", content["weather"])
    price = told["series"]["import_cny_per_kwh"]
    assert (price["unit"], price["resolution"]) == ("CNY/kWh", "PT1H")
    assert price["values"] == content["inputs"]["import_cny_per_kwh"]["values"]
    assert [x["id"] for x in viewer.get("/api/v1/forecasts").json()["items"]] == [id]
    assert viewer.get(f"/api/v1/forecasts/{id}", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert viewer.get(f"{URL}/{id}").status_code == 404  # a forecast is no plan


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"risk_weight": 1.0}, "/risk_weight"),
        ({"scenarios": 21}, "/scenarios"),
        ({"scenarios": 2.5}, "/scenarios"),
        ({"scenarios": 3, "risk_weight": -1}, "/risk_weight"),
    ],
)
def test_scenarios_that_make_no_sense_are_refused(
    client_of: ClientOf, store: Store, asked: dict[str, Any], pointer: str
) -> None:
    import_packaged(store)
    answer = client_of("operator").post(URL, json={"site": "demo", **asked})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


def test_a_plan_tells_what_its_scenarios_cost_and_are_worth(viewer: TestClient, store: Store) -> None:
    usual = keep(store)
    assert viewer.get(f"{URL}/{usual}").json()["stochastic"] is None
    submit(store)
    id = finish(store, claim(store), under_scenarios())
    told, kept = viewer.get(f"{URL}/{id}").json()["stochastic"], under_scenarios()["stochastic"]
    assert (told["risk_weight"], told["risk_alpha"]) == (0.5, 0.9)
    assert (told["vss_cny"], told["evpi_cny"]) == (kept["value"]["stochastic_cny"], kept["value"]["information_cny"])
    assert sum(s["weight"] for s in told["scenarios"]) == pytest.approx(1)
    expected = sum(s["weight"] * s["total_cny"] for s in told["scenarios"])
    assert told["expected_cny"] == pytest.approx(expected)
    assert told["cvar_cny"] >= expected


def test_a_re_plan_is_a_job_of_today_that_knows_which_series_tell_the_state(client_of: ClientOf, store: Store) -> None:
    import_packaged(store)
    answer = client_of("operator").post("/api/v1/replans", json={"site": "qingdao"})
    assert answer.status_code == 202
    job = answer.json()
    assert job["kind"] == "plan"
    assert job["request"]["day"] == datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    assert {"battery.level_kwh", "tank.level_kg", "pv_offices.power_kw"} <= set(job["request"]["live"]["names"])
    assert job["request"]["live"]["imports"] == ["grid.import_kw"]


def test_a_forecast_tells_its_quantiles_by_column(viewer: TestClient, store: Store) -> None:
    submit(store, "forecast")
    id = finish(store, claim(store))
    told, kept = viewer.get(f"/api/v1/forecasts/{id}").json()["uncertainty"], json.loads(forecast_text())["uncertainty"]
    assert told["issued_at"] == kept["issued_at"]
    assert told["history"] is None
    roof = told["columns"]["roof.yield_kw_per_kwp"]
    assert list(roof["quantiles"]) == [f"q{level:02d}" for level in range(5, 100, 5)]
    assert roof["quantiles"]["q90"]["values"] == kept["series"]["roof.yield_kw_per_kwp"]["quantiles"]["q90"]
    assert roof["quantiles"]["q90"]["unit"] == "kW/kWp"
    assert (roof["model"], roof["source"], roof["coverage_80"]) == ("assumed", "assumed", None)
    for low, mean, high in zip(
        roof["quantiles"]["q10"]["values"], roof["mean"]["values"], roof["quantiles"]["q90"]["values"], strict=True
    ):
        assert 0 <= low <= high
        assert (low < mean < high) == (mean > 0)


def test_what_was_known_at_a_moment_can_be_asked_for(viewer: TestClient, store: Store) -> None:
    made = []
    for day in (DAY, DAY, "2026-06-16"):
        submit(store, "forecast", day=day)
        made.append(finish(store, claim(store)))
    path = "/api/v1/sites/demo/forecasts"

    def known(**asked: str) -> list[str]:
        return [x["id"] for x in viewer.get(path, params=asked).json()["items"]]

    times = {x["id"]: x["created_at"] for x in viewer.get(path).json()["items"]}
    assert known() == made[::-1]
    assert known(as_of=times[made[1]]) == [made[1], made[0]], "what was made at that very moment was known"
    assert known(as_of=times[made[2]], day=DAY) == [made[1], made[0]]
    assert known(as_of="2026-01-01T00:00:00+08:00") == []
    assert viewer.get(path, params={"as_of": "2026-01-01T00:00:00"}).status_code == 422
    assert viewer.get("/api/v1/sites/nowhere/forecasts").status_code == 404


def test_what_was_read_once_is_not_unpacked_again(
    viewer: TestClient, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ["", "/plan.json", "/schedule", "/schedule?format=csv", "/report"]
    first = {path: viewer.get(f"{URL}/{plan}{path}").content for path in paths}
    for module in (contents, representation):
        monkeypatch.setattr(module, "gzip", None)  # whoever needs it now falls
    monkeypatch.setattr(contents, "json", None)
    assert {path: viewer.get(f"{URL}/{plan}{path}").content for path in paths} == first


def test_the_memory_of_contents_is_bounded_and_forgets_what_was_not_used() -> None:
    kept = contents.Contents(None, most_bytes=100)  # type: ignore[arg-type]  # nothing is read
    made: list[str] = []

    def get(key: str, size: int = 40) -> str:
        return kept.kept(key, lambda: made.append(key) or key, lambda _: size)  # type: ignore[func-returns-value]

    assert [get(key) for key in "abab"] == list("abab")
    assert made == ["a", "b"]
    get("c")  # a goes, b was used later
    get("b")
    get("a")
    assert made == ["a", "b", "c", "a"]
    get("whale", 1000)  # alone it stays, however large
    get("whale", 1000)
    assert made == ["a", "b", "c", "a", "whale"]


def _name(client: TestClient) -> str:
    return str(client.get("/api/v1/me").json()["name"])


def test_two_plans_of_the_same_content_are_not_taken_for_one_another(viewer: TestClient, store: Store) -> None:
    ids = [keep(store), keep(store)]
    for path in ("", "/schedule"):
        answers = [viewer.get(f"{URL}/{id}{path}") for id in ids]
        assert [a.json()["id" if path == "" else "plan"] for a in answers] == ids
        assert answers[0].headers["etag"] != answers[1].headers["etag"]
