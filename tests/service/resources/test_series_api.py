"""Measurements and forecasts over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.records import audit_log
from api.store import Store
from tests.service.conftest import ClientOf

SERIES = "/api/v1/sites/demo/series"
METER = {"kind": "measurement", "unit": "kW", "resolution": "PT15M"}
START = "2026-11-23T00:00:00+08:00"


@pytest.fixture
def engineer(client_of: ClientOf) -> TestClient:
    return client_of("engineer")


@pytest.fixture
def meter(engineer: TestClient) -> TestClient:
    """A client, and a series called meter."""
    assert engineer.put(f"{SERIES}/meter", json=METER).status_code == 201
    return engineer


def points(**fields: Any) -> dict[str, Any]:
    return {"start": START, "resolution": "PT15M", "unit": "kW", "values": [1.0, None, 3.5]} | fields


def read(client: TestClient, name: str = "meter", end: str = "2026-11-23T01:00:00+08:00", **more: str) -> Any:
    return client.get(f"{SERIES}/{name}/points", params={"from": START, "to": end} | more)


def test_a_series_is_defined_once_and_told(engineer: TestClient, store: Store) -> None:
    made = engineer.put(f"{SERIES}/pv.hall-a_1", json=METER)
    assert made.status_code == 201
    again = engineer.put(f"{SERIES}/pv.hall-a_1", json=METER)
    assert (again.status_code, again.json()) == (200, made.json())
    assert engineer.get(f"{SERIES}/pv.hall-a_1").json() == made.json()
    assert [x["name"] for x in engineer.get(SERIES).json()["items"]] == ["pv.hall-a_1"]
    with store.read() as c:
        assert len(audit_log.entries(c, None, action="series.define")) == 1
    assert engineer.delete(f"{SERIES}/pv.hall-a_1").status_code == 204
    assert engineer.get(f"{SERIES}/pv.hall-a_1").status_code == 404
    assert engineer.delete(f"{SERIES}/pv.hall-a_1").status_code == 404


def test_lists_come_in_pages(engineer: TestClient) -> None:
    for name in ("a", "b", "c"):
        engineer.put(f"{SERIES}/{name}", json=METER)
    page = engineer.get(SERIES, params={"limit": 2}).json()
    assert [x["name"] for x in page["items"]] == ["a", "b"]
    rest = engineer.get(SERIES, params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert ([x["name"] for x in rest["items"]], rest["next_cursor"]) == (["c"], None)


def test_values_come_back_with_their_quality_and_gaps(meter: TestClient) -> None:
    assert meter.post(f"{SERIES}/meter/points", json=points()).json() == {"points": 3}
    told = read(meter).json()
    assert told == {
        "name": "meter",
        "start": "2026-11-22T16:00:00Z",
        "resolution": "PT15M",
        "unit": "kW",
        "values": [1.0, None, 3.5, None],
        "quality": ["good", "missing", "good", "missing"],
    }
    assert meter.get(f"{SERIES}/meter").json()["last_time"] == "2026-11-22T16:30:00Z"


def test_the_axis_begins_with_the_first_interval_at_or_after_from(meter: TestClient) -> None:
    meter.post(f"{SERIES}/meter/points", json=points(values=[1.0, 2.0, 3.0]))
    told = meter.get(
        f"{SERIES}/meter/points", params={"from": "2026-11-23T00:10:00+08:00", "to": "2026-11-23T00:30:00.5+08:00"}
    ).json()
    assert (told["start"], told["values"]) == ("2026-11-22T16:15:00Z", [2.0, 3.0])
    none = meter.get(
        f"{SERIES}/meter/points", params={"from": "2026-11-23T00:01:00+08:00", "to": "2026-11-23T00:02:00+08:00"}
    ).json()
    assert none["values"] == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"unit": "MW"}, "/unit"),
        ({"resolution": "PT5M"}, "/resolution"),
        ({"start": "2026-11-23T00:05:00+08:00"}, "/start"),
        ({"start": "2026-11-23T00:00:00"}, "/start"),
        ({"start": 1_700_000_000}, "/start"),
        ({"values": []}, "/values"),
        ({"values": ["1"]}, "/values/0"),
        ({"values": [True]}, "/values/0"),
        ({"quality": ["good"]}, "/quality"),
        ({"quality": ["good", "good", "missing"]}, "/quality/2"),
        ({"quality": ["good", "good", "fine"]}, "/quality/2"),
        ({"issued_at": START}, "/issued_at"),
        ({"more": 1}, "/more"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_is_wrong(meter: TestClient, wrong: dict[str, Any], pointer: str) -> None:
    answer = meter.post(f"{SERIES}/meter/points", json=points(**wrong))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert read(meter).json()["values"] == [None] * 4


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999"])
def test_what_is_no_number_is_refused(meter: TestClient, text: str) -> None:
    body = f'{{"start": "{START}", "resolution": "PT15M", "unit": "kW", "values": [{text}]}}'
    answer = meter.post(f"{SERIES}/meter/points", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)


def test_a_null_is_missing_whatever_its_quality(meter: TestClient) -> None:
    meter.post(f"{SERIES}/meter/points", json=points(quality=["suspect", "good", "estimated"]))
    assert read(meter).json()["quality"][:3] == ["suspect", "missing", "estimated"]


def test_hours_and_minutes_are_the_same_resolution(engineer: TestClient) -> None:
    engineer.put(f"{SERIES}/hourly", json=METER | {"resolution": "PT60M"})
    assert engineer.get(f"{SERIES}/hourly").json()["resolution"] == "PT1H"
    assert engineer.post(f"{SERIES}/hourly/points", json=points(resolution="PT1H")).status_code == 200


def test_a_batch_is_kept_whole_or_not_at_all(meter: TestClient) -> None:
    meter.put(f"{SERIES}/second", json=METER)
    batch = {"series": {"meter": points(), "second": points(unit="MW"), "third": points()}}
    answer = meter.post("/api/v1/sites/demo/points", json=batch)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/series/second/unit", "/series/third"]
    assert read(meter).json()["values"] == [None] * 4
    batch = {"series": {"meter": points(), "second": points(values=[7.0])}}
    assert meter.post("/api/v1/sites/demo/points", json=batch).json() == {"points": 4}
    assert read(meter, "second").json()["values"][0] == 7.0


def test_forecasts_are_kept_by_issue(engineer: TestClient) -> None:
    engineer.put(f"{SERIES}/sky", json=METER | {"kind": "forecast"})
    for hour, value in ((6, 1.0), (9, 2.0)):
        issued = f"2026-11-22T{hour:02}:00:00+08:00"
        body = points(values=[value], issued_at=issued)
        assert engineer.post(f"{SERIES}/sky/points", json=body).status_code == 200
    assert read(engineer, "sky").json()["values"][0] == 2.0
    early = read(engineer, "sky", issued_before="2026-11-22T09:00:00+08:00")
    assert early.json()["values"][0] == 1.0
    assert engineer.post(f"{SERIES}/sky/points", json=points(values=[3.0])).status_code == 200  # issued now
    assert read(engineer, "sky").json()["values"][0] == 3.0


def test_a_forecast_may_replace_an_input_column(engineer: TestClient) -> None:
    def put(name: str, **fields: Any) -> Any:
        body = {"kind": "forecast", "unit": "kW/kWp", "resolution": "PT15M", "column": "roof.yield_kw_per_kwp"}
        return engineer.put(f"{SERIES}/{name}", json=body | fields)

    def pointers(answer: Any) -> list[str]:
        assert answer.status_code == 422
        return [fault["pointer"] for fault in answer.json()["errors"]]

    assert pointers(put("a", column="rof.yield_kw_per_kwp")) == ["/column"]
    assert "did you mean roof" in put("a", column="rof.yield_kw_per_kwp").text
    assert pointers(put("a", unit="kW")) == ["/unit"]
    assert pointers(put("a", kind="measurement")) == ["/column"]
    assert put("a").status_code == 201
    assert put("b").status_code == 409


def test_a_definition_with_points_cannot_be_bent(meter: TestClient) -> None:
    meter.post(f"{SERIES}/meter/points", json=points())
    answer = meter.put(f"{SERIES}/meter", json=METER | {"unit": "MW"})
    assert answer.status_code == 409
    assert "kW" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"from": START}, "#to"),
        ({"from": "2026-11-23T00:00:00", "to": START}, "#from"),
        ({"from": "yesterday", "to": START}, "#from"),
        ({"from": START, "to": START}, "#to"),
        ({"from": START, "to": "2036-11-23T00:00:00+08:00"}, "#to"),
    ],
)
def test_a_time_that_cannot_be_read_is_refused(meter: TestClient, query: dict[str, str], pointer: str) -> None:
    answer = meter.get(f"{SERIES}/meter/points", params=query)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_foreign_sites_and_unknown_series_are_not_there(meter: TestClient, client_of: ClientOf) -> None:
    foreign = client_of("engineer", sites=["qingdao"])
    assert foreign.post(f"{SERIES}/meter/points", json=points()).status_code == 404
    assert foreign.put(f"{SERIES}/meter", json=METER).status_code == 404
    assert foreign.post("/api/v1/sites/demo/points", json={"series": {"meter": points()}}).status_code == 404
    assert meter.post(f"{SERIES}/other/points", json=points()).status_code == 404
    assert meter.get("/api/v1/sites/nowhere/series").status_code == 404
