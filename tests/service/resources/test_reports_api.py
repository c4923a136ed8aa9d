"""Emission reports over HTTP: judged at once, made of the service's own plans or measurements, read and verified."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import jobs
from api.contract.series import SeriesDefinition
from api.records import plans, series
from api.store import Store
from forecasting.horizon import days_index
from tests.service import reports
from tests.service.conftest import ClientOf
from tests.service.reports import DAYS

REPORTS = "/api/v1/reports"
ZIP = {"Content-Type": "application/zip"}


@pytest.fixture
def engineer(client_of: ClientOf) -> TestClient:
    return client_of("engineer")


def post(client: TestClient, key: str | None = None, **asked: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(REPORTS, json={"site": "demo", "from": DAYS[0], "to": DAYS[1]} | asked, headers=headers)


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [fault["pointer"] for fault in answer.json()["errors"]]


def test_asking_gives_a_job_and_a_report_of_the_same_id_that_names_its_plans(
    store: Store, engineer: TestClient
) -> None:
    ids = reports.keep_days(store)
    answer = post(engineer, label="June", baseline="rule_based")
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert (job["state"], job["kind"]) == ("queued", "report")
    assert job["request"]["plans"] == dict(zip(DAYS, ids, strict=True))
    report = engineer.get(f"{REPORTS}/{job['id']}").json()
    assert (report["from"], report["to"], report["label"], report["state"]) == (*DAYS, "June", "queued")
    assert (report["figures"], report["digest"], report["inventory"]) == (None, None, None)
    assert set(report["links"]) == {"self", "job"}
    assert engineer.get(f"{REPORTS}/{job['id']}/report.json").status_code == 409


def test_the_same_key_gives_the_same_report(store: Store, engineer: TestClient) -> None:
    reports.keep_days(store)
    first = post(engineer, "key")
    reports.keep_plan(store, DAYS[0])  # a newer plan makes no other request of it
    again = post(engineer, "key")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert pointers(post(engineer, "key", label="other")) == ["#Idempotency-Key"]


def test_a_report_is_read_as_summary_whole_page_workbook_and_evidence(store: Store, engineer: TestClient) -> None:
    reports.keep_days(store)
    id = reports.keep(store, baseline="rule_based")
    report = engineer.get(f"{REPORTS}/{id}").json()
    assert (report["state"], report["baseline"], report["coverage"], report["gaps"]) == (
        "succeeded", "rule_based", 1.0, []
    )  # fmt: skip
    content = engineer.get(report["links"]["report.json"])
    whole = content.json()
    assert report["figures"]["location_kg"] == whole["inventory"]["location"]["total_kg"]
    assert report["figures"]["avoided_location_kg"] == whole["avoided"]["rule_based"]["location"]["total_kg"]
    tag = content.headers["etag"]
    assert tag.strip('"').removesuffix("-gzip") == report["digest"] == sha256(content.content).hexdigest()
    for part in ("report.json", "report", "workbook", "evidence"):
        answer = engineer.get(report["links"][part])
        assert answer.status_code == 200, part
        again = engineer.get(report["links"][part], headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304, part
    page = engineer.get(report["links"]["report"], params={"lang": "en"})
    assert page.headers["content-language"] == "en"
    assert page.text.startswith("<!DOCTYPE html>")
    assert engineer.get(report["links"]["workbook"]).content[:2] == b"PK"


def test_the_factor_of_the_grid_times_its_import_is_its_emission(store: Store, engineer: TestClient) -> None:
    """By hand: the energy that both plans import, times the announced factor."""
    ids = reports.keep_days(store)
    imported = 0.0
    for id in ids:
        plan = engineer.get(f"/api/v1/plans/{id}/plan.json").json()
        imported += sum(plan["series"]["grid.import_kw"]["values"]) * plan["step_minutes"] / 60
    factor = engineer.get("/api/v1/factors/mee-nbs-2025-47.cn-sd.average").json()
    whole = engineer.get(f"{REPORTS}/{reports.keep(store)}/report.json").json()
    lines = [x for x in whole["lines"] if x["meter"] == "grid.import_kwh" and x["factor_id"] == factor["id"]]
    assert len(lines) == 1
    assert lines[0]["kg"] == pytest.approx(imported * factor["value"], rel=1e-9)


def test_days_without_a_plan_are_gaps_and_are_told(store: Store, engineer: TestClient) -> None:
    reports.keep_days(store)
    report = engineer.get(f"{REPORTS}/{reports.keep(store, to='2026-06-17')}").json()
    [gap] = report["gaps"]
    assert (gap["meter"], gap["hours"], gap["why"]["en"]) == ("", 24, "no plan covers these hours")
    assert gap["start"].startswith("2026-06-17T00:00:00")
    assert report["coverage"] == pytest.approx(2 / 3)


def test_the_approved_plan_stands_for_a_day_else_the_newest_released_one(store: Store, engineer: TestClient) -> None:
    first, _ = reports.keep_days(store)
    newer = reports.keep_plan(store, DAYS[0])
    broken = reports.keep_plan(store, DAYS[0], outcome="infeasible")
    reports.keep_plan(store, DAYS[0], changes={"prices": {"import_factor": 2.0}})
    assert post(engineer).json()["request"]["plans"][DAYS[0]] == newer
    with store.write() as c:
        plans.decide(c, first, "approved", "operator", "")
    assert post(engineer).json()["request"]["plans"][DAYS[0]] == first
    with store.write() as c:
        for id in (first, newer):
            plans.decide(c, id, "rejected", "operator", "")
    assert post(engineer).json()["request"]["plans"][DAYS[0]] == broken, "its hours are told as not released"
    report = engineer.get(f"{REPORTS}/{reports.keep(store)}").json()
    assert [gap["why"]["en"] for gap in report["gaps"]] == ["the plan of the day was not released"]


@pytest.mark.parametrize(
    ("asked", "pointer", "said"),
    [
        ({"to": "2026-06-14"}, "/to", "lies before"),
        ({"to": "2027-07-01"}, "/to", "longer than 366 days"),
        ({"from": "2026-02-30"}, "/from", "no day of the calendar"),
        ({"from": "2025-06-01", "to": "2025-06-02"}, "/from", "there is no plan"),
        ({"baseline": "grid_onli"}, "/baseline", "grid_only"),
        ({"source": "measured", "baseline": "rule_based"}, "/baseline", "grid_only"),
        ({"source": "guessed"}, "/source", ""),
        ({"colour": "red"}, "/colour", ""),
        ({"accounting": "name: demo"}, "/accounting", "title"),
        ({"files": {"../x.csv": ""}}, "/files", "plain name"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(
    store: Store, engineer: TestClient, asked: dict[str, Any], pointer: str, said: str
) -> None:
    reports.keep_days(store)
    answer = post(engineer, **asked)
    assert pointers(answer) == [pointer]
    assert said in answer.text
    assert "/tmp" not in answer.text
    with store.read() as c:
        assert jobs.jobs(c, sites=None, kind="report") == []


def test_a_park_without_accounting_says_so(engineer: TestClient) -> None:
    answer = post(engineer, site="coal_mine")
    assert pointers(answer) == ["/accounting"]
    assert "no accounting of its own" in answer.text


def test_foreign_parks_look_as_if_they_did_not_exist(store: Store, client_of: ClientOf) -> None:
    reports.keep_days(store)
    id = reports.keep(store)
    stranger = client_of("engineer", ["qingdao"])
    assert post(stranger).status_code == 404
    for part in ("", "/report.json", "/report", "/workbook", "/pdf", "/evidence"):
        assert stranger.get(f"{REPORTS}/{id}{part}").status_code == 404, part
    assert stranger.get(REPORTS).json()["items"] == []
    assert post(client_of("viewer")).status_code == 403


def test_evidence_holds_and_a_tampered_bundle_is_found(store: Store, engineer: TestClient) -> None:
    reports.keep_days(store)
    id = reports.keep(store)
    bundle = engineer.get(f"{REPORTS}/{id}/evidence").content
    found = engineer.post(f"{REPORTS}/verify", content=bundle, headers=ZIP)
    assert found.status_code == 200, found.text
    assert (found.json()["holds"], found.json()["findings"], found.json()["site"]) == (True, [], "demo")
    assert found.json()["figures"] > 1000
    changed = with_another_total(bundle)
    told = engineer.post(f"{REPORTS}/verify", content=changed, headers=ZIP).json()
    assert told["holds"] is False
    assert {"inventory.location.total_kg"} <= {finding["figure"] for finding in told["findings"]}
    refused = engineer.post(f"{REPORTS}/verify", content=b"no zip", headers=ZIP)
    assert refused.status_code == 422
    assert "evidence bundle" in refused.text
    large = engineer.post(f"{REPORTS}/verify", content=bytes(16_000_001), headers=ZIP)
    assert large.status_code == 413


def with_another_total(bundle: bytes) -> bytes:
    """The bundle with one kilogram less in its total, and the digest of the report set right."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as z:
        parts = {name: z.read(name) for name in z.namelist()}
    report = json.loads(parts["report.json"])
    report["inventory"]["location"]["total_kg"] -= 1.0
    parts["report.json"] = json.dumps(report, ensure_ascii=False).encode()
    manifest = json.loads(parts["manifest.json"])
    manifest["sha256"]["report.json"] = sha256(parts["report.json"]).hexdigest()
    parts["manifest.json"] = json.dumps(manifest).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, content in parts.items():
            z.writestr(name, content)
    return out.getvalue()


