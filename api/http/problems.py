"""Errors as problem details (RFC 9457): what they are called, how they are raised, how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Literal, get_args

from starlette.requests import Request
from starlette.responses import Response

from api.contract.base import Fault, Problem, Text

Kind = Literal[
    "bad-request",
    "unauthenticated",
    "forbidden",
    "csrf",
    "not-found",
    "method-not-allowed",
    "not-acceptable",
    "conflict",
    "precondition-failed",
    "too-large",
    "unsupported-media-type",
    "misdirected",
    "invalid",
    "input",
    "precondition-required",
    "too-many-requests",
    "internal",
    "busy",
    "unavailable",
]
KINDS: dict[Kind, tuple[int, Text]] = {
    "bad-request": (400, Text(zh="请求无法解析", en="The request cannot be read")),
    "unauthenticated": (401, Text(zh="需要登录或令牌", en="Sign in or give a token")),
    "forbidden": (403, Text(zh="没有权限", en="Not permitted")),
    "csrf": (403, Text(zh="请求并非来自本系统页面", en="The request does not come from a page of this service")),
    "not-found": (404, Text(zh="未找到", en="Not found")),
    "method-not-allowed": (405, Text(zh="不支持该方法", en="Method not allowed")),
    "not-acceptable": (406, Text(zh="没有可接受的格式", en="No acceptable format")),
    "conflict": (409, Text(zh="与当前状态冲突", en="Conflict with the present state")),
    "precondition-failed": (412, Text(zh="内容已被他人修改", en="It has changed meanwhile")),
    "too-large": (413, Text(zh="请求内容过大", en="The body is too large")),
    "unsupported-media-type": (415, Text(zh="不支持的内容类型", en="Unsupported media type")),
    "misdirected": (421, Text(zh="主机名不属于本服务", en="Not a host name of this service")),
    "invalid": (422, Text(zh="请求内容有误", en="The request is not valid")),
    "input": (422, Text(zh="数据无法使用", en="The data cannot be used")),
    "precondition-required": (428, Text(zh="缺少前提条件", en="A precondition is required")),
    "too-many-requests": (429, Text(zh="请求过于频繁", en="Too many requests")),
    "internal": (500, Text(zh="服务内部错误", en="A fault of the service")),
    "busy": (503, Text(zh="任务队列已满", en="The queue is full")),
    "unavailable": (503, Text(zh="服务暂不可用", en="The service is not available")),
}
assert set(KINDS) == set(get_args(Kind))
MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """An error that becomes a problem document. ``detail`` in one language, or in both where operators read it."""

    def __init__(
        self,
        kind: Kind,
        detail: str | Text = "",
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind, detail)
        self.kind: Kind = kind
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        return KINDS[self.kind][0]


def not_found(what: str) -> ProblemError:
    return ProblemError("not-found", f"There is no {what} here.")


def conflict(detail: str | Text) -> ProblemError:
    return ProblemError("conflict", detail)


def invalid(pointer: str, detail: str, *, expected: str = "", remedy: str = "") -> ProblemError:
    """One field that is wrong: a JSON Pointer into the body, or ``#name`` of a parameter."""
    fault = Fault(pointer=pointer, detail=detail, expected=expected, remedy=remedy)
    return ProblemError("invalid", f"{pointer}: {detail}", errors=[fault])


def unusable(pointer: str, detail: str, *, expected: str = "", remedy: str = "") -> ProblemError:
    """One field that is well formed and yet of no use here: no such component, another unit, a day that is none."""
    fault = Fault(pointer=pointer, detail=detail, expected=expected, remedy=remedy)
    return ProblemError("input", f"{pointer}: {detail}", errors=[fault])


def precondition_failed(detail: str | Text) -> ProblemError:
    return ProblemError("precondition-failed", detail)


def precondition_required(detail: str) -> ProblemError:
    return ProblemError("precondition-required", detail)


def too_many(retry_after_s: float) -> ProblemError:
    return ProblemError("too-many-requests", "Wait as long as Retry-After says.", headers=_later(retry_after_s))


def busy(retry_after_s: float) -> ProblemError:
    """The queue of jobs is full."""
    return ProblemError("busy", "All waiting places are taken.", headers=_later(retry_after_s))


def unavailable(detail: str, retry_after_s: float = 5) -> ProblemError:
    return ProblemError("unavailable", detail, headers=_later(retry_after_s))


def _later(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, int(-(-seconds // 1))))}


def described(request: Request, error: ProblemError) -> Problem:
    """The document of an error, in the language of the reader."""
    status, title = KINDS[error.kind]
    zh = speaks_chinese(request)
    detail = error.detail if isinstance(error.detail, str) else (error.detail.zh if zh else error.detail.en)
    return Problem(
        type=f"/problems/{error.kind}",
        title=title.zh if zh else title.en,
        status=status,
        detail=detail,
        instance=request_id(request),
        errors=error.errors,
    )


def error_response(request: Request, error: ProblemError) -> Response:
    """A page where a browser asked for one, else the problem document."""
    from api.pages.errors import error_page, wants_page

    if wants_page(request):
        problem = described(request, error)
        return error_page(request, problem.status, problem.detail, problem.instance)
    return problem_response(request, error)


def problem_response(request: Request, error: ProblemError) -> Response:
    return Response(
        described(request, error).model_dump_json(),
        status_code=error.status,
        headers=error.headers | {"Content-Language": "zh" if speaks_chinese(request) else "en"},
        media_type=MEDIA_TYPE,
    )


def speaks_chinese(request: Request) -> bool:
    """The language cookie decides, else the browser's first wish, else English."""
    chosen = request.cookies.get("ems_lang") or request.headers.get("accept-language", "")
    return chosen.strip().lower().startswith("zh")


def request_id(request: Request) -> str:
    """The id of this request, as in the log and in the header X-Request-Id."""
    trace = request.scope.get("ems")
    return "" if trace is None else str(trace.id)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Errors of an endpoint for FastAPI's ``responses``; those that every endpoint may give are added to all."""
    return {status: deepcopy(_ANSWERS[status]) for status in statuses}


def _answer(status: int) -> dict[str, Any]:
    title = " / ".join(text.en for code, text in KINDS.values() if code == status)
    answer: dict[str, Any] = {
        "description": title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if header := _HEADERS.get(status):
        answer["headers"] = header
    return answer


_RETRY = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}}}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "how to prove who you are", "schema": {"type": "string"}}},
    429: _RETRY,
    503: _RETRY,
}
_ANSWERS = {status: _answer(status) for status, _ in KINDS.values()}
