"""What schemathesis looks at in every answer beside its own checks; named by SCHEMATHESIS_HOOKS."""

from __future__ import annotations

from typing import Any

import schemathesis
from pydantic import ValidationError
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import is_unexpected_http_status_case

from api.contract.base import Problem


@schemathesis.check
def every_error_is_a_problem(ctx: Any, response: Any, case: Any) -> None:
    """RFC 9457, with the status of the answer; to be tried again later only where the queue is full."""
    status = response.status_code
    if status < 400:
        return
    kind = (response.headers.get("content-type") or [""])[0]
    if kind != "application/problem+json":
        raise _found(case, "Error that is no problem document", f"it is {kind!r}")
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError as error:
        raise _found(case, "Problem of another form", error) from error
    if problem.status != status:
        raise _found(case, "Problem with another status", problem)
    if status == 503 and problem.type != "/problems/busy":
        raise _found(case, "Not available, though nobody stopped it", problem)
    if status in (429, 503) and "retry-after" not in response.headers:
        raise _found(case, "Refused without Retry-After", problem)


@schemathesis.check
def what_the_schema_allows_is_never_called_invalid(ctx: Any, response: Any, case: Any) -> None:
    """Of what fits the schema only the meaning may be refused, as `/problems/input`: there is no such day."""
    meta = case.meta
    if response.status_code != 422 or meta is None or not meta.generation.mode.is_positive:
        return
    if is_unexpected_http_status_case(case):
        return
    problem = Problem.model_validate_json(response.content)
    if problem.type != "/problems/input":
        raise _found(case, "Fits the schema and is called invalid", problem)


def _found(case: Any, title: str, what: object) -> Failure:
    return Failure(operation=case.operation.label, title=title, message=str(what))