def test_measurements_are_a_source_and_hours_that_were_not_read_are_gaps(store: Store, engineer: TestClient) -> None:
    """Meters that read what was planned give what the plans give, but for the hour of which one has read nothing."""
    keep_measurements(store)
    id = reports.keep(store, source="measured")
    whole = engineer.get(f"{REPORTS}/{id}/report.json").json()
    planned = [json.loads(reports.plan_texts()[day])["series"]["grid.import_kw"]["values"] for day in DAYS]
    bought = [x for x in whole["lines"] if x["meter"] == "grid.import_kwh" and x["factor_id"].endswith("average")]
    assert [x["activity"] for x in bought] == [pytest.approx(sum(planned[0][1:]) + sum(planned[1]))]
    assert [(g["meter"], g["hours"]) for g in whole["gaps"]] == [("grid.import_kwh", 1)]
    assert "rule_based" not in whole["baselines"]


def keep_measurements(store: Store) -> None:
    """Every rate of the plans as if it had been measured; of the first hour of the import nothing was."""
    with store.write() as c:
        for day in DAYS:
            for name, column in json.loads(reports.plan_texts()[day])["series"].items():
                if not name.endswith(("_kw", "_kg_per_h")):
                    continue
                unit = "kW" if name.endswith("_kw") else "kg/h"
                definition = SeriesDefinition(kind="measurement", unit=unit, resolution="PT1H")
                row, _ = series.define(c, "demo", name, definition, 3600)
                values: list[float | None] = [max(v, 0.0) for v in column["values"]]
                if day == DAYS[0] and name == "grid.import_kw":
                    values[0] = None
                quality = ["missing" if v is None else "good" for v in values]
                start = days_index(_day(day), _day(day), "Asia/Shanghai", 60)[0].to_pydatetime()
                series.add(c, [series.Chunk(row, start, series.MEASURED, values, quality)])


