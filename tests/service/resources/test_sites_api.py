"""Parks over HTTP: read, judged, replaced without losing anyone's change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.records import audit_log, sites
from api.store import Store
from ems.bundle import Bundle, bundle
from ems.columns import input_columns
from ems.inputs import make_inputs
from ems.site_file import read_site, site_names
from tests.service.conftest import ClientOf
from tests.service.resources.kept import plan_text

URL = "/api/v1/sites/demo"


@pytest.fixture
def engineer(client_of: ClientOf) -> TestClient:
    return client_of("engineer")


def yaml_of(client: TestClient) -> str:
    return str(client.get(URL).json()["yaml"])


def test_a_list_has_only_the_sites_of_the_caller(client_of: ClientOf) -> None:
    def names(client: TestClient, **query: Any) -> list[str]:
        return [site["name"] for site in client.get("/api/v1/sites", params=query).json()["items"]]

    assert names(client_of()) == site_names()
    assert names(client_of(sites=["qingdao", "demo"])) == ["demo", "qingdao"]
    assert names(client_of(sites=["qingdao"]), cursor="demo") == ["qingdao"]
    page = client_of().get("/api/v1/sites", params={"limit": 2}).json()
    assert names(client_of(), limit=2, cursor=page["next_cursor"]) == site_names()[2:]


def test_a_site_is_told_with_text_definition_and_provenance(client_of: ClientOf) -> None:
    told = client_of().get(URL).json()
    file = read_site("demo")
    assert told["yaml"] == file.path.read_text(encoding="utf-8")
    assert told["definition"] == file.site.model_dump(mode="json")
    assert sum(told["figures"].values()) == len(file.figures())
    assert set(told["files"]) == {"qingdao/climatology.yaml", "tariffs/shandong-2026.yaml", "factors/grid-cn.yaml"}


@pytest.mark.parametrize("path", ["", "/versions", "/columns", "/series"])
def test_foreign_and_unknown_sites_look_alike(client_of: ClientOf, path: str) -> None:
    foreign = client_of(sites=["qingdao"]).get(URL + path)
    unknown = client_of().get(f"/api/v1/sites/nowhere{path}")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.json()["detail"] == unknown.json()["detail"].replace("nowhere", "demo")


def test_what_the_reader_has_is_not_sent_again(client_of: ClientOf) -> None:
    client = client_of()
    first = client.get(URL)
    assert first.headers["content-encoding"] == "gzip"
    again = client.get(URL, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get(URL, headers={"Accept-Encoding": "identity", "If-None-Match": '"something-else"'})
    assert "content-encoding" not in plain.headers
    assert plain.json() == first.json()
    assert plain.headers["etag"] != first.headers["etag"]  # other bytes


def test_a_site_is_replaced_by_who_knows_its_version(engineer: TestClient, store: Store) -> None:
    before = engineer.get(URL).json()
    text = before["yaml"].replace("capacity_kwp: 600", "capacity_kwp: 700")
    body = {"yaml": text, "comment": "more roof"}
    assert engineer.put(URL, json=body).status_code == 428
    done = engineer.put(URL, json=body, headers={"If-Match": f'"{before["tag"]}"'})
    assert done.status_code == 200
    assert done.json() | {"updated_at": "", "tag": ""} == {
        **before,
        "yaml": text,
        "version": 2,
        "comment": "more roof",
        "updated_at": "",
        "updated_by": done.json()["updated_by"],
        "tag": "",
        "definition": done.json()["definition"],
    }
    assert done.json()["definition"]["components"][0]["capacity_kwp"] == 700
    stale = engineer.put(URL, json={"yaml": text + "\n# mine"}, headers={"If-Match": f'"{before["tag"]}"'})
    assert stale.status_code == 412
    assert engineer.get(URL).headers["etag"].startswith(done.headers["etag"].rstrip('"'))
    assert engineer.get(URL, params={"version": 1}).json() == before
    assert engineer.get(URL, params={"version": 3}).status_code == 404
    versions = engineer.get(f"{URL}/versions", params={"limit": 1}).json()
    assert [v["comment"] for v in versions["items"]] == ["more roof"]
    older = engineer.get(f"{URL}/versions", params={"cursor": versions["next_cursor"]}).json()
    assert [v["version"] for v in older["items"]] == [1]
    with store.read() as c:
        entry = audit_log.entries(c, None, action="site.replace")[0]
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["version"], entry.after["version"], entry.site) == (1, 2, "demo")
    assert entry.request == done.headers["x-request-id"]


def test_a_site_is_created_where_there_is_none(engineer: TestClient, store: Store) -> None:
    text = yaml_of(engineer)
    new = text.replace("name: demo", "name: north")
    assert engineer.put(URL, json={"yaml": text}, headers={"If-None-Match": "*"}).status_code == 412
    assert engineer.put("/api/v1/sites/north", json={"yaml": new}, headers={"If-Match": '"1"'}).status_code == 412
    made = engineer.put("/api/v1/sites/north", json={"yaml": new}, headers={"If-None-Match": "*"})
    assert (made.status_code, made.json()["version"], made.headers["location"]) == (201, 1, "/api/v1/sites/north")
    with store.read() as c:
        assert audit_log.entries(c, None, action="site.create")[0].before is None
    body = {"site": "north", "day": "2026-06-15", "weather": "climatology"}
    assert engineer.post("/api/v1/plans", json=body).status_code == 202


def test_files_that_come_along_are_kept_with_the_site(engineer: TestClient) -> None:
    tariff = (read_site("demo").folder.parent / "tariffs/shandong-2026.yaml").read_text(encoding="utf-8")
    text = yaml_of(engineer).replace("../tariffs/shandong-2026.yaml", "tariff.yaml")
    tag = {"If-Match": engineer.get(URL).headers["etag"]}
    lost = engineer.put(URL, json={"yaml": text}, headers=tag)
    assert (lost.status_code, lost.json()["errors"][0]["pointer"]) == (422, "/tariff/file")
    made = engineer.put(URL, json={"yaml": text, "files": {"demo/tariff.yaml": tariff}}, headers=tag)
    assert made.status_code == 200, made.text
    assert "demo/tariff.yaml" in made.json()["files"]
    # and the next version need not bring it again
    again = engineer.put(URL, json={"yaml": text + "\n# x\n"}, headers={"If-Match": made.headers["etag"]})
    assert (again.status_code, again.json()["files"]) == (200, made.json()["files"])


def test_every_fault_is_told_with_its_place_and_nothing_is_kept(engineer: TestClient) -> None:
    text = yaml_of(engineer)
    broken = text.replace("capacity_kwp: 600", "capacity_kwp: -600").replace("power_kw: 200", "powr_kw: 200")
    verdict = engineer.post(f"{URL}/validate", json={"yaml": broken}).json()
    assert not verdict["valid"]
    faults = {fault["pointer"]: fault for fault in verdict["faults"]}
    line = 1 + broken.splitlines().index(next(x for x in broken.splitlines() if "kind: pv" in x))
    assert faults["/components/0/capacity_kwp"]["line"] == line
    assert "power_kw" in faults["/components/3/powr_kw"]["remedy"]
    refused = engineer.put(URL, json={"yaml": broken}, headers={"If-Match": engineer.get(URL).headers["etag"]})
    assert refused.status_code == 422
    assert refused.json()["errors"] == verdict["faults"]
    assert engineer.get(URL).json()["version"] == 1
    assert "/tmp" not in refused.text  # where it was looked at is no business of the reader's


def test_a_valid_site_is_told_with_its_assumptions(engineer: TestClient) -> None:
    verdict = engineer.post(f"{URL}/validate", json={"yaml": yaml_of(engineer)}).json()
    assert (verdict["valid"], verdict["faults"]) == (True, [])
    assert len(verdict["assumptions"]) == verdict["figures"]["assumption"]


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("[]", ""),
        ("a: [", ""),
        ("name: other\n", "/name"),
        ("name: demo\ntariff: {file: /etc/passwd, voltage: x}\n", "/tariff/file"),
        ("name: demo\ntariff: {file: ../../../etc/passwd, voltage: x}\n", "/tariff/file"),
    ],
)
def test_texts_that_are_no_site_are_refused_where_they_are_wrong(engineer: TestClient, text: str, pointer: str) -> None:
    verdict = engineer.post(f"{URL}/validate", json={"yaml": text}).json()
    assert verdict["faults"][0]["pointer"] == pointer
    assert "root:" not in str(verdict)


def test_columns_are_described_as_in_the_plan(client_of: ClientOf) -> None:
    import json

    told = client_of().get(f"{URL}/columns").json()
    series = json.loads(plan_text())["series"]
    assert told["series"] == {name: {k: v for k, v in x.items() if k != "values"} for name, x in series.items()}
    assert told["inputs"]["roof.yield_kw_per_kwp"]["unit"] == "kW/kWp"


@pytest.mark.parametrize("name", site_names())
def test_input_columns_are_those_that_the_inputs_have(name: str) -> None:
    from datetime import date

    from ems.given import DERIVED

    file = read_site(name)
    inputs = make_inputs(file, date(2026, 6, 15), step_minutes=60, weather="climatology")
    known = input_columns(file.site)
    replaceable = [str(c) for c in inputs.table if c not in DERIVED]
    assert sorted(known) == sorted(replaceable)


def test_a_library_path_cannot_leave_the_folder_of_the_sites(tmp_path: Path) -> None:
    from api.http.site_checks import packaged

    assert packaged("tariffs/shandong-2026.yaml")
    assert packaged("../pyproject.toml") is None
    assert packaged(str(tmp_path)) is None
    assert packaged("tariffs") is None


def test_a_file_that_this_software_cannot_use_any_more_can_still_be_mended(engineer: TestClient, store: Store) -> None:
    file, b = read_site("demo"), bundle(read_site("demo"))
    text = b.files[b.main]
    broken = Bundle(b.main, dict(b.files) | {b.main: text.replace("capacity_kwp: 600", "capacity_kwp: -600")})
    with store.write() as c:
        sites.add_version(c, file, broken, "an older version", after=1)
    told = engineer.get(URL).json()
    assert [fault["pointer"] for fault in told["faults"]] == ["/components/0/capacity_kwp"]
    assert told["definition"] == {}
    refused = engineer.post("/api/v1/plans", json={"site": "demo"})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/input")
    assert "/tmp" not in refused.text
    mended = engineer.put(URL, json={"yaml": text}, headers={"If-Match": f'"{told["tag"]}"'})
    assert (mended.status_code, mended.json()["faults"]) == (200, [])
