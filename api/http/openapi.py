"""The OpenAPI document: what FastAPI derives from the signatures, and what holds for every endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from api.contract.base import Problem, Role
from api.http.guard import COOKIE, CSRF_HEADER
from api.http.problems import responses

TITLE = "Park EMS 园区能源管理"
DESCRIPTION = """Day-ahead plans of a park: ask for one, follow the job, read schedule and reasons, approve it.

* Studies size a park over a year and find what carbon costs.
* Emission reports come with the evidence from which each figure can be computed again.
* Long work is answered with 202 and the path of a job. An `Idempotency-Key` makes repeating safe.
* Times are RFC 3339 with their offset. Series are `{start, resolution, unit, values}`; null is missing.
* Lists come newest first in pages: give `next_cursor` as `cursor`.
* Every error is `application/problem+json` (RFC 9457); `instance` is the id of the request, as in the log.
* Sites that a caller may not see look as if they did not exist.
"""
TAGS = {
    "plans": "Schedules: ask, read, compare, decide",
    "forecasts": "Inputs of a day",
    "studies": "Sizes of a park: ask, follow, read",
    "reports": "Emissions of a park: ask, read, verify",
    "factors": "Emission factors by announcement",
    "inventories": "Corporate inventories: check, read",
    "jobs": "Long work and its progress",
    "sites": "Parks and their versions",
    "series": "Measurements and forecasts from outside",
    "alarms": "What needs attention",
    "people": "Who one is; users and tokens",
    "audit log": "Who did what",
    "backups": "Copies of the database",
    "service": "The service about itself",
}
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token made by an administrator, or one of the configured identity provider",
}
SESSION = {
    "type": "apiKey",
    "in": "cookie",
    "name": COOKIE,
    "description": f"Session of a browser. Changes need the header {CSRF_HEADER}, which `GET /api/v1/me` tells.",
}
REQUEST_ID = {"description": "id of the request, as in the log", "schema": {"type": "string", "format": "uuid"}}


def document(app: FastAPI) -> dict[str, Any]:
    """The document of this application."""
    found = get_openapi(
        title=TITLE,
        version=version("park-ems"),
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": "/"}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    roles = dict(_roles(app))
    for operations in found["paths"].values():
        for operation in operations.values():
            _complete(operation, roles.get(operation["operationId"]))
    parts = found.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    parts["securitySchemes"] = {"bearer": BEARER, "session": SESSION}
    parts["headers"] = {"RequestId": REQUEST_ID}
    return found


def _roles(app: FastAPI) -> Iterator[tuple[str, Role]]:
    """Operation and the role that its signature asks for."""
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        for each in () if dependant is None else dependant.dependencies:
            if role := getattr(each.call, "role", None):
                yield str(route.name), role


def _complete(operation: dict[str, Any], role: Role | None) -> None:
    """Add who may ask, and the errors that any endpoint of this shape may answer."""
    body, parameters = operation.get("requestBody"), operation.get("parameters", [])
    usual = [500, 503]
    if role is not None:
        operation["security"] = [{"bearer": []}, {"session": []}]
        operation["x-role"] = role
        operation["description"] = f"{operation.get('description', '')}\n\nRole: {role}.".strip()
        usual += [401, 403]
    if any(parameter["in"] == "path" for parameter in parameters):
        usual.append(404)
    if body or parameters:
        usual.append(422)
    if body:
        usual += [400, 413, 415]
    answers = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    for status, answer in responses(*usual).items():
        answers.setdefault(str(status), answer)
    for answer in answers.values():
        answer.setdefault("headers", {})["X-Request-Id"] = {"$ref": "#/components/headers/RequestId"}
    operation["responses"] = dict(sorted(answers.items()))