def _day(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)


def test_without_measurements_the_job_says_what_is_missing(store: Store) -> None:
    from forecasting.errors import InputError

    reports.submit(store, source="measured")
    held = reports.begin(store)
    with pytest.raises(InputError, match="measurements of 2026-06-15 to 2026-06-16"):
        reports.finish(store, held)


def test_lists_hold_what_waits_and_what_has_ended(store: Store, engineer: TestClient) -> None:
    reports.keep_days(store)
    done = reports.keep(store)
    waiting = reports.submit(store)
    found = engineer.get(REPORTS, params={"site": "demo"}).json()["items"]
    assert [(r["id"], r["state"]) for r in found] == [(waiting, "queued"), (done, "succeeded")]
    assert [r["id"] for r in engineer.get(REPORTS, params={"state": "succeeded"}).json()["items"]] == [done]
    first = engineer.get(REPORTS, params={"limit": 1}).json()
    assert [r["id"] for r in engineer.get(REPORTS, params={"cursor": first["next_cursor"]}).json()["items"]] == [done]


def test_figures_are_the_same_in_both_databases(any_store: Store) -> None:
    from api.records import reports as records

    reports.keep_days(any_store)
    id = reports.keep(any_store)
    with any_store.read() as c:
        found = records.report(c, id)
        bundle = records.bundle(c, id)
    assert found is not None
    assert found[0].figures is not None
    assert found[0].figures["coverage"] == 1.0
    assert bundle is not None
    assert bundle[:2] == b"PK"


def test_factors_tell_their_announcement_and_which_is_newer(engineer: TestClient) -> None:
    known = {f["id"]: f for f in engineer.get("/api/v1/factors").json()}
    assert len(known) > 20
    factor = known["mee-nbs-2025-47.cn-sd.average"]
    assert factor["announcement"]
    assert factor["issuer"]
    assert factor["status"] == "sourced"
    assert {f["newest"] for f in known.values()} <= set(known)
    assert engineer.get(f"/api/v1/factors/{factor['id']}").json() == factor
    assert engineer.get("/api/v1/factors/nothing").status_code == 404


INVENTORIES = "/api/v1/inventories"


def test_an_inventory_is_checked_kept_and_read(engineer: TestClient, client_of: ClientOf) -> None:
    text = reports.INVENTORY.read_text(encoding="utf-8")
    answer = engineer.post(INVENTORIES, json={"site": "demo", "inventory": text, "label": "first"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"{INVENTORIES}/{made['id']}"
    assert len(made["findings"]) == sum(made["counts"].values()) > 0
    assert engineer.get(answer.headers["location"]).json() == made
    whole = engineer.get(made["links"]["inventory.json"])
    assert whole.headers["etag"].strip('"').removesuffix("-gzip") == made["digest"]
    assert whole.json()["kind"] == "inventory"
    assert engineer.get(made["links"]["report"]).text.startswith("<!DOCTYPE html>")
    assert engineer.get(made["links"]["workbook"]).content[:2] == b"PK"
    listed = engineer.get(INVENTORIES, params={"name": made["name"]}).json()["items"]
    assert [each["id"] for each in listed] == [made["id"]]
    stranger = client_of("engineer", ["qingdao"])
    assert stranger.get(answer.headers["location"]).status_code == 404
    assert stranger.get(INVENTORIES).json()["items"] == []


def test_an_inventory_that_cannot_be_read_is_refused_with_its_line(engineer: TestClient) -> None:
    text = reports.INVENTORY.read_text(encoding="utf-8").replace("consolidation:", "consolidatoin:", 1)
    answer = engineer.post(INVENTORIES, json={"site": "demo", "inventory": text})
    assert pointers(answer) == ["/inventory"]
    assert answer.json()["errors"][0]["line"] > 1
    assert engineer.get(INVENTORIES).json()["items"] == []
