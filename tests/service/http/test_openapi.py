"""The OpenAPI document says what there is, who may ask, and every way in which it can end."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture
def document(nobody: TestClient) -> dict[str, Any]:
    answer = nobody.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, op) for path, ops in document["paths"].items() for method, op in ops.items()]


def test_it_is_of_this_version_and_relative_to_where_it_was_found(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["info"]["version"] == version("park-ems")
    assert document["servers"] == [{"url": "/"}]


def test_operations_have_a_name_of_their_own_a_tag_and_a_sentence(document: dict[str, Any]) -> None:
    known = {tag["name"] for tag in document["tags"]}
    names = [op["operationId"] for _, _, op in operations(document)]
    assert len(set(names)) == len(names)
    for path, method, op in operations(document):
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", op["operationId"]), op["operationId"]
        assert op["description"], (path, method)
        assert len(op["tags"]) == 1, (path, method)
        assert set(op["tags"]) <= known, (path, method)


def test_whoever_needs_a_role_is_told_so(document: dict[str, Any]) -> None:
    assert set(document["components"]["securitySchemes"]) == {"bearer", "session"}
    for path, method, op in operations(document):
        if path.startswith("/api/"):
            assert op["x-role"] in ("viewer", "operator", "engineer", "admin"), (path, method)
            assert op["security"], (path, method)
            assert {"401", "403"} <= set(op["responses"]), (path, method)


def test_every_error_is_declared_as_a_problem(document: dict[str, Any]) -> None:
    for path, method, op in operations(document):
        assert {"500", "503"} <= set(op["responses"]), (path, method)
        for status, answer in op["responses"].items():
            assert answer["headers"]["X-Request-Id"], (path, method, status)
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (path, method, status)
            if status in ("429", "503"):
                assert "Retry-After" in answer["headers"], (path, method, status)
        if "requestBody" in op:
            assert {"400", "413", "415", "422"} <= set(op["responses"]), (path, method)
        if "{" in path:
            assert "404" in op["responses"], (path, method)


def test_what_is_accepted_or_made_says_where_it_is(document: dict[str, Any]) -> None:
    for path, method, op in operations(document):
        if "202" in op["responses"]:
            assert {"Location", "Retry-After"} <= set(op["responses"]["202"]["headers"]), (path, method)


def test_every_reference_leads_somewhere_and_nothing_is_left_over(document: dict[str, Any]) -> None:
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    there = set(document["components"]["schemas"])
    assert used <= there
    assert there - used <= {"Problem"}


def test_no_page_of_it_comes_from_other_hosts(nobody: TestClient) -> None:
    assert nobody.get("/docs").status_code == 404
    assert nobody.get("/redoc").status_code == 404


def test_it_is_made_once(app: FastAPI) -> None:
    assert app.openapi() is app.openapi()
