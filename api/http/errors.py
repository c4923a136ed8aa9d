"""Every error that leaves the application becomes a problem document, or a page where a browser asked for one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.contract.base import Fault
from api.http.problems import Kind, ProblemError, error_response, unavailable
from api.http.service import Service
from forecasting.errors import InputError

log = logging.getLogger("ems.http")
MOST_FAULTS = 50  # of one body
UNREACHABLE = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
STATUS: dict[int, tuple[Kind, str]] = {
    400: ("bad-request", "The body is not JSON in UTF-8, or is nested too deeply."),
    404: ("not-found", "There is nothing at this address."),
    405: ("method-not-allowed", "The header Allow says which methods there are."),
    413: ("too-large", "The body is larger than this service takes."),
}


def install(app: FastAPI) -> None:
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(InputError, _input)
    for unreachable in UNREACHABLE:
        app.add_exception_handler(unreachable, _database)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return error_response(request, error)


async def _framework(request: Request, error: Exception) -> Response:
    """What Starlette and FastAPI refuse themselves."""
    assert isinstance(error, HTTPException)
    kind, detail = STATUS.get(error.status_code, ("bad-request", str(error.detail)))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    return error_response(request, ProblemError(kind, detail, headers=headers))


def _methods(request: Request) -> set[str]:
    """What may be asked at this address, over all routes that share it."""
    found: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(request.url.path):
            found |= route.methods or set()
    return found | ({"HEAD"} if "GET" in found else set())


async def _validation(request: Request, error: Exception) -> Response:
    """What does not fit the schema is `invalid`; what fits it and breaks a rule that no schema can say is `input`."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(fault["loc"] == ("body",) for fault in found) and isinstance(error.body, bytes):
        given = request.headers.get("content-type") or "none"
        return error_response(
            request, ProblemError("unsupported-media-type", f"Content-Type is {given}; send application/json.")
        )
    faults = [_fault(each, error.body) for each in found[:MOST_FAULTS]]
    first = faults[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    detail = f"{first.pointer or 'The body'}: {first.detail}{more}"
    kind: Kind = "input" if all(each["type"] == "value_error" for each in found) else "invalid"
    return error_response(request, ProblemError(kind, detail, errors=faults))


def _fault(found: dict[str, Any], body: Any) -> Fault:
    place, *path = found["loc"]
    if found["type"] == "json_invalid":
        return Fault(pointer="", detail=f"not JSON: {found['ctx']['error']} at character {path[0]}")
    if place == "body":
        return Fault(pointer=_pointer(path, body, found["type"]), detail=_plain(found["msg"]))
    return Fault(pointer=f"#{path[0] if path else place}", detail=_plain(found["msg"]))


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")


def _pointer(path: Sequence[str | int], body: Any, kind: str) -> str:
    """A JSON Pointer of what is there; the validator names alternatives of a union, too, which are nowhere in it."""
    found: list[str] = []
    here = body
    for k, step in enumerate(path):
        inside = step in here if isinstance(here, dict) else isinstance(here, list) and step in range(len(here))
        if inside:
            here = here[step]
        elif not (kind == "missing" and k == len(path) - 1):
            continue
        found.append("/" + str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(found)


async def _input(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)
    pointer = getattr(error, "pointer", "")
    line = getattr(error, "line", None)
    fault = Fault(pointer=pointer, detail=str(error), line=line, expected=error.expected, remedy=error.remedy)
    return error_response(request, ProblemError("input", str(error), errors=[fault]))


async def _database(request: Request, error: Exception) -> Response:
    return error_response(request, database_failed(request.app.state.service, error))


def database_failed(service: Service, error: Exception) -> ProblemError:
    service.metrics.database_errors.inc()
    log.error("the database failed a request: %s", error)
    return unavailable("The database does not answer; nothing was changed.")
